#pragma once

// The part of the route table that is about releases and what is uploaded for them. It is
// registered where the process has events.

#include <span>

#include "edge/api/routes.h"

namespace gatehouse::api {

std::span<const Route> ReleaseRoutes();

}  // namespace gatehouse::api
