// The second step of a log-in, passkeys and step-up.

#include <atomic>
#include <thread>

#include "base/text.h"
#include "control/authn/factors/factors_fixture.h"
#include "platform/ratelimit/ratelimit.h"

namespace gatehouse::factors {
namespace {

class FactorLoginTest : public FactorsTest {
 protected:
  // Runs the same answer at once from many threads, each with a pending login of its own.
  int SuccessesOf(int threads, const Answer& answer) {
    std::vector<std::string> pending;
    for (int i = 0; i < threads; ++i) pending.push_back(Pending(ada_));
    std::atomic<int> done{0};
    {
      std::vector<std::jthread> running;
      for (const std::string& token : pending) {
        running.emplace_back([&, token] {
          if (runtime::RunSync(service_->FinishLogin(token, answer, Client()))) ++done;
        });
      }
    }
    return done;
  }
};
GATEHOUSE_ON_ALL_ENGINES(FactorLoginTest);

TEST_P(FactorLoginTest, APasswordAndACodeMakeOneSession) {
  auto enrolled = EnrolTotp(Session(ada_));
  auto outcome = Begin(ada_);
  EXPECT_FALSE(outcome.session.has_value());
  auto challenge = Run(service_->GetChallenge(outcome.pending_token));
  ASSERT_OK(challenge);
  EXPECT_EQ(challenge->kinds, (std::vector<Kind>{Kind::kTotp, Kind::kRecovery}));
  EXPECT_EQ(challenge->options_json, "");
  EXPECT_EQ(challenge->user_label, "ada@example.com");
  EXPECT_EQ(challenge->expires_at, clock().Now() + minutes(5));
  auto done = Finish(outcome.pending_token, Totp(" " + Code(enrolled.secret) + "\n"));
  ASSERT_OK(done);
  EXPECT_EQ(done->next, "/next/");
  auto principal = From(done->session.token);
  ASSERT_OK(principal);
  EXPECT_EQ((*principal)->session->OwnProof()->kind, authn::ProofKind::kPassword);
  EXPECT_EQ((*principal)->session->FactorProof()->kind, authn::ProofKind::kTotp);
  EXPECT_EQ(Have(ada_).factors[0].last_used_at, clock().Now());
  auto events = Run(authn_->ListEvents(ada_.id, {}, 10));
  EXPECT_EQ(events->front().kind, "login");
  // The pending login is used up.
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid",
               Finish(outcome.pending_token, Totp(Code(enrolled.secret, 1))));
}

// AUTH-01
TEST_P(FactorLoginTest, ACodeReplayedInItsWindowIsRefused) {
  auto enrolled = EnrolTotp(Session(ada_));
  std::string code = Code(enrolled.secret);
  ASSERT_OK(Finish(Pending(ada_), Totp(code)));
  EXPECT_ERROR(kPermissionDenied, "otp_invalid", Finish(Pending(ada_), Totp(code)));
  EXPECT_EQ(LastRefusal(), "otp_replay");
  EXPECT_EQ(Refusals(), 1);
  auto events = Run(authn_->ListEvents(ada_.id, {}, 1));
  EXPECT_EQ(events->front().kind, "login-refused");
  EXPECT_EQ(events->front().detail, "otp_replay");
  // The step before it, not used yet, is dead too.
  EXPECT_ERROR(kPermissionDenied, "otp_invalid",
               Finish(Pending(ada_), Totp(Code(enrolled.secret, -1))));
  EXPECT_OK(Finish(Pending(ada_), Totp(Code(enrolled.secret, 1))));
}

// AUTH-01: the code that confirmed the enrolment is a used one.
TEST_P(FactorLoginTest, TheCodeOfTheEnrolmentLogsNobodyIn) {
  auto session = Session(ada_);
  auto begun = Run(service_->BeginTotp(As(session)));
  std::string code = Code(*crypto::Base32Decode(begun->secret));
  ASSERT_OK(Run(service_->ConfirmTotp(As(session), code)));
  EXPECT_ERROR(kPermissionDenied, "otp_invalid", Finish(Pending(ada_), Totp(code)));
}

// AUTH-02
TEST_P(FactorLoginTest, OneCodeInSixteenParallelLogInsOpensOneSession) {
  auto enrolled = EnrolTotp(Session(ada_));
  EXPECT_EQ(SuccessesOf(16, Totp(Code(enrolled.secret))), 1);
}

TEST_P(FactorLoginTest, OnePendingLogInAnsweredInParallelOpensOneSession) {
  auto enrolled = EnrolTotp(Session(ada_));
  std::string pending = Pending(ada_);
  std::atomic<int> done{0};
  {
    std::vector<std::jthread> running;
    for (std::int64_t away : {0, 1}) {
      running.emplace_back([&, away] {
        if (runtime::RunSync(
                service_->FinishLogin(pending, Totp(Code(enrolled.secret, away)), Client()))) {
          ++done;
        }
      });
    }
  }
  EXPECT_EQ(done, 1);
}

// AUTH-03
TEST_P(FactorLoginTest, CodesOfOtherStepsAndShapesAreRefused) {
  auto enrolled = EnrolTotp(Session(ada_));
  clock().Advance(minutes(2));
  std::string code = Code(enrolled.secret);
  std::string arabic_indic;
  for (char digit : code) arabic_indic += {'\xD9', static_cast<char>(0xA0 + (digit - '0'))};
  for (const std::string& bad :
       {Code(enrolled.secret, -2), Code(enrolled.secret, 2), code.substr(1), code + "1",
        code.substr(0, 3) + " " + code.substr(3), arabic_indic, std::string(),
        std::string(100'000, '1')}) {
    EXPECT_ERROR(kPermissionDenied, "otp_invalid", Finish(Pending(ada_), Totp(bad)));
    clock().Advance(minutes(15));
    code = Code(enrolled.secret);
  }
  EXPECT_OK(Finish(Pending(ada_), Totp(code)));
}

// AUTH-04
TEST_P(FactorLoginTest, GuessingIsLockedWhateverTheAddressAndAcrossARestart) {
  auto enrolled = EnrolTotp(Session(ada_));
  auto guess = [&](const std::string& ip) {
    return Run(service_->FinishLogin(Pending(ada_), Totp("000000"), Client(ip)));
  };
  for (int i = 0; i < 5; ++i) EXPECT_ERROR(kPermissionDenied, "otp_invalid", guess("192.0.2.1"));
  for (int i = 0; i < 100; ++i) {
    EXPECT_ERROR(kResourceExhausted, "otp_locked", guess("198.51.100." + std::to_string(i)));
  }
  Start();
  EXPECT_ERROR(kResourceExhausted, "otp_locked", guess("203.0.113.1"));
  // The right code does not help while it lasts.
  EXPECT_ERROR(kResourceExhausted, "otp_locked",
               Finish(Pending(ada_), Totp(Code(enrolled.secret))));
  EXPECT_EQ(LastRefusal(), "otp_locked");
  EXPECT_EQ(Refusals(), 6);  // a flood at a locked factor is one line
  clock().Advance(minutes(15));
  EXPECT_OK(Finish(Pending(ada_), Totp(Code(enrolled.secret))));
}

// AUTH-04
TEST_P(FactorLoginTest, AHundredFailuresInARowLockTheFactorUntilItIsSetUpAnew) {
  auto enrolled = EnrolTotp(Session(ada_));
  for (int i = 0; i < 100; ++i) {
    EXPECT_ERROR(kPermissionDenied, "otp_invalid", Finish(Pending(ada_), Totp("000000")));
    if (i % 5 == 4) clock().Advance(minutes(15));
  }
  // Not by waiting, nor by the sweep of old rate limits.
  clock().Advance(hours(24 * 365));
  ASSERT_OK(Write([&](sql::Tx& tx) { return ratelimit::RateLimiter().Sweep(tx, clock().Now()); }));
  EXPECT_ERROR(kResourceExhausted, "otp_locked",
               Finish(Pending(ada_), Totp(Code(enrolled.secret))));
  // Other factors are open; removing this one and setting it up again opens it.
  auto done = Finish(Pending(ada_), Recovery(enrolled.changed.recovery_codes[0]));
  ASSERT_OK(done);
  auto removed = Run(service_->Remove(As(done->session), Have(ada_).factors[0].id, {}));
  ASSERT_OK(removed);
  auto again = EnrolTotp(removed->session);
  EXPECT_OK(Finish(Pending(ada_), Totp(Code(again.secret))));
}

TEST_P(FactorLoginTest, ASuccessGivesTheTriesBack) {
  auto enrolled = EnrolTotp(Session(ada_));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) {
      EXPECT_ERROR(kPermissionDenied, "otp_invalid", Finish(Pending(ada_), Totp("000000")));
    }
    ASSERT_OK(Finish(Pending(ada_), Totp(Code(enrolled.secret))));
    clock().Advance(seconds(30));
  }
}

// AUTH-06
TEST_P(FactorLoginTest, ALockedFactorLeavesTheOthersOpen) {
  auto enrolled = EnrolTotp(Session(ada_));
  SoftwareAuthenticator device = Device();
  auto both = EnrolKey(enrolled.changed.session, device);
  for (int i = 0; i < 6; ++i) (void)Finish(Pending(ada_), Totp("000000"));
  EXPECT_ERROR(kResourceExhausted, "otp_locked",
               Finish(Pending(ada_), Totp(Code(enrolled.secret))));
  EXPECT_OK(LogInByPasskey(device));
  std::string pending = Pending(ada_);
  auto challenge = Run(service_->GetChallenge(pending));
  EXPECT_OK(Finish(pending, Key(device.Get(ChallengeOf(challenge->options_json)))));
  EXPECT_OK(Finish(Pending(ada_), Recovery(enrolled.changed.recovery_codes[0])));
  EXPECT_EQ(Begin(bob_).pending_token, "");  // and bob is not concerned
}

// AUTH-07: only the answer of a factor turns a pending login into a session.
TEST_P(FactorLoginTest, APendingLogInIsNoSessionAndEndsByItself) {
  auto enrolled = EnrolTotp(Session(ada_));
  std::string pending = Pending(ada_);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(pending));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Run(service_->GetChallenge("nonsense")));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid",
               Finish(enrolled.changed.session.token, Totp(Code(enrolled.secret))));
  clock().Advance(minutes(5));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Run(service_->GetChallenge(pending)));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid",
               Finish(pending, Totp(Code(enrolled.secret))));
  EXPECT_EQ(Refusals(), 0);
}

