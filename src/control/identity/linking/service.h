#pragma once

// Linking an account at a provider to one's own account here, so that the product can act there
// (sso.md 2i). Nobody is logged in by it, and no account is found by it: the person in the session
// links, after the provider has vouched for the account there.
//
// Pages and API speak to this interface and see no token. Thread-safe.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/identity/service.h"
#include "control/sso/service.h"

namespace gatehouse::linking {

// A place as the person sees it.
struct Place {
  identity::RpcProvider provider;
  std::string kind_name;  // "GitHub"
};

// A linked account as its owner sees it: no data.
struct Account {
  identity::LinkedId id;
  OrgId organization;
  UserId user;
  std::string kind, kind_name, provider_name;
  std::string external_id;
  std::string name;
  identity::LinkStatus status = identity::LinkStatus::kUnknown;
  identity::TokenState state = identity::TokenState::kValid;
  std::string state_reason;
  Timestamp verified_at, synced_at, created_at;
};

// What came of the way to the provider and back.
struct Return {
  enum class Kind {
    kLinked,         // also when it was linked before
    kLinkedToOther,  // conflict: another user here has linked that account
    kOtherAccount,   // conflict: the person has linked another account there
    kRefused,        // the provider, or what it said, did not hold
  };
  Kind kind = Kind::kRefused;
  std::string provider_name;
  std::string account_name;
  std::string reason;  // slug, unless linked
  std::string text;    // the provider's own words to the person, bounded; "" for none
  bool popup = false;  // the page closes itself
};

class Service {
 public:
  virtual ~Service() = default;

  // Kinds that accounts can be linked at, for the form.
  virtual std::vector<const sso::Adapter*> Kinds() const = 0;
  // The return URL to enter at the provider; one for all.
  virtual std::string RedirectUri() const = 0;

  // ---- places: owners and managers --------------------------------------------------------------
  // Checks the settings as set-up of single sign-on does, and stores them. Errors of the form are a
  // value. REQUIRES (checked here again): org:write. Errors: kPermissionDenied "forbidden",
  // "uid_mismatch"; kInvalidArgument "provider_unknown", "identity_provider_invalid";
  // kAlreadyExists "identity_provider_taken".
  struct Added {
    std::optional<Place> place;
    std::vector<sso::FieldError> errors;
    std::vector<sso::Check> checks;
  };
  virtual Task<Added> AddPlace(sso::Client client, OrgId organization, std::string kind,
                               std::string external_id, std::string name,
                               sso::Settings settings) = 0;
  virtual Task<void> RemovePlace(sso::Client client, OrgId organization,
                                 identity::PlaceId place) = 0;
  virtual Task<std::vector<Place>> Places(OrgId organization) = 0;

  // ---- the person -------------------------------------------------------------------------------
  // Where the person can link: the places of the organizations they are a member of, with these.
  struct Linkable {
    orgs::Organization organization;
    Place place;
  };
  virtual Task<std::vector<Linkable>> PlacesFor(UserId user) = 0;
  virtual Task<std::optional<Place>> FindPlace(OrgId organization, std::string kind,
                                               std::string external_id) = 0;
  // The way to the provider. REQUIRES (checked by the edge): a session with own proof. Errors:
  // kNotFound "identity_provider_not_found"; kPermissionDenied "uid_mismatch" (no member);
  // kResourceExhausted "rate_limited"; kUnavailable "idp_unavailable".
  virtual Task<std::string> Start(sso::Client client, OrgId organization, identity::PlaceId place,
                                  bool popup) = 0;
  // The provider's answer at the return URL. Errors: kUnauthenticated "not_authed";
  // kInvalidArgument "link_state_invalid" (another browser's, another person's, old, used).
  virtual Task<Return> Finish(sso::Client client,
                              std::vector<std::pair<std::string, std::string>> params) = 0;
  virtual Task<std::vector<Account>> AccountsOf(UserId user) = 0;
  // REQUIRES (checked by the edge): a fresh proof. Errors: kNotFound "identity_not_found".
  virtual Task<void> Disconnect(sso::Client client, identity::LinkedId id) = 0;
};

}  // namespace gatehouse::linking
