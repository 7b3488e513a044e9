#include "edge/access/testing/fake_services.h"

namespace gatehouse::access::testing {
namespace {

class FakeLinking final : public linking::Service {
 public:
  FakeLinking(World& world, sso::Service& sso) : w_(world), sso_(sso) {}

  std::vector<const sso::Adapter*> Kinds() const override { return sso_.adapters(); }
  std::string RedirectUri() const override {
    return "https://gate.example/extensions/default/setup/";
  }
  Task<Added> AddPlace(sso::Client, OrgId organization, std::string kind, std::string external_id,
                       std::string name, sso::Settings settings) override {
    w_.Called("linking.AddPlace " + external_id);
    w_.last_settings = std::move(settings);
    GH_CO_TRY_VOID(w_.TakeChange());
    Added added;
    if (external_id == "wrong") {
      added.errors.push_back({"issuer", "discovery_invalid"});
      co_return added;
    }
    linking::Place place;
    place.provider = {.id = identity::PlaceId{w_.next_id++},
                      .organization = organization,
                      .type = std::move(kind),
                      .external_id = std::move(external_id),
                      .name = std::move(name),
                      .issuer = "https://idp.example",
                      .created_at = {}};
    place.kind_name = "OpenID Connect";
    w_.places.push_back(place);
    added.place = std::move(place);
    co_return added;
  }
  Task<void> RemovePlace(sso::Client, OrgId organization, identity::PlaceId id) override {
    const auto gone = std::erase_if(w_.places, [&](const linking::Place& place) {
      return place.provider.organization == organization && place.provider.id == id;
    });
    if (gone == 0) co_return Fail(Code::kNotFound, "identity_provider_not_found");
    co_return Result<void>();
  }
  Task<std::vector<linking::Place>> Places(OrgId organization) override {
    std::vector<linking::Place> out;
    for (const linking::Place& place : w_.places) {
      if (place.provider.organization == organization) out.push_back(place);
    }
    co_return out;
  }
  Task<std::vector<Linkable>> PlacesFor(UserId user) override {
    std::vector<Linkable> out;
    for (const linking::Place& place : w_.places) {
      for (const orgs::Member& member : w_.members) {
        if (member.organization != place.provider.organization || member.user != user) continue;
        for (const orgs::Organization& organization : w_.organizations) {
          if (organization.id == member.organization) out.push_back({organization, place});
        }
      }
    }
    co_return out;
  }
  Task<std::optional<linking::Place>> FindPlace(OrgId organization, std::string kind,
                                                std::string external_id) override {
    for (const linking::Place& place : w_.places) {
      if (place.provider.organization == organization && place.provider.type == kind &&
          place.provider.external_id == external_id) {
        co_return std::optional(place);
      }
    }
    co_return std::optional<linking::Place>();
  }
  Task<std::string> Start(sso::Client, OrgId, identity::PlaceId place, bool popup) override {
    w_.Called("linking.Start " + place.ToString() + (popup ? " popup" : ""));
    GH_CO_TRY_VOID(w_.TakeChange());
    co_return std::string("https://idp.example/authorize?state=s");
  }
  Task<linking::Return> Finish(sso::Client,
                               std::vector<std::pair<std::string, std::string>>) override {
    if (!w_.link_return) co_return Fail(Code::kInvalidArgument, "link_state_invalid");
    co_return *w_.link_return;
  }
  Task<std::vector<linking::Account>> AccountsOf(UserId user) override {
    std::vector<linking::Account> out;
    for (const linking::Account& one : w_.linked) {
      if (one.user == user) out.push_back(one);
    }
    co_return out;
  }
  Task<void> Disconnect(sso::Client client, identity::LinkedId id) override {
    const auto gone = std::erase_if(w_.linked, [&](const linking::Account& one) {
      return one.id == id && one.user == client.principal->user.id;
    });
    if (gone == 0) co_return Fail(Code::kNotFound, "identity_not_found");
    co_return Result<void>();
  }

 private:
  World& w_;
  sso::Service& sso_;
};

}  // namespace

std::unique_ptr<linking::Service> NewFakeLinking(World& world, sso::Service& sso) {
  return std::make_unique<FakeLinking>(world, sso);
}

}  // namespace gatehouse::access::testing
