#include "control/sso/effects.h"

namespace gatehouse::sso {
namespace {

using outbox::Category;
using outbox::Message;

json::Object ActorPayload(const identity::Actor& actor) {
  json::Object payload;
  if (actor.user) payload["actor_user_id"] = actor.user->value;
  payload["actor_label"] = actor.label;
  payload["ip"] = actor.ip;
  payload["correlation_id"] = actor.correlation_id;
  return payload;
}

std::string TextOf(const Message& m, std::string_view key) {
  return std::string(json::GetString(m.payload, key).value_or(""));
}

orgs::Actor ActorOf(const Message& m) {
  orgs::Actor actor;
  if (auto id = json::GetInt(m.payload, "actor_user_id")) actor.user = UserId{*id};
  actor.label = TextOf(m, "actor_label");
  actor.ip = TextOf(m, "ip");
  actor.correlation_id = TextOf(m, "correlation_id");
  return actor;
}

OrgId OrgOf(const Message& m) { return OrgId{m.shard.id}; }
UserId UserOf(const Message& m) { return UserId{json::GetInt(m.payload, "user_id").value_or(0)}; }

members::UserCopy CopyOf(const Message& m) {
  return {.user = UserOf(m),
          .email = TextOf(m, "email"),
          .name = TextOf(m, "name"),
          .is_active = json::GetBool(m.payload, "is_active").value_or(true),
          .has_2fa = json::GetBool(m.payload, "has_2fa").value_or(false)};
}

std::optional<invites::Ticket> TicketOf(const Message& m) {
  auto member = json::GetInt(m.payload, "ticket_member");
  if (!member) return std::nullopt;
  return invites::Ticket{MemberId{*member}, TextOf(m, "ticket_token")};
}

}  // namespace

Result<void> Effects::ClearRequire2fa(sql::Tx& tx, OrgId organization,
                                      const identity::Actor& actor) const {
  GH_TRY_VOID(outbox_.Enqueue(tx, Category::kClearRequire2fa, organization.value,
                              organization.value, ActorPayload(actor)));
  return {};
}

Result<void> Effects::MemberLinked(sql::Tx& tx, OrgId organization, const Linked& linked,
                                   const identity::Actor& actor) const {
  json::Object payload = ActorPayload(actor);
  payload["user_id"] = linked.user.id.value;
  payload["email"] = linked.user.email;
  payload["name"] = linked.user.name;
  payload["is_active"] = linked.user.is_active;
  payload["has_2fa"] = linked.user.has_2fa;
  payload["verified_email"] = linked.verified_email;
  payload["role"] = linked.add_with_role;
  if (linked.ticket) {
    payload["ticket_member"] = linked.ticket->member.value;
    payload["ticket_token"] = linked.ticket->token;
  }
  GH_TRY_VOID(outbox_.Enqueue(tx, Category::kMemberLinked, organization.value, linked.user.id.value,
                              payload));
  return {};
}

Result<void> Effects::SsoEnabled(sql::Tx& tx, OrgId organization, UserId user,
                                 std::string_view provider_kind) const {
  json::Object args;
  args["user_id"] = user.value;
  args["provider"] = provider_kind;
  json::Object payload;
  payload["signal"] = "sso_enabled";
  payload["args"] = std::move(args);
  GH_TRY_VOID(outbox_.Enqueue(tx, Category::kSendSignal, organization.value, user.value, payload));
  return {};
}

Result<void> Effects::SendLinkMails(sql::Tx& tx, OrgId organization, const identity::Actor& actor,
                                    std::string_view provider_name) const {
  json::Object payload = ActorPayload(actor);
  payload["provider_name"] = provider_name;
  GH_TRY_VOID(outbox_.Enqueue(tx, Category::kSendSsoLinkMails, organization.value,
                              organization.value, payload));
  return {};
}

Result<void> Effects::SsoDisabled(sql::Tx& tx, OrgId organization, const identity::Actor& actor,
                                  std::string_view provider_name) const {
  json::Object payload = ActorPayload(actor);
  payload["provider_name"] = provider_name;
  GH_TRY_VOID(
      outbox_.Enqueue(tx, Category::kSsoDisabled, organization.value, organization.value, payload));
  return {};
}

Result<void> Effects::DefaultRole(sql::Tx& tx, OrgId organization, std::string_view role,
                                  const identity::Actor& actor) const {
  json::Object payload = ActorPayload(actor);
  payload["role"] = role;
  GH_TRY_VOID(
      outbox_.Enqueue(tx, Category::kDefaultRole, organization.value, organization.value, payload));
  return {};
}

Result<void> Effects::Mail(sql::Tx& tx, std::int64_t unique_id, std::string_view id,
                           std::string_view to, const mail::Composed& mail) const {
  json::Object payload = mail::Payload(id, users::MailAddress(to), mail);
  GH_TRY_VOID(outbox_.Enqueue(tx, Category::kMail, unique_id, unique_id, payload));
  return {};
}

void RegisterEffects(outbox::Drainer& control, orgs::Service& orgs, members::Service& members,
                     invites::Service& invites) {
  orgs::Service* service = &orgs;
  control.Register(Category::kClearRequire2fa, [service](Message m) {
    return service->ApplyClearRequire2fa(m.id, OrgOf(m), ActorOf(m));
  });
  control.Register(Category::kMemberLinked, [to = &invites](Message m) {
    return to->ApplyMemberLinked(m.id, OrgOf(m), CopyOf(m), TextOf(m, "verified_email"),
                                 TextOf(m, "role"), TicketOf(m), ActorOf(m));
  });
  control.Register(Category::kUserUpdate,
                   [to = &members](Message m) { return to->ApplyUserUpdate(m.id, CopyOf(m)); });
  control.Register(Category::kMarkInvalidSso, [service](Message m) {
    return service->ApplyMarkInvalidSso(m.id, OrgOf(m), UserOf(m));
  });
  control.Register(Category::kSendSignal, [service](Message m) {
    const json::Object* args = json::GetObject(m.payload, "args");
    return service->ApplySignal(m.id, OrgOf(m), TextOf(m, "signal"),
                                args != nullptr ? json::Serialize(*args) : "{}");
  });
  control.Register(Category::kSendSsoLinkMails, [service](Message m) {
    return service->ApplySendLinkMails(m.id, OrgOf(m), ActorOf(m), TextOf(m, "provider_name"));
  });
  control.Register(Category::kSsoDisabled, [service](Message m) {
    return service->ApplySsoDisabled(m.id, OrgOf(m), ActorOf(m), TextOf(m, "provider_name"));
  });
  control.Register(Category::kDefaultRole, [service](Message m) {
    return service->ApplyDefaultRole(m.id, OrgOf(m), TextOf(m, "role"), ActorOf(m));
  });
}

void RegisterRegionEffects(outbox::Drainer& region, Service& sso, members::Service& members) {
  region.Register(Category::kMemberUpdate, [to = &sso](Message m) {
    return to->ApplyMemberRemoved(OrgOf(m), UserOf(m), ActorOf(m));
  });
  region.Register(Category::kEnforce2fa, [to = &members](Message m) {
    return to->ApplyEnforce2fa(m.id, OrgOf(m), ActorOf(m));
  });
}

}  // namespace gatehouse::sso
