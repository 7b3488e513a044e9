// The audit log and the sign-in decisions of an organization, for those who manage it.

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "core/audit/audit.h"
#include "edge/access/access.h"
#include "edge/web/audit_values.h"
#include "edge/web/messages.h"
#include "edge/web/people.h"
#include "edge/web/site.h"
#include "platform/http/url.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kPerPage = 50;
constexpr std::size_t kActorChoices = 200;

// A cursor or id of a query: absent, or a positive number. Errors: kInvalidArgument "bad_request".
Result<std::optional<std::int64_t>> Number(const http::Form& query, std::string_view name) {
  const std::string text = Field(query, name);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || value <= 0) {
    return Fail(Code::kInvalidArgument, "bad_request", "not a number");
  }
  return value;
}

// The note without the data that stands below it line by line.
std::string Headline(const audit::Stored& entry) {
  if (entry.note.empty()) return std::string(audit::Info(entry.event).api_name);
  return entry.note.contains('{') ? std::string(entry.note.substr(0, entry.note.find(": ")))
                                  : entry.note;
}

Task<http::Response> ShowAudit(Site& site, Call& call) {
  GH_CO_TRY(auto access,
            co_await site.d.guard.EnterOrg(call.visitor, call.request.Param("slug"), "org:write"));
  const OrgId organization = access.organization.id;
  audit::Filter filter;
  filter.limit = kPerPage + 1;
  const std::string event = Field(call.query, "event");
  if (!event.empty()) {
    const audit::EventInfo* info = audit::FindByApiName(event);
    if (info == nullptr) co_return Fail(Code::kInvalidArgument, "bad_request", "unknown event");
    filter.event = info->event;
  }
  GH_CO_TRY(auto actor, Number(call.query, "actor"));
  if (actor) filter.actor = UserId{*actor};
  GH_CO_TRY(filter.before_id, Number(call.query, "before"));

  GH_CO_TRY(auto entries, co_await site.d.control.Read(
                              sql::Tenant::Of(organization), [organization, filter](sql::Tx& tx) {
                                return audit::Query(tx, organization, filter);
                              }));
  const bool more = entries.size() > kPerPage;
  if (more) entries.resize(kPerPage);

  GH_CO_TRY(auto members, co_await site.d.orgs.ListMembers(organization, {}, kActorChoices));
  std::vector<UserId> ids;
  for (const orgs::Member& member : members.members) {
    if (member.user) ids.push_back(*member.user);
  }
  for (const audit::Stored& entry : entries) {
    if (entry.actor) ids.push_back(*entry.actor);
    if (entry.target_user) ids.push_back(*entry.target_user);
  }
  if (filter.actor) ids.push_back(*filter.actor);
  GH_CO_TRY(People people, co_await LoadPeople(site.d.users, std::move(ids)));

  Page page("audit.tpl", "Audit log");
  page.InOrg(access, "audit");
  html::Data& body = page.body();
  const std::string base = "/organizations/" + access.organization.slug + "/audit-log/";
  body.Set("ACTION", base);
  for (const audit::EventInfo& info : audit::Catalogue()) {
    html::Data& option = body.Add("EVENT");
    option.Set("ID", std::string(info.api_name));
    if (info.api_name == event) option.Show("SELECTED");
  }
  bool listed = !filter.actor;
  for (const orgs::Member& member : members.members) {
    if (!member.user) continue;
    html::Data& option = body.Add("ACTOR");
    option.Set("ID", member.user->ToString()).Set("NAME", people.Name(*member.user));
    if (member.user == filter.actor) {
      option.Show("SELECTED");
      listed = true;
    }
  }
  if (!listed) {
    html::Data& option = body.Add("ACTOR");
    option.Set("ID", filter.actor->ToString()).Set("NAME", people.Name(*filter.actor));
    option.Show("SELECTED");
  }
  for (const audit::Stored& entry : entries) {
    html::Data& row = body.Add("ENTRY");
    const std::string_view name = audit::Info(entry.event).api_name;
    row.Set("EVENT_NAME", std::string(name))
        .Set("NOTE", Headline(entry))
        .Set("TIME", FormatHuman(entry.created_at))
        .Set("ISO", FormatIso8601(entry.created_at))
        .Set("WHO", entry.actor                 ? people.Name(*entry.actor)
                    : entry.actor_label.empty() ? "the system"
                                                : entry.actor_label)
        .SetIf("IP", entry.ip)
        .SetIf("CORRELATION_ID", entry.correlation_id);
    if (entry.target_user) row.Add("TARGET").Set("NAME", people.Name(*entry.target_user));
    for (const AuditValue& value : AuditValues(entry.data)) {
      html::Data& line = row.Add("VALUE");
      line.Set("KEY", value.key).Set("AFTER", value.after);
      if (value.before) line.Add("CHANGED").Set("BEFORE", *value.before);
    }
  }
  if (entries.empty()) body.Show("EMPTY");
  const bool filtered = filter.event || filter.actor || filter.before_id;
  if (filtered) body.Add("CLEAR").Set("URL", base);
  if (more) {
    std::string url = base;
    if (!event.empty()) http::AppendQuery(url, "event", event);
    if (filter.actor) http::AppendQuery(url, "actor", filter.actor->ToString());
    http::AppendQuery(url, "before", std::to_string(entries.back().id));
    body.Add("MORE").Set("URL", url);
  }
  co_return co_await site.Show(call, std::move(page));
}

