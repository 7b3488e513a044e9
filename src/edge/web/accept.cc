// From a link in a mail to a membership: the invitation's page, a new account for it, and the page
// where an outsider asks to join. Looking changes nothing: mail scanners open links, too.

#include "base/text.h"
#include "edge/access/invitation.h"
#include "edge/web/messages.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "edge/web/steps.h"

namespace gatehouse::web {

namespace {

using access::Invitation;
using access::Misses;

std::string InvitationPath(const Invitation& it) {
  return "/accept/" + it.organization.slug + "/" + it.ticket.member.ToString() + "/" +
         it.ticket.token + "/";
}

Task<Invitation> Read(Site& site, Call& call) {
  return access::ReadInvitation(site.d.orgs, site.d.sso, call.visitor, call.request.Param("slug"),
                                call.request.Param("member"), call.request.Param("token"));
}

Task<http::Response> AcceptPage(Site& site, Call& call, std::string error_slug, int status) {
  GH_CO_TRY(Invitation it, co_await Read(site, call));
  GH_CO_TRY(invites::Offer offer,
            co_await site.d.invites.Look(it.organization.slug, it.ticket, it.invitee, it.sso,
                                         call.visitor.client.ip));
  const std::string path = InvitationPath(it);
  Page page("accept.tpl", "AcceptInvitation " + offer.organization.name);
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("ORGANIZATION", offer.organization.name)
      .Set("SLUG", it.organization.slug)
      .Set("EMAIL", offer.member.email)
      .Set("ROLE", RoleName(offer.member.role))
      .Set("ACTION", path);
  if (it.sso.provider_exists) body.Set("PROVIDER", it.provider_name);
  if (offer.already_member) {
    body.Show("MEMBER");
    co_return site.ShowCard(call, std::move(page), status);
  }
  if (it.invitee) {
    html::Data& who = body.Add("SIGNED_IN");
    who.Set("USER", call.user().Display())
        .Set("LOGOUT_URL", WithQuery("/auth/logout/", "next", path));
    if (offer.email_mismatch) {
      who.Show("MISMATCH");
    } else if (Misses(offer, invites::Step::kSso)) {
      who.Show("SSO");
    } else if (Misses(offer, invites::Step::kTwoFactor)) {
      who.Add("TWO_FACTOR").Set("URL", WithQuery("/account/two-factor/", "next", path));
    } else if (Misses(offer, invites::Step::kVerifyEmail)) {
      who.Add("VERIFY").Set("USER_EMAIL", call.user().email);
    } else {
      who.Show("JOIN");
    }
  } else {
    html::Data& out = body.Add("SIGNED_OUT");
    const bool only_sso = it.sso.provider_exists && !it.sso.allow_unlinked;
    if (it.sso.provider_exists) out.Show("SSO");
    if (only_sso) {
      out.Show("ONLY_SSO");
    } else {
      out.Add("PASSWORD")
          .Set("LOGIN_URL", WithQuery("/auth/login/", "next", path))
          .Set("NAME", Field(call.form, "name"));
    }
  }
  co_return site.ShowCard(call, std::move(page), status);
}

// A link that was good once is not simply unknown.
Result<http::Response> SayGone(const Site& site, const Call& call, Result<http::Response> answer) {
  constexpr int kGone = 410;
  if (answer || !answer.error().Is("invite_gone")) return answer;
  return site.RenderError(call.request, answer.error(), kGone);
}

Task<http::Response> ShowAccept(Site& site, Call& call) {
  co_return SayGone(site, call, co_await AcceptPage(site, call, "", 200));
}

// A wish that is refused for a reason that the person can do something about.
bool IsForPerson(const Error& error) {
  return HttpStatus(error.code) < 500 && !error.Is("invite_invalid") && !error.Is("invite_gone");
}

Task<http::Response> AcceptInvitation(Site& site, Call& call) {
  GH_CO_TRY(Invitation it, co_await Read(site, call));
  if (!it.invitee) co_return Fail(Code::kUnauthenticated, "login_required");
  auto member = co_await site.d.invites.Accept(it.organization.slug, it.ticket, *it.invitee, it.sso,
                                               access::ActorOf(call.visitor));
  if (member) co_return Go("/organizations/" + it.organization.slug + "/", "joined");
  if (!IsForPerson(member.error())) co_return std::unexpected(member.error());
  co_return co_await AcceptPage(site, call, std::string(member.error().reason),
                                FormStatus(member.error()));
}

// A new account for the invited address. It has proven nothing: the address stays unverified until
// the mail that confirms it is opened, and the person still says "join" afterwards.
Task<http::Response> CreateAccount(Site& site, Call& call) {
  GH_CO_TRY(Invitation it, co_await Read(site, call));
  GH_CO_TRY(invites::Offer offer,
            co_await site.d.invites.Look(it.organization.slug, it.ticket, std::nullopt, it.sso,
                                         call.visitor.client.ip));
  if (call.visitor.principal) co_return Go(InvitationPath(it));
  if (it.sso.provider_exists && !it.sso.allow_unlinked) {
    co_return Fail(Code::kPermissionDenied, "sso_required");
  }
  auto user =
      co_await site.d.users.Create(offer.member.email, std::string(Trim(Field(call.form, "name"))),
                                   Field(call.form, "password"), call.client_info());
  if (!user) {
    if (HttpStatus(user.error().code) >= 500) co_return std::unexpected(user.error());
    co_return co_await AcceptPage(site, call, std::string(user.error().reason),
                                  FormStatus(user.error()));
  }
  // A mail that cannot be written now can be asked for again on the profile page.
  (void)co_await site.d.users.SendEmailConfirmation(user->id, "", call.client_info());
  GH_CO_TRY(auto outcome,
            co_await site.d.authn.Start(user->id, authn::ProofKind::kPassword, call.previous(),
                                        InvitationPath(it), call.client_info()));
  http::Response response = Go(InvitationPath(it));
  if (outcome.session) site.SetSession(response, call, *outcome.session);
  co_return response;
}

Task<http::Response> Decide(Site& site, Call& call) {
  const std::string op = Field(call.form, "op");
  if (op == "join") co_return co_await AcceptInvitation(site, call);
  if (op == "create") co_return co_await CreateAccount(site, call);
  if (op == "confirm-email") {
    if (!call.visitor.principal) co_return Fail(Code::kUnauthenticated, "login_required");
    GH_CO_TRY(Invitation it, co_await Read(site, call));
    auto sent = co_await site.d.users.SendEmailConfirmation(call.user().id, "", call.client_info());
    if (sent) co_return Go(InvitationPath(it), "confirmation_sent");
    if (!IsForPerson(sent.error())) co_return std::unexpected(sent.error());
    co_return co_await AcceptPage(site, call, std::string(sent.error().reason),
                                  FormStatus(sent.error()));
  }
  if (op == "sso") {
    GH_CO_TRY(Invitation it, co_await Read(site, call));
    const std::string slug = it.organization.slug;
    GH_CO_TRY(sso::Step step,
              co_await site.d.sso.BeginLogin(call.visitor.client, std::move(it.organization),
                                             "/organizations/" + slug + "/", it.ticket));
    co_return AnswerStep(site, call, std::move(step), "/auth/login/" + slug + "/");
  }
  co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
}

Task<http::Response> PostAccept(Site& site, Call& call) {
  co_return SayGone(site, call, co_await Decide(site, call));
}

// ---- asking to join -----------------------------------------------------------------------------

Task<http::Response> JoinPage(Site& site, Call& call, std::string error_slug, int status) {
  GH_CO_TRY(auto organization, co_await site.d.orgs.GetBySlug(call.request.Param("slug")));
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(organization.id));
  Page page("join_request.tpl", "Ask to join " + organization.name);
  html::Data& body = page.body();
  body.Set("ORGANIZATION", organization.name)
      .Set("SLUG", organization.slug)
      .Set("EMAIL", Field(call.form, "email"));
  if (!error_slug.empty()) AddError(body, error_slug);
  if (call.query.Has("sent")) {
    body.Show("SENT");
  } else if (provider) {
    body.Show("SSO");
  } else if ((organization.flags & orgs::kNoJoinRequests) != 0) {
    body.Show("CLOSED");
  } else {
    body.Show("FORM");
  }
  co_return site.ShowCard(call, std::move(page), status);
}

Task<http::Response> ShowJoin(Site& site, Call& call) {
  co_return co_await JoinPage(site, call, "", 200);
}

Task<http::Response> PostJoin(Site& site, Call& call) {
  const std::string slug = call.request.Param("slug");
  GH_CO_TRY(auto organization, co_await site.d.orgs.GetBySlug(slug));
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(organization.id));
  auto asked =
      co_await site.d.invites.RequestToJoin(slug, std::string(Trim(Field(call.form, "email"))),
                                            provider.has_value(), access::ActorOf(call.visitor));
  // The same answer whether the address is known or not.
  if (asked) co_return Go("/join-request/" + slug + "/?sent=1");
  if (HttpStatus(asked.error().code) >= 500) co_return std::unexpected(asked.error());
  co_return co_await JoinPage(site, call, std::string(asked.error().reason),
                              FormStatus(asked.error()));
}

}  // namespace

void RegisterAccept(Site& site, http::Router& router) {
  constexpr PageOptions kSecret{.token_in_url = true};
  site.Get(router, "/accept/{slug}/{member}/{token}/", ShowAccept, kSecret);
  site.Post(router, "/accept/{slug}/{member}/{token}/", PostAccept, kSecret);
  site.Get(router, "/join-request/{slug}/", ShowJoin);
  site.Post(router, "/join-request/{slug}/", PostJoin);
}

}  // namespace gatehouse::web
