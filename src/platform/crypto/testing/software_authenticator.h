#pragma once

// A WebAuthn authenticator with one credential, and the browser around it: answers to create() and
// get() as PublicKeyCredential JSON. Its fields are what an honest one would say; a test bends
// them. Not thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::crypto::testing {

// Text of CBOR items (RFC 8949), written the shortest way.
std::string CborHead(unsigned major, std::uint64_t argument);
std::string CborInt(std::int64_t value);
std::string CborBytes(std::string_view bytes);
std::string CborText(std::string_view text);

enum class KeyType { kEs256, kEddsa, kRs256 };

class SoftwareAuthenticator {
 public:
  // `credential_id`: raw bytes.
  SoftwareAuthenticator(std::string rp_id, std::string origin, std::string credential_id,
                        KeyType type = KeyType::kEs256);
  ~SoftwareAuthenticator();

  // `challenge`: base64url, as the options carry it.
  std::string Create(std::string_view challenge);
  std::string Get(std::string_view challenge);
  // The signature over these bytes by the credential's key.
  std::string Sign(std::string_view bytes) const;
  std::string CoseKey() const;

  // Parts of which Create makes its answer, for answers that are damaged inside.
  std::string ClientData(std::string_view type, std::string_view challenge) const;
  std::string AuthenticatorData(bool with_credential) const;
  std::string CreateResponse(std::string_view client_data, std::string_view attestation) const;
  std::string AttestationObject(std::string_view authenticator_data) const;
  std::string GetResponse(std::string_view client_data, std::string_view authenticator_data,
                          std::string_view signature) const;

  static constexpr unsigned kUserPresent = 0x01;
  static constexpr unsigned kUserVerified = 0x04;

  std::string rp_id;
  std::string origin;
  std::string credential_id;
  std::string create_type = "webauthn.create";
  std::string get_type = "webauthn.get";
  std::string format = "none";
  std::string statement = CborHead(5, 0);
  unsigned flags = kUserPresent | kUserVerified;
  std::uint32_t counter = 0;
  bool counts = false;           // one more with every answer
  bool discoverable = true;      // credProps.rk
  std::string user_handle;       // raw bytes
  std::string more_client_data;  // R"(,"crossOrigin":true)"
  std::string extensions;        // CBOR map; "" for none

 private:
  struct Key;
  std::unique_ptr<Key> key_;
};

}  // namespace gatehouse::crypto::testing
