#pragma once

// Release health in the field's shapes: what `health` and `adoptionStages` add to releases.

#include "edge/api/api.h"

namespace gatehouse::api {

// Adds `healthData` and `adoptionStages` to the projects of encoded releases, as far as the query
// asks for them (health=1, adoptionStages=1, summaryStatsPeriod, healthStatsPeriod, healthStat,
// environment). Errors: kInvalidArgument "stats_period_invalid", "field_invalid".
Task<json::Array> WithHealth(Call& call, json::Array releases);

}  // namespace gatehouse::api
