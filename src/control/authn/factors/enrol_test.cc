// Setting up, renaming and removing second factors; recovery codes; reset by an administrator.

#include <atomic>
#include <thread>

#include "control/authn/factors/factors_fixture.h"
#include "control/authn/factors/sealed.h"

namespace gatehouse::factors {
namespace {

class EnrolTest : public FactorsTest {};
GATEHOUSE_ON_ALL_ENGINES(EnrolTest);

// sso.md 6.9 row 179
TEST_P(EnrolTest, TotpCountsAfterACodeOfItWasShown) {
  auto session = Session(ada_);
  auto begun = Run(service_->BeginTotp(As(session)));
  ASSERT_OK(begun);
  EXPECT_EQ(begun->secret.size(), 32u);
  EXPECT_NE(begun->uri.find("otpauth://totp/Gatehouse:ada%40example.com?secret=" + begun->secret),
            std::string::npos);
  EXPECT_TRUE(begun->qr_svg.starts_with("<svg "));
  EXPECT_FALSE(Now(ada_).has_2fa);
  EXPECT_TRUE(Have(ada_).factors.empty());

  std::string secret = *crypto::Base32Decode(begun->secret);
  auto changed = Run(service_->ConfirmTotp(As(session), Code(secret)));
  ASSERT_OK(changed);
  EXPECT_EQ(changed->recovery_codes.size(), 10u);
  EXPECT_TRUE(Now(ada_).has_2fa);
  Overview have = Have(ada_);
  ASSERT_EQ(have.factors.size(), 1u);
  EXPECT_EQ(have.factors[0].kind, Kind::kTotp);
  EXPECT_EQ(have.recovery_left, 10);
  EXPECT_EQ(have.recovery_created_at, clock().Now());
  EXPECT_TRUE(Have(bob_).factors.empty());

  // One transaction: audit, history, the regions, a mail.
  EXPECT_EQ(AuditRows().back().event, audit::Event::kTwoFactorAdd);
  EXPECT_EQ(AuditRows().back().target_user, ada_.id);
  auto events = Run(authn_->ListEvents(ada_.id, {}, 10));
  ASSERT_OK(events);
  EXPECT_EQ(events->front().kind, "factor-added");
  bool told = false, mailed = false;
  for (const test::OutboxRow& row : OutboxRows(outbox::Half::kControl)) {
    told |= row.category == outbox::Category::kUserUpdate &&
            json::GetBool(row.payload, "has_2fa") == true;
    mailed |= row.category == outbox::Category::kMail &&
              json::GetString(row.payload, "to") == "ada@example.com";
  }
  EXPECT_TRUE(told);
  EXPECT_TRUE(mailed);
}

// Rotation opens what the store has sealed, begun ceremonies too.
TEST_P(EnrolTest, TheColumnsOfTheKeyRotationOpenTheirOwnRows) {
  EnrolTotp(Session(ada_));
  ASSERT_OK(Run(service_->BeginTotp(As(Session(bob_)))));
  for (const sealed::Column& column : SealedColumns()) {
    auto rows = Read([&](sql::Tx& tx) {
      return tx.Query(column.page, {std::int64_t{0}, "v1.none.%", std::int64_t{10}});
    });
    ASSERT_OK(rows);
    EXPECT_FALSE(rows->empty()) << column.name;
    for (sql::Row row : *rows) {
      EXPECT_OK(keys_->Open(column.purpose, column.binding(row), row.Text(1)));
    }
  }
}

// AUTH-22
TEST_P(EnrolTest, OtherSessionsEndAndTheCallersGoesOnUnderANewId) {
  auto mine = Session(ada_);
  auto thief = Session(ada_);
  auto bobs = Session(bob_);
  ASSERT_TRUE(IsLive(thief));
  auto enrolled = EnrolTotp(mine);
  EXPECT_FALSE(IsLive(mine));
  EXPECT_FALSE(IsLive(thief));
  EXPECT_TRUE(IsLive(bobs));
  auto principal = From(enrolled.changed.session.token);
  ASSERT_OK(principal);
  const authn::Session& session = *(*principal)->session;
  EXPECT_EQ(session.OwnProof()->kind, authn::ProofKind::kPassword);
  ASSERT_NE(session.FactorProof(), nullptr);
  EXPECT_EQ(session.FactorProof()->kind, authn::ProofKind::kTotp);
}

// AUTH-13
TEST_P(EnrolTest, ACodeOfAnotherSecretConfirmsNothing) {
  auto session = Session(ada_);
  auto begun = Run(service_->BeginTotp(As(session)));
  ASSERT_OK(begun);
  EXPECT_ERROR(kPermissionDenied, "otp_invalid",
               Run(service_->ConfirmTotp(As(session), Code("a secret of the client "))));
  EXPECT_ERROR(kPermissionDenied, "otp_invalid", Run(service_->ConfirmTotp(As(session), "")));
  EXPECT_FALSE(Now(ada_).has_2fa);
  EXPECT_TRUE(IsLive(session));
  // A mistyped code does not end the enrolment; another session's or user's is not this one.
  std::string code = Code(*crypto::Base32Decode(begun->secret));
  EXPECT_ERROR(kFailedPrecondition, "enrolment_expired",
               Run(service_->ConfirmTotp(As(Session(ada_)), code)));
  EXPECT_ERROR(kFailedPrecondition, "enrolment_expired",
               Run(service_->ConfirmTotp(As(Session(bob_)), code)));
  EXPECT_OK(Run(service_->ConfirmTotp(As(session), code)));
}

TEST_P(EnrolTest, AnEnrolmentEndsAfterAQuarterOfAnHour) {
  auto session = Session(ada_);
  clock().Advance(minutes(1));
  auto begun = Run(service_->BeginTotp(As(session)));
  ASSERT_OK(begun);
  std::string secret = *crypto::Base32Decode(begun->secret);
  Execute("UPDATE factor_ceremonies SET expires_at = " + std::to_string(clock().Now().micros));
  EXPECT_ERROR(kFailedPrecondition, "enrolment_expired",
               Run(service_->ConfirmTotp(As(session), Code(secret))));
  EXPECT_EQ(Run(service_->DeleteExpired()), 1);
}

// sso.md 6.9 row 179
TEST_P(EnrolTest, AnUnverifiedAddressEnrolsNothing) {
  auto session = Session(AddUser("eve@example.com", false));
  EXPECT_ERROR(kFailedPrecondition, "email_unverified", Run(service_->BeginTotp(As(session))));
  EXPECT_ERROR(kFailedPrecondition, "email_unverified", Run(service_->BeginWebAuthn(As(session))));
}

// AUTH-11
TEST_P(EnrolTest, ChangesNeedAFreshProof) {
  auto enrolled = EnrolTotp(Session(ada_));
  AuthenticatorId totp = Have(ada_).factors[0].id;
  const authn::IssuedSession& session = enrolled.changed.session;
  clock().Advance(minutes(15));
  SoftwareAuthenticator device = Device();
  std::int64_t audited = Number("SELECT COUNT(*) FROM audit_log");
  Caller caller = As(session);
  auto stale = [&](const auto& result) { EXPECT_ERROR(kUnauthenticated, "sudo_required", result); };
  stale(Run(service_->BeginTotp(caller)));
  stale(Run(service_->ConfirmTotp(caller, "123456")));
  stale(Run(service_->BeginWebAuthn(caller)));
  stale(Run(service_->FinishWebAuthn(caller, "key", device.Create("abc"))));
  stale(Run(service_->Rename(caller, totp, "phone")));
  stale(Run(service_->Remove(caller, totp, {})));
  stale(Run(service_->RegenerateRecoveryCodes(caller)));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log"), audited);
  EXPECT_EQ(Have(ada_).recovery_left, 10);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM factor_ceremonies"), 0);
  // An API token, and a session by somebody's provider alone, change nothing either.
  caller.principal.session.reset();
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Run(service_->BeginTotp(caller)));
  authn::Proof sso;
  sso.kind = authn::ProofKind::kSso;
  sso.at = clock().Now();
  sso.organization = OrgId{7};
  auto by_provider = Write(
      [&](sql::Tx& tx) { return sessions_.Create(tx, bob_, sso, {}, "192.0.2.1", "browser"); });
  ASSERT_OK(by_provider);
  stale(Run(service_->BeginTotp(As(*by_provider))));
}

// sso.md 6.9 row 182
TEST_P(EnrolTest, TenEnrolmentsADayAndKind) {
  auto session = Session(ada_);
  for (int i = 0; i < 10; ++i) ASSERT_OK(Run(service_->BeginTotp(As(session))));
  EXPECT_ERROR(kResourceExhausted, "rate_limited", Run(service_->BeginTotp(As(session))));
  EXPECT_OK(Run(service_->BeginWebAuthn(As(session))));
  EXPECT_OK(Run(service_->BeginTotp(As(Session(bob_)))));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM factor_ceremonies"), 3);
  clock().Advance(hours(24));
  EXPECT_OK(Run(service_->BeginTotp(As(Session(ada_)))));
}

TEST_P(EnrolTest, OneTotpAnAccountAndManyKeys) {
  auto enrolled = EnrolTotp(Session(ada_));
  auto session = enrolled.changed.session;
  EXPECT_ERROR(kFailedPrecondition, "already_enrolled", Run(service_->BeginTotp(As(session))));
  for (int i = 0; i < 3; ++i) {
    SoftwareAuthenticator device = Device("credential-" + std::to_string(i));
    auto changed = TryEnrolKey(session, device, "Key " + std::to_string(i));
    ASSERT_OK(changed);
    EXPECT_TRUE(changed->recovery_codes.empty());  // made with the first factor
    session = changed->session;
  }
  EXPECT_EQ(Have(ada_).factors.size(), 4u);
  for (int round = 0; Have(ada_).factors.size() < 20; ++round) {
    Execute(
        "INSERT INTO authenticators (id, user_id, kind, name, secret, counter, is_passkey, "
        "created_at) VALUES (" +
        std::to_string(round + 5) + ", " + ada_.id.ToString() + ", 'webauthn', 'x', 'x', 0, 0, 0)");
  }
  EXPECT_ERROR(kFailedPrecondition, "too_many_factors", Run(service_->BeginWebAuthn(As(session))));
}

// sso.md 6.9 row 181
TEST_P(EnrolTest, AKeyVerifiesWhatTheServerAsked) {
  auto session = Session(ada_);
  auto options = Run(service_->BeginWebAuthn(As(session)));
  ASSERT_OK(options);
  auto parsed = json::ParseObject(*options);
  ASSERT_OK(parsed);
  EXPECT_EQ(json::GetString(*json::GetObject(*parsed, "rp"), "id"), "gate.example.com");
  EXPECT_EQ(Base64UrlDecode(ChallengeOf(*options))->size(), 32u);
  auto handle = json::GetString(*json::GetObject(*parsed, "user"), "id");
  EXPECT_EQ(Base64UrlDecode(*handle)->find(ada_.id.ToString()), std::string::npos);

  SoftwareAuthenticator device = Device();
  auto changed = Run(
      service_->FinishWebAuthn(As(session), " Blue key ", device.Create(ChallengeOf(*options))));
  ASSERT_OK(changed);
  EXPECT_EQ(changed->recovery_codes.size(), 10u);
  Overview have = Have(ada_);
  ASSERT_EQ(have.factors.size(), 1u);
  EXPECT_EQ(have.factors[0].name, "Blue key");
  EXPECT_TRUE(have.factors[0].is_passkey);
  EXPECT_TRUE(Now(ada_).has_2fa);
}

TEST_P(EnrolTest, AKeyThatVerifiesNobodyIsNoPasskey) {
  auto session = Session(ada_);
  SoftwareAuthenticator touch = Device("touch");
  touch.flags = SoftwareAuthenticator::kUserPresent;
  auto changed = EnrolKey(session, touch);
  SoftwareAuthenticator hidden = Device("hidden");
  hidden.discoverable = false;
  EnrolKey(changed.session, hidden);
  for (const Factor& factor : Have(ada_).factors) EXPECT_FALSE(factor.is_passkey);
}

// AUTH-16, AUTH-18; sso.md 6.9 row 188: the challenge is gone even after a failure.
TEST_P(EnrolTest, ARegistrationChallengeIsAnsweredOnce) {
  auto session = Session(ada_);
  SoftwareAuthenticator device = Device();
  auto options = Run(service_->BeginWebAuthn(As(session)));
  ASSERT_OK(options);
  std::string challenge = ChallengeOf(*options);
  auto finish = [&](const authn::IssuedSession& s, const std::string& response) {
    return Run(service_->FinishWebAuthn(As(s), "key", response));
  };
  // Another user's, and another session of the same user's.
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge",
               finish(Session(bob_), device.Create(challenge)));
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge",
               finish(Session(ada_), device.Create(challenge)));
  device.origin = "https://evil.test";
  EXPECT_ERROR(kPermissionDenied, "webauthn_origin", finish(session, device.Create(challenge)));
  device.origin = kBaseUrl;
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge", finish(session, device.Create(challenge)));

  auto fresh = [&] { return ChallengeOf(Run(service_->BeginWebAuthn(As(session))).value()); };
  device.flags = 0;
  EXPECT_ERROR(kPermissionDenied, "webauthn_flags", finish(session, device.Create(fresh())));
  device.flags = SoftwareAuthenticator::kUserPresent;
  EXPECT_ERROR(kInvalidArgument, "webauthn_malformed", (fresh(), finish(session, "{}")));
  EXPECT_ERROR(kInvalidArgument, "name_invalid",
               Run(service_->FinishWebAuthn(As(session), "\n", device.Create(fresh()))));
  std::string old = fresh();
  clock().Advance(minutes(5));
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge", finish(session, device.Create(old)));
  EXPECT_TRUE(Have(ada_).factors.empty());
  EXPECT_OK(finish(session, device.Create(fresh())));
}

