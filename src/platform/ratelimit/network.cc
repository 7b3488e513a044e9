#include "platform/ratelimit/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/text.h"

namespace gatehouse::ratelimit {

std::string NetworkKey(std::string_view ip) {
  const std::string text(ip.substr(0, ip.find('%')));  // without a zone
  std::array<std::uint8_t, 16> raw{};
  if (inet_pton(AF_INET6, text.c_str(), raw.data()) != 1) return Printable(ip, 100);
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

}  // namespace gatehouse::ratelimit
