#pragma once

// The part of the route table that is about what projects send besides events: monitors, release
// health, feedback, attachments, other items, and how much of it there was. It is registered where
// the process has them.

#include <span>

#include "edge/api/routes.h"

namespace gatehouse::api {

std::span<const Route> IntakeRoutes();

}  // namespace gatehouse::api
