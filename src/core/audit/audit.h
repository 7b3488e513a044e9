#pragma once

// The audit log: who did what to which organization, written in the same transaction as the deed
// (if the entry cannot be written, the deed does not happen) and never changed afterwards: every
// entry carries a keyed MAC, and sealer.h chains the entries of an organization. Secrets
// do not belong in `data`: callers pass redacted values, and Record masks well-known secret names
// (secret, token, password, private_key, certificate keys) as a second net.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/audit/mac.h"
#include "platform/json/json.h"
#include "platform/sql/sql.h"

namespace gatehouse::audit {

// Numbers and API names of the field's catalogue; from 1000 on our own.
enum class Event {
  kMemberInvite = 1,
  kMemberAdd = 2,
  kMemberAccept = 3,
  kMemberEdit = 4,
  kMemberRemove = 5,
  kMemberJoinTeam = 6,
  kMemberLeaveTeam = 7,
  kMemberPending = 8,
  kOrgAdd = 10,
  kOrgEdit = 11,
  kOrgRemove = 12,
  kOrgRestore = 13,
  kTeamAdd = 20,
  kTeamEdit = 21,
  kTeamRemove = 22,
  kProjectAdd = 30,   // {id, slug, name, platform}
  kProjectEdit = 31,  // … {changes}
  kProjectRemove = 32,
  kProjectKeyAdd = 50,  // {project_slug, label, public_key}
  kProjectKeyEdit = 51,
  kProjectKeyRemove = 52,
  kSsoEnable = 60,
  kSsoDisable = 61,
  kSsoEdit = 62,
  kSsoIdentityLink = 63,
  kApiKeyAdd = 70,
  kApiKeyEdit = 71,
  kApiKeyRemove = 72,
  kSentryAppAdd = 113,
  kSentryAppRemove = 115,
  kSentryAppInstall = 116,
  kSentryAppUninstall = 117,
  kIntegrationRotateClientSecret = 118,
  kInternalIntegrationAdd = 130,
  kInternalIntegrationDisabled = 131,
  kInternalIntegrationAddToken = 135,
  kInternalIntegrationRemoveToken = 136,
  kInviteRequestAdd = 140,
  kInviteRequestRemove = 141,
  kOrgAuthTokenAdd = 176,
  kOrgAuthTokenRemove = 177,
  kSsoIdentityUnlink = 1000,
  kSsoRefused = 1001,       // a log-in was refused: {reason, provider_id}
  kSsoSetupRefused = 1002,  // a set-up or protocol change was refused: {reason}
  kSsoUnlock = 1003,        // break-glass on the host
  kOutboxParked = 1004,
  kUserCreate = 1005,
  kTokenCreate = 1006,
  kTokenRemove = 1007,
  kInviteRefused = 1008,  // {reason}
  kAuthRefused = 1009,    // a log-in or second factor was refused: {reason}; no organization
  kAuthzDenied = 1010,    // {route, reason, times}: aggregated
  kTwoFactorAdd = 1011,   // {kind, name}
  kTwoFactorRemove = 1012,
  kTwoFactorReset = 1013,
  kRecoveryCodesCreate = 1014,
  kPasswordChange = 1015,
  kEmailAdd = 1016,
  kEmailRemove = 1017,
  kEmailPrimary = 1018,
  kSessionsEnd = 1019,
  kAuditExport = 1020,         // {format, entries, after, through}
  kAuditRetention = 1021,      // {through_seq, entries}
  kAuditAdopt = 1022,          // {entries}: the chain begins; entries without a MAC were taken in
  kSsoIdentityInvalid = 1023,  // the provider has withdrawn it: {user_id, reason}
  kSsoIdentityMigrate = 1024,  // its provider names it anew: {user_id, subject, replaced_subject}
  kIdentityLink = 1025,        // of an account at a provider: {user_id, provider, external_id}
  kIdentityUnlink = 1026,
  kIdentityInvalid = 1027,      // as kSsoIdentityInvalid
  kIdentityProviderAdd = 1028,  // members may link accounts there: {provider, external_id}
  kIdentityProviderRemove = 1029,
  kKeysRotate = 1030,  // {key, resealed}: sealed values, under the active key from now on
  // What somebody takes away of what projects have sent. Titles and file names are left out: they
  // may be what had to go.
  kIssueDelete = 1031,       // {issues, short_ids}
  kIssueDiscard = 1032,      // as kIssueDelete; events that come from now on are dropped
  kAttachmentRemove = 1033,  // {project_slug, event_id, attachment, type}
  kReleaseRemove = 1034,     // {version}
  kArtifactRemove = 1035,    // {kind, id, project_id}: source maps and debug files
};

struct EventInfo {
  Event event;
  std::string_view name;      // "SSO_ENABLE"
  std::string_view api_name;  // "sso.enable"
  // "enabled sso ({provider})"; {k v, …} lists all of data; {key|text} is the text if there is no
  // such key.
  std::string_view note;
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
  // `key`: 32 bytes, the same for the life of the installation (KeyRing::DeriveKey("audit")).
  Log(const Clock& clock, IdGenerator& ids, std::string key)
      : clock_(clock), ids_(ids), key_(std::move(key)) {}
  // Times never go back, even when the clock does. Errors: those of Tx; the caller's transaction
  // must then fail too.
  Result<std::int64_t> Record(sql::Tx& tx, const Entry& entry) const;

 private:
  const Clock& clock_;
  IdGenerator& ids_;
  MacKey key_;
};

struct Filter {
  std::optional<Event> event = {};
  std::optional<UserId> actor = {};
  std::optional<UserId> target_user = {};
  std::string correlation_id = "";             // exactly this one; "": any
  std::optional<Timestamp> since = {};         // the first moment that counts
  std::optional<Timestamp> until = {};         // the first that does not
  std::optional<std::int64_t> before_id = {};  // cursor: entries older than this one
  std::size_t limit = 50;
};
// Newest first, of this organization only. Served by an index whatever is filtered.
Result<std::vector<Stored>> Query(sql::Tx& tx, OrgId organization, const Filter& filter);

// The entry of a row, with its note.
Stored Decode(const LogRow& row);

}  // namespace gatehouse::audit
