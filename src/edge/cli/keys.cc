#include "edge/cli/keys.h"

#include <map>

namespace gatehouse::cli {
namespace {

constexpr std::int64_t kBatch = 200;

std::int64_t NumberOf(const json::Object& object, std::string_view key) {
  return json::GetInt(object, key).value_or(0);
}

}  // namespace

Result<json::Object> ListKeys(KeyServices& s) {
  GH_TRY(const auto uses, sealed::CountUses(s.db, s.keys, s.columns));
  std::map<std::string, json::Object> columns;
  std::map<std::string, std::int64_t> values;
  for (const sealed::Use& use : uses) {
    columns[use.key][use.column] = use.values;
    values[use.key] += use.values;
  }
  json::Array keys;
  const std::vector<std::string> ids = s.keys.key_ids();
  for (const std::string& id : ids) {
    const bool active = id == s.keys.active_key_id();
    keys.push_back(json::Object{{"id", id},
                                {"active", active},
                                {"values", values[id]},
                                {"removable", !active && id != ids.front() && values[id] == 0},
                                {"columns", columns[id]}});
  }
  return json::Object{
      {"active", s.keys.active_key_id()}, {"keys", std::move(keys)}, {"unreadable", columns[""]}};
}

std::string FormatKeys(const json::Object& result) {
  std::string out;
  const json::Array* keys = json::GetArray(result, "keys");
  if (keys == nullptr) return out;
  for (const json::Value& value : *keys) {
    const json::Object& key = value.as_object();
    out += std::string(json::GetString(key, "id").value_or("")) + "  " +
           std::to_string(NumberOf(key, "values")) + " values";
    if (json::GetBool(key, "active") == true) out += "  (active)";
    if (json::GetBool(key, "removable") == true) out += "  (not needed any more)";
    out += "\n";
    for (const auto& [name, count] : key.at("columns").as_object()) {
      out += "    " + std::string(name.data(), name.size()) + ": " +
             std::to_string(count.as_int64()) + "\n";
    }
  }
  if (const json::Object* lost = json::GetObject(result, "unreadable")) {
    for (const auto& [name, count] : *lost) {
      out += "UNREADABLE  " + std::string(name.data(), name.size()) + ": " +
             std::to_string(count.as_int64()) + " values of keys that are not in the key file\n";
    }
  }
  return out;
}

Result<json::Object> RotateKeys(KeyServices& s,
                                const std::function<void(const sealed::Progress&)>& report) {
  GH_TRY(const auto done, sealed::Rotate(s.db, s.keys, s.columns, kBatch, report));
  std::int64_t resealed = 0, broken = 0;
  json::Object columns;
  for (const sealed::Progress& progress : done) {
    resealed += progress.resealed;
    broken += progress.broken;
    columns[progress.column] =
        json::Object{{"resealed", progress.resealed}, {"unreadable", progress.broken}};
  }
  audit::Entry entry;
  entry.event = audit::Event::kKeysRotate;
  entry.actor_label = s.operator_label;
  entry.correlation_id = "cli";
  entry.data["key"] = s.keys.active_key_id();
  entry.data["resealed"] = resealed;
  if (broken > 0) entry.data["unreadable"] = broken;
  GH_TRY_VOID(s.db.WriteSync([&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(s.log.Record(tx, entry));
    return {};
  }));
  return json::Object{{"active", s.keys.active_key_id()},
                      {"resealed", resealed},
                      {"unreadable", broken},
                      {"columns", std::move(columns)}};
}

}  // namespace gatehouse::cli
