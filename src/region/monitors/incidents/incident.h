#pragma once

// The event that a failed run of a monitored job makes. Pure.

#include <string>
#include <string_view>

#include "region/events/save/types.h"
#include "region/monitors/types.h"

namespace gatehouse::monitors {

inline constexpr std::string_view kIncidentType = "monitor_check_in_failure";

// The issue of a monitor and environment: the hash that its events share.
std::string IncidentHash(const Occurrence& occurrence);

// Of the run: the same run makes the same event. REQUIRES: a failure.
events::Incoming IncidentEvent(const Occurrence& occurrence, const projects::Project& project);

}  // namespace gatehouse::monitors
