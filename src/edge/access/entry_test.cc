// Who may enter an organization, and the settings of an account.

#include <algorithm>

#include "edge/access/access_fixture.h"

namespace gatehouse::access {
namespace {

TEST_F(AccessTest, AnonymousMustLogIn) {
  Guard guard = MakeGuard();
  Visitor visitor = Visit(guard, RequestWith(""));
  EXPECT_EQ(Refusal(Enter(guard, visitor, "acme")), kLoginRequired);
  EXPECT_EQ(Guard::RequireOwnProof(visitor).error().reason, kLoginRequired);
}

TEST_F(AccessTest, NotAMemberLooksLikeUnknown) {
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {PasswordProof()});
  auto foreign = Enter(guard, visitor, "secret");
  auto unknown = Enter(guard, visitor, "nowhere");
  ASSERT_FALSE(foreign.has_value());
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(foreign.error().code, Code::kNotFound);
  EXPECT_EQ(foreign.error().reason, unknown.error().reason);
  EXPECT_EQ(foreign.error().code, unknown.error().code);
}

TEST_F(AccessTest, SsoRequiredForThisOrganizationOnly) {
  world_.AddProvider(acme_, /*allow_unlinked=*/false);
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {PasswordProof()});
  auto refused = Enter(guard, visitor, "acme");
  EXPECT_EQ(Refusal(refused), kSsoRequired);
  EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
  EXPECT_TRUE(Enter(guard, visitor, "beta").has_value());

  Visitor through = WithProofs(guard, {PasswordProof(), SsoProof(acme_)});
  EXPECT_TRUE(Enter(guard, through, "acme").has_value());
}

TEST_F(AccessTest, ProofOfOneOrganizationOpensNoOther) {
  world_.AddProvider(acme_, false);
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {SsoProof(acme_)});
  EXPECT_TRUE(Enter(guard, visitor, "acme").has_value());
  auto other = Enter(guard, visitor, "beta");
  EXPECT_EQ(Refusal(other), kReauthRequired);
  EXPECT_EQ(other.error().code, Code::kUnauthenticated);
  // An attacker's organization with optional single sign-on opens nothing either.
  world_.AddProvider(beta_, true);
  Visitor by_beta = WithProofs(guard, {SsoProof(beta_)});
  EXPECT_TRUE(Enter(guard, by_beta, "beta").has_value());
  EXPECT_EQ(Refusal(Enter(guard, by_beta, "acme")), kSsoRequired);
  world_.providers.erase(acme_);
  EXPECT_EQ(Refusal(Enter(guard, by_beta, "acme")), kReauthRequired);
}

TEST_F(AccessTest, AccountSettingsNeedOwnCredentials) {
  Guard guard = MakeGuard();
  EXPECT_TRUE(Guard::RequireOwnProof(WithProofs(guard, {PasswordProof()})).has_value());
  auto refused = Guard::RequireOwnProof(WithProofs(guard, {SsoProof(acme_)}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, kReauthRequired);
}

TEST_F(AccessTest, RoleWithoutScopeIsForbidden) {
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {PasswordProof()});
  EXPECT_TRUE(Enter(guard, visitor, "acme", "org:read").has_value());
  auto refused = Enter(guard, visitor, "acme", "org:write");
  EXPECT_EQ(Refusal(refused), kForbidden);
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
  EXPECT_TRUE(Enter(guard, visitor, "beta", "org:write").has_value());
}

TEST_F(AccessTest, TokenNeedsTheScopeInTokenAndRole) {
  Guard guard = MakeGuard();
  auto enter = [&](std::vector<std::string> scopes, std::string slug, std::string_view scope) {
    http::Request request = RequestWith("");
    request.headers.Add("Authorization", "Bearer " + world_.AddToken(ada_, std::move(scopes)));
    auto visitor = runtime::RunSync(guard.VisitByToken(request));
    EXPECT_TRUE(visitor.has_value());
    return Enter(guard, *visitor, std::move(slug), scope);
  };
  EXPECT_TRUE(enter({"org:read"}, "beta", "org:read").has_value());
  EXPECT_TRUE(enter({"org:admin"}, "beta", "org:write").has_value());
  EXPECT_EQ(Refusal(enter({"org:read"}, "beta", "org:write")), kForbidden);
  EXPECT_EQ(Refusal(enter({"org:admin"}, "acme", "org:write")), kForbidden);  // role: member
  EXPECT_EQ(Refusal(enter({}, "beta", "org:read")), kForbidden);
}

