#include "control/users/service_impl.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "control/users/buckets.h"
#include "control/users/errors.h"

namespace gatehouse::users {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr ratelimit::Limit kLoginPerUser{5, minutes(15)};
constexpr ratelimit::Limit kLoginPerIp{30, minutes(15)};
constexpr ratelimit::Limit kRecoverPerUser{3, hours(1)};
constexpr ratelimit::Limit kRecoverPerIp{10, hours(1)};
constexpr ratelimit::Limit kRecoverPerIpMinute{5, minutes(1)};
constexpr ratelimit::Limit kChangePassword{5, hours(1)};

constexpr std::size_t kMaxName = 200;

Result<void> CheckName(std::string_view name) {
  if (Trim(name).empty() || name.size() > kMaxName || !IsValidUtf8(name) || HasControl(name)) {
    return Fail(Code::kInvalidArgument, kNameInvalid);
  }
  return {};
}

}  // namespace

ServiceImpl::ServiceImpl(ServiceParts parts, ServiceOptions options)
    : parts_(parts), options_(std::move(options)), store_(parts.clock, parts.ids, parts.rng) {}

// ---- small reads and writes
// -----------------------------------------------------------------------

Task<User> ServiceImpl::Get(UserId id) {
  auto find = [this, id](sql::Tx& tx) { return store_.Find(tx, id); };
  co_return co_await parts_.db.Lookup(find);
}

Task<std::vector<User>> ServiceImpl::GetMany(std::vector<UserId> ids) {
  auto find = [this, &ids](sql::Tx& tx) { return store_.FindMany(tx, ids); };
  co_return co_await parts_.db.Read(find);
}

Task<std::vector<std::pair<std::string, bool>>> ServiceImpl::Emails(UserId id) {
  auto find = [this, id](sql::Tx& tx) { return store_.Emails(tx, id); };
  co_return co_await parts_.db.Read(find);
}

Task<std::vector<UserId>> ServiceImpl::FindByAnyEmail(std::string email) {
  auto find = [this, &email](sql::Tx& tx) { return store_.FindByAnyEmail(tx, email); };
  co_return co_await parts_.db.Read(find);
}

Task<bool> ServiceImpl::AnyUser() {
  auto count = [this](sql::Tx& tx) -> Result<bool> {
    GH_TRY(std::int64_t n, store_.Count(tx));
    return n > 0;
  };
  co_return co_await parts_.db.Read(count);
}

