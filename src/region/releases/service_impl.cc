#include "region/releases/service_impl.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "platform/json/json.h"
#include "region/releases/details.h"
#include "region/releases/errors.h"
#include "region/releases/policy.h"
#include "region/releases/statements.h"
#include "region/releases/store.h"

namespace gatehouse::releases {
namespace {

constexpr std::size_t kMaxListed = 1'000;
constexpr std::size_t kMaxUserAgent = 256;

std::string DefaultRepository(OrgId organization) {
  return "organization-" + organization.ToString();
}

Result<void> ResolveFixed(sql::Tx& tx, IdGenerator& ids, const Detail& detail, Timestamp now) {
  const OrgId organization = detail.release.organization;
  std::set<std::pair<std::string, std::int64_t>> fixed;
  for (const Commit& commit : detail.commits) {
    for (auto& issue : FixedIssues(commit.message)) fixed.insert(std::move(issue));
  }
  const std::string data = json::Serialize(json::Object{{"version", detail.release.version}});
  for (const auto& [slug, number] : fixed) {
    GH_TRY(const sql::Rows rows,
           tx.Query(sqls::kFindFixed, {organization, slug, number, detail.release.id}));
    if (rows.empty()) continue;
    const std::int64_t issue = rows.front().Int(0);
    GH_TRY_VOID(tx.Exec(sqls::kResolveFixed, {organization, issue, now}));
    GH_TRY_VOID(tx.Exec(sqls::kResolvedIn, {issue, organization, detail.release.id, now}));
    GH_TRY_VOID(tx.Exec(sqls::kNoteResolved,
                        {ids.NextValue(), organization, rows.front().Int(1), issue, data, now}));
  }
  return {};
}

// The head of each repository that refs name, as a commit of which nothing more is known.
Result<std::vector<Commit>> CommitsOf(sql::Tx& tx, OrgId organization, const std::vector<Ref>& refs,
                                      Timestamp now) {
  std::vector<Commit> commits;
  for (const Ref& ref : refs) {
    GH_TRY(const sql::Rows rows, tx.Query(sqls::kFindRepository, {organization, ref.repository}));
    if (rows.empty()) return Fail(Code::kInvalidArgument, kRepositoryUnknown, ref.repository);
    commits.push_back(
        {.id = SplitRange(ref.commit).second, .repository = ref.repository, .at = now});
  }
  return commits;
}

}  // namespace

Result<void> ServiceImpl::NoteActivity(sql::Tx& tx, OrgId organization, ProjectId project,
                                       std::string_view type, std::string_view ident,
                                       std::string_view version,
                                       std::string_view environment) const {
  json::Object data{{"version", version}};
  if (!environment.empty()) data["environment"] = environment;
  const std::string text = json::Serialize(data);
  GH_TRY_VOID(tx.Exec(sqls::kAddActivity, {d_.ids.NextValue(), organization, project, type, ident,
                                           text, d_.clock.Now()}));
  return {};
}

Result<void> ServiceImpl::NoteReleased(sql::Tx& tx, const Detail& detail) const {
  for (const ReleaseProject& one : detail.projects) {
    GH_TRY_VOID(NoteActivity(tx, detail.release.organization, one.project.id, "release",
                             detail.release.version, detail.release.version, ""));
  }
  return {};
}

Result<void> ServiceImpl::SetCommits(sql::Tx& tx, Detail& detail, const Edit& edit) const {
  const OrgId organization = detail.release.organization;
  const Timestamp now = d_.clock.Now();
  if (edit.commits) {
    GH_TRY(detail.commits, PrepareCommits(*edit.commits, DefaultRepository(organization)));
  } else if (edit.refs) {
    GH_TRY(std::vector<Commit> heads, CommitsOf(tx, organization, *edit.refs, now));
    GH_TRY(detail.commits, PrepareCommits(std::move(heads), DefaultRepository(organization)));
  } else {
    return {};
  }
  std::set<std::string_view> repositories;
  for (const Commit& commit : detail.commits) repositories.insert(commit.repository);
  for (const std::string_view name : repositories) {
    GH_TRY_VOID(tx.Exec(sqls::kAddRepository, {d_.ids.NextValue(), organization, name, now}));
  }
  return ResolveFixed(tx, d_.ids, detail, now);
}

Result<Detail> ServiceImpl::Apply(sql::Tx& tx, Detail detail, const Edit& edit) const {
  if (edit.ref) detail.ref = edit.ref;
  if (edit.url) detail.url = edit.url;
  if (edit.is_open) detail.release.is_open = *edit.is_open;
  const bool released = !detail.release.released_at && edit.released_at;
  if (edit.released_at) detail.release.released_at = edit.released_at;
  GH_TRY_VOID(SetCommits(tx, detail, edit));
  GH_TRY_VOID(details::Update(tx, detail));
  if (released) GH_TRY_VOID(NoteReleased(tx, detail));
  return detail;
}

Task<Created> ServiceImpl::Create(OrgId organization, std::string version,
                                  std::vector<projects::Project> projects, Edit edit,
                                  std::string user_agent) {
  if (!IsValidVersion(version)) co_return Fail(Code::kInvalidArgument, kReleaseInvalid, version);
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Created> {
        Created out;
        for (const projects::Project& project : projects) {
          GH_TRY(const store::Link link,
                 store::CreateOrLink(tx, d_.ids, project, version, d_.clock.Now()));
          out.is_new = out.is_new || link.created || link.linked;
          if (link.created) {
            GH_TRY_VOID(tx.Exec(sqls::kSetUserAgent, {organization, link.release,
                                                      Printable(user_agent, kMaxUserAgent)}));
          }
        }
        GH_TRY(Detail detail, details::Find(tx, organization, version));
        GH_TRY(out.detail, Apply(tx, std::move(detail), edit));
        return out;
      });
}