TEST_P(FactorLoginTest, AChangedAccountEndsItsPendingLogIns) {
  auto enrolled = EnrolTotp(Session(ada_));
  std::string pending = Pending(ada_);
  ASSERT_OK(Run(service_->RegenerateRecoveryCodes(As(enrolled.changed.session))));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid",
               Finish(pending, Totp(Code(enrolled.secret))));
}

// AUTH-09
TEST_P(FactorLoginTest, ARecoveryCodeWorksOnceAlsoInParallel) {
  auto enrolled = EnrolTotp(Session(ada_));
  const auto& codes = enrolled.changed.recovery_codes;
  auto done = Finish(Pending(ada_), Recovery(AsciiLower(codes[0])));
  ASSERT_OK(done);
  EXPECT_EQ((*From(done->session.token))->session->FactorProof()->kind,
            authn::ProofKind::kRecoveryCode);
  EXPECT_EQ(Have(ada_).recovery_left, 9);
  EXPECT_EQ(json::GetString(OutboxRows(outbox::Half::kControl).back().payload, "subject"),
            "A recovery code of your Gatehouse account was used");
  EXPECT_ERROR(kPermissionDenied, "recovery_invalid", Finish(Pending(ada_), Recovery(codes[0])));
  EXPECT_EQ(LastRefusal(), "recovery_invalid");
  EXPECT_EQ(SuccessesOf(8, Recovery(codes[1])), 1);
  EXPECT_EQ(Have(ada_).recovery_left, 8);
}

