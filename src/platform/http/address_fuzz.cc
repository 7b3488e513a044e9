// Addresses, CIDR blocks and X-Forwarded-For.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/http/address.h"
#include "platform/http/client.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  std::string_view text(reinterpret_cast<const char*>(data), size);

  std::optional<http::IpAddress> address = http::IpAddress::Parse(text);
  if (!address) {
    if (!http::IsForbiddenAddress(text)) std::abort();
  } else {
    // One address, one verdict, however it is written.
    std::string canonical = address->ToString();
    if (http::IpAddress::Parse(canonical) != address) std::abort();
    if (http::IsForbiddenAddress(text) != http::IsForbiddenAddress(canonical)) std::abort();
    if (address->is_v4() &&
        http::IsForbiddenAddress("::ffff:" + canonical) != address->IsForbidden()) {
      std::abort();
    }
    if (!http::Cidr::Parse(canonical)->Contains(*address)) std::abort();
  }

  (void)http::Cidr::Parse(text);
  std::vector<http::Cidr> trusted = {*http::Cidr::Parse("10.0.0.0/8")};
  auto proxy = *http::IpAddress::Parse("10.0.0.1");
  auto direct = *http::IpAddress::Parse("9.9.9.9");
  (void)http::ClientAddress(proxy, trusted, {text}).ToString();
  if (http::ClientAddress(direct, trusted, {text}) != direct) std::abort();
  return 0;
}
