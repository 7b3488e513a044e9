#pragma once

// IP addresses and CIDR blocks as values. Text is parsed by inet_pton alone: no "127.1", no octal,
// no zone. An IPv4-mapped IPv6 address is the IPv4 address.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gatehouse::http {

class IpAddress {
 public:
  static std::optional<IpAddress> Parse(std::string_view text);
  static IpAddress FromV4(const std::array<std::uint8_t, 4>& bytes);
  static IpAddress FromV6(const std::array<std::uint8_t, 16>& bytes);

  bool is_v4() const;
  std::string ToString() const;

  // Loopback, private, link-local, shared, multicast, documentation and other special blocks, and
  // every IPv6 form that carries such an IPv4 address.
  bool IsForbidden() const;

  // What one subscriber has: an IPv4 address, or the /64 of an IPv6 address.
  IpAddress Subscriber() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  friend class Cidr;
  // IPv4 as ::ffff:a.b.c.d.
  std::array<std::uint8_t, 16> bytes_{};
};

class Cidr {
 public:
  // "10.0.0.0/8", "2001:db8::/32" or a single address.
  static std::optional<Cidr> Parse(std::string_view text);
  bool Contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  unsigned bits_ = 0;  // of the 128-bit form
};

// The client behind trusted proxies: walks X-Forwarded-For from right to left as long as the hop is
// trusted, and stops at the first that is not or cannot be read.
IpAddress ClientAddress(const IpAddress& peer, const std::vector<Cidr>& trusted,
                        const std::vector<std::string_view>& forwarded_for);

}  // namespace gatehouse::http
