// Linked accounts and the service's look-ups (sso.md 1.5, 1.6, 2i.4; security.md H4, H5).

#include <thread>

#include "control/identity/seal.h"
#include "control/identity/vault_fixture.h"

namespace gatehouse::identity {
namespace {

using Kind = LinkOutcome::Kind;

class IdentityServiceTest : public VaultTest {};
GATEHOUSE_ON_ALL_ENGINES(IdentityServiceTest);
INSTANTIATE_TEST_SUITE_P(OverRpc, IdentityServiceTest, testing::ValuesIn(sql::AllEngines()),
                         sql::EngineName);

// ---- look-ups -----------------------------------------------------------------------------------

TEST_P(IdentityServiceTest, EmptyFilterIsAnErrorAndMatchesNobody) {  // SETUP-35, H4
  Linked(AddPlace(), ada_);
  EXPECT_ERROR(kInvalidArgument, kFilterEmpty, Run(service().GetIdentity(kOrg, {})));
  EXPECT_ERROR(kInvalidArgument, kFilterEmpty, Run(service().GetIdentities(kOrg, {})));
}

TEST_P(IdentityServiceTest, MoreThanOneMatchIsAnErrorAndChoosesNobody) {  // H4
  const RpcProvider place = AddPlace();
  Linked(place, ada_, "gh-1");
  Linked(place, bob_, "gh-2");
  EXPECT_ERROR(kConflict, kFilterAmbiguous,
               Run(service().GetIdentity(kOrg, {.provider_type = "github"})));
  EXPECT_EQ(Run(service().GetIdentities(kOrg, {.provider_type = "github"}))->size(), 2u);
  auto one = Run(service().GetIdentity(kOrg, {.user_id = ada_, .provider_type = "github"}));
  ASSERT_OK(one);
  EXPECT_EQ((*one)->external_id, "gh-1");
  auto none = Run(service().GetIdentity(kOrg, {.user_id = ada_, .identity_ext_id = "gh-2"}));
  ASSERT_OK(none);
  EXPECT_FALSE(none->has_value()) << "the parts of a filter are joined by AND";
}

TEST_P(IdentityServiceTest, EveryKeyOfTheFilterSelects) {
  const RpcProvider acme = AddPlace(kOrg, "acme"), labs = AddPlace(kOrg, "labs", "gitlab");
  const RpcIdentity first = Linked(acme, ada_, "gh-1");
  const RpcIdentity second = Linked(labs, ada_, "gl-1");
  for (const IdentityFilter& filter :
       {IdentityFilter{.id = first.id}, IdentityFilter{.identity_ext_id = "gh-1"},
        IdentityFilter{.provider_id = acme.id}, IdentityFilter{.provider_ext_id = "acme"},
        IdentityFilter{.provider_type = "github"}}) {
    auto found = Run(service().GetIdentity(kOrg, filter));
    ASSERT_OK(found);
    ASSERT_TRUE(found->has_value());
    EXPECT_EQ((*found)->id, first.id);
    EXPECT_EQ((*found)->idp_id, acme.id);
    EXPECT_EQ((*found)->user_id, ada_);
    EXPECT_EQ(json::GetString((*found)->data, "access_token"), "at-1");
  }
  EXPECT_EQ(Run(service().GetIdentities(kOrg, {.user_id = ada_}))->size(), 2u);
  EXPECT_EQ(Run(service().GetUserIdentitiesByProviderType(ada_, "gitlab", false))->at(0).id,
            second.id);
}

TEST_P(IdentityServiceTest, TheInstallationsOwnIdentityCanBeLeftOut) {  // 2i.4
  const RpcProvider place = AddPlace(kOrg, "acme");
  Linked(place, ada_, "acme");
  EXPECT_EQ(Run(service().GetUserIdentitiesByProviderType(ada_, "github", false))->size(), 1u);
  EXPECT_TRUE(Run(service().GetUserIdentitiesByProviderType(ada_, "github", true))->empty());
}

TEST_P(IdentityServiceTest, AnotherOrganizationFindsNothing) {
  const RpcProvider place = AddPlace();
  const RpcIdentity linked = Linked(place, ada_);
  EXPECT_TRUE(Run(service().GetIdentities(kOtherOrg, {.user_id = ada_}))->empty());
  EXPECT_FALSE(Run(service().GetIdentity(kOtherOrg, {.id = linked.id}))->has_value());
  EXPECT_FALSE(Run(service().GetProvider(kOtherOrg, place.id))->has_value());
  EXPECT_FALSE(Run(service().GetProvider(kOtherOrg, "github", "acme"))->has_value());
  EXPECT_TRUE(Run(service().GetProvider(kOrg, "github", "acme"))->has_value());
  EXPECT_ERROR(
      kNotFound, kProviderNotFound,
      Run(service().LinkIdentity(
          kOtherOrg, {.provider = place.id, .user = bob_, .external_id = "gh-9"}, true, actor_)));
  EXPECT_ERROR(kNotFound, kProviderNotFound,
               Run(service().RemoveProvider(kOtherOrg, place.id, actor_)));
}

TEST_P(IdentityServiceTest, ANameIsTakenInItsOwnOrganizationOnly) {
  AddPlace(kOrg, "acme");
  EXPECT_ERROR(kAlreadyExists, kProviderTaken,
               Run(service().AddProvider(
                   kOrg, {.type = "github", .external_id = "acme", .name = "G"}, actor_)));
  AddPlace(kOtherOrg, "acme");  // nobody can take it away from others
  for (const char* id : {"", "..", "a/b", "a?b", "a b", "a%2f", "\xc3\xbc"}) {
    EXPECT_ERROR(kInvalidArgument, kProviderInvalid,
                 Run(service().AddProvider(kOrg, {.type = "github", .external_id = id, .name = "G"},
                                           actor_)));
  }
}

// ---- linking ------------------------------------------------------------------------------------

TEST_P(IdentityServiceTest, LinkingIsAuditedAndAgainRenewsTheRow) {
  const RpcProvider place = AddPlace();
  auto first = Link(place, ada_, "gh-1");
  ASSERT_OK(first);
  EXPECT_EQ(first->kind, Kind::kCreated);
  EXPECT_EQ(first->identity->status, LinkStatus::kValid);
  EXPECT_EQ(first->identity->scopes, std::vector<std::string>{"repo"});
  auto again = Link(place, ada_, "gh-1");
  ASSERT_OK(again);
  EXPECT_EQ(again->kind, Kind::kRenewed);
  EXPECT_EQ(again->identity->id, first->identity->id);
  EXPECT_EQ(again->identity->version, 2);
  const auto entries = Audit(audit::Event::kIdentityLink);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].target_user, ada_);
  EXPECT_EQ(json::GetString(entries[0].data, "external_id"), "gh-1");
}

