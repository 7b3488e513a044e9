#pragma once

// Bodies of intake's answers.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "region/ingest/protocol/event_id.h"

namespace gatehouse::ingest {

// {"id":"<32 digits>"}, or {} when the envelope carries no event id.
std::string AcceptedBody(const std::optional<EventId>& id);

// {"detail":…,"causes":[…]}; `causes` only if there are any. The texts are of rejection.h.
std::string RejectedBody(const Error& error);
std::string RejectedBody(std::string_view detail, std::string_view cause);

// The detail again, for `X-Sentry-Error`.
std::string_view RejectedHeader(const Error& error);

// One transparent pixel: the answer of GET …/store/, whatever happened.
std::string_view TransparentGif();

inline constexpr std::string_view kHealthyBody = R"({"is_healthy":true})";
inline constexpr std::string_view kUnhealthyBody = R"({"is_healthy":false})";
// Detail of 429; the header lists the limits.
inline constexpr std::string_view kRateLimitedDetail =
    "event submission rejected due to rate limit";

}  // namespace gatehouse::ingest
