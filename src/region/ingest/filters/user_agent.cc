#include "region/ingest/filters/user_agent.h"

#include <array>
#include <string>

#include "base/text.h"

namespace gatehouse::ingest {
namespace {

// The number that follows `product` in the (lower-case) text: "chrome/74.0" -> 74.
std::optional<unsigned> NumberAfter(std::string_view text, std::string_view product) {
  std::size_t at = text.find(product);
  if (at == std::string_view::npos) return std::nullopt;
  at += product.size();
  unsigned number = 0;
  std::size_t digits = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9' && digits < 6) {
    number = number * 10 + static_cast<unsigned>(text[at] - '0');
    ++at;
    ++digits;
  }
  return digits == 0 ? std::nullopt : std::optional(number);
}

}  // namespace

BrowserVersion DetectBrowser(std::string_view user_agent) {
  std::string text = AsciiLower(user_agent.substr(0, 1024));
  // The order matters: each of these names the ones before whose pages it wants.
  if (text.contains("opera mini")) {
    return {Browser::kOperaMini, NumberAfter(text, "opera mini/")};
  }
  if (text.contains("iemobile")) {
    auto version = NumberAfter(text, "iemobile/");
    return {Browser::kIe, version ? version : NumberAfter(text, "iemobile ")};
  }
  if (text.contains("msie ")) return {Browser::kIe, NumberAfter(text, "msie ")};
  if (text.contains("trident/") && text.contains("rv:"))
    return {Browser::kIe, NumberAfter(text, "rv:")};
  for (std::string_view product : {"edge/", "edg/", "edga/", "edgios/"}) {
    if (text.contains(product)) return {Browser::kEdge, NumberAfter(text, product)};
  }
  if (text.contains("opr/")) return {Browser::kOpera, NumberAfter(text, "opr/")};
  if (text.contains("opera")) {
    auto version = NumberAfter(text, "version/");  // "Opera/9.80 … Version/12.16"
    if (!version) version = NumberAfter(text, "opera/");
    return {Browser::kOpera, version ? version : NumberAfter(text, "opera ")};
  }
  for (std::string_view product : {"firefox/", "fxios/"}) {
    if (text.contains(product)) return {Browser::kFirefox, NumberAfter(text, product)};
  }
  for (std::string_view product : {"chrome/", "crios/", "chromium/"}) {
    if (text.contains(product)) return {Browser::kChrome, NumberAfter(text, product)};
  }
  if (text.contains("android ") && text.contains("applewebkit")) {
    return {Browser::kAndroid, NumberAfter(text, "android ")};
  }
  if (text.contains("safari/")) {
    auto version = NumberAfter(text, "version/");
    // Before version 3 it did not say.
    return {Browser::kSafari, version};
  }
  return {};
}

bool IsCrawler(std::string_view user_agent) {
  std::string text = AsciiLower(user_agent.substr(0, 1024));
  // "Slackbot 1.0 (+https://api.slack.com/robots)" is a program that people write.
  if (std::size_t at = text.find("slackbot 1."); at != std::string::npos) {
    std::size_t digit = at + 11;
    if (digit < text.size() && text[digit] >= '0' && text[digit] <= '9') return false;
  }
  constexpr std::array<std::string_view, 19> kNames = {"mediapartners-google",
                                                       "adsbot-google",
                                                       "googlebot",
                                                       "feedfetcher-google",
                                                       "bingbot",
                                                       "bingpreview",
                                                       "baiduspider",
                                                       "slurp",
                                                       "sogou",
                                                       "facebook",
                                                       "ia_archiver",
                                                       "slack",
                                                       "calypso appcrawler",
                                                       "pingdom",
                                                       "lyticsbot",
                                                       "aws security scanner",
                                                       "hubspot crawler",
                                                       "bytespider",
                                                       "gptbot"};
  for (std::string_view name : kNames) {
    if (text.contains(name)) return true;
  }
  for (std::string_view word : {"bots", "bot", "spider"}) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      std::size_t end = at + word.size();
      if (end < text.size() && std::string_view("/ );").find(text[end]) != std::string_view::npos) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace gatehouse::ingest
