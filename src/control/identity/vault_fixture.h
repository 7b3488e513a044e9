#pragma once

// For the tests of this folder: two users, two organizations, an SSO provider row each, and a
// provider that answers refreshes as it is told to.

#include <sys/mman.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "control/authn/service_impl.h"
#include "control/identity/errors.h"
#include "control/identity/rpc/remote.h"
#include "control/identity/service_impl.h"
#include "control/users/service_impl.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::identity {

inline constexpr OrgId kOrg{100};
inline constexpr OrgId kOtherOrg{200};
inline constexpr ProviderId kProvider{5};
inline constexpr ProviderId kOtherProvider{6};

// Rotates refresh tokens: with each answer "rt-n" becomes "rt-n+1", and only the newest is good.
// What it has issued lives in memory that a forked child shares.
class RotatingProvider final : public ProviderPort {
 public:
  struct Issued {
    std::atomic<int> newest{1};
    std::atomic<int> asked{0};
  };
  RotatingProvider() {
    void* memory =
        mmap(nullptr, sizeof(Issued), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    issued = new (memory) Issued;
  }
  ~RotatingProvider() override { munmap(issued, sizeof(Issued)); }

  static std::string Token(int n) { return "rt-" + std::to_string(n); }

  Task<RefreshOutcome> AskProvider(OrgId, std::int64_t, json::Object data) override {
    ++issued->asked;
    if (delay > Duration::zero()) GH_CO_TRY_VOID(co_await runtime::Sleep(delay));
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    if (fails) co_return std::unexpected(*fails);
    if (answer) co_return *answer;
    RefreshOutcome out;
    const int newest = issued->newest;
    if (json::GetString(data, "refresh_token") != Token(newest)) {
      out.kind = RefreshOutcome::Kind::kInvalid;
      out.reason = kRefreshRefused;
      out.detail = "HTTP 400 (invalid_grant)";
      co_return out;
    }
    issued->newest = newest + 1;
    out.kind = RefreshOutcome::Kind::kValid;
    out.data["access_token"] = "at-" + std::to_string(newest + 1);
    out.data["refresh_token"] = Token(newest + 1);
    co_return out;
  }
  Result<void> OnValidityChange(sql::Tx&, OrgId, std::int64_t, UserId, bool valid) override {
    changes.push_back(valid);
    return {};
  }

  Issued* issued = nullptr;
  Duration delay{0};
  std::optional<RefreshOutcome> answer;
  std::optional<Error> fails;
  std::function<void()> meanwhile;
  std::vector<bool> changes;
};

// Everything over one database, so that a test can open it a second time.
struct Vault {
  Vault(sql::Database& database, const Clock& clock, IdGenerator& ids, Rng& rng,
        const audit::Log& audit, const outbox::Outbox& outbox, ProviderPort& port)
      : keys(crypto::KeyRing::ForTest("vault", rng)),
        users_store(clock, ids, rng),
        sessions(clock, ids, rng, authn::Lifetimes{}, {"org:read"}),
        users(users::ServiceParts{database, cpu, clock, ids, rng, audit, outbox},
              {.base_url = "https://gate.test"}),
        authn(authn::ServiceParts{database, sessions, users_store, users, clock, audit}),
        drainer(outbox::Half::kControl, database, clock, {}),
        store(clock, ids, *keys, audit, outbox),
        linked(clock, ids, *keys),
        refresher({database, clock, *keys, audit, port, port}),
        service({database, store, linked, audit, sessions, authn, drainer, refresher}) {}

