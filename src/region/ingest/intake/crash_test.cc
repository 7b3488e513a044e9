// The processor, killed at every statement, commit, store insert and stream append: whatever was
// accepted is stored and counted once, received = accepted + rejected + duplicate.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <set>

#include "core/testing/migrated_database.h"
#include "platform/sql/testing/faulty_database.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/ingest/intake/intake.h"
#include "region/ingest/intake/processor.h"
#include "region/projects/service_impl.h"
#include "region/stream/embedded/embedded_stream.h"
#include "region/stream/embedded/files.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";

// Ends the process at the n-th moment.
struct Moments {
  std::size_t armed = 0;
  std::size_t count = 0;
  void Reach() {
    if (++count == armed) ::kill(::getpid(), SIGKILL);
  }
};

class MarkedStream final : public stream::EventStream {
 public:
  MarkedStream(stream::EventStream& inner, Moments& moments) : inner_(inner), moments_(moments) {}
  Task<stream::Offset> Append(std::string topic, std::vector<stream::Record> records) override {
    moments_.Reach();
    auto done = co_await inner_.Append(std::move(topic), std::move(records));
    moments_.Reach();
    co_return done;
  }
  Task<stream::ReadResult> Read(std::string topic, stream::Offset from,
                                stream::ReadLimits limits) override {
    return inner_.Read(std::move(topic), from, limits);
  }
  Task<void> WaitFor(std::string topic, stream::Offset offset) override {
    return inner_.WaitFor(std::move(topic), offset);
  }
  Task<stream::Offset> Join(std::string topic, std::string group) override {
    return inner_.Join(std::move(topic), std::move(group));
  }
  Task<void> Commit(std::string topic, std::string group, stream::Offset next) override {
    moments_.Reach();
    auto done = co_await inner_.Commit(std::move(topic), std::move(group), next);
    moments_.Reach();
    co_return done;
  }
  Task<stream::TopicState> State(std::string topic) override {
    return inner_.State(std::move(topic));
  }
  Task<void> DropOld() override { return inner_.DropOld(); }
  void Stop() override { inner_.Stop(); }

 private:
  stream::EventStream& inner_;
  Moments& moments_;
};

class ProcessorCrashTest : public test::MigratedDatabase {
 protected:
  // One process: everything that is open and every thread.
  struct House {
    House(ProcessorCrashTest& test, sql::Database& db, Moments* moments) {
      files = stream::embedded::PosixFiles();
      real =
          *stream::embedded::OpenStream({.folder = test.folder_ / "stream"}, test.clock(), *files);
      store = *eventstore::sqlite::OpenStore({.folder = test.folder_ / "events"}, test.clock(),
                                             test.rng());
      if (moments != nullptr) marked = std::make_unique<MarkedStream>(*real, *moments);
      stream::EventStream& stream = marked ? static_cast<stream::EventStream&>(*marked) : *real;
      projects = std::make_unique<projects::ServiceImpl>(
          projects::ServiceImpl::Parts{.db = db,
                                       .clock = test.clock(),
                                       .rng = test.rng(),
                                       .ids = test.ids(),
                                       .audit = test.audit()});
      outcomes = std::make_unique<ingest::Outcomes>(db);
      quotas = std::make_unique<QuotaCounters>(db);
      settings = std::make_unique<Settings>(
          Settings::Parts{.db = db, .clock = test.clock(), .audit = test.audit()});
      check_ins = std::make_unique<monitors::CheckIns>(test.ids(), zones);
      manager = std::make_unique<events::EventManager>(
          events::EventManager::Parts{.db = db, .clock = test.clock(), .ids = test.ids()});
      intake = std::make_unique<Intake>(Intake::Parts{.projects = *projects,
                                                      .stream = stream,
                                                      .outcomes = *outcomes,
                                                      .quotas = *quotas,
                                                      .settings = *settings,
                                                      .backlog = backlog,
                                                      .rng = test.rng()});
      processor = std::make_unique<Processor>(Processor::Parts{.topic = kTopicIngest,
                                                               .db = db,
                                                               .projects = *projects,
                                                               .stream = stream,
                                                               .store = *store,
                                                               .manager = *manager,
                                                               .rules = rules,
                                                               .settings = *settings,
                                                               .check_ins = *check_ins,
                                                               .backlog = backlog,
                                                               .cpu = cpu,
                                                               .clock = test.clock(),
                                                               .ids = test.ids(),
                                                               .log = log});
    }
    ~House() {
      processor.reset();
      real->Stop();
    }
    void Process() {
      while (true) {
        auto done = runtime::RunSync(processor->Step());
        ASSERT_OK(done);
        if (*done == 0) return;
      }
    }

