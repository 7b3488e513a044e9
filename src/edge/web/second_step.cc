// Proving more than a password: the second step of a log-in, and "confirm it is you" before a
// sensitive change.

#include "base/text.h"
#include "edge/access/errors.h"
#include "edge/web/factors.h"
#include "edge/web/messages.h"
#include "edge/web/site.h"
#include "platform/http/url.h"

namespace gatehouse::web {

namespace {

constexpr std::string_view kAfterLogin = "/organizations/";

// ---- the second step of a log-in ----------------------------------------------------------------

http::Response BackToLogin(const Site& site, std::string_view flash) {
  http::Response response = Go("/auth/login/", flash);
  response.headers.Add("Set-Cookie", site.d.guard.cookies().ClearPending().ToString());
  return response;
}

Task<http::Response> ChallengePage(Site& site, Call& call, std::string error_slug, int status) {
  if (call.visitor.pending_login.empty()) co_return Go("/auth/login/");
  auto challenge = co_await site.d.factors.GetChallenge(call.visitor.pending_login);
  if (!challenge) {
    if (challenge.error().code != Code::kUnauthenticated) {
      co_return std::unexpected(challenge.error());
    }
    co_return BackToLogin(site, "second_step_expired");
  }
  Page page("second_step.tpl", "Second step");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("USER", challenge->user_label).Set("ACTION", "/auth/2fa/");
  FillKinds(body, challenge->kinds, challenge->options_json);
  co_return site.ShowCard(call, std::move(page), status);
}

Task<http::Response> ShowChallenge(Site& site, Call& call) {
  co_return co_await ChallengePage(site, call, "", 200);
}

Task<http::Response> PostChallenge(Site& site, Call& call) {
  if (Field(call.form, "op") == "cancel") co_return BackToLogin(site, "logged_out");
  if (call.visitor.pending_login.empty()) co_return Go("/auth/login/");
  GH_CO_TRY(factors::Answer answer, AnswerOf(call));
  auto done = co_await site.d.factors.FinishLogin(call.visitor.pending_login, std::move(answer),
                                                  call.client_info());
  if (!done) {
    if (!IsWrongAnswer(done.error())) {
      if (done.error().code != Code::kUnauthenticated) co_return std::unexpected(done.error());
      co_return BackToLogin(site, "second_step_expired");
    }
    co_return co_await ChallengePage(site, call, std::string(done.error().reason),
                                     FormStatus(done.error()));
  }
  // Kept on our side since the first step, where what a browser asked for was judged. It may lead
  // into /auth/: a single sign-on that was interrupted goes on at its confirmation page.
  http::Response response = Go(http::SafeLocalPath(done->next).value_or(std::string(kAfterLogin)));
  site.SetSession(response, call, done->session);
  response.headers.Add("Set-Cookie", site.d.guard.cookies().ClearPending().ToString());
  co_return response;
}

// ---- confirm it is you --------------------------------------------------------------------------

Task<http::Response> StepUpPage(Site& site, Call& call, std::string error_slug, int status) {
  const bool post = call.request.method == http::Method::kPost;
  GH_CO_TRY(auto overview, co_await site.d.factors.List(call.user().id));
  std::vector<factors::Kind> kinds;
  for (const factors::Factor& factor : overview.factors) kinds.push_back(factor.kind);
  if (overview.recovery_left > 0) kinds.push_back(factors::Kind::kRecovery);
  GH_CO_TRY(std::string options, co_await site.d.factors.BeginStepUp(FactorCallerOf(call)));
  Page page("sudo.tpl", "Confirm it is you");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("USER", call.user().Display())
      .Set("USERNAME", call.user().username)
      .Set("ACTION", "/auth/sudo/")
      .Set("NEXT", NextOr(Field(post ? call.form : call.query, "next"), "/account/"));
  if (call.user().has_password) body.Show("PASSWORD");
  FillKinds(body, kinds, options);
  co_return site.ShowCard(call, std::move(page), status);
}

Task<http::Response> ShowStepUp(Site& site, Call& call) {
  GH_CO_TRY_VOID(access::Guard::RequireOwnProof(call.visitor));
  co_return co_await StepUpPage(site, call, "", 200);
}

Task<authn::IssuedSession> Prove(Site& site, Call& call) {
  if (Field(call.form, "kind") == "password") {
    co_return co_await site.d.authn.StepUpByPassword(
        *call.visitor.principal, Field(call.form, "password"), call.client_info());
  }
  GH_CO_TRY(factors::Answer answer, AnswerOf(call));
  co_return co_await site.d.factors.StepUp(FactorCallerOf(call), std::move(answer));
}

Task<http::Response> PostStepUp(Site& site, Call& call) {
  GH_CO_TRY_VOID(access::Guard::RequireOwnProof(call.visitor));
  auto proven = co_await Prove(site, call);
  if (!proven) {
    if (!IsWrongAnswer(proven.error())) co_return std::unexpected(proven.error());
    co_return co_await StepUpPage(site, call, std::string(proven.error().reason),
                                  FormStatus(proven.error()));
  }
  http::Response response = Go(NextOr(Field(call.form, "next"), "/account/"), "stepped_up");
  site.SetSession(response, call, *proven);
  co_return response;
}

}  // namespace

factors::Caller FactorCallerOf(const Call& call) {
  return {.principal = *call.visitor.principal,
          .browser = call.visitor.browser,
          .ip = call.visitor.client.ip,
          .user_agent = call.visitor.client.user_agent,
          .correlation_id = call.visitor.client.correlation_id};
}

Result<factors::Answer> AnswerOf(const Call& call) {
  const std::string kind = Field(call.form, "kind");
  factors::Answer answer;
  if (kind == "webauthn") {
    answer.kind = factors::Kind::kWebAuthn;
    answer.response_json = Field(call.form, "response");
    return answer;
  }
  if (kind != "totp" && kind != "recovery") {
    return Fail(Code::kInvalidArgument, "bad_request", "kind");
  }
  answer.kind = kind == "totp" ? factors::Kind::kTotp : factors::Kind::kRecovery;
  answer.code = Field(call.form, "code");
  return answer;
}

bool IsWrongAnswer(const Error& error) {
  return error.code == Code::kPermissionDenied || error.code == Code::kResourceExhausted ||
         error.code == Code::kInvalidArgument;
}

void FillKinds(html::Data& body, const std::vector<factors::Kind>& kinds,
               const std::string& options_json) {
  bool totp = false, recovery = false;
  for (factors::Kind kind : kinds) {
    totp = totp || kind == factors::Kind::kTotp;
    recovery = recovery || kind == factors::Kind::kRecovery;
  }
  if (totp) body.Show("TOTP");
  if (recovery) body.Show("RECOVERY");
  if (!options_json.empty()) body.Add("KEY").Set("OPTIONS", options_json);
}

void RegisterSecondStep(Site& site, http::Router& router) {
  site.Get(router, "/auth/2fa/", ShowChallenge);
  site.Post(router, "/auth/2fa/", PostChallenge);
  site.Get(router, "/auth/sudo/", ShowStepUp);
  site.Post(router, "/auth/sudo/", PostStepUp);
}

}  // namespace gatehouse::web
