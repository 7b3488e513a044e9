// One issue: its newest event, or another one, with everything in it, and what is decided about it.

#include <chrono>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/event_view.h"
#include "edge/web/events/events.h"
#include "edge/web/events/issue_page.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kValuesInBrief = 3;
constexpr std::size_t kMaxAttachments = 50;
constexpr std::size_t kMaxReports = 5;
constexpr int kChartDays = 30;
constexpr int kSmallChartWidth = 300;
constexpr int kSmallChartHeight = 40;

std::string ItemField(const eventstore::StoredItem& item, std::string_view name) {
  for (const auto& [key, value] : item.fields) {
    if (key == name) return value;
  }
  return {};
}

Task<void> FillChart(Site& site, const OpenIssue& open, Timestamp now, html::Data& body) {
  eventstore::CountQuery query;
  query.project_id = open.issue.project.value;
  query.group_ids = {open.issue.id.value};
  query.range = {now - std::chrono::days(kChartDays - 1), now};
  query.bucket_hours = 24;
  GH_CO_TRY(const auto series, co_await site.d.events->store.Counts(std::move(query)));
  if (series.empty()) co_return Result<void>();
  std::int64_t total = 0;
  for (const std::int64_t count : series.front().counts) total += count;
  body.Add("CHART")
      .Set("BARS", Bars(series.front().counts, kSmallChartWidth, kSmallChartHeight))
      .Set("WORDS", Counted(total, "event", "events") + " in the last 30 days");
  co_return Result<void>();
}

Task<void> FillAttachments(Site& site, const OpenIssue& open, const std::string& event_id,
                           html::Data& shown) {
  eventstore::ItemQuery query;
  query.project_id = open.issue.project.value;
  query.type = "attachment";
  query.event_id = event_id;
  query.limit = kMaxAttachments;
  GH_CO_TRY(const auto page, co_await site.d.events->store.ListItems(std::move(query)));
  if (page.items.empty()) co_return Result<void>();
  html::Data& list = shown.Add("ATTACHMENTS");
  for (const eventstore::StoredItem& item : page.items) {
    std::string name = ItemField(item, "name");
    const std::string kind = ItemField(item, "content_type");
    list.Add("ATTACHMENT")
        .Set("NAME", name.empty() ? "attachment" : name)
        .Set("KIND", kind.empty() ? "application/octet-stream" : kind)
        .Set("URL", WithQuery(ApiOf(open.access, open.issue.project_slug) + "events/" + event_id +
                                  "/attachments/" + http::PercentEncode(item.id) + "/",
                              "download", "1"));
  }
  co_return Result<void>();
}

Task<void> FillReports(Site& site, Call& call, const OpenIssue& open, const std::string& event_id,
                       html::Data& body) {
  feedback::Query query;
  query.project = open.issue.project;
  query.issue_id = open.issue.id.value;
  query.limit = kMaxReports;
  GH_CO_TRY(const auto reports,
            co_await site.d.events->feedback.List(open.access.organization.id, std::move(query)));
  if (reports.empty()) co_return Result<void>();
  html::Data& list = body.Add("REPORTS");
  for (const feedback::Report& report : reports) {
    html::Data& row = list.Add("REPORT_OF");
    row.Set("NAME", report.name.empty() ? "Somebody" : report.name)
        .Set("SAID", report.comments)
        .Set("EVENT_URL", open.Url() + "events/" + report.event_id + "/");
    row.SetIf("EMAIL", report.email);
    row.Show(report.event_id == event_id ? "THIS_EVENT" : "OTHER_EVENT");
    AddTime(row, "AT", report.created_at, call.request.received);
  }
  co_return Result<void>();
}

