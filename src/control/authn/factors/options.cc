#include "control/authn/factors/options.h"

#include "platform/crypto/webauthn.h"
#include "platform/json/json.h"

namespace gatehouse::factors {
namespace {

std::int64_t TimeoutMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(kChallengeLife).count();
}

json::Array Descriptors(const std::vector<std::string>& ids) {
  json::Array list;
  for (const std::string& id : ids) {
    json::Object descriptor;
    descriptor["type"] = "public-key";
    descriptor["id"] = id;
    list.emplace_back(std::move(descriptor));
  }
  return list;
}

}  // namespace

std::string CreationOptionsJson(const RelyingParty& rp, const CreationOptions& options) {
  json::Object party;
  party["id"] = rp.id;
  party["name"] = "Gatehouse";
  json::Object user;
  user["id"] = options.user_handle;
  user["name"] = options.user_name;
  user["displayName"] = options.display_name;
  json::Array parameters;
  for (int algorithm : crypto::webauthn::kAlgorithms) {
    json::Object parameter;
    parameter["type"] = "public-key";
    parameter["alg"] = algorithm;
    parameters.emplace_back(std::move(parameter));
  }
  json::Object selection;
  selection["residentKey"] = "preferred";
  selection["requireResidentKey"] = false;
  selection["userVerification"] = "preferred";
  json::Object extensions;
  extensions["credProps"] = true;
  json::Object out;
  out["rp"] = std::move(party);
  out["user"] = std::move(user);
  out["challenge"] = options.challenge;
  out["pubKeyCredParams"] = std::move(parameters);
  out["timeout"] = TimeoutMillis();
  out["excludeCredentials"] = Descriptors(options.existing);
  out["authenticatorSelection"] = std::move(selection);
  out["attestation"] = "none";
  out["extensions"] = std::move(extensions);
  return json::Serialize(out);
}

std::string RequestOptionsJson(const RelyingParty& rp, std::string_view challenge,
                               const std::vector<std::string>& allowed, bool verify_user) {
  json::Object out;
  out["challenge"] = challenge;
  out["timeout"] = TimeoutMillis();
  out["rpId"] = rp.id;
  out["allowCredentials"] = Descriptors(allowed);
  out["userVerification"] = verify_user ? "required" : "discouraged";
  return json::Serialize(out);
}

}  // namespace gatehouse::factors
