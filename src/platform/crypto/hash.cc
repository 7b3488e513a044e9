#include "platform/crypto/hash.h"

#include <openssl/crypto.h>

#include "base/bytes.h"
#include "platform/crypto/openssl.h"

namespace gatehouse::crypto {
namespace {

std::string Digest(const EVP_MD* md, std::string_view data) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(md)), '\0');
  unsigned int size = 0;
  GH_CHECK(EVP_Digest(data.data(), data.size(), ossl::Data(out), &size, md, nullptr) == 1);
  return out;
}

const EVP_MD* Md5Md() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "MD5", nullptr);
  GH_CHECK(md != nullptr);
  return md;
}

const EVP_MD* Sha1Md() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  GH_CHECK(md != nullptr);
  return md;
}

// Both algorithms are looked up here, once. Each MAC starts from a copy and sets a key of its own.
EVP_MAC_CTX* HmacSha256Template() {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* ctx = mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac);
  EVP_MAC_free(mac);  // the context holds it
  char digest[] = "SHA256";
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                         OSSL_PARAM_construct_end()};
  // Without a key there is nothing that could be copied.
  GH_CHECK(ctx != nullptr && EVP_MAC_init(ctx, ossl::Data("none"), 4, params) == 1);
  return ctx;
}

}  // namespace

std::string Sha256(std::string_view data) { return Digest(ossl::Sha256Md(), data); }
std::string Sha256Hex(std::string_view data) { return HexEncode(Sha256(data)); }
std::string Sha384(std::string_view data) { return Digest(ossl::Sha384Md(), data); }
std::string Sha512(std::string_view data) { return Digest(ossl::Sha512Md(), data); }
std::string Sha1Hex(std::string_view data) { return HexEncode(Digest(Sha1Md(), data)); }
std::string Md5Hex(std::string_view data) { return HexEncode(Digest(Md5Md(), data)); }

std::string HmacSha256(std::string_view key, std::string_view data) {
  static EVP_MAC_CTX* const blank = HmacSha256Template();
  ossl::MacCtx ctx(EVP_MAC_CTX_dup(blank));
  std::string out(32, '\0');
  std::size_t size = 0;
  // No null pointer: it would mean "the key that was set before".
  const unsigned char* bytes = key.empty() ? ossl::Data("") : ossl::Data(key);
  GH_CHECK(ctx && EVP_MAC_init(ctx.get(), bytes, key.size(), nullptr) == 1 &&
           EVP_MAC_update(ctx.get(), ossl::Data(data), data.size()) == 1 &&
           EVP_MAC_final(ctx.get(), ossl::Data(out), &size, out.size()) == 1 && size == out.size());
  return out;
}

std::string HmacSha1(std::string_view key, std::string_view data) {
  std::string out(20, '\0');
  std::size_t size = 0;
  GH_CHECK(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA1", nullptr, key.empty() ? "" : key.data(),
                     key.size(), ossl::Data(data), data.size(), ossl::Data(out), out.size(),
                     &size) != nullptr &&
           size == out.size());
  return out;
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace gatehouse::crypto
