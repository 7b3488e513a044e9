#pragma once

// What a user is told by mail when factors of the account change. Nothing that somebody chose (a
// key's name, say) is quoted.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "platform/mail/compose.h"

namespace gatehouse::factors {

enum class Change { kAdded, kRemoved, kLastRemoved, kReset, kRecoveryCodes, kRecoveryCodeUsed };

// `what`: "an authenticator app", "a security key"; not every change names one. `left`: unused
// recovery codes after one was used.
mail::Composed ChangeMail(Change change, std::string_view what, std::int64_t left,
                          std::string_view base_url, Timestamp at, std::string_view ip);

}  // namespace gatehouse::factors
