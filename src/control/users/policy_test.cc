#include <gtest/gtest.h>

#include "control/users/service.h"

namespace gatehouse::users {
namespace {

constexpr std::string_view kEmail = "marguerite.dupont@example.com";
constexpr std::string_view kName = "Marguerite Dupont";

TEST(PasswordPolicyTest, AcceptsLongUnpredictablePasswords) {
  for (std::string_view good : {
           "otter-plows-7-canyons",
           "k8#vQz!m2Lw@9rTx",
           "seventeen purple umbrellas",
           "gatehouse-is-kept-by-old-otters",
           "un mot de passe tr\u00E8s r\u00E9el",
           "\u043F\u0440\u0438\u0432\u0435\u0442 \u0441\u043E\u0441\u0435\u0434",
           "mfkqwpzlxnvbrth",
       }) {
    auto got = CheckPasswordPolicy(good, kEmail, kName);
    EXPECT_TRUE(got.has_value()) << good << ": " << (got ? "" : got.error().detail);
  }
  EXPECT_TRUE(CheckPasswordPolicy(
                  [] {
                    std::string text;
                    for (int i = 0; text.size() < 1024; ++i)
                      text += static_cast<char>('A' + i * i % 57);
                    return "otter plows " + text.substr(0, 1012);
                  }(),
                  "", "")
                  .has_value());
}

TEST(PasswordPolicyTest, RefusesWhatGuessersTryFirst) {
  std::string too_long = "otter plows " + std::string(1013, 'x');
  for (std::string_view bad :
       std::initializer_list<std::string_view>{"",
                                               "otter plows ca",  // 14 bytes
                                               too_long,          // 1,025 bytes
                                               "aaaaaaaaaaaaaaaa",
                                               "abababababababab",  // few different characters
                                               "otterotterotterotter",
                                               "otter1otter1otter1",
                                               "1234567890123456",
                                               "abcdefghijklmnopqrst",
                                               "qwertyuiopasdfghjkl",
                                               "1qaz2wsx3edc4rfv5tgb",
                                               "zyxwvutsrqponmlkji",
                                               "qwertzuiopasdfghjkl",
                                               "qwerty1234567890",
                                               "asdfghjkl123456789",
                                               "passwordpassword",
                                               "Password12345678",
                                               "P@ssw0rdP@ssw0rd1",
                                               "passwordqwerty123",
                                               "correct horse battery staple",
                                               "Correct-Horse-Battery-Staple!",
                                               "gatehouse123456",
                                               "Gatehouse!2345678",
                                               "gatehouseGATEHOUSE1",
                                               "welcometogatehouse",
                                               "marguerite.dupont",
                                               "Marguerite123456",
                                               "margueritedupont1!",
                                               "dupontMarguerite99",
                                               "marguerite.dupont@example.com",
                                               "M4rgu3rit3Dup0nt12",
                                               "thisisapassword",
                                               "!!!!!!!!!!!!!!!!!",
                                               "otter plows canyons \xFF"}) {
    auto got = CheckPasswordPolicy(bad, kEmail, kName);
    ASSERT_FALSE(got.has_value()) << bad;
    EXPECT_EQ(got.error().code, Code::kInvalidArgument);
    EXPECT_EQ(got.error().reason, "password_policy");
  }
}

TEST(PasswordPolicyTest, ShortNamesDoNotForbidWords) {
  EXPECT_TRUE(CheckPasswordPolicy("an-otter-plows-canyons", "an@example.com", "An Li").has_value());
}

}  // namespace
}  // namespace gatehouse::users
