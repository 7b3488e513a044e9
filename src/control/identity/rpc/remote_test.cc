// The identity service over real HTTP: signed calls, errors that come over, strangers.

#include "control/identity/vault_fixture.h"
#include "platform/http/test_server.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/http.h"

namespace gatehouse::identity {
namespace {

rpc::KeyList Keys(char c) {
  return rpc::KeyList::Of({{.id = "k", .secret = std::string(32, c)}}).value();
}

class RemoteIdentityTest : public VaultTest {
 protected:
  void SetUp() override {
    VaultTest::SetUp();
    if (IsSkipped()) return;
    Serve(dispatcher_, vault_->service);
    verifier_ = std::make_unique<rpc::Verifier>(Keys('a'), server_.clock);
    rpc::Mount(server_.router, dispatcher_, *verifier_);
    server_.Start();
    http_ = http::NewCurlClient({.allowed_origins = {server_.Url("")}, .ca_file = ""});
  }
  void TearDown() override {
    server_.Stop();  // before what it serves
    VaultTest::TearDown();
  }

  rpc::Dispatcher dispatcher_;
  std::unique_ptr<rpc::Verifier> verifier_;
  http::TestServer server_;
  std::unique_ptr<http::Client> http_;
};
GATEHOUSE_ON_ALL_ENGINES(RemoteIdentityTest);

TEST_P(RemoteIdentityTest, ADayOfAnIdentityOverHttp) {
  rpc::HttpTransport transport(*http_, server_.Url(""), Keys('a'), server_.clock, rng());
  rpc::Client client(transport, clock(), RemoteReasons());
  RemoteService far(client);
  auto place = Run(
      far.AddProvider(kOrg, {.type = "github", .external_id = "acme", .name = "GitHub"}, actor_));
  ASSERT_OK(place);
  EXPECT_ERROR(
      kAlreadyExists, kProviderTaken,
      Run(far.AddProvider(kOrg, {.type = "github", .external_id = "acme", .name = "G"}, actor_)));
  NewLink link{.provider = place->id, .user = ada_, .external_id = "gh-1"};
  link.scopes = {"repo"};
  link.data = Tokens();
  auto linked = Run(far.LinkIdentity(kOrg, link, false, actor_));
  ASSERT_OK(linked);
  EXPECT_EQ(linked->kind, LinkOutcome::Kind::kCreated);
  const RpcIdentity& one = *linked->identity;
  EXPECT_EQ(one.user_id, ada_);
  EXPECT_EQ(one.created_at, clock().Now());
  EXPECT_EQ(one.scopes, std::vector<std::string>{"repo"});
  link.user = bob_;
  auto conflict = Run(far.LinkIdentity(kOrg, link, false, actor_));
  ASSERT_OK(conflict);
  EXPECT_EQ(conflict->kind, LinkOutcome::Kind::kLinkedToOther);
  EXPECT_FALSE(conflict->identity.has_value());
  EXPECT_ERROR(kInvalidArgument, kFilterEmpty, Run(far.GetIdentity(kOrg, {})));
  EXPECT_FALSE(Run(far.GetIdentity(kOtherOrg, {.id = one.id}))->has_value());
  EXPECT_ERROR(kConflict, kIdentityChanged,
               Run(far.UpdateData(kOrg, ada_, one.id, one.version + 1, {})));
  auto refreshed = Run(far.RefreshIdentity({Table::kLinked, kOrg, one.id.value}, one.version));
  ASSERT_OK(refreshed);
  EXPECT_EQ(json::GetString(refreshed->data, "refresh_token"), "rt-2");
  EXPECT_EQ(Run(far.ListOfUser(ada_))->at(0).version, refreshed->version);
  SsoIdentity(ada_);
  EXPECT_EQ(Run(far.DeleteIdentities(ada_, kOrg, actor_)).value(), 1);
  const auto entries = Audit(audit::Event::kIdentityLink);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].actor_label, "test") << "who asked comes along";
}

TEST_P(RemoteIdentityTest, WithoutTheKeyNobodyReadsOrChangesAnything) {  // AUTHZ-17
  const RpcIdentity linked = Linked(AddPlace(), ada_);
  rpc::HttpTransport transport(*http_, server_.Url(""), Keys('z'), server_.clock, rng());
  rpc::Client client(transport, clock(), RemoteReasons());
  RemoteService stranger(client);
  EXPECT_ERROR(kInternal, rpc::kRefused, Run(stranger.ListOfUser(ada_)));
  EXPECT_ERROR(kInternal, rpc::kRefused, Run(stranger.Disconnect(ada_, linked.id, actor_)));
  EXPECT_EQ(Run(service().ListOfUser(ada_))->size(), 1u);
}

}  // namespace
}  // namespace gatehouse::identity
