#pragma once

#include <string_view>

#include "control/authn/authn.h"

namespace gatehouse::web {

// "authenticator code": a proof as people call it.
std::string_view ProofWord(authn::ProofKind kind);
// The same by its name ("totp"); the name itself if it is none.
std::string_view ProofWord(std::string_view name);

}  // namespace gatehouse::web
