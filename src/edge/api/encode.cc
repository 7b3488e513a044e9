#include "edge/api/encode.h"

#include "platform/http/form.h"

namespace gatehouse::api {

http::Response Reply(const json::Value& value, int status) {
  http::Response response = http::Response::Json(status, json::Serialize(value));
  response.headers.Set("Cache-Control", "no-store");
  return response;
}

void AddCursor(http::Response& response, const http::Request& request,
               std::optional<std::string> next) {
  std::string url = request.path + "?cursor=" + http::PercentEncode(next.value_or(""));
  response.headers.Set("Link", "<" + url + ">; rel=\"next\"; results=\"" +
                                   (next ? "true" : "false") + "\"; cursor=\"" + next.value_or("") +
                                   "\"");
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
  if (user.last_login_at) {
    o["lastLogin"] = FormatIso8601(*user.last_login_at);
  } else {
    o["lastLogin"] = nullptr;
  }
  return o;
}

json::Object Encode(const orgs::Organization& organization) {
  json::Object o;
  o["id"] = organization.id.ToString();
  o["slug"] = organization.slug;
  o["name"] = organization.name;
  o["status"] = json::Object{{"id", organization.status}, {"name", organization.status}};
  o["dateCreated"] = FormatIso8601(organization.created_at);
  o["defaultRole"] = organization.default_role;
  o["require2FA"] = organization.require_2fa();
  o["openMembership"] = (organization.flags & orgs::kAllowJoinLeave) != 0;
  return o;
}

json::Object Encode(const orgs::Member& member, const users::User* user) {
  json::Object flags;
  flags["sso:linked"] = member.sso_linked();
  flags["sso:invalid"] = member.sso_invalid();
  flags["member-limit:restricted"] = (member.flags & orgs::kMemberLimitRestricted) != 0;
  flags["idp:provisioned"] = (member.flags & orgs::kIdpProvisioned) != 0;
  flags["idp:role-restricted"] = (member.flags & orgs::kIdpRoleRestricted) != 0;
  flags["partnership:restricted"] = (member.flags & orgs::kPartnershipRestricted) != 0;

  const orgs::Role* role = orgs::FindRole(member.role);
  json::Object o;
  o["id"] = member.id.ToString();
  o["email"] = user != nullptr ? user->email : member.email;
  o["name"] = user != nullptr ? user->Display() : member.email;
  if (user != nullptr) {
    o["user"] = Encode(*user);
  } else {
    o["user"] = nullptr;
  }
  o["role"] = member.role;
  o["orgRole"] = member.role;
  o["roleName"] = role != nullptr ? role->name : std::string_view(member.role);
  o["pending"] = !member.user.has_value();
  o["flags"] = std::move(flags);
  o["dateCreated"] = FormatIso8601(member.created_at);
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
  if (entry.target_object) {
    o["targetObject"] = std::to_string(*entry.target_object);
  } else {
    o["targetObject"] = nullptr;
  }
  if (entry.target_user) {
    o["targetUser"] = entry.target_user->ToString();
  } else {
    o["targetUser"] = nullptr;
  }
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
  if (decision.user) {
    o["userId"] = decision.user->ToString();
  } else {
    o["userId"] = nullptr;
  }
  o["subject"] = decision.subject;
  o["email"] = decision.email;
  o["ipAddress"] = decision.ip;
  o["checks"] = std::move(checks);
  o["dateCreated"] = FormatIso8601(decision.created_at);
  return o;
}

}  // namespace gatehouse::api
