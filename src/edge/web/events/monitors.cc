// Crons: the monitored jobs, one of them with its runs, and the forms to make and change them.

#include <algorithm>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/monitor_view.h"
#include "edge/web/events/schedule_words.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"
#include "platform/http/url.h"
#include "region/monitors/errors.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kRuns = 30;
constexpr std::size_t kMonitorsRead = 100;
constexpr int kReads = 10;
constexpr std::string_view kScopes = "org:read|project:read|alerts:read";

bool MayChangeMonitors(const access::OrgAccess& access) {
  return access.can("alerts:write") || access.can("project:write");
}

std::string MonitorsPath(const access::OrgAccess& access) { return OrgPath(access) + "monitors/"; }
std::string UrlOf(const access::OrgAccess& access, const monitors::Monitor& monitor) {
  return MonitorsPath(access) + monitor.guid + "/";
}

// What to run to check in, for a project with a key.
Task<void> AddSnippet(Site& site, const access::OrgAccess& access, ProjectId project,
                      std::string slug, html::Data& body) {
  GH_CO_TRY(const auto keys,
            co_await site.d.events->projects.Keys(access.organization.id, project));
  const auto key = std::ranges::find_if(keys, &projects::Key::is_active);
  if (key == keys.end()) {
    body.Show("NO_KEY");
    co_return Result<void>();
  }
  const std::string& base = site.d.events->base_url;
  body.Add("SNIPPET")
      .Set("CURL", "curl '" + base + "/api/" + key->project.ToString() + "/cron/" + slug + "/" +
                       key->public_key + "/?status=ok'")
      .Set("CLI", "SENTRY_DSN='" + projects::Dsn(base, *key) + "' sentry-cli monitors run " + slug +
                      " -- ./your-job");
  co_return Result<void>();
}

