// The list of issues of an organization with 100,000 of them and a million events: every order,
// deep pages, searches, and the counts beside them, as the API asks. Goal: a page within 30 ms
// (p95).
//
//   issues_bench [issues] [events]   (GATEHOUSE_BENCH_POSTGRES names a second database)

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/bench.h"
#include "core/schema/schema.h"
#include "platform/config/config.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/migrate.h"
#include "platform/sql/postgres/postgres.h"
#include "platform/sql/sqlite/sqlite.h"
#include "region/events/issues/service_impl.h"
#include "region/events/save/search_rows.h"
#include "region/eventstore/sqlite/sqlite_store.h"

namespace gatehouse::app {
namespace {

constexpr OrgId kOrg{1};
constexpr ProjectId kBig{10};
constexpr ProjectId kSmall{11};
constexpr int kRuns = 100;
constexpr std::int64_t kFirstIssue = 1000;

void Execute(sql::Database& db, const std::string& text) {
  bench::Must(db.WriteSync(sql::Tenant::All(),
                           [&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", text}); }));
}

// 330 bytes of made-up words; one issue in a hundred has "quasi" among them.
std::string WordsOf(std::int64_t issue) {
  static constexpr std::string_view kSyllables[] = {"con", "ti", "re", "ser", "ver",  "ma",  "lo",
                                                    "ne",  "pa", "fi", "den", "gra",  "sto", "bu",
                                                    "hy",  "we", "jo", "cur", "plex", "nim"};
  std::uint64_t state = static_cast<std::uint64_t>(issue) * 0x9E3779B97F4A7C15ULL + 1;
  const auto below = [&state](std::uint64_t n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % n;
  };
  std::string text;
  while (text.size() < 320) {
    for (std::uint64_t n = 1 + below(4); n > 0; --n) text += kSyllables[below(20)];
    text += ' ';
  }
  return issue % 100 == 31 ? text + "quasi" : text;
}

// One in a hundred belongs to the small project; nine of ten are unresolved.
void FillIssues(sql::Database& db, std::int64_t issues, std::int64_t events, Timestamp now) {
  Execute(db,
          "INSERT INTO organizations (id, slug, name, status, default_role, flags, version, "
          "created_at) VALUES (1, 'acme', 'Acme', 'active', 'member', 1, 1, 0)");
  for (const ProjectId project : {kBig, kSmall}) {
    Execute(db,
            "INSERT INTO projects (id, organization_id, slug, name, platform, status, flags, "
            "options, last_short_id, version, created_at) VALUES (" +
                project.ToString() + ", 1, 'p" + project.ToString() +
                "', 'P', 'node', 'active', 0, '{}', 0, 1, 0)");
  }
  Execute(db,
          "INSERT INTO releases (id, organization_id, version, status, major, minor, patch, "
          "revision, prerelease, build, commits, user_agent, created_at) VALUES (5, 1, '1.0', "
          "'open', 0, 0, 0, 0, '', '', '[]', '', 0)");
  Execute(db,
          "INSERT INTO environments (id, organization_id, name, created_at) VALUES (6, 1, "
          "'staging', 0)");
  for (std::int64_t begin = 0; begin < issues; begin += 500) {
    std::string rows;
    std::string releases;
    std::string environments;
    std::vector<events::SearchRow> search;
    for (std::int64_t i = begin; i < std::min(begin + 500, issues); ++i) {
      const std::int64_t id = kFirstIssue + i;
      const std::int64_t mixed = i * 7919 % issues;
      const std::int64_t seen = now.micros - mixed * 10'000'000;
      const char* status = i % 10 == 0 ? (i % 20 == 0 ? "resolved" : "ignored") : "unresolved";
      const std::string title = "Error" + std::to_string(i) + ": something broke";
      const std::string message = title + " " + WordsOf(i);
      const std::int64_t level = i % 5000 == 7 ? 50 : 40;
      const char* logger = i % 2000 == 9 ? "db.pool" : "";
      rows += (rows.empty() ? "(" : ", (") + std::to_string(id) + ", 1, " +
              (i % 100 == 0 ? "11" : "10") + ", " + std::to_string(i) + ", '" + status + "', '" +
              (i % 10 == 0 ? "" : "new") + "', " + (i % 3 == 0 ? "25" : "75") + ", 'error', " +
              std::to_string(level) + ", 'node', '" + logger + "', '" + title + "', 'main', '" +
              message + "', '{\"type\":\"Error\"}', " + std::to_string(1 + mixed * 3 % 977) + ", " +
              std::to_string(seen - 86'400'000'000) + ", " + std::to_string(seen) + ", " +
              std::to_string(seen) + ", '" + (i % 3000 == 11 ? "user:7" : "") + "', 1, " +
              std::to_string(mixed % 50) + ")";
      search.push_back({.issue = IssueId{id},
                        .organization = kOrg,
                        .level = level,
                        .type = "error",
                        .platform = "node",
                        .logger = logger,
                        .grams = events::GramsOfIssue(message, title)});
      if (i % 700 == 13) {
        environments += (environments.empty() ? "(1, " : ", (1, ") + std::to_string(id) + ", 6, 0)";
      }
      if (i % 1000 == 3) {
        releases += (releases.empty() ? "(1, " : ", (1, ") + std::to_string(id) + ", 5, '', 0, 0)";
      }
    }
    Execute(db,
            "INSERT INTO issues (id, organization_id, project_id, short_id, status, substatus, "
            "priority, type, level, platform, logger, title, culprit, message, metadata, "
            "times_seen, first_seen, last_seen, active_at, assignee, version, users_seen) VALUES " +
                rows);
    if (!releases.empty()) {
      Execute(db,
              "INSERT INTO issue_releases (organization_id, issue_id, release_id, environment, "
              "first_seen, last_seen) VALUES " +
                  releases);
    }
    if (!environments.empty()) {
      Execute(db,
              "INSERT INTO issue_environments (organization_id, issue_id, environment_id, "
              "first_seen) VALUES " +
                  environments);
    }
    bench::Must(db.WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
      for (const events::SearchRow& row : search) GH_TRY_VOID(events::AddSearchRow(tx, row));
      return {};
    }));
  }
  Execute(db, "ANALYZE");
  std::printf("  %lld issues, %lld events\n", static_cast<long long>(issues),
              static_cast<long long>(events));
}

// Spread over a fortnight and over the issues, a few of which have many.
void FillEvents(eventstore::EventStore& store, std::int64_t issues, std::int64_t events,
                Timestamp now) {
  for (std::int64_t begin = 0; begin < events; begin += 2000) {
    std::vector<eventstore::StoredEvent> batch;
    for (std::int64_t i = begin; i < std::min(begin + 2000, events); ++i) {
      eventstore::StoredEvent e;
      char id[33];
      std::snprintf(id, sizeof id, "%032llx", static_cast<unsigned long long>(i + 1));
      e.event_id = id;
      const std::int64_t issue = i % 4 == 0 ? i % 100 : i * 31 % issues;
      e.project_id = issue % 100 == 0 ? kSmall.value : kBig.value;
      e.group_id = kFirstIssue + issue;
      e.timestamp = now - Duration(begin / 2000 * 14 * 86'400'000'000 / (events / 2000 + 1));
      e.received = now;
      e.type = "error";
      e.title = "Error";
      e.message = "Error: something broke";
      e.user = "id:" + std::to_string(i % 5000);
      e.tags = {{"browser", i % 3 == 0 ? "Firefox" : "Chrome"},
                {"rare", i % 20'000 == 0 ? "yes" : "no"},
                {"sentry:user", e.user}};
      e.payload = "{}";
      batch.push_back(std::move(e));
    }
    bench::Must(runtime::RunSync(store.Insert(std::move(batch))));
  }
}

struct Case {
  const char* what;
  issues::Query query;
};

issues::Query Of(const char* text, Timestamp now) {
  issues::Query query;
  query.terms = bench::Must(issues::ParseQuery(text, now));
  query.limit = 100;
  return query;
}

void Measure(const char* engine, sql::Database& db, eventstore::EventStore& store,
             std::int64_t issues, std::int64_t events) {
  std::printf("%s\n", engine);
  SystemClock clock;
  SystemRng rng;
  IdGenerator ids(clock, 1);
  bench::Must(sql::Migrate(db, clock, schema::kControlSet, schema::ControlMigrations(),
                           schema::kTenantTables));
  bench::Must(sql::Migrate(db, clock, schema::kRegionSet, schema::RegionMigrations(),
                           schema::kTenantTables));
  const Timestamp now = clock.Now();
  FillIssues(db, issues, events, now);
  const audit::Log log(clock, ids, std::string(32, 'k'));
  issues::ServiceImpl service(
      {.db = db, .clock = clock, .rng = rng, .ids = ids, .audit = log, .store = store});

  constexpr const char* kDefault = "is:unresolved issue.priority:[high, medium]";
  std::vector<Case> cases;
  const auto add = [&](const char* what, issues::Query query) {
    cases.push_back({what, std::move(query)});
  };
  const auto sorted = [&](const char* text, issues::Sort sort) {
    issues::Query query = Of(text, now);
    query.sort = sort;
    return query;
  };
  add("default", Of(kDefault, now));
  add("everything", Of("", now));
  add("unresolved, new", sorted("is:unresolved", issues::Sort::kFirstSeen));
  add("unresolved, freq", sorted("is:unresolved", issues::Sort::kTimesSeen));
  add("unresolved, user", sorted("is:unresolved", issues::Sort::kUsersSeen));
  issues::Query deep = Of("is:unresolved", now);
  deep.after = issues::Position{now.micros - 10'000'000 * (issues / 2), 0, false};
  add("in the middle", deep);
  deep.after->back = true;
  add("in the middle, back", deep);
  issues::Query small = Of(kDefault, now);
  small.projects = {kSmall};
  add("small project", small);
  add("rare level", Of("level:fatal", now));
  add("rare release", Of("release:1.0", now));
  add("rare environment", Of("environment:staging", now));
  add("rare logger", Of("is:unresolved logger:db.pool", now));
  add("rare assignee", Of("is:unresolved assigned:user:7", now));
  add("not the common level", Of("!level:error", now));
  add("rare, new", sorted("level:fatal", issues::Sort::kFirstSeen));
  add("common tag", Of("is:unresolved browser:Firefox", now));
  add("rare tag", Of("rare:yes", now));
  add("word, common", Of("something", now));
  add("word, rare", Of("Error77777:", now));
  add("word, 1 %", Of("quasi", now));
  add("word, nowhere", Of("segmentation", now));
  add("word, rare, project", [&] {
    issues::Query query = Of("Error777", now);
    query.projects = {kBig};
    return query;
  }());
  for (const Case& one : cases) {
    std::vector<double> took;
    std::size_t found = 0;
    for (int run = 0; run < kRuns; ++run) {
      const auto begin = std::chrono::steady_clock::now();
      const issues::Page page = bench::Must(runtime::RunSync(service.List(kOrg, one.query)));
      eventstore::CountQuery counts;
      counts.project_id = kBig.value;
      counts.range.from = now - std::chrono::hours(23);
      counts.range.to = now;
      for (const issues::Issue& issue : page.issues) counts.group_ids.push_back(issue.id.value);
      if (!counts.group_ids.empty()) bench::Must(runtime::RunSync(store.Counts(std::move(counts))));
      took.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
              .count());
      found = page.issues.size();
    }
    std::ranges::sort(took);
    std::printf("  %-22s median %7.2f ms   p95 %7.2f ms   (%zu on the page)\n", one.what,
                took[kRuns / 2], took[kRuns * 95 / 100], found);
  }
}

}  // namespace
}  // namespace gatehouse::app

int main(int argc, char** argv) {
  using namespace gatehouse;
  const std::int64_t issues = argc > 1 ? std::atoll(argv[1]) : 100'000;
  const std::int64_t events = argc > 2 ? std::atoll(argv[2]) : 1'000'000;
  std::string name = std::filesystem::temp_directory_path() / "gatehouse_bench_XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name.data());
  SystemClock clock;
  SystemRng rng;
  {
    auto store = eventstore::sqlite::OpenStore({.folder = folder / "events"}, clock, rng);
    if (!store) return 1;
    app::FillEvents(**store, issues, events, clock.Now());
    {
      auto db = sql::OpenSqlite({.file = folder / "bench.db"});
      if (!db) return 1;
      app::Measure("SQLite", **db, **store, issues, events);
    }
    for (const auto& [variable, url] : config::ProcessEnvironment()) {
      if (variable != "GATEHOUSE_BENCH_POSTGRES") continue;
      auto db = sql::OpenPostgres({.url = url, .connections = 4});
      if (!db) return 1;
      app::Measure("PostgreSQL", **db, **store, issues, events);
    }
  }
  std::filesystem::remove_all(folder);
}
