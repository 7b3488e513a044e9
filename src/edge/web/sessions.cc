// Where the account is signed in, and how to end it.

#include <algorithm>

#include "edge/access/access.h"
#include "edge/web/client_words.h"
#include "edge/web/proof_words.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

using access::Guard;

constexpr std::string_view kSessionsPath = "/account/sessions/";

// Every proof with its time: by what, when, and for single sign-on to which organization.
Task<void> FillProofs(Site& site, html::Data& row, const authn::Session& session) {
  for (const authn::Proof& proof : session.proofs) {
    html::Data& line = row.Add("PROOF");
    line.Set("WORD", std::string(ProofWord(proof.kind))).Set("AT", FormatHuman(proof.at));
    if (proof.kind != authn::ProofKind::kSso) continue;
    auto organization = co_await site.d.orgs.Get(proof.organization);
    if (organization) line.Add("OF").Set("ORGANIZATION", organization->name);
  }
  co_return Result<void>();
}

Task<http::Response> ShowSessions(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  GH_CO_TRY(auto sessions, co_await site.d.authn.List(call.user().id));
  const auto current = call.previous();
  std::ranges::sort(sessions, [&](const authn::Session& a, const authn::Session& b) {
    if ((a.id == current) != (b.id == current)) return a.id == current;
    return a.last_seen_at > b.last_seen_at;
  });
  Page page("sessions.tpl", "Sessions");
  page.InAccount("sessions");
  html::Data& body = page.body();
  for (const authn::Session& session : sessions) {
    html::Data& row = body.Add("SESSION");
    row.Set("ID", session.id.ToString())
        .Set("AGENT", DescribeUserAgent(session.user_agent))
        .Set("PLACE", DescribePlace(session.ip))
        .Set("SEEN", FormatHuman(session.last_seen_at))
        .Set("CREATED", FormatHuman(session.created_at))
        .Set("ENDS", FormatHuman(session.expires_at));
    row.Show(session.id == current ? "CURRENT" : "OTHER");
    row.Show(session.OwnProof() != nullptr ? "OWN" : "BY_SSO");
    GH_CO_TRY_VOID(co_await FillProofs(site, row, session));
  }
  if (sessions.size() > 1) body.Show("OTHERS");
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> PostSessions(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  const UserId user = call.user().id;
  const SessionId current = *call.previous();
  const std::string op = Field(call.form, "op");
  if (op == "end-others") {
    GH_CO_TRY_VOID(co_await site.d.authn.EndOthers(user, current, call.client_info()));
    co_return Go(std::string(kSessionsPath), "sessions_ended");
  }
  auto id = SessionId::Parse(Field(call.form, "session"));
  if (op != "end" || !id) co_return Fail(Code::kInvalidArgument, "bad_request", "no session");
  // The service ends sessions of this user only.
  if (*id != current) {
    GH_CO_TRY_VOID(co_await site.d.authn.EndSession(user, *id, call.client_info()));
    co_return Go(std::string(kSessionsPath), "session_ended");
  }
  GH_CO_TRY_VOID(co_await site.d.authn.LogOut(user, *id, call.client_info()));
  auto response = Go("/auth/login/", "logged_out");
  response.headers.Add("Set-Cookie", site.d.guard.cookies().ClearSession().ToString());
  co_return response;
}

}  // namespace

void RegisterSessions(Site& site, http::Router& router) {
  site.Get(router, std::string(kSessionsPath), ShowSessions);
  site.Post(router, std::string(kSessionsPath), PostSessions);
}

}  // namespace gatehouse::web
