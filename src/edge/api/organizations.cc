// /api/0/organizations/ and /api/0/organizations/{organization}/: organizations and their settings.

#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/projects.h"
#include "edge/api/refusals.h"
#include "edge/api/teams.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

struct Setting {
  std::string_view key;   // in the API
  std::string_view flag;  // in orgs::Service::UpdateFlags
};
constexpr Setting kSettings[] = {
    {"openMembership", "allow_joinleave"},
    {"require2FA", "require_2fa"},
    {"requireEmailVerification", "require_email_verification"},
    {"allowJoinRequests", "allow_join_requests"},
    {"eventsMemberAdmin", "events_member_admin"},
    {"alertsMemberWrite", "alerts_member_write"},
    {"allowInvites", "allow_invites"},
    {"bindInvitesToEmail", "bind_invites_to_email"},
};

json::Object WithLinks(const Call& call, const orgs::Organization& organization,
                       bool has_provider) {
  json::Object o = Encode(organization);
  o["hasAuthProvider"] = has_provider;
  o["links"] = json::Object{
      {"organizationUrl", call.d.guard.base_url() + "/organizations/" + organization.slug + "/"},
      {"regionUrl", call.d.guard.origin()}};
  return o;
}

json::Object Detail(const Call& call, const orgs::Organization& organization) {
  json::Object o = WithLinks(call, organization, call.org().sso.provider_exists);
  o["role"] = call.org().member.role;
  o["requiresSso"] = call.org().sso.required;
  // Limits are those of keys and of the server: an organization has none of its own.
  o["quota"] = json::Object{
      {"maxRate", nullptr}, {"maxRateInterval", 60}, {"accountLimit", 0}, {"projectLimit", 100}};
  json::Array access;
  for (const std::string& scope : call.org().scopes) access.emplace_back(scope);
  o["access"] = std::move(access);
  return o;
}

http::Response Show(const Call& call, const orgs::Organization& organization) {
  return Reply(Detail(call, organization));
}

// What somebody demands of others they have themselves.
std::optional<http::Response> RefuseDemand(const Call& call, const json::Object& flags) {
  const auto turns_on = [&flags](std::string_view flag) {
    const json::Value* value = flags.if_contains(flag);
    return value != nullptr && value->as_bool();
  };
  if (turns_on("require_2fa") && !call.user().has_2fa) {
    return FieldError(call.request, "require2FA", kFieldInvalid,
                      "Cannot require two-factor authentication without personal two-factor "
                      "enabled.");
  }
  if (turns_on("require_email_verification") && !call.user().email_verified) {
    return FieldError(call.request, "requireEmailVerification", kFieldInvalid,
                      "Cannot require email verification before verifying your email address.");
  }
  return std::nullopt;
}

// The state of single sign-on is another half's: it is read under a version of the organization,
// and the change is made only if that version still stands. A set-up that gets in between raises
// it.
Task<orgs::Organization> ChangeFlags(Call& call, json::Object flags) {
  std::int64_t version = call.org().organization.version;
  for (int tries = 1;; ++tries) {
    GH_CO_TRY(auto provider, co_await call.d.sso.FindProvider(call.organization()));
    auto changed = co_await call.d.orgs.UpdateFlags(
        call.organization(), flags, provider.has_value(), version, access::ActorOf(call.visitor));
    if (changed || tries == 2 || changed.error().code != Code::kConflict) co_return changed;
    GH_CO_TRY(auto read,
              co_await call.d.orgs.GetWithMember(call.org().organization.slug, call.user().id));
    version = read.first.version;
  }
}

}  // namespace

Task<http::Response> ListOrganizations(Call& call) {
  GH_CO_TRY(auto memberships, co_await call.d.orgs.ListForUser(call.user().id));
  json::Array list;
  for (const orgs::OrgMembership& m : memberships) {
    // A session born by one organization's provider knows of that organization only.
    const auto& session = call.visitor.principal->session;
    if (session && session->OwnProof() == nullptr &&
        session->SsoProof(m.organization.id) == nullptr) {
      continue;
    }
    GH_CO_TRY(const auto provider, co_await call.d.sso.FindProvider(m.organization.id));
    list.push_back(WithLinks(call, m.organization, provider.has_value()));
  }
  co_return Reply(std::move(list));
}

Task<http::Response> GetOrganization(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  json::Object o = Detail(call, call.org().organization);
  if (query.Get("detailed") != "0") {
    GH_CO_TRY(auto teams, co_await call.d.teams.List(call.organization(), call.caller()));
    GH_CO_TRY(o["teams"], co_await EncodeTeamsFor(call, std::move(teams)));
    if (call.d.events != nullptr && call.org().can("project:read")) {
      GH_CO_TRY(o["projects"], co_await EncodeProjects(call));
    }
  }
  co_return Reply(std::move(o));
}

Task<http::Response> UpdateOrganization(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(auto default_role, OptionalText(body, "defaultRole"));
  json::Object flags;
  for (const Setting& setting : kSettings) {
    GH_CO_TRY(auto value, OptionalBool(body, setting.key));
    if (value) flags[setting.flag] = *value;
  }
  if (default_role && !call.org().can("org:admin")) {
    co_return Fail(Code::kPermissionDenied, kForbidden, "defaultRole needs org:admin");
  }
  if (flags.contains("require_2fa")) GH_CO_TRY_VOID(call.RequireFreshSession());
  if (auto refused = RefuseDemand(call, flags)) co_return *std::move(refused);
  orgs::Organization organization = call.org().organization;
  if (!flags.empty()) {
    GH_CO_TRY(organization, co_await ChangeFlags(call, std::move(flags)));
  }
  if (default_role) {
    GH_CO_TRY_VOID(co_await call.d.orgs.UpdateDefaultRole(call.organization(), *default_role,
                                                          access::ActorOf(call.visitor)));
    organization.default_role = *default_role;
  }
  co_return Show(call, organization);
}

}  // namespace gatehouse::api