// AUTH-09
TEST_P(FactorLoginTest, RegeneratedRecoveryCodesKillTheOldOnes) {
  auto enrolled = EnrolTotp(Session(ada_));
  auto fresh = Run(service_->RegenerateRecoveryCodes(As(enrolled.changed.session)));
  ASSERT_OK(fresh);
  EXPECT_EQ(fresh->recovery_codes.size(), 10u);
  EXPECT_EQ(AuditRows().back().event, audit::Event::kRecoveryCodesCreate);
  EXPECT_ERROR(kPermissionDenied, "recovery_invalid",
               Finish(Pending(ada_), Recovery(enrolled.changed.recovery_codes[9])));
  auto bobs = EnrolTotp(Session(bob_));
  EXPECT_ERROR(kPermissionDenied, "recovery_invalid",
               Finish(Pending(bob_), Recovery(fresh->recovery_codes[0])));
  EXPECT_OK(Finish(Pending(ada_), Recovery(fresh->recovery_codes[0])));
}

// AUTH-22
TEST_P(FactorLoginTest, ASessionPlantedBeforeTheSecondFactorIsDeadAfterIt) {
  auto enrolled = EnrolTotp(Session(ada_));
  auto planted = Session(bob_);
  ASSERT_TRUE(IsLive(planted));
  auto done = Finish(Pending(ada_, planted.session.id), Totp(Code(enrolled.secret)));
  ASSERT_OK(done);
  EXPECT_FALSE(IsLive(planted));
  EXPECT_EQ((*From(done->session.token))->user.id, ada_.id);
  auto bobs = Session(bob_);
  SoftwareAuthenticator device = Device();
  auto keyed = EnrolKey(done->session, device);
  ASSERT_TRUE(IsLive(bobs));
  ASSERT_OK(LogInByPasskey(device, "browser-cookie", bobs.session.id));
  EXPECT_FALSE(IsLive(bobs));
}

