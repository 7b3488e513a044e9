#pragma once

// The pipeline of linking: durable, sealed, bound to person, browser and place; used once.

#include "base/rng.h"
#include "control/identity/linked.h"
#include "control/identity/linking/service.h"
#include "control/sso/service_impl.h"
#include "platform/ratelimit/ratelimit.h"

namespace gatehouse::linking {

// What the person is told of a refusal: what they, or who runs the provider, can do about it
// (sso.md 2i.1). The chain of checks says more, and stays here.
std::string_view ReasonOf(const sso::CallbackOutcome& outcome);

// Also the way in which the identity module asks a place again.
class ServiceImpl final : public Service, public identity::ProviderPort {
 public:
  // Everything outlives the service.
  struct Parts {
    sql::Database& db;  // control
    const Clock& clock;
    IdGenerator& ids;
    Rng& rng;
    const crypto::KeyRing& keys;
    const identity::LinkedStore& linked;
    sso::ServiceImpl& sso;  // the kinds
    orgs::Service& orgs;
    ratelimit::RateLimiter& limiter;
    std::string base_url;
  };
  explicit ServiceImpl(Parts parts) : p_(std::move(parts)) {}
  // The identity service needs a refresher, which needs this: given once, before any other call.
  void Use(identity::Service& identities) { identities_ = &identities; }

  std::vector<const sso::Adapter*> Kinds() const override;
  std::string RedirectUri() const override { return p_.base_url + "/extensions/default/setup/"; }

  Task<Added> AddPlace(sso::Client client, OrgId organization, std::string kind,
                       std::string external_id, std::string name, sso::Settings settings) override;
  Task<void> RemovePlace(sso::Client client, OrgId organization, identity::PlaceId place) override;
  Task<std::vector<Place>> Places(OrgId organization) override;

  Task<std::vector<Linkable>> PlacesFor(UserId user) override;
  Task<std::optional<Place>> FindPlace(OrgId organization, std::string kind,
                                       std::string external_id) override;
  Task<std::string> Start(sso::Client client, OrgId organization, identity::PlaceId place,
                          bool popup) override;
  Task<Return> Finish(sso::Client client,
                      std::vector<std::pair<std::string, std::string>> params) override;
  Task<std::vector<Account>> AccountsOf(UserId user) override;
  Task<void> Disconnect(sso::Client client, identity::LinkedId id) override;

  Task<identity::RefreshOutcome> AskProvider(OrgId organization, std::int64_t provider,
                                             json::Object data) override;
  // A linked account opens nothing here: nothing else ends with it.
  Result<void> OnValidityChange(sql::Tx& tx, OrgId organization, std::int64_t provider, UserId user,
                                bool valid) override;

  // Pipelines that have run out. A periodic job.
  Task<void> CleanUp();

 private:
  Place Named(identity::RpcProvider provider) const;
  Task<void> RequireManager(sso::Client client, OrgId organization);
  Task<std::optional<identity::LinkedStore::Place>> Open(OrgId organization,
                                                         identity::PlaceId place);

  Parts p_;
  identity::Service* identities_ = nullptr;
};

}  // namespace gatehouse::linking
