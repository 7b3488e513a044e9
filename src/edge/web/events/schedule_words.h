#pragma once

// When a monitored job should run, in words. Pure.

#include <string>

#include "region/monitors/types.h"

namespace gatehouse::web {

// "Every 10 minutes", "Every day at 03:30", "Every Monday at 09:00 (Europe/Berlin)"; a line that
// says more than that as it is.
std::string ScheduleWords(const monitors::Config& config);

}  // namespace gatehouse::web
