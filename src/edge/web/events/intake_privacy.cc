// What an organization scrubs from the events of all its projects.

#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/events/privacy_form.h"
#include "edge/web/events/rule_problem.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "region/ingest/settings/project_options.h"

namespace gatehouse::web {

namespace {

std::string PrivacyPath(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/settings/events/privacy/";
}

Task<http::Response> PrivacyPage(Site& site, Call& call, const access::OrgAccess& access,
                                 json::Object shown, std::vector<ingest::OptionProblem> problems,
                                 std::string error_slug, int status) {
  Page page("intake_privacy.tpl", "Privacy of events");
  page.InOrg(access, "event-settings").Styles("events.css");
  html::Data& body = page.body();
  body.Set("ORGANIZATION", access.organization.name)
      .Set("ACTION", PrivacyPath(access))
      .Set("SETTINGS_URL", "/organizations/" + access.organization.slug + "/settings/events/");
  if (!error_slug.empty()) AddError(body, error_slug);
  AddProblems(body, problems, shown);
  AddPrivacyForm(body, shown, {}, false);
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowIntakePrivacy(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  GH_CO_TRY(auto settings, co_await site.d.events->intake.Get(access.organization.id));
  co_return co_await PrivacyPage(site, call, access, std::move(settings.scrubbing), {}, "", 200);
}

Task<http::Response> PostIntakePrivacy(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  GH_CO_TRY(const auto before, co_await site.d.events->intake.Get(access.organization.id));
  json::Object typed = PrivacyIn(call.form, false);
  auto problems = ingest::ProblemsOf(json::Object{{"scrubbing", typed}});
  if (!problems.empty()) {
    co_return co_await PrivacyPage(site, call, access, std::move(typed), std::move(problems), "",
                                   400);
  }
  // Only what is another than before is written and audited.
  json::Object own;
  for (const auto& [name, value] : typed) {
    const json::Value* old = before.scrubbing.if_contains(name);
    if (old == nullptr || *old != value) own[name] = value;
  }
  for (const auto& [name, value] : before.scrubbing) {
    if (!typed.contains(name)) own[name] = nullptr;
  }
  json::Object change;
  if (!own.empty()) change["scrubbing"] = std::move(own);
  const auto updated = co_await site.d.events->intake.Update(
      access.organization.id, std::move(change), access::CallerOf(call.visitor, access));
  if (updated) co_return Go(PrivacyPath(access), "settings_saved");
  GH_CO_TRY_VOID(co_await Refused(site, call, access, updated.error()));
  co_return co_await PrivacyPage(site, call, access, std::move(typed), {},
                                 std::string(updated.error().reason), FormStatus(updated.error()));
}

}  // namespace

void RegisterIntakePrivacy(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/settings/events/privacy/", ShowIntakePrivacy);
  site.Post(router, "/organizations/{slug}/settings/events/privacy/", PostIntakePrivacy);
}

}  // namespace gatehouse::web
