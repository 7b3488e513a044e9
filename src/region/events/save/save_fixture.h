#pragma once

// An organization with a project, the real event store, and events to save, for this folder's
// tests.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/testing/migrated_database.h"
#include "region/events/save/event_manager.h"
#include "region/eventstore/sqlite/sqlite_store.h"

namespace gatehouse::events {

// What a test says of an event.
struct Sample {
  std::string id;
  std::string type = "TypeError";  // of its exception: decides the issue
  std::string release = {};
  std::string environment = {};
  std::string dist = {};
  std::optional<Timestamp> at = {};
  std::string level = "error";
  std::string more = {};  // members: `,"k":…`
  std::int64_t source = 0;
  bool transaction = false;
};

class SaveFixture : public test::MigratedDatabase {
 protected:
  static constexpr OrgId kOrg{1};
  static constexpr ProjectId kShop{10};

  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    std::string name = std::filesystem::temp_directory_path() / "gatehouse_save_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    Execute(
        "INSERT INTO organizations (id, slug, name, status, default_role, flags, version, "
        "created_at) VALUES (1, 'acme', 'Acme', 'active', 'member', 1, 1, 0)");
    shop_ = AddProject(kShop, "shop");
    OpenParts(db());
  }
  void TearDown() override {
    CloseParts();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    MigratedDatabase::TearDown();
  }
  void OpenParts(sql::Database& database) {
    auto store = eventstore::sqlite::OpenStore({.folder = folder_}, clock(), rng());
    ASSERT_OK(store);
    store_ = std::move(*store);
    manager_ = Manager(database);
  }
  void CloseParts() {
    manager_.reset();
    store_.reset();
  }
  std::unique_ptr<EventManager> Manager(sql::Database& database) {
    return std::make_unique<EventManager>(EventManager::Parts{
        .db = database, .clock = clock(), .ids = ids(), .on_first = [this](const auto& first) {
          firsts_.push_back(first.signal);
        }});
  }
  projects::Project AddProject(ProjectId id, const std::string& slug) {
    Execute(
        "INSERT INTO projects (id, organization_id, slug, name, platform, status, flags, options, "
        "last_short_id, version, created_at) VALUES (" +
        id.ToString() + ", 1, '" + slug + "', 'Shop', 'node', 'active', 0, '{}', 0, 1, 0)");
    projects::Project project;
    project.id = id;
    project.organization = kOrg;
    project.slug = slug;
    return project;
  }
  void Execute(const std::string& text) {
    ASSERT_OK(Write([&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", text}); }));
  }
  std::string Text(std::string_view query) {
    auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", query}); });
    EXPECT_OK(rows);
    return rows && !rows->empty() && !rows->front().IsNull(0) ? rows->front().String(0) : "";
  }
  // All rows, columns joined by blanks.
  std::string Table(std::string_view query) {
    auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", query}); });
    EXPECT_OK(rows);
    std::string out;
    if (rows) {
      for (const sql::Row row : *rows) out += row.String(0) + "\n";
    }
    return out;
  }
  static std::string Id(int number) {
    std::string id(32, '0');
    const std::string digits = std::to_string(number);
    id.replace(31 - digits.size(), digits.size(), digits);
    id[0] = 'a';
    return id;
  }
  Timestamp Second(int second) { return clock().Now() + std::chrono::seconds(second); }

  // As normalization and grouping leave it.
  Incoming Event(const projects::Project& project, const Sample& sample) {
    const Timestamp at = sample.at.value_or(clock().Now());
    std::string text = "{\"event_id\":\"" + sample.id + "\",\"level\":\"" + sample.level +
                       "\",\"platform\":\"node\",\"timestamp\":" +
                       std::to_string(static_cast<double>(at.micros) / 1e6);
    const auto put = [&text](const char* key, const std::string& value) {
      if (!value.empty()) text += std::string(",\"") + key + "\":\"" + value + "\"";
    };
    put("release", sample.release);
    put("environment", sample.environment);
    put("dist", sample.dist);
    if (sample.transaction) {
      text += ",\"type\":\"transaction\",\"transaction\":\"/buy\",\"start_timestamp\":1";
    } else {
      text += ",\"type\":\"error\",\"exception\":{\"values\":[{\"type\":\"" + sample.type +
              "\",\"value\":\"boom\"}]}";
    }
    text += sample.more + "}";
    Incoming incoming{.project = project,
                      .event = {},
                      .grouping = {},
                      .received = clock().Now(),
                      .source = sample.source != 0 ? sample.source : next_source_++,
                      .is_transaction = sample.transaction};
    auto event = json::ParseObject(text);
    EXPECT_TRUE(event.has_value()) << text;
    if (event) incoming.event = std::move(*event);
    if (!sample.transaction) {
      incoming.grouping = grouping::Group(incoming.event, grouping::Config::Default());
    }
    return incoming;
  }
  Incoming Event(const Sample& sample) { return Event(shop_, sample); }
  std::vector<Saved> Save(std::vector<Incoming> batch) {
    auto saved = Run(manager_->Save(std::move(batch)));
    EXPECT_OK(saved);
    return saved ? std::move(*saved) : std::vector<Saved>();
  }
  Saved Save(const Sample& sample) {
    std::vector<Incoming> batch;
    batch.push_back(Event(sample));
    auto saved = Save(std::move(batch));
    return saved.empty() ? Saved{.stored = {}, .message = {}} : std::move(saved.front());
  }
  // Saved and put into the store, as the processor does.
  Saved Keep(const Sample& sample) {
    Saved saved = Save(sample);
    if (saved.fate == Saved::Fate::kSaved) {
      std::vector<eventstore::StoredEvent> events = {saved.stored};
      EXPECT_OK(Run(store_->Insert(std::move(events))));
    }
    return saved;
  }
  std::size_t Stored() {
    auto page = Run(store_->List({.project_id = kShop.value, .limit = 1000}));
    EXPECT_OK(page);
    return page ? page->events.size() : 0;
  }

  projects::Project shop_;
  std::filesystem::path folder_;
  std::unique_ptr<eventstore::EventStore> store_;
  std::unique_ptr<EventManager> manager_;
  std::vector<std::string> firsts_;
  std::int64_t next_source_ = 1;
};

}  // namespace gatehouse::events