Task<http::Response> ShowMonitors(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, kScopes));
  const Timestamp now = call.request.received;
  Page page("monitors.tpl", "Crons");
  page.InOrg(access, "monitors").Styles("events.css").Wide();
  html::Data& body = page.body();
  body.Set("ACTION", MonitorsPath(access)).Set("NEW_URL", MonitorsPath(access) + "new/");
  if (MayChangeMonitors(access)) body.Show("MAY_CREATE");
  GH_CO_TRY(const auto all, co_await site.d.events->projects.List(access.organization.id));
  GH_CO_TRY(const Chosen chosen, co_await ChooseProjects(site, call, access, 0, body));
  const std::string text = AsciiLower(Field(call.query, "query"));
  body.Set("QUERY", Field(call.query, "query"));
  GH_CO_TRY(const auto from, NumberIn(call.query, "after"));
  std::optional<MonitorId> after = from ? std::optional(MonitorId{*from}) : std::nullopt;
  std::vector<monitors::Monitor> list;
  bool more = false;
  for (int reads = 0; reads < kReads && list.size() <= kPerPage; ++reads) {
    GH_CO_TRY(auto found,
              co_await site.d.events->monitors.List(access.organization.id, after, kMonitorsRead));
    more = found.size() == kMonitorsRead;
    if (!found.empty()) after = found.back().id;
    for (monitors::Monitor& monitor : found) {
      if (!chosen.slug.empty() && monitor.project != chosen.projects.front().id) continue;
      // With a project that was removed went its monitors.
      if (SlugOf(all, monitor.project.value).empty()) continue;
      if (!text.empty() && AsciiLower(monitor.name).find(text) == std::string::npos &&
          monitor.slug.find(text) == std::string::npos) {
        continue;
      }
      list.push_back(std::move(monitor));
    }
    if (!more) break;
  }
  more = more || list.size() > kPerPage;
  if (list.size() > kPerPage) {
    list.resize(kPerPage);
    after = list.back().id;
  }
  if (list.empty()) {
    body.Show(!text.empty() || !chosen.slug.empty() || from ? "NOTHING" : "EMPTY");
  }
  for (const monitors::Monitor& monitor : list) {
    html::Data& row = body.Add("MONITOR");
    row.Set("URL", UrlOf(access, monitor))
        .Set("NAME_OF", monitor.name)
        .Set("MONITOR_SLUG", monitor.slug)
        .Set("SLUG_OF", SlugOf(all, monitor.project.value))
        .Set("SCHEDULE", ScheduleWords(monitor.config));
    if (!monitor.is_active) row.Show("PAUSED");
    if (monitor.is_muted) row.Show("MUTED");
    AddEnvironments(row, monitor, false, now);
    if (monitor.environments.empty()) row.Show("NEVER");
    GH_CO_TRY(const auto runs,
              co_await site.d.events->monitors.CheckInsOf(access.organization.id, monitor.id,
                                                          std::nullopt, std::nullopt, kStripRuns));
    AddStrip(row, runs);
  }
  if (more && after) {
    std::string url = MonitorsPath(access);
    for (const char* name : {"query", "project"}) {
      if (std::string value = Field(call.query, name); !value.empty()) {
        url = WithQuery(std::move(url), name, value);
      }
    }
    body.Add("OLDER").Set("URL", WithQuery(std::move(url), "after", after->ToString()));
  }
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> ShowMonitor(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, kScopes));
  const Timestamp now = call.request.received;
  GH_CO_TRY(const auto monitor,
            co_await site.d.events->monitors.Get(access.organization.id,
                                                 call.request.Param("monitor"), std::nullopt));
  GH_CO_TRY(const auto project, co_await site.d.events->projects.Get(access.organization.id,
                                                                     monitor.project.ToString()));
  Page page("monitor.tpl", monitor.name);
  page.InOrg(access, "monitors").Styles("events.css").Wide();
  html::Data& body = page.body();
  const std::string here = UrlOf(access, monitor);
  body.Set("NAME_OF", monitor.name)
      .Set("MONITOR_SLUG", monitor.slug)
      .Set("SLUG_OF", project.slug)
      .Set("SCHEDULE", ScheduleWords(monitor.config))
      .Set("LINE", monitor.config.schedule.is_crontab ? monitor.config.schedule.crontab : "")
      .Set("MARGIN", Counted(monitor.config.checkin_margin.value_or(monitors::kDefaultMargin),
                             "minute", "minutes"))
      .Set("MAX_RUNTIME", Counted(monitor.config.max_runtime.value_or(monitors::kDefaultMaxRuntime),
                                  "minute", "minutes"))
      .Set("FAILURES", Counted(monitor.config.failure_issue_threshold.value_or(1), "failure",
                               "failures in a row"))
      .Set("RECOVERIES",
           Counted(monitor.config.recovery_threshold.value_or(1), "success", "successes in a row"))
      .Set("LIST_URL", MonitorsPath(access))
      .Set("EDIT_URL", here + "edit/")
      .Set("ACTION", here)
      .Set("ISSUES_URL", WithQuery(WithQuery(OrgPath(access) + "issues/", "project", project.slug),
                                   "query", "monitor.slug:" + monitor.slug));
  if (!monitor.is_active) body.Show("PAUSED");
  if (monitor.is_muted) body.Show("MUTED");
  if (MayChangeMonitors(access)) {
    body.Show("MAY_CHANGE");
    body.Show(monitor.is_active ? "MAY_PAUSE" : "MAY_RESUME");
    body.Show(monitor.is_muted ? "MAY_UNMUTE_ALL" : "MAY_MUTE_ALL");
    if (!monitor.environments.empty()) {
      html::Data& removables = body.Add("REMOVABLES");
      for (const monitors::Environment& one : monitor.environments) {
        removables.Add("REMOVABLE").Set("NAME", one.name);
      }
    }
  }
  AddEnvironments(body, monitor, MayChangeMonitors(access), now);
  GH_CO_TRY(const auto before, NumberIn(call.query, "before"));
  GH_CO_TRY(const auto runs, co_await site.d.events->monitors.CheckInsOf(
                                 access.organization.id, monitor.id, std::nullopt, before, kRuns));
  if (!before) AddStrip(body, runs);
  body.Show(runs.empty() ? "NEVER" : "RUNS");
  for (const monitors::CheckIn& run : runs) {
    html::Data& row = body.Add("RUN_ROW");
    const StatusWord word = WordOf(run.status);
    row.Set("STATUS", std::string(word.word))
        .Set("STATUS_CLASS", std::string(word.pill))
        .Set("ENVIRONMENT_OF", run.environment)
        .Set("DURATION", run.duration_millis
                             ? ShownDuration(std::chrono::milliseconds(*run.duration_millis))
                             : std::string());
    AddTime(row, "AT", run.created_at, now);
    if (run.expected_at) AddTime(row, "EXPECTED", *run.expected_at, now);
    row.SetIf("RELEASE", run.release);
    if (IsTraceId(run.trace_id)) {
      row.Add("TRACE")
          .Set("TRACE_URL", OrgPath(access) + "traces/" + run.trace_id + "/")
          .Set("SHORT", run.trace_id.substr(0, 8));
    }
  }
  if (runs.size() == kRuns) {
    body.Add("OLDER").Set("URL", WithQuery(here, "before", std::to_string(runs.back().id)));
  }
  GH_CO_TRY_VOID(co_await AddSnippet(site, access, project.id, monitor.slug, body));
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> PostMonitor(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, kScopes));
  monitors::Service& service = site.d.events->monitors;
  GH_CO_TRY(const auto monitor, co_await service.Get(access.organization.id,
                                                     call.request.Param("monitor"), std::nullopt));
  const std::string op = Field(call.form, "op");
  if (op == "delete") {
    GH_CO_TRY_VOID(co_await service.Delete(access.organization.id, monitor.id,
                                           access::CallerOf(call.visitor, access)));
    co_return Go(MonitorsPath(access));
  }
  const std::string environment = Field(call.form, "environment");
  if (op == "forget") {
    GH_CO_TRY_VOID(co_await service.DeleteEnvironment(
        access.organization.id, monitor.id, environment, access::CallerOf(call.visitor, access)));
    co_return Go(UrlOf(access, monitor));
  }
  if ((op == "mute" || op == "unmute") && !environment.empty()) {
    GH_CO_TRY_VOID(co_await service.Mute(access.organization.id, monitor.id, environment,
                                         op == "mute", access::CallerOf(call.visitor, access)));
    co_return Go(UrlOf(access, monitor));
  }
  monitors::Edit edit;
  if (op == "mute" || op == "unmute") {
    edit.is_muted = op == "mute";
  } else if (op == "pause" || op == "resume") {
    edit.is_active = op == "resume";
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  GH_CO_TRY_VOID(co_await service.Update(access.organization.id, monitor.id, std::move(edit),
                                         access::CallerOf(call.visitor, access)));
  co_return Go(UrlOf(access, monitor));
}

