// NormalizeEmail: the one form of an address that look-ups compare. (UTS 46 non-transitional with
// STD3 rules by ICU; RFC 5321 §4.5.3.1 lengths)

#include <unicode/localpointer.h>
#include <unicode/uchar.h>
#include <unicode/uidna.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>

#include "base/text.h"
#include "control/users/errors.h"
#include "control/users/users.h"

namespace gatehouse::users {
namespace {

constexpr std::size_t kMaxEmailBytes = 254;
constexpr std::size_t kMaxLocalBytes = 64;
// RFC 5321 allows these in quotes only. Refused: they change what a mail header means.
constexpr std::string_view kSpecials = "\"(),:;<>[]\\";

std::unexpected<Error> Invalid(std::string detail) {
  return Fail(Code::kInvalidArgument, kEmailInvalid, std::move(detail));
}

// Controls, format characters (direction overrides, zero width), spaces and unassigned code points
// make two addresses look alike.
bool HasUnprintable(std::string_view utf8) {
  const auto* s = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto length = static_cast<std::int32_t>(utf8.size());
  for (std::int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT(s, i, length, c);
    if (c < 0 || (U_GET_GC_MASK(c) & (U_GC_C_MASK | U_GC_Z_MASK)) != 0) return true;
  }
  return false;
}

Result<std::string> AsciiDomain(std::string_view domain) {
  if (domain.empty() || domain.front() == '.') return Invalid("empty domain label");
  UErrorCode status = U_ZERO_ERROR;
  icu::LocalUIDNAPointer idna(uidna_openUTS46(
      UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_CHECK_CONTEXTO |
          UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
      &status));
  if (U_FAILURE(status)) return Fail(Code::kInternal, "internal", u_errorName(status));
  std::array<char, 256> out{};
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  std::int32_t length = uidna_nameToASCII_UTF8(
      idna.getAlias(), domain.data(), static_cast<std::int32_t>(domain.size()), out.data(),
      static_cast<std::int32_t>(out.size()), &info, &status);
  if (U_FAILURE(status)) return Invalid(u_errorName(status));
  if (info.errors != 0)
    return Invalid("domain refused, UTS 46 errors " + std::to_string(info.errors));
  std::string ascii(out.data(), static_cast<std::size_t>(length));
  // "example.com." is the same host; one spelling is enough.
  if (ascii.empty() || ascii.back() == '.') return Invalid("domain ends with a dot");
  return ascii;
}

}  // namespace

Result<std::string> NormalizeEmail(std::string_view email) {
  email = Trim(email);
  if (email.size() > kMaxEmailBytes) return Invalid("over 254 bytes");
  if (!IsValidUtf8(email)) return Invalid("not UTF-8");
  std::size_t at = email.find('@');
  if (at == std::string_view::npos || email.find('@', at + 1) != std::string_view::npos) {
    return Invalid("not exactly one @");
  }
  std::string_view local = email.substr(0, at);
  if (local.empty() || local.size() > kMaxLocalBytes) return Invalid("length of local part");
  if (local.find_first_of(kSpecials) != std::string_view::npos || HasUnprintable(email)) {
    return Invalid("character not allowed");
  }
  GH_TRY(std::string domain, AsciiDomain(email.substr(at + 1)));
  // Only ASCII case: what other letters mean is the mail server's affair.
  std::string key = AsciiLower(local) + "@" + domain;
  if (key.size() > kMaxEmailBytes) return Invalid("over 254 bytes");
  return key;
}

std::string MailAddress(std::string_view stored) {
  auto key = NormalizeEmail(stored);
  if (!key) return std::string(stored);
  return std::string(stored.substr(0, stored.find('@'))) + key->substr(key->find('@'));
}

}  // namespace gatehouse::users
