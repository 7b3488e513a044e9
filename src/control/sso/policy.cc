#include "control/sso/policy.h"

#include "control/sso/errors.h"

namespace gatehouse::sso {

bool MayLink(const authn::Session& session, bool has_2fa, bool moves, Timestamp now) {
  const authn::Proof* own = session.OwnProof();
  if (own == nullptr || (has_2fa && session.FactorProof() == nullptr)) return false;
  return !moves || own->at + kRecent > now;
}

UnknownDecision DecideUnknown(const UnknownIdentity& in) {
  UnknownDecision out;
  out.reason = "unknown_identity";
  out.confirm.provider_name = in.provider_name;
  out.confirm.identity_name = in.identity_name;
  out.confirm.identity_email = in.asserted_email;
  out.confirm.moves_identity = in.linked_elsewhere;

  if (in.proven) {
    out.confirm.kind = Confirm::Kind::kLink;
    out.confirm.existing_hint = in.proven->Display();
    out.confirm.offer_new_user = false;
    out.reason = "mailbox_proven";
    return out;
  }
  if (in.principal != nullptr && in.principal->session) {
    const users::User& user = in.principal->user;
    out.confirm.kind = Confirm::Kind::kLink;
    out.confirm.existing_hint = user.Display();
    out.confirm.offer_new_user =
        in.linked_elsewhere || in.asserted_email.empty() || user.email != in.asserted_email;
    out.confirm.needs_recent_login =
        !MayLink(*in.principal->session, user.has_2fa, in.linked_elsewhere, in.now);
    if (in.linked_elsewhere) out.reason = "linked_elsewhere";
    return out;
  }
  if (in.candidates.size() > 1) {
    out.reason = kAmbiguousEmail;
    return out;
  }
  // (One with a second factor logs in by it: a mailbox alone would link nothing.)
  if (in.candidates.size() == 1 && !in.candidates.front().has_password &&
      !in.candidates.front().has_2fa) {
    out.confirm.kind = Confirm::Kind::kAccount;
    out.mail_proof_to = in.candidates.front();
    out.reason = "mailbox_proof_sent";
  }
  return out;
}

SsoState DecideState(const StateInput& in) {
  SsoState state;
  state.provider_exists = in.provider_exists;
  state.own_proof = in.session != nullptr && in.session->OwnProof() != nullptr;
  if (in.session != nullptr) {
    const authn::Proof* proof = in.session->SsoProof(in.organization);
    state.completed = proof != nullptr && in.provider_exists && proof->provider == in.provider &&
                      proof->at + in.sso_lifetime > in.now;
  } else {
    // A token has no log-in of its own: its user's link decides.
    state.completed = true;
  }
  if (!in.provider_exists || in.allow_unlinked) return state;
  if (!in.identity_exists) {
    state.valid = false;
    state.required = !in.owner_override;
    return state;
  }
  state.required = true;
  const bool fresh = !in.must_be_fresh || *in.must_be_fresh + kVerifiedLimit > in.now;
  state.valid = in.identity_valid && fresh && in.member_linked && !in.member_invalid;
  return state;
}

}  // namespace gatehouse::sso
