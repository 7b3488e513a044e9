#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>
#include <memory>
#include <thread>

#include "control/users/buckets.h"
#include "control/users/service_impl.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::users {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::string_view kPassword = "otter-plows-7-canyons";
constexpr std::string_view kOther = "walrus-mends-9-kettles";
// Fast: what is tested here is who calls what when, not Argon2id.
constexpr crypto::PasswordCost kCheap{.memory_bytes = 64u * 1024, .passes = 1};

class UserServiceTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (!IsSkipped()) Restart();
  }
  // A new service on the same database, as after a restart.
  void Restart(crypto::PasswordCost cost = kCheap) {
    service_ = std::make_unique<ServiceImpl>(
        ServiceParts{db(), cpu_, clock(), ids(), rng(), audit(), control_outbox()},
        ServiceOptions{.base_url = "https://gate.example.com",
                       .cost = cost,
                       .sessions_ended = [this](UserId id) { ended_.push_back(id); }});
  }
  Result<User> Add(std::string email,
                   std::optional<std::string> password = std::string(kPassword)) {
    return Run(service_->Create(std::move(email), "Ada", std::move(password), client_));
  }
  Result<User> LogIn(std::string name, std::string_view password, std::string ip = "192.0.2.1") {
    ClientInfo client = client_;
    client.ip = std::move(ip);
    return Run(service_->CheckPassword(std::move(name), std::string(password), client));
  }
  Result<void> Recover(std::string email, std::string ip = "192.0.2.1") {
    ClientInfo client = client_;
    client.ip = std::move(ip);
    return Run(service_->StartRecovery(std::move(email), client));
  }
  Result<User> Finish(std::string token, std::string_view password = kOther) {
    return Run(service_->FinishRecovery(std::move(token), std::string(password), client_));
  }
  std::vector<test::OutboxRow> Mails() { return OutboxRows(outbox::Half::kControl); }
  static std::string Text(const test::OutboxRow& row, std::string_view key) {
    return std::string(json::GetString(row.payload, key).value_or("?"));
  }
  // The token in the last mail's link.
  std::string MailedToken(std::string_view path) {
    auto mails = Mails();
    if (mails.empty()) return "";
    std::string text = Text(mails.back(), "text");
    std::string before = "https://gate.example.com" + std::string(path);
    std::size_t at = text.find(before);
    if (at == std::string::npos) return "";
    at += before.size();
    return text.substr(at, text.find('/', at) - at);
  }
  std::string RecoveryToken() { return MailedToken("/account/recover/confirm/"); }

  runtime::WorkerPool cpu_{"cpu", 2, 64};
  ClientInfo client_{.ip = "192.0.2.1", .user_agent = "test", .correlation_id = "c-1"};
  std::unique_ptr<ServiceImpl> service_;
  std::vector<UserId> ended_;
};
GATEHOUSE_ON_ALL_ENGINES(UserServiceTest);

// ---- creation
// -------------------------------------------------------------------------------------

TEST_P(UserServiceTest, CreateIsAuditedWithoutSecrets) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  auto rows = AuditRows();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].event, audit::Event::kUserCreate);
  EXPECT_EQ(rows[0].target_user, user->id);
  EXPECT_EQ(json::GetString(rows[0].data, "email"), "ada@example.com");
  EXPECT_FALSE(json::Serialize(rows[0].data).contains("argon2"));
}

TEST_P(UserServiceTest, CreateRefusesBadInputAndTakenAddresses) {
  ASSERT_OK(Add("ada@example.com"));
  EXPECT_ERROR(kAlreadyExists, "email_taken", Add(" ADA@example.com"));
  EXPECT_ERROR(kInvalidArgument, "email_invalid", Add("ada"));
  EXPECT_ERROR(kInvalidArgument, "email_invalid", Add(""));
  EXPECT_ERROR(kInvalidArgument, "password_policy", Add("bob@example.com", "short"));
  EXPECT_ERROR(kInvalidArgument, "name_invalid",
               Run(service_->Create("bob@example.com", "B\nob", std::nullopt, client_)));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM users"), 1);
}

