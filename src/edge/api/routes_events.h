#pragma once

// The part of the route table that is about projects, issues and events. It is registered where the
// process has them.

#include <span>

#include "edge/api/routes.h"

namespace gatehouse::api {

std::span<const Route> EventRoutes();

}  // namespace gatehouse::api
