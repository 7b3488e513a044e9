// Settings of an organization: who may come in, and how.

#include <array>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/messages.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

// The switches of the form. A bit that is stored the other way round is on when it is not set.
struct Switch {
  std::string_view name;  // of Service::UpdateFlags
  std::int64_t bit;
  bool inverted;
};
constexpr std::array kSwitches = {
    Switch{"require_2fa", orgs::kRequire2fa, false},
    Switch{"require_email_verification", orgs::kRequireEmailVerification, false},
    Switch{"allow_joinleave", orgs::kAllowJoinLeave, false},
    Switch{"allow_invites", orgs::kNoInvites, true},
    Switch{"allow_join_requests", orgs::kNoJoinRequests, true},
    Switch{"bind_invites_to_email", orgs::kBindInvitesToEmail, false},
    Switch{"events_member_admin", orgs::kMembersNoEventAdmin, true},
    Switch{"alerts_member_write", orgs::kMembersNoAlertsWrite, true},
};

bool IsOn(const orgs::Organization& organization, const Switch& option) {
  return ((organization.flags & option.bit) != 0) != option.inverted;
}

std::string SettingsPath(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/settings/";
}

Task<http::Response> SettingsPage(Site& site, Call& call, const access::OrgAccess& access,
                                  std::string error_slug, int status) {
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
  Page page("organization_settings.tpl", "Settings");
  page.InOrg(access, "settings");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("ORGANIZATION", access.organization.name)
      .Set("SLUG", access.organization.slug)
      .Set("ACTION", SettingsPath(access))
      .Set("VERSION", std::to_string(access.organization.version))
      .Set("JOIN_URL", site.d.guard.base_url() + "/join-request/" + access.organization.slug + "/");
  for (const Switch& option : kSwitches) {
    std::string upper(option.name);
    for (char& c : upper) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    if (IsOn(access.organization, option)) body.Show(std::move(upper));
  }
  body.Show(provider ? "SSO_ON" : "SSO_OFF");
  if (!call.user().has_2fa) body.Show("NO_OWN_2FA");
  if (!call.user().email_verified) body.Show("NO_OWN_EMAIL");
  if (access.can("org:admin")) {
    html::Data& form = body.Add("ROLE_FORM");
    for (const orgs::Role& role : orgs::Roles()) {
      if (role.is_retired) continue;
      html::Data& choice = form.Add("OPTION");
      choice.Set("ID", std::string(role.id)).Set("LABEL", std::string(role.name));
      if (role.id == access.organization.default_role) choice.Show("SELECTED");
    }
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowSettings(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  co_return co_await SettingsPage(site, call, access, "", 200);
}

Task<void> SaveSwitches(Site& site, Call& call, const access::OrgAccess& access) {
  auto version = StrongId<struct VersionTag>::Parse(Field(call.form, "version"));
  if (!version) co_return Fail(Code::kInvalidArgument, "bad_request", "version");
  json::Object flags;
  for (const Switch& option : kSwitches) {
    const bool wanted = call.form.Has(option.name);
    if (wanted != IsOn(access.organization, option)) flags[option.name] = wanted;
  }
  if (flags.empty()) co_return Result<void>();
  if (flags.contains("require_2fa")) {
    // Who asks others for a second factor has one, and has just used an own credential.
    GH_CO_TRY_VOID(access::Guard::RequireFreshProof(call.visitor));
    if (call.form.Has("require_2fa") && !call.user().has_2fa) {
      co_return Fail(Code::kFailedPrecondition, "own_2fa_required");
    }
  }
  if (flags.contains("require_email_verification") && call.form.Has("require_email_verification") &&
      !call.user().email_verified) {
    co_return Fail(Code::kFailedPrecondition, "own_email_unverified");
  }
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
  GH_CO_TRY_VOID(co_await site.d.orgs.UpdateFlags(access.organization.id, std::move(flags),
                                                  provider.has_value(), version->value,
                                                  access::ActorOf(call.visitor)));
  co_return Result<void>();
}

Task<http::Response> PostSettings(Site& site, Call& call) {
  const std::string op = Field(call.form, "op");
  GH_CO_TRY(auto access,
            co_await Enter(site, call, op == "default-role" ? "org:admin" : "org:write"));
  Result<void> done;
  if (op == "switches") {
    done = co_await SaveSwitches(site, call, access);
  } else if (op == "default-role") {
    done = co_await site.d.orgs.UpdateDefaultRole(access.organization.id, Field(call.form, "role"),
                                                  access::ActorOf(call.visitor));
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  if (done) co_return Go(SettingsPath(access), "settings_saved");
  GH_CO_TRY_VOID(co_await Refused(site, call, access, done.error()));
  co_return co_await SettingsPage(site, call, access, std::string(done.error().reason),
                                  FormStatus(done.error()));
}

}  // namespace

void RegisterOrganizationSettings(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/settings/", ShowSettings);
  site.Post(router, "/organizations/{slug}/settings/", PostSettings);
}

}  // namespace gatehouse::web
