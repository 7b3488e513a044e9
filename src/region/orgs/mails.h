#pragma once

// The texts of this module's mails. Pure.

#include <string_view>

#include "platform/mail/compose.h"
#include "region/orgs/types.h"

namespace gatehouse::orgs {

// "Action Required": SSO was switched on, please link your account.
mail::Composed LinkMail(std::string_view base_url, const Organization& organization,
                        std::string_view actor_label, std::string_view provider_name);
// "Action Required": SSO was switched off, please make sure that you have a password.
mail::Composed SsoDisabledMail(std::string_view base_url, const Organization& organization,
                               std::string_view actor_label, std::string_view provider_name,
                               std::string_view email);

}  // namespace gatehouse::orgs