// ---- WebAuthn -----------------------------------------------------------------------------------

TEST_P(FactorLoginTest, AKeyIsTheStrongestSecondFactor) {
  auto enrolled = EnrolTotp(Session(ada_));
  SoftwareAuthenticator device = Device();
  device.counts = true;
  EnrolKey(enrolled.changed.session, device);
  std::string pending = Pending(ada_);
  auto challenge = Run(service_->GetChallenge(pending));
  ASSERT_OK(challenge);
  EXPECT_EQ(challenge->kinds, (std::vector<Kind>{Kind::kWebAuthn, Kind::kTotp, Kind::kRecovery}));
  EXPECT_NE(challenge->options_json.find(Base64UrlEncode("credential-one")), std::string::npos);
  auto done = Finish(pending, Key(device.Get(ChallengeOf(challenge->options_json))));
  ASSERT_OK(done);
  EXPECT_EQ((*From(done->session.token))->session->FactorProof()->kind,
            authn::ProofKind::kWebAuthn);
  EXPECT_EQ(Number("SELECT counter FROM authenticators WHERE kind = 'webauthn'"), 2);
}

// AUTH-16
TEST_P(FactorLoginTest, AChallengeIsAnsweredOnceInTimeAndByItsUser) {
  SoftwareAuthenticator device = Device();
  EnrolKey(Session(ada_), device);
  SoftwareAuthenticator bobs_device = Device("bobs");
  EnrolKey(Session(bob_), bobs_device);
  std::string pending = Pending(ada_);
  std::string bobs_pending = Pending(bob_);
  auto ask = [&](const std::string& token) {
    return ChallengeOf(Run(service_->GetChallenge(token)).value().options_json);
  };
  // None was asked for.
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge", Finish(pending, Key(device.Get("abc"))));
  // Of another user; of another pending login of the same user.
  std::string bobs = ask(bobs_pending);
  std::string adas = ask(pending);
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge", Finish(pending, Key(device.Get(bobs))));
  // It is gone even after a failure.
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge", Finish(pending, Key(device.Get(adas))));
  clock().Advance(minutes(1));
  ask(pending);
  std::string old = ask(pending);
  Execute("UPDATE factor_ceremonies SET expires_at = " + std::to_string(clock().Now().micros));
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge", Finish(pending, Key(device.Get(old))));
  EXPECT_EQ(LastRefusal(), "webauthn_challenge");
  EXPECT_OK(Finish(pending, Key(device.Get(ask(pending)))));
}

