#pragma once

// Browser, operating system and device from a User-Agent text: a compact own table of the products
// that matter, by the family names that dashboards know. Linear in the text. Pure.

#include <string>
#include <string_view>

namespace gatehouse::events {

struct Product {
  std::string family;   // empty: unknown
  std::string version;  // "major[.minor[.patch]]"
};

struct UserAgent {
  Product browser;
  Product os;
  std::string device_family;  // empty: unknown or nothing special
  std::string device_model;
  std::string device_brand;
};

UserAgent ParseUserAgent(std::string_view text);

}  // namespace gatehouse::events
