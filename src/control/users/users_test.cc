#include "control/users/users.h"

#include <chrono>

#include "core/testing/migrated_database.h"

namespace gatehouse::users {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class UserStoreTest : public test::MigratedDatabase {
 protected:
  Result<User> Add(std::string email, std::optional<std::string> hash = "hash") {
    return Write([&](sql::Tx& tx) {
      return store_.Create(
          tx, {.name = "Somebody", .email = email, .email_verified = false, .password_hash = hash});
    });
  }
  Result<User> ForLogin(std::string_view text) {
    return Read([&](sql::Tx& tx) { return store_.FindForLogin(tx, text); });
  }
  Result<std::string> NewLink(std::optional<UserId> user, LinkPurpose purpose) {
    return Write(
        [&](sql::Tx& tx) { return store_.CreateLink(tx, user, purpose, "a@example.com"); });
  }
  Result<Link> Take(LinkPurpose purpose, const std::string& token) {
    return Write([&](sql::Tx& tx) { return store_.TakeLink(tx, purpose, token); });
  }
  void Deactivate(UserId id) {
    Execute("UPDATE users SET is_active = 0 WHERE id = " + id.ToString());
  }

  Store store_{clock(), ids(), rng()};
};
GATEHOUSE_ON_ALL_ENGINES(UserStoreTest);

TEST_P(UserStoreTest, ReadsBackWhatItCreated) {
  auto made = Add("  Ada@Ex\u00E4mple.com ");
  ASSERT_OK(made);
  EXPECT_EQ(made->email, "Ada@Ex\u00E4mple.com");
  EXPECT_EQ(made->username, "ada@xn--exmple-cua.com");
  EXPECT_TRUE(made->has_password);
  EXPECT_TRUE(made->is_active);
  EXPECT_FALSE(made->email_verified);
  EXPECT_EQ(made->session_epoch, 0);
  EXPECT_EQ(made->last_login_at, std::nullopt);
  EXPECT_EQ(made->created_at, clock().Now());
  auto found = Read([&](sql::Tx& tx) { return store_.Find(tx, made->id); });
  ASSERT_OK(found);
  EXPECT_EQ(found->username, made->username);
  EXPECT_EQ(found->Display(), "Somebody");
  EXPECT_ERROR(kNotFound, "user_not_found",
               Read([&](sql::Tx& tx) { return store_.Find(tx, UserId{77}); }));
}

TEST_P(UserStoreTest, AUserNeedsNoAddress) {
  auto made = Add("", std::nullopt);
  ASSERT_OK(made);
  EXPECT_EQ(made->email, "");
  EXPECT_TRUE(made->username.starts_with("user-"));
  EXPECT_FALSE(made->has_password);
  EXPECT_ERROR(kInvalidArgument, "email_invalid", Add("no address"));
}

TEST_P(UserStoreTest, FindsManyInAnyNumber) {
  std::vector<UserId> wanted;
  for (int i = 0; i < 20; ++i) {
    auto user = Add("u" + std::to_string(i) + "@example.com");
    ASSERT_OK(user);
    wanted.push_back(user->id);
  }
  wanted.push_back(UserId{12345});  // nobody
  auto found = Read([&](sql::Tx& tx) { return store_.FindMany(tx, wanted); });
  ASSERT_OK(found);
  EXPECT_EQ(found->size(), 20u);
  EXPECT_TRUE(Read([&](sql::Tx& tx) { return store_.FindMany(tx, {}); })->empty());
}

TEST_P(UserStoreTest, LogInNameIsTheAddressInAnySpelling) {
  auto made = Add("Ada@Ex\u00E4mple.com");
  ASSERT_OK(made);
  for (std::string_view text :
       {"ada@ex\u00E4mple.com", " ADA@EX\u00C4MPLE.COM ", "ada@xn--exmple-cua.com"}) {
    auto found = ForLogin(text);
    ASSERT_OK(found);
    EXPECT_EQ(found->id, made->id);
  }
  for (std::string_view text : {"", "bob@example.com", "ada", "a\xFF", "' OR 1=1 --"}) {
    EXPECT_ERROR(kNotFound, "user_not_found", ForLogin(text));
  }
}

TEST_P(UserStoreTest, AmbiguousEmailChoosesNobody) {
  auto first = Add("ada@example.com");
  auto second = Add("ada@example.com");
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_NE(first->username, second->username);
  EXPECT_ERROR(kConflict, "ambiguous_email", ForLogin("ada@example.com"));
  // The random username still leads to its own account.
  EXPECT_EQ(ForLogin(second->username)->id, second->id);
}

TEST_P(UserStoreTest, AccountsMadeByAForeignProviderLockNobodyOut) {
  auto victim = Add("ada@example.com");
  ASSERT_OK(victim);
  for (int i = 0; i < 5; ++i) ASSERT_OK(Add("ada@example.com", std::nullopt));
  auto found = ForLogin("ada@example.com");
  ASSERT_OK(found);
  EXPECT_EQ(found->id, victim->id);
  // Without any account that could log in, nobody is chosen.
  Deactivate(victim->id);
  EXPECT_ERROR(kConflict, "ambiguous_email", ForLogin("ada@example.com"));
}

TEST_P(UserStoreTest, SetPasswordRaisesTheEpochAndRehashDoesNot) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.SetPassword(tx, user->id, "second"); }));
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.Rehash(tx, user->id, "hash", "stale"); }));
  EXPECT_EQ(Read([&](sql::Tx& tx) { return store_.PasswordHash(tx, user->id); }), "second");
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.Rehash(tx, user->id, "second", "third"); }));
  EXPECT_EQ(Read([&](sql::Tx& tx) { return store_.PasswordHash(tx, user->id); }), "third");
  EXPECT_EQ(Read([&](sql::Tx& tx) { return store_.Find(tx, user->id); })->session_epoch, 1);
  EXPECT_ERROR(kNotFound, "user_not_found",
               Write([&](sql::Tx& tx) { return store_.SetPassword(tx, UserId{9}, "x"); }));
}