TEST_P(UserServiceTest, FirstRunLinkMakesTheFirstUserOnce) {
  EXPECT_EQ(Run(service_->AnyUser()), false);
  auto url = Run(service_->CreateFirstRunLink());
  ASSERT_OK(url);
  std::string start = "https://gate.example.com/setup/";
  ASSERT_TRUE(url->starts_with(start) && url->ends_with("/"));
  std::string token = url->substr(start.size(), url->size() - start.size() - 1);
  EXPECT_OK(Run(service_->PeekLink(LinkPurpose::kFirstRun, token)));
  auto finish = [&](std::string t) {
    return Run(service_->FinishFirstRun(std::move(t), "ada@example.com", "Ada",
                                        std::string(kPassword), client_));
  };
  EXPECT_ERROR(kNotFound, "link_invalid", finish("guess"));
  auto user = finish(token);
  ASSERT_OK(user);
  EXPECT_ERROR(kNotFound, "link_invalid", finish(token));
  EXPECT_EQ(Run(service_->AnyUser()), true);
  EXPECT_ERROR(kFailedPrecondition, "already_set_up", Run(service_->CreateFirstRunLink()));
  EXPECT_OK(LogIn("ada@example.com", kPassword));
}

TEST_P(UserServiceTest, FirstRunLinkIsWorthlessOnceThereIsAUser) {
  auto url = Run(service_->CreateFirstRunLink());
  ASSERT_OK(url);
  ASSERT_OK(Add("ada@example.com"));
  std::string token = url->substr(url->find("/setup/") + 7);
  token.pop_back();
  EXPECT_ERROR(kFailedPrecondition, "already_set_up",
               Run(service_->FinishFirstRun(token, "eve@example.com", "Eve", std::string(kPassword),
                                            client_)));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM users"), 1);
}

// ---- log-in
// ---------------------------------------------------------------------------------------

TEST_P(UserServiceTest, RightPasswordLogsIn) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  auto got = LogIn("ADA@example.com", kPassword);
  ASSERT_OK(got);
  EXPECT_EQ(got->id, user->id);
}

TEST_P(UserServiceTest, EveryFailureLooksTheSame) {
  auto active = Add("ada@example.com");
  auto inactive = Add("bob@example.com");
  auto without = Add("cy@example.com", std::nullopt);
  ASSERT_OK(active);
  ASSERT_OK(inactive);
  ASSERT_OK(without);
  Execute("UPDATE users SET is_active = 0 WHERE id = " + inactive->id.ToString());
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogIn("ada@example.com", kOther));
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogIn("ada@example.com", ""));
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogIn("bob@example.com", kPassword));
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogIn("cy@example.com", kPassword));
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogIn("cy@example.com", ""));
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogIn("nobody@example.com", kPassword));
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogIn(std::string("\0\xFF", 2), kPassword));
  EXPECT_ERROR(kUnauthenticated, "login_failed",
               LogIn("ada@example.com", std::string(2000, 'x'), "192.0.2.2"));
}

TEST_P(UserServiceTest, UnknownUserCostsAsMuchAsAKnownOne) {
  crypto::PasswordCost real{.memory_bytes = 32u * 1024 * 1024, .passes = 2};
  Restart(real);
  ASSERT_OK(Add("ada@example.com"));
  // CPU time of the process: the load of the machine does not count.
  auto measure = [&](const std::string& name) {
    std::clock_t best = std::numeric_limits<std::clock_t>::max();
    for (int i = 0; i < 4; ++i) {
      std::clock_t begin = std::clock();
      EXPECT_FALSE(LogIn(name, kOther).has_value());
      best = std::min(best, std::clock() - begin);
    }
    return static_cast<double>(best);
  };
  double known = measure("ada@example.com");
  double unknown = measure("nobody@example.com");
  EXPECT_GT(unknown, known * 0.5);
  EXPECT_LT(unknown, known * 2);
}

