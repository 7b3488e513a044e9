// /api/0/organizations/…: organizations, members and the audit log.

#include <charconv>
#include <map>

#include "core/audit/audit.h"
#include "edge/api/api.h"
#include "edge/api/encode.h"

namespace gatehouse::api {
namespace {

constexpr std::size_t kPage = 100;

// A cursor is the id of the last object of the page before. It names no organization: every query
// does that itself, so an edited cursor reaches nothing else.
Result<std::optional<std::int64_t>> Cursor(const http::Form& query) {
  GH_TRY(auto text, query.One("cursor"));
  if (!text || text->empty()) return std::optional<std::int64_t>();
  auto id = StrongId<struct CursorTag>::Parse(*text);
  if (!id) return Fail(Code::kInvalidArgument, "cursor");
  return std::optional<std::int64_t>(id->value);
}

Task<http::Response> List(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor caller, co_await api.Caller(request));
  GH_CO_TRY(auto memberships, co_await api.deps().orgs.ListForUser(caller.principal->user.id));
  json::Array list;
  for (const orgs::OrgMembership& m : memberships) {
    // A session born by one organization's provider knows of that organization only.
    const auto& session = caller.principal->session;
    if (session && session->OwnProof() == nullptr &&
        session->SsoProof(m.organization.id) == nullptr) {
      continue;
    }
    list.push_back(Encode(m.organization));
  }
  co_return Reply(std::move(list));
}

Task<http::Response> Get(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor caller, co_await api.Caller(request));
  GH_CO_TRY(access::OrgAccess access, co_await api.Enter(request, caller, "org:read"));
  json::Object o = Encode(access.organization);
  o["role"] = access.member.role;
  o["requiresSso"] = access.sso.required;
  co_return Reply(std::move(o));
}

Task<http::Response> Members(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor caller, co_await api.Caller(request));
  GH_CO_TRY(access::OrgAccess access, co_await api.Enter(request, caller, "member:read"));
  GH_CO_TRY(http::Form query, http::Form::Parse(request.query));
  GH_CO_TRY(auto cursor, Cursor(query));
  std::optional<MemberId> after;
  if (cursor) after = MemberId{*cursor};
  GH_CO_TRY(orgs::MemberPage page,
            co_await api.deps().orgs.ListMembers(access.organization.id, after, kPage));
  std::vector<UserId> ids;
  for (const orgs::Member& member : page.members) {
    if (member.user) ids.push_back(*member.user);
  }
  GH_CO_TRY(std::vector<users::User> users, co_await api.deps().users.GetMany(std::move(ids)));
  std::map<UserId, const users::User*> by_id;
  for (const users::User& user : users) by_id[user.id] = &user;
  json::Array list;
  for (const orgs::Member& member : page.members) {
    auto user = member.user ? by_id.find(*member.user) : by_id.end();
    list.push_back(Encode(member, user != by_id.end() ? user->second : nullptr));
  }
  http::Response response = Reply(std::move(list));
  std::optional<std::string> next;
  if (page.members.size() == kPage) next = page.members.back().id.ToString();
  AddCursor(response, request, std::move(next));
  co_return response;
}

Task<http::Response> AuditLogs(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor caller, co_await api.Caller(request));
  GH_CO_TRY(access::OrgAccess access, co_await api.Enter(request, caller, "org:write"));
  GH_CO_TRY(http::Form query, http::Form::Parse(request.query));
  audit::Filter filter;
  filter.limit = kPage;
  GH_CO_TRY(filter.before_id, Cursor(query));
  bool unknown_event = false;
  GH_CO_TRY(auto event, query.One("event"));
  if (event && !event->empty()) {
    const audit::EventInfo* info = audit::FindByApiName(*event);
    unknown_event = info == nullptr;
    if (info != nullptr) filter.event = info->event;
  }
  GH_CO_TRY(auto actor, query.One("actor"));
  if (actor && !actor->empty()) {
    filter.actor = UserId::Parse(*actor);
    if (!filter.actor) co_return Fail(Code::kInvalidArgument, "bad_request", "actor");
  }
  std::vector<audit::Stored> rows;
  if (!unknown_event) {
    GH_CO_TRY(rows, co_await api.deps().control.Read(
                        [&](sql::Tx& tx) -> Result<std::vector<audit::Stored>> {
                          return audit::Query(tx, access.organization.id, filter);
                        }));
  }
  std::vector<UserId> ids;
  for (const audit::Stored& row : rows) {
    if (row.actor) ids.push_back(*row.actor);
  }
  GH_CO_TRY(std::vector<users::User> users, co_await api.deps().users.GetMany(std::move(ids)));
  std::map<UserId, const users::User*> by_id;
  for (const users::User& user : users) by_id[user.id] = &user;

  json::Array list;
  for (const audit::Stored& row : rows) {
    auto found = row.actor ? by_id.find(*row.actor) : by_id.end();
    list.push_back(Encode(row, found != by_id.end() ? found->second : nullptr));
  }
  std::vector<std::string> names;
  for (const audit::EventInfo& info : audit::Catalogue()) names.emplace_back(info.api_name);
  std::sort(names.begin(), names.end());
  json::Array options;
  for (const std::string& name : names) options.emplace_back(name);
  http::Response response =
      Reply(json::Object{{"rows", std::move(list)}, {"options", std::move(options)}});
  std::optional<std::string> next;
  if (rows.size() == kPage) next = std::to_string(rows.back().id);
  AddCursor(response, request, std::move(next));
  co_return response;
}

}  // namespace

void RegisterOrganizations(Api& api, http::Router& router) {
  using http::Method;
  Route(api, router, Method::kGet, "/api/0/organizations/", List);
  Route(api, router, Method::kGet, "/api/0/organizations/{organization}/", Get);
  Route(api, router, Method::kGet, "/api/0/organizations/{organization}/members/", Members);
  Route(api, router, Method::kGet, "/api/0/organizations/{organization}/audit-logs/", AuditLogs);
}

}  // namespace gatehouse::api
