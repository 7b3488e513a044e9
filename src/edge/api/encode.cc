#include "edge/api/encode.h"

#include <algorithm>

namespace gatehouse::api {

namespace {

template <class Id>
json::Value IdOrNull(const std::optional<Id>& id) {
  return id ? json::Value(id->ToString()) : json::Value(nullptr);
}

json::Object EncodeFlags(const orgs::Member& member) {
  const auto has = [&member](orgs::MemberFlag flag) { return (member.flags & flag) != 0; };
  json::Object flags;
  flags["sso:linked"] = has(orgs::kSsoLinked);
  flags["sso:invalid"] = has(orgs::kSsoInvalid);
  flags["member-limit:restricted"] = has(orgs::kMemberLimitRestricted);
  flags["idp:provisioned"] = has(orgs::kIdpProvisioned);
  flags["idp:role-restricted"] = has(orgs::kIdpRoleRestricted);
  flags["partnership:restricted"] = has(orgs::kPartnershipRestricted);
  return flags;
}

template <class Scopes>
json::Array Texts(const Scopes& scopes) {
  json::Array list;
  for (const auto& scope : scopes) list.emplace_back(std::string_view(scope));
  return list;
}

json::Array EncodeTeamRoles(std::string_view organization_role) {
  json::Array list;
  for (const teams::TeamRoleInfo& role : teams::TeamRoles()) {
    list.push_back(
        json::Object{{"id", role.id},
                     {"name", role.name},
                     {"desc", role.description},
                     {"scopes", Texts(role.scopes)},
                     {"isAllowed", true},
                     {"isRetired", false},
                     {"isMinimum", teams::MinimumTeamRole(organization_role) == role.id}});
  }
  return list;
}

}  // namespace

json::Value TextOrNull(std::string_view text) {
  return text.empty() ? json::Value(nullptr) : json::Value(text);
}

http::Response Reply(const json::Value& value, int status) {
  http::Response response = http::Response::Json(status, json::Serialize(value));
  response.headers.Set("Cache-Control", "no-store");
  return response;
}

const users::User* Find(const People& people, const std::optional<UserId>& id) {
  if (!id) return nullptr;
  auto found = people.find(*id);
  return found == people.end() ? nullptr : &found->second;
}

json::Value EncodeTime(const std::optional<Timestamp>& time) {
  return time ? json::Value(FormatIso8601(*time)) : json::Value(nullptr);
}

json::Object Encode(const users::User& user) {
  json::Object o;
  o["id"] = user.id.ToString();
  o["name"] = user.Display();
  o["username"] = user.username;
  o["email"] = user.email;
  o["isActive"] = user.is_active;
  o["isManaged"] = user.is_managed;
  o["hasPasswordAuth"] = user.has_password;
  o["dateJoined"] = FormatIso8601(user.created_at);
  o["lastLogin"] = EncodeTime(user.last_login_at);
  return o;
}

json::Object EncodePerson(const users::User& user) {
  return {{"id", user.id.ToString()},
          {"name", user.Display()},
          {"username", user.username},
          {"email", user.email},
          {"avatar", json::Object{{"avatarType", "letter_avatar"}, {"avatarUuid", nullptr}}}};
}

json::Object EncodeSelf(const users::User& user) {
  json::Object o = Encode(user);
  o["has2fa"] = user.has_2fa;
  o["emailVerified"] = user.email_verified;
  return o;
}

json::Object Encode(const orgs::Organization& organization) {
  const auto has = [&](orgs::OrgFlag flag) { return (organization.flags & flag) != 0; };
  json::Object o;
  o["id"] = organization.id.ToString();
  o["slug"] = organization.slug;
  o["name"] = organization.name;
  o["status"] = json::Object{{"id", organization.status}, {"name", organization.status}};
  o["dateCreated"] = FormatIso8601(organization.created_at);
  o["isEarlyAdopter"] = false;
  o["avatar"] = json::Object{{"avatarType", "letter_avatar"}, {"avatarUuid", nullptr}};
  o["features"] = json::Array();
  o["defaultRole"] = organization.default_role;
  o["require2FA"] = organization.require_2fa();
  o["requireEmailVerification"] = has(orgs::kRequireEmailVerification);
  o["openMembership"] = organization.open_membership();
  o["allowJoinRequests"] = !has(orgs::kNoJoinRequests);
  o["eventsMemberAdmin"] = !has(orgs::kMembersNoEventAdmin);
  o["alertsMemberWrite"] = !has(orgs::kMembersNoAlertsWrite);
  o["allowInvites"] = !has(orgs::kNoInvites);
  o["bindInvitesToEmail"] = has(orgs::kBindInvitesToEmail);
  return o;
}

json::Object Encode(const orgs::Member& member, const People& people, Timestamp now) {
  const users::User* user = Find(people, member.user);
  const users::User* inviter = Find(people, member.inviter);
  const orgs::Role* role = orgs::FindRole(member.role);
  json::Object o;
  o["id"] = member.id.ToString();
  o["email"] = user != nullptr ? user->email : member.email;
  o["name"] = user != nullptr ? user->Display() : !member.name.empty() ? member.name : member.email;
  if (user != nullptr) {
    o["user"] = Encode(*user);
    o["user"].as_object()["has2fa"] = member.user_has_2fa;
  } else {
    o["user"] = nullptr;
  }
  o["role"] = member.role;
  o["orgRole"] = member.role;
  o["roleName"] = role != nullptr ? role->name : std::string_view(member.role);
  o["pending"] = member.pending();
  o["expired"] = member.pending() && member.invite_expires_at && *member.invite_expires_at <= now;
  o["flags"] = EncodeFlags(member);
  o["dateCreated"] = FormatIso8601(member.created_at);
  o["inviteStatus"] = member.invite_status;
  o["inviterName"] = inviter != nullptr ? json::Value(inviter->Display()) : json::Value(nullptr);
  return o;
}

json::Object EncodeWithTeams(const orgs::Member& member,
                             const std::vector<members::TeamRole>& teams, const People& people,
                             Timestamp now) {
  json::Object o = Encode(member, people, now);
  json::Array slugs, roles;
  for (const members::TeamRole& team : teams) {
    slugs.emplace_back(team.team_slug);
    roles.push_back(
        json::Object{{"teamSlug", team.team_slug}, {"role", TextOrNull(team.role.value_or(""))}});
  }
  o["teams"] = std::move(slugs);
  o["teamRoles"] = std::move(roles);
  return o;
}

json::Object EncodeWithRoles(const members::Detail& detail, const orgs::Organization& organization,
                             const People& people, Timestamp now) {
  json::Object o = EncodeWithTeams(detail.member, detail.teams, people, now);
  json::Array roles;
  for (const orgs::Role& role : orgs::Roles()) {
    roles.push_back(json::Object{{"id", role.id},
                                 {"name", role.name},
                                 {"desc", role.description},
                                 {"scopes", Texts(orgs::ScopesOf(organization, role.id))},
                                 {"isAllowed", std::ranges::find(detail.grantable_roles, role.id) !=
                                                   detail.grantable_roles.end()},
                                 {"isRetired", role.is_retired},
                                 {"isGlobal", role.is_global},
                                 {"minimumTeamRole", teams::MinimumTeamRole(role.id)}});
  }
  o["isOnlyOwner"] = detail.is_only_owner;
  o["roles"] = roles;
  o["orgRoleList"] = std::move(roles);
  o["teamRoleList"] = EncodeTeamRoles(detail.member.role);
  return o;
}

json::Object Encode(const teams::Team& team) {
  json::Object o;
  o["id"] = team.id.ToString();
  o["slug"] = team.slug;
  o["name"] = team.name;
  o["dateCreated"] = FormatIso8601(team.created_at);
  o["isMember"] = team.is_member;
  o["isPending"] = team.has_pending_request;
  o["memberCount"] = team.member_count;
  o["flags"] = json::Object{{"idp:provisioned", team.idp_provisioned}};
  o["avatar"] = json::Object{{"avatarType", "letter_avatar"}, {"avatarUuid", nullptr}};
  return o;
}

json::Object Encode(const teams::AccessRequest& request, const People& people, Timestamp now) {
  json::Object o;
  o["id"] = std::to_string(request.id);
  o["member"] = Encode(request.member, people, now);
  o["team"] = Encode(request.team);
  const users::User* requester = Find(people, request.requester);
  if (requester != nullptr) {
    o["requester"] = Encode(*requester);
  } else {
    o["requester"] = nullptr;
  }
  o["dateCreated"] = FormatIso8601(request.created_at);
  return o;
}

json::Object Encode(const audit::Stored& entry, const users::User* actor) {
  json::Object o;
  o["id"] = std::to_string(entry.id);
  if (actor != nullptr) {
    o["actor"] = Encode(*actor);
  } else {
    o["actor"] = json::Object{{"name", entry.actor_label}};
  }
  o["event"] = audit::Info(entry.event).api_name;
  o["ipAddress"] = entry.ip;
  o["note"] = entry.note;
  o["targetObject"] = entry.target_object ? json::Value(std::to_string(*entry.target_object))
                                          : json::Value(nullptr);
  o["targetUser"] = IdOrNull(entry.target_user);
  o["data"] = entry.data;
  o["correlationId"] = entry.correlation_id;
  o["dateCreated"] = FormatIso8601(entry.created_at);
  return o;
}

json::Object Encode(const sso::Decision& decision) {
  json::Array checks;
  for (const sso::Check& check : decision.checks) {
    checks.push_back(json::Object{{"name", check.name},
                                  {"passed", check.passed},
                                  {"expected", check.expected},
                                  {"received", check.received}});
  }
  json::Object o;
  o["id"] = std::to_string(decision.id);
  o["flow"] = decision.flow;
  o["outcome"] = decision.outcome;
  o["reason"] = decision.reason;
  o["correlationId"] = decision.correlation_id;
  o["userId"] = IdOrNull(decision.user);
  o["subject"] = decision.subject;
  o["email"] = decision.email;
  o["ipAddress"] = decision.ip;
  o["checks"] = std::move(checks);
  o["dateCreated"] = FormatIso8601(decision.created_at);
  return o;
}

json::Object Encode(const authn::Session& session, SessionId current) {
  json::Array proofs;
  for (const authn::Proof& proof : session.proofs) {
    json::Object one;
    one["kind"] = authn::ProofName(proof.kind);
    one["organizationId"] = proof.kind == authn::ProofKind::kSso
                                ? json::Value(proof.organization.ToString())
                                : json::Value(nullptr);
    one["date"] = FormatIso8601(proof.at);
    proofs.push_back(std::move(one));
  }
  json::Object o;
  o["id"] = session.id.ToString();
  o["isCurrent"] = session.id == current;
  o["ipAddress"] = session.ip;
  o["userAgent"] = session.user_agent;
  o["proofs"] = std::move(proofs);
  o["dateCreated"] = FormatIso8601(session.created_at);
  o["lastSeen"] = FormatIso8601(session.last_seen_at);
  o["expiresAt"] = FormatIso8601(session.expires_at);
  return o;
}

json::Object Encode(const authn::ApiToken& token) {
  json::Object o;
  o["id"] = std::to_string(token.id);
  o["name"] = token.name;
  o["hint"] = token.hint;
  o["scopes"] = Texts(token.scopes);
  o["dateCreated"] = FormatIso8601(token.created_at);
  o["expiresAt"] = EncodeTime(token.expires_at);
  o["lastUsed"] = EncodeTime(token.last_used_at);
  return o;
}

json::Object Encode(const users::AccountEvent& event) {
  json::Object o;
  o["id"] = std::to_string(event.id);
  o["kind"] = event.kind;
  o["detail"] = event.detail;
  o["ipAddress"] = event.ip;
  o["userAgent"] = event.user_agent;
  o["correlationId"] = event.correlation_id;
  o["dateCreated"] = FormatIso8601(event.created_at);
  return o;
}

}  // namespace gatehouse::api
