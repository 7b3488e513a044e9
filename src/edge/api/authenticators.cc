// /api/0/users/{user}/authenticators/…: second factors. An authenticator is named by its id; all
// keys together are "u2f", the recovery codes "recovery".

#include <algorithm>

#include "base/bytes.h"
#include "edge/access/errors.h"
#include "edge/access/factor_reset.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

constexpr std::string_view kTotp = "totp";
constexpr std::string_view kKeys = "u2f";
constexpr std::string_view kRecovery = "recovery";

struct Interface {
  std::string_view id;
  std::string_view name;
  std::string_view description;
};
constexpr Interface kInterfaces[] = {
    {kTotp, "Authenticator App",
     "An authenticator application on your phone or computer shows a code that changes every 30 "
     "seconds."},
    {kKeys, "Passkey / Security Key",
     "A key that you plug in or hold near, or the fingerprint reader of your device."},
    {kRecovery, "Recovery Codes",
     "Codes that each work once, for the day your other factors are lost."}};

bool Is(const factors::Factor& factor, std::string_view interface) {
  return (interface == kTotp && factor.kind == factors::Kind::kTotp) ||
         (interface == kKeys && factor.kind == factors::Kind::kWebAuthn);
}

// The factor that stands for the interface: the oldest.
const factors::Factor* First(const factors::Overview& overview, std::string_view interface) {
  for (const factors::Factor& factor : overview.factors) {
    if (Is(factor, interface)) return &factor;
  }
  return nullptr;
}

std::optional<Timestamp> LastUse(const factors::Overview& overview, std::string_view interface) {
  std::optional<Timestamp> last;
  for (const factors::Factor& factor : overview.factors) {
    if (Is(factor, interface) && factor.last_used_at) {
      last = std::max(last.value_or(*factor.last_used_at), *factor.last_used_at);
    }
  }
  return last;
}

json::Object EncodeInterface(const Interface& interface, const factors::Overview& overview) {
  const bool backup = interface.id == kRecovery;
  const bool multi = interface.id == kKeys;
  const factors::Factor* factor = First(overview, interface.id);
  const bool enrolled = backup ? overview.recovery_created_at.has_value() : factor != nullptr;
  json::Object o;
  o["id"] = interface.id;
  o["name"] = interface.name;
  o["description"] = interface.description;
  o["rotationWarning"] = nullptr;
  o["enrollButton"] = "Add";
  o["configureButton"] = backup ? "View" : "Info";
  o["removeButton"] = backup ? json::Value(nullptr) : json::Value("Remove");
  o["isBackupInterface"] = backup;
  o["isEnrolled"] = enrolled;
  o["disallowNewEnrollment"] = false;
  o["status"] = !enrolled ? "new" : multi ? "multi" : backup ? "rotation" : "existing";
  o["canValidateOtp"] = !multi;
  o["allowMultiEnrollment"] = multi;
  o["allowRotationInPlace"] = backup;
  if (backup) o["codesLeft"] = overview.recovery_left;
  if (enrolled) {
    o["authId"] = interface.id == kTotp ? factor->id.ToString() : std::string(interface.id);
    o["createdAt"] =
        EncodeTime(backup ? overview.recovery_created_at : std::optional(factor->created_at));
    o["lastUsedAt"] = EncodeTime(LastUse(overview, interface.id));
  }
  return o;
}

const Interface* FindInterface(std::string_view id) {
  const auto* found = std::ranges::find(kInterfaces, id, &Interface::id);
  return found == std::end(kInterfaces) ? nullptr : found;
}

std::unexpected<Error> Unknown() { return Fail(Code::kNotFound, kFactorNotFound); }

// The factors that {auth} names: one by id, all keys as "u2f".
std::vector<AuthenticatorId> Named(const factors::Overview& overview, std::string_view auth) {
  auto id = AuthenticatorId::Parse(auth);
  std::vector<AuthenticatorId> ids;
  for (const factors::Factor& factor : overview.factors) {
    if ((id && factor.id == *id) || (auth == kKeys && Is(factor, kKeys))) ids.push_back(factor.id);
  }
  return ids;
}

