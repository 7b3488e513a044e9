// CPU of the periodic re-check against a local provider over HTTP, on SQLite as an installation has
// it. The provider is a process of its own, whose CPU does not count: it rotates every refresh
// token and answers who the owner of an access token is. Goal: at least 500 identities per
// CPU-second.
//
//   recheck_bench [identities]

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/bench.h"
#include "base/check.h"
#include "base/text.h"
#include "control/authn/service_impl.h"
#include "control/sso/oauth2/generic/generic.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/recheck.h"
#include "control/users/service_impl.h"
#include "core/schema/schema.h"
#include "platform/http/form.h"
#include "platform/http/server.h"
#include "platform/sql/migrate.h"
#include "platform/sql/sqlite/sqlite.h"
#include "region/orgs/service_impl.h"

using namespace gatehouse;

namespace {

// ---- the provider -------------------------------------------------------------------------------

// Tokens are "r.<n>.<person>" and "a.<n>.<person>"; each answer counts n up.
Task<http::Response> AnswerToken(http::Request& request) {
  auto form = http::Form::Parse(request.body);
  const auto parts = form ? Split(form->Get("refresh_token"), '.') : Split("", '.');
  if (parts.size() < 3 || parts[0] != "r") {
    co_return http::Response::Json(400, R"({"error":"invalid_grant"})");
  }
  const std::string owner(form->Get("refresh_token").substr(2 + parts[1].size() + 1));
  const std::string n = std::to_string(std::atoll(std::string(parts[1]).c_str()) + 1);
  json::Object tokens;
  tokens["token_type"] = "Bearer";
  tokens["access_token"] = "a." + n + "." + owner;
  tokens["refresh_token"] = "r." + n + "." + owner;
  tokens["expires_in"] = 3600;
  co_return http::Response::Json(200, json::Serialize(tokens));
}

Task<http::Response> AnswerUser(http::Request& request) {
  const std::string_view token = request.headers.Get("Authorization");
  const auto parts = Split(token, '.');
  if (parts.size() < 3) co_return http::Response::Json(401, "{}");
  json::Object person;
  person["sub"] = token.substr(parts[0].size() + parts[1].size() + 2);
  person["name"] = "Somebody";
  co_return http::Response::Json(200, json::Serialize(person));
}

// Forks; returns the provider's origin. REQUIRES: no threads yet.
std::string StartProvider(pid_t& child) {
  int fds[2];
  GH_CHECK(pipe(fds) == 0);
  child = fork();
  GH_CHECK(child >= 0);
  if (child == 0) {
    SystemClock clock;
    SystemRng rng;
    runtime::Runtime runtime(1);
    http::Router router;
    router.Add(http::Method::kPost, "/token", AnswerToken);
    router.Add(http::Method::kGet, "/user", AnswerUser);
    http::ServerOptions options;
    options.port = 0;
    options.hosts = {"127.0.0.1"};
    http::Server server(
        runtime, options, router, clock, rng,
        [](const http::Request&, const Error&, int status) {
          return http::Response::Text(status, "");
        },
        [](const http::Request&, const http::Response&, Duration) {});
    GH_CHECK(server.Start().has_value());
    const std::uint16_t port = server.port();
    GH_CHECK(write(fds[1], &port, sizeof port) == sizeof port);
    runtime.Run();
    _exit(0);
  }
  std::uint16_t port = 0;
  GH_CHECK(read(fds[0], &port, sizeof port) == sizeof port);
  return "http://127.0.0.1:" + std::to_string(port);
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 100'000;
  std::string folder = std::filesystem::temp_directory_path() / "gatehouse_recheck_XXXXXX";
  GH_CHECK(::mkdtemp(folder.data()) != nullptr);
  pid_t provider_process = 0;
  const std::string origin = StartProvider(provider_process);
  {
    SystemClock clock;
    SystemRng rng;
    IdGenerator ids(clock, 1);
    auto db = bench::Must(sql::OpenSqlite({.file = folder + "/bench.db"}));
    bench::Must(sql::Migrate(*db, clock, schema::kControlSet, schema::ControlMigrations(),
                             schema::kTenantTables));
    bench::Must(sql::Migrate(*db, clock, schema::kRegionSet, schema::RegionMigrations(),
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
    auto client = http::NewCurlClient({.allowed_origins = {origin}, .ca_file = ""});
    auto adapter = std::make_unique<sso::oauth2::OAuth2Adapter>(sso::oauth2::generic::NewVendor(),
                                                                *client, clock, rng);
    sso::Settings settings = {{"client_id", "bench"},
                              {"client_secret", "secret-of-the-bench"},
                              {"authorization_url", origin + "/authorize"},
                              {"token_url", origin + "/token"},
                              {"user_url", origin + "/user"}};
    sso::ConfigOutcome built =
        bench::Must(runtime::RunSync(adapter->BuildConfig(std::move(settings), std::nullopt)));
    GH_CHECK(built.config.has_value());
    const std::string issuer = adapter->Issuer(*built.config);
    adapters.push_back(std::move(adapter));
    sso::ServiceImpl sso({*db, clock, ids, rng, *keys, audit, control_outbox, drainer, user_store,
                          sessions, authn, identities, orgs, limiter},
                         {.base_url = "https://gate.test"}, std::move(adapters));
    identity::Refresher refresher({*db, clock, *keys, audit, sso, sso});

    std::printf("filling %d identities\n", count);
    const Timestamp long_ago = clock.Now() - std::chrono::hours(48);
    const OrgId organization =
        bench::Must(
            runtime::RunSync(orgs.Create("bench", "Bench",
                                         orgs::UserCopy{.user = UserId{1}, .email = "o@bench.test"},
                                         {std::nullopt, "bench", "", ""})))
            .id;
    sso::ProviderStore providers(clock, *keys);
    sso::LiveProvider provider;
    provider.id = ProviderId{7};
    provider.organization = organization;
    provider.kind = "oauth2";
    provider.name = "Bench";
    provider.issuer = issuer;
    provider.config = std::make_shared<const json::Object>(std::move(*built.config));
    bench::Must(db->WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
      GH_TRY_VOID(providers.Insert(tx, provider));
      return {};
    }));
    for (int done = 0; done < count;) {
      bench::Must(db->WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
        for (int i = 0; i < 1000 && done + i < count; ++i) {
          const std::string email = "u" + std::to_string(done + i) + "@bench.test";
          GH_TRY(
              users::User user,
              user_store.Create(
                  tx, {.name = "", .email = email, .email_verified = true, .password_hash = {}}));
          identity::Assertion says{.issuer = issuer,
                                   .subject = email,
                                   .email = email,
                                   .email_verified = true,
                                   .name = "",
                                   .data = {{"access_token", "a.0." + email},
                                            {"refresh_token", "r.0." + email},
                                            {"subject", email}}};
          GH_TRY_VOID(identities.Attach(tx, organization, provider.id, user.id, says, {}));
          GH_TRY_VOID(tx.Exec(
              sql::Statement{"",
                             "INSERT INTO organization_members (id, organization_id, user_id, "
                             "role, flags, version, user_email, user_is_active, created_at) "
                             "VALUES ($1, $2, $3, 'member', $4, 1, $5, 1, $6)"},
              {ids.NextValue(), organization, user.id, static_cast<std::int64_t>(orgs::kSsoLinked),
               email, long_ago}));
        }
        return {};
      }));
      done = std::min(done + 1000, count);
    }
    bench::Must(db->WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
      GH_TRY_VOID(tx.Exec(
          sql::Statement{"",
                         "UPDATE auth_identities SET last_synced_at = $1, last_verified_at = $1"},
          {long_ago}));
      return {};
    }));

    telemetry::Logger log(clock, {.fd = 1, .threshold = telemetry::Level::kWarn});
    telemetry::Registry metrics;
    sso::Recheck recheck({*db, clock, rng, refresher, sso, orgs, drainer, log, metrics}, {});
    const double cpu_before = bench::CpuSeconds();
    const Timestamp began = clock.Now();
    std::size_t valid = 0;
    for (;;) {
      const sso::Recheck::Batch batch = bench::Must(runtime::RunSync(recheck.RunBatch()));
      if (batch.taken == 0) break;
      const std::size_t before = valid / 10'000;
      valid += batch.valid;
      GH_CHECK(batch.valid == batch.taken);
      if (valid / 10'000 != before) {
        std::printf("%zu looked at, %.0f s\n", valid,
                    static_cast<double>((clock.Now() - began).count()) / 1e6);
        std::fflush(stdout);
      }
    }
    const double cpu_used = bench::CpuSeconds() - cpu_before;
    const double wall = static_cast<double>((clock.Now() - began).count()) / 1e6;
    std::printf("%zu of %d valid in %.1f s, %.1f s of CPU: %.0f identities per CPU-second\n", valid,
                count, wall, cpu_used, static_cast<double>(valid) / cpu_used);
  }
  kill(provider_process, SIGTERM);
  waitpid(provider_process, nullptr, 0);
  std::filesystem::remove_all(folder);
}
