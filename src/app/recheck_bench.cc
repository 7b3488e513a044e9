// CPU of the periodic re-check against a provider that answers from memory, on SQLite as an
// installation has it. Goal: at least 500 identities per CPU-second.
//
//   recheck_bench [identities]

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/check.h"
#include "control/authn/service_impl.h"
#include "control/sso/recheck.h"
#include "control/users/service_impl.h"
#include "core/schema/schema.h"
#include "platform/sql/migrate.h"
#include "platform/sql/sqlite/sqlite.h"
#include "region/orgs/service_impl.h"

using namespace gatehouse;

namespace {

// Always yes, with rotated tokens.
class Yes final : public sso::Adapter {
 public:
  std::string_view kind() const override { return "bench"; }
  std::string_view name() const override { return "Bench"; }
  std::vector<std::string_view> setup_steps() const override { return {"a"}; }
  std::vector<std::string_view> login_steps() const override { return {"a"}; }
  std::vector<sso::SettingField> fields() const override { return {}; }
  Task<sso::ConfigOutcome> BuildConfig(sso::Settings, std::optional<json::Object>) override {
    co_return sso::ConfigOutcome{};
  }
  json::Object PublicConfig(const json::Object&) const override { return {}; }
  std::string Issuer(const json::Object&) const override { return "https://idp.test"; }
  std::vector<Mapped> Mapping(const json::Object&, const json::Object&) const override {
    return {};
  }
  Task<sso::Started> Start(json::Object, sso::StartInput) override { co_return sso::Started{}; }
  Task<sso::CallbackOutcome> Finish(json::Object, sso::CallbackInput) override {
    co_return sso::CallbackOutcome{};
  }
  bool requires_refresh() const override { return true; }
  Task<sso::RefreshOutcome> Refresh(json::Object, json::Object) override {
    sso::RefreshOutcome out;
    out.kind = sso::RefreshOutcome::Kind::kValid;
    out.data["access_token"] = std::string(200, 'a') + std::to_string(++asked_);
    out.data["refresh_token"] = std::string(100, 'r') + std::to_string(asked_);
    co_return out;
  }

