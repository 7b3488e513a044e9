#pragma once

// What filters want to know of a user agent: an old browser, a crawler. Not a general detection.

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::ingest {

enum class Browser : std::uint8_t {
  kOther,
  kIe,
  kEdge,
  kSafari,
  kFirefox,
  kChrome,
  kOpera,
  kOperaMini,
  kAndroid,  // the browser that came with Android before Chrome
};

struct BrowserVersion {
  Browser browser = Browser::kOther;
  std::optional<unsigned> major;
};

BrowserVersion DetectBrowser(std::string_view user_agent);

// Search engines, previews, monitors and everything that calls itself a bot; Slack's API client is
// none.
bool IsCrawler(std::string_view user_agent);

}  // namespace gatehouse::ingest
