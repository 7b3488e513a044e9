#include "region/ingest/protocol/dsn.h"

#include <charconv>

#include "base/check.h"
#include "base/text.h"
#include "region/ingest/protocol/event_id.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

bool IsHost(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  if (host.front() == '[') {
    return host.size() > 2 && host.back() == ']' &&
           host.find_first_not_of("0123456789abcdef:.", 1) == host.size() - 1;
  }
  for (char c : host) {
    bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    if (!ok) return false;
  }
  return true;
}

}  // namespace

Result<std::string> ParsePublicKey(std::string_view text) {
  auto key = ParseHexId(text.substr(0, text.find(':')), 32);
  if (!key) return Reject(kBadKey);
  return std::move(*key);
}

Result<std::int64_t> ParseProjectId(std::string_view text) {
  if (text.empty() || text.size() > 19 || text.front() == '0') return Reject(kBadProjectId);
  std::int64_t id = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (ec != std::errc() || end != text.data() + text.size() || id <= 0) {
    return Reject(kBadProjectId);
  }
  return id;
}

Result<Dsn> Dsn::Parse(std::string_view text) {
  Dsn dsn;
  text = Trim(text);
  std::size_t at = text.find("://");
  if (at == std::string_view::npos || text.size() > 2048) return Reject(kBadDsn);
  dsn.scheme = AsciiLower(text.substr(0, at));
  if (dsn.scheme != "http" && dsn.scheme != "https") return Reject(kBadDsn, "scheme");
  text.remove_prefix(at + 3);
  if (text.find_first_of("?#\\ ") != std::string_view::npos) return Reject(kBadDsn);

  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return Reject(kBadDsn, "no project");
  std::string_view authority = text.substr(0, slash);
  std::string_view path = text.substr(slash);
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);

  std::size_t sign = authority.find('@');
  if (sign == std::string_view::npos || authority.find('@', sign + 1) != std::string_view::npos) {
    return Reject(kBadDsn, "no key");
  }
  GH_TRY(dsn.public_key, ParsePublicKey(authority.substr(0, sign)));

  std::string host = AsciiLower(authority.substr(sign + 1));
  dsn.port = dsn.scheme == "https" ? 443 : 80;
  std::size_t bracket = host.rfind(']');
  std::size_t colon = host.rfind(':');
  if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
    std::string_view digits = std::string_view(host).substr(colon + 1);
    auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), dsn.port);
    if (ec != std::errc() || end != digits.data() + digits.size() || dsn.port == 0) {
      return Reject(kBadDsn, "port");
    }
    host.resize(colon);
  }
  if (!IsHost(host)) return Reject(kBadDsn, "host");
  dsn.host = std::move(host);

  std::size_t last = path.rfind('/');
  GH_TRY(dsn.project_id, ParseProjectId(path.substr(last + 1)));
  dsn.path = path.substr(0, last);
  return dsn;
}

std::string Dsn::BaseUrl() const {
  std::string out = scheme + "://" + host;
  if (port != (scheme == "https" ? 443 : 80)) out += ":" + std::to_string(port);
  return out + path;
}

std::string Dsn::ToString() const {
  std::string base = BaseUrl();
  base.insert(scheme.size() + 3, public_key + "@");
  return base + "/" + std::to_string(project_id);
}

KeyUrls MakeKeyUrls(std::string_view base_url, std::int64_t project_id, std::string_view public_key,
                    std::string_view secret_key) {
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  std::size_t scheme = base_url.find("://");
  GH_CHECK(scheme != std::string_view::npos);
  std::string project = std::to_string(project_id);
  std::string key(public_key);
  std::string start(base_url.substr(0, scheme + 3));
  std::string rest(base_url.substr(scheme + 3));
  std::string api = std::string(base_url) + "/api/" + project;
  KeyUrls urls;
  urls.dsn = start + key + "@" + rest + "/" + project;
  if (!secret_key.empty()) {
    urls.dsn_secret = start + key + ":" + std::string(secret_key) + "@" + rest + "/" + project;
  }
  urls.csp = api + "/csp-report/?sentry_key=" + key;
  urls.security = api + "/security/?sentry_key=" + key;
  urls.minidump = api + "/minidump/?sentry_key=" + key;
  urls.unreal = api + "/unreal/" + key + "/";
  urls.nel = api + "/nel/?sentry_key=" + key;
  urls.crons = api + "/cron/___MONITOR_SLUG___/" + key + "/";
  urls.otlp_traces = api + "/integration/otlp/v1/traces/";
  urls.otlp_logs = api + "/integration/otlp/v1/logs/";
  return urls;
}

}  // namespace gatehouse::ingest
