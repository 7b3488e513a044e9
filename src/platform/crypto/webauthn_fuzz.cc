// Hostile answers of a browser. The first byte chooses what the rest is: the JSON as it arrives, or
// one of the binary parts inside, wrapped so that it is reached. No crash, and nothing is accepted:
// no input holds the challenge's signature.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "platform/crypto/cbor.h"
#include "platform/crypto/webauthn.h"

namespace {

namespace webauthn = gatehouse::crypto::webauthn;

constexpr std::string_view kClientData =
    R"({"type":"webauthn.create","challenge":"MDEyMzQ1Njc4OWFiY2RlZg","origin":"https://a.test"})";
// A key of RFC 8037's example: its private half is public, but no seed signs with it.
constexpr std::string_view kKey = "EdDSA.11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

std::string Wrap(std::string_view member, std::string_view bytes) {
  return R"({"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":")" +
         gatehouse::Base64UrlEncode(kClientData) + R"(","signature":"YQ",")" + std::string(member) +
         R"(":")" + gatehouse::Base64UrlEncode(bytes) + R"("}})";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const webauthn::Expected expected{.rp_id = "a.test",
                                    .origin = "https://a.test",
                                    .challenge = "0123456789abcdef",
                                    .user_verified = false};
  std::string text(rest);
  switch (data[0] % 4) {
    case 0:
      break;
    case 1:
      text = Wrap("attestationObject", rest);
      break;
    case 2:
      text = Wrap("authenticatorData", rest);
      break;
    default: {
      std::string_view input = rest;
      if (auto item = gatehouse::crypto::cbor::Take(input)) {
        GH_CHECK(item->encoded.size() + input.size() == rest.size());
      } else {
        GH_CHECK(input.size() == rest.size());
      }
      return 0;
    }
  }
  (void)webauthn::VerifyRegistration(expected, text);
  if (auto assertion = webauthn::ParseAssertion(text)) {
    GH_CHECK(!webauthn::VerifyAssertion(expected, kKey, *assertion));
  }
  return 0;
}
