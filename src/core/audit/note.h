#pragma once

// The sentence of an entry, from its template and data. Pure.

#include <string>

#include "core/audit/audit.h"

namespace gatehouse::audit {

// "" if the template names a key that the data lacks, and for an event of a newer binary. Who acts
// on themselves reads differently: "joined the organization", "left team rockets".
std::string RenderNote(const Entry& entry);

}  // namespace gatehouse::audit
