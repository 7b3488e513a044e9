// Hashes, fingerprints and texts as others compute them: reference data that is read where
// GATEHOUSE_TEST_SHARED names its folder.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "region/events/grouping/grouping.h"
#include "region/events/grouping/parametrize.h"
#include "region/events/grouping/rule_text.h"
#include "region/events/grouping/span_hash.h"
#include "region/events/normalize/normalize.h"

namespace gatehouse::grouping {
namespace {

// Recorded payloads are raw.
void Normalize(json::Object& event) {
  events::Context context;
  context.received = Timestamp::FromSeconds(1'800'000'000);
  context.max_secs_in_past = 100LL * 365 * 24 * 3600;
  context.new_event_id = [] { return std::string("0123456789abcdef0123456789abcdef"); };
  const events::Outcome outcome = events::Normalize(event, context);
  EXPECT_TRUE(outcome.kept()) << outcome.reason << ": " << outcome.detail;
}

class ReferenceData : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("GATEHOUSE_TEST_SHARED");
    if (folder == nullptr || *folder == '\0') {
      GTEST_SKIP() << "GATEHOUSE_TEST_SHARED is not set: no reference data";
    }
    fixtures_ = std::filesystem::path(folder) / "fixtures";
    ASSERT_TRUE(std::filesystem::is_directory(fixtures_)) << fixtures_;
  }

  json::Object Read(const std::filesystem::path& name) const {
    std::ifstream file(fixtures_ / name);
    std::stringstream text;
    text << file.rdbuf();
    auto parsed = json::ParseObject(text.str(), {.max_bytes = 8 * 1024 * 1024, .max_depth = 128});
    EXPECT_TRUE(parsed.has_value()) << name << ": " << (parsed ? "" : parsed.error().detail);
    return parsed ? std::move(*parsed) : json::Object();
  }

  std::vector<std::string> Names(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(fixtures_ / folder)) {
      names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
  }

