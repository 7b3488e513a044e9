#pragma once

// What the pages of one issue share: who may see it, its head with state and decisions, its tabs,
// and the event in question.

#include <optional>
#include <string>
#include <string_view>

#include "edge/web/events/issue_filter.h"

namespace gatehouse::web {

struct OpenIssue {
  access::OrgAccess access;
  issues::Issue issue;

  // "/organizations/acme/issues/42/"
  std::string Url() const { return IssuesOf(access) + issue.id.ToString() + "/"; }
  bool may_write() const { return access.can("event:write"); }
  bool may_delete() const { return access.can("event:admin"); }
};

// {slug} and {issue} of the path: an id or a short id, also of an issue that was merged. Errors:
// those of Enter; kNotFound "issue_not_found".
Task<OpenIssue> EnterIssue(Site& site, Call& call);

// Fills {{>HEAD}} (issue_head.tpl). `tab`: "issue", "events", "activity", "tags", "similar",
// "hashes", "grouping". `event`: whose grouping the tab shows; "" for the newest.
Task<void> FillHead(Site& site, Call& call, const OpenIssue& open, html::Data& body,
                    std::string_view tab, std::string event);

// The event of {event} in the path (an id, latest, oldest), or the newest one; nullopt when none is
// kept. Errors: kNotFound "event_not_found" for one that is not the issue's.
Task<std::optional<eventstore::StoredEvent>> EventOf(Site& site, Call& call, const OpenIssue& open);

// The {event} of the path, "" when it has none.
std::string EventParam(const Call& call);

// A page of the issue, its frame filled.
Page IssueFrame(std::string_view body_template, const OpenIssue& open);

// The page again with a reason on it.
Task<http::Response> IssuePage(Site& site, Call& call, const OpenIssue& open,
                               std::string error_slug, int status);

}  // namespace gatehouse::web
