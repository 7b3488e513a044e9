#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "edge/web/embedded.h"

namespace gatehouse::web {
namespace {

constexpr std::string_view kMarker = R"({{%AUTOESCAPE context="HTML"}})";

TEST(TemplatesTest, EveryOneIsAutoEscapedAndParses) {
  ASSERT_GE(EmbeddedTemplates().size(), 20u);
  for (const html::Embedded& file : EmbeddedTemplates()) {
    EXPECT_TRUE(file.text.starts_with(kMarker)) << file.name;
    EXPECT_EQ(file.text.find("AUTOESCAPE", kMarker.size()), std::string_view::npos) << file.name;
    // Modifiers can switch escaping off.
    EXPECT_FALSE(std::regex_search(std::string(file.text), std::regex(R"(\{\{[A-Z_]+:)")))
        << file.name;
  }
  EXPECT_TRUE(html::Templates::Load(EmbeddedTemplates()).has_value());
}

// WEB-11, on the sources: what a strict CSP would block must not be written in the first place.
TEST(TemplatesTest, NoInlineScriptStyleOrHandler) {
  const std::regex handler(R"([\s"']on[a-z]+\s*=)", std::regex::icase);
  const std::regex style(R"([\s"']style\s*=|<style)", std::regex::icase);
  const std::regex script(R"(<script(?![^>]*\ssrc="\{\{JS_URL\}\}"[^>]*></script>))",
                          std::regex::icase);
  const std::regex other(R"(javascript:|<base|<object|<embed|<iframe)", std::regex::icase);
  for (const html::Embedded& file : EmbeddedTemplates()) {
    const std::string text(file.text);
    EXPECT_FALSE(std::regex_search(text, handler)) << file.name;
    EXPECT_FALSE(std::regex_search(text, style)) << file.name;
    EXPECT_FALSE(std::regex_search(text, script)) << file.name;
    EXPECT_FALSE(std::regex_search(text, other)) << file.name;
  }
}

TEST(TemplatesTest, EveryPostFormCarriesTheToken) {
  const std::regex form(R"(<form method="post"[\s\S]*?</form>)");
  int forms = 0;
  for (const html::Embedded& file : EmbeddedTemplates()) {
    const std::string text(file.text);
    for (std::sregex_iterator it(text.begin(), text.end(), form), end; it != end; ++it) {
      ++forms;
      EXPECT_NE(it->str().find(R"(name="csrf" value="{{CSRF}}")"), std::string::npos)
          << file.name << ": " << it->str();
    }
    EXPECT_EQ(text.find("method=\"POST\""), std::string::npos) << file.name;
  }
  EXPECT_GE(forms, 15);
}

TEST(TemplatesTest, EveryLabelHasItsField) {
  const std::regex label(R"re(<label for="([^"]+)")re");
  for (const html::Embedded& file : EmbeddedTemplates()) {
    const std::string text(file.text);
    for (std::sregex_iterator it(text.begin(), text.end(), label), end; it != end; ++it) {
      EXPECT_NE(text.find(" id=\"" + (*it)[1].str() + "\""), std::string::npos)
          << file.name << ": " << (*it)[1];
    }
  }
}

TEST(AssetsTest, StyleSheetStaysSmall) {
  const Asset* css = FindAsset("gatehouse.css");
  ASSERT_NE(css, nullptr);
  EXPECT_LT(css->text.size(), 15u * 1024 + 512);
  EXPECT_EQ(css->version.size(), 12u);
  EXPECT_EQ(FindAsset("../web.h"), nullptr);
  // Nothing is fetched from elsewhere.
  for (const Asset& asset : Assets()) {
    EXPECT_EQ(asset.text.find("@import"), std::string_view::npos) << asset.name;
    EXPECT_EQ(asset.text.find("url(http"), std::string_view::npos) << asset.name;
  }
}

}  // namespace
}  // namespace gatehouse::web