TEST_P(UserServiceTest, GuessingIsLimitedPerAccountEvenWithTheRightPassword) {
  ASSERT_OK(Add("ada@example.com"));
  for (int i = 0; i < 5; ++i) {
    // From many networks, in many spellings.
    EXPECT_ERROR(kUnauthenticated, "login_failed",
                 LogIn(i % 2 ? "ada@example.com" : " ADA@EXAMPLE.COM", kOther,
                       "198.51.100." + std::to_string(i)));
  }
  EXPECT_ERROR(kResourceExhausted, "rate_limited", LogIn("ada@example.com", kPassword));
  clock().Advance(minutes(15));
  EXPECT_OK(LogIn("ada@example.com", kPassword));
}

TEST_P(UserServiceTest, GuessingIsLimitedForUnknownNamesAlike) {
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(LogIn("nobody@example.com", kOther).has_value());
  EXPECT_ERROR(kResourceExhausted, "rate_limited", LogIn("nobody@example.com", kOther));
}

TEST_P(UserServiceTest, SuccessGivesTheTriesBack) {
  ASSERT_OK(Add("ada@example.com"));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(LogIn("ada@example.com", kOther).has_value());
    EXPECT_OK(LogIn("ada@example.com", kPassword));
  }
}

TEST_P(UserServiceTest, PasswordSprayingIsLimitedPerNetwork) {
  for (int i = 0; i < 30; ++i) {
    EXPECT_ERROR(kUnauthenticated, "login_failed",
                 LogIn("user" + std::to_string(i) + "@example.com", kOther,
                       "2001:db8:0:1::" + std::to_string(i + 1)));
  }
  EXPECT_ERROR(kResourceExhausted, "rate_limited",
               LogIn("fresh@example.com", kOther, "2001:db8:0:1:ffff::1"));
  EXPECT_ERROR(kUnauthenticated, "login_failed",
               LogIn("fresh@example.com", kOther, "2001:db8:0:2::1"));
}

TEST_P(UserServiceTest, ARestartGivesNoFreshTries) {
  ASSERT_OK(Add("ada@example.com"));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(LogIn("ada@example.com", kOther).has_value());
  Restart();
  EXPECT_ERROR(kResourceExhausted, "rate_limited", LogIn("ada@example.com", kPassword));
}

TEST_P(UserServiceTest, ParallelGuessesDoNotPassTheLimit) {
  ASSERT_OK(Add("ada@example.com"));
  std::atomic<int> checked = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 4; ++i) {
        auto got = LogIn("ada@example.com", kOther);
        if (!got && got.error().Is("login_failed")) ++checked;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(checked.load(), 5);
  EXPECT_GE(checked.load(), 1);
}

