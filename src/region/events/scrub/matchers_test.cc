#include "region/events/scrub/matchers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace gatehouse::events::scrub {
namespace {

// The text with every match replaced by '#'.
std::string Replaced(BuiltIn kind, std::string_view text) {
  std::string out;
  std::size_t from = 0;
  while (auto match = Find(kind, text, from)) {
    EXPECT_TRUE(Scan(text).May(kind)) << text;
    out += text.substr(from, match->begin - from);
    out += '#';
    from = match->end;
  }
  return out + std::string(text.substr(from));
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

void Expect(BuiltIn kind, std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(Replaced(kind, c.text), c.expected) << c.text;
}

TEST(Matchers, CreditCards) {
  Expect(BuiltIn::kCreditCard, {
                                   {"4571234567890111", "#"},
                                   {"pay 5424 0000 0000 0015 now", "pay # now"},
                                   {"3742-0000-0000-004", "#"},
                                   {"378282246310005", "#"},
                                   {"6011000990139424", "#"},
                                   {"6511000990139424", "#"},
                                   {"1234567890123456", "1234567890123456"},
                                   {"45712345678901112", "45712345678901112"},
                                   {"x4571234567890111", "x4571234567890111"},
                                   {"4571234567890111_", "4571234567890111_"},
                                   {"457123456789011", "457123456789011"},
                                   {"a 4571234567890111,4571234567890111", "a #,#"},
                               });
}

TEST(Matchers, UrlCredentialsInSevenShapes) {
  Expect(BuiltIn::kUrlAuth,
         {
             {"postgres://user:hunter2@host:5432/db", "postgres://user:#@host:5432/db"},
             {"//user:hunter2@host", "//user:#@host"},
             {"redis://:hunter2@host", "redis://:#@host"},
             {"see https://a.b:p%40ss@host/x and https://c:d@e",
              "see https://a.b:#@host/x and https://c:#@e"},
             {"https://user@host/", "https://user@host/"},
             {"https://host:80/a@b", "https://host:80/a@b"},
             {"http://user:pa!$ss@host", "http://user:#@host"},
         });
}

TEST(Matchers, UserPaths) {
  Expect(BuiltIn::kUserPath,
         {
             {"/home/bob/x.py", "/home/#/x.py"},
             {"C:\\Users\\Bob Smith\\x.py", "C:\\Users\\#\\x.py"},
             {"C:\\\\Users\\\\bob\\\\x", "C:\\\\Users\\\\#\\\\x"},
             {"/Users/bob", "/Users/#"},
             {"C:\\Documents and Settings\\bob\\x", "C:\\Documents and Settings\\#\\x"},
             {"/var/profiles/bob/x", "/var/profiles/#/x"},
             {"/home/users/bob/x", "/home/#/#/x"},
             {"/homeless/bob", "/homeless/bob"},
             {"/home/", "/home/"},
         });
}

TEST(Matchers, PemKeys) {
  Expect(BuiltIn::kPemKey,
         {
             {"-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----",
              "-----BEGIN PUBLIC KEY-----\n#\n-----END PUBLIC KEY-----"},
             {"x -----BEGIN RSA PRIVATE KEY-----\r\nabc\r\ndef\r\n-----END RSA PRIVATE KEY----- y",
              "x -----BEGIN RSA PRIVATE KEY-----\r\n#\r\n-----END RSA PRIVATE KEY----- y"},
             {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nabc",
              "-----BEGIN ENCRYPTED PRIVATE KEY-----\n#"},
             {"-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
              "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----"},
         });
}

TEST(Matchers, Numbers) {
  Expect(BuiltIn::kUsSsn, {{"my 078-05-1120.", "my #."},
                           {"1078-05-1120", "1078-05-1120"},
                           {"078-05-11201", "078-05-11201"},
                           {"078-051-120", "078-051-120"}});
  Expect(BuiltIn::kImei, {{"356938035643809", "#"},
                          {"35-693803-564380-9", "#"},
                          {"35693803564380", "35693803564380"}});
  Expect(BuiltIn::kMac, {{"at 4a:00:04:10:9b:50!", "at #!"},
                         {"4a-00-04-10-9b-50", "#"},
                         {"4a:00:04:10:9b", "4a:00:04:10:9b"}});
  Expect(BuiltIn::kUuid,
         {{"u ceee0822-ed8f-4622-b2a3-789e73e75cd1", "u #"},
          {"ceee0822ed8f4622b2a3789e73e75cd1", "ceee0822ed8f4622b2a3789e73e75cd1"}});
  Expect(BuiltIn::kIban, {{"to DE89 3704 0044 0532 0130 00 now", "to # now"},
                          {"GB82WEST12345698765432", "#"},
                          {"GB82WEST12345698765433", "GB82WEST12345698765433"}});
}

TEST(Matchers, AddressesAndMail) {
  Expect(BuiltIn::kIp, {{"from 127.0.0.1 to ::1, fe80::1%eth0", "from # to #, #%eth0"},
                        {"2001:db8::8a2e:370:7334", "#"},
                        {"::ffff:10.0.0.1", "#"},
                        {"v1.2.3.4", "v1.2.3.4"},
                        {"1.2.3.4.5", "1.2.3.4.5"},
                        {"256.1.1.1", "256.1.1.1"},
                        {"at 12:30:45", "at 12:30:45"},
                        {"std::string a::b", "std::string a::b"},
                        {"It is 10.1.2.3.", "It is #."}});
  Expect(BuiltIn::kEmail, {{"mail bob.x+y@example.co.uk, please", "mail #, please"},
                           {"a@b", "#"},
                           {"@decorator", "@decorator"},
                           {"x@", "x@"}});
}

TEST(Matchers, SecretPairsAndBearers) {
  Expect(BuiltIn::kBearer, {{"Authorization: Bearer abc.def-1", "Authorization: Bearer #"},
                            {"bearer of bad news", "bearer # bad news"},
                            {"forbearer x", "forbearer x"}});
  Expect(BuiltIn::kSecretPair,
         {{"mysql_pwd=the_one x", "mysql_pwd=# x"},
          {"{\"password\": \"hunter 2\", \"a\": 1}", "{\"password\": \"#\", \"a\": 1}"},
          {"the password is long", "the password is long"},
          {"DB_PASSWORD: x; y", "DB_PASSWORD: #; y"},
          {"Authorization: Basic Zm9v", "Authorization: #"},
          {"secret://x", "secret://x"}});
}

TEST(Matchers, Keys) {
  for (std::string_view key : {"password", "user_PASSWORD", "X-Api-Key", "Authorization", "token",
                               "stripeToken", "access_token_2", "MYSQL_PWD", "card[number]"}) {
    EXPECT_TRUE(IsSecretKey(key)) << key;
  }
  for (std::string_view key : {"user", "tokens_used", "pass", "cardinality", "", "key"}) {
    EXPECT_FALSE(IsSecretKey(key)) << key;
  }
  EXPECT_TRUE(IsSessionName("JSESSIONID"));
  EXPECT_FALSE(IsSessionName("lang"));
}

TEST(Matchers, HostileTextsAreReadInLinearTime) {
  const std::string_view kUnits[] = {"password", "-----BEGIN PRIVATE KEY-----",
                                     "//a:",     "/home",
                                     "/users/",  "bearer ",
                                     "a@",       "1.",
                                     ":",        "DE89",
                                     "4571 ",    "auth\"",
                                     "authauth "};
  for (std::string_view unit : kUnits) {
    std::string text;
    while (text.size() < 300'000) text += unit;
    auto start = std::chrono::steady_clock::now();
    for (int kind = 0; kind <= static_cast<int>(BuiltIn::kSecretPair); ++kind) {
      std::size_t from = 0;
      while (auto match = Find(static_cast<BuiltIn>(kind), text, from)) {
        ASSERT_GT(match->end, from) << unit;
        from = match->end;
      }
    }
    auto spent = std::chrono::steady_clock::now() - start;
    EXPECT_LT(spent, std::chrono::seconds(8)) << unit;
  }
}

}  // namespace
}  // namespace gatehouse::events::scrub
