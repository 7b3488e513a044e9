#include "edge/web/proof_words.h"

namespace gatehouse::web {

std::string_view ProofWord(authn::ProofKind kind) {
  switch (kind) {
    case authn::ProofKind::kPassword:
      return "password";
    case authn::ProofKind::kRecovery:
      return "mailed link";
    case authn::ProofKind::kSso:
      return "single sign-on";
    case authn::ProofKind::kTotp:
      return "authenticator code";
    case authn::ProofKind::kWebAuthn:
      return "security key";
    case authn::ProofKind::kRecoveryCode:
      return "recovery code";
    case authn::ProofKind::kPasskey:
      return "passkey";
  }
  return "";
}

std::string_view ProofWord(std::string_view name) {
  using enum authn::ProofKind;
  for (auto kind : {kPassword, kRecovery, kSso, kTotp, kWebAuthn, kRecoveryCode, kPasskey}) {
    if (authn::ProofName(kind) == name) return ProofWord(kind);
  }
  return name;
}

}  // namespace gatehouse::web