TEST_P(EnrolTest, ACredentialBelongsToOneAccount) {
  SoftwareAuthenticator device = Device();
  auto changed = EnrolKey(Session(ada_), device);
  EXPECT_ERROR(kAlreadyExists, "credential_taken", TryEnrolKey(Session(bob_), device));
  EXPECT_ERROR(kAlreadyExists, "credential_taken", TryEnrolKey(changed.session, device));
  EXPECT_FALSE(Now(bob_).has_2fa);
}

TEST_P(EnrolTest, RenameIsForTheOwnersFactorsOnly) {
  SoftwareAuthenticator device = Device();
  auto changed = EnrolKey(Session(ada_), device);
  AuthenticatorId id = Have(ada_).factors[0].id;
  ASSERT_OK(Run(service_->Rename(As(changed.session), id, "Safe")));
  EXPECT_EQ(Have(ada_).factors[0].name, "Safe");
  EXPECT_ERROR(kNotFound, "factor_not_found", Run(service_->Rename(As(Session(bob_)), id, "Mine")));
  EXPECT_ERROR(kInvalidArgument, "name_invalid",
               Run(service_->Rename(As(changed.session), id, " ")));
  EXPECT_EQ(Have(ada_).factors[0].name, "Safe");
}

// AUTH-10; sso.md 6.9 row 187
TEST_P(EnrolTest, TheLastFactorTakesTheRecoveryCodesWithIt) {
  auto enrolled = EnrolTotp(Session(ada_));
  AuthenticatorId totp = Have(ada_).factors[0].id;
  SoftwareAuthenticator device = Device();
  auto two = EnrolKey(enrolled.changed.session, device);
  EXPECT_ERROR(kNotFound, "factor_not_found", Run(service_->Remove(As(Session(bob_)), totp, {})));

  // One of two: even if an organization requires a factor.
  auto one = Run(service_->Remove(As(two.session), totp, OrgId{7}));
  ASSERT_OK(one);
  EXPECT_FALSE(IsLive(two.session));
  EXPECT_TRUE(Now(ada_).has_2fa);
  EXPECT_EQ(Have(ada_).recovery_left, 10);
  AuthenticatorId key = Have(ada_).factors[0].id;
  EXPECT_ERROR(kFailedPrecondition, "factor_required",
               Run(service_->Remove(As(one->session), key, OrgId{7})));
  EXPECT_TRUE(IsLive(one->session));

  auto none = Run(service_->Remove(As(one->session), key, {}));
  ASSERT_OK(none);
  EXPECT_TRUE(IsLive(none->session));
  EXPECT_FALSE(Now(ada_).has_2fa);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM recovery_codes"), 0);
  EXPECT_EQ(AuditRows().back().event, audit::Event::kTwoFactorRemove);
  auto last = OutboxRows(outbox::Half::kControl);
  bool told = false;
  for (const test::OutboxRow& row : last) {
    if (row.category == outbox::Category::kUserUpdate) {
      told = json::GetBool(row.payload, "has_2fa") == false;
    }
  }
  EXPECT_TRUE(told);
  EXPECT_ERROR(kFailedPrecondition, "no_factor",
               Run(service_->RegenerateRecoveryCodes(As(none->session))));
}

