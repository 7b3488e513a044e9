#pragma once

// What the files of Intake share: intake.cc has envelopes and single events, intake_kinds.cc what
// is made into them. Internal to this module.

#include <memory>
#include <string>
#include <utility>

#include "region/ingest/intake/intake.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {

// What is no larger than this is dealt with on the thread that it came in on.
inline constexpr std::size_t kAtOnce = 1024 * 1024;

// Who sends, as far as it is known.
struct Intake::Sender {
  projects::Admission admission;
  std::string client;
  std::shared_ptr<const OrganizationSettings> settings;
};

// A body with the room that it takes of what may be unpacked.
struct Intake::Body {
  std::string text;
  UnpackBudget::Hold hold;
};

template <class F>
auto Intake::Work(std::size_t bytes, F f) -> Task<typename std::invoke_result_t<F>::value_type> {
  if (d_.workers == nullptr || bytes <= kAtOnce) co_return f();
  auto done = co_await d_.workers->Run(std::move(f));
  if (!done && done.error().Is("overloaded")) co_return Reject(kOverloaded);
  co_return done;
}

}  // namespace gatehouse::ingest
