#pragma once

// What the address of a list of issues asks for, and who is meant by the names in it.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge/web/events/events.h"
#include "edge/web/people.h"

namespace gatehouse::web {

// "/organizations/acme/issues/"
std::string IssuesOf(const access::OrgAccess& access);
// The API's address of a project: where events and attachments are downloaded from.
std::string ApiOf(const access::OrgAccess& access, std::string_view project_slug);

struct IssueFilter {
  std::string text;  // the search as it was typed
  std::optional<projects::Project> project = {};
  std::string environment;
  std::string sort;    // "", new, freq, user
  std::string period;  // "", 24h, 7d, …
  std::string cursor;

  // The address that asks for it, without the cursor; `query` in place of the text.
  std::string Url(const std::string& base, std::string_view query) const;
  std::string Url(const std::string& base) const { return Url(base, text); }
};

// Errors: kNotFound "project_not_found".
Task<IssueFilter> ReadIssueFilter(Site& site, const access::OrgAccess& access, http::Form query);
// Errors: kInvalidArgument "issue_query_invalid".
Task<issues::Query> QueryOf(Site& site, Call& call, const access::OrgAccess& access,
                            const IssueFilter& filter);

// "user:1" or "team:2" of "me", "#team", an address or an id; of nobody here one that no issue has.
Task<std::string> AssigneeOf(Site& site, Call& call, const access::OrgAccess& access,
                             std::string text);

// Names of those to whom issues are assigned, and of whoever else a page names.
class Names {
 public:
  Names(People people, std::map<TeamId, std::string> teams)
      : people_(std::move(people)), teams_(std::move(teams)) {}
  const People& people() const { return people_; }
  // "Olivia", "#web"; "" for nobody.
  std::string Assignee(std::string_view assignee) const;

 private:
  People people_;
  std::map<TeamId, std::string> teams_;
};
Task<Names> LoadNames(Site& site, Call& call, const access::OrgAccess& access,
                      std::vector<std::string> assignees, std::vector<UserId> users);

// Pills of an issue's state: {{#PILL}}<span class="pill {{CLASS}}">{{WORD}}</span>{{/PILL}}.
void AddPills(html::Data& data, const issues::Issue& issue);

}  // namespace gatehouse::web
