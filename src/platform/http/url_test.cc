#include "platform/http/url.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

TEST(ParseUrlTest, TakesApart) {
  Url url = ParseUrl("HTTPS://IdP.Example:8443/a/b?x=1&y=2").value();
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "idp.example");
  EXPECT_EQ(url.port, "8443");
  EXPECT_EQ(url.path, "/a/b");
  EXPECT_EQ(url.query, "x=1&y=2");
  EXPECT_FALSE(url.has_userinfo);
  EXPECT_FALSE(url.has_fragment);
  EXPECT_FALSE(url.host_is_ip);
  EXPECT_EQ(url.EffectivePort(), 8443);
  EXPECT_EQ(url.Origin(), "https://idp.example:8443");
}

TEST(ParseUrlTest, OriginLeavesTheDefaultPortOut) {
  EXPECT_EQ(ParseUrl("https://a.example:443/x")->Origin(), "https://a.example");
  EXPECT_EQ(ParseUrl("http://a.example:80")->Origin(), "http://a.example");
  EXPECT_EQ(ParseUrl("http://a.example:443")->Origin(), "http://a.example:443");
  EXPECT_EQ(ParseUrl("https://a.example:/")->Origin(), "https://a.example");
  EXPECT_EQ(ParseUrl("http://[2001:DB8::1]:8080/")->Origin(), "http://[2001:db8::1]:8080");
  EXPECT_EQ(ParseUrl("https://a.example")->EffectivePort(), 443);
  EXPECT_EQ(ParseUrl("ftp://a.example")->EffectivePort(), 0);
}

TEST(ParseUrlTest, SeesUserinfoFragmentAndAddresses) {
  EXPECT_TRUE(ParseUrl("https://user@a.example/")->has_userinfo);
  EXPECT_TRUE(ParseUrl("https://@a.example/")->has_userinfo);
  EXPECT_TRUE(ParseUrl("https://a.example/#x")->has_fragment);
  EXPECT_EQ(ParseUrl("https://[::1]/")->host, "::1");
  for (const char* text :
       {"https://127.0.0.1/", "https://[::1]/", "https://127.1/", "https://2130706433/",
        "https://0x7f000001/", "https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://1.2.3.0x/",
        "https://[::ffff:10.0.0.1]/", "https://a.0x10/", "https://256.256.256.256/"}) {
    Result<Url> url = ParseUrl(text);
    ASSERT_TRUE(url.has_value()) << text;
    EXPECT_TRUE(url->host_is_ip) << text;
  }
}

TEST(ParseUrlTest, RefusesWhatParsersDisagreeAbout) {
  for (std::string_view text : {
           "",
           "https",
           "https:",
           "https:/",
           "https://",
           "https:///path",
           "https:a.example",
           "//a.example/",
           "/path",
           "a.example",
           "mailto:a@b.example",
           "javascript:alert(1)",
           "data:text/html,x",
           "https://a.example:99999/",
           "https://a.example:0/",
           "https://a.example:080/",
           "https://a.example:8x/",
           "https://a.example:-1/",
           "https://a b.example/",
           "https://a.example/ x",
           "https://a.example\\@evil.example/",
           "https://a.example/\\x",
           "https://a.ex\tample/",
           " https://a.example/",
           "https://a.example/\n",
           "https://a..example/",
           "https://.a.example/",
           "https://a.example./",
           "https://-a.example/",
           "https://a%2eexample/",
           "https://%61.example/",
           "https://a!b.example/",
           "https://a;b.example/",
           "https://a,b.example/",
           "https://b\xC3\xBC"
           "cher.example/",
           "https://[::1/",
           "https://[::1]x/",
           "https://[fe80::1%25eth0]/",
           "https://[v1.a]/",
           "https://::1/",
           "https://a@b@c.example/",
           "https://a.example:80@evil.example:8x/",
           "tp:#",
           "1http://a.example/",
           "ht_tp://a.example/",
           "://a.example/",
           "https://a.example/[x]",
           "https://[1.2.3.4]/",
           "https://[]/",
           "https://]/",
           "https://a.example/?<x>",
           "https://a.example/#a#b",
           "https://a.example/%",
           "https://%@a.example/",
           "https://a.example/%zz",
           "https://a.example/<script>",
       }) {
    Result<Url> url = ParseUrl(text);
    EXPECT_FALSE(url.has_value()) << text;
    if (!url) EXPECT_TRUE(url.error().Is("url_invalid"));
  }
  EXPECT_FALSE(ParseUrl(std::string_view("https://a.example/\0", 19)).has_value());
  EXPECT_FALSE(ParseUrl("https://a.example/" + std::string(4096, 'a')).has_value());
  EXPECT_FALSE(ParseUrl("https://" + std::string(64, 'a') + ".example/").has_value());
}

