#pragma once

// Events for tests of what reads them: saved and stored as the processor does.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "platform/runtime/runtime.h"
#include "region/events/save/event_manager.h"
#include "region/eventstore/event_store.h"

namespace gatehouse::issues {

struct SeedEvent {
  int number = 1;                  // the id
  std::string type = "TypeError";  // of the exception: decides the issue
  std::string value = "boom";
  std::string release = {};
  std::string environment = {};
  std::string level = "error";
  std::string user = {};  // its id
  Duration ago = {};
  std::string more = {};  // members: `,"k":…`
  std::string platform = "node";
};

inline std::string SeedId(int number) {
  std::string digits = std::to_string(number);
  return std::string(32 - digits.size(), 'b') + digits;
}

class Seeder {
 public:
  Seeder(sql::Database& db, const Clock& clock, IdGenerator& ids, eventstore::EventStore& store)
      : clock_(clock), store_(store), manager_({.db = db, .clock = clock, .ids = ids}) {}

  void Add(const projects::Project& project, const std::vector<SeedEvent>& seeds) {
    std::vector<events::Incoming> batch;
    for (const SeedEvent& seed : seeds) batch.push_back(Make(project, seed));
    auto saved = runtime::RunSync(manager_.Save(std::move(batch)));
    ASSERT_TRUE(saved.has_value()) << saved.error().reason << " " << saved.error().detail;
    std::vector<eventstore::StoredEvent> stored;
    for (events::Saved& one : *saved) {
      if (one.fate == events::Saved::Fate::kSaved) stored.push_back(std::move(one.stored));
    }
    const std::size_t count = stored.size();
    auto outcome = runtime::RunSync(store_.Insert(std::move(stored)));
    ASSERT_TRUE(outcome.has_value()) << outcome.error().reason;
    EXPECT_EQ(outcome->refused.size(), 0u) << count;
  }

 private:
  events::Incoming Make(const projects::Project& project, const SeedEvent& seed) {
    const Timestamp at = clock_.Now() - seed.ago;
    std::string text = "{\"event_id\":\"" + SeedId(seed.number) + "\",\"level\":\"" + seed.level +
                       "\",\"platform\":\"" + seed.platform +
                       "\",\"timestamp\":" + std::to_string(static_cast<double>(at.micros) / 1e6);
    const auto put = [&text](const char* key, const std::string& value) {
      if (!value.empty()) text += std::string(",\"") + key + "\":\"" + value + "\"";
    };
    put("release", seed.release);
    put("environment", seed.environment);
    if (!seed.user.empty()) text += ",\"user\":{\"id\":\"" + seed.user + "\"}";
    text += R"(,"type":"error","exception":{"values":[{"type":")" + seed.type + R"(","value":")" +
            seed.value +
            R"(","stacktrace":{"frames":[{"filename":"app.js","function":"main",)"
            R"("lineno":3,"in_app":true,"pre_context":["a","b"],"context_line":"c",)"
            R"("post_context":["d"]},{"filename":"lib.js","function":"call",)"
            R"("lineno":9,"in_app":false}]}}]})" +
            seed.more + "}";
    events::Incoming incoming{.project = project,
                              .event = {},
                              .grouping = {},
                              .received = clock_.Now(),
                              .source = next_source_++};
    auto event = json::ParseObject(text);
    EXPECT_TRUE(event.has_value()) << text;
    if (event) incoming.event = std::move(*event);
    incoming.grouping = grouping::Group(incoming.event, grouping::Config::Default());
    return incoming;
  }

  const Clock& clock_;
  eventstore::EventStore& store_;
  events::EventManager manager_;
  std::int64_t next_source_ = 1;
};

}  // namespace gatehouse::issues
