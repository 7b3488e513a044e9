#pragma once

// The data of an audit entry as lines for people: nested members by path, changes as before and
// after. Pure.

#include <optional>
#include <string>
#include <vector>

#include "platform/json/json.h"

namespace gatehouse::web {

struct AuditValue {
  std::string key;                    // "config.issuer"
  std::optional<std::string> before;  // set for a change
  std::string after;                  // the value, or what it became
};

// Knows {"key": {"before": a, "after": b}}, {"key": "from a to b"} and {"key": "to b"}.
std::vector<AuditValue> AuditValues(const json::Object& data);

}  // namespace gatehouse::web
