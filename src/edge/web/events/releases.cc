// Releases: the list with their health, and one release: sessions over time, its new issues,
// commits, deploys and files.

#include <algorithm>
#include <map>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/event_view.h"
#include "edge/web/events/events.h"
#include "edge/web/events/health_chart.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"
#include "platform/http/url.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxOffset = 10'000;
constexpr std::size_t kMaxCommits = 50;
constexpr std::size_t kMaxDeploys = 25;
constexpr std::size_t kMaxReleaseFiles = 50;
constexpr std::size_t kMaxIssues = 10;
constexpr std::string_view kMayRead = "project:read|project:write|project:admin|project:releases";

bool MayChangeReleases(const access::OrgAccess& access) {
  return access.can("project:releases") || access.can("project:write") ||
         access.can("project:admin");
}

std::string UrlOf(const access::OrgAccess& access, std::string_view version) {
  return OrgPath(access) + "releases/" + http::PercentEncode(version) + "/";
}

// What its projects together know of a release.
struct ReleaseSum {
  sessions::Counts counts;
  double adoption = 0;  // the highest of its projects
  std::string stage;
};

using ReleaseSums = std::map<std::string, ReleaseSum>;

Task<ReleaseSums> HealthOf(Site& site, OrgId organization, std::vector<releases::Detail> list,
                           std::vector<ProjectId> only, Timestamp from, Timestamp to) {
  std::map<ProjectId, std::vector<std::string>> wanted;
  for (const releases::Detail& detail : list) {
    for (const releases::ReleaseProject& one : detail.projects) {
      if (!one.project.Has(projects::kHasSessions)) continue;
      if (!only.empty() && std::ranges::find(only, one.project.id) == only.end()) continue;
      wanted[one.project.id].push_back(detail.release.version);
    }
  }
  ReleaseSums sums;
  for (auto& [project, versions] : wanted) {
    GH_CO_TRY(const auto health, co_await site.d.events->sessions.ReleaseHealth(
                                     organization, project, std::move(versions), from, to));
    for (const sessions::Health& one : health) {
      ReleaseSum& sum = sums[one.release];
      sum.counts.Merge(one.counts);
      if (sum.stage.empty() || one.adoption.sessions >= sum.adoption) {
        sum.adoption = one.adoption.sessions;
        sum.stage = one.adoption.stage;
      }
    }
  }
  co_return sums;
}

void AddHealth(html::Data& row, const ReleaseSum& sum) {
  html::Data& health = row.Add("HEALTH");
  const double sessions = sum.counts.CrashFreeSessions();
  health.Set("CRASH_FREE", ShownShare(sessions))
      .Set("CRASH_FREE_CLASS", sessions < 0.98    ? "bad"
                               : sessions < 0.995 ? "warn"
                                                  : "ok")
      .Set("SESSIONS", Grouped(sum.counts.sessions))
      .Set("ADOPTION", ShownShare(sum.adoption));
  if (sum.counts.users.Count() > 0) {
    health.Add("USERS")
        .Set("CRASH_FREE_USERS", ShownShare(sum.counts.CrashFreeUsers()))
        .Set("USER_COUNT", Grouped(sum.counts.users.Count()));
  }
  if (sum.stage == "adopted") health.Show("ADOPTED");
  if (sum.stage == "replaced") health.Show("REPLACED");
}