Task<void> FillEvent(Site& site, Call& call, const OpenIssue& open,
                     const eventstore::StoredEvent& event, html::Data& body) {
  const Timestamp now = call.request.received;
  eventstore::EventStore& store = site.d.events->store;
  html::Data& shown = body.Add("EVENT");
  const std::string events = open.Url() + "events/";
  const std::string here = events + event.event_id + "/";
  shown.Set("ID", event.event_id)
      .Set("JSON_URL", here + "json/")
      .Set("LATEST_URL", open.Url())
      .Set("OLDEST_URL", events + "oldest/");
  AddTime(shown, "AT", event.timestamp, now);
  GH_CO_TRY(const auto around, co_await store.Around(open.issue.project.value, event.event_id));
  const auto neighbour = [&](const char* link, const char* none, const std::string& id) {
    if (id.empty()) {
      shown.Show(none);
    } else {
      shown.Add(link).Set("URL", events + id + "/");
    }
  };
  neighbour("PREVIOUS", "NO_PREVIOUS", around.previous);
  neighbour("NEXT", "NO_NEXT", around.next);
  if (!event.trace_id.empty()) {
    shown.Add("TRACE")
        .Set("TRACE_ID", event.trace_id)
        .Set("URL",
             "/organizations/" + open.access.organization.slug + "/traces/" + event.trace_id + "/");
  }
  const auto payload = PayloadOf(event);
  if (payload) {
    AddEvent(shown, *payload);
  } else {
    shown.Show("UNREADABLE");
  }
  eventstore::TagQuery tags;
  tags.project_id = open.issue.project.value;
  tags.group_id = open.issue.id.value;
  tags.values = kValuesInBrief;
  GH_CO_TRY(const auto known, co_await store.Tags(std::move(tags)));
  AddEventTags(shown, event, known,
               WithQuery(IssuesOf(open.access), "project", open.issue.project_slug),
               open.Url() + "tags/");
  GH_CO_TRY_VOID(co_await FillAttachments(site, open, event.event_id, shown));
  GH_CO_TRY_VOID(co_await FillReports(site, call, open, event.event_id, shown));
  co_return Result<void>();
}

Task<http::Response> ShowIssue(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  co_return co_await IssuePage(site, call, open, "", 200);
}

// ---- decisions ----------------------------------------------------------------------------------

Task<issues::Change> ChangeOf(Site& site, Call& call, const OpenIssue& open) {
  const http::Form& form = call.form;
  const std::string op = Field(form, "op");
  const auto unknown = [](std::string what) {
    return Fail(Code::kInvalidArgument, "bad_request", std::move(what));
  };
  issues::Change change;
  if (op == "resolve") {
    change.status = "resolved";
    const std::string in = Field(form, "in");
    change.in_next_release = in == "next";
    change.in_upcoming_release = in == "upcoming";
    if (in == "latest") change.in_release = "latest";
    if (in == "release") change.in_release = std::string(Trim(Field(form, "release")));
    if (in == "release" && change.in_release.empty()) {
      co_return Fail(Code::kInvalidArgument, "issue_release_unknown", "none was named");
    }
  } else if (op == "reopen") {
    change.status = "unresolved";
  } else if (op == "archive") {
    change.status = "ignored";
    const std::string until = Field(form, "until");
    GH_CO_TRY(const auto window, NumberIn(form, "window"));
    if (until == "escalating") {
      change.substatus = "until_escalating";
    } else if (until == "time") {
      GH_CO_TRY(change.ignore_minutes, NumberIn(form, "minutes"));
    } else if (until == "events") {
      GH_CO_TRY(change.ignore_events, NumberIn(form, "count"));
      change.ignore_window_minutes = window;
    } else if (until == "users") {
      GH_CO_TRY(change.ignore_users, NumberIn(form, "count"));
      change.ignore_user_window_minutes = window;
    } else if (until != "forever") {
      co_return unknown("until");
    }
  } else if (op == "priority") {
    GH_CO_TRY(change.priority, NumberIn(form, "priority"));
  } else if (op == "assign") {
    GH_CO_TRY(change.assignee, co_await AssigneeOf(site, call, open.access,
                                                   std::string(Trim(Field(form, "assignee")))));
  } else if (op == "bookmark" || op == "unbookmark") {
    change.is_bookmarked = op == "bookmark";
  } else if (op == "subscribe" || op == "unsubscribe") {
    change.is_subscribed = op == "subscribe";
  } else if (op == "discard") {
    change.discard = true;
  } else {
    co_return unknown("unknown op");
  }
  co_return change;
}

