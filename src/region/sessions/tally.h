#pragma once

// Sessions as clients send them, added up. Pure.

#include "region/ingest/protocol/session.h"
#include "region/sessions/types.h"

namespace gatehouse::sessions {

void Add(const projects::Project& project, const ingest::SessionUpdate& session, Tally& tally);
void Add(const projects::Project& project, const ingest::SessionAggregates& sessions, Tally& tally);

}  // namespace gatehouse::sessions
