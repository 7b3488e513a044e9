#pragma once

// What every page must have and must not have. For tests of the pages only. (WEB-10, WEB-11,
// WEB-13)

#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "platform/http/message.h"

namespace gatehouse::web::testing {

inline void ExpectClean(const http::Response& response, const std::string& what) {
  const std::string& page = response.body;
  static const std::regex handler(R"(<[^>]*\son[a-z]+\s*=)", std::regex::icase);
  static const std::regex style(R"(<[^>]*\sstyle\s*=|<style)", std::regex::icase);
  static const std::regex script(R"(<script(?![^>]*\ssrc="/static/[^"]+"[^>]*></script>))",
                                 std::regex::icase);
  static const std::regex javascript(R"((href|src|action)\s*=\s*"\s*javascript:)",
                                     std::regex::icase);
  static const std::regex elsewhere(
      R"re(<(script|link|img|form)[^>]*(src|href|action)="(https?:)?//)re", std::regex::icase);
  // Names of attributes only: a value may say anything.
  static const std::regex value(R"("[^"]*")");
  const std::string names = std::regex_replace(page, value, "\"\"");
  EXPECT_FALSE(std::regex_search(names, handler)) << what;
  EXPECT_FALSE(std::regex_search(names, style)) << what;
  EXPECT_FALSE(std::regex_search(page, script)) << what;
  EXPECT_FALSE(std::regex_search(page, javascript)) << what;
  EXPECT_FALSE(std::regex_search(page, elsewhere)) << what;
  EXPECT_NE(page.find("<html lang=\"en\">"), std::string::npos) << what;
  EXPECT_NE(page.find("<main id=\"main\""), std::string::npos) << what;
  EXPECT_NE(page.find("<h1>"), std::string::npos) << what;
  EXPECT_EQ(page.find("{{"), std::string::npos) << what;
  EXPECT_NE(response.headers.Get("Content-Security-Policy").find("frame-ancestors 'none'"),
            std::string_view::npos)
      << what;
  EXPECT_TRUE(response.headers.Get("Cache-Control").starts_with("no-store")) << what;
  EXPECT_EQ(response.headers.Get("X-Content-Type-Options"), "nosniff") << what;
  EXPECT_NE(response.headers.Get("Content-Type").find("charset=utf-8"), std::string_view::npos)
      << what;
  // A token in the page is not empty.
  EXPECT_EQ(page.find("name=\"csrf\" value=\"\""), std::string::npos) << what;
}

}  // namespace gatehouse::web::testing