// AUTH-10: each of two parallel removals sees the other factor; one of them must not go.
TEST_P(EnrolTest, TwoParallelRemovalsLeaveTheFactorThatIsRequired) {
  auto enrolled = EnrolTotp(Session(ada_));
  SoftwareAuthenticator device = Device();
  auto two = EnrolKey(enrolled.changed.session, device);
  auto factors = Have(ada_).factors;
  ASSERT_EQ(factors.size(), 2u);
  Caller caller = As(two.session);
  std::atomic<int> done{0};
  {
    std::vector<std::jthread> threads;
    for (const Factor& factor : factors) {
      threads.emplace_back([&, id = factor.id] {
        if (runtime::RunSync(service_->Remove(caller, id, OrgId{7}))) ++done;
      });
    }
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(Have(ada_).factors.size(), 1u);
  EXPECT_TRUE(Now(ada_).has_2fa);
}

TEST_P(EnrolTest, ParallelConfirmationsMakeOneTotp) {
  auto session = Session(ada_);
  auto begun = Run(service_->BeginTotp(As(session)));
  ASSERT_OK(begun);
  std::string code = Code(*crypto::Base32Decode(begun->secret));
  Caller caller = As(session);
  std::atomic<int> done{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        if (runtime::RunSync(service_->ConfirmTotp(caller, code))) ++done;
      });
    }
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(Have(ada_).factors.size(), 1u);
  EXPECT_EQ(Have(ada_).recovery_left, 10);
}

