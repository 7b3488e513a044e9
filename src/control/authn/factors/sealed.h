#pragma once

// What the sealed columns of this module are sealed for and bound to.

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "core/sealed/sealed.h"

namespace gatehouse::factors {

inline constexpr std::string_view kSealPurpose = "authenticators";

std::string SecretBinding(AuthenticatorId id);
std::string EnrolmentBinding(std::string_view bound_to);

std::vector<sealed::Column> SealedColumns();

}  // namespace gatehouse::factors
