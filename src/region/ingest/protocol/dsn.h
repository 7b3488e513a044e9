#pragma once

// DSN: {scheme}://{public_key}[:{secret_key}]@{host}[:{port}]{path_prefix}/{project_id}. What a
// client is configured with, and what an envelope may carry in its header.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace gatehouse::ingest {

struct Dsn {
  std::string scheme;      // "http" or "https"
  std::string public_key;  // 32 lower-case hexadecimal digits
  std::string host;        // lower case; IPv6 in brackets
  std::uint16_t port = 0;  // as given, or the scheme's own
  std::string path;        // prefix without the last slash: "" or "/sentry"
  std::int64_t project_id = 0;

  // Errors: kInvalidArgument kBadDsn, kBadKey, kBadProjectId. A secret key is read over.
  static Result<Dsn> Parse(std::string_view text);

  // "https://host[:port][/prefix]": a default port is left out.
  std::string BaseUrl() const;
  std::string ToString() const;  // without a secret
};

// The addresses handed out with a key.
struct KeyUrls {
  std::string dsn;         // public
  std::string dsn_secret;  // empty without a secret key
  std::string csp;
  std::string security;
  std::string minidump;
  std::string unreal;
  std::string nel;
  std::string crons;
  std::string otlp_traces;
  std::string otlp_logs;
};
// `base_url` is the installation's own, such as "https://gate.example.com/prefix".
// REQUIRES: base_url is http(s)://…
KeyUrls MakeKeyUrls(std::string_view base_url, std::int64_t project_id, std::string_view public_key,
                    std::string_view secret_key);

// A public key, optionally followed by ":flag"s that mean nothing here. Error: kBadKey.
Result<std::string> ParsePublicKey(std::string_view text);
// Canonical decimal greater than zero. Error: kBadProjectId.
Result<std::int64_t> ParseProjectId(std::string_view text);

}  // namespace gatehouse::ingest