Task<http::Response> PostIssue(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  const OrgId organization = open.access.organization.id;
  const auto caller = access::CallerOf(call.visitor, open.access);
  const std::string op = Field(call.form, "op");
  std::vector<IssueId> ids{open.issue.id};
  issues::Service& service = site.d.events->issues;
  std::optional<Error> refusal;
  const bool gone = op == "delete" || op == "discard";
  if (gone && Field(call.form, "confirmed") != "yes") co_return Go(open.Url() + op + "/");
  if (op == "delete") {
    auto done = co_await service.Delete(organization, std::move(ids), caller);
    if (!done) refusal = done.error();
  } else {
    auto change = co_await ChangeOf(site, call, open);
    if (change) {
      auto done = co_await service.Update(organization, std::move(ids), std::move(*change), caller);
      if (!done) refusal = done.error();
    } else {
      refusal = change.error();
    }
  }
  if (!refusal && gone) co_return Go(IssuesOf(open.access), "issues_deleted");
  if (!refusal) co_return Go(open.Url());
  const int status = FormStatus(*refusal);
  GH_CO_TRY_VOID(co_await Refused(site, call, open.access, *refusal));
  co_return co_await IssuePage(site, call, open, std::string(refusal->reason), status);
}

Task<http::Response> ConfirmPage(Site& site, Call& call, std::string op) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  if (!open.may_delete()) co_return Fail(Code::kPermissionDenied, "forbidden", op);
  Page page = IssueFrame("issue_confirm.tpl", open);
  html::Data& body = page.body();
  const bool discard = op == "discard";
  body.Set("TITLE", discard ? "Delete this issue and discard new events?" : "Delete this issue?")
      .Set("ACTION", open.Url())
      .Set("OP", op)
      .Set("BACK", "")
      .Set("BACK_URL", open.Url())
      .Set("LABEL", discard ? "Delete and discard for good" : "Delete for good");
  body.Show(discard ? "DISCARD" : "DELETE");
  body.Add("CHOSEN")
      .Set("ID", open.issue.id.ToString())
      .Set("SHORT_ID", open.issue.short_id)
      .Set("NAME", open.issue.title);
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> ShowDelete(Site& site, Call& call) {
  co_return co_await ConfirmPage(site, call, "delete");
}

Task<http::Response> ShowDiscard(Site& site, Call& call) {
  co_return co_await ConfirmPage(site, call, "discard");
}

}  // namespace

Task<http::Response> IssuePage(Site& site, Call& call, const OpenIssue& open,
                               std::string error_slug, int status) {
  GH_CO_TRY(const auto event, co_await EventOf(site, call, open));
  Page page = IssueFrame("issue.tpl", open);
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  GH_CO_TRY_VOID(co_await FillHead(site, call, open, body, "issue",
                                   EventParam(call).empty() || !event ? "" : event->event_id));
  GH_CO_TRY_VOID(co_await FillChart(site, open, call.request.received, body));
  if (event) {
    GH_CO_TRY_VOID(co_await FillEvent(site, call, open, *event, body));
  } else {
    body.Show("NO_EVENT");
  }
  co_return co_await site.Show(call, std::move(page), status);
}

void RegisterIssue(Site& site, http::Router& router) {
  const std::string issue = "/organizations/{slug}/issues/{issue}/";
  site.Get(router, issue, ShowIssue);
  site.Post(router, issue, PostIssue);
  site.Get(router, issue + "events/{event}/", ShowIssue);
  site.Get(router, issue + "delete/", ShowDelete);
  site.Get(router, issue + "discard/", ShowDiscard);
}

}  // namespace gatehouse::web
