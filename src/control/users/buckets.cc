#include "control/users/buckets.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/text.h"
#include "control/users/users.h"
#include "platform/crypto/hash.h"

namespace gatehouse::users {
namespace {

constexpr std::size_t kMaxKey = 200;

std::string Bounded(std::string key) {
  if (key.size() > kMaxKey || !IsValidUtf8(key) || HasControl(key)) {
    return "sha256:" + crypto::Sha256Hex(key);
  }
  return key;
}

}  // namespace

std::string LoginKey(std::string_view username_or_email) {
  auto email = NormalizeEmail(username_or_email);
  return Bounded(email ? std::move(*email) : AsciiLower(Trim(username_or_email)));
}

std::string NetworkKey(std::string_view ip) {
  std::string text(ip.substr(0, ip.find('%')));  // without a zone
  std::array<std::uint8_t, 16> raw{};
  if (inet_pton(AF_INET6, text.c_str(), raw.data()) != 1) return Bounded(std::string(ip));
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (AsView(raw).starts_with(AsView(kMapped))) {
    inet_ntop(AF_INET, raw.data() + kMapped.size(), out.data(), out.size());
    return out.data();
  }
  std::fill(raw.begin() + 8, raw.end(), std::uint8_t{0});
  inet_ntop(AF_INET6, raw.data(), out.data(), out.size());
  return std::string(out.data()) + "/64";
}

}  // namespace gatehouse::users
