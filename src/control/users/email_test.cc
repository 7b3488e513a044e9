#include <gtest/gtest.h>

#include "control/users/users.h"

namespace gatehouse::users {
namespace {

TEST(NormalizeEmailTest, MapsSpellingsOfOneAddressToOneKey) {
  struct Case {
    std::string_view typed, key;
  };
  for (auto [typed, key] : {
           Case{"user@example.com", "user@example.com"},
           Case{"  User.Name+Tag@EXAMPLE.com\t", "user.name+tag@example.com"},
           Case{"A@Ex\u00E4mple.com", "a@xn--exmple-cua.com"},
           Case{"a@xn--exmple-cua.com", "a@xn--exmple-cua.com"},
           Case{"a@XN--EXMPLE-CUA.com", "a@xn--exmple-cua.com"},
           Case{"a@exa\u0308mple.com", "a@xn--exmple-cua.com"},  // decomposed
           Case{"a@fa\u00DF.de", "a@xn--fa-hia.de"},             // non-transitional: not "fass"
           Case{"a@example\u3002com", "a@example.com"},          // ideographic full stop
           Case{"a@\uFF45xample.com", "a@example.com"},          // full-width letter
           Case{"\u00C4pfel@example.com", "\u00C4pfel@example.com"},  // only ASCII case is folded
           Case{"root@localhost", "root@localhost"},
       }) {
    auto got = NormalizeEmail(typed);
    ASSERT_TRUE(got.has_value()) << typed << ": " << got.error().detail;
    EXPECT_EQ(*got, key);
  }
}

TEST(NormalizeEmailTest, RefusesWhatIsNoPlainAddress) {
  std::string long_local = std::string(65, 'a') + "@example.com";
  std::string long_all = "a@" + std::string(60, 'b') + "." + std::string(60, 'c') + "." +
                         std::string(60, 'd') + "." + std::string(60, 'e') + ".example.com";
  std::string nul("a\0b@example.com", 15);
  for (std::string_view bad :
       std::initializer_list<std::string_view>{"",
                                               "@",
                                               "a",
                                               "a@",
                                               "@example.com",
                                               "a@b@example.com",
                                               "a b@example.com",
                                               "a@exam ple.com",
                                               "a\r\nBcc: x@example.com",
                                               "a@example.com\r\nBcc: x",
                                               "a@.com",
                                               "a@example..com",
                                               "a@example.com.",
                                               "a@-example.com",
                                               "a@[127.0.0.1]",
                                               "a@exa_mple.com",
                                               "a@evil\uFF20example.com",  // full-width @ becomes @
                                               "a\u200B@example.com",      // zero width space
                                               "\u202Ea@example.com",      // direction override
                                               "a\u00A0b@example.com",     // no-break space
                                               "a@xn--a.com",              // no such punycode label
                                               "\"a\"@example.com",
                                               "<a@example.com>",
                                               "a,b@example.com",
                                               "a;b@example.com",
                                               "a@exam\xFFple.com",
                                               "\xC3@example.com",
                                               nul,
                                               long_local,
                                               long_all}) {
    auto got = NormalizeEmail(bad);
    ASSERT_FALSE(got.has_value()) << bad << " -> " << *got;
    EXPECT_EQ(got.error().code, Code::kInvalidArgument);
    EXPECT_EQ(got.error().reason, "email_invalid");
  }
}

}  // namespace
}  // namespace gatehouse::users
