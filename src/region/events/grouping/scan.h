#pragma once

// Small matchers on text that the parametrization is built of. Each returns the end of what it
// found at a position, kNone when it finds nothing there.

#include <cstddef>
#include <string_view>

#include "base/ascii.h"

namespace gatehouse::grouping::scan {

inline constexpr std::size_t kNone = std::string_view::npos;

constexpr char At(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : '\0';
}

template <class F>
constexpr std::size_t Run(std::string_view text, std::size_t at, F kind) {
  while (at < text.size() && kind(text[at])) ++at;
  return at;
}

std::size_t Date(std::string_view text, std::size_t at);
std::size_t Ip(std::string_view text, std::size_t at, bool boundary);

}  // namespace gatehouse::grouping::scan