std::string_view OutcomeWord(std::string_view outcome) {
  if (outcome == "accepted") return "Let in";
  if (outcome == "refused") return "Refused";
  if (outcome == "asked") return "Asked";
  return outcome;
}

Task<http::Response> ShowDecisions(Site& site, Call& call) {
  GH_CO_TRY(auto access,
            co_await site.d.guard.EnterOrg(call.visitor, call.request.Param("slug"), "org:write"));
  const std::string correlation_id(Trim(Field(call.query, "id")));
  if (correlation_id.size() > 100) co_return Fail(Code::kInvalidArgument, "bad_request", "id");
  GH_CO_TRY(auto before, Number(call.query, "before"));
  std::optional<std::string> wanted;
  if (!correlation_id.empty()) wanted = correlation_id;
  GH_CO_TRY(auto decisions,
            co_await site.d.sso.Decisions(access.organization.id, before, wanted, kPerPage + 1));
  const bool more = decisions.size() > kPerPage;
  if (more) decisions.resize(kPerPage);
  std::vector<UserId> ids;
  for (const sso::Decision& decision : decisions) {
    if (decision.user) ids.push_back(*decision.user);
  }
  GH_CO_TRY(People people, co_await LoadPeople(site.d.users, std::move(ids)));

  Page page("decisions.tpl", "Sign-in decisions");
  page.InOrg(access, "decisions");
  html::Data& body = page.body();
  const std::string base = "/organizations/" + access.organization.slug + "/sso-decisions/";
  body.Set("ACTION", base).Set("ID", correlation_id);
  for (const sso::Decision& decision : decisions) {
    html::Data& row = body.Add("DECISION");
    const Message& message = FindMessage(decision.reason);
    std::string who = decision.user               ? people.Name(*decision.user)
                      : !decision.email.empty()   ? decision.email
                      : !decision.subject.empty() ? decision.subject
                                                  : "somebody not known yet";
    row.Set("OUTCOME", std::string(OutcomeWord(decision.outcome)))
        .Set("WHO", std::move(who))
        .Set("FLOW", decision.flow == "setup" ? "Set-up" : "Sign-in")
        .Set("REASON", decision.reason)
        .Set("REASON_TEXT",
             HasMessage(decision.reason) ? std::string(message.title) : decision.reason)
        .Set("TIME", FormatHuman(decision.created_at))
        .Set("ISO", FormatIso8601(decision.created_at))
        .Set("CORRELATION_ID", decision.correlation_id)
        .SetIf("IP", decision.ip)
        .SetIf("SUBJECT", decision.subject)
        .SetIf("EMAIL", decision.email);
    row.Show(decision.outcome == "accepted"  ? "ACCEPTED"
             : decision.outcome == "refused" ? "REFUSED"
                                             : "ASKED");
    if (decision.outcome == "refused" && HasMessage(decision.reason)) {
      row.Add("ADVICE")
          .Set("WHAT", std::string(message.what))
          .Set("NEXT", std::string(message.next));
    }
    if (wanted) row.Show("OPEN");
    AddChecks(row, decision.checks);
  }
  if (decisions.empty()) body.Show(wanted ? "NOT_FOUND" : "EMPTY");
  if (wanted || before) body.Add("CLEAR").Set("URL", base);
  if (more) {
    body.Add("MORE").Set("URL", WithQuery(base, "before", std::to_string(decisions.back().id)));
  }
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void AddChecks(html::Data& body, const std::vector<sso::Check>& checks) {
  if (checks.empty()) return;
  html::Data& list = body.Add("CHECKS");
  for (const sso::Check& check : checks) {
    html::Data& row = list.Add("CHECK");
    row.Set("NAME", check.name)
        .Set("LABEL", std::string(CheckLabel(check.name)))
        .SetIf("EXPECTED", check.expected)
        .SetIf("RECEIVED", check.received);
    row.Show(check.passed ? "PASSED" : "FAILED");
  }
}

void RegisterAuditPages(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/audit-log/", ShowAudit);
  site.Get(router, "/organizations/{slug}/sso-decisions/", ShowDecisions);
}

}  // namespace gatehouse::web
