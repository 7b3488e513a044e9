#include "control/authn/proofs.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "platform/json/json.h"

namespace gatehouse::authn {
namespace {

constexpr std::pair<ProofKind, std::string_view> kNames[] = {
    {ProofKind::kPassword, "password"}, {ProofKind::kRecovery, "recovery"},
    {ProofKind::kSso, "sso"},           {ProofKind::kTotp, "totp"},
    {ProofKind::kWebAuthn, "webauthn"}, {ProofKind::kRecoveryCode, "recovery-code"},
    {ProofKind::kPasskey, "passkey"},
};

std::unexpected<Error> Damaged() {
  return Fail(Code::kDataLoss, "internal", "the proofs of a session cannot be read");
}

Result<Proof> ParseProof(const json::Value& value) {
  const json::Object* object = value.if_object();
  if (!object) return Damaged();
  auto kind = json::GetString(*object, "kind");
  auto at = json::GetInt(*object, "at");
  if (!kind || !at) return Damaged();
  Proof proof;
  proof.at = Timestamp{*at};
  const auto* name = std::ranges::find(kNames, *kind, [](const auto& n) { return n.second; });
  if (name == std::end(kNames)) return Damaged();
  proof.kind = name->first;
  if (proof.kind == ProofKind::kSso) {
    auto organization = json::GetInt(*object, "organization");
    auto provider = json::GetInt(*object, "provider");
    auto revision = json::GetInt(*object, "revision");
    auto identity = json::GetInt(*object, "identity");
    if (!organization || !provider || !revision || !identity) return Damaged();
    proof.organization = OrgId{*organization};
    proof.provider = ProviderId{*provider};
    proof.revision = *revision;
    proof.identity = IdentityId{*identity};
  }
  return proof;
}

}  // namespace

std::string_view ProofName(ProofKind kind) {
  for (const auto& [known, name] : kNames) {
    if (known == kind) return name;
  }
  return "";
}

std::string SerializeProofs(const std::vector<Proof>& proofs) {
  json::Array array;
  for (const Proof& proof : proofs) {
    json::Object object;
    object["kind"] = ProofName(proof.kind);
    object["at"] = proof.at.micros;
    if (proof.kind == ProofKind::kSso) {
      object["organization"] = proof.organization.value;
      object["provider"] = proof.provider.value;
      object["revision"] = proof.revision;
      object["identity"] = proof.identity.value;
    }
    array.emplace_back(std::move(object));
  }
  return json::Serialize(json::Value(std::move(array)));
}

Result<std::vector<Proof>> ParseProofs(std::string_view text) {
  auto value = json::Parse(text);
  if (!value || !value->is_array()) return Damaged();
  std::vector<Proof> proofs;
  for (const json::Value& item : value->get_array()) {
    GH_TRY(Proof proof, ParseProof(item));
    proofs.push_back(proof);
  }
  return proofs;
}

std::string ProviderPattern(ProviderId provider) {
  return "%\"provider\":" + provider.ToString() + ",%";
}

void AddProof(std::vector<Proof>& proofs, const Proof& fresh) {
  std::erase_if(proofs, [&fresh](const Proof& old) {
    return old.kind == fresh.kind &&
           (fresh.kind != ProofKind::kSso || old.organization == fresh.organization);
  });
  proofs.push_back(fresh);
}

}  // namespace gatehouse::authn
