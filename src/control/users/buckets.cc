#include "control/users/buckets.h"

#include "base/text.h"
#include "control/users/users.h"
#include "platform/crypto/hash.h"
#include "platform/ratelimit/network.h"

namespace gatehouse::users {
namespace {

constexpr std::size_t kMaxKey = 200;

std::string Bounded(std::string key) {
  if (key.size() > kMaxKey || !IsValidUtf8(key) || HasControl(key)) {
    return "sha256:" + crypto::Sha256Hex(key);
  }
  return key;
}

}  // namespace

std::string LoginKey(std::string_view username_or_email) {
  auto email = NormalizeEmail(username_or_email);
  return Bounded(email ? std::move(*email) : AsciiLower(Trim(username_or_email)));
}

std::string NetworkKey(std::string_view ip) { return ratelimit::NetworkKey(ip); }

}  // namespace gatehouse::users
