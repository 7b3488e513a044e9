// Hostile tokens against fixed keys: no crash, and nothing that lacks a genuine signature verifies.
// The only genuine token is the RFC 8037 example.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "platform/crypto/jose.h"

namespace {

constexpr std::string_view kKeySet = R"({"keys":[
{"kty":"RSA","e":"AQAB","kid":"rsa","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
{"kty":"EC","crv":"P-256","kid":"ec","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
{"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

struct Fixture {
  gatehouse::crypto::JwkSet keys = *gatehouse::crypto::JwkSet::Parse(kKeySet);
  std::vector<std::string> algs = {"RS256", "PS256", "ES256", "EdDSA"};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture fixture;
  std::string_view token(reinterpret_cast<const char*>(data), size);
  auto header = gatehouse::crypto::PeekJwsHeader(token);
  auto payload = gatehouse::crypto::VerifyJws(token, fixture.keys, fixture.algs);
  if (payload) {
    GH_CHECK(header.has_value());
    GH_CHECK(*payload == "Example of Ed25519 signing" || payload->starts_with("{\"iss\":\"joe\""));
  } else if (!header) {
    GH_CHECK(header.error().reason == payload.error().reason);
  }
  return 0;
}
