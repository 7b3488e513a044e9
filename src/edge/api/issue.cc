// …/issues/{issue}/: one issue, its activity, comments and hashes.

#include <algorithm>

#include "edge/api/errors.h"
#include "edge/api/event_encode.h"
#include "edge/api/handlers.h"
#include "edge/api/issue_encode.h"
#include "edge/api/issue_query.h"
#include "edge/api/paging.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

json::Value ReleaseOf(const std::string& version) {
  if (version.empty()) return nullptr;
  return json::Object{{"version", version}};
}

json::Array EncodePeople(const std::vector<UserId>& ids, const People& people) {
  json::Array list;
  for (const UserId id : ids) {
    if (const users::User* user = Find(people, id)) list.push_back(EncodePerson(*user));
  }
  return list;
}

Task<json::Array> EncodeActivities(Call& call, IssueId issue, bool notes_only) {
  GH_CO_TRY(auto activities, co_await call.events().issues.Activities(call.organization(), issue));
  std::vector<UserId> ids;
  for (const issues::Activity& one : activities) {
    if (one.user) ids.push_back(*one.user);
  }
  GH_CO_TRY(const People people, co_await Load(call.d.users, std::move(ids)));
  json::Array list;
  for (const issues::Activity& one : activities) {
    if (!notes_only || one.type == "note") list.push_back(EncodeActivity(one, people));
  }
  co_return list;
}

Task<json::Object> ShowIssue(Call& call, issues::Issue issue) {
  const OrgId organization = call.organization();
  std::vector<issues::Issue> one{issue};
  GH_CO_TRY(IssueContext context, co_await ContextOf(call, one, "24h"));
  json::Object o = EncodeIssue(call, issue, context);
  eventstore::CountQuery month = CountsOf(call.d.clock.Now(), "30d");
  month.project_id = issue.project.value;
  month.group_ids = {issue.id.value};
  GH_CO_TRY(auto days, co_await Buckets(call, std::move(month)));
  o["stats"].as_object()["30d"] = std::move(days.front());

  const eventstore::TimeRange ever{issue.first_seen - std::chrono::days(1)};
  GH_CO_TRY(const std::int64_t users,
            co_await call.events().store.DistinctUsers(issue.project.value, issue.id.value, ever));
  o["userCount"] = users;
  eventstore::TagQuery tag_query;
  tag_query.project_id = issue.project.value;
  tag_query.group_id = issue.id.value;
  tag_query.values = 0;
  GH_CO_TRY(const auto summaries, co_await call.events().store.Tags(std::move(tag_query)));
  json::Array tags;
  for (const eventstore::TagSummary& tag : summaries) {
    const std::string name = tag.key.starts_with("sentry:") ? tag.key.substr(7) : tag.key;
    tags.push_back(json::Object{
        {"key", name}, {"name", name}, {"totalValues", tag.total}, {"uniqueValues", tag.distinct}});
  }
  o["tags"] = std::move(tags);
  GH_CO_TRY(const issues::ReleaseSpan span,
            co_await call.events().issues.Releases(organization, issue.id));
  o["firstRelease"] = ReleaseOf(span.first);
  o["lastRelease"] = ReleaseOf(span.last);
  GH_CO_TRY(o["activity"], co_await EncodeActivities(call, issue.id, false));
  GH_CO_TRY(const auto seen_by, co_await call.events().issues.SeenBy(organization, issue.id));
  GH_CO_TRY(const auto participants,
            co_await call.events().issues.Participants(organization, issue.id));
  std::vector<UserId> ids = seen_by;
  ids.insert(ids.end(), participants.begin(), participants.end());
  GH_CO_TRY(const People people, co_await Load(call.d.users, std::move(ids)));
  o["seenBy"] = EncodePeople(seen_by, people);
  o["participants"] = EncodePeople(participants, people);
  o["pluginActions"] = json::Array();
  o["pluginIssues"] = json::Array();
  o["pluginContexts"] = json::Array();
  o["userReportCount"] = 0;
  co_return o;
}

Task<http::Response> Shown(Call& call, IssueId id) {
  GH_CO_TRY(issues::Issue issue,
            co_await call.events().issues.Get(call.organization(), id.ToString(), call.user().id));
  GH_CO_TRY(json::Object shown, co_await ShowIssue(call, std::move(issue)));
  co_return Reply(std::move(shown));
}

