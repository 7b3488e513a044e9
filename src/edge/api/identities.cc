// /api/0/users/{user}/identities/ and /user-identities/: the account's identities at organizations'
// providers. All of them are of the field's category "org-identity".

#include <algorithm>

#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/refusals.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

constexpr std::string_view kCategory = "org-identity";

json::Object Encode(const sso::LinkedIdentity& linked, const orgs::Organization* organization) {
  const identity::Identity& identity = linked.identity;
  json::Object o;
  o["category"] = kCategory;
  o["id"] = identity.id.ToString();
  o["provider"] = json::Object{{"key", linked.provider_kind}, {"name", linked.provider_name}};
  o["name"] = identity.email.empty() ? identity.subject : identity.email;
  o["status"] = linked.needed_by_organization ? "needed_for_org_auth"
                : linked.needed_by_account    ? "needed_for_global_auth"
                                              : "can_disconnect";
  o["isLogin"] = true;
  o["isValid"] = identity.is_valid;
  if (organization != nullptr) {
    o["organization"] = json::Object{{"slug", organization->slug}, {"name", organization->name}};
  } else {
    o["organization"] = nullptr;
  }
  o["dateAdded"] = FormatIso8601(identity.created_at);
  o["dateVerified"] = FormatIso8601(identity.last_verified_at);
  o["dateSynced"] = FormatIso8601(identity.last_verified_at);
  return o;
}

Task<json::Array> Identities(Call& call) {
  GH_CO_TRY(auto linked, co_await call.d.sso.IdentitiesOf(call.user().id));
  json::Array list;
  for (const sso::LinkedIdentity& one : linked) {
    auto organization = co_await call.d.orgs.Get(one.identity.organization);
    if (!organization && organization.error().code != Code::kNotFound) {
      co_return std::unexpected(organization.error());
    }
    list.push_back(Encode(one, organization ? &*organization : nullptr));
  }
  co_return std::move(list);
}

// {identity} of the path; {category}, where there is one, must be ours.
Result<IdentityId> IdentityOf(const Call& call) {
  for (const auto& [name, value] : call.request.params) {
    if (name == "category" && value != kCategory) {
      return Fail(Code::kNotFound, kIdentityNotFound);
    }
  }
  auto id = IdentityId::Parse(call.request.Param("identity"));
  if (!id) return Fail(Code::kNotFound, kIdentityNotFound);
  return *id;
}

}  // namespace

Task<http::Response> ListIdentities(Call& call) {
  GH_CO_TRY(json::Array list, co_await Identities(call));
  co_return Reply(std::move(list));
}

Task<http::Response> GetIdentity(Call& call) {
  GH_CO_TRY(IdentityId id, IdentityOf(call));
  GH_CO_TRY(json::Array list, co_await Identities(call));
  for (json::Value& one : list) {
    if (one.at("id").as_string() == std::string_view(id.ToString())) {
      co_return Reply(std::move(one));
    }
  }
  co_return Fail(Code::kNotFound, kIdentityNotFound);
}

Task<http::Response> RemoveIdentity(Call& call) {
  GH_CO_TRY(IdentityId id, IdentityOf(call));
  GH_CO_TRY_VOID(co_await call.d.sso.Unlink(call.visitor.client, id));
  co_return http::Response::Empty(204);
}

}  // namespace gatehouse::api
