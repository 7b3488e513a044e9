#pragma once

// Reason slugs of Discord log-ins.

#include <string_view>

namespace gatehouse::sso::oauth2::discord {

inline constexpr std::string_view kServer = "discord_server";  // no member of it

}  // namespace gatehouse::sso::oauth2::discord
