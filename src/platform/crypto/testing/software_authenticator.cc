#include "platform/crypto/testing/software_authenticator.h"

#include "base/bytes.h"
#include "base/check.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/openssl.h"
#include "platform/json/json.h"

namespace gatehouse::crypto::testing {
namespace {

constexpr unsigned kHasCredential = 0x40;
constexpr unsigned kHasExtensions = 0x80;

std::string BigEndian(std::uint64_t value, std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = size; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xFF);
  return out;
}

std::string Number(EVP_PKEY* key, const char* name, int size) {
  BIGNUM* raw = nullptr;
  GH_CHECK(EVP_PKEY_get_bn_param(key, name, &raw) == 1);
  ossl::Bn number(raw);
  std::string out(static_cast<std::size_t>(size), '\0');
  GH_CHECK(BN_bn2binpad(number.get(), ossl::Data(out), size) == size);
  return out;
}

}  // namespace

std::string CborHead(unsigned major, std::uint64_t argument) {
  auto first = [major](unsigned info) {
    return std::string(1, static_cast<char>(static_cast<unsigned char>(major << 5 | info)));
  };
  if (argument < 24) return first(static_cast<unsigned>(argument));
  if (argument < 0x100) return first(24) + BigEndian(argument, 1);
  if (argument < 0x10000) return first(25) + BigEndian(argument, 2);
  if (argument < 0x100000000) return first(26) + BigEndian(argument, 4);
  return first(27) + BigEndian(argument, 8);
}

std::string CborInt(std::int64_t value) {
  return value >= 0 ? CborHead(0, static_cast<std::uint64_t>(value))
                    : CborHead(1, static_cast<std::uint64_t>(-1 - value));
}

std::string CborBytes(std::string_view bytes) {
  return CborHead(2, bytes.size()) + std::string(bytes);
}

std::string CborText(std::string_view text) { return CborHead(3, text.size()) + std::string(text); }

struct SoftwareAuthenticator::Key {
  KeyType type;
  ossl::Pkey pkey;
};

SoftwareAuthenticator::SoftwareAuthenticator(std::string rp, std::string own_origin, std::string id,
                                             KeyType type)
    : rp_id(std::move(rp)), origin(std::move(own_origin)), credential_id(std::move(id)) {
  EVP_PKEY* raw = nullptr;
  switch (type) {
    case KeyType::kEs256:
      raw = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
      break;
    case KeyType::kEddsa:
      raw = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
      break;
    case KeyType::kRs256:
      raw = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
      break;
  }
  GH_CHECK(raw != nullptr);
  key_ = std::make_unique<Key>(Key{type, ossl::Pkey(raw)});
}

SoftwareAuthenticator::~SoftwareAuthenticator() = default;