TEST_P(EnrolTest, ResetByAnAdministratorEndsEverything) {
  auto enrolled = EnrolTotp(Session(ada_));
  std::string pending = Pending(ada_);
  ASSERT_TRUE(IsLive(enrolled.changed.session));
  ASSERT_OK(Run(service_->Reset(ada_.id, "Grace", bob_.id, OrgId{7}, "c-9")));
  EXPECT_FALSE(IsLive(enrolled.changed.session));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Run(service_->GetChallenge(pending)));
  EXPECT_FALSE(Now(ada_).has_2fa);
  EXPECT_TRUE(Have(ada_).factors.empty());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM recovery_codes"), 0);
  test::AuditRow row = AuditRows().back();
  EXPECT_EQ(row.event, audit::Event::kTwoFactorReset);
  EXPECT_EQ(row.organization, OrgId{7});
  EXPECT_EQ(row.actor, bob_.id);
  EXPECT_EQ(row.target_user, ada_.id);
  EXPECT_TRUE(Begin(ada_).session.has_value());
  EXPECT_ERROR(kFailedPrecondition, "no_factor",
               Run(service_->Reset(ada_.id, "host operator", {}, {}, "c-9")));
  EXPECT_ERROR(kNotFound, "user_not_found",
               Run(service_->Reset(UserId{4711}, "host operator", {}, {}, "c-9")));
}