// AUTH-18, and each field of an answer bent.
TEST_P(FactorLoginTest, BentAnswersOfAKeyAreRefused) {
  SoftwareAuthenticator device = Device();
  EnrolKey(Session(ada_), device);
  SoftwareAuthenticator bobs_device = Device("bobs");
  EnrolKey(Session(bob_), bobs_device);
  auto answer = [&](SoftwareAuthenticator& d) {
    clock().Advance(minutes(15));
    std::string pending = Pending(ada_);
    auto challenge = Run(service_->GetChallenge(pending));
    return Finish(pending, Key(d.Get(ChallengeOf(challenge->options_json))));
  };
  device.get_type = "webauthn.create";
  EXPECT_ERROR(kPermissionDenied, "webauthn_flags", answer(device));
  EXPECT_EQ(LastRefusal(), "webauthn_flags");
  device.get_type = "webauthn.get";
  device.flags = SoftwareAuthenticator::kUserVerified;
  EXPECT_ERROR(kPermissionDenied, "webauthn_flags", answer(device));
  device.flags = SoftwareAuthenticator::kUserPresent;
  device.origin = "https://gate.example.com.evil.test";
  EXPECT_ERROR(kPermissionDenied, "webauthn_origin", answer(device));
  EXPECT_EQ(LastRefusal(), "webauthn_origin");
  device.origin = kBaseUrl;
  device.rp_id = "evil.test";
  EXPECT_ERROR(kPermissionDenied, "webauthn_origin", answer(device));
  device.rp_id = "gate.example.com";
  device.user_handle = "somebody else";
  EXPECT_ERROR(kPermissionDenied, "webauthn_signature", answer(device));
  device.user_handle.clear();
  // Another account's key; a key of nobody; another key under the account's credential id.
  EXPECT_ERROR(kPermissionDenied, "webauthn_signature", answer(bobs_device));
  SoftwareAuthenticator unknown = Device("unknown");
  EXPECT_ERROR(kPermissionDenied, "webauthn_signature", answer(unknown));
  SoftwareAuthenticator forged = Device();
  EXPECT_ERROR(kPermissionDenied, "webauthn_signature", answer(forged));
  EXPECT_EQ(LastRefusal(), "webauthn_signature");
  clock().Advance(minutes(15));
  std::string pending = Pending(ada_);
  ASSERT_OK(Run(service_->GetChallenge(pending)));
  EXPECT_ERROR(kInvalidArgument, "webauthn_malformed", Finish(pending, Key("{}")));
  EXPECT_OK(answer(device));  // UV is not asked for after a password
}

TEST_P(FactorLoginTest, ACopiedKeyIsSeenByItsCounter) {
  SoftwareAuthenticator device = Device();
  device.counts = true;
  EnrolKey(Session(ada_), device);
  auto answer = [&] {
    std::string pending = Pending(ada_);
    auto challenge = Run(service_->GetChallenge(pending));
    return Finish(pending, Key(device.Get(ChallengeOf(challenge->options_json))));
  };
  device.counter = 9;
  ASSERT_OK(answer());  // 10
  device.counter = 9;
  EXPECT_ERROR(kPermissionDenied, "webauthn_counter", answer());
  EXPECT_EQ(LastRefusal(), "webauthn_counter");
  device.counts = false;
  device.counter = 0;
  EXPECT_ERROR(kPermissionDenied, "webauthn_counter", answer());
  device.counter = 11;
  EXPECT_OK(answer());
}

