// Any bytes as credentials: no crash, and a key is 32 lower-case hexadecimal digits or nothing.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "region/ingest/protocol/auth.h"
#include "region/ingest/protocol/event_id.h"
#include "region/ingest/protocol/origin.h"
#include "region/ingest/protocol/rate_limits.h"

using namespace gatehouse::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const AuthSources& sources :
       {AuthSources{.x_sentry_auth = text}, AuthSources{.authorization = text},
        AuthSources{.query = text}, AuthSources{.path_key = text}}) {
    auto auth = FindAuth(sources);
    if (auth && *auth) {
      GH_CHECK(ParseHexId((*auth)->public_key, 32) == (*auth)->public_key);
      GH_CHECK((*auth)->version >= 3 && (*auth)->version <= kProtocolVersion);
    }
  }
  if (auto dsn = Dsn::Parse(text)) {
    auto again = Dsn::Parse(dsn->ToString());
    GH_CHECK(again && again->ToString() == dsn->ToString());
  }
  // A list of one domain never allows another one.
  const std::string patterns[] = {"only.example"};
  if (AllowedOrigins(patterns).Allows(text) && !text.empty()) {
    GH_CHECK(text.find('.') != std::string_view::npos);
  }
  std::string once = FormatRateLimits(ParseRateLimits(text));
  GH_CHECK(FormatRateLimits(ParseRateLimits(once)) == once);
  return 0;
}