TEST_P(IdentityServiceTest, SomebodyElsesAccountNeverMovesByAccident) {  // H10
  const RpcProvider place = AddPlace();
  Linked(place, bob_, "gh-1");
  auto conflict = Link(place, ada_, "gh-1");
  ASSERT_OK(conflict);
  EXPECT_EQ(conflict->kind, Kind::kLinkedToOther);
  EXPECT_TRUE(conflict->is_conflict());
  EXPECT_FALSE(conflict->identity.has_value());
  EXPECT_EQ(Run(service().GetIdentity(kOrg, {.identity_ext_id = "gh-1"}))->value().user_id, bob_);

  Linked(place, ada_, "gh-2");
  auto other = Link(place, ada_, "gh-3");
  ASSERT_OK(other);
  EXPECT_EQ(other->kind, Kind::kOtherAccount);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM linked_identities"), 2);
}

TEST_P(IdentityServiceTest, ReattachMovesTheAccountAndBothSidesAreAudited) {
  const RpcProvider place = AddPlace();
  const RpcIdentity bobs = Linked(place, bob_, "gh-1");
  Linked(place, ada_, "gh-2");
  auto moved = Link(place, ada_, "gh-1", /*reattach=*/true);
  ASSERT_OK(moved);
  EXPECT_EQ(moved->kind, Kind::kReattached);
  EXPECT_EQ(moved->former_owner, bob_);
  EXPECT_NE(moved->identity->id, bobs.id) << "Bob's tokens did not come along";
  EXPECT_EQ(Number("SELECT COUNT(*) FROM linked_identities"), 1);
  const auto unlinks = Audit(audit::Event::kIdentityUnlink);
  ASSERT_EQ(unlinks.size(), 2u);
  EXPECT_EQ(unlinks[0].target_user, bob_);
  EXPECT_EQ(unlinks[1].target_user, ada_);
}

TEST_P(IdentityServiceTest, AnInactiveOwnerKeepsTheAccount) {  // H7
  const RpcProvider place = AddPlace();
  Linked(place, bob_, "gh-1");
  Execute("UPDATE users SET is_active = 0 WHERE id = " + bob_.ToString());
  EXPECT_ERROR(kPermissionDenied, kAccountInactive, Link(place, ada_, "gh-1", true));
  EXPECT_ERROR(kPermissionDenied, kAccountInactive, Link(place, bob_, "gh-1", true));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM linked_identities WHERE user_id = " + bob_.ToString()), 1);
}

