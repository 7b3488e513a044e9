// What happened to the account: log-ins, refusals, changes of what protects it.

#include <array>

#include "base/text.h"
#include "edge/web/client_words.h"
#include "edge/web/messages.h"
#include "edge/web/proof_words.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kEventsPerPage = 50;

std::string_view Sentence(std::string_view kind) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kSentences = {{
      {"login", "Signed in"},
      {"login-refused", "A sign-in was refused"},
      {"step-up", "Confirmed it was you"},
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

// Why a sign-in was refused, in a few words.
std::string Cause(std::string_view reason) {
  constexpr std::string_view kStepUp = "step_up_";
  const bool inside = reason.starts_with(kStepUp);
  if (inside) reason.remove_prefix(kStepUp.size());
  std::string words = reason == "password_wrong" ? "wrong password"
                      : HasMessage(reason)       ? std::string(FindMessage(reason).title)
                                                 : std::string(reason);
  return inside ? words + ", while signed in" : words;
}

// "security key “Blue key”" of "webauthn Blue key".
std::string FactorOf(std::string_view detail) {
  const auto [kind, name] = SplitOnce(detail, ' ');
  std::string words(kind == "totp" ? "authenticator app" : ProofWord(kind));
  return name.empty() ? words : words + " “" + std::string(name) + "”";
}

// What the event says beside its kind.
std::string DetailOf(const authn::AccountEvent& event) {
  if (event.detail.empty()) return "";
  if (event.kind == "login-refused") return Cause(event.detail);
  if (event.kind == "login" || event.kind == "step-up") {
    std::vector<std::string> words;
    for (std::string_view name : Split(event.detail, ' ')) words.emplace_back(ProofWord(name));
    return "with " + Join(words, " and ");
  }
  if (event.kind == "factor-added" || event.kind == "factor-removed") {
    return FactorOf(event.detail);
  }
  if (event.kind == "factor-renamed") return "now “" + event.detail + "”";
  if (event.kind == "factors-reset") return "by " + event.detail;
  return event.detail;
}

Task<http::Response> ShowHistory(Site& site, Call& call) {
  GH_CO_TRY_VOID(access::Guard::RequireOwnProof(call.visitor));
  GH_CO_TRY(auto before, NumberIn(call.query, "before"));
  GH_CO_TRY(auto events, co_await site.d.authn.ListEvents(call.user().id, before, kEventsPerPage));
  Page page("history.tpl", "History");
  page.InAccount("history");
  html::Data& body = page.body();
  for (const authn::AccountEvent& event : events) {
    html::Data& row = body.Add("EVENT");
    row.Set("WHAT", std::string(Sentence(event.kind)))
        .Set("WHEN", FormatHuman(event.created_at))
        .Set("ISO", FormatIso8601(event.created_at))
        .SetIf("DETAIL", DetailOf(event));
    if (!event.ip.empty()) row.SetIf("PLACE", DescribePlace(event.ip));
    if (!event.user_agent.empty()) row.SetIf("AGENT", DescribeUserAgent(event.user_agent));
    if (event.kind == "login-refused") row.Show("BAD");
  }
  if (events.empty()) body.Show("EMPTY");
  if (events.size() == kEventsPerPage) {
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
