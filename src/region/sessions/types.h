#pragma once

// Values of release health.

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "region/projects/types.h"
#include "region/sessions/durations.h"
#include "region/sessions/sketch.h"

namespace gatehouse::sessions {

inline constexpr std::int64_t kHourMicros = 3'600'000'000;  // sessions are counted by the hour

// What is counted of some sessions. A session that goes wrong is counted as errored and, besides,
// as what it ended as.
struct Counts {
  std::int64_t sessions = 0;
  std::int64_t errored = 0;  // of those without an id; the others are in errored_ids
  std::int64_t abnormal = 0;
  std::int64_t unhandled = 0;
  std::int64_t crashed = 0;
  Duration duration{};
  std::int64_t durations = 0;  // sessions that told theirs
  Durations duration_parts;    // of those counted since histograms are kept
  Sketch errored_ids;
  Sketch users;
  Sketch users_errored;
  Sketch users_abnormal;
  Sketch users_unhandled;
  Sketch users_crashed;

  void Merge(const Counts& other);

  std::int64_t Errored() const { return errored + errored_ids.Count(); }
  std::int64_t Healthy() const;
  // 0 … 1; 1 without any.
  double CrashFreeSessions() const;
  double CrashFreeUsers() const;
};

struct Slot {
  OrgId organization;
  ProjectId project;
  std::string release;
  std::string environment;  // "" for none
  std::int64_t hour = 0;    // since the epoch

  auto operator<=>(const Slot&) const = default;
};

using Tally = std::map<Slot, Counts>;

// How much of what a project does comes from a release.
struct Adoption {
  double sessions = 0;  // 0 … 1
  double users = 0;
  // "not_adopted" (nothing lately), "low_adoption" (less than a tenth), "adopted", "replaced".
  std::string stage;
};

struct Health {
  ProjectId project;
  std::string release;
  Counts counts;
  Adoption adoption;
};

}  // namespace gatehouse::sessions
