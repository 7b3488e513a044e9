#pragma once

// Pure decisions of single sign-on: no I/O, no time of their own.

#include <optional>
#include <vector>

#include "base/clock.h"
#include "control/authn/authn.h"
#include "control/sso/service.h"

namespace gatehouse::sso {

// A proof by own credentials counts as recent for so long.
inline constexpr Duration kRecent = authn::kFresh;
// An identity of a kind that is asked every day opens nothing when neither its person nor its
// provider has vouched for it for so long.
inline constexpr Duration kVerifiedLimit = std::chrono::hours(24 * 7);

struct UnknownIdentity {
  std::string asserted_email;
  std::string provider_name;
  std::string identity_name;
  // The person in the session, if any, and how it was born.
  const authn::Principal* principal = nullptr;
  // Active accounts that have proven the asserted address. They may be asked, never chosen.
  std::vector<users::User> candidates;
  // A mailbox proof opened in this browser for this pipeline.
  std::optional<users::User> proven;
  // The identity is linked to an account other than the session's.
  bool linked_elsewhere = false;
  Timestamp now;
};

struct UnknownDecision {
  Confirm confirm;
  // Send a mailbox proof to this account's stored address.
  std::optional<users::User> mail_proof_to;
  std::string reason;  // for the decision log: "unknown_identity", "ambiguous_email", …
};

// Which confirmation page an identity without account gets. No account is ever chosen by e-mail:
// the page offers to link the account of the session, to prove an account, or to make a new one.
UnknownDecision DecideUnknown(const UnknownIdentity& input);

// May this session link an identity to its own account? By own credentials, and by the second
// factor if the account has one. `moves`: the identity is taken from somebody else, which needs a
// recent proof.
bool MayLink(const authn::Session& session, bool has_2fa, bool moves, Timestamp now);

struct StateInput {
  bool provider_exists = false;
  bool allow_unlinked = false;
  bool member_linked = false;
  bool member_invalid = false;
  bool identity_exists = false;
  bool identity_valid = false;
  // Of a kind that is asked every day: when it was proven last. nullopt: of another kind.
  std::optional<Timestamp> must_be_fresh = {};
  // The member is an owner and no other active owner has an identity with this provider.
  bool owner_override = false;
  ProviderId provider{};
  OrgId organization{};
  const authn::Session* session = nullptr;  // nullptr: an API token
  Duration sso_lifetime{};
  Timestamp now;
};
SsoState DecideState(const StateInput& input);

}  // namespace gatehouse::sso