Task<http::Response> ShowReleases(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, kMayRead));
  const Timestamp now = call.request.received;
  const std::string base = OrgPath(access) + "releases/";
  Page page("releases.tpl", "Releases");
  page.InOrg(access, "releases").Styles("events.css").Wide();
  html::Data& body = page.body();
  GH_CO_TRY(const Chosen chosen, co_await ChooseProjects(site, call, access, 0, body));
  const Period period = ChoosePeriod(call, "24h", body);
  const std::string text = Field(call.query, "query");
  const std::string environment = Field(call.query, "environment");
  const std::string status = Field(call.query, "status");
  body.Set("ACTION", base).Set("QUERY", text).Set("ENVIRONMENT", environment);
  for (const auto& [id, name] :
       {std::pair("open", "Open"), std::pair("archived", "Archived"), std::pair("all", "All")}) {
    html::Data& option = body.Add("STATUS_OPTION");
    option.Set("ID", id).Set("NAME", name);
    if (status == id) option.Show("CHOSEN");
  }
  releases::Query query{.text = text};
  if (status == "archived") query.is_open = false;
  if (status == "all") query.is_open = std::nullopt;
  if (!chosen.slug.empty()) query.projects.push_back(chosen.projects.front().id);
  if (!environment.empty()) query.environments.push_back(environment);
  GH_CO_TRY(const auto number, NumberIn(call.query, "offset"));
  const std::size_t offset = std::min(static_cast<std::size_t>(number.value_or(0)), kMaxOffset);
  query.offset = offset;
  query.limit = kPerPage + 1;
  const std::vector<ProjectId> only = query.projects;
  GH_CO_TRY(auto list, co_await site.d.events->releases.List(access.organization.id, query));
  const bool more = list.size() > kPerPage;
  if (more) list.pop_back();
  GH_CO_TRY(const ReleaseSums sums,
            co_await HealthOf(site, access.organization.id, list, only, now - period.length, now));
  if (list.empty()) {
    const bool asked = !text.empty() || !environment.empty() || !status.empty() ||
                       !chosen.slug.empty() || offset > 0;
    body.Show(asked ? "NOTHING" : "EMPTY");
  }
  for (const releases::Detail& detail : list) {
    html::Data& row = body.Add("RELEASE");
    std::int64_t new_groups = 0;
    for (const releases::ReleaseProject& one : detail.projects) {
      new_groups += one.new_groups;
      row.Add("OF").Set("SLUG", one.project.slug);
    }
    row.Set("URL", UrlOf(access, detail.release.version))
        .Set("VERSION", detail.release.version)
        .Set("NEW_ISSUES", Counted(new_groups, "new issue", "new issues"));
    if (new_groups > 0) row.Show("HAS_NEW");
    if (!detail.commits.empty()) {
      row.Add("COMMITS").Set(
          "COUNT", Counted(static_cast<std::int64_t>(detail.commits.size()), "commit", "commits"));
    }
    if (detail.last_deploy) {
      row.Add("DEPLOYED").Set("ENVIRONMENT_OF", detail.last_deploy->environment);
    }
    if (!detail.release.is_open) row.Show("ARCHIVED");
    row.Set("WHEN_WORD", detail.release.released_at ? "finished" : "created");
    AddTime(row, "AT", detail.release.EffectiveDate(), now);
    const auto sum = sums.find(detail.release.version);
    if (sum != sums.end() && sum->second.counts.sessions > 0) AddHealth(row, sum->second);
  }
  const auto link = [&](std::size_t at) {
    std::string url = base;
    for (const char* name : {"query", "project", "environment", "status", "period"}) {
      if (std::string value = Field(call.query, name); !value.empty()) {
        url = WithQuery(std::move(url), name, value);
      }
    }
    return at == 0 ? url : WithQuery(std::move(url), "offset", std::to_string(at));
  };
  if (offset > 0) {
    body.Add("NEWER").Set("URL", link(offset - std::min(offset, kPerPage)));
  }
  if (more) body.Add("OLDER").Set("URL", link(offset + kPerPage));
  co_return co_await site.Show(call, std::move(page));
}

// ---- one release --------------------------------------------------------------------------------

