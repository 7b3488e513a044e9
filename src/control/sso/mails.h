#pragma once

// The texts of this module's mails. They quote the organization, never a word that a provider
// chose: any organization's provider can name any address.

#include <string_view>

#include "platform/mail/compose.h"

namespace gatehouse::sso {

// `url` holds the proof's secret.
mail::Composed LinkProofMail(std::string_view organization_slug, std::string_view url);
// To the former owner of an identity.
mail::Composed IdentityMovedMail(std::string_view provider_name,
                                 std::string_view organization_name);

}  // namespace gatehouse::sso
