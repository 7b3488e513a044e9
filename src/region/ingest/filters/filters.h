#pragma once

// Inbound filters: which events a project does not want. Pure functions of a normalized event, the
// project's configuration and what the request says. A filtered event is answered 200, recorded as
// filtered with the reason, and not saved.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/address.h"
#include "platform/json/json.h"
#include "region/ingest/filters/condition.h"
#include "region/ingest/filters/glob.h"

namespace gatehouse::ingest {

namespace filter {
inline constexpr std::string_view kIpAddress = "ip-address";
inline constexpr std::string_view kReleaseVersion = "release-version";
inline constexpr std::string_view kErrorMessage = "error-message";
inline constexpr std::string_view kBrowserExtensions = "browser-extensions";
inline constexpr std::string_view kLegacyBrowsers = "legacy-browsers";
inline constexpr std::string_view kLocalhost = "localhost";
inline constexpr std::string_view kWebCrawlers = "web-crawlers";
inline constexpr std::string_view kInvalidCsp = "invalid-csp";
inline constexpr std::string_view kFilteredTransaction = "filtered-transaction";
inline constexpr std::string_view kChunkLoadError = "chunk-load-error";
inline constexpr std::string_view kReactHydrationErrors = "react-hydration-errors";
}  // namespace filter

// A condition of one's own. Its id is the reason that is recorded.
struct GenericFilter {
  std::string id;
  Condition condition;
};

// What a project's owner has set; the defaults are those of a new project.
struct FilterSettings {
  std::vector<std::string> ip_addresses;  // addresses and CIDR blocks; others are ignored
  std::vector<std::string> releases;      // globs
  std::vector<std::string> error_messages;
  bool browser_extensions = false;
  // Empty: off. "default", or names such as "ie9", "safari_pre_6", "edge".
  std::set<std::string> legacy_browsers;
  bool localhost = false;
  bool web_crawlers = true;
  std::vector<std::string> csp_disallowed_sources;
  bool filtered_transactions = true;
  std::vector<std::string> ignore_transactions = DefaultIgnoredTransactions();
  bool chunk_load_error = true;
  bool react_hydration_errors = true;
  std::vector<GenericFilter> generic;

  static std::vector<std::string> DefaultIgnoredTransactions();
};

// The settings, compiled. Immutable: threads may share one.
class Filters {
 public:
  explicit Filters(const FilterSettings& settings);

  // `event` is normalized. `client_ip` is the sender's, empty if unknown. The reason of the first
  // filter that hits, in the documented order, else empty. Lives as long as this.
  std::string_view Match(const json::Object& event, std::string_view client_ip) const;

 private:
  bool IpAddress(const json::Object& event, std::string_view client_ip) const;
  bool ErrorMessage(const json::Object& event) const;
  bool LegacyBrowser(std::string_view user_agent) const;
  bool InvalidCsp(const json::Object& event) const;

  struct CspSource {
    std::string scheme;  // empty: any
    std::string host;    // empty: any
    bool subdomains = false;
    std::string port;  // empty: any
  };

  std::vector<http::Cidr> networks_;
  GlobList releases_;
  GlobList messages_;
  GlobList transactions_;
  std::vector<CspSource> csp_sources_;
  FilterSettings settings_;
};

// The `User-Agent` of the event's request, found without case. Empty if there is none.
std::string_view UserAgentOf(const json::Object& event);

}  // namespace gatehouse::ingest