Task<Detail> ServiceImpl::Update(OrgId organization, std::string version, Edit edit) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Detail> {
    GH_TRY(Detail detail, details::Find(tx, organization, version));
    return Apply(tx, std::move(detail), edit);
  });
}

Task<void> ServiceImpl::Remove(OrgId organization, std::string version, orgs::Actor actor) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const Release release, store::Find(tx, organization, version));
    audit::Entry entry;
    entry.organization = organization;
    entry.event = audit::Event::kReleaseRemove;
    entry.actor = actor.user;
    entry.actor_label = actor.label;
    entry.ip = actor.ip;
    entry.correlation_id = actor.correlation_id;
    entry.target_object = release.id.value;
    entry.data = {{"version", release.version}};
    GH_TRY_VOID(d_.audit.Record(tx, entry));
    return details::Remove(tx, release);
  });
}

Task<Detail> ServiceImpl::Get(OrgId organization, std::string version) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return details::Find(tx, organization, version);
  });
}

Task<std::vector<Detail>> ServiceImpl::List(OrgId organization, Query query) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return details::List(tx, organization, query);
  });
}

Task<std::optional<Detail>> ServiceImpl::PreviousWithCommits(OrgId organization,
                                                             std::string version) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::optional<Detail>> {
        GH_TRY(const Detail detail, details::Find(tx, organization, version));
        return details::PreviousWithCommits(tx, detail);
      });
}

Task<Deploy> ServiceImpl::AddDeploy(OrgId organization, std::string version, Deploy deploy,
                                    std::vector<ProjectId> projects) {
  if (!IsValidEnvironment(deploy.environment)) {
    co_return Fail(Code::kInvalidArgument, kEnvironmentInvalid);
  }
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Deploy> {
    GH_TRY(const Detail detail, details::Find(tx, organization, version));
    const Timestamp now = d_.clock.Now();
    Deploy made = deploy;
    made.id = d_.ids.NextValue();
    if (made.finished_at.micros == 0) made.finished_at = now;
    for (const ProjectId wanted : projects) {
      if (std::ranges::none_of(detail.projects, [&](const ReleaseProject& one) {
            return one.project.id == wanted;
          })) {
        return Fail(Code::kInvalidArgument, kReleaseProjectInvalid);
      }
    }
    EnvironmentId environment;
    for (const ReleaseProject& one : detail.projects) {
      if (!projects.empty() && std::ranges::find(projects, one.project.id) == projects.end()) {
        continue;
      }
      GH_TRY(const Environment seen,
             store::SeeEnvironment(tx, d_.ids, one.project, made.environment, now));
      environment = seen.id;
      GH_TRY_VOID(tx.Exec(sqls::kSetLastDeploy, {organization, one.project.id, detail.release.id,
                                                 environment, now, made.id}));
      GH_TRY_VOID(NoteActivity(tx, organization, one.project.id, "deploy", std::to_string(made.id),
                               version, made.environment));
    }
    // A release of projects that are all gone is deployed nowhere.
    if (!environment) return Fail(Code::kInvalidArgument, kReleaseProjectInvalid);
    GH_TRY_VOID(
        tx.Exec(sqls::kInsertDeploy, {made.id, organization, detail.release.id, environment,
                                      made.name, made.url, made.started_at, made.finished_at}));
    return made;
  });
}

Task<std::vector<Deploy>> ServiceImpl::Deploys(OrgId organization, std::string version) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Deploy>> {
        GH_TRY(const Release release, store::Find(tx, organization, version));
        return details::Deploys(tx, organization, release.id, kMaxListed);
      });
}

Task<std::vector<Repository>> ServiceImpl::Repositories(OrgId organization) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Repository>> {
        GH_TRY(const sql::Rows rows, tx.Query(sqls::kRepositories, {organization}));
        std::vector<Repository> list;
        for (const sql::Row row : rows) {
          list.push_back({.id = row.Int(0),
                          .name = row.String(1),
                          .url = row.OptString(2),
                          .created_at = row.Time(3)});
        }
        return list;
      });
}

}  // namespace gatehouse::releases
