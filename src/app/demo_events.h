#pragma once

// The demonstration's project and what it has "sent": issues, transactions, sessions, logs, a
// monitor and feedback, through intake itself.

#include <string>

#include "app/installation.h"
#include "region/ingest/intake/intake.h"

namespace gatehouse::app {

// Creates project "shop" of organization "acme" and sends the samples, once for a data directory.
// Sending them again after a crash half-way changes nothing: their ids are fixed. Without "acme"
// nothing happens. Returns the DSN of the project, "" without one.
Result<std::string> FillDemoEvents(Installation& installation, ingest::Intake& intake);

}  // namespace gatehouse::app