// In the style of the redirect list of mod_auth_openidc.
TEST(SafeLocalPathTest, OpenRedirectPayloadsAreRefused) {
  const std::string_view payloads[] = {
      "",
      " ",
      "evil.example",
      "//evil.example",
      "///evil.example",
      "////evil.example",
      "/////evil.example//",
      "//evil.example/%2f..",
      "///evil.example/%2e%2e",
      "//evil.example/%2e%2e%2f",
      "/\\evil.example",
      "\\/evil.example",
      "\\\\evil.example",
      "/\\/evil.example",
      "/\\\\evil.example",
      "\\/\\/evil.example",
      "/\\/\\evil.example/",
      "//\\/evil.example",
      "/\t/evil.example",
      "/\n/evil.example",
      "/\r/evil.example",
      "/\r\n/evil.example",
      "/\x0b/evil.example",
      "/\x0c/evil.example",
      "/\x01/evil.example",
      "/\x7f/evil.example",
      "\t//evil.example",
      "\n//evil.example",
      " //evil.example",
      " /evil.example",
      "/ /evil.example",
      "/home ",
      "\x00/evil.example",
      "https:evil.example",
      "https:/evil.example",
      "https://evil.example",
      "http:///evil.example",
      "http:\\\\evil.example",
      "https://evil.example\\@host.example",
      "HTTPS://evil.example",
      "hTTps:/%0aevil.example",
      "ht\ntps://evil.example",
      "javascript:alert(1)",
      "javascript://host.example/%0aalert(1)",
      "java\tscript:alert(1)",
      "jaVAscript://%250Aalert(1)",
      "/javascript:alert(1)\\",
      "data:text/html;base64,PHNjcmlwdD4=",
      "vbscript:msgbox(1)",
      "mailto:a@evil.example",
      "//evil%E3%80%82example",
      "/\xE3\x80\x82/evil.example",
      "/\xEF\xBC\x8F/evil.example",
      "/\xC2\xA0/evil.example",
      "\xE2\x80\x8B//evil.example",
      "/home\xC3\xBC",
      "/.//evil.example",
      "/..//evil.example",
      "/./\\evil.example",
      "/a/..//evil.example",
      "/a/../..//evil.example",
      "/%2e//evil.example",
      "/%2E%2E//evil.example",
      "/.%2e//evil.example",
      "/%2e./x",
      "/a/./b",
      "/a/../b",
      "/..",
      "/.",
      "/a//evil.example",
      "/a/%2e%2e/b",
      "/%2f/evil.example",
      "/%2Fevil.example",
      "/%2f%2fevil.example",
      "/%5cevil.example",
      "/%5C%5Cevil.example",
      "/a/%5c/evil.example",
      "/%09/evil.example",
      "/%0a/evil.example",
      "/%0d%0aSet-Cookie:%20sid=1",
      "/%0d%0aLocation:%20//evil.example",
      "/a%00b",
      "/?next=%0d%0aX:1",
      "/%7f",
      "/%",
      "/%1",
      "/%zz",
      "/%u2215evil.example",
      "/a\r\nSet-Cookie: sid=1",
      "/<script>alert(1)</script>",
      "/\"onmouseover=alert(1)",
      "/a|b",
      "/a^b",
      "/a`b",
      "/{a}",
      "?next=//evil.example",
      "#//evil.example",
      ";//evil.example",
      "@evil.example",
      ":80/",
      ".evil.example",
      "..//evil.example",
      "./evil.example",
      "www.evil.example",
      "//;@evil.example",
      "//evil.example:80?@host.example/",
      "//evil.example#@host.example/",
      "//user:pass@evil.example",
      "//[::1]/",
      "//2130706433/",
      "/\\\t//evil.example",
      "\\evil.example",
      "%2f%2fevil.example",
      "%5cevil.example",
  };
  int refused = 0;
  for (std::string_view payload : payloads) {
    EXPECT_EQ(SafeLocalPath(payload), std::nullopt) << "payload: " << payload;
    ++refused;
  }
  EXPECT_GT(refused, 60);
  EXPECT_EQ(SafeLocalPath(std::string_view("/a\0b", 4)), std::nullopt);
  EXPECT_EQ(SafeLocalPath("/" + std::string(5000, 'a')), std::nullopt);
}

TEST(SafeLocalPathTest, PathsOfThisServerAreKeptAsTheyAre) {
  for (std::string_view path : {
           "/",
           "/organizations/acme/",
           "/organizations/acme/projects/web/?query=is%3Aunresolved&sort=new",
           "/organizations/acme/releases/web%2F1.2.3/",
           "/a?next=https://other.example//x/../y",
           "/a?x[]=1&y=a+b%20c",
           "/a#section",
           "/a?x=%E2%9C%93",
           "/~user/-._~!$&'()*+,;=:@",
           "/...",
           "/.well-known/x",
           "/a..b/",
           "/a?x=%5C",
       }) {
    EXPECT_EQ(SafeLocalPath(path), std::string(path)) << path;
  }
}

TEST(AppendQueryTest, EscapesAndSeparates) {
  std::string url = "https://a.example/cb";
  AppendQuery(url, "state", "a b&c=d");
  EXPECT_EQ(url, "https://a.example/cb?state=a%20b%26c%3Dd");
  AppendQuery(url, "code", "x/y");
  EXPECT_EQ(url, "https://a.example/cb?state=a%20b%26c%3Dd&code=x%2Fy");
  url = "/a?";
  AppendQuery(url, "b", "1");
  EXPECT_EQ(url, "/a?b=1");
  url = "/a#top";
  AppendQuery(url, "b", "#");
  EXPECT_EQ(url, "/a?b=%23#top");
}

}  // namespace
}  // namespace gatehouse::http
