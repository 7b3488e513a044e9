#pragma once

// The words of this module's mail. Pure.

#include <string>
#include <string_view>

#include "platform/mail/compose.h"
#include "region/orgs/types.h"

namespace gatehouse::members {

// A second factor is required, and this link brings the member back. `actor_label`: who required
// it, "" if nobody did so just now.
mail::Composed SecondFactorRequired(const orgs::Organization& organization,
                                    std::string_view actor_label, std::string link);

}  // namespace gatehouse::members