Task<void> AddSeries(Site& site, const access::OrgAccess& access, const releases::Detail& detail,
                     bool long_one, Timestamp now, html::Data& body) {
  sessions::Query query;
  for (const releases::ReleaseProject& one : detail.projects) {
    if (one.project.Has(projects::kHasSessions)) query.projects.push_back(one.project.id);
  }
  if (query.projects.empty()) co_return Result<void>();
  query.from = now - (long_one ? std::chrono::hours(24 * 14) : std::chrono::hours(24));
  query.to = now;
  query.release = detail.release.version;
  query.bucket_hours = long_one ? 24 : 1;
  GH_CO_TRY(const auto answer, co_await site.d.events->sessions.Ask(access.organization.id, query));
  html::Data& section = body.Add("HEALTH_CHART");
  section.Show(long_one ? "LONG" : "SHORT");
  section.Set("SHORT_URL", UrlOf(access, detail.release.version))
      .Set("LONG_URL", UrlOf(access, detail.release.version) + "?period=14d");
  if (answer.groups.empty() || answer.groups.front().totals.sessions == 0) {
    section.Show("NO_SESSIONS");
    co_return Result<void>();
  }
  const sessions::Group& all = answer.groups.front();
  const HealthChart chart = DrawHealth(all.series);
  section.Add("CHART")
      .Set("ALL", chart.all)
      .Set("ERRORED", chart.errored)
      .Set("CRASHED", chart.crashed)
      .Set("HIGHEST", Grouped(chart.highest))
      .Set("FROM", FormatHuman(answer.buckets.front()))
      .Set("TO", FormatHuman(now));
  html::Data& figures = section.Add("FIGURES");
  figures.Set("CRASH_FREE", ShownShare(all.totals.CrashFreeSessions()))
      .Set("SESSIONS", Grouped(all.totals.sessions))
      .Set("CRASHED_COUNT", Grouped(all.totals.crashed))
      .Set("ERRORED_COUNT",
           Grouped(std::max<std::int64_t>(all.totals.Errored() - all.totals.crashed, 0)));
  if (all.totals.users.Count() > 0) {
    figures.Add("USERS")
        .Set("CRASH_FREE_USERS", ShownShare(all.totals.CrashFreeUsers()))
        .Set("USER_COUNT", Grouped(all.totals.users.Count()));
  }
  if (all.totals.durations > 0) {
    if (const auto median = all.totals.duration_parts.Percentile(0.5)) {
      figures.Add("MEDIAN").Set("LENGTH", ShownDuration(*median));
    }
    figures.Add("MEAN").Set("LENGTH", ShownDuration(all.totals.duration / all.totals.durations));
  }
  co_return Result<void>();
}

Task<void> AddNewIssues(Site& site, const access::OrgAccess& access, const std::string& version,
                        Timestamp now, html::Data& body) {
  const auto term = SearchTerm("release", version);
  if (!term) co_return Result<void>();
  const std::string search = "first-" + *term;
  auto terms = issues::ParseQuery(search, now);
  if (!terms) co_return Result<void>();
  issues::Query query;
  query.terms = std::move(*terms);
  query.limit = kMaxIssues;
  GH_CO_TRY(const auto found, co_await site.d.events->issues.List(access.organization.id, query));
  const std::string list = OrgPath(access) + "issues/";
  html::Data& section = body.Add("NEW_ISSUES");
  section.Set("SEARCH_URL", WithQuery(list, "query", search))
      .Set("SEEN_URL", WithQuery(list, "query", *term));
  if (found.issues.empty()) section.Show("NONE");
  for (const issues::Issue& issue : found.issues) {
    html::Data& row = section.Add("ISSUE");
    row.Set("URL", list + issue.id.ToString() + "/")
        .Set("TITLE", issue.title)
        .Set("SHORT_ID", issue.short_id)
        .Set("COUNT", Counted(issue.times_seen, "event", "events"))
        .Set("LEVEL", issue.level)
        .Set("LEVEL_CLASS", std::string(LevelPill(issue.level)));
    if (issue.status == "resolved") row.Show("RESOLVED");
  }
  if (found.has_next) section.Show("MORE");
  co_return Result<void>();
}

