// The member list of an organization with 100,000 members: a page wherever it is, and searches.
// Server time of the call, as the caller of the service waits for it. Fails when the median of many
// calls is above the promised times: 50 ms for a page, 100 ms for a search.
//
//   members_bench [members]    (default 100000; GATEHOUSE_BENCH_POSTGRES names a second database)

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
#include "platform/sql/postgres/postgres.h"
#include "platform/sql/sqlite/sqlite.h"
#include "region/orgs/members/service_impl.h"

namespace gatehouse::members {
namespace {

constexpr OrgId kOrg{1};
constexpr std::size_t kPage = 100;
constexpr double kMaxPageMs = 50;
constexpr double kMaxSearchMs = 100;

constexpr sql::Statement kAnalyze{"", "ANALYZE"};
constexpr sql::Statement kInsertOrg{
    "",
    "INSERT INTO organizations (id, slug, name, status, default_role, flags, version, "
    "created_at) VALUES ($1, $2, $2, 'active', 'member', 1, 1, 0) ON CONFLICT DO NOTHING"};
constexpr sql::Statement kInsertMember{
    "bench.insert_member",
    "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, version, "
    "user_email, user_name, user_has_2fa, user_is_active, created_at, invite_status) "
    "VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, 1, 0, $10) ON CONFLICT DO NOTHING"};

// Nine of ten members have a user; two organizations, so that none is the whole table.
Result<void> Fill(sql::Tx& tx, std::int64_t first, std::int64_t end) {
  for (std::int64_t i = first; i < end; ++i) {
    const bool pending = i % 10 == 3;
    const std::string address =
        "person." + std::to_string(i) + "@department-" + std::to_string(i % 37) + ".example.com";
    const std::string name = "Given" + std::to_string(i % 997) + " Family" + std::to_string(i % 89);
    const std::string role = i % 500 == 0 ? "owner" : i % 50 == 0 ? "manager" : "member";
    GH_TRY_VOID(tx.Exec(kInsertMember,
                        {i, i % 11 == 10 ? kOrg.value + 1 : kOrg.value,
                         pending ? std::optional<std::int64_t>() : std::optional(i),
                         pending ? std::optional(address) : std::nullopt, role, i % 2,
                         pending ? std::nullopt : std::optional(address), pending ? "" : name,
                         i % 3 == 0, i % 100 == 13 ? "requested_to_join" : "approved"}));
  }
  return {};
}

// Nothing is drained here.
bool Measure(const char* name, sql::Database& db, std::int64_t members) {
  const SystemClock clock;
  SystemRng rng;
  IdGenerator ids(clock, 1);
  bench::Must(sql::Migrate(db, clock, schema::kControlSet, schema::ControlMigrations(),
                           schema::kTenantTables));
  bench::Must(sql::Migrate(db, clock, schema::kRegionSet, schema::RegionMigrations(),
                           schema::kTenantTables));
  bench::Must(db.WriteSync(sql::Tenant::All(), [](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kInsertOrg, {kOrg, "bench"}));
    GH_TRY_VOID(tx.Exec(kInsertOrg, {kOrg.value + 1, "other"}));
    return {};
  }));
  const std::int64_t rows = members * 11 / 10;
  constexpr std::int64_t kBatch = 5000;
  for (std::int64_t at = 1; at <= rows; at += kBatch) {
    bench::Must(db.WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) {
      return Fill(tx, at, std::min(at + kBatch, rows + 1));
    }));
  }
  bench::Must(db.WriteSync(sql::Tenant::All(), [](sql::Tx& tx) { return tx.Exec(kAnalyze); }));

  const audit::Log audit(clock, ids, std::string(32, 'k'));
  const outbox::Outbox outbox(outbox::Half::kRegion, clock, ids);
  outbox::Drainer drainer(outbox::Half::kRegion, db, clock, outbox::OnParked());
  ServiceImpl service({.db = db,
                       .clock = clock,
                       .rng = rng,
                       .outbox = outbox,
                       .drainer = drainer,
                       .audit = audit,
                       .invite_key = std::string(32, 'k'),
                       .base_url = "https://bench.example"});

  struct Call {
    const char* what;
    Search search;
    double limit;
    std::vector<UserId> also = {};
  };
  const auto at = [&](std::int64_t part) { return MemberId{rows * part / 100}; };
  const std::string somebody = "person." + std::to_string(rows / 2);
  const std::vector<Call> calls = {
      {"page, first", {.limit = kPage}, kMaxPageMs},
      {"page, in the middle", {.after = at(50), .limit = kPage}, kMaxPageMs},
      {"page, last", {.after = at(99), .limit = kPage}, kMaxPageMs},
      {"free text, many", {.query = "given1", .limit = kPage}, kMaxSearchMs},
      {"free text, all", {.query = "example.com", .limit = kPage}, kMaxSearchMs},
      {"free text, one", {.query = somebody, .limit = kPage}, kMaxSearchMs},
      {"free text, none", {.query = "nobody-here", .limit = kPage}, kMaxSearchMs},
      {"free text, last page", {.query = "family1", .after = at(99), .limit = kPage}, kMaxSearchMs},
      {"email:",
       {.query = "email:" + somebody + "@x.test", .limit = kPage},
       kMaxSearchMs,
       {UserId{7}}},
      {"role:owner", {.query = "role:owner", .limit = kPage}, kMaxSearchMs},
      {"scope:member:read", {.query = "scope:member:read", .limit = kPage}, kMaxSearchMs},
      {"isInvited:true", {.query = "isInvited:true", .limit = kPage}, kMaxSearchMs},
      {"ssoLinked:false", {.query = "ssoLinked:false", .limit = kPage}, kMaxSearchMs},
      {"has2fa:false text", {.query = "has2fa:false given1", .limit = kPage}, kMaxSearchMs},
      {"user.id:", {.query = "user.id:" + std::to_string(rows / 2), .limit = kPage}, kMaxSearchMs},
  };
  bool good = true;
  std::printf("%s, %lld members\n", name, static_cast<long long>(members));
  for (const Call& call : calls) {
    std::vector<double> took;
    Page page;
    for (int i = 0; i < 15; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      page = bench::Must(runtime::RunSync(service.List(kOrg, call.search, call.also)));
      took.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
              .count());
    }
    std::ranges::sort(took);
    const double median = took[took.size() / 2];
    const bool ok = median <= call.limit;
    good = good && ok;
    std::printf("  %-24s %6.1f ms best, %6.1f ms median, %5zu of %lld%s\n", call.what, took.front(),
                median, page.members.size(), static_cast<long long>(page.total),
                ok ? "" : "  TOO SLOW");
  }
  return good;
}

}  // namespace
}  // namespace gatehouse::members

int main(int argc, char** argv) {
  using namespace gatehouse;
  const std::int64_t count = argc > 1 ? std::atoll(argv[1]) : 100'000;
  bool good = true;
  std::string name = std::filesystem::temp_directory_path() / "gatehouse_bench_XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name.data());
  {
    auto db = sql::OpenSqlite({.file = folder / "bench.db"});
    if (!db) return 1;
    good = members::Measure("SQLite", **db, count);
  }
  std::filesystem::remove_all(folder);
  for (const auto& [variable, url] : config::ProcessEnvironment()) {
    if (variable != "GATEHOUSE_BENCH_POSTGRES") continue;
    auto db = sql::OpenPostgres({.url = url, .connections = 4});
    if (!db) return 1;
    good = members::Measure("PostgreSQL", **db, count) && good;
  }
  return good ? 0 : 1;
}
