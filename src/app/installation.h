#pragma once

// An opened installation: database, keys, and every service of both halves, wired for one process
// (monolith). The command line uses it as it is; `serve` adds the edges. The only place, with
// server.cc and demo.cc, that knows concrete types.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rng.h"
#include "control/authn/factors/service_impl.h"
#include "control/authn/service_impl.h"
#include "control/identity/linking/service_impl.h"
#include "control/identity/service_impl.h"
#include "control/sso/service_impl.h"
#include "control/users/service_impl.h"
#include "core/audit/audit.h"
#include "core/audit/checkpoint.h"
#include "core/audit/sealer.h"
#include "core/outbox/outbox.h"
#include "platform/config/config.h"
#include "platform/crypto/keyring.h"
#include "platform/http/client.h"
#include "platform/mail/mail.h"
#include "platform/ratelimit/ratelimit.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/sql.h"
#include "platform/telemetry/log.h"
#include "region/orgs/invites/service_impl.h"
#include "region/orgs/members/service_impl.h"
#include "region/orgs/service_impl.h"
#include "region/orgs/teams/service_impl.h"
#include "region/projects/service_impl.h"

namespace gatehouse::app {

// Paths and addresses that follow from the options.
struct Layout {
  std::filesystem::path data;
  std::filesystem::path database_file;
  std::filesystem::path key_file;
  std::filesystem::path mail_folder;
  std::filesystem::path audit_checkpoints;
  std::string listen_address;
  std::uint16_t listen_port = 0;
  std::string base_url;            // without a slash at the end
  std::vector<std::string> hosts;  // accepted Host values

  // Errors: kInvalidArgument "config_invalid_value".
  static Result<Layout> From(const config::Config& config);
};

// What `doctor` and the start say about such a role.
inline constexpr std::string_view kRoleBypassesRowSecurity =
    "the database role is a superuser or has BYPASSRLS: PostgreSQL does not keep organizations "
    "apart for it, so a mistake in one statement of ours could mix them; use a role made with "
    "CREATE ROLE ... LOGIN NOSUPERUSER NOBYPASSRLS that owns its database";

// Opens the database named by the options. Creates the data directory (0700).
Result<std::unique_ptr<sql::Database>> OpenDatabase(const config::Config& config,
                                                    const Layout& layout);

// What the key ring's keys of the audit log are for.
inline constexpr std::string_view kAuditKey = "audit";
inline constexpr std::string_view kAuditCheckpointKey = "audit-checkpoint";

struct Installation {
  // Opens everything and applies pending migrations. `extra_origins` may be reached by the outbound
  // client besides the configured ones. Errors: those of the parts.
  static Result<std::unique_ptr<Installation>> Open(const config::Config& config, Layout layout,
                                                    telemetry::Logger& log,
                                                    std::vector<std::string> extra_origins);

  Layout layout;
  SystemClock clock;
  SystemRng rng;
  std::unique_ptr<IdGenerator> ids;
  std::unique_ptr<crypto::KeyRing> keys;
  std::unique_ptr<sql::Database> db;
  std::unique_ptr<runtime::WorkerPool> cpu;
  std::unique_ptr<runtime::WorkerPool> mail_pool;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<mail::Mailer> mailer;

  std::unique_ptr<audit::Log> audit;
  std::unique_ptr<audit::Sealer> audit_sealer;
  std::unique_ptr<audit::CheckpointKey> audit_checkpoint_key;
  std::unique_ptr<audit::CheckpointFile> audit_checkpoints;
  std::unique_ptr<outbox::Outbox> control_outbox;
  std::unique_ptr<outbox::Outbox> region_outbox;
  std::unique_ptr<outbox::Drainer> control_drainer;
  std::unique_ptr<outbox::Drainer> region_drainer;
  ratelimit::RateLimiter limiter;

  std::unique_ptr<users::Store> user_store;
  std::unique_ptr<authn::Store> session_store;
  std::unique_ptr<identity::Store> identity_store;
  std::unique_ptr<identity::LinkedStore> linked_store;
  std::unique_ptr<users::ServiceImpl> users;
  std::unique_ptr<authn::ServiceImpl> authn;
  std::unique_ptr<factors::ServiceImpl> factors;
  std::unique_ptr<orgs::ServiceImpl> orgs;
  std::unique_ptr<members::ServiceImpl> members;
  std::unique_ptr<invites::ServiceImpl> invites;
  std::unique_ptr<teams::ServiceImpl> teams;
  std::unique_ptr<projects::ServiceImpl> projects;
  std::unique_ptr<sso::ServiceImpl> sso;
  std::unique_ptr<linking::ServiceImpl> linking;
  std::unique_ptr<identity::Refresher> refresher;
  std::unique_ptr<identity::ServiceImpl> identities;
};

}  // namespace gatehouse::app
