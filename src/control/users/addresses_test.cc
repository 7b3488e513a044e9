#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "control/users/service_impl.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::users {
namespace {

constexpr std::string_view kPassword = "otter-plows-7-canyons";

class AddressTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    service_ = std::make_unique<ServiceImpl>(
        ServiceParts{db(), cpu_, clock(), ids(), rng(), audit(), control_outbox()},
        ServiceOptions{.base_url = "https://gate.example.com",
                       .cost = {.memory_bytes = 64u * 1024, .passes = 1},
                       .sessions_ended = [this](UserId id) { ended_.push_back(id); }});
    ada_ = Add("ada@example.com");
    bob_ = Add("bob@example.com");
  }
  User Add(std::string email) {
    return Run(service_->Create(std::move(email), "Ada", std::string(kPassword), client_)).value();
  }
  Result<void> AddEmail(UserId id, std::string email) {
    return Run(service_->AddEmail(id, std::move(email), client_));
  }
  std::vector<test::OutboxRow> Of(outbox::Category category) {
    std::vector<test::OutboxRow> found;
    for (auto& row : OutboxRows(outbox::Half::kControl)) {
      if (row.category == category) found.push_back(std::move(row));
    }
    return found;
  }
  static std::string Text(const test::OutboxRow& row, std::string_view key) {
    return std::string(json::GetString(row.payload, key).value_or("?"));
  }
  // The secret of the newest confirmation mailed to the address; "" if there is none.
  std::string TokenFor(std::string_view address) {
    std::string token;
    for (const auto& mail : Of(outbox::Category::kMail)) {
      std::string text = Text(mail, "text");
      std::string before = "/account/confirm-email/";
      std::size_t at = text.find(before);
      if (Text(mail, "to") != address || at == std::string::npos) continue;
      token = text.substr(at + before.size(), 43);
    }
    return token;
  }
  Result<void> Verify(UserId id, std::string address) {
    return Run(service_->ConfirmEmail(id, TokenFor(address)));
  }
  Result<User> ForLogin(std::string_view name) {
    return Read([&](sql::Tx& tx) { return store_.FindForLogin(tx, name); });
  }

  runtime::WorkerPool cpu_{"cpu", 1, 64};
  ClientInfo client_{.ip = "192.0.2.1", .user_agent = "test", .correlation_id = "c-1"};
  Store store_{clock(), ids(), rng()};
  std::unique_ptr<ServiceImpl> service_;
  std::vector<UserId> ended_;
  User ada_, bob_;
};
GATEHOUSE_ON_ALL_ENGINES(AddressTest);

TEST_P(AddressTest, AnAddedAddressIsConfirmedAndCanBecomeThePrimaryOne) {
  ASSERT_OK(AddEmail(ada_.id, " Ada@Work.example "));
  auto emails = Run(service_->Emails(ada_.id));
  ASSERT_EQ(emails->size(), 2u);
  EXPECT_EQ((*emails)[1], (std::pair<std::string, bool>{"Ada@Work.example", false}));
  EXPECT_ERROR(kFailedPrecondition, "email_unverified",
               Run(service_->SetPrimaryEmail(ada_.id, "ada@work.example", client_)));
  EXPECT_TRUE(ended_.empty());
  ASSERT_OK(Verify(ada_.id, "Ada@work.example"));
  ended_.clear();
  auto changed = Run(service_->SetPrimaryEmail(ada_.id, "ada@work.example", client_));
  ASSERT_OK(changed);
  EXPECT_EQ(changed->email, "Ada@Work.example");
  EXPECT_EQ(changed->session_epoch, ada_.session_epoch + 1);  // every session ended
  EXPECT_EQ(ended_, std::vector<UserId>{ada_.id});
  // Both lead to the account; the name follows the address.
  EXPECT_EQ(changed->username, "ada@work.example");
  EXPECT_EQ(ForLogin("ada@work.example")->id, ada_.id);
  // The regions hear of it, in the same transaction.
  auto told = Of(outbox::Category::kUserUpdate);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].shard.scope, outbox::Scope::kUser);
  EXPECT_EQ(told[0].shard.id, ada_.id.value);
  EXPECT_EQ(Text(told[0], "email"), "Ada@Work.example");
  EXPECT_EQ(json::GetBool(told[0].payload, "is_active"), true);
  EXPECT_EQ(json::GetBool(told[0].payload, "has_2fa"), false);
  // Again: nothing happens and nothing ends.
  ended_.clear();
  ASSERT_OK(Run(service_->SetPrimaryEmail(ada_.id, "ada@work.example", client_)));
  EXPECT_EQ(Run(service_->Get(ada_.id))->session_epoch, ada_.session_epoch + 1);
  EXPECT_EQ(Of(outbox::Category::kUserUpdate).size(), 1u);
}

