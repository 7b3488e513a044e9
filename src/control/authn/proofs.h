#pragma once

// The text form of a session's proofs: a JSON array of objects, newest last.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "control/authn/authn.h"

namespace gatehouse::authn {

// What says to be younger than now by more was not written by a process of this installation.
inline constexpr Duration kMaxClockAhead = std::chrono::minutes(5);

std::string SerializeProofs(const std::vector<Proof>& proofs);
// Errors: kDataLoss "internal" (not written by SerializeProofs).
Result<std::vector<Proof>> ParseProofs(std::string_view text);
// A LIKE pattern that finds every serialized list with a proof by the provider (and perhaps more).
std::string ProviderPattern(ProviderId provider);
// Adds a proof; older ones that it makes superfluous go.
void AddProof(std::vector<Proof>& proofs, const Proof& fresh);

}  // namespace gatehouse::authn
