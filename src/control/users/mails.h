#pragma once

// The texts of this module's mails. Plain values; nothing that somebody else chose (a name, say) is
// quoted, so that a mail of ours cannot carry a stranger's words.

#include <string>
#include <string_view>

#include "base/clock.h"

namespace gatehouse::users {

struct Mail {
  std::string subject;
  std::string text;
  std::string html;
};

// `url` holds the one-time token. `has_password`: reset one, or set the first one.
Mail RecoveryMail(std::string_view url, bool has_password, std::string_view ip);
Mail PasswordChangedMail(std::string_view base_url, Timestamp at, std::string_view ip);
Mail ConfirmEmailMail(std::string_view url);

}  // namespace gatehouse::users
