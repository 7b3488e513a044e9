#include <gtest/gtest.h>

#include "edge/web/audit_values.h"
#include "edge/web/client_words.h"

namespace gatehouse::web {
namespace {

std::string Shown(std::string_view data) {
  auto object = json::ParseObject(data);
  EXPECT_TRUE(object.has_value());
  std::string out;
  for (const AuditValue& value : AuditValues(*object)) {
    out += value.key + ": ";
    if (value.before) out += *value.before + " -> ";
    out += value.after + "\n";
  }
  return out;
}

TEST(AuditValuesTest, ValuesAndChanges) {
  EXPECT_EQ(Shown(R"({"provider":"oidc","on":true,"none":null,"n":3})"),
            "provider: oidc\non: yes\nnone: none\nn: 3\n");
  EXPECT_EQ(Shown(R"({"config":{"issuer":"https://a","claims":{"id":"sub"}}})"),
            "config.issuer: https://a\nconfig.claims.id: sub\n");
  EXPECT_EQ(Shown(R"({"role":{"before":"member","after":"owner"}})"), "role: member -> owner\n");
  EXPECT_EQ(Shown(R"({"changes":{"issuer":"from \"https://a\" to \"https://b\""}})"),
            "changes.issuer: https://a -> https://b\n");
  EXPECT_EQ(Shown(R"({"require_link":"to True"})"), "require_link: to True\n");
  // Which " to " is meant cannot be known.
  EXPECT_EQ(Shown(R"({"x":"from \"a to b\" to \"c\""})"), "x: from \"a to b\" to \"c\"\n");
}

TEST(UserAgentTest, BrowserAndSystem) {
  EXPECT_EQ(DescribeUserAgent("Mozilla/5.0 (X11; Linux x86_64; rv:1) Gecko/1 Firefox/141.0"),
            "Firefox on Linux");
  EXPECT_EQ(DescribeUserAgent("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/1 (KHTML, like Gecko) "
                              "Chrome/140.0 Safari/537.36 Edg/140.0"),
            "Edge on Windows");
  EXPECT_EQ(DescribeUserAgent("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/1"),
            "Safari on iPhone");
  EXPECT_EQ(DescribeUserAgent(""), "Unknown browser");
}

}  // namespace
}  // namespace gatehouse::web
