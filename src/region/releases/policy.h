#pragma once

// What a release and an environment may be called, and how versions are ordered. Pure.

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "region/releases/types.h"

namespace gatehouse::releases {

// 1 to 200 characters without line breaks, form feeds, tabs, slashes; not ".", "..", "latest".
std::size_t Characters(std::string_view text);  // of UTF-8

bool IsValidVersion(std::string_view version);
// 1 to 64 characters without line breaks, form feeds, slashes; not "none".
bool IsValidEnvironment(std::string_view name);

// std::nullopt: no semantic version (no '@', no numbers, or one that does not fit).
std::optional<SemanticVersion> ParseSemanticVersion(std::string_view version);
// Of one package; the package itself does not count.
std::strong_ordering Compare(const SemanticVersion& a, const SemanticVersion& b);

// Does a project with these releases, newest first and ten at most, follow semantic versioning?
bool FollowsSemanticVersioning(const std::vector<Release>& newest);

}  // namespace gatehouse::releases
