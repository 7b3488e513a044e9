#include "region/ingest/filters/filters.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "platform/json/text.h"
#include "region/ingest/filters/signatures.h"
#include "region/ingest/filters/user_agent.h"

namespace gatehouse::ingest {
namespace {

// scheme, host and port of a URL, or of a word of a policy.
struct Source {
  std::string scheme;
  std::string host;
  std::string port;
};

Source SourceOf(std::string_view text) {
  Source out;
  if (std::size_t at = text.find("://"); at != std::string_view::npos) {
    out.scheme = AsciiLower(text.substr(0, at));
    text.remove_prefix(at + 3);
  } else if (text.ends_with(':') && text.find(':') == text.size() - 1) {
    out.scheme = AsciiLower(text.substr(0, text.size() - 1));
    return out;
  } else if (std::size_t colon = text.find(':');
             colon != std::string_view::npos && colon + 1 < text.size() &&
             (text[colon + 1] < '0' || text[colon + 1] > '9') && text[colon + 1] != '*') {
    out.scheme = AsciiLower(text.substr(0, colon));  // "data:text/plain"
    return out;
  }
  text = text.substr(0, text.find_first_of("/?#"));
  if (std::size_t at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  std::size_t bracket = text.rfind(']');
  std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    out.port = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  out.host = AsciiLower(text);
  return out;
}

bool IsLocalhost(const json::Object& event) {
  if (const json::Object* user = json::GetObject(event, "user")) {
    std::string_view ip = json::TextOf(*user, "ip_address");
    if (ip == "127.0.0.1" || ip == "::1") return true;
  }
  const json::Object* request = json::GetObject(event, "request");
  if (request == nullptr) return false;
  std::string_view url = json::TextOf(*request, "url");
  if (url.empty()) return false;
  Source source = SourceOf(url);
  return source.scheme == "file" || source.host == "127.0.0.1" || source.host == "localhost" ||
         source.host == "[::1]" || source.host.ends_with(".localhost");
}

// The last frame is where the error was raised.
std::string_view LastFramePath(const json::Object& exception) {
  const json::Object* stacktrace = json::GetObject(exception, "stacktrace");
  const json::Array* frames =
      stacktrace != nullptr ? json::GetArray(*stacktrace, "frames") : nullptr;
  if (frames == nullptr) return {};
  for (std::size_t i = frames->size(); i > 0; --i) {
    if (const json::Object* frame = frames->at(i - 1).if_object())
      return json::TextOf(*frame, "abs_path");
  }
  return {};
}

bool IsBrowserExtension(const json::Object& event) {
  const json::Object* first = nullptr;
  ForEachException(event, [&](const json::Object& exception) {
    if (first == nullptr) first = &exception;
  });
  if (first == nullptr) return false;
  return IsExtensionMessage(json::TextOf(*first, "value")) ||
         IsExtensionPath(LastFramePath(*first));
}

struct Threshold {
  std::string_view name;
  Browser browser;
  unsigned min;  // versions from here …
  unsigned end;  // … and before here are legacy
};
constexpr std::array kThresholds = {
    Threshold{"default", Browser::kIe, 0, 10},
    Threshold{"default", Browser::kSafari, 0, 6},
    Threshold{"default", Browser::kOpera, 0, 15},
    Threshold{"default", Browser::kAndroid, 0, 4},
    Threshold{"default", Browser::kOperaMini, 0, 8},
    Threshold{"ie_pre_9", Browser::kIe, 0, 9},
    Threshold{"ie9", Browser::kIe, 9, 10},
    Threshold{"ie10", Browser::kIe, 10, 11},
    Threshold{"ie11", Browser::kIe, 11, 12},
    Threshold{"safari_pre_6", Browser::kSafari, 0, 6},
    Threshold{"opera_pre_15", Browser::kOpera, 0, 15},
    Threshold{"opera_mini_pre_8", Browser::kOperaMini, 0, 8},
    Threshold{"android_pre_4", Browser::kAndroid, 0, 4},
    Threshold{"edge_pre_79", Browser::kEdge, 0, 79},
    Threshold{"ie", Browser::kIe, 0, 12},
    Threshold{"edge", Browser::kEdge, 0, 111},
    Threshold{"safari", Browser::kSafari, 0, 16},
    Threshold{"firefox", Browser::kFirefox, 0, 111},
    Threshold{"chrome", Browser::kChrome, 0, 111},
    Threshold{"opera", Browser::kOpera, 0, 100},
    Threshold{"opera_mini", Browser::kOperaMini, 0, 35},
    Threshold{"android", Browser::kAndroid, 0, 4},
};

}  // namespace

std::vector<std::string> FilterSettings::DefaultIgnoredTransactions() {
  return {"*healthcheck*", "*heartbeat*", "*/health", "*/healthy", "*/healthz", "*/_health",
          "*/[_health]",   "*/live",      "*/livez",  "*/ready",   "*/readyz",  "*/ping"};
}

Filters::Filters(const FilterSettings& settings)
    : releases_(settings.releases),
      messages_(settings.error_messages, Glob::Braces::kAlternatives),
      transactions_(settings.ignore_transactions),
      settings_(settings) {
  for (const std::string& text : settings.ip_addresses) {
    if (auto network = http::Cidr::Parse(Trim(text))) networks_.push_back(*network);
  }
  for (const std::string& text : settings.csp_disallowed_sources) {
    std::string_view word = Trim(text);
    if (word.empty()) continue;
    Source source = SourceOf(word);
    CspSource out;
    if (source.scheme != "*") out.scheme = source.scheme;
    if (source.port != "*") out.port = source.port;
    if (source.host.starts_with("*.")) {
      out.subdomains = true;
      out.host = source.host.substr(2);
    } else if (source.host != "*") {
      out.host = source.host;
    }
    csp_sources_.push_back(std::move(out));
  }
}

std::string_view UserAgentOf(const json::Object& event) {
  const json::Object* request = json::GetObject(event, "request");
  if (request == nullptr) return {};
  if (const json::Array* headers = json::GetArray(*request, "headers")) {
    for (const json::Value& each : *headers) {
      const json::Array* pair = each.if_array();
      if (pair == nullptr || pair->size() != 2 || !pair->at(0).is_string() ||
          !pair->at(1).is_string()) {
        continue;
      }
      const auto& name = pair->at(0).get_string();
      const auto& value = pair->at(1).get_string();
      if (EqualsIgnoreCase({name.data(), name.size()}, "user-agent")) {
        return {value.data(), value.size()};
      }
    }
  } else if (const json::Object* map = json::GetObject(*request, "headers")) {
    for (const auto& member : *map) {
      if (!EqualsIgnoreCase({member.key().data(), member.key().size()}, "user-agent")) continue;
      return json::TextOf(*map, {member.key().data(), member.key().size()});
    }
  }
  return {};
}

bool Filters::IpAddress(const json::Object& event, std::string_view client_ip) const {
  if (networks_.empty()) return false;
  std::string_view user_ip;
  if (const json::Object* user = json::GetObject(event, "user"))
    user_ip = json::TextOf(*user, "ip_address");
  for (std::string_view text : {client_ip, user_ip}) {
    if (text.empty()) continue;
    auto address = http::IpAddress::Parse(text);
    if (!address) continue;
    for (const http::Cidr& network : networks_) {
      if (network.Contains(*address)) return true;
    }
  }
  return false;
}

bool Filters::ErrorMessage(const json::Object& event) const {
  if (messages_.empty()) return false;
  if (const json::Object* entry = json::GetObject(event, "logentry")) {
    std::string_view text = json::TextOf(*entry, "formatted");
    if (text.empty()) text = json::TextOf(*entry, "message");
    if (!text.empty() && messages_.Matches(text)) return true;
  }
  bool hit = false;
  ForEachException(event, [&](const json::Object& exception) {
    if (hit) return;
    std::string_view type = json::TextOf(exception, "type");
    std::string_view value = json::TextOf(exception, "value");
    std::string text(type);
    if (!type.empty() && !value.empty()) text += ": ";
    text += value;
    hit = !text.empty() && messages_.Matches(text);
  });
  return hit;
}

bool Filters::LegacyBrowser(std::string_view user_agent) const {
  if (settings_.legacy_browsers.empty() || user_agent.empty()) return false;
  BrowserVersion version = DetectBrowser(user_agent);
  if (version.browser == Browser::kOther || !version.major) return false;
  return std::ranges::any_of(kThresholds, [&](const Threshold& each) {
    return each.browser == version.browser && *version.major >= each.min &&
           *version.major < each.end && settings_.legacy_browsers.contains(std::string(each.name));
  });
}

bool Filters::InvalidCsp(const json::Object& event) const {
  if (csp_sources_.empty() || json::TextOf(event, "type") != "csp") return false;
  const json::Object* csp = json::GetObject(event, "csp");
  if (csp == nullptr) return false;
  for (std::string_view key : {"blocked_uri", "source_file"}) {
    std::string_view uri = json::TextOf(*csp, key);
    if (uri.empty()) continue;
    Source source = SourceOf(uri);
    for (const CspSource& pattern : csp_sources_) {
      if (!pattern.scheme.empty() && pattern.scheme != source.scheme) continue;
      if (!pattern.port.empty() && pattern.port != source.port) continue;
      bool host = pattern.host.empty() || pattern.host == source.host;
      if (pattern.subdomains && !host) {
        host = source.host.size() > pattern.host.size() && source.host.ends_with(pattern.host) &&
               source.host[source.host.size() - pattern.host.size() - 1] == '.';
      }
      if (host) return true;
    }
  }
  return false;
}

std::string_view Filters::Match(const json::Object& event, std::string_view client_ip) const {
  std::string_view type = json::TextOf(event, "type");
  bool transaction = type == "transaction";
  if (IpAddress(event, client_ip)) return filter::kIpAddress;
  if (!releases_.empty()) {
    std::string_view release = json::TextOf(event, "release");
    if (!release.empty() && releases_.Matches(release)) return filter::kReleaseVersion;
  }
  if (ErrorMessage(event)) return filter::kErrorMessage;
  if (settings_.browser_extensions && IsBrowserExtension(event)) return filter::kBrowserExtensions;
  bool wants_agent = settings_.web_crawlers || !settings_.legacy_browsers.empty();
  std::string_view user_agent = wants_agent ? UserAgentOf(event) : std::string_view();
  if (LegacyBrowser(user_agent)) return filter::kLegacyBrowsers;
  if (settings_.localhost && IsLocalhost(event)) return filter::kLocalhost;
  if (settings_.web_crawlers && !user_agent.empty() && IsCrawler(user_agent)) {
    return filter::kWebCrawlers;
  }
  if (InvalidCsp(event)) return filter::kInvalidCsp;
  if (transaction && settings_.filtered_transactions && !transactions_.empty() &&
      transactions_.Matches(json::TextOf(event, "transaction"))) {
    return filter::kFilteredTransaction;
  }
  for (const GenericFilter& own : settings_.generic) {
    if (own.condition.Matches(event)) return own.id;
  }
  if (transaction) return {};
  if (settings_.chunk_load_error && IsChunkLoadError(event)) return filter::kChunkLoadError;
  if (settings_.react_hydration_errors && IsReactHydrationError(event)) {
    return filter::kReactHydrationErrors;
  }
  return {};
}

}  // namespace gatehouse::ingest