    ManualClock log_clock;
    telemetry::Logger log{log_clock, {}};
    runtime::WorkerPool cpu{"cpu", 1, 100};
    std::unique_ptr<QuotaCounters> quotas;
    std::unique_ptr<Settings> settings;
    Backlog backlog;
    monitors::TimeZones zones;
    std::unique_ptr<monitors::CheckIns> check_ins;
    ProjectRules rules;
    std::unique_ptr<stream::embedded::Files> files;
    std::unique_ptr<stream::EventStream> real;
    std::unique_ptr<MarkedStream> marked;
    std::unique_ptr<eventstore::EventStore> store;
    std::unique_ptr<projects::ServiceImpl> projects;
    std::unique_ptr<ingest::Outcomes> outcomes;
    std::unique_ptr<events::EventManager> manager;
    std::unique_ptr<Intake> intake;
    std::unique_ptr<Processor> processor;
  };

  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    std::string name = std::filesystem::temp_directory_path() / "gatehouse_crash_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    for (const std::string& text :
         {std::string(
              "INSERT INTO organizations (id, slug, name, status, default_role, flags, version, "
              "created_at) VALUES (1, 'acme', 'Acme', 'active', 'member', 1, 1, 0)"),
          std::string("INSERT INTO projects (id, organization_id, slug, name, platform, status, "
                      "flags, options, last_short_id, version, created_at) VALUES (10, 1, 'shop', "
                      "'Shop', 'node', 'active', 0, '{}', 0, 1, 0)"),
          "INSERT INTO project_keys (id, organization_id, project_id, public_key, label, "
          "is_active, "
          "rate_count, rate_seconds, created_at) VALUES (20, 1, 10, '" +
              std::string(kKey) + "', '', 1, 0, 0, 0)"}) {
      ASSERT_OK(Write([&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", text}); }));
    }
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    MigratedDatabase::TearDown();
  }
  static std::string Id(int number) {
    std::string id(32, '0');
    const std::string digits = std::to_string(number);
    id.replace(31 - digits.size(), digits.size(), digits);
    id[0] = 'a';
    return id;
  }
  static std::string Item(const std::string& type, const std::string& payload,
                          const std::string& more = "") {
    return "{\"type\":\"" + type + "\"" + more + ",\"length\":" + std::to_string(payload.size()) +
           "}\n" + payload + "\n";
  }
  void Send(House& house, const std::string& body) {
    IntakeRequest request;
    request.path_project = "10";
    const std::string auth = "Sentry sentry_version=7, sentry_key=" + std::string(kKey);
    request.x_sentry_auth = auth;
    request.received = clock().Now();
    request.body = body;
    auto answer = Run(house.intake->Envelope(request));
    ASSERT_OK(answer);
    ASSERT_EQ(answer->status, 200) << answer->body;
  }
  // Five records: two errors, a copy of the first, a transaction, one that is no event; the first
  // has an attachment.
  void SendRound(House& house, int round) {
    const std::string now = std::to_string(clock().Now().micros / 1'000'000);
    const auto error = [&](int id, const std::string& more) {
      return "{\"event_id\":\"" + Id(round * 10 + id) + "\"}\n" +
             Item("event",
                  "{\"level\":\"error\",\"release\":\"r" + std::to_string(round) +
                      "\",\"exception\":{\"values\":[{\"type\":\"E\",\"value\":\"boom\"}]}}") +
             more;
    };
    Send(house, error(1, Item("attachment", "log", ",\"filename\":\"a.log\"")));
    Send(house, error(2, ""));
    Send(house, error(1, ""));
    Send(house, "{\"event_id\":\"" + Id(round * 10 + 3) + "\"}\n" +
                    Item("transaction",
                         "{\"type\":\"transaction\",\"transaction\":\"/buy\",\"start_timestamp\":" +
                             now + ",\"timestamp\":" + now +
                             ",\"contexts\":{\"trace\":{\"trace_id\":"
                             "\"4c79f60c11214eb38604f4ae0781bfb2\",\"span_id\":\"fa90fdead5f74052\""
                             ",\"op\":\"http\"}},\"spans\":[]}"));
    Send(house, "{\"event_id\":\"" + Id(round * 10 + 4) + "\"}\n" + Item("event", "no JSON"));
  }
  std::int64_t Outcomes(const std::string& outcome, const std::string& category) {
    return Number("SELECT COALESCE(SUM(quantity), 0) FROM outcomes WHERE outcome = '" + outcome +
                  "' AND category = '" + category + "'");
  }
  // After `rounds` rounds, once everything has been processed.
  void ExpectExact(House& house, int rounds, const std::string& moment) {
    SCOPED_TRACE(moment);
    EXPECT_EQ(Outcomes("accepted", "error"), 2 * rounds);
    EXPECT_EQ(Outcomes("accepted", "transaction"), rounds);
    EXPECT_EQ(Outcomes("accepted", "attachment"), 3 * rounds);
    EXPECT_EQ(Outcomes("invalid", "error"), 2 * rounds) << "duplicates, and what cannot be read";
    EXPECT_EQ(Number("SELECT SUM(times_seen) FROM issues"), 2 * rounds);
    const auto stored = [&](eventstore::Kind kind) {
      auto page = Run(house.store->List({.project_id = 10, .kind = kind, .limit = 10'000}));
      EXPECT_OK(page);
      return page ? static_cast<int>(page->events.size()) : -1;
    };
    EXPECT_EQ(stored(eventstore::Kind::kError), 2 * rounds);
    EXPECT_EQ(stored(eventstore::Kind::kTransaction), rounds);
    auto items = Run(house.store->ListItems(
        {.project_id = 10, .type = "attachment", .limit = 10'000, .with_payload = true}));
    ASSERT_OK(items);
    EXPECT_EQ(static_cast<int>(items->items.size()), rounds);
    // Delivery onto the stream is at least once: every id is there.
    auto read = Run(house.real->Read("events", 0, {.max_records = 100'000}));
    ASSERT_OK(read);
    std::set<std::string> ids;
    for (const auto& record : read->records) {
      for (const auto& [name, value] : record.record.headers) {
        if (name == "event_id") ids.insert(value);
      }
    }
    EXPECT_EQ(static_cast<int>(ids.size()), 2 * rounds);
  }

  // Each round is sent, processed by a child that dies, and processed to its end here.
  void KillAtEach(const std::function<bool(sql::FaultyDatabase&, Moments&, std::size_t)>& arm) {
    for (std::size_t n = 1;; ++n) {
      const int round = static_cast<int>(n);
      {
        House house(*this, db(), nullptr);
        SendRound(house, round);
      }
      // No thread may hold a lock at the fork: the child would wait for it for ever.
      database().Close();
      const pid_t child = fork();
      if (child == 0) {
        auto own = database().OpenAnother();
        sql::FaultyDatabase faulty(*own);
        Moments moments;
        if (!arm(faulty, moments, n)) _exit(2);
        House house(*this, faulty, &moments);
        house.Process();
        _exit(0);
      }
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      database().Reopen();
      clock().Advance(std::chrono::seconds(1));
      House house(*this, db(), nullptr);
      house.Process();
      ExpectExact(house, round, "killed at " + std::to_string(n));
      if (HasFailure()) return;
      if (WIFEXITED(status)) {
        ASSERT_EQ(WEXITSTATUS(status), 0);
        EXPECT_GT(n, 5u) << "a sweep that shrank proves less";
        return;  // it has no such moment
      }
      ASSERT_EQ(WTERMSIG(status), SIGKILL);
    }
  }

  std::filesystem::path folder_;
};
GATEHOUSE_ON_ALL_ENGINES(ProcessorCrashTest);

TEST_P(ProcessorCrashTest, KillAtEveryStatementCountsAndStoresEachOnce) {
  KillAtEach([](sql::FaultyDatabase& faulty, Moments&, std::size_t n) {
    faulty.Arm(n, sql::Fault::kKill);
    return true;
  });
}

TEST_P(ProcessorCrashTest, KillAroundEveryAppendAndCommitCountsAndStoresEachOnce) {
  KillAtEach([](sql::FaultyDatabase&, Moments& moments, std::size_t n) {
    moments.armed = n;
    return true;
  });
}

// What no attempt can save must not hold up what stands behind it.
TEST_P(ProcessorCrashTest, ARecordThatCannotBeSavedIsPassedOver) {
  House house(*this, db(), nullptr);
  SendRound(house, 1);
  house.Process();
  // The next issue cannot be made: its number is taken.
  ASSERT_OK(Write([](sql::Tx& tx) {
    return tx.Exec(sql::Statement{
        "",
        "INSERT INTO issues (id, organization_id, project_id, short_id, status, substatus, "
        "priority, type, level, platform, logger, title, culprit, message, metadata, times_seen, "
        "first_seen, last_seen, active_at, assignee, version) SELECT id + 1, organization_id, "
        "project_id, short_id + 1, status, substatus, priority, type, level, platform, logger, "
        "title, culprit, message, metadata, 0, first_seen, last_seen, active_at, assignee, version "
        "FROM issues"});
  }));
  Send(house, "{\"event_id\":\"" + Id(99) + "\"}\n" + Item("event", R"({"message":"new"})"));
  SendRound(house, 2);
  house.Process();
  EXPECT_EQ(Outcomes("accepted", "error"), 4);
  EXPECT_EQ(Number("SELECT SUM(quantity) FROM outcomes WHERE reason = 'internal'"), 1);
  auto behind = Run(house.store->Get(10, Id(21)));
  EXPECT_TRUE(behind && *behind);
}

}  // namespace
}  // namespace gatehouse::ingest
