// The addresses of an account as its owner manages them.

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "control/users/buckets.h"
#include "control/users/errors.h"
#include "control/users/service_impl.h"

namespace gatehouse::users {
namespace {

using std::chrono::hours;

constexpr ratelimit::Limit kConfirmEmail{3, hours(1)};
constexpr ratelimit::Limit kAddEmail{10, hours(1)};
constexpr std::size_t kMaxEmails = 20;

}  // namespace

Result<User> ServiceImpl::OwnAccount(sql::Tx& tx, UserId id) const {
  GH_TRY(User user, store_.Find(tx, id));
  if (user.is_managed) return Fail(Code::kPermissionDenied, kAccountManaged);
  return user;
}

Result<void> ServiceImpl::MailConfirmation(sql::Tx& tx, UserId id, std::string_view address) const {
  GH_TRY(auto mine, store_.FindEmail(tx, id, address));
  GH_TRY(bool proven, store_.IsEmailTakenFrom(tx, id, address));
  bool taken = proven && mine && !mine->is_primary;
  // The same work for both: who asks cannot tell the answers apart.
  GH_TRY(std::string token, store_.CreateLink(tx, id, LinkPurpose::kConfirmEmail, address));
  Mail mail = taken ? AddressClaimedMail(options_.base_url)
                    : ConfirmEmailMail(options_.base_url + "/account/confirm-email/" + token + "/");
  return Send(tx, id, address, mail);
}

Task<void> ServiceImpl::SendEmailConfirmation(UserId id, std::string email, ClientInfo) {
  std::vector<Try> tries;
  tries.push_back({"confirm:user:" + id.ToString() + ":" + LoginKey(email), kConfirmEmail});
  GH_CO_TRY_VOID(co_await TakeTries(std::move(tries)));
  auto write = [this, id, &email](sql::Tx& tx) -> Result<void> {
    GH_TRY(User user, store_.Find(tx, id));
    GH_TRY(auto address, store_.FindEmail(tx, id, email.empty() ? user.email : email));
    if (!address) return Fail(Code::kNotFound, kEmailNotFound);
    if (address->is_verified) return Fail(Code::kFailedPrecondition, kEmailAlreadyVerified);
    return MailConfirmation(tx, id, address->email);
  };
  co_return co_await parts_.db.Write(write);
}

Task<void> ServiceImpl::ConfirmEmail(UserId id, std::string token) {
  auto write = [this, id, &token](sql::Tx& tx) -> Result<void> {
    GH_TRY(Link link, store_.TakeLink(tx, LinkPurpose::kConfirmEmail, token));
    // The error rolls the use back: a stranger cannot spend somebody's link.
    if (link.user != id) return Fail(Code::kNotFound, kLinkInvalid, "link of another user");
    GH_TRY(auto address, store_.FindEmail(tx, id, link.email));
    if (!address) return Fail(Code::kNotFound, kLinkInvalid, "the address is gone");
    // Two accounts may have one address as primary from of old; a further one is proven by one
    // only.
    if (!address->is_primary) {
      GH_TRY(bool taken, store_.IsEmailTakenFrom(tx, id, link.email));
      if (taken) return Fail(Code::kAlreadyExists, kEmailTaken);
    }
    GH_TRY_VOID(Note(tx, id, "email-verified", address->email, {}));
    return store_.MarkEmailVerified(tx, id, link.email);
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  SessionsEnded(id);  // they live on, but a cached copy shows the address as unverified
  co_return Result<void>();
}

Task<void> ServiceImpl::AddEmail(UserId id, std::string email, ClientInfo client) {
  GH_CO_TRY_VOID(NormalizeEmail(email));
  std::vector<Try> tries;
  tries.push_back({"add-email:user:" + id.ToString(), kAddEmail});
  GH_CO_TRY_VOID(co_await TakeTries(std::move(tries)));
  auto write = [this, id, &email, &client](sql::Tx& tx) -> Result<void> {
    GH_TRY(User user, OwnAccount(tx, id));
    GH_TRY(auto present, store_.Emails(tx, id));
    if (present.size() >= kMaxEmails) return Fail(Code::kFailedPrecondition, kTooManyEmails);
    GH_TRY(bool added, store_.AddEmail(tx, id, email));
    if (!added) return {};
    json::Object data;
    data["email"] = Trim(email);
    GH_TRY_VOID(RecordOwn(tx, user, audit::Event::kEmailAdd, std::move(data), client));
    GH_TRY_VOID(Note(tx, id, "email-added", Trim(email), client));
    GH_TRY_VOID(MailConfirmation(tx, id, Trim(email)));
    return Send(tx, id, user.email,
                AddressesChangedMail(options_.base_url, "added", parts_.clock.Now(), client.ip));
  };
  co_return co_await parts_.db.Write(write);
}

Task<void> ServiceImpl::RemoveEmail(UserId id, std::string email, ClientInfo client) {
  auto write = [this, id, &email, &client](sql::Tx& tx) -> Result<void> {
    GH_TRY(User user, OwnAccount(tx, id));
    GH_TRY(auto address, store_.FindEmail(tx, id, email));
    if (!address) return Fail(Code::kNotFound, kEmailNotFound);
    if (address->is_primary) return Fail(Code::kFailedPrecondition, kEmailIsPrimary);
    GH_TRY(bool removed, store_.RemoveEmail(tx, id, email));
    if (!removed) return Fail(Code::kFailedPrecondition, kEmailIsPrimary, "it has become primary");
    json::Object data;
    data["email"] = address->email;
    GH_TRY_VOID(RecordOwn(tx, user, audit::Event::kEmailRemove, std::move(data), client));
    GH_TRY_VOID(Note(tx, id, "email-removed", address->email, client));
    return Send(tx, id, user.email,
                AddressesChangedMail(options_.base_url, "removed", parts_.clock.Now(), client.ip));
  };
  co_return co_await parts_.db.Write(write);
}

Task<User> ServiceImpl::SetPrimaryEmail(UserId id, std::string email, ClientInfo client) {
  auto write = [this, id, &email, &client](sql::Tx& tx) -> Result<User> {
    GH_TRY(User before, OwnAccount(tx, id));
    GH_TRY(auto address, store_.FindEmail(tx, id, email));
    if (!address) return Fail(Code::kNotFound, kEmailNotFound);
    if (!address->is_verified) return Fail(Code::kFailedPrecondition, kEmailUnverified);
    if (address->is_primary) return before;
    GH_TRY(bool taken, store_.IsEmailTakenFrom(tx, id, email));
    if (taken) return Fail(Code::kAlreadyExists, kEmailTaken);
    GH_TRY(bool changed, store_.SetPrimaryEmail(tx, id, email));
    if (!changed) return Fail(Code::kNotFound, kEmailNotFound, "gone meanwhile");
    GH_TRY_VOID(store_.RaiseEpoch(tx, id));
    GH_TRY_VOID(store_.TellRegions(tx, parts_.outbox, id));
    json::Object data;
    data["email"] = "from " + before.email + " to " + address->email;
    GH_TRY_VOID(RecordOwn(tx, before, audit::Event::kEmailPrimary, std::move(data), client));
    GH_TRY_VOID(Note(tx, id, "email-primary", address->email, client));
    // To the address that was the account's until now: whoever reads it must hear of it.
    GH_TRY_VOID(Send(tx, id, before.email,
                     AddressesChangedMail(options_.base_url, "made the primary one",
                                          parts_.clock.Now(), client.ip)));
    return store_.Find(tx, id);
  };
  GH_CO_TRY(User user, co_await parts_.db.Write(write));
  SessionsEnded(id);
  co_return user;
}

Task<std::vector<AccountEvent>> ServiceImpl::ListEvents(UserId id,
                                                        std::optional<std::int64_t> before,
                                                        std::size_t limit) {
  auto list = [this, id, before, limit](sql::Tx& tx) {
    return store_.ListEvents(tx, id, before, limit);
  };
  co_return co_await parts_.db.Read(list);
}

}  // namespace gatehouse::users
