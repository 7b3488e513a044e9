#pragma once

// Passwords of 15 and more characters that guessers try first. Few passwords of that length are
// common; most weak ones are built by rule, which policy.cc recognizes.

#include <string_view>

namespace gatehouse::users {

// `squeezed`: lower case, letters and digits only.
bool IsCommonPassword(std::string_view squeezed);

}  // namespace gatehouse::users
