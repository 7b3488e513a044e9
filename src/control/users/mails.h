#pragma once

// The texts of this module's mails. Plain values; nothing that somebody else chose (a name, say) is
// quoted, so that a mail of ours cannot carry a stranger's words.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "platform/mail/compose.h"

namespace gatehouse::users {

using Mail = mail::Composed;

// `url` holds the one-time token. `has_password`: reset one, or set the first one.
Mail RecoveryMail(std::string_view url, bool has_password, std::string_view ip);
Mail PasswordChangedMail(std::string_view base_url, Timestamp at, std::string_view ip);
Mail ConfirmEmailMail(std::string_view url);
// To an address that somebody wants to add to an account, although another account has proven it.
Mail AddressClaimedMail(std::string_view base_url);
// `what`: "added", "removed", "made the primary one". It does not say which address.
Mail AddressesChangedMail(std::string_view base_url, std::string_view what, Timestamp at,
                          std::string_view ip);

}  // namespace gatehouse::users
