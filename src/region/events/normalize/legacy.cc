// Names and shapes of old protocol versions.

#include <array>
#include <utility>

#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kAliases = {{
    {"sentry.interfaces.Breadcrumbs", "breadcrumbs"},
    {"sentry.interfaces.Contexts", "contexts"},
    {"sentry.interfaces.Csp", "csp"},
    {"sentry.interfaces.Exception", "exception"},
    {"sentry.interfaces.ExpectCT", "expectct"},
    {"sentry.interfaces.ExpectStaple", "expectstaple"},
    {"sentry.interfaces.Hpkp", "hpkp"},
    {"sentry.interfaces.Http", "request"},
    {"sentry.interfaces.Message", "logentry"},
    {"sentry.interfaces.Stacktrace", "stacktrace"},
    {"sentry.interfaces.Template", "template"},
    {"sentry.interfaces.User", "user"},
}};

// Set by servers, or meaningless: gone without an error.
constexpr std::array<std::string_view, 8> kRemoved = {
    "_metrics", "_metrics_summary", "applecrashreport", "device", "hashes", "metadata", "query",
    "repos"};

// Written by grouping; made again when an event is normalized again.
constexpr std::array<std::string_view, 4> kDerived = {"_fingerprint_info", "location",
                                                      "main_exception_id", "title"};

}  // namespace

void ConvertLegacy(Pass& pass) {
  json::Object& event = pass.event;
  bool dotted = false;
  for (const auto& member : event) {
    std::string_view key = member.key();
    dotted = dotted || key.starts_with("sentry.");
  }
  if (dotted) {
    for (const auto& [alias, name] : kAliases) {
      json::Value* value = event.if_contains(alias);
      if (value == nullptr) continue;
      json::Value moved = std::move(*value);
      event.erase(alias);
      if (Member(event, name) == nullptr) Slot(event, name) = std::move(moved);
    }
  }
  for (std::string_view name : kRemoved) event.erase(name);
  if (pass.context.renormalize) {
    for (std::string_view name : kDerived) {
      if (Member(event, name) != nullptr) event.erase(name);
    }
  }

  if (json::Value* message = event.if_contains("message")) {
    json::Value moved = std::move(*message);
    event.erase("message");
    bool ignored = moved.is_null() || (moved.is_bool() && !moved.get_bool());
    if (!ignored && Member(event, "logentry") == nullptr)
      Slot(event, "logentry") = std::move(moved);
  }
}

}  // namespace gatehouse::events
