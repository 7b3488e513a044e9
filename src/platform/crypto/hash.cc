#include "platform/crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <climits>

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

}  // namespace

std::string Sha256(std::string_view data) { return Digest(ossl::Sha256Md(), data); }
std::string Sha256Hex(std::string_view data) { return HexEncode(Sha256(data)); }
std::string Sha384(std::string_view data) { return Digest(ossl::Sha384Md(), data); }
std::string Sha512(std::string_view data) { return Digest(ossl::Sha512Md(), data); }
std::string Md5Hex(std::string_view data) { return HexEncode(Digest(Md5Md(), data)); }

std::string HmacSha256(std::string_view key, std::string_view data) {
  GH_CHECK(key.size() <= INT_MAX);
  std::string out(32, '\0');
  unsigned int size = 0;
  GH_CHECK(HMAC(ossl::Sha256Md(), key.data(), static_cast<int>(key.size()), ossl::Data(data),
                data.size(), ossl::Data(out), &size) != nullptr);
  return out;
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace gatehouse::crypto