TEST_P(AddressTest, ChangesAreAuditedInTheHistoryAndMailed) {
  ASSERT_OK(AddEmail(ada_.id, "ada@work.example"));
  ASSERT_OK(Verify(ada_.id, "ada@work.example"));
  ASSERT_OK(Run(service_->SetPrimaryEmail(ada_.id, "ada@work.example", client_)));
  ASSERT_OK(Run(service_->RemoveEmail(ada_.id, "ada@example.com", client_)));
  std::vector<audit::Event> events;
  for (const auto& row : AuditRows()) {
    if (row.event == audit::Event::kUserCreate) continue;
    events.push_back(row.event);
    EXPECT_EQ(row.actor, ada_.id);
    EXPECT_EQ(row.target_user, ada_.id);
  }
  EXPECT_EQ(events, (std::vector<audit::Event>{audit::Event::kEmailAdd, audit::Event::kEmailPrimary,
                                               audit::Event::kEmailRemove}));
  std::vector<std::string> kinds;
  for (const auto& event : *Run(service_->ListEvents(ada_.id, {}, 100))) {
    kinds.push_back(event.kind);
  }
  EXPECT_EQ(kinds, (std::vector<std::string>{"email-removed", "email-primary", "email-verified",
                                             "email-added"}));
  // The address that was the account's until then hears of the new primary one.
  bool warned = false;
  for (const auto& mail : Of(outbox::Category::kMail)) {
    warned = warned || (Text(mail, "to") == "ada@example.com" &&
                        Text(mail, "text").contains("made the primary one"));
  }
  EXPECT_TRUE(warned);
  EXPECT_FALSE(ForLogin("ada@example.com").has_value());
}

TEST_P(AddressTest, PrimaryAndUnknownAddressesAreNotRemoved) {
  EXPECT_ERROR(kFailedPrecondition, "email_is_primary",
               Run(service_->RemoveEmail(ada_.id, "ADA@example.com", client_)));
  EXPECT_ERROR(kNotFound, "email_not_found",
               Run(service_->RemoveEmail(ada_.id, "bob@example.com", client_)));
  EXPECT_ERROR(kNotFound, "email_not_found",
               Run(service_->SetPrimaryEmail(ada_.id, "bob@example.com", client_)));
  EXPECT_ERROR(kNotFound, "email_not_found",
               Run(service_->SendEmailConfirmation(ada_.id, "bob@example.com", client_)));
}

// AUTH-30: who adds an address does not learn whether somebody has it.
TEST_P(AddressTest, AddingAForeignAddressSaysNothingAndProvesNothing) {
  ASSERT_OK(Run(service_->SendEmailConfirmation(bob_.id, "", client_)));
  ASSERT_OK(Verify(bob_.id, "bob@example.com"));
  std::string before = TokenFor("bob@example.com");
  ASSERT_OK(AddEmail(ada_.id, "bob@example.com"));
  EXPECT_EQ(Run(service_->Emails(ada_.id))->size(), 2u);
  // The holder is told; no link that would prove the address for the other account is mailed.
  EXPECT_EQ(TokenFor("bob@example.com"), before);
  EXPECT_TRUE(Text(Of(outbox::Category::kMail)[1], "text").contains("belongs to another account"));
  EXPECT_ERROR(kNotFound, "link_invalid", Verify(ada_.id, "bob@example.com"));
  EXPECT_ERROR(kFailedPrecondition, "email_unverified",
               Run(service_->SetPrimaryEmail(ada_.id, "bob@example.com", client_)));
  EXPECT_OK(AddEmail(ada_.id, "nobody@example.com"));
}

