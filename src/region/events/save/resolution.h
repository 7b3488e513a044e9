#pragma once

// Does the way an issue was resolved cover an event of a release, or has the issue come back? Pure.

#include <optional>
#include <string>
#include <string_view>

#include "region/releases/types.h"

namespace gatehouse::events {

struct Resolution {
  std::string type;  // in_release, in_next_release
  std::optional<releases::Release> release;
  std::string current_version;  // "" if not told
};

// `of_current`: the release named current_version, if it exists.
bool Covers(const Resolution& resolution, const std::optional<releases::Release>& of_current,
            const std::optional<releases::Release>& event, bool follows_semver);

}  // namespace gatehouse::events
