#include "region/releases/policy.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace gatehouse::releases {
namespace {

bool HasAny(std::string_view text, std::string_view bytes) {
  return text.find_first_of(bytes) != std::string_view::npos;
}

std::optional<std::int64_t> Number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0 ||
      text.front() == '-') {
    return std::nullopt;
  }
  return value;
}

bool IsWordByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-';
}

// Parts between dots: numbers by value and below words (semver.org §11).
std::strong_ordering CompareIdentifiers(std::string_view a, std::string_view b) {
  const auto na = Number(a);
  const auto nb = Number(b);
  if (na && nb) return *na <=> *nb;
  if (na) return std::strong_ordering::less;
  if (nb) return std::strong_ordering::greater;
  return a <=> b;
}

std::strong_ordering ComparePrereleases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  while (!a.empty() && !b.empty()) {
    const std::string_view left = a.substr(0, a.find('.'));
    const std::string_view right = b.substr(0, b.find('.'));
    if (const auto order = CompareIdentifiers(left, right); order != 0) return order;
    a.remove_prefix(std::min(a.size(), left.size() + 1));
    b.remove_prefix(std::min(b.size(), right.size() + 1));
  }
  return a.size() <=> b.size();
}

}  // namespace

std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool IsValidVersion(std::string_view version) {
  return !version.empty() && Characters(version) <= 200 && !HasAny(version, "\r\n\f\t/\\") &&
         version != "." && version != ".." && !EqualsIgnoreCase(version, "latest") &&
         Trim(version) == version;
}

bool IsValidEnvironment(std::string_view name) {
  return !name.empty() && Characters(name) <= 64 && !HasAny(name, "\r\n\f/") &&
         !EqualsIgnoreCase(name, "none") && Trim(name) == name;
}

std::optional<SemanticVersion> ParseSemanticVersion(std::string_view version) {
  const std::size_t at = version.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  SemanticVersion out;
  out.package = version.substr(0, at);
  std::string_view rest = version.substr(at + 1);
  if (const std::size_t plus = rest.find('+'); plus != std::string_view::npos) {
    out.build = rest.substr(plus + 1);
    rest = rest.substr(0, plus);
  }
  if (const std::size_t dash = rest.find('-'); dash != std::string_view::npos) {
    out.prerelease = rest.substr(dash + 1);
    rest = rest.substr(0, dash);
    if (out.prerelease.empty() || !std::ranges::all_of(out.prerelease, IsWordByte)) {
      return std::nullopt;
    }
  }
  const std::array<std::int64_t*, 4> numbers = {&out.major, &out.minor, &out.patch, &out.revision};
  std::size_t used = 0;
  while (true) {
    if (used == numbers.size()) return std::nullopt;
    const std::size_t dot = rest.find('.');
    const auto number = Number(rest.substr(0, dot));
    if (!number) return std::nullopt;
    *numbers[used++] = *number;
    if (dot == std::string_view::npos) return out;
    rest.remove_prefix(dot + 1);
  }
}

std::strong_ordering Compare(const SemanticVersion& a, const SemanticVersion& b) {
  if (const auto order = a.major <=> b.major; order != 0) return order;
  if (const auto order = a.minor <=> b.minor; order != 0) return order;
  if (const auto order = a.patch <=> b.patch; order != 0) return order;
  if (const auto order = a.revision <=> b.revision; order != 0) return order;
  return ComparePrereleases(a.prerelease, b.prerelease);
}

bool FollowsSemanticVersioning(const std::vector<Release>& newest) {
  const auto semantic = [&](std::size_t first) {
    return std::ranges::count_if(
        newest.begin(),
        newest.begin() + static_cast<std::ptrdiff_t>(std::min(first, newest.size())),
        [](const Release& release) { return release.semantic.has_value(); });
  };
  if (newest.empty()) return false;
  if (newest.size() < 3) return semantic(1) == 1;
  return semantic(3) >= 1 && (newest.size() < 10 || semantic(10) >= 3);
}

}  // namespace gatehouse::releases
