#pragma once

// What the builders behind Boost.JSON's parser have in common. Internal to this module.

#include <boost/json.hpp>
#include <cstddef>

namespace gatehouse::json {

// Sizes are bounded by the text, before it is parsed.
struct Unbounded {
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_object_size = boost::json::object::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
};

}  // namespace gatehouse::json
