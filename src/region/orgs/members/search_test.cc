#include "region/orgs/members/search.h"

#include <gtest/gtest.h>

namespace gatehouse::members {
namespace {

TEST(MemberSearchGrammar, NothingIsEverything) {
  EXPECT_TRUE(ParseSearch("").everything());
  EXPECT_TRUE(ParseSearch("  \t ").everything());
}

TEST(MemberSearchGrammar, KeysAreConditionsAndTheRestIsText) {
  Terms expected;
  expected.text = "ann lee";
  expected.emails = {"a@x.test", "b@x.test"};
  expected.ids = {MemberId{5}};
  expected.users = {UserId{6}};
  expected.scopes = {"org:write"};
  expected.roles = {"owner"};
  expected.invited = false;
  expected.sso_linked = true;
  expected.has_2fa = true;
  EXPECT_EQ(ParseSearch("ann email:a@x.test id:5 lee user.id:6 email:b@x.test scope:org:write "
                        "role:Owner isInvited:false ssoLinked:true has2fa:TRUE"),
            expected);
}

TEST(MemberSearchGrammar, QuotesKeepSpacesAndColons) {
  EXPECT_EQ(ParseSearch("\"ann: lee\"").text, "ann: lee");
  EXPECT_EQ(ParseSearch("email:\"a b@x.test\"").emails, std::vector<std::string>{"a b@x.test"});
  EXPECT_EQ(ParseSearch(R"("say \"hi\" \\")").text, R"(say "hi" \)");
  EXPECT_EQ(ParseSearch("\"never closed").text, "never closed");
}

TEST(MemberSearchGrammar, NonsenseFindsNothing) {
  for (const std::string_view query :
       {"colour:red", "email:", "email:\"\"", "id:x", "id:-1", "id:99999999999999999999",
        "user.id:1.5", "isInvited:maybe", "has2fa:1", "isInvited:true isInvited:false",
        "hasExternalUsers:true", "http://x.test", "\xff"}) {
    EXPECT_TRUE(ParseSearch(query).nothing) << query;
  }
  EXPECT_TRUE(ParseSearch(std::string_view("a\0b", 3)).nothing);
  EXPECT_TRUE(ParseSearch(std::string(kMaxQueryBytes + 1, 'a')).nothing);
  std::string many;
  for (std::size_t i = 0; i <= kMaxTerms; ++i) many += "id:1 ";
  EXPECT_TRUE(ParseSearch(many).nothing);
  EXPECT_TRUE(ParseSearch("hasExternalUsers:false").everything());
  EXPECT_EQ(ParseSearch(":x").text, ":x");
}

}  // namespace
}  // namespace gatehouse::members