TEST_P(AddressTest, AnAddressProvenByAnotherAccountMeanwhileIsTaken) {
  ASSERT_OK(AddEmail(ada_.id, "shared@example.com"));
  ASSERT_OK(AddEmail(bob_.id, "shared@example.com"));
  std::string bobs = TokenFor("shared@example.com");
  Execute(
      "UPDATE user_emails SET is_verified = 1 WHERE email_key = 'shared@example.com' AND "
      "user_id = " +
      ada_.id.ToString());
  EXPECT_ERROR(kAlreadyExists, "email_taken", Run(service_->ConfirmEmail(bob_.id, bobs)));
  Execute("UPDATE user_emails SET is_verified = 1 WHERE email_key = 'shared@example.com'");
  EXPECT_ERROR(kAlreadyExists, "email_taken",
               Run(service_->SetPrimaryEmail(bob_.id, "shared@example.com", client_)));
}

// Pre-hijacking and lock-out: an address that was merely typed in gives no power over it.
TEST_P(AddressTest, AForeignUnverifiedAddressLocksNobodyOut) {
  ASSERT_OK(AddEmail(ada_.id, "bob@example.com"));
  auto found = ForLogin("bob@example.com");
  ASSERT_OK(found);
  EXPECT_EQ(found->id, bob_.id);
  EXPECT_OK(Run(service_->CheckPassword("bob@example.com", std::string(kPassword), client_)));
  ASSERT_OK(Run(service_->StartRecovery("bob@example.com", client_)));
  EXPECT_EQ(Of(outbox::Category::kMail).back().object_id, bob_.id.value);
  // Nor does it keep the operator from creating the account it belongs to.
  ASSERT_OK(AddEmail(ada_.id, "carol@example.com"));
  EXPECT_OK(Run(service_->Create("carol@example.com", "Carol", std::nullopt, client_)));
}

TEST_P(AddressTest, OfSeveralAccountsWithAPasswordTheProvenOneIsMeant) {
  auto add = [&](bool verified) {
    return Write([&](sql::Tx& tx) {
      return store_.Create(tx, {.name = "",
                                .email = "shared@example.com",
                                .email_verified = verified,
                                .password_hash = "hash"});
    });
  };
  auto squatter = add(false);
  ASSERT_OK(squatter);
  auto owner = add(true);
  ASSERT_OK(owner);
  EXPECT_EQ(ForLogin("shared@example.com")->id, owner->id);
}

TEST_P(AddressTest, BadAndTooManyAddressesAreRefused) {
  for (std::string bad : {"", "ada", "a@b\r\nBcc: x@example.com", "a@x.example, b@x.example",
                          "[\"a@x.example\"]", "a b@x.example"}) {
    EXPECT_ERROR(kInvalidArgument, "email_invalid", AddEmail(ada_.id, bad));
  }
  for (int i = 0; i < 10; ++i) {
    ASSERT_OK(AddEmail(ada_.id, "a" + std::to_string(i) + "@x.example"));
  }
  EXPECT_ERROR(kResourceExhausted, "rate_limited", AddEmail(ada_.id, "more@x.example"));
  clock().Advance(std::chrono::hours(1));
  for (int i = 10; i < 19; ++i) {
    ASSERT_OK(AddEmail(ada_.id, "a" + std::to_string(i) + "@x.example"));
  }
  EXPECT_ERROR(kFailedPrecondition, "too_many_emails", AddEmail(ada_.id, "more@x.example"));
}

