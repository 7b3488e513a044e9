#pragma once

// Who is sending: the credentials of an intake request, from exactly one source. Whether the key
// exists is for others to find out; nothing here touches a database.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "region/ingest/protocol/dsn.h"

namespace gatehouse::ingest {

inline constexpr int kProtocolVersion = 7;

// Views into the request; empty means absent.
struct AuthSources {
  std::string_view x_sentry_auth = {};
  std::string_view authorization = {};
  std::string_view query = {};     // "a=b&c=d", still encoded
  std::string_view path_key = {};  // {public_key} of the unreal and cron routes
};

struct Auth {
  enum class Source : std::uint8_t { kHeader, kAuthorization, kBasic, kQuery, kPath };

  std::string public_key;  // 32 lower-case hexadecimal digits
  int version = kProtocolVersion;
  std::string client;  // "name/version", may be empty; printable, at most 256 bytes
  Source source = Source::kHeader;
};

// std::nullopt: no source at all, so that the envelope route may look into the envelope.
// Errors: kMultipleAuth, kMalformedAuth (401), kBadKey, kBadVersion (400).
Result<std::optional<Auth>> FindAuth(const AuthSources& sources);

// The same, and none at all is kMissingAuth.
Result<Auth> RequireAuth(const AuthSources& sources);

// `sentry_client`, else the User-Agent: the name for statistics.
std::string_view ClientName(const Auth& auth, std::string_view user_agent);

// First value of a parameter, decoded; std::nullopt if there is none.
std::optional<std::string> QueryParameter(std::string_view query, std::string_view name);

}  // namespace gatehouse::ingest
