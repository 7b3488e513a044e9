#pragma once

// The routes of SDKs: decode the request, hand it to intake, encode the answer. No sessions, no
// CSRF, no pages: what comes here is a program with a key that everybody may know.

#include <optional>

#include "platform/http/router.h"
#include "region/ingest/intake/intake.h"

namespace gatehouse::edge_intake {

// Adds POST, GET and OPTIONS routes below /api/{project}/ and POST /tunnel/; each with and without
// its last slash; doubled slashes count as one. `intake` outlives the router.
void AddRoutes(http::Router& router, ingest::Intake& intake);

// The answer to a request for a path of these routes that the server refused before a handler saw
// it (405, 413 …), in the form of all other answers. std::nullopt: another path, or none (404).
std::optional<http::Response> RenderRefusal(const http::Request& request, int status);

}  // namespace gatehouse::edge_intake
