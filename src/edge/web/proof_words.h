#pragma once

#include <string_view>

#include "control/authn/authn.h"

namespace gatehouse::web {

// "authenticator code": a proof as people call it.
std::string_view ProofWord(authn::ProofKind kind);

}  // namespace gatehouse::web
