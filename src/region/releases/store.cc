#include "region/releases/store.h"

#include "region/releases/errors.h"
#include "region/releases/policy.h"
#include "region/releases/statements.h"

namespace gatehouse::releases::store {
namespace {

constexpr Duration kSeenStep = std::chrono::seconds(60);
constexpr std::size_t kMaxVersion = 250;

}  // namespace

Release ReadRelease(const sql::Row& row) {
  Release release{.id = row.As<ReleaseId>(0),
                  .organization = row.As<OrgId>(1),
                  .version = row.String(2),
                  .is_open = row.Text(3) == "open",
                  .created_at = row.Time(11),
                  .released_at = row.OptTime(12)};
  if (auto package = row.OptString(4)) {
    release.semantic = SemanticVersion{.package = std::move(*package),
                                       .major = row.Int(5),
                                       .minor = row.Int(6),
                                       .patch = row.Int(7),
                                       .revision = row.Int(8),
                                       .prerelease = row.String(9),
                                       .build = row.String(10)};
  }
  return release;
}

Result<Release> Find(sql::Tx& tx, OrgId organization, std::string_view version) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kFind, {organization, version}));
  if (rows.empty()) return Fail(Code::kNotFound, kReleaseNotFound);
  return ReadRelease(rows.front());
}

Result<std::optional<Release>> FindById(sql::Tx& tx, OrgId organization, ReleaseId release) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kFindById, {organization, release}));
  if (rows.empty()) return std::nullopt;
  return ReadRelease(rows.front());
}

Result<Seen> GetOrCreate(sql::Tx& tx, IdGenerator& ids, const projects::Project& project,
                         std::string_view version, Timestamp now) {
  const std::string prefixed = (project.slug + "-" + std::string(version)).substr(0, kMaxVersion);
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kFindOfProject, {project.organization, project.id, version, prefixed}));
  if (!rows.empty()) return Seen{.release = ReadRelease(rows.front())};

  GH_TRY(const Link link, CreateOrLink(tx, ids, project, version, now));
  Seen seen{.release = {}, .created = link.created, .linked = link.linked};
  GH_TRY(seen.release, Find(tx, project.organization, version));
  return seen;
}

Result<Link> CreateOrLink(sql::Tx& tx, IdGenerator& ids, const projects::Project& project,
                          std::string_view version, Timestamp now) {
  Link link;
  const std::optional<SemanticVersion> semantic = ParseSemanticVersion(version);
  const SemanticVersion parts = semantic.value_or(SemanticVersion{});
  GH_TRY(const std::int64_t inserted,
         tx.Exec(sqls::kInsert,
                 {ids.Next<ReleaseId>(), project.organization, version,
                  semantic ? sql::Param(parts.package) : sql::Param(nullptr), parts.major,
                  parts.minor, parts.patch, parts.revision, parts.prerelease, parts.build, now}));
  link.created = inserted == 1;
  GH_TRY(const Release release, Find(tx, project.organization, version));
  link.release = release.id;
  GH_TRY(const std::int64_t linked,
         tx.Exec(sqls::kLinkProject, {project.organization, link.release, project.id}));
  link.linked = linked == 1;
  return link;
}

Result<std::vector<Release>> NewestOfProject(sql::Tx& tx, OrgId organization, ProjectId project) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kNewestOfProject, {organization, project}));
  std::vector<Release> releases;
  for (const sql::Row row : rows) releases.push_back(ReadRelease(row));
  return releases;
}

Result<void> CountNewGroup(sql::Tx& tx, OrgId organization, ReleaseId release, ProjectId project) {
  GH_TRY_VOID(tx.Exec(sqls::kCountNewGroup, {organization, release, project}));
  return {};
}

Result<void> SeeDistribution(sql::Tx& tx, IdGenerator& ids, const Release& release,
                             std::string_view name, Timestamp now) {
  GH_TRY_VOID(tx.Exec(sqls::kInsertDistribution,
                      {ids.Next<DistributionId>(), release.organization, release.id, name, now}));
  return {};
}

Result<Environment> SeeEnvironment(sql::Tx& tx, IdGenerator& ids, const projects::Project& project,
                                   std::string_view name, Timestamp now) {
  Environment environment{
      .id = {}, .organization = project.organization, .name = std::string(name)};
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindEnvironment, {project.organization, name}));
  if (rows.empty()) {
    GH_TRY_VOID(tx.Exec(sqls::kInsertEnvironment,
                        {ids.Next<EnvironmentId>(), project.organization, name, now}));
    GH_TRY(rows, tx.Query(sqls::kFindEnvironment, {project.organization, name}));
  }
  environment.id = rows.front().As<EnvironmentId>(0);
  GH_TRY_VOID(tx.Exec(sqls::kLinkEnvironment, {project.organization, environment.id, project.id}));
  return environment;
}

Result<void> SeeTogether(sql::Tx& tx, OrgId organization, ProjectId project, ReleaseId release,
                         EnvironmentId environment, Timestamp at) {
  const Timestamp before = at - kSeenStep;
  GH_TRY_VOID(
      tx.Exec(sqls::kSeeReleaseEnvironment, {organization, release, environment, at, before}));
  GH_TRY_VOID(tx.Exec(sqls::kSeeReleaseProjectEnvironment,
                      {organization, project, release, environment, at, before}));
  return {};
}

Result<void> CountNewIssue(sql::Tx& tx, OrgId organization, ProjectId project, ReleaseId release,
                           EnvironmentId environment) {
  GH_TRY_VOID(tx.Exec(sqls::kCountNewIssue, {organization, project, release, environment}));
  return {};
}

}  // namespace gatehouse::releases::store