// ---- the form -----------------------------------------------------------------------------------

Task<http::Response> FormPage(Site& site, Call& call, const access::OrgAccess& access,
                              std::optional<monitors::Monitor> monitor, MonitorForm form,
                              std::string error_slug, int status) {
  Page page("monitor_edit.tpl", monitor ? "Edit " + monitor->name : "New monitor");
  page.InOrg(access, "monitors").Styles("events.css");
  html::Data& body = page.body();
  body.Set("LIST_URL", MonitorsPath(access));
  if (monitor) {
    body.Set("ACTION", UrlOf(access, *monitor) + "edit/").Set("BACK_URL", UrlOf(access, *monitor));
    body.Add("EDITING").Set("NAME_OF", monitor->name);
  } else {
    body.Set("ACTION", MonitorsPath(access) + "new/").Set("BACK_URL", MonitorsPath(access));
    html::Data& fresh = body.Add("CREATING");
    GH_CO_TRY(const auto all, co_await site.d.events->projects.List(access.organization.id));
    const std::string wanted =
        call.form.Has("project") ? Field(call.form, "project") : Field(call.query, "project");
    for (const projects::Project& project : all) {
      html::Data& option = fresh.Add("PROJECT_OPTION");
      option.Set("SLUG", project.slug).Set("NAME", project.name);
      if (project.slug == wanted) option.Show("CHOSEN");
    }
    if (all.empty()) body.Add("NO_PROJECT").Set("URL", OrgPath(access) + "projects/");
  }
  if (!error_slug.empty()) AddError(body, error_slug);
  AddMonitorForm(body, form);
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowNew(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "alerts:write|project:write"));
  co_return co_await FormPage(site, call, access, std::nullopt, MonitorForm(), "", 200);
}