// SETUP-34: an unlinked member's token is refused by this organization and by no other.
TEST_F(AccessTest, TokenOfAnUnlinkedMemberNeedsSso) {
  world_.AddProvider(beta_, false);
  world_.AddProvider(acme_, false);
  Guard guard = MakeGuard();
  http::Request request = RequestWith("");
  request.headers.Add("Authorization", "Bearer " + world_.AddToken(ada_, {"org:read"}));
  auto visitor = runtime::RunSync(guard.VisitByToken(request));
  ASSERT_TRUE(visitor.has_value());
  EXPECT_EQ(Refusal(Enter(guard, *visitor, "beta")), kSsoRequired);
  EXPECT_TRUE(Enter(guard, *visitor, "acme").has_value());  // linked there
}

// ---- scopes -------------------------------------------------------------------------------------

TEST_F(AccessTest, OneOfTheScopesIsEnough) {
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {PasswordProof()});
  EXPECT_TRUE(Enter(guard, visitor, "acme", "member:admin|member:write|member:read").has_value());
  EXPECT_EQ(Refusal(Enter(guard, visitor, "acme", "member:admin|member:write")), kForbidden);
  // Nothing is no scope at all, not all of them.
  EXPECT_EQ(Refusal(Enter(guard, visitor, "beta", "")), kForbidden);
  EXPECT_EQ(Refusal(Enter(guard, visitor, "beta", "|")), kForbidden);
  EXPECT_EQ(Refusal(Enter(guard, visitor, "beta", "org:read ")), kForbidden);
}

TEST_F(AccessTest, AccessHoldsTheScopesOfRoleAndToken) {
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {PasswordProof()});
  auto owner = Enter(guard, visitor, "beta");
  ASSERT_TRUE(owner.has_value());
  EXPECT_TRUE(owner->can("org:admin"));
  auto member = Enter(guard, visitor, "acme");
  ASSERT_TRUE(member.has_value());
  EXPECT_TRUE(member->can("member:read"));
  EXPECT_FALSE(member->can("member:write"));

  Visitor token = WithToken(guard, {"org:read", "member:write"});
  auto by_token = Enter(guard, token, "beta");
  ASSERT_TRUE(by_token.has_value());
  EXPECT_TRUE(by_token->can("member:write"));
  EXPECT_TRUE(by_token->can("member:read"));
  EXPECT_FALSE(by_token->can("member:admin"));
  EXPECT_FALSE(by_token->can("team:read"));
  members::Caller caller = CallerOf(token, *by_token);
  EXPECT_EQ(caller.actor.user, ada_);
  EXPECT_EQ(caller.actor.label, "ada@acme.example");
  EXPECT_EQ(caller.actor.ip, "192.0.2.7");
  EXPECT_EQ(caller.member, by_token->member.id);
  EXPECT_EQ(caller.scopes, by_token->scopes);
}

TEST_F(AccessTest, OptionsOfTheOrganizationTakeScopesFromMembers) {
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {PasswordProof()});
  EXPECT_TRUE(Enter(guard, visitor, "acme", "event:admin").has_value());
  EXPECT_TRUE(Enter(guard, visitor, "acme", "alerts:write").has_value());
  Organization(acme_).flags |= orgs::kMembersNoEventAdmin | orgs::kMembersNoAlertsWrite;
  EXPECT_EQ(Refusal(Enter(guard, visitor, "acme", "event:admin")), kForbidden);
  EXPECT_EQ(Refusal(Enter(guard, visitor, "acme", "alerts:write")), kForbidden);
}

// ---- second factor ------------------------------------------------------------------------------

// AUTH-07: after the password, before the second factor.
TEST_F(AccessTest, PendingLoginOpensNothing) {
  Guard guard = MakeGuard();
  Visitor visitor = Visit(guard, RequestWith("__Host-pending=waiting"));
  EXPECT_EQ(visitor.pending_login, "waiting");
  EXPECT_TRUE(visitor.awaits_second_factor());
  auto refused = Enter(guard, visitor, "acme");
  EXPECT_EQ(Refusal(refused), k2faRequired);
  EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
  EXPECT_EQ(Guard::RequireOwnProof(visitor).error().reason, k2faRequired);
  EXPECT_EQ(Guard::RequireFreshProof(visitor).error().reason, k2faRequired);
  // A session that is there goes on while another log-in waits.
  std::string session = world_.AddSession(ada_, {PasswordProof()});
  Visitor both = Visit(guard, RequestWith("__Host-pending=waiting; __Host-sid=" + session));
  EXPECT_FALSE(both.awaits_second_factor());
  EXPECT_TRUE(Enter(guard, both, "acme").has_value());
}