Result<std::int64_t> NoteOf(const Call& call) {
  const auto id = StrongId<struct NoteTag>::Parse(call.request.Param("note"));
  if (!id) return Fail(Code::kNotFound, kNoteNotFound);
  return id->value;
}

Task<http::Response> ReplyNote(Call& call, issues::Activity note, int status) {
  std::vector<UserId> ids;
  if (note.user) ids.push_back(*note.user);
  GH_CO_TRY(const People people, co_await Load(call.d.users, std::move(ids)));
  co_return Reply(EncodeActivity(note, people), status);
}

}  // namespace

Task<http::Response> GetIssue(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  co_return co_await Shown(call, issue.id);
}

Task<http::Response> UpdateIssue(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(issues::Change change, co_await ChangeOf(call, body));
  std::vector<IssueId> ids{issue.id};
  GH_CO_TRY_VOID(co_await call.events().issues.Update(call.organization(), std::move(ids), change,
                                                      call.caller()));
  if (change.discard) co_return http::Response::Empty(204);
  co_return co_await Shown(call, issue.id);
}

Task<http::Response> DeleteIssue(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  std::vector<IssueId> ids{issue.id};
  GH_CO_TRY_VOID(
      co_await call.events().issues.Delete(call.organization(), std::move(ids), call.caller()));
  co_return http::Response::Empty(202);
}

Task<http::Response> ListActivities(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(json::Array list, co_await EncodeActivities(call, issue.id, false));
  co_return Reply(json::Object{{"activity", std::move(list)}});
}

// ---- comments -----------------------------------------------------------------------------------

Task<http::Response> ListNotes(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(json::Array list, co_await EncodeActivities(call, issue.id, true));
  co_return Reply(std::move(list));
}

Task<http::Response> CreateNote(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(std::string text, RequiredText(body, "text"));
  GH_CO_TRY(issues::Activity note,
            co_await call.events().issues.AddNote(call.organization(), issue.id, std::move(text),
                                                  call.caller()));
  co_return co_await ReplyNote(call, std::move(note), 201);
}

Task<http::Response> UpdateNote(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(const std::int64_t id, NoteOf(call));
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(std::string text, RequiredText(body, "text"));
  GH_CO_TRY(issues::Activity note,
            co_await call.events().issues.EditNote(call.organization(), issue.id, id,
                                                   std::move(text), call.caller()));
  co_return co_await ReplyNote(call, std::move(note), 200);
}

Task<http::Response> DeleteNote(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(const std::int64_t id, NoteOf(call));
  GH_CO_TRY_VOID(
      co_await call.events().issues.RemoveNote(call.organization(), issue.id, id, call.caller()));
  co_return http::Response::Empty(204);
}

// ---- hashes -------------------------------------------------------------------------------------

Task<http::Response> ListHashes(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(const http::Form form, call.Query());
  GH_CO_TRY(const auto hashes, co_await call.events().issues.Hashes(call.organization(), issue.id));
  // The newest event of each is among the newest of the issue, or long ago.
  eventstore::EventQuery query;
  query.project_id = issue.project.value;
  query.group_id = issue.id.value;
  query.limit = 100;
  GH_CO_TRY(const auto newest, co_await call.events().store.List(std::move(query)));
  GH_CO_TRY(const Slice slice, SliceOf(form, hashes.size()));
  json::Array list;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    json::Object one{{"id", hashes[i]}, {"latestEvent", nullptr}};
    for (const eventstore::StoredEvent& event : newest.events) {
      if (event.primary_hash != hashes[i]) continue;
      one["latestEvent"] = EncodeSimpleEvent(event);
      break;
    }
    list.push_back(std::move(one));
  }
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.d.guard.origin(), slice.links);
  co_return response;
}

Task<http::Response> RemoveHashes(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(const http::Form form, call.Query());
  std::vector<std::string> hashes;
  for (const auto& [name, value] : form.all()) {
    if (name == "id") hashes.push_back(value);
  }
  if (hashes.empty()) co_return Fail(Code::kInvalidArgument, kFieldRequired, "id");
  GH_CO_TRY_VOID(co_await call.events().issues.Unmerge(call.organization(), issue.id,
                                                       std::move(hashes), call.caller()));
  co_return http::Response::Empty(202);
}

}  // namespace gatehouse::api