TEST_P(IdentityServiceTest, UnusableExternalIdsAreRefused) {
  const RpcProvider place = AddPlace();
  for (const std::string& id : {std::string(), std::string(256, 'x'), std::string("a\nb")}) {
    EXPECT_ERROR(kInvalidArgument, kInvalidIdentity, Link(place, ada_, id));
  }
}

TEST_P(IdentityServiceTest, OfManyWhoLinkOneAccountAtOnceOneGetsIt) {
  const RpcProvider place = AddPlace();
  std::vector<UserId> users;
  for (int i = 0; i < 6; ++i) users.push_back(AddUser("u" + std::to_string(i) + "@example.com"));
  std::vector<Result<LinkOutcome>> outcomes(users.size(), LinkOutcome{});
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < users.size(); ++i) {
    threads.emplace_back([&, i] { outcomes[i] = Link(place, users[i], "gh-1"); });
  }
  for (std::thread& thread : threads) thread.join();
  int created = 0, refused = 0;
  for (const auto& outcome : outcomes) {
    ASSERT_OK(outcome);
    created += outcome->kind == Kind::kCreated ? 1 : 0;
    refused += outcome->kind == Kind::kLinkedToOther ? 1 : 0;
  }
  EXPECT_EQ(created, 1);
  EXPECT_EQ(refused, 5);
}

// ---- data ---------------------------------------------------------------------------------------

TEST_P(IdentityServiceTest, UpdateDataIsScopedAndVersioned) {  // SETUP-35, H5
  const RpcIdentity linked = Linked(AddPlace(), ada_);
  const json::Object fresh{{"access_token", "at-9"}};
  EXPECT_ERROR(kNotFound, kIdentityNotFound,
               Run(service().UpdateData(kOtherOrg, ada_, linked.id, linked.version, fresh)));
  EXPECT_ERROR(kNotFound, kIdentityNotFound,
               Run(service().UpdateData(kOrg, bob_, linked.id, linked.version, fresh)));
  EXPECT_ERROR(kConflict, kIdentityChanged,
               Run(service().UpdateData(kOrg, ada_, linked.id, linked.version + 1, fresh)));
  // Of two writers who read the same version one wins.
  auto updated = Run(service().UpdateData(kOrg, ada_, linked.id, linked.version, fresh));
  ASSERT_OK(updated);
  EXPECT_EQ(updated->version, linked.version + 1);
  EXPECT_EQ(updated->data, fresh);
  EXPECT_ERROR(kConflict, kIdentityChanged,
               Run(service().UpdateData(kOrg, ada_, linked.id, linked.version, fresh)));
}

TEST_P(IdentityServiceTest, UpdateDataDoesNotLoseTheTokensOfARefreshUnderWay) {
  const RpcIdentity linked = Linked(AddPlace(), ada_);
  Result<RpcIdentity> during = Fail(Code::kInternal, "unset");
  port_.meanwhile = [&] {
    during = Run(service().UpdateData(kOrg, ada_, linked.id, linked.version, {}));
  };
  ASSERT_OK(Run(service().RefreshIdentity({Table::kLinked, kOrg, linked.id.value}, 0)));
  EXPECT_ERROR(kConflict, kRefreshInProgress, during);
  EXPECT_EQ(json::GetString(Stored(linked.id).data, "refresh_token"), "rt-2");
}

TEST_P(IdentityServiceTest, TokensAreSealedForTheirRow) {
  const RpcProvider place = AddPlace();
  const RpcIdentity adas = Linked(place, ada_, "gh-1"), bobs = Linked(place, bob_, "gh-2");
  auto raw = [&](const char* column, const char* table) {
    auto rows = Read([&](sql::Tx& tx) {
      return tx.Query(sql::Statement{"", std::string("SELECT ") + column + " FROM " + table});
    });
    return rows->front().String(0);
  };
  EXPECT_TRUE(raw("data", "linked_identities").starts_with("v1.test."));
  EXPECT_TRUE(raw("config", "identity_providers").starts_with("v1.test."));
  // A row swap (T9, T10) gives nobody anybody's tokens.
  Execute("UPDATE linked_identities SET data = (SELECT data FROM linked_identities WHERE id = " +
          bobs.id.ToString() + ") WHERE id = " + adas.id.ToString());
  auto swapped = Run(service().GetIdentity(kOrg, {.id = adas.id}));
  ASSERT_FALSE(swapped.has_value());
  EXPECT_EQ(swapped.error().code, Code::kDataLoss);
}

