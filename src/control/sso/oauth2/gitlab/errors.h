#pragma once

// Reason slugs of GitLab log-ins.

#include <string_view>

namespace gatehouse::sso::oauth2::gitlab {

inline constexpr std::string_view kGroup = "gitlab_group";  // no member of it

}  // namespace gatehouse::sso::oauth2::gitlab
