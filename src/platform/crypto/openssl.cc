#include "platform/crypto/openssl.h"

namespace gatehouse::crypto::ossl {
namespace {

const EVP_MD* Fetch(const char* name) {
  const EVP_MD* md = EVP_MD_fetch(nullptr, name, nullptr);
  GH_CHECK(md != nullptr);
  return md;
}

}  // namespace

const EVP_MD* Sha256Md() {
  static const EVP_MD* const md = Fetch("SHA256");
  return md;
}

const EVP_MD* Sha384Md() {
  static const EVP_MD* const md = Fetch("SHA384");
  return md;
}

const EVP_MD* Sha512Md() {
  static const EVP_MD* const md = Fetch("SHA512");
  return md;
}

std::string TakeError() {
  unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return {};
  char text[256];
  ERR_error_string_n(code, text, sizeof text);
  return text;
}

}  // namespace gatehouse::crypto::ossl
