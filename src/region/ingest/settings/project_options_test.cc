#include "region/ingest/settings/project_options.h"

#include <gtest/gtest.h>

#include "region/events/grouping/errors.h"
#include "region/ingest/filters/errors.h"
#include "region/ingest/settings/errors.h"
#include "region/ingest/settings/settings.h"

namespace gatehouse::ingest {
namespace {

json::Object Object(std::string_view text) {
  auto parsed = json::ParseObject(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? std::move(*parsed) : json::Object();
}

TEST(ProjectOptions, WhatIntakeCanGoByIsTaken) {
  const json::Object options = Object(R"({
    "filters": {"localhost": true, "legacy_browsers": ["ie"], "releases": ["1.*"],
                "generic": [{"id": "beta", "enabled": false,
                             "condition": {"op": "eq", "name": "event.release", "value": "x"}}]},
    "scrubbing": {"scrubIpAddresses": true, "sensitiveFields": ["iban"],
                  "piiConfig": {"applications": {"$string": ["@email:mask"]}}},
    "grouping.fingerprint_rules": "type:A -> b\n# note\n",
    "grouping.stack_rules": "stack.function:x -app",
    "allowed_domains": ["*.shop.example"], "resolve_age": 24, "colour": 1, "gone": null})");
  EXPECT_TRUE(ProblemsOf(options).empty());
  EXPECT_TRUE(CheckOptions(options).has_value());
  EXPECT_TRUE(CheckOptions(Object(R"({"filters": null, "resolve_age": null})")).has_value());
}

TEST(ProjectOptions, EachMistakeIsNamed) {
  struct Case {
    std::string_view options;
    std::string_view reason;
  };
  const Case cases[] = {
      {R"({"filters": []})", kIntakeSettingsInvalid},
      {R"({"filters": {"localhost": "yes"}})", kIntakeSettingsInvalid},
      {R"({"filters": {"nonsense": true}})", kIntakeSettingsInvalid},
      {R"({"filters": {"generic": {}}})", kIntakeSettingsInvalid},
      {R"({"filters": {"generic": [{"id": "a b", "condition": {}}]}})", kIntakeSettingsInvalid},
      {R"({"filters": {"generic": [{"id": "a"}]}})", kIntakeSettingsInvalid},
      {R"({"filters": {"generic": [{"id": "a", "x": 1, "condition": {}}]}})",
       kIntakeSettingsInvalid},
      {R"({"filters": {"generic": [{"id": "a", "condition": {"op": "??"}}]}})",
       kFilterConditionInvalid},
      {R"({"filters": {"generic": [
          {"id": "a", "condition": {"op": "and", "inner": []}},
          {"id": "a", "condition": {"op": "and", "inner": []}}]}})",
       kIntakeSettingsInvalid},
      {R"({"scrubbing": {"scrubData": 1}})", "scrub_settings_invalid"},
      {R"({"scrubbing": {"piiConfig": {"rules": {"a": {"type": "magic"}}}}})",
       "scrub_rule_invalid"},
      {R"({"scrubbing": {"piiConfig": {"rules": {"a": {"type": "pattern", "pattern": "("}}}}})",
       "scrub_pattern_invalid"},
      {R"({"scrubbing": {"piiConfig": {"applications": {"((": ["@ip"]}}}})",
       "scrub_selector_invalid"},
      {R"({"grouping.stack_rules": 5})", kIntakeSettingsInvalid},
      {R"({"allowed_domains": "x"})", kIntakeSettingsInvalid},
      {R"({"resolve_age": -1})", kIntakeSettingsInvalid},
      {R"({"resolve_age": 99999})", kIntakeSettingsInvalid},
  };
  for (const Case& c : cases) {
    const auto problems = ProblemsOf(Object(c.options));
    ASSERT_EQ(problems.size(), 1u) << c.options;
    EXPECT_EQ(problems[0].reason, c.reason) << c.options;
    EXPECT_EQ(CheckOptions(Object(c.options)).error().reason, c.reason);
  }
}

TEST(ProjectOptions, AMistakeInRulesNamesItsLine) {
  json::Object options;
  options["grouping.fingerprint_rules"] = "type:A -> b\n# note\nthis is none\n";
  const auto problems = ProblemsOf(options);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].option, "grouping.fingerprint_rules");
  EXPECT_EQ(problems[0].reason, grouping::kFingerprintRulesInvalid);
  EXPECT_EQ(problems[0].line, 3u);
  EXPECT_NE(problems[0].where.find("column"), std::string::npos);
}

TEST(FiltersOfBoth, AProjectsConditionStandsForTheOrganizationsOfTheSameId) {
  const auto condition = R"("condition":{"op":"eq","name":"event.release","value":"x"}})";
  const json::Object own =
      Object(std::string(R"({"filters":{"generic":[{"id":"a","enabled":false,)") + condition +
             R"(,{"id":"b",)" + condition + "]}}");
  const json::Object organization = Object(std::string(R"({"generic":[{"id":"a",)") + condition +
                                           R"(,{"id":"c",)" + condition + "]}");
  std::vector<std::string> ids;
  for (const GenericFilter& filter : FilterSettingsOf(own, organization).generic) {
    ids.push_back(filter.id);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"b", "c"}));
}

}  // namespace
}  // namespace gatehouse::ingest
