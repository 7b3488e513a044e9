#pragma once

// Reason slugs of Slack log-ins.

#include <string_view>

namespace gatehouse::sso::oauth2::slack {

inline constexpr std::string_view kWorkspace = "slack_workspace";  // of another one

}  // namespace gatehouse::sso::oauth2::slack