std::string SoftwareAuthenticator::CoseKey() const {
  EVP_PKEY* key = key_->pkey.get();
  switch (key_->type) {
    case KeyType::kEs256:
      return CborHead(5, 5) + CborInt(1) + CborInt(2) + CborInt(3) + CborInt(-7) + CborInt(-1) +
             CborInt(1) + CborInt(-2) + CborBytes(Number(key, OSSL_PKEY_PARAM_EC_PUB_X, 32)) +
             CborInt(-3) + CborBytes(Number(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    case KeyType::kEddsa: {
      std::string point(32, '\0');
      std::size_t size = point.size();
      GH_CHECK(EVP_PKEY_get_raw_public_key(key, ossl::Data(point), &size) == 1);
      return CborHead(5, 4) + CborInt(1) + CborInt(1) + CborInt(3) + CborInt(-8) + CborInt(-1) +
             CborInt(6) + CborInt(-2) + CborBytes(point);
    }
    case KeyType::kRs256:
      return CborHead(5, 4) + CborInt(1) + CborInt(3) + CborInt(3) + CborInt(-257) + CborInt(-1) +
             CborBytes(Number(key, OSSL_PKEY_PARAM_RSA_N, 256)) + CborInt(-2) +
             CborBytes(Number(key, OSSL_PKEY_PARAM_RSA_E, 3));
  }
  return {};
}

std::string SoftwareAuthenticator::Sign(std::string_view bytes) const {
  ossl::MdCtx ctx(EVP_MD_CTX_new());
  const EVP_MD* md = key_->type == KeyType::kEddsa ? nullptr : ossl::Sha256Md();
  std::size_t size = 0;
  GH_CHECK(EVP_DigestSignInit(ctx.get(), nullptr, md, nullptr, key_->pkey.get()) == 1);
  GH_CHECK(EVP_DigestSign(ctx.get(), nullptr, &size, ossl::Data(bytes), bytes.size()) == 1);
  std::string signature(size, '\0');
  GH_CHECK(EVP_DigestSign(ctx.get(), ossl::Data(signature), &size, ossl::Data(bytes),
                          bytes.size()) == 1);
  signature.resize(size);
  return signature;
}

std::string SoftwareAuthenticator::ClientData(std::string_view type,
                                              std::string_view challenge) const {
  return R"({"type":")" + std::string(type) + R"(","challenge":")" + std::string(challenge) +
         R"(","origin":")" + origin + "\"" + more_client_data + "}";
}

std::string SoftwareAuthenticator::AuthenticatorData(bool with_credential) const {
  unsigned all =
      flags | (with_credential ? kHasCredential : 0u) | (extensions.empty() ? 0u : kHasExtensions);
  std::string data =
      Sha256(rp_id) + static_cast<char>(static_cast<unsigned char>(all)) + BigEndian(counter, 4);
  if (with_credential) {
    data += std::string(16, '\0') + BigEndian(credential_id.size(), 2) + credential_id + CoseKey();
  }
  return data + extensions;
}

std::string SoftwareAuthenticator::AttestationObject(std::string_view authenticator_data) const {
  return CborHead(5, 3) + CborText("fmt") + CborText(format) + CborText("attStmt") + statement +
         CborText("authData") + CborBytes(authenticator_data);
}

std::string SoftwareAuthenticator::CreateResponse(std::string_view client_data,
                                                  std::string_view attestation) const {
  json::Object inner;
  inner["clientDataJSON"] = Base64UrlEncode(client_data);
  inner["attestationObject"] = Base64UrlEncode(attestation);
  json::Object properties;
  properties["rk"] = discoverable;
  json::Object results;
  results["credProps"] = std::move(properties);
  json::Object object;
  object["id"] = Base64UrlEncode(credential_id);
  object["rawId"] = Base64UrlEncode(credential_id);
  object["type"] = "public-key";
  object["response"] = std::move(inner);
  object["clientExtensionResults"] = std::move(results);
  return json::Serialize(object);
}

std::string SoftwareAuthenticator::GetResponse(std::string_view client_data,
                                               std::string_view authenticator_data,
                                               std::string_view signature) const {
  json::Object inner;
  inner["clientDataJSON"] = Base64UrlEncode(client_data);
  inner["authenticatorData"] = Base64UrlEncode(authenticator_data);
  inner["signature"] = Base64UrlEncode(signature);
  if (!user_handle.empty()) inner["userHandle"] = Base64UrlEncode(user_handle);
  json::Object object;
  object["id"] = Base64UrlEncode(credential_id);
  object["rawId"] = Base64UrlEncode(credential_id);
  object["type"] = "public-key";
  object["response"] = std::move(inner);
  object["clientExtensionResults"] = json::Object();
  return json::Serialize(object);
}

std::string SoftwareAuthenticator::Create(std::string_view challenge) {
  if (counts) ++counter;
  return CreateResponse(ClientData(create_type, challenge),
                        AttestationObject(AuthenticatorData(true)));
}

std::string SoftwareAuthenticator::Get(std::string_view challenge) {
  if (counts) ++counter;
  std::string client_data = ClientData(get_type, challenge);
  std::string data = AuthenticatorData(false);
  return GetResponse(client_data, data, Sign(data + Sha256(client_data)));
}

}  // namespace gatehouse::crypto::testing