Task<void> ServiceImpl::Rename(UserId id, std::string name) {
  GH_CO_TRY_VOID(CheckName(name));
  auto write = [this, id, &name](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(store_.SetName(tx, id, Trim(name)));
    return store_.TellRegions(tx, parts_.outbox, id);
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  SessionsEnded(id);  // they live on, but a cached copy shows the old name
  co_return Result<void>();
}

// ---- creation
// -------------------------------------------------------------------------------------

Result<User> ServiceImpl::CreateAudited(sql::Tx& tx, const NewUser& fresh, std::string_view label,
                                        const ClientInfo& client) const {
  GH_TRY(bool taken, store_.IsEmailTaken(tx, fresh.email));
  if (taken) return Fail(Code::kAlreadyExists, kEmailTaken);
  GH_TRY(User user, store_.Create(tx, fresh));
  audit::Entry entry{.organization = {},
                     .event = audit::Event::kUserCreate,
                     .actor = {},
                     .actor_label = std::string(label),
                     .target_object = user.id.value,
                     .target_user = user.id,
                     .ip = client.ip,
                     .data = {},
                     .correlation_id = client.correlation_id};
  entry.data["user_id"] = user.id.value;
  entry.data["username"] = user.username;
  entry.data["email"] = user.email;
  GH_TRY_VOID(parts_.audit.Record(tx, entry));
  return user;
}

Task<User> ServiceImpl::Create(std::string email, std::string name,
                               std::optional<std::string> password, ClientInfo client) {
  GH_CO_TRY_VOID(NormalizeEmail(email));
  GH_CO_TRY_VOID(CheckName(name));
  NewUser fresh{.name = std::string(Trim(name)),
                .email = email,
                .email_verified = false,
                .password_hash = {}};
  if (password) {
    GH_CO_TRY_VOID(CheckPasswordPolicy(*password, email, name));
    GH_CO_TRY(fresh.password_hash, co_await Hash(std::move(*password)));
  }
  auto write = [this, &fresh, &client](sql::Tx& tx) {
    return CreateAudited(tx, fresh, "host operator", client);
  };
  co_return co_await parts_.db.Write(write);
}

Task<std::string> ServiceImpl::CreateFirstRunLink() {
  auto write = [this](sql::Tx& tx) -> Result<std::string> {
    GH_TRY(std::int64_t users, store_.Count(tx));
    if (users > 0) return Fail(Code::kFailedPrecondition, kAlreadySetUp);
    return store_.CreateLink(tx, std::nullopt, LinkPurpose::kFirstRun, "");
  };
  GH_CO_TRY(std::string token, co_await parts_.db.Write(write));
  co_return options_.base_url + "/setup/" + token + "/";
}

Task<User> ServiceImpl::FinishFirstRun(std::string token, std::string email, std::string name,
                                       std::string password, ClientInfo client) {
  // Nobody without the link may make this server hash.
  GH_CO_TRY_VOID(co_await PeekLink(LinkPurpose::kFirstRun, token));
  GH_CO_TRY_VOID(NormalizeEmail(email));
  GH_CO_TRY_VOID(CheckName(name));
  GH_CO_TRY_VOID(CheckPasswordPolicy(password, email, name));
  NewUser fresh{.name = std::string(Trim(name)),
                .email = email,
                .email_verified = false,
                .password_hash = {}};
  GH_CO_TRY(fresh.password_hash, co_await Hash(std::move(password)));
  auto write = [this, &fresh, &token, &client](sql::Tx& tx) -> Result<User> {
    GH_TRY_VOID(store_.TakeLink(tx, LinkPurpose::kFirstRun, token));
    GH_TRY(std::int64_t users, store_.Count(tx));
    if (users > 0) return Fail(Code::kFailedPrecondition, kAlreadySetUp);
    return CreateAudited(tx, fresh, "setup", client);
  };
  co_return co_await parts_.db.Write(write);
}

// ---- links
// ----------------------------------------------------------------------------------------

Result<Link> ServiceImpl::PeekPasswordLink(sql::Tx& tx, std::string_view token) const {
  auto link = store_.PeekLink(tx, LinkPurpose::kRecover, token);
  if (!link && link.error().Is(kLinkInvalid)) {
    link = store_.PeekLink(tx, LinkPurpose::kSetPassword, token);
  }
  // A link of nobody was made to cost the same as a real one; its secret was never sent.
  if (link && !link->user) return Fail(Code::kNotFound, kLinkInvalid);
  return link;
}

Result<Link> ServiceImpl::TakePasswordLink(sql::Tx& tx, std::string_view token) const {
  auto link = store_.TakeLink(tx, LinkPurpose::kRecover, token);
  if (!link && link.error().Is(kLinkInvalid)) {
    link = store_.TakeLink(tx, LinkPurpose::kSetPassword, token);
  }
  if (link && !link->user) return Fail(Code::kNotFound, kLinkInvalid);
  return link;
}

Task<Link> ServiceImpl::PeekLink(LinkPurpose purpose, std::string token) {
  auto peek = [this, purpose, &token](sql::Tx& tx) {
    return purpose == LinkPurpose::kRecover ? PeekPasswordLink(tx, token)
                                            : store_.PeekLink(tx, purpose, token);
  };
  co_return co_await parts_.db.Read(peek);
}

Result<std::optional<ServiceImpl::Recipient>> ServiceImpl::RecoveryRecipient(
    sql::Tx& tx, std::string_view email) const {
  GH_TRY(std::vector<User> users, store_.FindActiveByEmail(tx, email));
  auto key = NormalizeEmail(email);
  struct Owner {
    Recipient recipient;
    bool verified;
  };
  std::vector<Owner> owners;
  for (User& user : users) {
    if (user.is_managed) continue;
    GH_TRY(auto emails, store_.Emails(tx, user.id));
    for (std::size_t i = 0; i < emails.size(); ++i) {
      auto& [address, verified] = emails[i];
      // An unverified address counts only as the primary one.
      auto own = NormalizeEmail(address);
      if (own && key && *own == *key && (verified || i == 0)) {
        owners.push_back({{user, address}, verified});
        break;
      }
    }
  }
  auto only = [&owners](auto is_meant) -> const Owner* {
    if (std::ranges::count_if(owners, is_meant) != 1) return nullptr;
    return &*std::ranges::find_if(owners, is_meant);
  };
  const Owner* chosen = only([](const Owner& o) { return o.verified; });
  bool any_verified = std::ranges::any_of(owners, [](const Owner& o) { return o.verified; });
  if (!chosen && !any_verified) {
    chosen = only([](const Owner& o) { return o.recipient.user.has_password; });
    if (!chosen && owners.size() == 1) chosen = &owners.front();
  }
  if (!chosen) return std::nullopt;
  return chosen->recipient;
}

Result<void> ServiceImpl::Send(sql::Tx& tx, UserId user, std::string_view address,
                               const Mail& mail) const {
  if (address.empty()) return {};
  json::Object payload;
  payload["id"] = "account-" + std::to_string(parts_.ids.NextValue());
  payload["to"] = MailAddress(address);
  payload["subject"] = mail.subject;
  payload["text"] = mail.text;
  payload["html"] = mail.html;
  GH_TRY_VOID(parts_.outbox.EnqueueMail(tx, user.value, payload));
  return {};
}

Task<void> ServiceImpl::StartRecovery(std::string email, ClientInfo client) {
  std::string network = NetworkKey(client.ip);
  std::vector<Try> tries;
  tries.push_back({"recover:ip-minute:" + network, kRecoverPerIpMinute});
  tries.push_back({"recover:ip:" + network, kRecoverPerIp});
  tries.push_back({"recover:user:" + LoginKey(email), kRecoverPerUser});
  GH_CO_TRY_VOID(co_await TakeTries(std::move(tries)));

  // An unknown address takes the same way: a link is written (of nobody) and a mail is composed.
  // Only the outbox row is missing. Sending happens later, in the worker.
  auto write = [this, &email, &client](sql::Tx& tx) -> Result<void> {
    GH_TRY(std::optional<Recipient> to, RecoveryRecipient(tx, email));
    std::optional<UserId> user;
    if (to) user = to->user.id;
    bool has_password = !to || to->user.has_password;
    auto purpose = has_password ? LinkPurpose::kRecover : LinkPurpose::kSetPassword;
    GH_TRY(std::string token,
           store_.CreateLink(tx, user, purpose, to ? std::string_view(to->address) : ""));
    Mail mail = RecoveryMail(options_.base_url + "/account/recover/confirm/" + token + "/",
                             has_password, client.ip);
    if (!to) return {};
    return Send(tx, to->user.id, to->address, mail);
  };
  co_return co_await parts_.db.Write(write);
}

Task<User> ServiceImpl::FinishRecovery(std::string token, std::string password, ClientInfo client) {
  // Looked at first: nobody without a link may make this server hash.
  auto look = [this, &token](sql::Tx& tx) -> Result<User> {
    GH_TRY(Link link, PeekPasswordLink(tx, token));
    return store_.Find(tx, *link.user);
  };
  GH_CO_TRY(User seen, co_await parts_.db.Read(look));
  if (!seen.is_active) co_return Fail(Code::kNotFound, kLinkInvalid, "user is inactive");
  GH_CO_TRY_VOID(CheckPasswordPolicy(password, seen.email, seen.name, seen.has_2fa));
  GH_CO_TRY(std::string hash, co_await Hash(std::move(password)));
  auto write = [this, &token, &hash, &client](sql::Tx& tx) -> Result<User> {
    GH_TRY(Link link, TakePasswordLink(tx, token));
    GH_TRY_VOID(store_.SetPassword(tx, *link.user, hash));
    // Whoever opened the link reads this mailbox.
    if (!link.email.empty()) GH_TRY_VOID(store_.MarkEmailVerified(tx, *link.user, link.email));
    GH_TRY(User user, store_.Find(tx, *link.user));
    if (!user.is_active) return Fail(Code::kNotFound, kLinkInvalid, "user is inactive");
    GH_TRY_VOID(Note(tx, user.id, "recovery", "", client));
    json::Object data;
    data["by"] = "recovery link";
    GH_TRY_VOID(RecordOwn(tx, user, audit::Event::kPasswordChange, std::move(data), client));
    Mail mail = PasswordChangedMail(options_.base_url, parts_.clock.Now(), client.ip);
    GH_TRY_VOID(Send(tx, user.id, user.email, mail));
    return user;
  };
  GH_CO_TRY(User user, co_await parts_.db.Write(write));
  SessionsEnded(user.id);
  co_return user;
}

// ---- passwords
// ------------------------------------------------------------------------------------

Task<void> ServiceImpl::TakeTries(std::vector<Try> tries) {
  // A refusal is a value: an error would roll the count back.
  auto take = [this, &tries](sql::Tx& tx) -> Result<bool> {
    for (const Try& t : tries) {
      GH_TRY(ratelimit::Verdict verdict, limiter_.Take(tx, t.bucket, t.limit, parts_.clock.Now()));
      if (!verdict.allowed) return false;
    }
    return true;
  };
  GH_CO_TRY(bool allowed, co_await parts_.db.Write(take));
  if (!allowed) co_return Fail(Code::kResourceExhausted, kRateLimited);
  co_return Result<void>();
}

Task<std::string> ServiceImpl::Hash(std::string password) {
  auto work = [password = std::move(password), cost = options_.cost] {
    return crypto::HashPassword(password, cost);
  };
  co_return co_await parts_.cpu.Run(std::move(work));
}

Task<bool> ServiceImpl::Verify(std::optional<std::string> hash, std::string password) {
  auto work = [hash = std::move(hash), password = std::move(password),
               cost = options_.cost]() -> Result<bool> {
    if (hash) return crypto::VerifyPassword(*hash, password);
    crypto::BurnPassword(password, cost);
    return false;
  };
  co_return co_await parts_.cpu.Run(std::move(work));
}

Task<User> ServiceImpl::CheckPassword(std::string username, std::string password,
                                      ClientInfo client) {
  std::string user_bucket = "login:user:" + LoginKey(username);
  std::vector<Try> tries;
  // The network first: a flood from one place does not use up the tries of an account.
  tries.push_back({"login:ip:" + NetworkKey(client.ip), kLoginPerIp});
  tries.push_back({user_bucket, kLoginPerUser});
  GH_CO_TRY_VOID(co_await TakeTries(std::move(tries)));

  struct Candidate {
    std::optional<User> user;
    std::optional<std::string> hash;
  };
  auto look_up = [this, &username](sql::Tx& tx) -> Result<Candidate> {
    auto user = store_.FindForLogin(tx, username);
    if (!user && (user.error().Is(kUserNotFound) || user.error().Is(kAmbiguousEmail))) {
      return Candidate{};
    }
    if (!user) return std::unexpected(std::move(user).error());
    GH_TRY(auto hash, store_.PasswordHash(tx, user->id));
    return Candidate{std::move(*user), std::move(hash)};
  };
  GH_CO_TRY(Candidate found, co_await parts_.db.Read(look_up));
  GH_CO_TRY(bool right, co_await Verify(found.hash, password));
  if (!right || !found.user->is_active) {
    std::optional<UserId> known;
    std::string reason = "unknown_account";
    if (found.user) {
      known = found.user->id;
      reason = !found.user->is_active ? "account_inactive"
               : !found.hash          ? "no_password"
                                      : std::string(kPasswordWrong);
    }
    GH_CO_TRY_VOID(co_await RecordRefusal(known, std::move(reason), std::move(client)));
    co_return Fail(Code::kUnauthenticated, kLoginFailed);
  }

  std::optional<std::string> rehashed;
  if (crypto::NeedsRehash(*found.hash, options_.cost)) {
    // Best effort: a busy pool does not turn the right password into a failure.
    if (auto fresh = co_await Hash(password)) rehashed = std::move(*fresh);
  }
  auto settle = [this, &found, &rehashed, &user_bucket](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(limiter_.Reset(tx, user_bucket));
    if (rehashed) GH_TRY_VOID(store_.Rehash(tx, found.user->id, *found.hash, *rehashed));
    return {};
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(settle));
  co_return std::move(*found.user);
}

Task<void> ServiceImpl::ChangePassword(UserId id, std::string current, std::string fresh,
                                       ClientInfo client) {
  std::string bucket = "password:user:" + id.ToString();
  std::vector<Try> tries;
  tries.push_back({bucket, kChangePassword});
  GH_CO_TRY_VOID(co_await TakeTries(std::move(tries)));

  struct Before {
    User user;
    std::optional<std::string> hash;
  };
  auto look_up = [this, id](sql::Tx& tx) -> Result<Before> {
    GH_TRY(User user, store_.Find(tx, id));
    GH_TRY(auto hash, store_.PasswordHash(tx, id));
    return Before{std::move(user), std::move(hash)};
  };
  GH_CO_TRY(Before before, co_await parts_.db.Read(look_up));
  if (before.user.is_managed) co_return Fail(Code::kPermissionDenied, kAccountManaged);
  GH_CO_TRY(bool right, co_await Verify(before.hash, std::move(current)));
  if (!right) co_return Fail(Code::kPermissionDenied, kPasswordWrong);
  GH_CO_TRY_VOID(
      CheckPasswordPolicy(fresh, before.user.email, before.user.name, before.user.has_2fa));
  GH_CO_TRY(std::string hash, co_await Hash(std::move(fresh)));

  auto write = [this, id, &before, &hash, &bucket, &client](sql::Tx& tx) -> Result<void> {
    // Changed meanwhile (by recovery, say): the password that was proven is no longer the one.
    GH_TRY(auto now, store_.PasswordHash(tx, id));
    if (now != before.hash) return Fail(Code::kPermissionDenied, kPasswordWrong);
    GH_TRY_VOID(store_.SetPassword(tx, id, hash));
    GH_TRY_VOID(limiter_.Reset(tx, bucket));
    GH_TRY_VOID(Note(tx, id, "password-changed", "", client));
    GH_TRY_VOID(RecordOwn(tx, before.user, audit::Event::kPasswordChange, {}, client));
    return Send(tx, id, before.user.email,
                PasswordChangedMail(options_.base_url, parts_.clock.Now(), client.ip));
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  SessionsEnded(id);
  co_return Result<void>();
}

Task<User> ServiceImpl::ConfirmPassword(UserId id, std::string password, ClientInfo client) {
  std::string bucket = "sudo:user:" + id.ToString();
  std::vector<Try> tries;
  tries.push_back({bucket, kLoginPerUser});
  GH_CO_TRY_VOID(co_await TakeTries(std::move(tries)));
  struct Known {
    User user;
    std::optional<std::string> hash;
  };
  auto look_up = [this, id](sql::Tx& tx) -> Result<Known> {
    GH_TRY(User user, store_.Find(tx, id));
    GH_TRY(auto hash, store_.PasswordHash(tx, id));
    return Known{std::move(user), std::move(hash)};
  };
  GH_CO_TRY(Known known, co_await parts_.db.Read(look_up));
  GH_CO_TRY(bool right, co_await Verify(known.hash, std::move(password)));
  if (!right || !known.user.is_active) {
    GH_CO_TRY_VOID(
        co_await RecordRefusal(id, "step_up_" + std::string(kPasswordWrong), std::move(client)));
    co_return Fail(Code::kPermissionDenied, kPasswordWrong);
  }
  auto settle = [this, &bucket](sql::Tx& tx) { return limiter_.Reset(tx, bucket); };
  GH_CO_TRY_VOID(co_await parts_.db.Write(settle));
  co_return std::move(known.user);
}

Task<void> ServiceImpl::RecordRefusal(std::optional<UserId> user, std::string reason,
                                      ClientInfo client) {
  auto write = [this, user, &reason, &client](sql::Tx& tx) -> Result<void> {
    // What was typed is left out: it may be a password in the wrong field.
    audit::Entry entry{.organization = {},
                       .event = audit::Event::kAuthRefused,
                       .actor = {},
                       .actor_label = {},
                       .target_object = {},
                       .target_user = user,
                       .ip = client.ip,
                       .data = {},
                       .correlation_id = client.correlation_id};
    entry.data["reason"] = reason;
    GH_TRY_VOID(parts_.audit.Record(tx, entry));
    if (user) GH_TRY_VOID(Note(tx, *user, "login-refused", reason, client));
    return {};
  };
  co_return co_await parts_.db.Write(write);
}

Result<void> ServiceImpl::Note(sql::Tx& tx, UserId user, std::string_view kind,
                               std::string_view detail, const ClientInfo& client) const {
  AccountEvent event;
  event.user = user;
  event.kind = kind;
  event.detail = detail;
  event.ip = client.ip;
  event.user_agent = client.user_agent;
  event.correlation_id = client.correlation_id;
  return store_.RecordEvent(tx, event);
}

Result<void> ServiceImpl::RecordOwn(sql::Tx& tx, const User& user, audit::Event event,
                                    json::Object data, const ClientInfo& client) const {
  audit::Entry entry{.organization = {},
                     .event = event,
                     .actor = user.id,
                     .actor_label = user.Display(),
                     .target_object = {},
                     .target_user = user.id,
                     .ip = client.ip,
                     .data = std::move(data),
                     .correlation_id = client.correlation_id};
  GH_TRY_VOID(parts_.audit.Record(tx, entry));
  return {};
}

void ServiceImpl::SessionsEnded(UserId user) const {
  if (options_.sessions_ended) options_.sessions_ended(user);
}

}  // namespace gatehouse::users
