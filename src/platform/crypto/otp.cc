#include "platform/crypto/otp.h"

#include <array>

#include "base/text.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/openssl.h"

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::int64_t kStepSeconds = 30;
constexpr int kDigits = 6;
constexpr std::int64_t kWindow = 1;

void AppendEncoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
}

}  // namespace

std::string Base32Encode(std::string_view bytes) {
  std::string out;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (char c : bytes) {
    buffer = (buffer << 8 | static_cast<unsigned char>(c)) & 0xFFFF;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += kAlphabet[(buffer >> bits) & 31];
    }
  }
  if (bits > 0) out += kAlphabet[(buffer << (5 - bits)) & 31];
  return out;
}

std::optional<std::string> Base32Decode(std::string_view text) {
  std::string out;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (char c : text) {
    std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = (buffer << 5 | static_cast<std::uint32_t>(digit)) & 0xFFFF;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((buffer >> bits) & 0xFF);
    }
  }
  // What is left is padding: less than a digit, and zero.
  if (bits >= 5 || (buffer & ((1u << bits) - 1)) != 0) return std::nullopt;
  return out;
}

std::string Hotp(std::string_view secret, std::uint64_t counter, int digits) {
  GH_CHECK(digits >= 6 && digits <= 8);
  std::string message(8, '\0');
  for (std::size_t i = 8; i-- > 0; counter >>= 8) message[i] = static_cast<char>(counter & 0xFF);
  std::string mac = HmacSha1(secret, message);
  auto byte = [&mac](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(mac[i]));
  };
  std::size_t at = byte(19) & 15;
  std::uint32_t value =
      (byte(at) & 0x7F) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
  std::string out(static_cast<std::size_t>(digits), '0');
  for (std::size_t i = out.size(); i-- > 0; value /= 10) {
    out[i] = static_cast<char>('0' + value % 10);
  }
  return out;
}

std::int64_t TotpStep(Timestamp at) { return at.Seconds() / kStepSeconds; }

std::string Totp(std::string_view secret, std::int64_t step) {
  return Hotp(secret, static_cast<std::uint64_t>(step), kDigits);
}

std::optional<std::int64_t> MatchTotp(std::string_view secret, std::string_view code,
                                      Timestamp now) {
  code = Trim(code);
  if (code.size() != kDigits || code.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::optional<std::int64_t> found;
  std::int64_t current = TotpStep(now);
  for (std::int64_t step = current - kWindow; step <= current + kWindow; ++step) {
    if (ConstantTimeEqual(Totp(secret, step), code)) found = step;
  }
  return found;
}

std::string TotpUri(std::string_view secret, std::string_view issuer, std::string_view account) {
  std::string uri = "otpauth://totp/";
  AppendEncoded(uri, issuer);
  uri += ':';
  AppendEncoded(uri, account);
  uri += "?secret=" + Base32Encode(secret) + "&issuer=";
  AppendEncoded(uri, issuer);
  return uri + "&algorithm=SHA1&digits=6&period=30";
}

}  // namespace gatehouse::crypto