  std::filesystem::path fixtures_;
};

TEST_F(ReferenceData, HashesOfEveryEventAreExact) {
  const json::Object expected = Read("grouping_expected_newstyle_2023_01_11.json");
  const Config base = Config::Default();
  std::size_t exact = 0;
  for (const std::string& name : Names("grouping_inputs")) {
    SCOPED_TRACE(name);
    json::Object event = Read("grouping_inputs/" + name + ".json");
    std::string key = name;
    std::ranges::replace(key, '-', '_');
    const json::Value* want = expected.if_contains(key);
    if (want == nullptr) want = expected.if_contains(name);
    ASSERT_NE(want, nullptr);
    Config config = base;
    if (const json::Object* own = json::GetObject(event, "_grouping")) {
      auto rules = Rules::Parse(json::GetString(*own, "enhancements").value_or(""));
      ASSERT_TRUE(rules.has_value()) << rules.error().detail;
      config.project = std::make_shared<const Rules>(std::move(*rules));
    }
    Normalize(event);
    const Grouping grouping = Group(event, config);
    json::Object got;
    for (const Variant& variant : grouping.variants) {
      got[variant.name] = variant.hash.empty() ? json::Value() : json::Value(variant.hash);
    }
    json::Object hashes;
    for (const auto& member : want->get_object()) {
      hashes[member.key()] = member.value().get_object().at("hash");
    }
    EXPECT_EQ(got, hashes) << json::Serialize(Explain(grouping));
    exact += got == hashes ? 1u : 0u;
    // What was prepared groups the same again.
    json::Object again = event;
    EXPECT_EQ(Group(again, config).hashes, grouping.hashes);
  }
  EXPECT_GE(exact, 81u);
}

// The recorded form of a rule, as text.
std::string RuleText(const json::Object& rule) {
  std::string text;
  for (const json::Value& pair : rule.at("matchers").get_array()) {
    text += std::string(pair.get_array()[0].get_string()) + ":" +
            Quoted(pair.get_array()[1].get_string()) + " ";
  }
  text += "->";
  for (const json::Value& value : rule.at("fingerprint").get_array()) {
    text += " " + Quoted(value.get_string()) + ",";
  }
  if (const json::Object* attributes = json::GetObject(rule, "attributes")) {
    for (const auto& member : *attributes) {
      text += " " + std::string(member.key()) + "=" + Quoted(member.value().get_string());
    }
  }
  return text + "\n";
}

TEST_F(ReferenceData, FingerprintRulesDecideAsExpected) {
  const json::Object expected = Read("fingerprint_expected.json");
  for (const std::string& name : Names("fingerprint_inputs")) {
    SCOPED_TRACE(name);
    json::Object event = Read("fingerprint_inputs/" + name + ".json");
    const json::Object& want = expected.at(name).get_object();
    std::string text;
    for (const json::Value& rule : event.at("_fingerprinting_rules").get_array()) {
      text += RuleText(rule.get_object());
    }
    auto rules = FingerprintRules::Parse(text);
    ASSERT_TRUE(rules.has_value()) << rules.error().detail << "\n" << text;
    Config config = Config::Default();
    config.project_fingerprints = std::make_shared<const FingerprintRules>(std::move(*rules));
    Normalize(event);
    const Grouping grouping = Group(event, config);

    EXPECT_EQ(grouping.headline.title, want.at("title").get_string());
    if (want.at("fingerprint").is_array()) {
      ASSERT_TRUE(event.contains("fingerprint"));
      EXPECT_EQ(event.at("fingerprint"), want.at("fingerprint"));
    }
    const json::Object explained = Explain(grouping);
    const json::Object& got = explained.at("variants").get_object();
    const json::Object& variants = want.at("variants").get_object();
    EXPECT_EQ(got.size(), variants.size());
    for (const auto& member : variants) {
      SCOPED_TRACE(std::string(member.key()));
      ASSERT_TRUE(got.contains(member.key())) << json::Serialize(got);
      const json::Object& variant = got.at(member.key()).get_object();
      const json::Object& wanted = member.value().get_object();
      for (const std::string_view key : {"type", "values", "client_values", "matched_rule"}) {
        ASSERT_EQ(variant.contains(key), wanted.contains(key)) << key;
        if (wanted.contains(key)) EXPECT_EQ(variant.at(key), wanted.at(key));
      }
      if (const json::Object* component = json::GetObject(wanted, "component")) {
        const json::Object& own = variant.at("component").get_object();
        EXPECT_EQ(own.at("contributes"), component->at("contributes"));
        EXPECT_EQ(own.at("hint"), component->at("hint"));
      }
    }
  }
}

TEST_F(ReferenceData, TextsAreParametrizedAsExpected) {
  const json::Object cases = Read("parametrization_cases.json");
  std::size_t checked = 0;
  for (const auto& group : cases) {
    for (const json::Value& value : group.value().get_array()) {
      const json::Object& c = value.get_object();
      const std::string expected(c.at("expected").get_string());
      // An experimental pass that is off by default.
      if (expected.find("<uniq_id>") != std::string::npos) continue;
      const std::string_view input = c.at("input").get_string();
      EXPECT_EQ(group.key() == "parametrize" ? Parametrize(input) : NormalizeMessage(input),
                expected)
          << c.at("name").get_string();
      ++checked;
    }
  }
  EXPECT_GT(checked, 35u);
}

// Real payloads of many clients: nothing crashes, everything gets a hash.
TEST_F(ReferenceData, RealPayloadsAreGrouped) {
  const Config config = Config::Default();
  for (const std::string folder : {"relay_payloads", "sentry_samples"}) {
    for (const auto& entry : std::filesystem::directory_iterator(fixtures_ / folder)) {
      if (entry.path().extension() != ".json") continue;
      std::ifstream file(entry.path());
      std::stringstream text;
      text << file.rdbuf();
      auto event = json::ParseObject(text.str(), {.max_bytes = 8 * 1024 * 1024, .max_depth = 128});
      if (!event) continue;
      SCOPED_TRACE(entry.path().string());
      const Grouping grouping = Group(*event, config);
      EXPECT_FALSE(grouping.headline.title.empty());
      if (grouping.headline.type != "transaction") {
        EXPECT_FALSE(grouping.hashes.empty());
      }
      EXPECT_FALSE(json::Serialize(Explain(grouping)).empty());
    }
  }
}

// Transactions as they were stored, with the hashes of their spans.
TEST_F(ReferenceData, SpansHaveTheirHashes) {
  for (const char* name : {"m-n-plus-one-db-spans-duration-suceeds", "m-n-plus-one-graphql"}) {
    json::Object stored = Read("sentry_perf/" + std::string(name) + ".json");
    json::Object event = stored;
    HashSpans(event);
    ASSERT_EQ(event.at("spans").as_array().size(), 31u) << name;
    EXPECT_EQ(event.at("spans"), stored.at("spans")) << name;
  }
  int roots = 0;
  for (const std::string& name : Names("sentry_perf")) {
    const json::Object stored = Read("sentry_perf/" + name + ".json");
    const json::Object* config = json::GetObject(stored, "span_grouping_config");
    // One has had its names taken out.
    if (config == nullptr || name == "m-n-plus-one-off-by-one") continue;
    json::Object event = stored;
    HashSpans(event);
    EXPECT_EQ(event.at("contexts").at("trace").at("hash"),
              stored.at("contexts").at("trace").at("hash"))
        << name;
    ++roots;
  }
  EXPECT_EQ(roots, 10);
}

}  // namespace
}  // namespace gatehouse::grouping