TEST_P(UserStoreTest, LinkWorksOnce) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  auto token = NewLink(user->id, LinkPurpose::kRecover);
  ASSERT_OK(token);
  auto peek = [&] {
    return Read([&](sql::Tx& tx) { return store_.PeekLink(tx, LinkPurpose::kRecover, *token); });
  };
  EXPECT_OK(peek());
  EXPECT_OK(peek());
  auto taken = Take(LinkPurpose::kRecover, *token);
  ASSERT_OK(taken);
  EXPECT_EQ(taken->user, user->id);
  EXPECT_EQ(taken->email, "a@example.com");
  EXPECT_ERROR(kNotFound, "link_invalid", Take(LinkPurpose::kRecover, *token));
  EXPECT_ERROR(kNotFound, "link_invalid", peek());
}

TEST_P(UserStoreTest, LinkOfOtherPurposeOrInventedIsInvalid) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  auto token = NewLink(user->id, LinkPurpose::kConfirmEmail);
  ASSERT_OK(token);
  EXPECT_ERROR(kNotFound, "link_invalid", Take(LinkPurpose::kRecover, *token));
  EXPECT_ERROR(kNotFound, "link_invalid", Take(LinkPurpose::kSetPassword, *token));
  EXPECT_ERROR(kNotFound, "link_invalid", Take(LinkPurpose::kConfirmEmail, *token + "x"));
  EXPECT_ERROR(kNotFound, "link_invalid", Take(LinkPurpose::kConfirmEmail, ""));
  EXPECT_ERROR(kNotFound, "link_invalid",
               Take(LinkPurpose::kConfirmEmail, std::string("\0\xFF", 2)));
  EXPECT_OK(Take(LinkPurpose::kConfirmEmail, *token));
}

TEST_P(UserStoreTest, LinkExpires) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  auto recover = NewLink(user->id, LinkPurpose::kRecover);
  auto confirm = NewLink(user->id, LinkPurpose::kConfirmEmail);
  clock().Advance(hours(1));
  EXPECT_ERROR(kNotFound, "link_invalid", Take(LinkPurpose::kRecover, *recover));
  clock().Advance(hours(47) - minutes(1));
  EXPECT_OK(Take(LinkPurpose::kConfirmEmail, *confirm));
}

TEST_P(UserStoreTest, LinkFromTheFutureIsRefused) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  auto token = NewLink(user->id, LinkPurpose::kRecover);
  clock().SetWall(clock().Now() - hours(2));
  EXPECT_ERROR(kNotFound, "link_invalid", Read([&](sql::Tx& tx) {
                 return store_.PeekLink(tx, LinkPurpose::kRecover, *token);
               }));
  EXPECT_ERROR(kNotFound, "link_invalid", Take(LinkPurpose::kRecover, *token));
}

TEST_P(UserStoreTest, OlderLinksOfTheSameUserAndPurposeDie) {
  auto user = Add("ada@example.com");
  auto other = Add("bob@example.com");
  ASSERT_OK(user);
  ASSERT_OK(other);
  auto first = NewLink(user->id, LinkPurpose::kRecover);
  auto others = NewLink(other->id, LinkPurpose::kRecover);
  auto confirm = NewLink(user->id, LinkPurpose::kConfirmEmail);
  auto second = NewLink(user->id, LinkPurpose::kRecover);
  EXPECT_ERROR(kNotFound, "link_invalid", Take(LinkPurpose::kRecover, *first));
  EXPECT_OK(Take(LinkPurpose::kRecover, *others));
  // A new password kills recovery links, not the confirmation.
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.SetPassword(tx, user->id, "x"); }));
  EXPECT_ERROR(kNotFound, "link_invalid", Take(LinkPurpose::kRecover, *second));
  EXPECT_OK(Take(LinkPurpose::kConfirmEmail, *confirm));
}

TEST_P(UserStoreTest, OnlyTheDigestOfALinkIsStored) {
  auto user = Add("ada@example.com");
  ASSERT_OK(user);
  auto token = NewLink(user->id, LinkPurpose::kRecover);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM user_links WHERE token_hash LIKE '%" + *token + "%'"), 0);
  EXPECT_EQ(Number("SELECT CAST(LENGTH(token_hash) AS BIGINT) FROM user_links"), 64);
}

}  // namespace
}  // namespace gatehouse::users