// AUTH-21
TEST_P(FactorLoginTest, HostileAnswersAreMalformed) {
  SoftwareAuthenticator device = Device();
  EnrolKey(Session(ada_), device);
  std::string pending = Pending(ada_);
  auto answer = [&](const std::string& response) {
    clock().Advance(Duration(1));
    auto challenge = Run(service_->GetChallenge(pending));
    auto begin = std::chrono::steady_clock::now();
    auto done = Finish(pending, Key(response));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
    return done;
  };
  std::string data = device.AuthenticatorData(false);
  data[32] = static_cast<char>(0x85);
  for (const std::string& extensions :
       {std::string(10'000, '\x81'), std::string("\x5A\x40\x00\x00\x00", 5),
        std::string("\xA2\x01\x01\x01\x01"), std::string("\xA0 trailing")}) {
    EXPECT_ERROR(kInvalidArgument, "webauthn_malformed",
                 answer(device.GetResponse(device.ClientData("webauthn.get", "abcd"),
                                           data + extensions, "signature")));
  }
}

// ---- passkeys -----------------------------------------------------------------------------------

TEST_P(FactorLoginTest, APasskeyIsBothProofsAndNeedsNoName) {
  SoftwareAuthenticator device = Device();
  EnrolKey(Session(ada_), device);
  auto options = Run(service_->BeginPasskey("browser-cookie"));
  ASSERT_OK(options);
  EXPECT_NE(options->find(R"("allowCredentials":[])"), std::string::npos);
  EXPECT_NE(options->find(R"("userVerification":"required")"), std::string::npos);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM factor_ceremonies"), 0);  // anybody may ask
  auto done = LogInByPasskey(device);
  ASSERT_OK(done);
  auto principal = From(done->session.token);
  ASSERT_OK(principal);
  EXPECT_EQ((*principal)->user.id, ada_.id);
  EXPECT_EQ((*principal)->session->OwnProof()->kind, authn::ProofKind::kPasskey);
  EXPECT_EQ((*principal)->session->FactorProof()->kind, authn::ProofKind::kPasskey);
  EXPECT_TRUE((*principal)->session->IsFresh(clock().Now()));
}

// AUTH-16, AUTH-18
TEST_P(FactorLoginTest, APasskeyAnswerIsOfThisBrowserOnceAndVerifiesItsUser) {
  SoftwareAuthenticator device = Device();
  EnrolKey(Session(ada_), device);
  auto ask = [&](const std::string& browser) {
    return ChallengeOf(Run(service_->BeginPasskey(browser)).value());
  };
  auto answer = [&](const std::string& browser, const std::string& response) {
    return Run(service_->FinishPasskey(browser, response, {}, Client()));
  };
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge",
               answer("victim", device.Get(ask("attacker"))));
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge",
               answer("victim", device.Get(Base64UrlEncode(std::string(32, 'x')))));
  std::string old = ask("browser");
  clock().Advance(minutes(5));
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge", answer("browser", device.Get(old)));
  std::string once = ask("browser");
  ASSERT_OK(answer("browser", device.Get(once)));
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge", answer("browser", device.Get(once)));
  EXPECT_EQ(LastRefusal(), "webauthn_challenge");
  device.flags = SoftwareAuthenticator::kUserPresent;
  EXPECT_ERROR(kPermissionDenied, "webauthn_flags", answer("browser", device.Get(ask("browser"))));
  device.flags = SoftwareAuthenticator::kUserPresent | SoftwareAuthenticator::kUserVerified;
  device.user_handle = "bob";
  EXPECT_ERROR(kPermissionDenied, "webauthn_signature",
               answer("browser", device.Get(ask("browser"))));
  SoftwareAuthenticator forged = Device();
  EXPECT_ERROR(kPermissionDenied, "webauthn_signature",
               answer("browser", forged.Get(ask("browser"))));
  EXPECT_ERROR(kInvalidArgument, "webauthn_malformed", answer("browser", "[]"));
}

TEST_P(FactorLoginTest, APasskeyChallengeAnsweredInParallelOpensOneSession) {
  SoftwareAuthenticator device = Device();
  EnrolKey(Session(ada_), device);
  std::string response = device.Get(ChallengeOf(*Run(service_->BeginPasskey("browser"))));
  std::atomic<int> done{0};
  {
    std::vector<std::jthread> running;
    for (int i = 0; i < 4; ++i) {
      running.emplace_back([&] {
        if (runtime::RunSync(service_->FinishPasskey("browser", response, {}, Client()))) ++done;
      });
    }
  }
  EXPECT_EQ(done, 1);
}

