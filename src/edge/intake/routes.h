#pragma once

// The routes of SDKs: decode the request, hand it to intake, encode the answer. No sessions, no
// CSRF, no pages: what comes here is a program with a key that everybody may know.

#include "platform/http/router.h"
#include "region/ingest/intake/intake.h"

namespace gatehouse::edge_intake {

// Adds POST, GET and OPTIONS routes below /api/{project}/ and POST /tunnel/; each with and without
// its last slash. `intake` outlives the router.
void AddRoutes(http::Router& router, ingest::Intake& intake);

}  // namespace gatehouse::edge_intake
