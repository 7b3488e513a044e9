// /api/0/organizations/{organization}/members/ (POST), …/invite-requests/, …/join-request/ and
// /api/0/accept-invite/…: how people become members.

#include "edge/access/errors.h"
#include "edge/access/invitation.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/refusals.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

Result<invites::NewInvite> InviteFrom(const json::Object& body) {
  invites::NewInvite invite;
  GH_TRY(invite.email, RequiredText(body, "email"));
  GH_TRY(auto role, RoleOf(body));
  if (role) invite.role = *std::move(role);
  GH_TRY(auto teams, TeamsOf(body));
  if (teams) invite.teams = *std::move(teams);
  GH_TRY(auto send, OptionalBool(body, "sendInvite"));
  invite.send_mail = send.value_or(true);
  return invite;
}

// The documented texts name the address.
http::Response RefuseAddress(const Call& call, const Error& error, const std::string& email) {
  return error.Is("already_member")
             ? FieldError(call.request, "email", error.reason,
                          "The user " + email + " is already a member")
             : FieldError(call.request, "email", error.reason,
                          "There is an existing invite request for " + email);
}

bool IsAboutAddress(const Error& error) {
  return error.Is("already_member") || error.Is("invite_requested");
}

Task<json::Object> Show(Call& call, const invites::Invite& invite) {
  orgs::Member member = invite.member;
  member.inviter = invite.inviter;
  member.invite_expires_at = invite.expires_at;
  GH_CO_TRY(People people, co_await PeopleOf(call.d.users, member));
  co_return EncodeWithTeams(member, invite.teams, people, call.d.clock.Now());
}

// The request that the path names. Errors: kNotFound "request_not_found".
Task<invites::Invite> FindRequest(Call& call) {
  GH_CO_TRY(auto pending, co_await call.d.invites.ListPending(call.organization(), call.caller()));
  auto id = MemberId::Parse(call.request.Param("member"));
  for (invites::Invite& invite : pending) {
    if (id && invite.member.id == *id && invite.status != invites::Status::kApproved) {
      co_return std::move(invite);
    }
  }
  co_return Fail(Code::kNotFound, kRequestNotFound);
}

// ---- acceptance ---------------------------------------------------------------------------------

using access::Invitation;
using access::Misses;

struct Looked {
  Invitation invitation;
  invites::Offer offer;
};

Task<Looked> Look(Call& call) {
  GH_CO_TRY(Invitation it, co_await access::ReadInvitation(call.d.orgs, call.d.sso, call.visitor,
                                                           call.request.Param("organization"),
                                                           call.request.Param("member"),
                                                           call.request.Param("token")));
  GH_CO_TRY(invites::Offer offer,
            co_await call.d.invites.Look(it.organization.slug, it.ticket, it.invitee, it.sso,
                                         call.visitor.client.ip));
  co_return Looked{std::move(it), std::move(offer)};
}

// Was the caller a member already?
Task<bool> Accept(Call& call) {
  GH_CO_TRY(Looked looked, co_await Look(call));
  const Invitation& it = looked.invitation;
  if (!it.invitee) co_return Fail(Code::kUnauthenticated, access::kReauthRequired);
  GH_CO_TRY_VOID(co_await call.d.invites.Accept(it.organization.slug, it.ticket, *it.invitee,
                                                it.sso, access::ActorOf(call.visitor)));
  co_return looked.offer.already_member;
}

// 400, as documented, whether the token never was right or no longer is; `code` tells them apart.
std::optional<http::Response> RefuseLink(const Call& call, const Error& error) {
  if (!error.Is("invite_invalid") && !error.Is("invite_gone")) return std::nullopt;
  return Reply(json::Object{{"details", "Invalid invite code"},
                            {"code", error.reason},
                            {"correlationId", call.request.correlation_id}},
               400);
}

json::Object Details(const Call& call, std::string_view text, std::string_view code) {
  return {{"details", text}, {"code", code}, {"correlationId", call.request.correlation_id}};
}

}  // namespace

Task<http::Response> CreateInvite(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(invites::NewInvite invite, InviteFrom(body));
  if (invite.role == "owner") GH_CO_TRY_VOID(call.RequireFreshSession());
  const std::string email = invite.email;
  std::vector<invites::NewInvite> one;
  one.push_back(std::move(invite));
  auto created = co_await call.d.invites.Create(call.organization(), std::move(one), call.caller());
  if (!created && IsAboutAddress(created.error())) {
    co_return RefuseAddress(call, created.error(), email);
  }
  if (!created) co_return std::unexpected(created.error());
  GH_CO_TRY(json::Object shown, co_await Show(call, created->front()));
  co_return Reply(std::move(shown), 201);
}

Task<http::Response> ListInviteRequests(Call& call) {
  GH_CO_TRY(auto pending, co_await call.d.invites.ListPending(call.organization(), call.caller()));
  std::vector<UserId> ids;
  for (invites::Invite& invite : pending) {
    invite.member.inviter = invite.inviter;
    AddPeople(invite.member, ids);
  }
  GH_CO_TRY(People people, co_await Load(call.d.users, std::move(ids)));
  json::Array list;
  for (const invites::Invite& invite : pending) {
    if (invite.status == invites::Status::kApproved) continue;
    list.push_back(EncodeWithTeams(invite.member, invite.teams, people, call.d.clock.Now()));
  }
  co_return Reply(std::move(list));
}