Task<http::Response> PostNew(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "alerts:write|project:write"));
  MonitorForm form = MonitorForm::Typed(call.form);
  auto config = form.Config();
  if (!config) {
    co_return co_await FormPage(site, call, access, std::nullopt, std::move(form),
                                std::string(monitors::kMonitorConfigInvalid), 400);
  }
  GH_CO_TRY(const auto project, co_await site.d.events->projects.Get(access.organization.id,
                                                                     Field(call.form, "project")));
  auto made = co_await site.d.events->monitors.Create(access.organization.id, project.id, form.slug,
                                                      form.name, std::move(*config),
                                                      access::CallerOf(call.visitor, access));
  if (made) co_return Go(UrlOf(access, *made));
  GH_CO_TRY_VOID(co_await Refused(site, call, access, made.error()));
  co_return co_await FormPage(site, call, access, std::nullopt, std::move(form),
                              std::string(made.error().reason), FormStatus(made.error()));
}

Task<http::Response> ShowEdit(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "alerts:write|project:write"));
  GH_CO_TRY(auto monitor, co_await site.d.events->monitors.Get(
                              access.organization.id, call.request.Param("monitor"), std::nullopt));
  MonitorForm form = MonitorForm::Of(monitor);
  co_return co_await FormPage(site, call, access, std::optional(std::move(monitor)),
                              std::move(form), "", 200);
}

Task<http::Response> PostEdit(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "alerts:write|project:write"));
  monitors::Service& service = site.d.events->monitors;
  GH_CO_TRY(auto monitor, co_await service.Get(access.organization.id,
                                               call.request.Param("monitor"), std::nullopt));
  MonitorForm form = MonitorForm::Typed(call.form);
  auto config = form.Config();
  if (!config) {
    co_return co_await FormPage(site, call, access, std::optional(std::move(monitor)),
                                std::move(form), std::string(monitors::kMonitorConfigInvalid), 400);
  }
  monitors::Edit edit;
  edit.name = form.name;
  edit.slug = form.slug;
  config->owner = monitor.config.owner;
  edit.config = std::move(*config);
  auto changed = co_await service.Update(access.organization.id, monitor.id, std::move(edit),
                                         access::CallerOf(call.visitor, access));
  if (changed) co_return Go(UrlOf(access, *changed));
  GH_CO_TRY_VOID(co_await Refused(site, call, access, changed.error()));
  co_return co_await FormPage(site, call, access, std::optional(std::move(monitor)),
                              std::move(form), std::string(changed.error().reason),
                              FormStatus(changed.error()));
}

}  // namespace

void RegisterMonitors(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/monitors/", ShowMonitors);
  site.Get(router, "/organizations/{slug}/monitors/new/", ShowNew);
  site.Post(router, "/organizations/{slug}/monitors/new/", PostNew);
  site.Get(router, "/organizations/{slug}/monitors/{monitor}/", ShowMonitor);
  site.Post(router, "/organizations/{slug}/monitors/{monitor}/", PostMonitor);
  site.Get(router, "/organizations/{slug}/monitors/{monitor}/edit/", ShowEdit);
  site.Post(router, "/organizations/{slug}/monitors/{monitor}/edit/", PostEdit);
}

}  // namespace gatehouse::web
