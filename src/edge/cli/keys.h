#pragma once

// The sub-commands of the master keys: what is sealed with which, and sealing everything with the
// active one. Runs on the caller's thread; REQUIRES: not a network thread.

#include <functional>
#include <string>
#include <vector>

#include "core/audit/audit.h"
#include "core/sealed/sealed.h"
#include "platform/json/json.h"

namespace gatehouse::cli {

struct KeyServices {
  sql::Database& db;
  const crypto::KeyRing& keys;
  const audit::Log& log;
  std::vector<sealed::Column> columns;  // of the whole product
  std::string operator_label;           // "host operator (root)"
};

// {"active", "keys": [{"id", "active", "values", "removable", "columns": {name: values}}],
// "unreadable": {name: values}}. The first key is never removable: others are derived from it.
Result<json::Object> ListKeys(KeyServices& s);
std::string FormatKeys(const json::Object& result);

// Seals every value anew that is not under the active key; audited. {"active", "resealed",
// "unreadable", "columns": {…}}. Killed half-way, it is run again. `report` hears of each batch.
Result<json::Object> RotateKeys(KeyServices& s,
                                const std::function<void(const sealed::Progress&)>& report);

}  // namespace gatehouse::cli
