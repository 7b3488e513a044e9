// What happened to the account: log-ins, refusals, changes of what protects it.

#include <array>

#include "edge/web/messages.h"
#include "edge/web/site.h"
#include "edge/web/user_agent.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kPerPage = 50;

std::string_view Sentence(std::string_view kind) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kSentences = {{
      {"login", "Signed in"},
      {"login-refused", "A sign-in was refused"},
      {"logout", "Signed out"},
      {"session-ended", "A session was ended"},
      {"sessions-ended", "All other sessions were ended"},
      {"password-changed", "The password was changed"},
      {"recovery", "The password was reset by a mailed link"},
      {"email-added", "An address was added"},
      {"email-removed", "An address was removed"},
      {"email-primary", "Another address became the primary one"},
      {"email-verified", "An address was confirmed"},
      {"factor-added", "A second factor was added"},
      {"factor-removed", "A second factor was removed"},
      {"factor-renamed", "A second factor was renamed"},
      {"factors-reset", "All second factors were removed by an administrator"},
      {"recovery-codes-created", "New recovery codes were made"},
  }};
  for (const auto& [known, sentence] : kSentences) {
    if (known == kind) return sentence;
  }
  return kind;
}

Task<http::Response> ShowHistory(Site& site, Call& call) {
  GH_CO_TRY_VOID(access::Guard::RequireOwnProof(call.visitor));
  std::optional<std::int64_t> before;
  if (call.query.Has("before")) {
    auto id = StrongId<struct EventTag>::Parse(Field(call.query, "before"));
    if (!id) co_return Fail(Code::kInvalidArgument, "bad_request", "cursor");
    before = id->value;
  }
  GH_CO_TRY(auto events, co_await site.d.authn.ListEvents(call.user().id, before, kPerPage));
  Page page("history.tpl", "History");
  page.InAccount("history");
  html::Data& body = page.body();
  for (const authn::AccountEvent& event : events) {
    html::Data& row = body.Add("EVENT");
    row.Set("WHAT", std::string(Sentence(event.kind)))
        .Set("WHEN", FormatHuman(event.created_at))
        .Set("ISO", FormatIso8601(event.created_at))
        .SetIf("DETAIL", event.kind == "login-refused" && HasMessage(event.detail)
                             ? std::string(FindMessage(event.detail).title)
                             : event.detail)
        .SetIf("IP", event.ip);
    if (!event.user_agent.empty()) row.SetIf("AGENT", DescribeUserAgent(event.user_agent));
    if (event.kind == "login-refused") row.Show("BAD");
  }
  if (events.empty()) body.Show("EMPTY");
  if (events.size() == kPerPage) {
    body.Add("MORE").Set(
        "URL", WithQuery("/account/history/", "before", std::to_string(events.back().id)));
  }
  if (before) body.Add("FIRST").Set("URL", "/account/history/");
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterHistory(Site& site, http::Router& router) {
  site.Get(router, "/account/history/", ShowHistory);
}

}  // namespace gatehouse::web
