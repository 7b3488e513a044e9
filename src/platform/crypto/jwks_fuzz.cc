// Hostile key sets: no crash, and what is accepted can be written and read back.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "platform/crypto/jose.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gatehouse::crypto::Jwk;
  auto set = gatehouse::crypto::JwkSet::Parse({reinterpret_cast<const char*>(data), size});
  if (!set) return 0;
  GH_CHECK(!set->keys.empty() && set->keys.size() <= 100);
  for (const Jwk& key : set->keys) {
    GH_CHECK(key.kty() == "RSA" || key.kty() == "EC" || key.kty() == "OKP");
    auto again = Jwk::ParsePublic(key.PublicJwk());
    GH_CHECK(again.has_value());
    GH_CHECK(again->PublicJwk() == key.PublicJwk());
  }
  return 0;
}
