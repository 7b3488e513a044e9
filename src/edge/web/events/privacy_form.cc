#include "edge/web/events/privacy_form.h"

#include <array>

#include "base/text.h"
#include "edge/web/events/project_pages.h"
#include "platform/json/text.h"

namespace gatehouse::web {

namespace {

struct ScrubSwitch {
  const char* option;
  const char* field;
  const char* label;
  const char* help;     // of a project
  const char* demands;  // of an organization
  bool of_project;      // when nothing is set
};
constexpr std::array kScrubSwitches = {
    ScrubSwitch{"scrubData", "scrub_data", "Scrub data",
                "Off: only addresses and the rules at the end of this page count.",
                "No project can switch scrubbing off.", true},
    ScrubSwitch{"scrubDefaults", "scrub_defaults", "Use the default rules",
                "Passwords, tokens, card numbers, keys, session cookies, names of users in paths.",
                "No project can do without them: passwords, tokens, card numbers, keys, session "
                "cookies, names of users in paths.",
                true},
    ScrubSwitch{"scrubIpAddresses", "scrub_ip", "Remove IP addresses",
                "Also those of users, and in texts.", "From the events of every project.", false},
};

struct ScrubNames {
  const char* option;
  const char* field;
  const char* label;
  const char* help;
  const char* example;
};
constexpr std::array kScrubNames = {
    ScrubNames{"sensitiveFields", "sensitive", "Also scrub",
               "One a line. Every field whose name has it as a part, and texts that have it.",
               "iban"},
    ScrubNames{"excludeFields", "safe", "Never scrub",
               "One a line: exact names of fields that the default rules leave alone.",
               "order_token_kind"},
};
constexpr const char* kScrubRules = "piiConfig";

}  // namespace

void AddPrivacyForm(html::Data& body, const json::Object& own, const json::Object& below,
                    bool of_project) {
  html::Data& form = body.Include("PRIVACY", "privacy_form.tpl");
  for (const ScrubSwitch& one : kScrubSwitches) {
    html::Data& row = form.Add("SWITCH");
    row.Set("ID", one.field)
        .Set("LABEL", one.label)
        .Set("HELP", of_project ? one.help : one.demands);
    if (json::GetBool(own, one.option).value_or(of_project && one.of_project)) row.Show("ON");
    if (json::GetBool(below, one.option).value_or(false)) row.Show("DEMANDED");
  }
  for (const ScrubNames& one : kScrubNames) {
    html::Data& row = form.Add("NAMES");
    row.Set("ID", one.field)
        .Set("LABEL", one.label)
        .Set("HELP", one.help)
        .Set("EXAMPLE", one.example);
    AddLines(row, "LINE", ListText(json::TextsOf(own, one.option)));
    const auto added = json::TextsOf(below, one.option);
    if (!added.empty()) row.Add("ALSO").Set("ENTRIES", Join(added, ", "));
  }
  const json::Value* rules = own.if_contains(kScrubRules);
  if (rules != nullptr && !rules->is_null()) {
    AddLines(form, "RULES",
             rules->is_string() ? std::string(rules->get_string()) : PrettyJson(*rules));
  }
  if (below.contains(kScrubRules)) form.Show("RULES_BELOW");
}

json::Object PrivacyIn(const http::Form& form, bool of_project) {
  json::Object scrubbing;
  for (const ScrubSwitch& one : kScrubSwitches) {
    const bool on = form.Has(one.field);
    if (on != (of_project && one.of_project)) scrubbing[one.option] = on;
  }
  for (const ScrubNames& one : kScrubNames) {
    json::Array list;
    for (const std::string& entry : ListIn(Field(form, one.field))) list.emplace_back(entry);
    if (!list.empty()) scrubbing[one.option] = std::move(list);
  }
  if (const std::string text = Field(form, "rules"); !Trim(text).empty()) {
    auto parsed = json::Parse(text);
    scrubbing[kScrubRules] = parsed ? std::move(*parsed) : json::Value(text);
  }
  return scrubbing;
}

}  // namespace gatehouse::web