// The enrolled interface that {auth} names, or a part of it; null: none.
const Interface* InterfaceOf(const factors::Overview& overview, std::string_view auth) {
  if (auth == kRecovery) return overview.recovery_created_at ? FindInterface(kRecovery) : nullptr;
  std::vector<AuthenticatorId> ids = Named(overview, auth);
  if (ids.empty()) return nullptr;
  auto found = std::ranges::find(overview.factors, ids.front(), &factors::Factor::id);
  return FindInterface(Is(*found, kTotp) ? kTotp : kKeys);
}

json::Array EncodeDevices(const factors::Overview& overview) {
  json::Array devices;
  for (const factors::Factor& factor : overview.factors) {
    if (!Is(factor, kKeys)) continue;
    devices.push_back(json::Object{{"timestamp", factor.created_at.Seconds()},
                                   {"name", factor.name},
                                   {"key_handle", factor.id.ToString()},
                                   {"app_id", ""},
                                   {"isPasskey", factor.is_passkey}});
  }
  return devices;
}

// An organization of the user that demands a second factor.
Task<std::optional<OrgId>> RequiredBy(Call& call) {
  GH_CO_TRY(auto memberships, co_await call.d.orgs.ListForUser(call.user().id));
  for (const orgs::OrgMembership& m : memberships) {
    if (m.organization.require_2fa()) co_return std::optional(m.organization.id);
  }
  co_return std::nullopt;
}

// Enrolling needs a verified address, which the caller can do something about.
Error EnrolmentError(Error error) {
  if (!error.Is("email_unverified")) return error;
  return Error{Code::kUnauthenticated, access::kEmailVerificationRequired, std::move(error.detail)};
}

// The session under its new id, and recovery codes when they were made now: shown this once.
http::Response Show(const Call& call, const factors::Changed& changed) {
  http::Response response = http::Response::Empty(204);
  if (!changed.recovery_codes.empty()) {
    json::Array codes;
    for (const std::string& code : changed.recovery_codes) codes.emplace_back(code);
    response = Reply(json::Object{{"codes", std::move(codes)}});
  }
  call.SetSession(response, changed.session);
  return response;
}

Task<http::Response> Remove(Call& call, std::vector<AuthenticatorId> ids) {
  GH_CO_TRY(auto required_by, co_await RequiredBy(call));
  factors::Caller caller = call.factor_caller();
  http::Response response;
  for (AuthenticatorId id : ids) {
    GH_CO_TRY(factors::Changed changed, co_await call.d.factors.Remove(caller, id, required_by));
    // The session has a new id now.
    caller.principal.session = changed.session.session;
    response = http::Response::Empty(204);
    call.SetSession(response, changed.session);
  }
  co_return response;
}

// An administrator takes the factors from a member who lost them: somebody who belongs to this
// organization alone, and does not outrank the administrator.
Task<http::Response> ResetMember(Call& call, UserId target) {
  GH_CO_TRY(auto memberships, co_await call.d.orgs.ListForUser(target));
  std::optional<access::OrgAccess> entered;
  const orgs::Member* member = nullptr;
  for (const orgs::OrgMembership& m : memberships) {
    GH_CO_TRY(auto own, co_await call.d.orgs.CheckMembership(m.organization.id, call.user().id));
    if (!own) continue;
    GH_CO_TRY(entered,
              co_await call.d.guard.EnterOrg(call.visitor, m.organization.slug, "member:admin"));
    member = &m.member;
    break;
  }
  if (!entered) co_return Fail(Code::kNotFound, kUserNotFound);
  call.entered = std::move(entered);
  GH_CO_TRY_VOID(co_await access::CheckFactorReset(call.d.orgs, call.org(), *member));
  GH_CO_TRY(factors::Overview overview, co_await call.d.factors.List(target));
  if (Named(overview, call.request.Param("auth")).empty()) co_return Unknown();
  GH_CO_TRY_VOID(co_await call.d.factors.Reset(target, call.user().username, call.user().id,
                                               call.organization(),
                                               call.visitor.client.correlation_id));
  co_return http::Response::Empty(204);
}

}  // namespace

Task<http::Response> ListAuthenticators(Call& call) {
  GH_CO_TRY(factors::Overview overview, co_await call.d.factors.List(call.user().id));
  json::Array list;
  for (const Interface& interface : kInterfaces)
    list.push_back(EncodeInterface(interface, overview));
  co_return Reply(std::move(list));
}

