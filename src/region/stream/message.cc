#include "region/stream/message.h"

#include <cstdio>
#include <utility>

namespace gatehouse::stream {
namespace {

void Quote(std::string& out, std::string_view text) {
  out += '"';
  std::size_t from = 0;  // of what is written as it is
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, from, i - from);
    from = i + 1;
    if (byte < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += '\\';
      out += text[i];
    }
  }
  out.append(text, from);
  out += '"';
}

void Key(std::string& out, std::string_view key) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += key;
  out += "\":";
}

void Text(std::string& out, std::string_view key, std::string_view value) {
  Key(out, key);
  Quote(out, value);
}

void TextOrNull(std::string& out, std::string_view key, std::string_view value) {
  Key(out, key);
  if (value.empty()) {
    out += "null";
  } else {
    Quote(out, value);
  }
}

void Number(std::string& out, std::string_view key, std::int64_t value) {
  Key(out, key);
  out += std::to_string(value);
}

void Flag(std::string& out, std::string_view key, bool value) {
  Key(out, key);
  out += value ? "true" : "false";
}

void Raw(std::string& out, std::string_view key, std::string_view json) {
  Key(out, key);
  out += json.empty() ? std::string_view("{}") : json;
}

std::string GroupStates(const std::vector<GroupState>& states) {
  std::string out = "[";
  for (const GroupState& state : states) {
    if (out.size() > 1) out += ',';
    out += '{';
    Number(out, "id", state.id);
    Flag(out, "is_new", state.is_new);
    Flag(out, "is_regression", state.is_regression);
    Flag(out, "is_new_group_environment", state.is_new_group_environment);
    out += '}';
  }
  out += ']';
  return out;
}

std::string GroupIds(const std::vector<GroupState>& states) {
  std::string out = "[";
  for (const GroupState& state : states) {
    if (out.size() > 1) out += ',';
    out += std::to_string(state.id);
  }
  out += ']';
  return out;
}

std::string FlagText(bool value) { return value ? "1" : "0"; }

}  // namespace

Record EncodeInsert(const InsertMessage& m, bool keyed) {
  const std::string states = GroupStates(m.group_states);
  std::string out;
  out.reserve(m.data.size() + m.message.size() + m.occurrence_data.size() + 768);
  out += "[2,\"insert\",{";
  Key(out, "group_id");
  out += m.group_id ? std::to_string(*m.group_id) : "null";
  Raw(out, "group_ids", GroupIds(m.group_states));
  Text(out, "event_id", m.event_id);
  Number(out, "organization_id", m.organization_id);
  Number(out, "project_id", m.project_id);
  Text(out, "message", m.message);
  Text(out, "platform", m.platform);
  Text(out, "datetime", FormatIso8601(m.datetime));
  Raw(out, "data", m.data);
  TextOrNull(out, "primary_hash", m.primary_hash);
  Number(out, "retention_days", m.retention_days);
  TextOrNull(out, "occurrence_id", m.occurrence_id);
  Raw(out, "occurrence_data", m.occurrence_data);
  out += "},{";
  Flag(out, "is_new", m.is_new);
  Flag(out, "is_regression", m.is_regression);
  Flag(out, "is_new_group_environment", m.is_new_group_environment);
  Text(out, "queue", m.queue);
  Flag(out, "skip_consume", m.skip_consume);
  Raw(out, "group_states", states);
  out += "}]";

  Record record;
  if (keyed) record.key = std::to_string(m.project_id);
  record.payload = std::move(out);
  auto& headers = record.headers;
  headers.reserve(14);
  headers.emplace_back("Received-Timestamp", FormatIso8601(m.received));
  headers.emplace_back("event_id", m.event_id);
  headers.emplace_back("project_id", std::to_string(m.project_id));
  headers.emplace_back("group_id", m.group_id ? std::to_string(*m.group_id) : "None");
  headers.emplace_back("primary_hash", m.primary_hash.empty() ? "None" : m.primary_hash);
  headers.emplace_back("is_new", FlagText(m.is_new));
  headers.emplace_back("is_new_group_environment", FlagText(m.is_new_group_environment));
  headers.emplace_back("is_regression", FlagText(m.is_regression));
  headers.emplace_back("skip_consume", FlagText(m.skip_consume));
  headers.emplace_back("group_states", states);
  headers.emplace_back("occurrence_id", m.occurrence_id.empty() ? "None" : m.occurrence_id);
  headers.emplace_back("queue", std::string(m.queue));
  headers.emplace_back("operation", "insert");
  headers.emplace_back("version", "2");
  return record;
}

}  // namespace gatehouse::stream