void AddCommits(const releases::Detail& detail, Timestamp now, html::Data& body) {
  if (detail.commits.empty()) return;
  html::Data& section = body.Add("COMMITS");
  section.Set("COUNT",
              Counted(static_cast<std::int64_t>(detail.commits.size()), "commit", "commits"));
  for (std::size_t i = 0; i < detail.commits.size() && i < kMaxCommits; ++i) {
    const releases::Commit& commit = detail.commits[i];
    html::Data& row = section.Add("COMMIT");
    row.Set("ID", commit.id.substr(0, 12))
        .Set("MESSAGE", std::string(SplitOnce(commit.message, '\n').first))
        .Set("AUTHOR", commit.author_name.empty() ? commit.author_email : commit.author_name)
        .Set("REPOSITORY", commit.repository);
    AddTime(row, "AT", commit.at, now);
  }
}

Task<void> AddDeploys(Site& site, const access::OrgAccess& access, const releases::Detail& detail,
                      Timestamp now, html::Data& body) {
  if (detail.deploy_count == 0) co_return Result<void>();
  GH_CO_TRY(const auto deploys, co_await site.d.events->releases.Deploys(access.organization.id,
                                                                         detail.release.version));
  html::Data& section = body.Add("DEPLOYS");
  section.Set("COUNT", Counted(detail.deploy_count, "deploy", "deploys"));
  for (std::size_t i = 0; i < deploys.size() && i < kMaxDeploys; ++i) {
    html::Data& row = section.Add("DEPLOY");
    row.Set("ENVIRONMENT_OF", deploys[i].environment);
    row.SetIf("NAME", deploys[i].name);
    AddTime(row, "AT", deploys[i].finished_at, now);
    if (deploys[i].started_at && *deploys[i].started_at <= deploys[i].finished_at) {
      row.Add("TOOK").Set("LENGTH", ShownDuration(deploys[i].finished_at - *deploys[i].started_at));
    }
  }
  co_return Result<void>();
}

Task<void> AddReleaseFiles(Site& site, const access::OrgAccess& access,
                           const releases::Detail& detail, html::Data& body) {
  const OrgId organization = access.organization.id;
  artifacts::Service& artifacts = site.d.events->artifacts;
  GH_CO_TRY(const auto files,
            co_await artifacts.ListReleaseFiles(organization, detail.release.id, std::string(),
                                                std::nullopt, kMaxReleaseFiles));
  std::vector<artifacts::ArtifactBundle> bundles;
  for (const releases::ReleaseProject& one : detail.projects) {
    GH_CO_TRY(auto some, co_await artifacts.ListBundles(organization, one.project.id, std::nullopt,
                                                        kMaxReleaseFiles));
    for (artifacts::ArtifactBundle& bundle : some) {
      const bool ours = std::ranges::any_of(bundle.releases, [&](const auto& release) {
        return release.first == detail.release.version;
      });
      if (ours &&
          std::ranges::none_of(bundles, [&](const auto& known) { return known.id == bundle.id; })) {
        bundles.push_back(std::move(bundle));
      }
    }
  }
  if (files.empty() && bundles.empty()) co_return Result<void>();
  html::Data& section = body.Add("FILES");
  for (const artifacts::ArtifactBundle& bundle : bundles) {
    section.Add("BUNDLE")
        .Set("ID", bundle.bundle_id)
        .Set("COUNT", Counted(bundle.file_count, "file", "files"))
        .Set("SIZE", Counted(bundle.size, "byte", "bytes"));
  }
  for (const artifacts::ReleaseFile& file : files) {
    html::Data& row = section.Add("FILE");
    row.Set("NAME", file.name).Set("SIZE", Counted(file.size, "byte", "bytes"));
    row.SetIf("DIST", file.dist);
  }
  if (files.size() == kMaxReleaseFiles) section.Show("MORE");
  co_return Result<void>();
}

