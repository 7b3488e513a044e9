#pragma once

// Reason slugs of Bitbucket log-ins.

#include <string_view>

namespace gatehouse::sso::oauth2::bitbucket {

inline constexpr std::string_view kWorkspace = "bitbucket_workspace";  // no member of it

}  // namespace gatehouse::sso::oauth2::bitbucket
