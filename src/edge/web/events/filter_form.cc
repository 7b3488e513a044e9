#include "edge/web/events/filter_form.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "edge/web/events/project_pages.h"
#include "platform/json/text.h"
#include "region/ingest/filters/filters.h"

namespace gatehouse::web {

namespace {

using ingest::FilterSettings;

struct FlagField {
  std::string_view name;
  std::string_view label;
  std::string_view help;
  bool FilterSettings::* member;
};
constexpr std::array kFlags = {
    FlagField{"web_crawlers", "Web crawlers", "What search engines and other bots run into.",
              &FilterSettings::web_crawlers},
    FlagField{"browser_extensions", "Browser extensions",
              "Errors of known extensions and of the scripts that they load.",
              &FilterSettings::browser_extensions},
    FlagField{"localhost", "localhost", "Pages and users on 127.0.0.1, ::1 and localhost.",
              &FilterSettings::localhost},
    FlagField{"chunk_load_error", "Failed chunk loads",
              "Parts of a web application that a deploy has replaced meanwhile.",
              &FilterSettings::chunk_load_error},
    FlagField{"react_hydration_errors", "React hydration errors",
              "React's errors 418, 419, 422, 423 and 425.",
              &FilterSettings::react_hydration_errors},
    FlagField{"filtered_transactions", "Health checks", "Transactions named in the list below.",
              &FilterSettings::filtered_transactions},
};

struct ListField {
  std::string_view name;
  std::string_view label;
  std::string_view help;
  std::string_view example;
  std::vector<std::string> FilterSettings::* member;
};
constexpr std::array kLists = {
    ListField{"error_messages", "Error messages",
              "“Type: value” of an exception, or a message. * is any text, {a,b} one of several.",
              "*connection reset*", &FilterSettings::error_messages},
    ListField{"releases", "Releases", "* is any text, ? one character.", "shop@1.*",
              &FilterSettings::releases},
    ListField{"ip_addresses", "IP addresses", "Addresses and networks.", "192.0.2.0/24",
              &FilterSettings::ip_addresses},
    ListField{"ignore_transactions", "Transactions", "Names of health checks and the like.",
              "*/healthz", &FilterSettings::ignore_transactions},
    ListField{"csp_disallowed_sources", "Sources of CSP reports",
              "Scheme, host and port; *.host is the host and all below it.", "*.example.net",
              &FilterSettings::csp_disallowed_sources},
};

struct BrowserName {
  std::string_view name;
  std::string_view label;
};
constexpr BrowserName kBrowsers[] = {
    {"default", "All of the really old ones"},
    {"ie", "Internet Explorer"},
    {"ie_pre_9", "Internet Explorer 8 and older"},
    {"ie9", "Internet Explorer 9"},
    {"ie10", "Internet Explorer 10"},
    {"ie11", "Internet Explorer 11"},
    {"edge", "Edge 110 and older"},
    {"edge_pre_79", "Edge 78 and older"},
    {"safari", "Safari 15 and older"},
    {"safari_pre_6", "Safari 5 and older"},
    {"firefox", "Firefox 110 and older"},
    {"chrome", "Chrome 110 and older"},
    {"opera", "Opera 99 and older"},
    {"opera_pre_15", "Opera 14 and older"},
    {"opera_mini", "Opera Mini 34 and older"},
    {"opera_mini_pre_8", "Opera Mini 7 and older"},
    {"android", "Android browser 3 and older"},
    {"android_pre_4", "Android browser before 4"},
};

}  // namespace

void AddFilterForm(html::Data& body, const json::Object& own, const json::Object& below,
                   bool of_project) {
  html::Data& form = body.Include("FILTERS", "filter_form.tpl");
  const FilterSettings defaults;
  for (const FlagField& field : kFlags) {
    html::Data& row = form.Add("FLAG");
    const auto inherited = json::GetBool(below, field.name);
    const bool otherwise = inherited.value_or(defaults.*field.member);
    row.Set("ID", std::string(field.name))
        .Set("LABEL", std::string(field.label))
        .Set("HELP", std::string(field.help))
        .Set("OTHERWISE", std::string(inherited ? "As the organization" : "Default") +
                              (otherwise ? ": on" : ": off"));
    const auto set = json::GetBool(own, field.name);
    if (set) row.Show(*set ? "ON" : "OFF");
  }
  const bool has_browsers = own.contains("legacy_browsers");
  const auto browsers = json::TextsOf(has_browsers ? own : below, "legacy_browsers");
  if (has_browsers) form.Show("OWN_BROWSERS");
  for (const BrowserName& browser : kBrowsers) {
    html::Data& box = form.Add("BROWSER");
    box.Set("ID", std::string(browser.name)).Set("LABEL", std::string(browser.label));
    if (std::ranges::find(browsers, browser.name) != browsers.end()) box.Show("SELECTED");
  }
  for (const ListField& field : kLists) {
    html::Data& row = form.Add("LIST");
    row.Set("ID", std::string(field.name))
        .Set("LABEL", std::string(field.label))
        .Set("HELP", std::string(field.help))
        .Set("EXAMPLE", std::string(field.example));
    const auto inherited = json::TextsOf(below, field.name);
    if (!inherited.empty()) row.Add("ALSO").Set("ENTRIES", Join(inherited, ", "));
    // Of what has a default, an empty list is another thing than none.
    const bool shown = own.contains(field.name) || of_project;
    const auto list = own.contains(field.name)
                          ? json::TextsOf(own, field.name)
                          : (shown ? defaults.*field.member : std::vector<std::string>());
    AddLines(row, "LINE", ListText(list));
  }
  if (const json::Value* generic = own.if_contains("generic")) {
    AddLines(form, "GENERIC",
             generic->is_string() ? std::string(generic->get_string()) : PrettyJson(*generic));
  }
}

json::Object FiltersIn(const http::Form& form, bool of_project) {
  json::Object out;
  const FilterSettings defaults;
  for (const FlagField& field : kFlags) {
    const std::string value = Field(form, "filter_" + std::string(field.name));
    out[field.name] = value == "on"    ? json::Value(true)
                      : value == "off" ? json::Value(false)
                                       : json::Value(nullptr);
  }
  json::Array browsers;
  for (const auto& [name, value] : form.all()) {
    if (name == "browser") browsers.emplace_back(value);
  }
  out["legacy_browsers"] =
      Field(form, "own_browsers") == "on" ? json::Value(std::move(browsers)) : json::Value(nullptr);
  for (const ListField& field : kLists) {
    const auto list = ListIn(Field(form, "list_" + std::string(field.name)));
    // What the form came with is no choice.
    if (list == (of_project ? defaults.*field.member : std::vector<std::string>())) {
      out[field.name] = nullptr;
      continue;
    }
    json::Array texts;
    for (const std::string& text : list) texts.emplace_back(text);
    out[field.name] = std::move(texts);
  }
  const std::string text = Field(form, "generic");
  if (Trim(text).empty()) {
    out["generic"] = nullptr;
  } else if (auto parsed = json::Parse(text)) {
    out["generic"] = std::move(*parsed);
  } else {
    out["generic"] = text;
  }
  return out;
}

}  // namespace gatehouse::web
