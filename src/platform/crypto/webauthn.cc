#include "platform/crypto/webauthn.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/check.h"
#include "platform/crypto/cbor.h"
#include "platform/crypto/hash.h"
#include "platform/json/json.h"

namespace gatehouse::crypto::webauthn {
namespace {

constexpr std::size_t kMaxJson = 64 * 1024;
constexpr std::size_t kMaxCredentialId = 1023;  // WebAuthn §4
constexpr std::size_t kMaxUserHandle = 64;
constexpr std::size_t kMaxSignature = 1024;

constexpr unsigned kUserPresent = 0x01;
constexpr unsigned kUserVerified = 0x04;
constexpr unsigned kHasCredential = 0x40;
constexpr unsigned kHasExtensions = 0x80;

std::unexpected<Error> Malformed(std::string why) {
  return Fail(Code::kInvalidArgument, "webauthn_malformed", std::move(why));
}
std::unexpected<Error> Flags(std::string why) {
  return Fail(Code::kPermissionDenied, "webauthn_flags", std::move(why));
}
std::unexpected<Error> Origin(std::string why) {
  return Fail(Code::kPermissionDenied, "webauthn_origin", std::move(why));
}

// ---- ownership ----------------------------------------------------------------------------------

template <class T, void (*Free)(T**)>
struct Deleter {
  void operator()(T* p) const { Free(&p); }
};
template <class T, void (*Free)(T**)>
using Owned = std::unique_ptr<T, Deleter<T, Free>>;

using Cred = Owned<fido_cred_t, fido_cred_free>;
using Assert = Owned<fido_assert_t, fido_assert_free>;
using Es256 = Owned<es256_pk_t, es256_pk_free>;
using Eddsa = Owned<eddsa_pk_t, eddsa_pk_free>;
using Rs256 = Owned<rs256_pk_t, rs256_pk_free>;

const unsigned char* Data(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// ---- the outer JSON -----------------------------------------------------------------------------

struct Response {
  json::Object object;
  std::string id;  // raw bytes
};

std::optional<std::string> Decoded(const json::Object& object, std::string_view key) {
  auto text = json::GetString(object, key);
  return text ? Base64UrlDecode(*text) : std::nullopt;
}

Result<Response> ParseResponse(std::string_view response_json) {
  auto object = json::ParseObject(response_json, {.max_bytes = kMaxJson, .max_depth = 8});
  if (!object) return Malformed("response: " + std::string(object.error().reason));
  if (json::GetString(*object, "type") != "public-key") return Malformed("type");
  auto id = Decoded(*object, "rawId");
  if (!id || id->empty() || id->size() > kMaxCredentialId) return Malformed("rawId");
  if (json::GetString(*object, "id") != json::GetString(*object, "rawId")) return Malformed("id");
  if (!json::GetObject(*object, "response")) return Malformed("no response");
  return Response{std::move(*object), std::move(*id)};
}

// ---- client data --------------------------------------------------------------------------------

struct ClientData {
  std::string type;
  std::string challenge;  // raw bytes
  std::string origin;
  bool framed = false;  // inside another origin's page
};

Result<ClientData> ParseClientData(std::string_view text) {
  auto object = json::ParseObject(text, {.max_bytes = kMaxJson, .max_depth = 4});
  if (!object) return Malformed("client data: " + std::string(object.error().reason));
  auto type = json::GetString(*object, "type");
  auto challenge = Decoded(*object, "challenge");
  auto origin = json::GetString(*object, "origin");
  if (!type || !challenge || !origin) return Malformed("client data lacks a member");
  const json::Value* cross = object->if_contains("crossOrigin");
  if (cross && !cross->is_bool()) return Malformed("crossOrigin");
  return ClientData{.type = std::string(*type),
                    .challenge = std::move(*challenge),
                    .origin = std::string(*origin),
                    .framed = (cross && cross->get_bool()) || object->contains("topOrigin")};
}

// ---- authenticator data -------------------------------------------------------------------------

struct AuthenticatorData {
  std::string_view rp_id_hash;
  unsigned flags = 0;
  std::uint32_t counter = 0;
  std::string_view credential_id;  // with kHasCredential
  std::int64_t algorithm = 0;      // likewise
};

std::uint64_t BigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// §6.1: every byte is accounted for.
Result<AuthenticatorData> ParseAuthenticatorData(std::string_view text) {
  if (text.size() < 37) return Malformed("authenticator data is short");
  AuthenticatorData data{.rp_id_hash = text.substr(0, 32),
                         .flags = static_cast<unsigned char>(text[32]),
                         .counter = static_cast<std::uint32_t>(BigEndian(text.substr(33, 4))),
                         .credential_id = {},
                         .algorithm = 0};
  text.remove_prefix(37);
  if ((data.flags & kHasCredential) != 0) {
    if (text.size() < 18) return Malformed("credential data is short");
    std::uint64_t size = BigEndian(text.substr(16, 2));
    text.remove_prefix(18);
    if (size == 0 || size > kMaxCredentialId || size > text.size()) {
      return Malformed("credential id");
    }
    data.credential_id = text.substr(0, size);
    text.remove_prefix(size);
    auto key = cbor::Take(text);
    if (!key || key->type != cbor::Type::kMap) return Malformed("public key");
    auto algorithm = cbor::Find(*key, 3);
    if (!algorithm || algorithm->type != cbor::Type::kNegative) return Malformed("algorithm");
    data.algorithm = algorithm->number;
  }
  if ((data.flags & kHasExtensions) != 0) {
    auto extensions = cbor::Take(text);
    if (!extensions || extensions->type != cbor::Type::kMap) return Malformed("extensions");
  }
  if (!text.empty()) return Malformed("authenticator data has trailing bytes");
  return data;
}

// What both ceremonies check, in the order of the specification.
Result<void> Check(const Expected& expected, const ClientData& client, std::string_view type,
                   const AuthenticatorData& data) {
  if (client.type != type) return Flags("type is " + client.type);
  if (expected.challenge.empty() || !ConstantTimeEqual(client.challenge, expected.challenge)) {
    return Fail(Code::kPermissionDenied, "webauthn_challenge");
  }
  if (client.origin != expected.origin) return Origin("origin is " + client.origin);
  if (client.framed) return Origin("inside a page of another origin");
  if (data.rp_id_hash != Sha256(expected.rp_id)) return Origin("RP id hash");
  if ((data.flags & kUserPresent) == 0) return Flags("user not present");
  if (expected.user_verified && (data.flags & kUserVerified) == 0) {
    return Flags("user not verified");
  }
  return {};
}

// ---- public keys: "ES256.<base64url>" -----------------------------------------------------------

struct Algorithm {
  int cose;
  std::string_view name;
};
constexpr Algorithm kKnown[] = {
    {COSE_ES256, "ES256"}, {COSE_EDDSA, "EdDSA"}, {COSE_RS256, "RS256"}};

const Algorithm* FindAlgorithm(std::int64_t cose) {
  for (const Algorithm& known : kKnown) {
    if (known.cose == cose) return &known;
  }
  return nullptr;
}

// The key in the form that fido_assert_verify takes. It refuses points that are not on the curve.
class PublicKey {
 public:
  static std::optional<PublicKey> Load(int cose, std::string_view raw) {
    PublicKey key;
    key.cose_ = cose;
    int result = FIDO_ERR_INVALID_ARGUMENT;
    switch (cose) {
      case COSE_ES256:
        key.es256_.reset(es256_pk_new());
        GH_CHECK(key.es256_);
        if (raw.size() == 64) result = es256_pk_from_ptr(key.es256_.get(), raw.data(), raw.size());
        break;
      case COSE_EDDSA:
        key.eddsa_.reset(eddsa_pk_new());
        GH_CHECK(key.eddsa_);
        if (raw.size() == 32) result = eddsa_pk_from_ptr(key.eddsa_.get(), raw.data(), raw.size());
        break;
      case COSE_RS256:
        key.rs256_.reset(rs256_pk_new());
        GH_CHECK(key.rs256_);
        if (raw.size() == 259) result = rs256_pk_from_ptr(key.rs256_.get(), raw.data(), raw.size());
        break;
      default:
        break;
    }
    if (result != FIDO_OK) return std::nullopt;
    return key;
  }
  static std::optional<PublicKey> Parse(std::string_view text) {
    for (const Algorithm& known : kKnown) {
      if (!text.starts_with(known.name) || text.substr(known.name.size(), 1) != ".") continue;
      auto raw = Base64UrlDecode(text.substr(known.name.size() + 1));
      return raw ? Load(known.cose, *raw) : std::nullopt;
    }
    return std::nullopt;
  }
  int cose() const { return cose_; }
  const void* get() const {
    if (es256_) return es256_.get();
    if (eddsa_) return eddsa_.get();
    return rs256_.get();
  }

 private:
  int cose_ = 0;
  Es256 es256_;
  Eddsa eddsa_;
  Rs256 rs256_;
};

}  // namespace

Result<Credential> VerifyRegistration(const Expected& expected, std::string_view response_json) {
  GH_TRY(Response response, ParseResponse(response_json));
  const json::Object& inner = *json::GetObject(response.object, "response");
  auto client_data = Decoded(inner, "clientDataJSON");
  auto attestation = Decoded(inner, "attestationObject");
  if (!client_data || !attestation) return Malformed("response lacks a member");
  GH_TRY(ClientData client, ParseClientData(*client_data));

  std::string_view rest = *attestation;
  auto object = cbor::Take(rest);
  if (!object || !rest.empty() || object->type != cbor::Type::kMap) {
    return Malformed("attestation object");
  }
  auto format = cbor::Find(*object, "fmt");
  auto statement = cbor::Find(*object, "attStmt");
  auto raw = cbor::Find(*object, "authData");
  if (!format || format->type != cbor::Type::kText || !statement ||
      statement->type != cbor::Type::kMap || !raw || raw->type != cbor::Type::kBytes) {
    return Malformed("attestation object lacks a member");
  }
  GH_TRY(AuthenticatorData data, ParseAuthenticatorData(raw->content));
  if ((data.flags & kHasCredential) == 0 || data.credential_id != response.id) {
    return Malformed("credential data");
  }
  GH_TRY_VOID(Check(expected, client, "webauthn.create", data));
  const Algorithm* algorithm = FindAlgorithm(data.algorithm);
  if (!algorithm) return Malformed("algorithm");

  Cred cred(fido_cred_new());
  GH_CHECK(cred);
  if (fido_cred_set_type(cred.get(), algorithm->cose) != FIDO_OK ||
      fido_cred_set_authdata_raw(cred.get(), Data(raw->content), raw->content.size()) != FIDO_OK ||
      fido_cred_pubkey_ptr(cred.get()) == nullptr) {
    return Malformed("public key");
  }
  std::string key(reinterpret_cast<const char*>(fido_cred_pubkey_ptr(cred.get())),
                  fido_cred_pubkey_len(cred.get()));
  if (!PublicKey::Load(algorithm->cose, key)) return Malformed("public key");

  Credential credential{.id = std::move(response.id),
                        .public_key = std::string(algorithm->name) + "." + Base64UrlEncode(key),
                        .counter = data.counter,
                        .user_verified = (data.flags & kUserVerified) != 0,
                        .discoverable = true};
  if (const json::Object* results = json::GetObject(response.object, "clientExtensionResults")) {
    if (const json::Object* properties = json::GetObject(*results, "credProps")) {
      credential.discoverable = json::GetBool(*properties, "rk").value_or(true);
    }
  }
  return credential;
}

Result<Assertion> ParseAssertion(std::string_view response_json) {
  GH_TRY(Response response, ParseResponse(response_json));
  const json::Object& inner = *json::GetObject(response.object, "response");
  auto client_data = Decoded(inner, "clientDataJSON");
  auto authenticator_data = Decoded(inner, "authenticatorData");
  auto signature = Decoded(inner, "signature");
  if (!client_data || !authenticator_data || !signature || signature->size() > kMaxSignature) {
    return Malformed("response lacks a member");
  }
  std::string user_handle;
  if (const json::Value* value = inner.if_contains("userHandle"); value && !value->is_null()) {
    auto handle = Decoded(inner, "userHandle");
    if (!handle || handle->size() > kMaxUserHandle) return Malformed("userHandle");
    user_handle = std::move(*handle);
  }
  GH_TRY(ClientData client, ParseClientData(*client_data));
  GH_TRY_VOID(ParseAuthenticatorData(*authenticator_data));
  return Assertion{.credential_id = std::move(response.id),
                   .user_handle = std::move(user_handle),
                   .client_data = std::move(*client_data),
                   .challenge = std::move(client.challenge),
                   .authenticator_data = std::move(*authenticator_data),
                   .signature = std::move(*signature)};
}

Result<Verified> VerifyAssertion(const Expected& expected, std::string_view public_key,
                                 const Assertion& assertion) {
  GH_TRY(ClientData client, ParseClientData(assertion.client_data));
  GH_TRY(AuthenticatorData data, ParseAuthenticatorData(assertion.authenticator_data));
  GH_TRY_VOID(Check(expected, client, "webauthn.get", data));
  auto key = PublicKey::Parse(public_key);
  if (!key) return Fail(Code::kDataLoss, "internal", "a stored WebAuthn key cannot be read");

  Assert verifier(fido_assert_new());
  GH_CHECK(verifier);
  fido_assert_t* raw = verifier.get();
  if (fido_assert_set_count(raw, 1) != FIDO_OK ||
      fido_assert_set_clientdata(raw, Data(assertion.client_data), assertion.client_data.size()) !=
          FIDO_OK ||
      fido_assert_set_rp(raw, expected.rp_id.c_str()) != FIDO_OK ||
      fido_assert_set_up(raw, FIDO_OPT_TRUE) != FIDO_OK ||
      fido_assert_set_uv(raw, expected.user_verified ? FIDO_OPT_TRUE : FIDO_OPT_OMIT) != FIDO_OK ||
      fido_assert_set_authdata_raw(raw, 0, Data(assertion.authenticator_data),
                                   assertion.authenticator_data.size()) != FIDO_OK) {
    return Malformed("authenticator data");
  }
  if (assertion.signature.empty() ||
      fido_assert_set_sig(raw, 0, Data(assertion.signature), assertion.signature.size()) !=
          FIDO_OK ||
      fido_assert_verify(raw, 0, key->cose(), key->get()) != FIDO_OK) {
    return Fail(Code::kPermissionDenied, "webauthn_signature");
  }
  return Verified{.counter = data.counter, .user_verified = (data.flags & kUserVerified) != 0};
}

}  // namespace gatehouse::crypto::webauthn
