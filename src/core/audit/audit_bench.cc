// The audit log at a million entries: writing, sealing, proving, reading.
//
//   audit_bench [entries]      (default 1000000; GATEHOUSE_BENCH_POSTGRES names a second database)

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "base/bench.h"
#include "core/audit/export.h"
#include "core/audit/verify.h"
#include "core/schema/schema.h"
#include "platform/config/config.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/postgres/postgres.h"
#include "platform/sql/sqlite/sqlite.h"

namespace gatehouse::audit {
namespace {

constexpr sql::Statement kAnalyze{"", "ANALYZE"};
constexpr std::int64_t kOrganizations = 10;

// Seconds.
template <class F>
double Took(F f) {
  const auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Nine tenths belong to the first organization.
Entry Make(std::int64_t i) {
  Entry entry;
  entry.organization = OrgId{i % 10 != 0 ? 1 : 1 + i / 10 % kOrganizations};
  entry.event = i % 50 == 0 ? Event::kSsoEdit : Event::kMemberEdit;
  entry.actor = UserId{i % 1000 == 1 ? 77 : 1000 + i % 200};
  entry.actor_label = "manager@bench.example";
  entry.target_object = i;
  entry.target_user = UserId{5000 + i % 3000};
  entry.ip = "192.0.2.17";
  entry.data = {{"email", "somebody@bench.example"}, {"role", "member"}};
  entry.correlation_id = "0197d2a0-5b1c-7c3e-9f00-" + std::to_string(100'000'000'000 + i);
  return entry;
}

void Measure(const char* name, sql::Database& db, std::int64_t entries) {
  // An entry every thirty seconds: a million a year.
  ManualClock clock;
  const Timestamp middle = clock.Now() + std::chrono::seconds(30) * (entries / 2);
  IdGenerator ids(clock, 1);
  const std::string key(32, 'k');
  const Log log(clock, ids, key);
  bench::Must(sql::Migrate(db, clock, schema::kControlSet, schema::ControlMigrations(),
                           schema::kTenantTables));
  std::printf("%s, %lld entries\n", name, static_cast<long long>(entries));
  const double written = Took([&] {
    for (std::int64_t at = 0; at < entries; at += 1000) {
      bench::Must(db.WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<bool> {
        for (std::int64_t i = at; i < std::min(entries, at + 1000); ++i) {
          clock.Advance(std::chrono::seconds(30));
          GH_TRY_VOID(log.Record(tx, Make(i)));
        }
        return true;
      }));
    }
  });
  const auto n = static_cast<double>(entries);
  std::printf("  record          %8.1f us an entry\n", written / n * 1e6);
  Sealer sealer(db, clock, log, key, /*may_adopt=*/true);
  const double sealed = Took([&] { bench::Must(runtime::RunSync(sealer.Seal())); });
  std::printf("  seal            %8.1f us an entry\n", sealed / n * 1e6);
  bench::Must(db.WriteSync(sql::Tenant::All(), [](sql::Tx& tx) { return tx.Exec(kAnalyze); }));
  for (const std::size_t threads : {1u, 2u}) {
    std::int64_t proven = 0;
    const double cpu = bench::CpuSeconds();
    const double took = Took([&] {
      const Verification proof = bench::Must(Verify(db, key, {}, {.threads = threads}));
      proven = proof.findings.empty() ? proof.entries : -1;
    });
    std::printf("  verify          %8.2f s, %.2f s CPU of ours, on %zu threads: %lld intact\n",
                took, bench::CpuSeconds() - cpu, threads, static_cast<long long>(proven));
    if (proven < entries) std::exit(1);
  }
  const std::pair<const char*, Filter> queries[] = {
      {"newest", {}},
      {"event", {.event = Event::kSsoEdit}},
      {"actor, rare", {.actor = UserId{77}}},
      {"actor, none", {.actor = UserId{999}}},
      {"target", {.target_user = UserId{5001}}},
      {"correlation id", {.correlation_id = Make(7).correlation_id}},
      {"since", {.since = middle}},
      {"until", {.until = middle}},
      {"actor and event", {.event = Event::kSsoEdit, .actor = UserId{77}}}};
  for (const auto& [what, filter] : queries) {
    std::size_t found = 0;
    double best = 1e9, worst = 0;
    for (int i = 0; i < 20; ++i) {
      const double took = Took([&] {
        found = bench::Must(db.ReadSync(sql::Tenant::Of(OrgId{1}), [&](sql::Tx& tx) {
                  return Query(tx, OrgId{1}, filter);
                })).size();
      });
      best = std::min(best, took);
      worst = std::max(worst, took);
    }
    std::printf("  query %-16s %6.2f to %6.2f ms (%zu rows)\n", what, best * 1e3, worst * 1e3,
                found);
  }
  for (const Format format : {Format::kJsonLines, Format::kCsv}) {
    std::int64_t exported = 0;
    const double took = Took([&] {
      ExportRange range{0, std::numeric_limits<std::int64_t>::max()};
      for (bool more = true; more && exported < 100'000;) {
        const Exported page = bench::Must(db.ReadSync(sql::Tenant::Of(OrgId{1}), [&](sql::Tx& tx) {
          return ExportPage(tx, OrgId{1}, format, range);
        }));
        exported += page.entries;
        range.after = page.reached;
        more = page.more;
      }
    });
    std::printf("  export %-5s    %8.1f us an entry\n", std::string(FormatName(format)).c_str(),
                took / static_cast<double>(std::max<std::int64_t>(exported, 1)) * 1e6);
  }
}

}  // namespace
}  // namespace gatehouse::audit

int main(int argc, char** argv) {
  using namespace gatehouse;
  const std::int64_t entries = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  std::string name = std::filesystem::temp_directory_path() / "gatehouse_bench_XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name.data());
  {
    auto db = sql::OpenSqlite({.file = folder / "bench.db"});
    if (!db) return 1;
    audit::Measure("SQLite", **db, entries);
  }
  std::filesystem::remove_all(folder);
  for (const auto& [variable, url] : config::ProcessEnvironment()) {
    if (variable != "GATEHOUSE_BENCH_POSTGRES") continue;
    auto db = sql::OpenPostgres({.url = url, .connections = 4});
    if (!db) return 1;
    audit::Measure("PostgreSQL", **db, entries);
  }
}