TEST_P(UserServiceTest, AFloodOfLogInsHashesNoMoreAtOnceThanThereAreWorkers) {  // AUTH-33
  ASSERT_OK(Add("ada@example.com"));
  // 2 threads and 64 places: what comes on top is turned away, not kept in memory.
  std::atomic<int> refused = 0, busy = 0, other = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 200; ++t) {
    threads.emplace_back([&, t] {
      auto got =
          LogIn("user" + std::to_string(t) + "@example.com", kOther, "10.0.0." + std::to_string(t));
      if (got || got.error().code == Code::kInternal) return void(++other);
      got.error().Is("overloaded") ? ++busy : ++refused;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(other.load(), 0);
  EXPECT_EQ(refused.load() + busy.load(), 200);
  EXPECT_GE(refused.load(), 64);
  EXPECT_OK(LogIn("ada@example.com", kPassword));
}

TEST_P(UserServiceTest, AWeakHashIsRenewedAtLogIn) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  Restart({.memory_bytes = 128u * 1024, .passes = 2});
  auto hash = [&] {
    return Read(
               [&](sql::Tx& tx) { return Store(clock(), ids(), rng()).PasswordHash(tx, user->id); })
        .value()
        .value();
  };
  std::string before = hash();
  ASSERT_OK(LogIn("ada@example.com", kPassword));
  EXPECT_NE(hash(), before);
  EXPECT_FALSE(crypto::NeedsRehash(hash(), {.memory_bytes = 128u * 1024, .passes = 2}));
  EXPECT_EQ(Run(service_->Get(user->id))->session_epoch, 0);  // nobody is logged out by it
  EXPECT_OK(LogIn("ada@example.com", kPassword));
}

// ---- recovery
// -------------------------------------------------------------------------------------

TEST_P(UserServiceTest, RecoveryMailsALinkThatSetsThePasswordOnce) {
  auto user = Add("Ada@ex\u00E4mple.com");
  ASSERT_OK(user);
  ASSERT_OK(Recover("ada@ex\u00E4mple.com"));
  auto mails = Mails();
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].category, outbox::Category::kMail);
  EXPECT_EQ(mails[0].shard.scope, outbox::Scope::kMail);
  EXPECT_EQ(Text(mails[0], "to"), "Ada@xn--exmple-cua.com");
  EXPECT_TRUE(Text(mails[0], "html").contains(RecoveryToken()));
  std::string token = RecoveryToken();
  ASSERT_EQ(token.size(), 43u);
  EXPECT_OK(Run(service_->PeekLink(LinkPurpose::kRecover, token)));
  EXPECT_ERROR(kInvalidArgument, "password_policy", Finish(token, "short"));
  auto done = Finish(token);
  ASSERT_OK(done);
  EXPECT_EQ(done->id, user->id);
  EXPECT_EQ(done->session_epoch, 1);
  EXPECT_TRUE(done->email_verified);  // the mailbox was read
  EXPECT_EQ(ended_, std::vector{user->id});
  EXPECT_ERROR(kNotFound, "link_invalid", Finish(token));
  EXPECT_EQ(Text(Mails().back(), "subject"), "Your Gatehouse password was changed");
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogIn("ada@ex\u00E4mple.com", kPassword));
  EXPECT_OK(LogIn("ada@ex\u00E4mple.com", kOther));
}

TEST_P(UserServiceTest, RecoveryLinkUsedInParallelWorksOnce) {
  ASSERT_OK(Add("ada@example.com"));
  ASSERT_OK(Recover("ada@example.com"));
  std::string token = RecoveryToken();
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      if (Finish(token, "walrus-mends-" + std::to_string(t) + "-kettles")) ++won;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won.load(), 1);
}

TEST_P(UserServiceTest, RecoveryLinkExpires) {
  ASSERT_OK(Add("ada@example.com"));
  ASSERT_OK(Recover("ada@example.com"));
  clock().Advance(hours(1));
  EXPECT_ERROR(kNotFound, "link_invalid", Finish(RecoveryToken()));
  EXPECT_OK(LogIn("ada@example.com", kPassword));
}

TEST_P(UserServiceTest, ConfirmationLinkDoesNotRecover) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  ASSERT_OK(Run(service_->SendEmailConfirmation(user->id, "", client_)));
  std::string token = MailedToken("/account/confirm-email/");
  ASSERT_FALSE(token.empty());
  EXPECT_ERROR(kNotFound, "link_invalid", Finish(token));
}