TEST_F(AccessTest, PendingCookieOfPlainHttpOrOfTwoMindsIsNone) {
  Guard guard = MakeGuard();
  EXPECT_EQ(Visit(guard, RequestWith("pending=x")).pending_login, "");
  EXPECT_EQ(Visit(guard, RequestWith("__Host-pending=x; __Host-pending=y")).pending_login, "");
  EXPECT_EQ(Visit(guard, RequestWith("__Host-pending=" + std::string(300, 'x'))).pending_login, "");
}

// INV-09, sso.md 6.8 line 176.
TEST_F(AccessTest, OrganizationThatRequires2faIsShutWithoutIt) {
  Organization(acme_).flags |= orgs::kRequire2fa;
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {PasswordProof()});
  auto refused = Enter(guard, visitor, "acme");
  EXPECT_EQ(Refusal(refused), k2faRequiredByOrganization);
  EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
  EXPECT_TRUE(Enter(guard, visitor, "beta").has_value());
  EXPECT_EQ(Refusal(Enter(guard, WithToken(guard, {"org:read"}), "acme")),
            k2faRequiredByOrganization);
  world_.AddFactor(ada_, factors::Kind::kTotp, "Phone");
  EXPECT_TRUE(Enter(guard, WithProofs(guard, {PasswordProof()}), "acme").has_value());
}

TEST_F(AccessTest, OrganizationThatRequiresAVerifiedAddressIsShutWithoutIt) {
  Organization(acme_).flags |= orgs::kRequireEmailVerification;
  Guard guard = MakeGuard();
  EXPECT_TRUE(Enter(guard, WithProofs(guard, {PasswordProof()}), "acme").has_value());
  world_.accounts.at(ada_).user.email_verified = false;
  auto refused = Enter(guard, WithProofs(guard, {PasswordProof()}), "acme");
  EXPECT_EQ(Refusal(refused), kEmailVerificationRequired);
  EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
}

// ---- step-up ------------------------------------------------------------------------------------

authn::Proof At(authn::ProofKind kind, Duration ago) {
  return {.kind = kind, .at = Timestamp::FromSeconds(1'800'000'000) - ago};
}

// AUTH-11: changes of what protects the account.
TEST_F(AccessTest, SensitiveChangesNeedAProofOfTheLast15Minutes) {
  using authn::ProofKind;
  using std::chrono::minutes;
  Guard guard = MakeGuard();
  const auto fresh = [&](std::vector<authn::Proof> proofs) {
    auto result = Guard::RequireFreshProof(WithProofs(guard, std::move(proofs)));
    return result ? std::string_view("fresh") : result.error().reason;
  };
  EXPECT_EQ(fresh({At(ProofKind::kPassword, minutes(15))}), "fresh");
  EXPECT_EQ(fresh({At(ProofKind::kPassword, minutes(15) + Duration(1))}), kSudoRequired);
  EXPECT_EQ(fresh({At(ProofKind::kPassword, minutes(60)), At(ProofKind::kTotp, minutes(2))}),
            "fresh");
  // A clock set back makes nothing fresh.
  EXPECT_EQ(fresh({At(ProofKind::kPassword, -minutes(60))}), kSudoRequired);
  // However fresh a provider's word is: it is not the user's own (isolation law L2).
  EXPECT_EQ(fresh({SsoProof(acme_)}), kReauthRequired);
  EXPECT_EQ(fresh({SsoProof(acme_), At(ProofKind::kPassword, minutes(60))}), kSudoRequired);
  EXPECT_EQ(fresh({SsoProof(acme_), At(ProofKind::kTotp, minutes(1))}), kReauthRequired);
}

TEST_F(AccessTest, TokensReachNoAccountSettings) {
  Guard guard = MakeGuard();
  Visitor token = WithToken(guard, {"org:admin"});
  for (const auto& refused : {Guard::RequireOwnProof(token), Guard::RequireFreshProof(token)}) {
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
    EXPECT_EQ(refused.error().reason, kSessionRequired);
  }
}

// ---- the route in the log -----------------------------------------------------------------------

TEST(RouteTest, HoldsNamesInsteadOfValues) {
  http::Request request;
  request.method = http::Method::kDelete;
  request.path = "/accept/acme/17/se%2Fcret/";
  static constexpr std::string_view kNames[] = {"slug", "member", "token"};
  request.params = {{kNames[0], "acme"}, {kNames[1], "17"}, {kNames[2], "se/cret"}};
  EXPECT_EQ(RouteOf(request), "DELETE /accept/{slug}/{member}/{token}/");
  request.params.clear();
  request.path = "/organizations/";
  EXPECT_EQ(RouteOf(request), "DELETE /organizations/");
}

}  // namespace
}  // namespace gatehouse::access