TEST_P(AddressTest, TheSameAddressAgainIsNothing) {
  ASSERT_OK(AddEmail(ada_.id, "ada@work.example"));
  std::size_t mails = Of(outbox::Category::kMail).size();
  ASSERT_OK(AddEmail(ada_.id, "ADA@work.example"));
  EXPECT_EQ(Of(outbox::Category::kMail).size(), mails);
  EXPECT_EQ(Run(service_->Emails(ada_.id))->size(), 2u);
}

TEST_P(AddressTest, AddressesOfAManagedAccountAreNotItsOwn) {
  Execute("UPDATE users SET is_managed = 1 WHERE id = " + ada_.id.ToString());
  EXPECT_ERROR(kPermissionDenied, "account_managed", AddEmail(ada_.id, "ada@work.example"));
  EXPECT_ERROR(kPermissionDenied, "account_managed",
               Run(service_->RemoveEmail(ada_.id, "ada@example.com", client_)));
  EXPECT_ERROR(kPermissionDenied, "account_managed",
               Run(service_->SetPrimaryEmail(ada_.id, "ada@example.com", client_)));
}

TEST_P(AddressTest, ALinkToARemovedAddressProvesNothing) {
  ASSERT_OK(AddEmail(ada_.id, "ada@work.example"));
  std::string token = TokenFor("ada@work.example");
  ASSERT_OK(Run(service_->RemoveEmail(ada_.id, "ada@work.example", client_)));
  EXPECT_ERROR(kNotFound, "link_invalid", Run(service_->ConfirmEmail(ada_.id, token)));
}

TEST_P(AddressTest, EachAddressHasALinkOfItsOwn) {
  ASSERT_OK(AddEmail(ada_.id, "one@x.example"));
  ASSERT_OK(AddEmail(ada_.id, "two@x.example"));
  EXPECT_OK(Verify(ada_.id, "one@x.example"));
  EXPECT_OK(Verify(ada_.id, "two@x.example"));
  EXPECT_ERROR(kFailedPrecondition, "email_already_verified",
               Run(service_->SendEmailConfirmation(ada_.id, "one@x.example", client_)));
}

TEST_P(AddressTest, MemberSearchFindsHoldersOfAnyAddress) {
  ASSERT_OK(AddEmail(ada_.id, "team@x.example"));
  ASSERT_OK(AddEmail(bob_.id, "TEAM@x.example"));
  auto found = Run(service_->FindByAnyEmail("team@X.example"));
  ASSERT_OK(found);
  EXPECT_EQ(*found, (std::vector<UserId>{ada_.id, bob_.id}));
  EXPECT_TRUE(Run(service_->FindByAnyEmail("not an address"))->empty());
}

TEST_P(AddressTest, ANewNameIsToldToTheRegions) {
  ASSERT_OK(Run(service_->Rename(ada_.id, "Ada Lovelace")));
  auto told = Of(outbox::Category::kUserUpdate);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(Text(told[0], "name"), "Ada Lovelace");
  EXPECT_EQ(json::GetInt(told[0].payload, "user_id"), ada_.id.value);
}

TEST_P(AddressTest, ASecondFactorAllowsAShorterPassword) {
  std::string eight = "q7#Vd2!m";
  EXPECT_ERROR(kInvalidArgument, "password_policy",
               Run(service_->ChangePassword(ada_.id, std::string(kPassword), eight, client_)));
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.SetHas2fa(tx, ada_.id, true); }));
  EXPECT_TRUE(Run(service_->Get(ada_.id))->has_2fa);
  // AUTH-31: seven characters are too few in any case.
  EXPECT_ERROR(kInvalidArgument, "password_policy",
               Run(service_->ChangePassword(ada_.id, std::string(kPassword), "q7#Vd2!", client_)));
  EXPECT_OK(Run(service_->ChangePassword(ada_.id, std::string(kPassword), eight, client_)));
  EXPECT_EQ(AuditRows().back().event, audit::Event::kPasswordChange);
}

}  // namespace
}  // namespace gatehouse::users
