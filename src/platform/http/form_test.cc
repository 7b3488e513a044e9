#include "platform/http/form.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(FormTest, ParsesWhatBrowsersSend) {
  struct Case {
    std::string_view text;
    Fields want;
  };
  const Case cases[] = {
      {"", {}},
      {"a=1", {{"a", "1"}}},
      {"a=1&b=2", {{"a", "1"}, {"b", "2"}}},
      {"a=1&a=2", {{"a", "1"}, {"a", "2"}}},
      {"a", {{"a", ""}}},
      {"a=", {{"a", ""}}},
      {"=x", {{"", "x"}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"&&a=1&&", {{"a", "1"}}},
      {"a+b=c+d", {{"a b", "c d"}}},
      {"a=%2B%26%3D%25", {{"a", "+&=%"}}},
      {"name=J%C3%BCrgen", {{"name", "J\xC3\xBCrgen"}}},
      {"text=one%0D%0Atwo%09three", {{"text", "one\r\ntwo\tthree"}}},
      {"a%5B%5D=1", {{"a[]", "1"}}},
  };
  for (const Case& c : cases) {
    Result<Form> form = Form::Parse(c.text);
    ASSERT_TRUE(form.has_value()) << c.text;
    EXPECT_EQ(form->all(), c.want) << c.text;
  }
}

TEST(FormTest, RefusesWhatWouldNeedAGuess) {
  const std::string_view cases[] = {
      "a=%",
      "a=%1",
      "a=%zz",
      "a=%4",
      "%=1",
      "%g1=1",
      "a=%00",
      "%00=1",
      "a=%ff",
      "a=%C3",
      "a=%C0%AF",
      "a=%ED%A0%80",
      "a=%C3%28",
      "a=%F4%90%80%80",
      "a=\xff",
      "a=%u0041",
      "a=% 41",
      "a=1&b=%",
      std::string_view("a=x\0y", 5),
  };
  for (std::string_view text : cases) {
    Result<Form> form = Form::Parse(text);
    ASSERT_FALSE(form.has_value()) << text;
    EXPECT_EQ(form.error().code, Code::kInvalidArgument);
    EXPECT_TRUE(form.error().Is("bad_request"));
  }
}

TEST(FormTest, HundredFieldsAreTheLimit) {
  std::string text = "a=1";
  for (int i = 1; i < 100; ++i) text += "&a=1";
  EXPECT_TRUE(Form::Parse(text).has_value());
  text += "&a=1";
  EXPECT_FALSE(Form::Parse(text).has_value());
}

TEST(FormTest, ParameterPollutionIsRefusedByOne) {
  Form form = Form::Parse("code=1&state=x&code=2").value();
  EXPECT_TRUE(form.HasDuplicates());
  EXPECT_FALSE(form.One("code").has_value());
  EXPECT_TRUE(form.One("code").error().Is("bad_request"));
  EXPECT_EQ(form.One("state").value(), "x");
  EXPECT_EQ(form.One("none").value(), std::nullopt);
  EXPECT_EQ(form.Get("code"), "1");
  EXPECT_TRUE(form.Has("state"));
  EXPECT_FALSE(form.Has("State"));
  EXPECT_FALSE(Form::Parse("a=1&b=1")->HasDuplicates());
}

TEST(CookieTest, FindsTheNamedCookieOnly) {
  struct Case {
    std::string_view header, name, want;
  };
  const Case cases[] = {
      {"sid=abc", "sid", "abc"},
      {"a=1; sid=abc; b=2", "sid", "abc"},
      {"a=1;sid=abc", "sid", "abc"},
      {" sid = abc ", "sid", "abc"},
      {"sid=", "sid", ""},
      {"", "sid", ""},
      {"xsid=abc", "sid", ""},
      {"sidx=abc", "sid", ""},
      {"SID=abc", "sid", ""},
      {"sid", "sid", ""},
      {"sid=a=b=", "sid", "a=b="},
      {"x=\"sid=1\"; sid=2", "sid", "2"},
      {"__Host-sid=x; sid=y", "__Host-sid", "x"},
      {";;; ;sid=1;;", "sid", "1"},
      // A second cookie of the name is an attempt to shadow the first.
      {"sid=a; sid=b", "sid", ""},
      {"sid=a; sid=a", "sid", ""},
      {"sid=; sid=b", "sid", ""},
      {"\xC2\xA0sid=1", "sid", ""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(CookieValue(c.header, c.name), c.want) << c.header;
  }
}

TEST(CookieTest, AttributesAreSafeByDefault) {
  SetCookie cookie;
  cookie.name = "__Host-sid";
  cookie.value = "abc";
  EXPECT_EQ(cookie.ToString(), "__Host-sid=abc; Path=/; HttpOnly; Secure; SameSite=Lax");
  cookie.max_age_seconds = 0;
  cookie.secure = false;
  cookie.http_only = false;
  cookie.same_site = "";
  cookie.path = "/auth/";
  EXPECT_EQ(cookie.ToString(), "__Host-sid=abc; Path=/auth/; Max-Age=0");
}

TEST(CookieTest, ValueCannotEndTheHeaderOrAddAttributes) {
  SetCookie cookie;
  cookie.name = "a";
  cookie.value = "x; Domain=evil.example\r\nSet-Cookie: b=1";
  std::string text = cookie.ToString();
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find("; Domain"), std::string::npos);
  EXPECT_TRUE(text.starts_with("a=x%3B%20Domain=evil.example%0D%0ASet-Cookie:%20b=1; Path=/"));
}

TEST(PercentTest, EncodesAndDecodes) {
  EXPECT_EQ(PercentEncode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(PercentEncode("a b/c?d=e&f+\xC3\xBC"), "a%20b%2Fc%3Fd%3De%26f%2B%C3%BC");
  EXPECT_EQ(PercentDecode("a+b%20c", false), "a+b c");
  EXPECT_EQ(PercentDecode("a+b%20c", true), "a b c");
  EXPECT_EQ(PercentDecode("%e4", false), std::nullopt);
  EXPECT_EQ(PercentDecode("%", false), std::nullopt);
  std::string all;
  for (int i = 1; i < 128; ++i) all += static_cast<char>(i);
  EXPECT_EQ(PercentDecode(PercentEncode(all), true), all);
}

}  // namespace
}  // namespace gatehouse::http
