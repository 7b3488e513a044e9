// What happened to an issue, and what people say about it.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/event_view.h"
#include "edge/web/events/events.h"
#include "edge/web/events/issue_page.h"
#include "edge/web/events/json_text.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxFaces = 20;
constexpr std::size_t kMaxText = 300;

// What is done, with what; behind the name of who did it.
std::string WordsOf(const issues::Activity& activity, const Names& names) {
  const json::Object& data = activity.data;
  const std::string& type = activity.type;
  if (type == "set_resolved") return "resolved it";
  if (type == "set_resolved_in_release") {
    const std::string version = CutText(data, "version", kMaxText);
    if (!version.empty()) return "resolved it in " + version;
    const std::string after = CutText(data, "current_release_version", kMaxText);
    return after.empty() ? "resolved it in the next release"
                         : "resolved it in the release after " + after;
  }
  if (type == "set_resolved_by_age") return "resolved it, because it was not seen for long";
  if (type == "set_ignored") {
    if (const std::string until = CutText(data, "ignoreUntil", kMaxText); !until.empty()) {
      return "archived it until " + until.substr(0, 16);
    }
    if (const auto count = json::GetInt(data, "ignoreCount")) {
      return "archived it until " + Counted(*count, "more event", "more events");
    }
    if (const auto count = json::GetInt(data, "ignoreUserCount")) {
      return "archived it until " + Counted(*count, "more user", "more users");
    }
    return "archived it";
  }
  if (type == "set_unresolved") {
    return json::GetBool(data, "snoozed").value_or(false) ? "brought it back from the archive"
                                                          : "reopened it";
  }
  if (type == "set_regression") {
    const std::string version = CutText(data, "version", kMaxText);
    return version.empty() ? "saw it come back" : "saw it come back in " + version;
  }
  if (type == "assigned")
    return "assigned it to " + names.Assignee(CutText(data, "assignee", kMaxText));
  if (type == "unassigned") return "took it from everybody";
  if (type == "set_priority") return "set its priority to " + CutText(data, "priority", kMaxText);
  if (type == "set_public") return "made it public";
  if (type == "set_private") return "made it private";
  if (type == "merge") {
    const json::Array* merged = json::GetArray(data, "issues");
    return "merged " +
           Counted(static_cast<std::int64_t>(merged ? merged->size() : 1), "issue", "issues") +
           " into it";
  }
  if (type == "unmerge_source") {
    const json::Array* hashes = json::GetArray(data, "fingerprints");
    return "took " +
           Counted(static_cast<std::int64_t>(hashes ? hashes->size() : 1), "hash", "hashes") +
           " away";
  }
  return type;
}

Task<http::Response> ActivityPage(Site& site, Call& call, const OpenIssue& open,
                                  std::string error_slug, int status) {
  const OrgId organization = open.access.organization.id;
  const Timestamp now = call.request.received;
  issues::Service& service = site.d.events->issues;
  GH_CO_TRY(const auto activities, co_await service.Activities(organization, open.issue.id));
  GH_CO_TRY(const auto seen_by, co_await service.SeenBy(organization, open.issue.id));
  GH_CO_TRY(const auto followers, co_await service.Participants(organization, open.issue.id));
  std::vector<UserId> people = seen_by;
  people.insert(people.end(), followers.begin(), followers.end());
  std::vector<std::string> assignees;
  for (const issues::Activity& one : activities) {
    if (one.user) people.push_back(*one.user);
    if (one.type == "assigned") assignees.push_back(CutText(one.data, "assignee", kMaxText));
  }
  GH_CO_TRY(const Names names,
            co_await LoadNames(site, call, open.access, std::move(assignees), std::move(people)));
  Page page = IssueFrame("issue_activity.tpl", open);
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  GH_CO_TRY_VOID(co_await FillHead(site, call, open, body, "activity", ""));
  const std::string here = open.Url() + "activity/";
  if (open.may_write()) {
    body.Add("WRITE").Set("ACTION", here);
  }
  if (activities.empty()) body.Show("EMPTY");
  for (const issues::Activity& one : activities) {
    html::Data& row = body.Add("ACTIVITY");
    row.Set("WHO", one.user ? names.people().Name(*one.user) : "Gatehouse");
    AddTime(row, "AT", one.created_at, now);
    if (one.type != "note") {
      row.Add("DEED").Set("WORDS", WordsOf(one, names));
      continue;
    }
    const std::string text(json::GetString(one.data, "text").value_or(""));
    html::Data& note = row.Add("NOTE");
    for (const std::string_view line : Split(text, '\n')) {
      note.Add("LINES").Set("ROW", std::string(line));
    }
    if (open.may_write() && one.user == call.user().id) {
      note.Add("OWN").Set("ACTION", here).Set("NOTE_ID", std::to_string(one.id));
    }
  }
  const auto list = [&](const char* section, const std::vector<UserId>& ids) {
    if (ids.empty()) return;
    std::string all;
    for (std::size_t i = 0; i < ids.size() && i < kMaxFaces; ++i) {
      all += (i == 0 ? "" : ", ") + names.people().Name(ids[i]);
    }
    if (ids.size() > kMaxFaces) all += " and others";
    body.Add(section).Set("WHO", all);
  };
  list("SEEN_BY", seen_by);
  list("FOLLOWED_BY", followers);
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowActivity(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  co_return co_await ActivityPage(site, call, open, "", 200);
}

Task<http::Response> PostActivity(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  const OrgId organization = open.access.organization.id;
  const auto caller = access::CallerOf(call.visitor, open.access);
  issues::Service& service = site.d.events->issues;
  const std::string op = Field(call.form, "op");
  GH_CO_TRY(const auto id, NumberIn(call.form, "note"));
  // Browsers send the ends of lines as CR LF.
  std::string text = Field(call.form, "text");
  std::erase(text, '\r');
  while (text.ends_with('\n')) text.pop_back();
  std::optional<Error> refusal;
  if (op == "note") {
    auto done = co_await service.AddNote(organization, open.issue.id, std::move(text), caller);
    if (!done) refusal = done.error();
  } else if (op == "edit") {
    auto done = co_await service.EditNote(organization, open.issue.id, id.value_or(0),
                                          std::move(text), caller);
    if (!done) refusal = done.error();
  } else if (op == "remove") {
    auto done = co_await service.RemoveNote(organization, open.issue.id, id.value_or(0), caller);
    if (!done) refusal = done.error();
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  if (!refusal) co_return Go(open.Url() + "activity/");
  const int status = FormStatus(*refusal);
  GH_CO_TRY_VOID(co_await Refused(site, call, open.access, *refusal));
  co_return co_await ActivityPage(site, call, open, std::string(refusal->reason), status);
}

}  // namespace

void RegisterIssueActivity(Site& site, http::Router& router) {
  const std::string activity = "/organizations/{slug}/issues/{issue}/activity/";
  site.Get(router, activity, ShowActivity);
  site.Post(router, activity, PostActivity);
}

}  // namespace gatehouse::web
