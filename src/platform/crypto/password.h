#pragma once

// Argon2id password hashes (libsodium; PHC string format). Each call takes tens of milliseconds and
// the configured memory: call it on the bounded CPU pool only.

#include <string>
#include <string_view>

#include "base/error.h"

namespace gatehouse::crypto {

struct PasswordCost {
  std::size_t memory_bytes = 46u * 1024 * 1024;
  unsigned long long passes = 1;
};

inline constexpr std::size_t kMaxPasswordBytes = 1024;

// Errors: kInvalidArgument "password_too_long"; kResourceExhausted "out_of_memory".
Result<std::string> HashPassword(std::string_view password, PasswordCost cost = {});
bool VerifyPassword(std::string_view hash, std::string_view password);
// Takes as long as VerifyPassword of a hash of this cost: for a login whose user does not exist.
void BurnPassword(std::string_view password, PasswordCost cost = {});
bool NeedsRehash(std::string_view hash, PasswordCost cost = {});

}  // namespace gatehouse::crypto