TEST_P(FactorLoginTest, WhatIsNoPasskeyOfAnActiveAccountLogsNobodyIn) {
  SoftwareAuthenticator unknown = Device("unknown");
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogInByPasskey(unknown));
  EXPECT_EQ(Refusals(), 0);
  SoftwareAuthenticator touch = Device("touch");
  touch.flags = SoftwareAuthenticator::kUserPresent;
  auto changed = EnrolKey(Session(ada_), touch);
  // A thief of the key sets a PIN on it: it then verifies its "user".
  touch.flags |= SoftwareAuthenticator::kUserVerified;
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogInByPasskey(touch));
  EXPECT_EQ(LastRefusal(), "not_a_passkey");
  SoftwareAuthenticator device = Device();
  EnrolKey(changed.session, device);
  ASSERT_OK(LogInByPasskey(device));
  Execute("UPDATE users SET is_active = 0 WHERE id = " + ada_.id.ToString());
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogInByPasskey(device));
  EXPECT_EQ(LastRefusal(), "account_inactive");
}

// ---- step-up ------------------------------------------------------------------------------------

// AUTH-22: a new id; AUTH-11: the session is fresh again.
TEST_P(FactorLoginTest, AStepUpMakesTheSessionFreshUnderANewId) {
  auto enrolled = EnrolTotp(Session(ada_));
  auto session = enrolled.changed.session;
  auto other = Finish(Pending(ada_), Totp(Code(enrolled.secret)));
  ASSERT_OK(other);
  clock().Advance(minutes(20));
  EXPECT_ERROR(kUnauthenticated, "sudo_required",
               Run(service_->RegenerateRecoveryCodes(As(session))));
  EXPECT_EQ(Run(service_->BeginStepUp(As(session))).value(), "");
  EXPECT_ERROR(kPermissionDenied, "otp_invalid",
               Run(service_->StepUp(As(session), Totp("000000"))));
  EXPECT_TRUE(IsLive(session));
  auto fresh = Run(service_->StepUp(As(session), Totp(Code(enrolled.secret))));
  ASSERT_OK(fresh);
  EXPECT_FALSE(IsLive(session));
  EXPECT_TRUE(IsLive(other->session));
  EXPECT_EQ(fresh->session.expires_at, session.session.expires_at);
  EXPECT_OK(Run(service_->RegenerateRecoveryCodes(As(*fresh))));
}

TEST_P(FactorLoginTest, AStepUpByKeyIsBoundToItsSession) {
  SoftwareAuthenticator device = Device();
  auto session = EnrolKey(Session(ada_), device).session;
  auto other = LogInByPasskey(device);
  ASSERT_OK(other);
  auto options = Run(service_->BeginStepUp(As(session)));
  ASSERT_OK(options);
  std::string response = device.Get(ChallengeOf(*options));
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge",
               Run(service_->StepUp(As(other->session), Key(response))));
  // Nor does a log-in take it, nor a step-up the challenge of a log-in.
  EXPECT_ERROR(kPermissionDenied, "webauthn_challenge", Finish(Pending(ada_), Key(response)));
  EXPECT_OK(Run(service_->StepUp(As(session), Key(response))));
}

TEST_P(FactorLoginTest, AStepUpTakesARecoveryCodeOnceAndCountsTries) {
  auto enrolled = EnrolTotp(Session(ada_));
  const auto& code = enrolled.changed.recovery_codes[0];
  auto fresh = Run(service_->StepUp(As(enrolled.changed.session), Recovery(code)));
  ASSERT_OK(fresh);
  for (int i = 0; i < 5; ++i) {
    EXPECT_ERROR(kPermissionDenied, "recovery_invalid",
                 Run(service_->StepUp(As(*fresh), Recovery(code))));
  }
  EXPECT_ERROR(kResourceExhausted, "otp_locked", Run(service_->StepUp(As(*fresh), Recovery(code))));
  EXPECT_ERROR(kResourceExhausted, "otp_locked",
               Finish(Pending(ada_), Recovery(enrolled.changed.recovery_codes[1])));
}

}  // namespace
}  // namespace gatehouse::factors
