#include "region/orgs/mails.h"

#include <gtest/gtest.h>

namespace gatehouse::orgs {
namespace {

const Organization kAcme{.id = OrgId{1},
                         .slug = "acme",
                         .name = "Acme <& Sons>",
                         .status = "active",
                         .default_role = "member",
                         .flags = 0,
                         .version = 1,
                         .created_at = {}};

TEST(Mails, LinkMailNamesActorProviderAndPlace) {
  const mail::Composed mail =
      LinkMail("https://sso.example.com/", kAcme, "ann@example.com", "Okta");
  EXPECT_EQ(mail.subject, "Action Required for Acme <& Sons>");
  for (const std::string& part : {mail.text, mail.html}) {
    EXPECT_TRUE(part.contains("ann@example.com")) << part;
    EXPECT_TRUE(part.contains("Okta")) << part;
    EXPECT_TRUE(part.contains("https://sso.example.com/auth/login/acme/")) << part;
  }
}

TEST(Mails, DisabledMailLinksRecoveryForTheAddress) {
  const mail::Composed mail =
      SsoDisabledMail("https://sso.example.com", kAcme, "", "Okta", "bob+x&y@example.com");
  EXPECT_TRUE(mail.text.contains(
      "https://sso.example.com/account/recover/?email=bob%2Bx%26y%40example.com\n"))
      << mail.text;
  EXPECT_TRUE(mail.text.contains("An administrator has switched off"));
}

TEST(Mails, MarkupInNamesStaysText) {
  const mail::Composed mail =
      LinkMail("https://sso.example.com", kAcme, "<script>alert(1)</script>",
               "\"><a href=\"https://evil.example\">");
  EXPECT_FALSE(mail.html.contains("<script>")) << mail.html;
  EXPECT_FALSE(mail.html.contains("href=\"https://evil.example\"")) << mail.html;
  EXPECT_FALSE(mail.html.contains("Acme <&")) << mail.html;
}

TEST(Mails, LineBreaksInNamesInjectNoHeader) {
  Organization organization = kAcme;
  organization.name = "Acme\r\nBcc: everybody@example.com";
  const mail::Composed mail = LinkMail("https://sso.example.com", organization, "a\nb", "P\r\nQ");
  EXPECT_EQ(mail.subject, "Action Required for Acme  Bcc: everybody@example.com");
  EXPECT_TRUE(mail.text.contains("a b has set up single sign-on with P Q for")) << mail.text;
}

}  // namespace
}  // namespace gatehouse::orgs
