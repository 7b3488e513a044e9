// Payloads of real clients from the folder of shared test data, where there is one.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "region/events/normalize/normalize_fixture.h"
#include "region/events/scrub/rules.h"

namespace gatehouse::events {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Events among the lines of a recorded envelope, or the whole text if it is one object.
std::vector<std::string> EventsIn(const std::string& text) {
  if (Parse(text, {.max_bytes = text.size()})) return {text};
  std::vector<std::string> events;
  for (std::string_view line : Split(text, '\n')) {
    if (line.find("\"event_id\"") == line.npos || line.find("\"sdk\"") == line.npos) continue;
    if (line.find("\"platform\"") == line.npos) continue;
    if (Parse(line)) events.emplace_back(line);
  }
  return events;
}

// Where two values differ, and how.
std::string Difference(const json::Value& a, const json::Value& b, const std::string& path) {
  if (a == b) return {};
  if (a.is_object() && b.is_object()) {
    for (const auto& member : a.get_object()) {
      std::string below = path + "." + std::string(member.key());
      const json::Value* other = b.get_object().if_contains(member.key());
      if (other == nullptr) return below + " only before";
      if (member.value() != *other) return Difference(member.value(), *other, below);
    }
    return path + " has new members: " + json::Serialize(b);
  }
  if (a.is_array() && b.is_array() && a.get_array().size() == b.get_array().size()) {
    for (std::size_t i = 0; i < a.get_array().size(); ++i) {
      const json::Value& item = a.get_array()[i];
      const json::Value& other = b.get_array()[i];
      if (item != other) return Difference(item, other, path + "." + std::to_string(i));
    }
  }
  return path + ": " + json::Serialize(a) + " became " + json::Serialize(b);
}

TEST(SharedPayloads, AreNormalizedOnceAndForAll) {
  const char* folder = std::getenv("GATEHOUSE_TEST_SHARED");
  if (folder == nullptr) GTEST_SKIP() << "GATEHOUSE_TEST_SHARED is not set";
  scrub::Rules rules;
  int kept = 0;
  for (std::string_view name :
       {"fixtures/relay_payloads", "fixtures/sentry_samples", "fixtures/sentry_perf",
        "fixtures/grouping_inputs", "captures/requests"}) {
    ASSERT_TRUE(fs::exists(fs::path(folder) / name)) << name;
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / name)) {
      std::string extension = entry.path().extension().string();
      if (extension != ".json" && extension != ".dec" && extension != ".body") continue;
      if (entry.path().filename().string().ends_with(".headers.json")) continue;
      for (const std::string& text : EventsIn(ReadFile(entry.path()))) {
        SCOPED_TRACE(entry.path().filename().string());
        Context context = TestContext();
        context.client_ip = "198.51.100.4";
        context.scrub = &rules;
        auto first = RunEvent(text, context);
        if (first.outcome.reason == kReasonTimestamp) {
          // Transactions of other years: as if they had arrived in time.
          context.max_secs_in_past = context.max_secs_in_future = std::int64_t{100} * 365 * 86400;
          first = RunEvent(text, context);
        }
        if (!first.outcome.kept()) {
          EXPECT_EQ(first.outcome.reason, kReasonInvalidTransaction);
          continue;
        }
        ++kept;
        std::string once = json::Serialize(first.event);
        auto second = Parse(once, {.max_bytes = once.size()});
        ASSERT_TRUE(second);
        context.renormalize = true;
        EXPECT_TRUE(Normalize(*second, context).kept());
        EXPECT_EQ(Difference(first.event, *second, ""), "");
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GT(kept, 150);
}

TEST(SharedPayloads, ASecurityReportGetsWhatTheBrowserLeftOut) {
  const char* folder = std::getenv("GATEHOUSE_TEST_SHARED");
  if (folder == nullptr) GTEST_SKIP() << "GATEHOUSE_TEST_SHARED is not set";
  fs::path reports = fs::path(folder) / "fixtures" / "relay_security";
  Context context = TestContext();
  context.kind = ItemKind::kSecurity;
  context.client_ip = "127.0.0.1";
  context.user_agent =
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
      "Chrome/74.0.3729.169 Safari/537.36";
  context.project_id = 42;
  auto result = RunEvent(ReadFile(reports / "csp.no_processing.output.json"), context);
  for (std::string_view made : {"event_id", "received", "timestamp"}) result.event.erase(made);
  auto expected = Parse(ReadFile(reports / "csp.normalized.output.json"));
  ASSERT_TRUE(expected);
  // The key and the grouping rules are not part of this step.
  for (std::string_view other : {"key_id", "grouping_config"}) expected->erase(other);
  EXPECT_TRUE(result.event == *expected) << json::Serialize(result.event);
}

}  // namespace
}  // namespace gatehouse::events
