#include "core/outbox/outbox.h"

#include "base/check.h"
#include "core/outbox/statements.h"

namespace gatehouse::outbox {

Scope ScopeOf(Category category) {
  switch (category) {
    case Category::kOrganizationUpdate:
    case Category::kSendSignal:
    case Category::kMarkInvalidSso:
    case Category::kMemberLinked:
    case Category::kClearRequire2fa:
    case Category::kSendSsoLinkMails:
    case Category::kSsoDisabled:
    case Category::kDefaultRole:
    case Category::kMemberUpdate:
    case Category::kEnforce2fa:
      return Scope::kOrganization;
    case Category::kUserUpdate:
      return Scope::kUser;
    case Category::kMail:
      return Scope::kMail;
  }
  constexpr bool kHasScope = false;
  GH_CHECK(kHasScope);  // a category of a newer binary is only ever read
  return Scope::kOrganization;
}

std::string_view CategoryName(Category category) {
  switch (category) {
    case Category::kOrganizationUpdate:
      return "organization_update";
    case Category::kSendSignal:
      return "send_signal";
    case Category::kMarkInvalidSso:
      return "mark_invalid_sso";
    case Category::kMail:
      return "mail";
    case Category::kMemberLinked:
      return "member_linked";
    case Category::kClearRequire2fa:
      return "clear_require_2fa";
    case Category::kSendSsoLinkMails:
      return "send_sso_link_mails";
    case Category::kSsoDisabled:
      return "sso_disabled";
    case Category::kDefaultRole:
      return "default_role";
    case Category::kUserUpdate:
      return "user_update";
    case Category::kMemberUpdate:
      return "member_update";
    case Category::kEnforce2fa:
      return "enforce_2fa";
  }
  return "unknown";  // written by a newer binary
}

Result<std::int64_t> Outbox::Insert(sql::Tx& tx, Category category, std::int64_t id,
                                    std::int64_t shard_id, std::int64_t object_id,
                                    const json::Object& payload) const {
  const std::string text = json::Serialize(payload);
  GH_TRY_VOID(tx.Exec(StatementsOf(half_).enqueue,
                      {id, static_cast<int>(ScopeOf(category)), shard_id,
                       static_cast<int>(category), object_id, text, clock_.Now()}));
  return id;
}

Result<std::int64_t> Outbox::Enqueue(sql::Tx& tx, Category category, std::int64_t shard_id,
                                     std::int64_t object_id, const json::Object& payload) const {
  return Insert(tx, category, ids_.NextValue(), shard_id, object_id, payload);
}

Result<std::int64_t> Outbox::EnqueueMail(sql::Tx& tx, std::int64_t object_id,
                                         const json::Object& payload) const {
  const std::int64_t id = ids_.NextValue();
  return Insert(tx, Category::kMail, id, id, object_id, payload);
}

Result<bool> ApplyOnce(sql::Tx& tx, std::int64_t effect_id, Timestamp now) {
  GH_TRY(const std::int64_t inserted, tx.Exec(kApplyOnce, {effect_id, now}));
  return inserted == 1;
}

Result<std::int64_t> ForgetEffects(sql::Tx& tx, Timestamp before) {
  return tx.Exec(kForgetEffects, {before});
}

}  // namespace gatehouse::outbox