  std::unique_ptr<crypto::KeyRing> keys;
  runtime::WorkerPool cpu{"cpu", 1, 16};
  users::Store users_store;
  authn::Store sessions;
  users::ServiceImpl users;
  authn::ServiceImpl authn;
  outbox::Drainer drainer;
  Store store;
  LinkedStore linked;
  Refresher refresher;
  ServiceImpl service;
};

// Instantiated as "OverRpc" a suite reaches the service through platform/rpc, over the loopback
// that really serializes; else directly.
class VaultTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    for (auto [id, org] : {std::pair{kProvider, kOrg}, {kOtherProvider, kOtherOrg}}) {
      Execute("INSERT INTO auth_providers VALUES (" + id.ToString() + ", " + org.ToString() +
              ", 'oidc', 'IdP', 'https://idp.test', 'sealed', 1, 0, 0, 0)");
    }
    Open();
    ada_ = AddUser("ada@example.com");
    bob_ = AddUser("bob@example.com");
  }
  void Open() {
    vault_ = std::make_unique<Vault>(db(), clock(), ids(), rng(), audit(), control_outbox(), port_);
    const std::string_view suite =
        testing::UnitTest::GetInstance()->current_test_info()->test_suite_name();
    if (suite.starts_with("OverRpc/")) far_ = std::make_unique<Far>(vault_->service, clock());
  }
  UserId AddUser(std::string email) {
    return Write([&](sql::Tx& tx) {
             return vault_->users_store.Create(
                 tx, {.name = "", .email = email, .email_verified = true, .password_hash = {}});
           })
        .value()
        .id;
  }
  Service& service() {
    if (far_) return far_->service;
    return vault_->service;
  }

  RpcProvider AddPlace(OrgId organization = kOrg, std::string external_id = "acme",
                       std::string type = "github") {
    auto added = Run(service().AddProvider(organization,
                                           {.type = std::move(type),
                                            .external_id = std::move(external_id),
                                            .name = "GitHub",
                                            .config = {{"client_secret", "cs-secret"}}},
                                           actor_));
    EXPECT_OK(added);
    return added.value();
  }
  static json::Object Tokens(int n = 1) {
    return {{"access_token", "at-" + std::to_string(n)},
            {"refresh_token", RotatingProvider::Token(n)}};
  }
  Result<LinkOutcome> Link(const RpcProvider& place, UserId user, std::string external_id,
                           bool reattach = false) {
    return Run(service().LinkIdentity(place.organization,
                                      {.provider = place.id,
                                       .user = user,
                                       .external_id = std::move(external_id),
                                       .name = "octo",
                                       .scopes = {"repo"},
                                       .data = Tokens()},
                                      reattach, actor_));
  }
  RpcIdentity Linked(const RpcProvider& place, UserId user, std::string external_id = "gh-1") {
    auto linked = Link(place, user, std::move(external_id));
    EXPECT_OK(linked);
    return *linked->identity;
  }
  RpcIdentity Stored(LinkedId id, OrgId organization = kOrg) {
    auto found = Run(service().GetIdentity(organization, {.id = id}));
    EXPECT_OK(found);
    EXPECT_TRUE(found->has_value());
    return found->value_or(RpcIdentity{});
  }
  IdentityId SsoIdentity(UserId user, OrgId organization = kOrg, ProviderId provider = kProvider) {
    Assertion says{.issuer = "https://idp.test",
                   .subject = "s-" + user.ToString(),
                   .email = "",
                   .email_verified = false,
                   .name = "",
                   .data = Tokens()};
    auto attached = Write([&](sql::Tx& tx) {
      return vault_->store.Attach(tx, organization, provider, user, says, actor_);
    });
    EXPECT_OK(attached);
    return attached->identity.id;
  }
  Identity StoredSso(UserId user, OrgId organization = kOrg, ProviderId provider = kProvider) {
    return Read([&](sql::Tx& tx) {
             return vault_->store.FindByUser(tx, organization, provider, user);
           })
        .value()
        .value_or(Identity{});
  }
  std::vector<test::AuditRow> Audit(audit::Event event) {
    auto rows = AuditRows();
    std::erase_if(rows, [event](const test::AuditRow& row) { return row.event != event; });
    return rows;
  }

  struct Far {
    Far(Service& near, const Clock& clock) : client(transport, clock, RemoteReasons()) {
      Serve(dispatcher, near);
    }
    rpc::Dispatcher dispatcher;
    rpc::LoopbackTransport transport{dispatcher};
    rpc::Client client;
    RemoteService service{client};
  };

  RotatingProvider port_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<Far> far_;
  UserId ada_, bob_;
  Actor actor_{.user = {}, .label = "test", .ip = "192.0.2.1", .correlation_id = "c-1"};
};

}  // namespace gatehouse::identity