Task<http::Response> ReleasePage(Site& site, Call& call, const access::OrgAccess& access,
                                 std::string error_slug, int status) {
  const Timestamp now = call.request.received;
  GH_CO_TRY(const auto detail, co_await site.d.events->releases.Get(access.organization.id,
                                                                    call.request.Param("version")));
  const std::string& version = detail.release.version;
  Page page("release.tpl", version);
  page.InOrg(access, "releases").Styles("events.css").Wide();
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("VERSION", version)
      .Set("LIST_URL", OrgPath(access) + "releases/")
      .Set("ACTION", UrlOf(access, version));
  body.SetIf("REF", detail.ref.value_or(""));
  // Only what a link can carry without harm is one.
  if (detail.url && http::ParseUrl(*detail.url)) body.Add("LINK").Set("URL", *detail.url);
  if (detail.release.released_at) {
    AddTime(body, "FINISHED", *detail.release.released_at, now);
  }
  AddTime(body, "CREATED", detail.release.created_at, now);
  if (detail.last_event) AddTime(body, "LAST_EVENT", *detail.last_event, now);
  if (!detail.release.is_open) body.Show("ARCHIVED");
  if (MayChangeReleases(access)) {
    if (!detail.release.released_at) body.Show("MAY_FINISH");
    body.Show(detail.release.is_open ? "MAY_ARCHIVE" : "MAY_RESTORE");
    body.Show("MAY_DELETE");
  }
  GH_CO_TRY(
      const ReleaseSums sums,
      co_await HealthOf(site, access.organization.id, std::vector<releases::Detail>(1, detail),
                        std::vector<ProjectId>(), now - std::chrono::hours(24), now));
  for (const releases::ReleaseProject& one : detail.projects) {
    body.Add("PROJECT")
        .Set("SLUG", one.project.slug)
        .Set("URL", OrgPath(access) + "projects/" + one.project.slug + "/")
        .Set("COUNT", Counted(one.new_groups, "new issue", "new issues"));
  }
  if (const auto sum = sums.find(version); sum != sums.end()) {
    body.Add("ADOPTION").Set("SHARE", ShownShare(sum->second.adoption));
  }
  GH_CO_TRY_VOID(
      co_await AddSeries(site, access, detail, Field(call.query, "period") == "14d", now, body));
  if (access.can("event:read")) {
    GH_CO_TRY_VOID(co_await AddNewIssues(site, access, version, now, body));
  }
  AddCommits(detail, now, body);
  GH_CO_TRY_VOID(co_await AddDeploys(site, access, detail, now, body));
  GH_CO_TRY_VOID(co_await AddReleaseFiles(site, access, detail, body));
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowRelease(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, kMayRead));
  co_return co_await ReleasePage(site, call, access, "", 200);
}

// Asked for by its name: there is no way back.
Task<http::Response> DeleteRelease(Site& site, Call& call, const access::OrgAccess& access) {
  const std::string version = call.request.Param("version");
  if (Trim(Field(call.form, "confirm")) != version) {
    co_return co_await ReleasePage(site, call, access, "confirmation_wrong", 400);
  }
  const auto removed = co_await site.d.events->releases.Remove(access.organization.id, version,
                                                               access::ActorOf(call.visitor));
  if (removed) co_return Go(OrgPath(access) + "releases/", "release_removed");
  GH_CO_TRY_VOID(co_await Refused(site, call, access, removed.error()));
  co_return co_await ReleasePage(site, call, access, std::string(removed.error().reason),
                                 FormStatus(removed.error()));
}

Task<http::Response> PostRelease(Site& site, Call& call) {
  GH_CO_TRY(auto access,
            co_await Enter(site, call, "project:releases|project:write|project:admin"));
  const std::string op = Field(call.form, "op");
  if (op == "delete") co_return co_await DeleteRelease(site, call, access);
  releases::Edit edit;
  if (op == "finish") {
    edit.released_at = call.request.received;
  } else if (op == "archive" || op == "restore") {
    edit.is_open = op == "restore";
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  const std::string version = call.request.Param("version");
  GH_CO_TRY_VOID(
      co_await site.d.events->releases.Update(access.organization.id, version, std::move(edit)));
  co_return Go(UrlOf(access, version));
}

}  // namespace

void RegisterReleases(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/releases/", ShowReleases);
  site.Get(router, "/organizations/{slug}/releases/{version}/", ShowRelease);
  site.Post(router, "/organizations/{slug}/releases/{version}/", PostRelease);
}

}  // namespace gatehouse::web
