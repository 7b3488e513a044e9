// /api/0/users/{user}/identities/ and /user-identities/: what the account is known by elsewhere. Of
// the field's categories "org-identity" (an organization's single sign-on) and "global-identity"
// (an account linked at a provider, so that the product can act there).

#include <algorithm>

#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/refusals.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

constexpr std::string_view kOrganizations = "org-identity";
constexpr std::string_view kLinked = "global-identity";

json::Value ToJson(const orgs::Organization* organization) {
  if (organization == nullptr) return nullptr;
  return json::Object{{"slug", organization->slug}, {"name", organization->name}};
}

json::Object EncodeLinked(const sso::LinkedIdentity& linked,
                          const orgs::Organization* organization) {
  const identity::Identity& identity = linked.identity;
  json::Object o;
  o["category"] = kOrganizations;
  o["id"] = identity.id.ToString();
  o["provider"] = json::Object{{"key", linked.provider_kind}, {"name", linked.provider_name}};
  o["name"] = identity.email.empty() ? identity.subject : identity.email;
  o["status"] = linked.needed_by_organization ? "needed_for_org_auth"
                : linked.needed_by_account    ? "needed_for_global_auth"
                                              : "can_disconnect";
  o["isLogin"] = true;
  o["isValid"] = identity.is_valid;
  o["state"] = identity::TokenStateName(identity.state);
  o["stateReason"] = identity.state_reason;
  o["organization"] = ToJson(organization);
  o["dateAdded"] = FormatIso8601(identity.created_at);
  o["dateVerified"] = FormatIso8601(identity.last_verified_at);
  o["dateSynced"] = FormatIso8601(identity.last_synced_at);
  return o;
}

json::Object EncodeLinked(const linking::Account& account, const orgs::Organization* organization) {
  json::Object o;
  o["category"] = kLinked;
  o["id"] = account.id.ToString();
  o["provider"] = json::Object{{"key", account.kind}, {"name", account.provider_name}};
  o["name"] = account.name.empty() ? account.external_id : account.name;
  o["status"] = "can_disconnect";  // nobody logs in by it
  o["isLogin"] = false;
  o["isValid"] = account.status != identity::LinkStatus::kInvalid;
  o["state"] = identity::TokenStateName(account.state);
  o["stateReason"] = account.state_reason;
  o["organization"] = ToJson(organization);
  o["dateAdded"] = FormatIso8601(account.created_at);
  o["dateVerified"] = FormatIso8601(account.verified_at);
  o["dateSynced"] = FormatIso8601(account.synced_at);
  return o;
}

Task<std::optional<orgs::Organization>> FindOrganization(Call& call, OrgId id) {
  auto organization = co_await call.d.orgs.Get(id);
  if (organization) co_return std::optional(std::move(*organization));
  if (organization.error().code != Code::kNotFound) {
    co_return std::unexpected(organization.error());
  }
  co_return std::optional<orgs::Organization>();
}

Task<json::Array> Identities(Call& call) {
  GH_CO_TRY(auto linked, co_await call.d.sso.IdentitiesOf(call.user().id));
  json::Array list;
  for (const sso::LinkedIdentity& one : linked) {
    GH_CO_TRY(auto organization, co_await FindOrganization(call, one.identity.organization));
    list.push_back(EncodeLinked(one, organization ? &*organization : nullptr));
  }
  GH_CO_TRY(auto accounts, co_await call.d.linking.AccountsOf(call.user().id));
  for (const linking::Account& one : accounts) {
    GH_CO_TRY(auto organization, co_await FindOrganization(call, one.organization));
    list.push_back(EncodeLinked(one, organization ? &*organization : nullptr));
  }
  co_return std::move(list);
}

// {identity} and {category} of the path.
struct NamedIdentity {
  bool linked = false;
  std::string id;
};
Result<NamedIdentity> NameOf(const Call& call) {
  NamedIdentity named;
  for (const auto& [name, value] : call.request.params) {
    if (name != "category" || value == kOrganizations) continue;
    if (value != kLinked) return Fail(Code::kNotFound, kIdentityNotFound);
    named.linked = true;
  }
  named.id = call.request.Param("identity");
  if (!IdentityId::Parse(named.id)) return Fail(Code::kNotFound, kIdentityNotFound);
  return named;
}

}  // namespace

Task<http::Response> ListIdentities(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  const std::string kind(query.Get("provider"));
  GH_CO_TRY(json::Array list, co_await Identities(call));
  json::Array shown;
  for (json::Value& one : list) {
    if (kind.empty() || one.at("provider").at("key").as_string() == std::string_view(kind)) {
      shown.push_back(std::move(one));
    }
  }
  co_return Reply(std::move(shown));
}

Task<http::Response> GetIdentity(Call& call) {
  GH_CO_TRY(const NamedIdentity named, NameOf(call));
  GH_CO_TRY(json::Array list, co_await Identities(call));
  for (json::Value& one : list) {
    if (one.at("id").as_string() == std::string_view(named.id) &&
        one.at("category").as_string() == (named.linked ? kLinked : kOrganizations)) {
      co_return Reply(std::move(one));
    }
  }
  co_return Fail(Code::kNotFound, kIdentityNotFound);
}

Task<http::Response> RemoveIdentity(Call& call) {
  GH_CO_TRY(const NamedIdentity named, NameOf(call));
  if (named.linked) {
    GH_CO_TRY_VOID(co_await call.d.linking.Disconnect(call.visitor.client,
                                                      *identity::LinkedId::Parse(named.id)));
  } else {
    GH_CO_TRY_VOID(co_await call.d.sso.Unlink(call.visitor.client, *IdentityId::Parse(named.id)));
  }
  co_return http::Response::Empty(204);
}

}  // namespace gatehouse::api
