#include "region/orgs/members/invite_link.h"

#include "base/bytes.h"
#include "platform/crypto/hash.h"

namespace gatehouse::members {

std::string NewInviteNonce(Rng& rng) { return rng.Token(16); }

std::string InviteToken(std::string_view key, MemberId member, std::string_view nonce) {
  return Base64UrlEncode(crypto::HmacSha256(key, member.ToString() + "." + std::string(nonce)));
}

std::string InviteLink(std::string_view key, std::string_view base_url, std::string_view slug,
                       MemberId member, std::string_view nonce) {
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  return std::string(base_url) + "/accept/" + std::string(slug) + "/" + member.ToString() + "/" +
         InviteToken(key, member, nonce) + "/";
}

}  // namespace gatehouse::members
