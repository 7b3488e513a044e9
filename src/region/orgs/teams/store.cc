#include "region/orgs/teams/store.h"

#include "region/orgs/errors.h"
#include "region/orgs/store.h"
#include "region/orgs/teams/errors.h"
#include "region/orgs/teams/statements.h"

namespace gatehouse::teams::store {
namespace {

constexpr std::size_t kTeamColumns = 10;
constexpr std::size_t kRequestColumns = 3;

Team ReadTeam(const sql::Row& row, std::size_t at = 0) {
  return {.id = row.As<TeamId>(at),
          .organization = row.As<OrgId>(at + 1),
          .slug = row.String(at + 2),
          .name = row.String(at + 3),
          .idp_provisioned = row.Bool(at + 4),
          .version = row.Int(at + 5),
          .created_at = row.Time(at + 6),
          .member_count = row.Int(at + 7),
          .is_member = row.Bool(at + 8),
          .has_pending_request = row.Bool(at + 9)};
}

AccessRequest ReadRequest(const sql::Row& row) {
  return {.id = row.Int(0),
          .team = ReadTeam(row, kRequestColumns),
          .member = orgs::store::ReadMember(row, kRequestColumns + kTeamColumns),
          .requester = row.OptAs<UserId>(1),
          .created_at = row.Time(2)};
}

}  // namespace

Result<std::vector<Team>> All(sql::Tx& tx, OrgId organization, MemberId viewer) {
  GH_TRY(const sql::Rows rows, tx.Query(kTeams, {organization, viewer}));
  std::vector<Team> teams;
  teams.reserve(rows.size());
  for (const sql::Row row : rows) teams.push_back(ReadTeam(row));
  return teams;
}

Result<Team> Find(sql::Tx& tx, OrgId organization, std::string_view slug, MemberId viewer) {
  GH_TRY(const sql::Rows rows, tx.Query(kTeam, {organization, viewer, slug}));
  if (rows.empty()) return Fail(Code::kNotFound, kTeamNotFound);
  return ReadTeam(rows.front());
}

Result<void> Insert(sql::Tx& tx, const Team& team) {
  GH_TRY(const std::int64_t inserted,
         tx.Exec(kInsert, {team.organization, team.id, team.slug, team.name, team.created_at}));
  if (inserted == 0) return Fail(Code::kAlreadyExists, orgs::kSlugTaken);
  return {};
}

Result<void> Update(sql::Tx& tx, const Team& team) {
  GH_TRY(const sql::Rows owner, tx.Query(kSlugOwner, {team.organization, team.slug}));
  if (!owner.empty() && owner.front().As<TeamId>(0) != team.id) {
    return Fail(Code::kAlreadyExists, orgs::kSlugTaken);
  }
  GH_TRY_VOID(tx.Exec(kUpdate, {team.organization, team.id, team.slug, team.name}));
  return {};
}

Result<void> Delete(sql::Tx& tx, OrgId organization, TeamId team) {
  GH_TRY_VOID(tx.Exec(kDeleteRequests, {organization, team}));
  GH_TRY_VOID(tx.Exec(kDeleteMembers, {organization, team}));
  GH_TRY_VOID(tx.Exec(kDelete, {organization, team}));
  return {};
}

Result<std::vector<TeamMember>> Members(sql::Tx& tx, OrgId organization, TeamId team,
                                        MemberId after, std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(kMembers, {organization, team, after, limit}));
  std::vector<TeamMember> members;
  for (const sql::Row row : rows) {
    TeamMember member{.member = orgs::store::ReadMember(row), .role = {}};
    member.role = EffectiveTeamRole(member.member.role, row.OptString(orgs::store::kMemberColumns));
    members.push_back(std::move(member));
  }
  return members;
}

Result<std::optional<Place>> PlaceIn(sql::Tx& tx, OrgId organization, TeamId team,
                                     MemberId member) {
  GH_TRY(const sql::Rows rows, tx.Query(kRoleIn, {organization, team, member}));
  if (rows.empty()) return std::nullopt;
  return Place{.role = rows.front().OptString(0)};
}

Result<bool> Add(sql::Tx& tx, OrgId organization, TeamId team, MemberId member, Timestamp now) {
  GH_TRY_VOID(tx.Exec(kDeleteRequest, {organization, team, member}));
  GH_TRY(const std::int64_t added, tx.Exec(kAdd, {organization, team, member, now}));
  return added > 0;
}

Result<bool> Take(sql::Tx& tx, OrgId organization, TeamId team, MemberId member) {
  GH_TRY(const std::int64_t taken, tx.Exec(kTake, {organization, team, member}));
  return taken > 0;
}

Result<void> SetRole(sql::Tx& tx, OrgId organization, TeamId team, MemberId member,
                     const std::optional<std::string>& role) {
  GH_TRY_VOID(tx.Exec(kSetRole, {organization, team, member, role}));
  return {};
}

Result<std::vector<std::pair<MemberId, std::string>>> Deciders(sql::Tx& tx, OrgId organization,
                                                               TeamId team, std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(kDeciders, {organization, team, limit}));
  std::vector<std::pair<MemberId, std::string>> out;
  for (const sql::Row row : rows) out.emplace_back(row.As<MemberId>(0), row.String(1));
  return out;
}

Result<std::vector<AccessRequest>> Requests(sql::Tx& tx, OrgId organization, MemberId viewer) {
  GH_TRY(const sql::Rows rows, tx.Query(kRequests, {organization, viewer}));
  std::vector<AccessRequest> requests;
  for (const sql::Row row : rows) requests.push_back(ReadRequest(row));
  return requests;
}

Result<AccessRequest> FindRequest(sql::Tx& tx, OrgId organization, std::int64_t request,
                                  MemberId viewer) {
  GH_TRY(const sql::Rows rows, tx.Query(kRequest, {organization, viewer, request}));
  if (rows.empty()) return Fail(Code::kNotFound, kRequestNotFound);
  return ReadRequest(rows.front());
}

Result<bool> InsertRequest(sql::Tx& tx, const AccessRequest& request) {
  GH_TRY(const std::int64_t inserted,
         tx.Exec(kInsertRequest, {request.team.organization, request.id, request.team.id,
                                  request.member.id, request.requester, request.created_at}));
  return inserted > 0;
}

Result<void> DeleteRequest(sql::Tx& tx, OrgId organization, TeamId team, MemberId member) {
  GH_TRY_VOID(tx.Exec(kDeleteRequest, {organization, team, member}));
  return {};
}

}  // namespace gatehouse::teams::store
