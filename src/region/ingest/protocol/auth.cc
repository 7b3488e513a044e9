#include "region/ingest/protocol/auth.h"

#include <array>
#include <charconv>

#include "base/bytes.h"
#include "base/text.h"
#include "platform/http/form.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxClient = 256;
constexpr std::size_t kMaxParameters = 200;

// The members of one source, as they are found.
struct Pairs {
  std::optional<std::string> key;
  std::optional<std::string> version;
  std::optional<std::string> client;
  bool any = false;
  bool repeated = false;

  void Put(std::string_view name, std::string value) {
    std::optional<std::string>* slot = nullptr;
    if (name == "sentry_key") {
      slot = &key;
    } else if (name == "sentry_version") {
      slot = &version;
    } else if (name == "sentry_client") {
      slot = &client;
    } else if (name != "sentry_secret" && name != "sentry_timestamp") {
      return;
    }
    any = true;
    if (slot == nullptr) return;
    repeated = repeated || slot->has_value();
    *slot = std::move(value);
  }
};

Result<Auth> Finish(Pairs pairs, Auth::Source source) {
  if (!pairs.key || pairs.repeated) return Reject(kMalformedAuth);
  Auth auth;
  auth.source = source;
  GH_TRY(auth.public_key, ParsePublicKey(*pairs.key));
  if (pairs.version) {
    std::string_view text = *pairs.version;
    int version = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (ec != std::errc() || end != text.data() + text.size()) return Reject(kMalformedAuth);
    if (version < 3 || version > kProtocolVersion) return Reject(kBadVersion);
    auth.version = version;
  }
  if (pairs.client) auth.client = Printable(*pairs.client, kMaxClient);
  return auth;
}

// "Sentry a=b, c=d": what follows the word, or std::nullopt.
std::optional<std::string_view> AfterScheme(std::string_view header, std::string_view scheme) {
  header = Trim(header);
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  if (!EqualsIgnoreCase(header.substr(0, scheme.size()), scheme)) return std::nullopt;
  return Trim(header.substr(scheme.size()));
}

Result<Auth> FromHeader(std::string_view parameters, Auth::Source source) {
  Pairs pairs;
  while (!parameters.empty()) {
    auto [piece, rest] = SplitOnce(parameters, ',');
    parameters = rest;
    piece = Trim(piece);
    if (piece.empty()) continue;
    std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos) return Reject(kMalformedAuth);
    pairs.Put(Trim(piece.substr(0, equals)), std::string(Trim(piece.substr(equals + 1))));
  }
  return Finish(std::move(pairs), source);
}

Result<Auth> FromBasic(std::string_view text) {
  std::optional<std::string> decoded = Base64Decode(text);
  if (!decoded) return Reject(kMalformedAuth);
  Auth auth;
  auth.source = Auth::Source::kBasic;
  // What follows the colon is a password, which means nothing here.
  GH_TRY(auth.public_key, ParsePublicKey(*decoded));
  return auth;
}

Pairs QueryPairs(std::string_view query) {
  Pairs pairs;
  for (std::size_t n = 0; !query.empty() && n < kMaxParameters; ++n) {
    auto [piece, rest] = SplitOnce(query, '&');
    query = rest;
    // Names are never escaped by a client; the cheap look first.
    if (!piece.starts_with("sentry_")) continue;
    auto [name, raw] = SplitOnce(piece, '=');
    std::optional<std::string> value = http::PercentDecode(raw, true);
    pairs.Put(name, value ? std::move(*value) : std::string());
  }
  return pairs;
}

}  // namespace

Result<std::optional<Auth>> FindAuth(const AuthSources& sources) {
  std::string_view header = Trim(sources.x_sentry_auth);
  std::optional<std::string_view> sentry = AfterScheme(sources.authorization, "Sentry");
  std::optional<std::string_view> basic = AfterScheme(sources.authorization, "Basic");
  Pairs query = QueryPairs(sources.query);

  int count = (header.empty() ? 0 : 1) + (sentry || basic ? 1 : 0) + (query.any ? 1 : 0) +
              (sources.path_key.empty() ? 0 : 1);
  if (count == 0) return std::optional<Auth>();
  if (count > 1) return Reject(kMultipleAuth);

  Result<Auth> auth = [&]() -> Result<Auth> {
    if (!header.empty()) {
      std::optional<std::string_view> rest = AfterScheme(header, "Sentry");
      if (!rest) return Reject(kMalformedAuth);
      return FromHeader(*rest, Auth::Source::kHeader);
    }
    if (sentry) return FromHeader(*sentry, Auth::Source::kAuthorization);
    if (basic) return FromBasic(*basic);
    if (query.any) return Finish(std::move(query), Auth::Source::kQuery);
    Pairs path;
    path.Put("sentry_key", std::string(sources.path_key));
    return Finish(std::move(path), Auth::Source::kPath);
  }();
  if (!auth) return std::unexpected(std::move(auth).error());
  return std::optional<Auth>(std::move(*auth));
}

Result<Auth> RequireAuth(const AuthSources& sources) {
  GH_TRY(std::optional<Auth> auth, FindAuth(sources));
  if (!auth) return Reject(kMissingAuth);
  return std::move(*auth);
}

std::string_view ClientName(const Auth& auth, std::string_view user_agent) {
  return auth.client.empty() ? user_agent : std::string_view(auth.client);
}

std::optional<std::string> QueryParameter(std::string_view query, std::string_view name) {
  for (std::size_t n = 0; !query.empty() && n < kMaxParameters; ++n) {
    auto [piece, rest] = SplitOnce(query, '&');
    query = rest;
    auto [key, raw] = SplitOnce(piece, '=');
    if (key == name) return http::PercentDecode(raw, true);
  }
  return std::nullopt;
}

}  // namespace gatehouse::ingest
