#include "platform/html/html.h"

#include <gtest/gtest.h>

#include <thread>

namespace gatehouse::html {
namespace {

constexpr std::string_view kMark = "{{%AUTOESCAPE context=\"HTML\"}}";

std::string Page(std::string_view body) { return std::string(kMark) + std::string(body); }

std::string Render(std::string_view body, const Data& data) {
  std::string text = Page(body);
  auto t = Templates::Load({{"page.tpl", text}});
  EXPECT_TRUE(t.has_value());
  return t ? (*t)->Render("page.tpl", data) : "";
}

std::string With(std::string_view body, std::string value) {
  Data data;
  data.Set("X", std::move(value));
  return Render(body, data);
}

TEST(HtmlTest, TextAndAttributesAreEscaped) {
  EXPECT_EQ(With("<p>{{X}}</p>", "<script>alert(1)</script> & \"q\" 'a'"),
            "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;q&quot; &#39;a&#39;</p>");
  EXPECT_EQ(With("<input value=\"{{X}}\">", "\"><b onload='x'>"),
            "<input value=\"&quot;&gt;&lt;b onload=&#39;x&#39;&gt;\">");
  EXPECT_EQ(With("<title>{{X}}</title>", "</title><script>"),
            "<title>&lt;/title&gt;&lt;script&gt;</title>");
  EXPECT_EQ(With("<p>{{X}}</p>", "Grüße 😀"), "<p>Grüße 😀</p>");
}

TEST(HtmlTest, ScriptUrlsAreBlockedInLinks) {
  for (const char* url : {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
                          "data:text/html,<script>", "vbscript:x", "java\tscript:alert(1)"}) {
    std::string out = With("<a href=\"{{X}}\">x</a>", url);
    EXPECT_EQ(out, "<a href=\"#\">x</a>") << url;
    out = With("<form action=\"{{X}}\"></form>", url);
    EXPECT_EQ(out, "<form action=\"#\"></form>") << url;
  }
}

TEST(HtmlTest, OrdinaryUrlsSurvive) {
  EXPECT_EQ(With("<a href=\"{{X}}\">x</a>", "/auth/login/acme/?next=%2Fa%2F&x=1"),
            "<a href=\"/auth/login/acme/?next=%2Fa%2F&amp;x=1\">x</a>");
  EXPECT_EQ(With("<a href=\"{{X}}\">x</a>", "https://idp.example:8443/a/b?c=d#e"),
            "<a href=\"https://idp.example:8443/a/b?c=d#e\">x</a>");
  EXPECT_EQ(With("<form action=\"{{X}}\"></form>", "/organizations/acme/settings/"),
            "<form action=\"/organizations/acme/settings/\"></form>");
  EXPECT_EQ(With("<a href=\"{{X}}\">x</a>", "\"onmouseover=\"x"),
            "<a href=\"&quot;onmouseover=&quot;x\">x</a>");
}

TEST(HtmlTest, ValuesInScriptsCannotLeaveTheirString) {
  std::string out = With("<script>var x = \"{{X}}\";</script>", "\";alert(1)//</script><b>\n");
  EXPECT_EQ(out.find("\";alert"), std::string::npos) << out;
  EXPECT_EQ(out.find("</script><b>"), std::string::npos) << out;
  out = With("<button onclick=\"go('{{X}}')\">b</button>", "');alert('");
  EXPECT_EQ(out.find("');alert"), std::string::npos) << out;
}

TEST(HtmlTest, SectionsRepeatAndInheritOuterValues) {
  Data data;
  data.Set("SITE", "G&H");
  for (const char* name : {"<a>", "b"}) data.Add("ROW").Set("NAME", name);
  data.Show("FOOT");
  EXPECT_EQ(
      Render("{{#ROW}}<i>{{NAME}} {{SITE}}</i>{{/ROW}}{{#FOOT}}f{{/FOOT}}{{#NO}}n{{/NO}}", data),
      "<i>&lt;a&gt; G&amp;H</i><i>b G&amp;H</i>f");
}

TEST(HtmlTest, SetIfShowsTheSectionOnlyForAValue) {
  Data shown;
  shown.SetIf("ERROR", "a<b");
  EXPECT_EQ(Render("[{{#ERROR}}<p>{{ERROR}}</p>{{/ERROR}}]", shown), "[<p>a&lt;b</p>]");
  Data hidden;
  hidden.SetIf("ERROR", "");
  EXPECT_EQ(Render("[{{#ERROR}}<p>{{ERROR}}</p>{{/ERROR}}]", hidden), "[]");
}

TEST(HtmlTest, IncludesAreEscapedByTheirOwnMarker) {
  std::string outer = Page("<body>{{>CONTENT}}</body>");
  std::string inner = Page("<p>{{NAME}}{{#ROW}}<i>{{N}}</i>{{/ROW}}</p>");
  auto t = Templates::Load({{"layout.tpl", outer}, {"inner.tpl", inner}});
  ASSERT_TRUE(t.has_value());
  Data data;
  data.Set("NAME", "outer values are not seen inside");
  Data& content = data.Include("CONTENT", "inner.tpl");
  content.Set("NAME", "<x>").Add("ROW").Set("N", "&");
  EXPECT_EQ((*t)->Render("layout.tpl", data), "<body><p>&lt;x&gt;<i>&amp;</i></p></body>");
  EXPECT_EQ((*t)->Render("layout.tpl", Data()), "<body></body>");
}

TEST(HtmlTest, TemplateWithoutTheMarkerFirstIsRefused) {
  for (std::string bad : {std::string("<p>{{X}}</p>"), "<p>" + Page("{{X}}"), " " + Page("{{X}}"),
                          std::string("{{%AUTOESCAPE context=\"XML\"}}{{X}}"), std::string(),
                          std::string("{{%AUTOESCAPE context=\"HTML\" state=\"IN_TAG\"}}"),
                          Page("{{%AUTOESCAPE context=\"XML\"}}")}) {
    auto t = Templates::Load({{"bad.tpl", bad}});
    ASSERT_FALSE(t.has_value()) << bad;
    EXPECT_EQ(t.error().reason, "template_invalid");
  }
}

TEST(HtmlTest, EscapingCannotBeSwitchedOffInsideATemplate) {
  for (const char* body : {"<p>{{X:none}}</p>", "<p>{{X:u:none}}</p>", "{{#A}}{{X:raw}}{{/A}}",
                           "{{>C:none}}", "{{X:x-own}}", "{{={ }=}}{X:none}", "{{! {{X:none}} }}",
                           "{{%AUTOESCAPE context=\"HTML\"}}", "{{X:pre_escape}}"}) {
    std::string text = Page(body);
    auto t = Templates::Load({{"none.tpl", text}});
    ASSERT_FALSE(t.has_value()) << body;
    EXPECT_EQ(t.error().reason, "template_invalid");
  }
}

TEST(HtmlTest, QueryValuesUseTheUrlModifier) {
  EXPECT_EQ(With("<a href=\"/find?q={{X:u}}&amp;p=1\">x</a>", "a b&c=d/\"<é"),
            "<a href=\"/find?q=a+b%26c%3Dd/%22%3C%C3%A9&amp;p=1\">x</a>");
}

TEST(HtmlTest, TemplateThatDoesNotParseIsRefused) {
  for (const char* body : {"{{#A}}never closed", "{{/A}}", "{{X", "{{#A}}{{#B}}{{/A}}{{/B}}"}) {
    std::string text = Page(body);
    auto t = Templates::Load({{"bad.tpl", text}});
    ASSERT_FALSE(t.has_value()) << body;
    EXPECT_EQ(t.error().reason, "template_invalid");
  }
}

TEST(HtmlTest, SameNameTwiceIsRefused) {
  std::string text = Page("x");
  EXPECT_FALSE(Templates::Load({{"a.tpl", text}, {"a.tpl", text}}).has_value());
}

TEST(HtmlTest, TwoSetsDoNotShareTemplates) {
  std::string one = Page("one"), two = Page("two");
  auto a = Templates::Load({{"p.tpl", one}});
  auto b = Templates::Load({{"p.tpl", two}});
  EXPECT_EQ((*a)->Render("p.tpl", {}), "one");
  EXPECT_EQ((*b)->Render("p.tpl", {}), "two");
}

TEST(HtmlTest, ThreadsMayRenderAtTheSameTime) {
  std::string outer = Page("<body>{{>C}}{{>C}}</body>"), inner = Page("<p>{{N}}</p>");
  auto t = Templates::Load({{"o.tpl", outer}, {"i.tpl", inner}});
  std::vector<std::thread> threads;
  for (int k = 0; k < 4; ++k) {
    threads.emplace_back([&t, k] {
      for (int i = 0; i < 200; ++i) {
        std::string n = std::to_string(k * 1000 + i);
        Data data;
        data.Include("C", "i.tpl").Set("N", n);
        std::string p = "<p>" + n + "</p>";
        EXPECT_EQ((*t)->Render("o.tpl", data), "<body>" + p + p + "</body>");
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(HtmlTest, EscapeCoversTextAndQuotedAttributes) {
  EXPECT_EQ(Escape("<a href=\"x\">'&amp;'"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&#39;");
  EXPECT_EQ(Escape(""), "");
}

}  // namespace
}  // namespace gatehouse::html