Task<http::Response> BeginEnrolment(Call& call) {
  const Interface* interface = FindInterface(call.request.Param("interface"));
  if (interface == nullptr || interface->id == kRecovery) co_return Unknown();
  GH_CO_TRY(factors::Overview overview, co_await call.d.factors.List(call.user().id));
  json::Object o = EncodeInterface(*interface, overview);
  if (interface->id == kTotp) {
    auto totp = co_await call.d.factors.BeginTotp(call.factor_caller());
    if (!totp) co_return std::unexpected(EnrolmentError(std::move(totp).error()));
    o["form"] = json::Array{
        json::Object{{"name", "otp"}, {"label", "Authenticator code"}, {"type", "string"}}};
    o["secret"] = std::move(totp->secret);
    o["qrcode"] = std::move(totp->uri);
    o["qrcodeSvg"] = std::move(totp->qr_svg);
  } else {
    auto options = co_await call.d.factors.BeginWebAuthn(call.factor_caller());
    if (!options) co_return std::unexpected(EnrolmentError(std::move(options).error()));
    o["form"] = json::Array{
        json::Object{{"name", "deviceName"}, {"label", "Device name"}, {"type", "string"}}};
    o["challenge"] = json::Object{{"webAuthnRegisterData", Base64Encode(*options)}};
  }
  co_return Reply(std::move(o));
}

Task<http::Response> FinishEnrolment(Call& call) {
  const Interface* interface = FindInterface(call.request.Param("interface"));
  if (interface == nullptr || interface->id == kRecovery) co_return Unknown();
  GH_CO_TRY(json::Object body, call.Body());
  if (interface->id == kTotp) {
    // A `secret` in the body is not looked at: it is ours.
    GH_CO_TRY(std::string otp, RequiredText(body, "otp"));
    GH_CO_TRY(factors::Changed changed,
              co_await call.d.factors.ConfirmTotp(call.factor_caller(), std::move(otp)));
    co_return Show(call, changed);
  }
  GH_CO_TRY(std::string name, RequiredText(body, "deviceName"));
  GH_CO_TRY(std::string response, RequiredText(body, "response"));
  GH_CO_TRY(factors::Changed changed,
            co_await call.d.factors.FinishWebAuthn(call.factor_caller(), std::move(name),
                                                   std::move(response)));
  co_return Show(call, changed);
}

Task<http::Response> GetAuthenticator(Call& call) {
  GH_CO_TRY(factors::Overview overview, co_await call.d.factors.List(call.user().id));
  const Interface* interface = InterfaceOf(overview, call.request.Param("auth"));
  if (interface == nullptr) co_return Unknown();
  json::Object o = EncodeInterface(*interface, overview);
  if (interface->id == kKeys) o["devices"] = EncodeDevices(overview);
  co_return Reply(std::move(o));
}

Task<http::Response> RegenerateAuthenticator(Call& call) {
  if (call.request.Param("auth") != kRecovery) co_return Unknown();
  GH_CO_TRY(factors::Changed changed,
            co_await call.d.factors.RegenerateRecoveryCodes(call.factor_caller()));
  co_return Show(call, changed);
}

Task<http::Response> RemoveAuthenticator(Call& call) {
  const std::string& user = call.request.Param("user");
  if (user != "me" && user != call.user().id.ToString()) {
    auto target = UserId::Parse(user);
    if (!target) co_return Fail(Code::kNotFound, kUserNotFound);
    co_return co_await ResetMember(call, *target);
  }
  GH_CO_TRY(factors::Overview overview, co_await call.d.factors.List(call.user().id));
  std::vector<AuthenticatorId> ids = Named(overview, call.request.Param("auth"));
  if (ids.empty()) co_return Unknown();
  co_return co_await Remove(call, std::move(ids));
}

Task<http::Response> RenameDevice(Call& call) {
  auto id = AuthenticatorId::Parse(call.request.Param("device"));
  if (!id) co_return Unknown();
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(std::string name, RequiredText(body, "name"));
  GH_CO_TRY_VOID(co_await call.d.factors.Rename(call.factor_caller(), *id, std::move(name)));
  co_return http::Response::Empty(204);
}

Task<http::Response> RemoveDevice(Call& call) {
  auto id = AuthenticatorId::Parse(call.request.Param("device"));
  if (!id) co_return Unknown();
  std::vector<AuthenticatorId> ids(1, *id);
  co_return co_await Remove(call, std::move(ids));
}

}  // namespace gatehouse::api