Task<http::Response> CreateInviteRequest(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(invites::NewInvite invite, InviteFrom(body));
  const std::string email = invite.email;
  auto created =
      co_await call.d.invites.Request(call.organization(), std::move(invite), call.caller());
  if (!created && IsAboutAddress(created.error())) {
    co_return RefuseAddress(call, created.error(), email);
  }
  if (!created) co_return std::unexpected(created.error());
  GH_CO_TRY(json::Object shown, co_await Show(call, *created));
  co_return Reply(std::move(shown), 201);
}

Task<http::Response> GetInviteRequest(Call& call) {
  GH_CO_TRY(invites::Invite request, co_await FindRequest(call));
  GH_CO_TRY(json::Object shown, co_await Show(call, request));
  co_return Reply(std::move(shown));
}

Task<http::Response> DecideInviteRequest(Call& call) {
  GH_CO_TRY(invites::Invite request, co_await FindRequest(call));
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(auto role, RoleOf(body));
  GH_CO_TRY(auto teams, TeamsOf(body));
  GH_CO_TRY(bool approve, RequiredBool(body, "approve"));
  if (!approve) {
    // Role and teams of a request count when it is approved; until then they are a wish.
    if (role || teams) co_return Fail(Code::kInvalidArgument, kFieldInvalid, "approve");
    GH_CO_TRY(json::Object shown, co_await Show(call, request));
    co_return Reply(std::move(shown));
  }
  if (role.value_or(request.member.role) == "owner") GH_CO_TRY_VOID(call.RequireFreshSession());
  GH_CO_TRY(invites::Invite approved,
            co_await call.d.invites.Approve(call.organization(), request.member.id, std::move(role),
                                            std::move(teams), call.caller()));
  GH_CO_TRY(json::Object shown, co_await Show(call, approved));
  co_return Reply(std::move(shown));
}

Task<http::Response> RejectInviteRequest(Call& call) {
  GH_CO_TRY(invites::Invite request, co_await FindRequest(call));
  GH_CO_TRY_VOID(
      co_await call.d.invites.Reject(call.organization(), request.member.id, call.caller()));
  co_return http::Response::Empty(204);
}

Task<http::Response> RequestToJoin(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(std::string email, RequiredText(body, "email"));
  // For somebody who need not be a member: by slug or id.
  const std::string& named = call.request.Param("organization");
  const auto id = OrgId::Parse(named);
  GH_CO_TRY(orgs::Organization organization,
            id ? co_await call.d.orgs.Get(*id) : co_await call.d.orgs.GetBySlug(named));
  GH_CO_TRY(auto provider, co_await call.d.sso.FindProvider(organization.id));
  auto asked = co_await call.d.invites.RequestToJoin(
      organization.slug, std::move(email), provider.has_value(), access::ActorOf(call.visitor));
  if (!asked && asked.error().Is("sso_active")) {
    co_return FieldError(call.request, "", asked.error().reason,
                         "Join this organization through its single sign-on.", 403);
  }
  if (!asked) co_return std::unexpected(asked.error());
  co_return http::Response::Empty(204);
}

Task<http::Response> LookAtInvite(Call& call) {
  auto looked = co_await Look(call);
  if (!looked) {
    if (auto refused = RefuseLink(call, looked.error())) co_return *std::move(refused);
    co_return std::unexpected(looked.error());
  }
  const auto& [it, offer] = *looked;
  json::Object o;
  o["orgSlug"] = offer.organization.slug;
  o["needsAuthentication"] = !call.visitor.principal;
  o["needsSso"] = it.sso.provider_exists;
  o["hasAuthProvider"] = it.sso.provider_exists;
  o["requireSso"] = it.sso.provider_exists && !it.sso.allow_unlinked;
  o["existingMember"] = offer.already_member;
  if (it.sso.provider_exists) o["ssoProvider"] = it.provider_name;
  o["needs2fa"] = Misses(offer, invites::Step::kTwoFactor);
  o["needsEmailVerification"] = Misses(offer, invites::Step::kVerifyEmail);
  co_return Reply(std::move(o));
}

Task<http::Response> AcceptInvite(Call& call) {
  auto accepted = co_await Accept(call);
  if (accepted) {
    if (!*accepted) co_return http::Response::Empty(204);
    // The second invitation is gone, as documented; the membership is as it was.
    co_return Reply(Details(call, "member already exists", "already_member"), 400);
  }
  const Error& error = accepted.error();
  if (auto refused = RefuseLink(call, error)) co_return *std::move(refused);
  if (error.code == Code::kPermissionDenied && !error.Is("invite_email_mismatch")) {
    co_return Reply(Details(call, "unable to accept organization invite", error.reason), 400);
  }
  co_return std::unexpected(error);
}

}  // namespace gatehouse::api
