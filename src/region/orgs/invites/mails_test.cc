#include "region/orgs/invites/mails.h"

#include <gtest/gtest.h>

namespace gatehouse::invites {
namespace {

constexpr std::string_view kLink = "https://sso.example.com/accept/acme/5/abc/";

orgs::Organization Acme(std::string name = "Acme") {
  return {.id = OrgId{1},
          .slug = "acme",
          .name = std::move(name),
          .status = "active",
          .default_role = "member",
          .flags = 0,
          .version = 1,
          .created_at = {}};
}

orgs::Member Invitation() {
  return {.id = MemberId{5},
          .organization = OrgId{1},
          .user = std::nullopt,
          .email = "new@example.com",
          .role = "manager",
          .created_at = {},
          .invite_expires_at = Timestamp::FromSeconds(1'800'000'000)};
}

TEST(InviteMails, AnInvitationSaysWhoWhereAndUntilWhen) {
  const mail::Composed mail =
      InvitationMail(Occasion::kFirst, Acme(), "Ann (ann@example.com)", Invitation(), kLink);
  EXPECT_EQ(mail.subject, "Join Acme on Gatehouse");
  for (const std::string& part : {mail.text, mail.html}) {
    for (const std::string& words :
         {std::string("Ann (ann@example.com)"), std::string("Acme"), std::string("Manager"),
          std::string(kLink), FormatHuman(Timestamp::FromSeconds(1'800'000'000))}) {
      EXPECT_TRUE(part.contains(words)) << words << "\n" << part;
    }
  }
}

TEST(InviteMails, EachOccasionHasItsSubject) {
  const auto subject = [](Occasion occasion) {
    return InvitationMail(occasion, Acme(), "", Invitation(), kLink).subject;
  };
  EXPECT_EQ(subject(Occasion::kAgain), "Reminder: join Acme on Gatehouse");
  EXPECT_EQ(subject(Occasion::kApproved), "You can join Acme on Gatehouse now");
}

TEST(InviteMails, RequestsCarryNoSecretAndLeadToThePage) {
  for (const mail::Composed& mail :
       {RequestMail("https://sso.example.com/", Acme(), "Mia", "new@example.com", "member"),
        JoinRequestMail("https://sso.example.com", Acme(), "new@example.com")}) {
    EXPECT_TRUE(mail.text.contains("\nhttps://sso.example.com/settings/acme/members/\n"))
        << mail.text;
    EXPECT_TRUE(mail.subject.contains("new@example.com"));
    EXPECT_FALSE(mail.text.contains("/accept/"));
  }
}

TEST(InviteMails, NamesInjectNeitherHeadersNorMarkup) {
  const mail::Composed mail =
      InvitationMail(Occasion::kFirst, Acme("Acme\r\nBcc: all@example.com <b>"),
                     "<script>alert(1)</script>\n", Invitation(), kLink);
  EXPECT_FALSE(mail.subject.contains('\n'));
  EXPECT_FALSE(mail.html.contains("<script"));
  EXPECT_FALSE(mail.html.contains("<b>"));
}

TEST(InviteMails, NamesOfPeople) {
  orgs::Member member = Invitation();
  EXPECT_EQ(NameOf(member), "new@example.com");
  member.name = "Nina";
  EXPECT_EQ(NameOf(member), "Nina (new@example.com)");
  member.email = "";
  EXPECT_EQ(NameOf(member), "Nina");
}

}  // namespace
}  // namespace gatehouse::invites
