#include "platform/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"
#include "platform/http/client.h"

namespace gatehouse::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// IANA special-purpose registries (RFC 6890 and later), and what is not unicast.
constexpr std::array kForbiddenV4 = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
};
constexpr std::array kForbiddenV6 = {
    "::/96",           // unspecified, loopback and the old IPv4-compatible form
    "64:ff9b:1::/48",  // local-use NAT64
    "100::/64",        // discard
    "2001::/23",       // Teredo, ORCHID and the other protocol assignments
    "2001:db8::/32",  "3fff::/20", "5f00::/16",
    "fc00::/7",   // unique local
    "fe80::/10",  // link-local
    "fec0::/10",  // site-local
    "ff00::/8",
};

const std::vector<Cidr>& ForbiddenBlocks() {
  static const std::vector<Cidr> blocks = [] {
    std::vector<Cidr> all;
    for (const char* text : kForbiddenV4) all.push_back(*Cidr::Parse(text));
    for (const char* text : kForbiddenV6) all.push_back(*Cidr::Parse(text));
    return all;
  }();
  return blocks;
}

// "1.2.3.4", "1.2.3.4:567", "2001:db8::1", "[2001:db8::1]:567"
std::optional<IpAddress> ParseHop(std::string_view hop) {
  hop = Trim(hop);
  if (hop.starts_with('[')) {
    std::size_t end = hop.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    return IpAddress::Parse(hop.substr(1, end - 1));
  }
  if (std::ranges::count(hop, ':') == 1) hop = hop.substr(0, hop.find(':'));
  return IpAddress::Parse(hop);
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof buffer || text.contains('\0')) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  std::array<std::uint8_t, 4> v4{};
  if (inet_pton(AF_INET, buffer, v4.data()) == 1) return FromV4(v4);
  std::array<std::uint8_t, 16> v6{};
  if (inet_pton(AF_INET6, buffer, v6.data()) == 1) return FromV6(v6);
  return std::nullopt;
}

IpAddress IpAddress::FromV4(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress address;
  std::ranges::copy(kMappedPrefix, address.bytes_.begin());
  std::ranges::copy(bytes, address.bytes_.begin() + 12);
  return address;
}

IpAddress IpAddress::FromV6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  return address;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

IpAddress IpAddress::Subscriber() const {
  IpAddress subscriber = *this;
  if (!is_v4()) std::fill(subscriber.bytes_.begin() + 8, subscriber.bytes_.end(), 0);
  return subscriber;
}

std::string IpAddress::ToString() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + 12, buffer, sizeof buffer);
  } else {
    inet_ntop(AF_INET6, bytes_.data(), buffer, sizeof buffer);
  }
  return buffer;
}

bool IpAddress::IsForbidden() const {
  for (const Cidr& block : ForbiddenBlocks()) {
    if (block.Contains(*this)) return true;
  }
  if (is_v4()) return false;
  auto embedded = [this](std::size_t at) {
    return FromV4({bytes_[at], bytes_[at + 1], bytes_[at + 2], bytes_[at + 3]}).IsForbidden();
  };
  static const Cidr nat64 = *Cidr::Parse("64:ff9b::/96");
  static const Cidr six_to_four = *Cidr::Parse("2002::/16");
  static const Cidr translated = *Cidr::Parse("::ffff:0:0:0/96");  // RFC 2765
  if (nat64.Contains(*this) || translated.Contains(*this)) return embedded(12);
  if (six_to_four.Contains(*this)) return embedded(2);
  // ISATAP carries its IPv4 address behind the interface id 0:5efe or 200:5efe.
  if ((bytes_[8] & 0xFD) == 0 && bytes_[9] == 0 && bytes_[10] == 0x5E && bytes_[11] == 0xFE) {
    return embedded(12);
  }
  return false;
}

std::optional<Cidr> Cidr::Parse(std::string_view text) {
  auto [base, suffix] = SplitOnce(text, '/');
  std::optional<IpAddress> address = IpAddress::Parse(base);
  if (!address) return std::nullopt;
  // "::ffff:10.0.0.0/104" counts 128 bits, "10.0.0.0/8" counts 32.
  bool v4_text = !base.contains(':');
  unsigned width = v4_text ? 32 : 128;
  unsigned bits = width;
  if (text.contains('/')) {
    if (suffix.empty() || suffix.size() > 3) return std::nullopt;
    auto [end, ec] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), bits);
    if (ec != std::errc() || end != suffix.data() + suffix.size() || bits > width) {
      return std::nullopt;
    }
  }
  Cidr block;
  block.base_ = *address;
  block.bits_ = v4_text ? bits + 96 : bits;
  return block;
}

bool Cidr::Contains(const IpAddress& address) const {
  // "::/0" and the like are about IPv6: an IPv4 address is not inside its mapped form.
  if (bits_ < 96 && address.is_v4() && !base_.is_v4()) return false;
  std::size_t whole = bits_ / 8;
  if (!std::equal(base_.bytes_.begin(), base_.bytes_.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes_.begin())) {
    return false;
  }
  unsigned rest = bits_ % 8;
  if (rest == 0) return true;
  auto mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
  return ((base_.bytes_[whole] ^ address.bytes_[whole]) & mask) == 0;
}

IpAddress ClientAddress(const IpAddress& peer, const std::vector<Cidr>& trusted,
                        const std::vector<std::string_view>& forwarded_for) {
  auto is_trusted = [&](const IpAddress& address) {
    return std::ranges::any_of(trusted, [&](const Cidr& block) { return block.Contains(address); });
  };
  IpAddress client = peer;
  for (auto header = forwarded_for.rbegin(); header != forwarded_for.rend(); ++header) {
    std::vector<std::string_view> hops = Split(*header, ',');
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
      if (!is_trusted(client)) return client;
      std::optional<IpAddress> before = ParseHop(*hop);
      if (!before) return client;
      client = *before;
    }
  }
  return client;
}

bool IsForbiddenAddress(std::string_view ip) {
  std::optional<IpAddress> address = IpAddress::Parse(ip);
  return !address || address->IsForbidden();
}

}  // namespace gatehouse::http
