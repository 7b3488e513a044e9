#pragma once

// The audit log: who did what to which organization, written in the same transaction as the deed
// (if the entry cannot be written, the deed does not happen) and never changed afterwards. Secrets
// do not belong in `data`: callers pass redacted values, and Record masks well-known secret names
// (secret, token, password, private_key, certificate keys) as a second net.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "platform/json/json.h"
#include "platform/sql/sql.h"

namespace gatehouse::audit {

// Numbers and API names of the field's catalogue; from 1000 on our own.
enum class Event {
  kMemberAdd = 2,
  kMemberEdit = 4,
  kMemberRemove = 5,
  kOrgAdd = 10,
  kOrgEdit = 11,
  kSsoEnable = 60,
  kSsoDisable = 61,
  kSsoEdit = 62,
  kSsoIdentityLink = 63,
  kSsoIdentityUnlink = 1000,
  kSsoRefused = 1001,       // a log-in was refused: {reason, provider_id}
  kSsoSetupRefused = 1002,  // a set-up or protocol change was refused: {reason}
  kSsoUnlock = 1003,        // break-glass on the host
  kOutboxParked = 1004,
  kUserCreate = 1005,
  kTokenCreate = 1006,
  kTokenRemove = 1007,
};

struct EventInfo {
  Event event;
  std::string_view name;      // "SSO_ENABLE"
  std::string_view api_name;  // "sso.enable"
  std::string_view note;      // "enabled sso ({provider})"; {k v, …} lists all of data
};
// The catalogue, sorted by number. Ids, names and API names are unique (a test proves it).
const std::vector<EventInfo>& Catalogue();
const EventInfo* FindByApiName(std::string_view api_name);
const EventInfo& Info(Event event);

struct Entry {
  std::optional<OrgId> organization;
  Event event;
  std::optional<UserId> actor;
  std::string actor_label;  // user name, "setup", "host operator", …; cut to 64 bytes
  std::optional<std::int64_t> target_object;
  std::optional<UserId> target_user;
  std::string ip;  // "" if none
  json::Object data;
  std::string correlation_id;
};

struct Stored : Entry {
  std::int64_t id = 0;
  Timestamp created_at;
  std::string note;  // rendered from the catalogue and data; "" if a key is missing
};

// Thread-safe.
class Log {
 public:
  Log(const Clock& clock, IdGenerator& ids) : clock_(clock), ids_(ids) {}
  // Errors: those of Tx; the caller's transaction must then fail too.
  Result<std::int64_t> Record(sql::Tx& tx, const Entry& entry) const;

 private:
  const Clock& clock_;
  IdGenerator& ids_;
};

struct Filter {
  std::optional<Event> event;
  std::optional<UserId> actor;
  std::optional<Timestamp> since;
  std::optional<Timestamp> until;
  std::optional<std::int64_t> before_id;  // cursor: entries older than this one
  std::size_t limit = 50;
};
// Newest first, of this organization only.
Result<std::vector<Stored>> Query(sql::Tx& tx, OrgId organization, const Filter& filter);

}  // namespace gatehouse::audit