TEST_P(UserServiceTest, RecoveryOfAnUnknownAddressSendsNothingAndSaysNothing) {
  auto inactive = Add("bob@example.com");
  ASSERT_OK(inactive);
  Execute("UPDATE users SET is_active = 0 WHERE id = " + inactive->id.ToString());
  EXPECT_OK(Recover("nobody@example.com"));
  EXPECT_OK(Recover("bob@example.com"));
  EXPECT_OK(Recover("not an address"));
  EXPECT_OK(Recover(std::string("\0\xFF", 2)));
  EXPECT_TRUE(Mails().empty());
  // The write of the known path happens, and leaves no heap behind.
  EXPECT_EQ(Number("SELECT COUNT(*) FROM user_links"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM user_links WHERE user_id IS NULL"), 1);
}

TEST_P(UserServiceTest, RecoveryMailsTheStoredAddressOnly) {  // AUTH-27
  ASSERT_OK(Add("victim@example.com"));
  int n = 0;
  for (std::string asked :
       {"victim@example.com,attacker@evil.example", "victim@example.com attacker@evil.example",
        "[\"victim@example.com\",\"attacker@evil.example\"]",
        "victim@example.com\r\nBcc: attacker@evil.example", "victim@example.com%0aattacker@x",
        "\"victim@example.com\"@evil.example", "attacker@evil.example"}) {
    ASSERT_OK(Recover(asked, "198.51.100." + std::to_string(++n)));
  }
  EXPECT_TRUE(Mails().empty());
  ASSERT_OK(Recover(" VICTIM@Example.com", "198.51.100.99"));
  ASSERT_EQ(Mails().size(), 1u);
  EXPECT_EQ(Text(Mails()[0], "to"), "victim@example.com");
}

TEST_P(UserServiceTest, RecoveryIsLimitedPerAccountAndNetwork) {
  ASSERT_OK(Add("ada@example.com"));
  for (int i = 0; i < 3; ++i)
    EXPECT_OK(Recover("ada@example.com", "198.51.100." + std::to_string(i)));
  EXPECT_ERROR(kResourceExhausted, "rate_limited", Recover("ADA@example.com", "198.51.100.9"));
  EXPECT_EQ(Mails().size(), 3u);
  for (int i = 0; i < 5; ++i) EXPECT_OK(Recover("u" + std::to_string(i) + "@example.com"));
  EXPECT_ERROR(kResourceExhausted, "rate_limited", Recover("v@example.com"));
  clock().Advance(minutes(1));
  for (int i = 5; i < 10; ++i) EXPECT_OK(Recover("u" + std::to_string(i) + "@example.com"));
  clock().Advance(minutes(1));
  EXPECT_ERROR(kResourceExhausted, "rate_limited", Recover("w@example.com"));
  Restart();
  EXPECT_ERROR(kResourceExhausted, "rate_limited", Recover("w@example.com"));
}

TEST_P(UserServiceTest, AnAccountWithoutPasswordGetsOneByRecovery) {
  auto user = Add("ada@example.com", std::nullopt);
  ASSERT_OK(user);
  ASSERT_OK(Recover("ada@example.com"));
  EXPECT_EQ(Text(Mails().back(), "subject"), "Set a password for Gatehouse");
  std::string token = RecoveryToken();
  EXPECT_OK(Run(service_->PeekLink(LinkPurpose::kRecover, token)));
  EXPECT_OK(Run(service_->PeekLink(LinkPurpose::kSetPassword, token)));
  ASSERT_OK(Finish(token));
  EXPECT_OK(LogIn("ada@example.com", kOther));
}

TEST_P(UserServiceTest, SharedAddressRecoversItsVerifiedOwnerOrNobody) {
  Store store(clock(), ids(), rng());
  auto add = [&](bool verified, std::optional<std::string> hash) {
    return Write([&](sql::Tx& tx) {
      return store.Create(tx, {.name = "",
                               .email = "ada@example.com",
                               .email_verified = verified,
                               .password_hash = hash});
    });
  };
  auto foreign = add(false, std::nullopt);  // made by somebody's provider
  auto owner = add(false, "x");
  ASSERT_OK(owner);
  ASSERT_OK(Recover("ada@example.com", "198.51.100.1"));
  ASSERT_EQ(Mails().size(), 1u);
  EXPECT_EQ(Mails()[0].object_id, owner->id.value);
  auto rival = add(false, "y");
  ASSERT_OK(Recover("ada@example.com", "198.51.100.2"));
  EXPECT_EQ(Mails().size(), 1u);  // two could be meant
  ASSERT_OK(Write(
      [&](sql::Tx& tx) { return store.MarkEmailVerified(tx, rival->id, "ADA@example.com"); }));
  ASSERT_OK(Recover("ada@example.com", "198.51.100.3"));
  ASSERT_EQ(Mails().size(), 2u);
  EXPECT_EQ(Mails()[1].object_id, rival->id.value);
}

// ---- password and e-mail of a logged-in user
// ------------------------------------------------------

TEST_P(UserServiceTest, ChangePasswordNeedsTheCurrentOne) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  auto change = [&](std::string_view current, std::string_view fresh) {
    return Run(
        service_->ChangePassword(user->id, std::string(current), std::string(fresh), client_));
  };
  EXPECT_ERROR(kPermissionDenied, "password_wrong", change(kOther, kOther));
  EXPECT_ERROR(kInvalidArgument, "password_policy", change(kPassword, "ada@example.com.com"));
  EXPECT_TRUE(ended_.empty());
  ASSERT_OK(change(kPassword, kOther));
  EXPECT_EQ(ended_, std::vector{user->id});
  EXPECT_EQ(Run(service_->Get(user->id))->session_epoch, 1);
  EXPECT_EQ(Text(Mails().back(), "subject"), "Your Gatehouse password was changed");
  EXPECT_OK(LogIn("ada@example.com", kOther));
  for (int i = 0; i < 5; ++i)
    EXPECT_ERROR(kPermissionDenied, "password_wrong", change("no", kPassword));
  EXPECT_ERROR(kResourceExhausted, "rate_limited", change(kOther, kPassword));
}

TEST_P(UserServiceTest, ChangePasswordOfAnAccountWithoutOneIsRefused) {
  auto user = Add("ada@example.com", std::nullopt);
  ASSERT_OK(user);
  EXPECT_ERROR(kPermissionDenied, "password_wrong",
               Run(service_->ChangePassword(user->id, "", std::string(kOther), client_)));
}

TEST_P(UserServiceTest, PasswordOfAManagedAccountIsNotItsOwn) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return tx.Exec(sql::Statement{"", "UPDATE users SET is_managed = 1 WHERE id = $1"}, {user->id});
  }));
  EXPECT_ERROR(kPermissionDenied, "account_managed",
               Run(service_->ChangePassword(user->id, std::string(kPassword), std::string(kOther),
                                            client_)));
}