TEST_P(EnrolTest, SecretsAreInNoRowThatPeopleRead) {
  auto session = Session(ada_);
  auto begun = Run(service_->BeginTotp(As(session)));
  ASSERT_OK(begun);
  std::string secret = *crypto::Base32Decode(begun->secret);
  std::string code = Code(secret);
  auto changed = Run(service_->ConfirmTotp(As(session), code));
  ASSERT_OK(changed);
  clock().Advance(seconds(60));
  std::string guess = "493817";
  (void)Finish(Pending(ada_), Totp(guess));
  (void)Finish(Pending(ada_), Recovery("ABCD-EFGH-2345-WXYZ"));
  ASSERT_OK(Finish(Pending(ada_), Recovery(changed->recovery_codes[0])));
  std::string all;
  for (const char* query :
       {"SELECT data || actor_label FROM audit_log",
        "SELECT kind || detail || user_agent FROM account_events",
        "SELECT payload FROM control_outbox", "SELECT secret || name FROM authenticators",
        "SELECT code_hash FROM recovery_codes", "SELECT bucket FROM rate_limits"}) {
    auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", query}); });
    ASSERT_OK(rows);
    EXPECT_FALSE(rows->empty()) << query;
    for (sql::Row row : *rows) all += row.String(0) + "\n";
  }
  std::vector<std::string> secrets = {begun->secret,     secret, Base64UrlEncode(secret),
                                      HexEncode(secret), guess,  "ABCD-EFGH-2345-WXYZ",
                                      "ABCDEFGH2345WXYZ"};
  for (const std::string& recovery : changed->recovery_codes) {
    secrets.push_back(recovery);
    secrets.push_back(CanonicalRecoveryCode(recovery));
  }
  for (const std::string& text : secrets) EXPECT_EQ(all.find(text), std::string::npos) << text;
}

TEST_P(EnrolTest, ASecretCopiedToAnotherAccountDoesNotOpen) {
  auto adas = EnrolTotp(Session(ada_));
  auto bobs = EnrolTotp(Session(bob_));
  Execute("UPDATE authenticators SET secret = (SELECT secret FROM authenticators WHERE user_id = " +
          ada_.id.ToString() + ") WHERE user_id = " + bob_.id.ToString());
  EXPECT_FALSE(Finish(Pending(bob_), Totp(Code(adas.secret))).has_value());
  EXPECT_FALSE(Finish(Pending(bob_), Totp(Code(bobs.secret))).has_value());
}

}  // namespace
}  // namespace gatehouse::factors