// Rotation opens what the stores have sealed: the same purpose, the same binding.
TEST_P(IdentityServiceTest, TheColumnsOfTheKeyRotationOpenTheirOwnRows) {
  Linked(AddPlace(), ada_);
  SsoIdentity(ada_);
  for (const sealed::Column& column : SealedColumns()) {
    auto rows = Read([&](sql::Tx& tx) {
      return tx.Query(column.page, {std::int64_t{0}, "v1.none.%", std::int64_t{10}});
    });
    ASSERT_OK(rows);
    EXPECT_FALSE(rows->empty()) << column.name;
    for (sql::Row row : *rows) {
      EXPECT_OK((*vault_->keys).Open(column.purpose, column.binding(row), row.Text(1)));
    }
  }
}

// ---- taking off ---------------------------------------------------------------------------------

TEST_P(IdentityServiceTest, DisconnectTakesTheOwnAccountOnly) {
  const RpcIdentity linked = Linked(AddPlace(), ada_);
  EXPECT_ERROR(kNotFound, kIdentityNotFound, Run(service().Disconnect(bob_, linked.id, actor_)));
  EXPECT_ERROR(kNotFound, kIdentityNotFound,
               Run(service().Disconnect(ada_, LinkedId{987}, actor_)));
  ASSERT_OK(Run(service().Disconnect(ada_, linked.id, actor_)));
  EXPECT_TRUE(Run(service().ListOfUser(ada_))->empty());
  EXPECT_EQ(Audit(audit::Event::kIdentityUnlink).size(), 1u);
}

TEST_P(IdentityServiceTest, RemovingAProviderTakesWhatIsLinkedThere) {
  const RpcProvider place = AddPlace(), stays = AddPlace(kOtherOrg);
  Linked(place, ada_);
  Linked(place, bob_, "gh-2");
  Linked(stays, ada_);
  ASSERT_OK(Run(service().RemoveProvider(kOrg, place.id, actor_)));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM linked_identities"), 1);
  EXPECT_EQ(Audit(audit::Event::kIdentityUnlink).size(), 2u);
  EXPECT_EQ(Audit(audit::Event::kIdentityProviderRemove).size(), 1u);
  EXPECT_TRUE(Run(service().ListProviders(kOrg))->empty());
}

TEST_P(IdentityServiceTest, DeleteIdentitiesTakesThisOrganizationsSsoIdentitiesOnly) {  // SETUP-35
  SsoIdentity(ada_);
  SsoIdentity(ada_, kOtherOrg, kOtherProvider);
  SsoIdentity(bob_);
  Linked(AddPlace(), ada_);
  auto gone = Run(service().DeleteIdentities(ada_, kOrg, actor_));
  ASSERT_OK(gone);
  EXPECT_EQ(*gone, 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM auth_identities"), 2);
  EXPECT_EQ(StoredSso(ada_, kOtherOrg, kOtherProvider).user, ada_);
  EXPECT_EQ(StoredSso(bob_).user, bob_);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM linked_identities"), 1);
  const auto unlinks = Audit(audit::Event::kSsoIdentityUnlink);
  ASSERT_EQ(unlinks.size(), 1u);
  EXPECT_EQ(unlinks[0].organization, kOrg);
  const auto rows = OutboxRows(outbox::Half::kControl);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].category, outbox::Category::kMarkInvalidSso);
  EXPECT_EQ(*Run(service().DeleteIdentities(ada_, kOrg, actor_)), 0);
  EXPECT_EQ(OutboxRows(outbox::Half::kControl).size(), 1u) << "nothing happened, nothing is said";
}

TEST_P(IdentityServiceTest, WhoIsNoMemberAnyMoreLeavesNoTokensBehind) {
  const RpcProvider place = AddPlace(), elsewhere = AddPlace(kOtherOrg);
  Linked(place, ada_);
  Linked(elsewhere, ada_);
  Linked(place, bob_, "gh-2");
  ASSERT_OK(Write(
      [&](sql::Tx& tx) { return vault_->store.UnlinkAccountsOfMember(tx, kOrg, ada_, actor_); }));
  EXPECT_EQ(Run(service().ListOfUser(ada_))->size(), 1u);
  EXPECT_EQ(Run(service().ListOfUser(bob_))->size(), 1u);
  EXPECT_EQ(Audit(audit::Event::kIdentityUnlink).size(), 1u);
}

}  // namespace
}  // namespace gatehouse::identity