TEST_P(UserServiceTest, ConfirmationLinkOfAnotherUserIsNotSpent) {
  auto ada = Add("ada@example.com");
  auto eve = Add("eve@example.com");
  ASSERT_OK(ada);
  ASSERT_OK(eve);
  ASSERT_OK(Run(service_->SendEmailConfirmation(ada->id, "", client_)));
  std::string token = MailedToken("/account/confirm-email/");
  EXPECT_ERROR(kNotFound, "link_invalid", Run(service_->ConfirmEmail(eve->id, token)));
  ASSERT_OK(Run(service_->ConfirmEmail(ada->id, token)));
  EXPECT_TRUE(Run(service_->Get(ada->id))->email_verified);
  EXPECT_FALSE(Run(service_->Get(eve->id))->email_verified);
  // Verified: nothing more is sent.
  std::size_t before = Mails().size();
  EXPECT_ERROR(kFailedPrecondition, "email_already_verified",
               Run(service_->SendEmailConfirmation(ada->id, "", client_)));
  EXPECT_EQ(Mails().size(), before);
}

TEST_P(UserServiceTest, RenameKeepsTheNamePrintable) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  ASSERT_OK(Run(service_->Rename(user->id, " Ada L. ")));
  EXPECT_EQ(Run(service_->Get(user->id))->name, "Ada L.");
  EXPECT_ERROR(kInvalidArgument, "name_invalid", Run(service_->Rename(user->id, "a\x07")));
  EXPECT_ERROR(kInvalidArgument, "name_invalid",
               Run(service_->Rename(user->id, std::string(201, 'a'))));
}

TEST(BucketsTest, OneNetworkOneKey) {
  EXPECT_EQ(NetworkKey("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(NetworkKey("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(NetworkKey("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(NetworkKey("fe80::1%eth0"), "fe80::/64");
  EXPECT_EQ(LoginKey(" A@EXAMPLE.com"), "a@example.com");
  EXPECT_TRUE(LoginKey(std::string(5000, 'x')).starts_with("sha256:"));
  EXPECT_TRUE(LoginKey("a\nb").starts_with("sha256:"));
}

}  // namespace
}  // namespace gatehouse::users
