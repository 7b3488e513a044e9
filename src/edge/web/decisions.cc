// The sign-in decisions of an organization: why somebody was let in or refused, for those who
// manage it.

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/messages.h"
#include "edge/web/people.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kDecisionsPerPage = 50;

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
  GH_CO_TRY(auto before, NumberIn(call.query, "before"));
  std::optional<std::string> wanted;
  if (!correlation_id.empty()) wanted = correlation_id;
  GH_CO_TRY(auto decisions, co_await site.d.sso.Decisions(access.organization.id, before, wanted,
                                                          kDecisionsPerPage + 1));
  const bool more = decisions.size() > kDecisionsPerPage;
  if (more) decisions.resize(kDecisionsPerPage);
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

void RegisterDecisions(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/sso-decisions/", ShowDecisions);
}

}  // namespace gatehouse::web