 private:
  std::int64_t asked_ = 0;
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <class T>
T Must(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s\n", std::string(result.error().reason).c_str());
  GH_CHECK(result.has_value());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 100'000;
  std::string folder = std::filesystem::temp_directory_path() / "gatehouse_recheck_XXXXXX";
  GH_CHECK(::mkdtemp(folder.data()) != nullptr);
  {
    SystemClock clock;
    SystemRng rng;
    IdGenerator ids(clock, 1);
    auto db = Must(sql::OpenSqlite({.file = folder + "/bench.db"}));
    Must(sql::Migrate(*db, clock, schema::kControlSet, schema::ControlMigrations(),
                      schema::kTenantTables));
    Must(sql::Migrate(*db, clock, schema::kRegionSet, schema::RegionMigrations(),
                      schema::kTenantTables));
    auto keys = crypto::KeyRing::ForTest("bench", rng);
    audit::Log audit(clock, ids, keys->DeriveKey("audit"));
    outbox::Outbox control_outbox(outbox::Half::kControl, clock, ids);
    outbox::Outbox region_outbox(outbox::Half::kRegion, clock, ids);
    outbox::Drainer drainer(outbox::Half::kControl, *db, clock, {});
    ratelimit::RateLimiter limiter;
    runtime::WorkerPool cpu("cpu", 1, 16);
    users::Store user_store(clock, ids, rng);
    authn::Store sessions(clock, ids, rng, authn::Lifetimes{}, {"org:read"});
    identity::Store identities(clock, ids, *keys, audit, control_outbox);
    users::ServiceImpl users({*db, cpu, clock, ids, rng, audit, control_outbox},
                             {.base_url = "https://gate.test"});
    authn::ServiceImpl authn({*db, sessions, user_store, users, clock, audit});
    orgs::ServiceImpl orgs(
        orgs::ServiceImpl::Parts{*db, clock, ids, region_outbox, audit, "https://gate.test", {}});
    std::vector<std::unique_ptr<sso::Adapter>> adapters;
    adapters.push_back(std::make_unique<Yes>());
    sso::ServiceImpl sso({*db, clock, ids, rng, *keys, audit, control_outbox, drainer, user_store,
                          sessions, authn, identities, orgs, limiter},
                         {.base_url = "https://gate.test"}, std::move(adapters));
    identity::Refresher refresher({*db, clock, *keys, audit, sso, sso});

    std::printf("filling %d identities\n", count);
    const Timestamp long_ago = clock.Now() - std::chrono::hours(48);
    const OrgId organization =
        Must(runtime::RunSync(orgs.Create(
                 "bench", "Bench", orgs::UserCopy{.user = UserId{1}, .email = "o@bench.test"},
                 {std::nullopt, "bench", "", ""})))
            .id;
    sso::ProviderStore providers(clock, *keys);
    sso::LiveProvider provider;
    provider.id = ProviderId{7};
    provider.organization = organization;
    provider.kind = "bench";
    provider.name = "Bench";
    provider.issuer = "https://idp.test";
    provider.config = std::make_shared<const json::Object>();
    Must(db->WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
      GH_TRY_VOID(providers.Insert(tx, provider));
      return {};
    }));
    for (int done = 0; done < count;) {
      Must(db->WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
        for (int i = 0; i < 1000 && done + i < count; ++i) {
          const std::string email = "u" + std::to_string(done + i) + "@bench.test";
          GH_TRY(
              users::User user,
              user_store.Create(
                  tx, {.name = "", .email = email, .email_verified = true, .password_hash = {}}));
          identity::Assertion says{.issuer = "https://idp.test",
                                   .subject = email,
                                   .email = email,
                                   .email_verified = true,
                                   .name = "",
                                   .data = {{"refresh_token", "r"}}};
          GH_TRY_VOID(identities.Attach(tx, organization, provider.id, user.id, says, {}));
          GH_TRY_VOID(tx.Exec(
              sql::Statement{"",
                             "INSERT INTO organization_members (id, organization_id, user_id, "
                             "role, flags, version, user_email, user_is_active, created_at) "
                             "VALUES ($1, $2, $3, 'member', $4, 1, $5, 1, $6)"},
              {ids.NextValue(), organization, user.id, static_cast<std::int64_t>(orgs::kSsoLinked),
               email, long_ago}));
        }
        GH_TRY_VOID(tx.Exec(sql::Statement{"",
                                           "UPDATE auth_identities SET last_synced_at = $1, "
                                           "last_verified_at = $1"},
                            {long_ago}));
        return {};
      }));
      done = std::min(done + 1000, count);
    }

    telemetry::Logger log(clock, {.fd = 1, .threshold = telemetry::Level::kWarn});
    telemetry::Registry metrics;
    sso::Recheck recheck({*db, clock, rng, refresher, sso, orgs, drainer, log, metrics}, {});
    const double cpu_before = CpuSeconds();
    const Timestamp began = clock.Now();
    std::size_t valid = 0;
    for (;;) {
      const sso::Recheck::Batch batch = Must(runtime::RunSync(recheck.RunBatch()));
      if (batch.taken == 0) break;
      const std::size_t before = valid / 10'000;
      valid += batch.valid;
      if (valid / 10'000 != before) std::printf("%zu looked at\n", valid);
    }
    const double cpu_used = CpuSeconds() - cpu_before;
    const double wall = static_cast<double>((clock.Now() - began).count()) / 1e6;
    std::printf("%zu of %d valid in %.1f s, %.1f s of CPU: %.0f identities per CPU-second\n", valid,
                count, wall, cpu_used, static_cast<double>(valid) / cpu_used);
  }
  std::filesystem::remove_all(folder);
}
