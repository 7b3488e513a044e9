#include "app/installation.h"

#include <sys/stat.h>

#include <charconv>

#include "app/key_file.h"
#include "app/mail_message.h"
#include "app/sso_kinds.h"
#include "core/schema/schema.h"
#include "platform/http/address.h"
#include "platform/http/url.h"
#include "platform/sql/postgres/postgres.h"
#include "platform/sql/sqlite/sqlite.h"
#include "region/ingest/settings/project_options.h"

namespace gatehouse::app {
namespace {

Error InvalidOption(std::string detail) {
  return Error{Code::kInvalidArgument, "config_invalid_value", std::move(detail)};
}

std::vector<std::string> KnownScopes() {
  std::vector<std::string> scopes;
  for (std::string_view scope : orgs::AllScopes()) scopes.emplace_back(scope);
  return scopes;
}

Duration Micros(std::chrono::seconds s) { return std::chrono::duration_cast<Duration>(s); }

}  // namespace

Result<Layout> Layout::From(const config::Config& config) {
  Layout layout;
  layout.data = std::filesystem::absolute(config.String("data"));
  layout.database_file = layout.data / "gatehouse.db";
  const std::string& key_file = config.String("key_file");
  layout.key_file = key_file.empty() ? layout.data / "keys.txt" : std::filesystem::path(key_file);
  layout.mail_folder = layout.data / "mail";
  const std::string& checkpoints = config.String("audit_checkpoints");
  layout.audit_checkpoints = checkpoints.empty() ? layout.data / "audit" / "checkpoints.jsonl"
                                                 : std::filesystem::absolute(checkpoints);

  std::string_view listen = config.String("listen");
  std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) {
    return std::unexpected(InvalidOption("listen: not address:port"));
  }
  std::string_view address = listen.substr(0, colon);
  std::string_view port = listen.substr(colon + 1);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  layout.listen_address = address;
  auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), layout.listen_port);
  if (ec != std::errc() || end != port.data() + port.size()) {
    return std::unexpected(InvalidOption("listen: bad port"));
  }

  layout.base_url = config.String("base_url");
  if (layout.base_url.empty()) {
    // One name for one machine: cookies of "localhost" are not those of "127.0.0.1".
    const bool local =
        address == "0.0.0.0" || address == "::" || address.starts_with("127.") || address == "::1";
    layout.base_url = "http://" + (local ? "localhost:" + std::string(port) : std::string(listen));
  }
  while (layout.base_url.ends_with('/')) layout.base_url.pop_back();
  auto url = http::ParseUrl(layout.base_url);
  if (!url || (url->scheme != "https" && url->scheme != "http") || url->has_userinfo ||
      !url->path.empty() || !url->query.empty() || url->has_fragment) {
    return std::unexpected(InvalidOption("base_url: not an http(s) URL without path"));
  }
  for (const std::string& origin : config.Strings("allowed_origins")) {
    auto parsed = http::ParseUrl(origin);
    if (!parsed || parsed->Origin() != origin) {
      return std::unexpected(InvalidOption("allowed_origins: not an origin: " + origin));
    }
  }
  for (const std::string& block : config.Strings("trusted_proxies")) {
    if (!http::Cidr::Parse(block)) {
      return std::unexpected(InvalidOption("trusted_proxies: not an address block: " + block));
    }
  }
  const std::string& ca_file = config.String("ca_file");
  if (!ca_file.empty() && !std::filesystem::is_regular_file(ca_file)) {
    return std::unexpected(InvalidOption("ca_file: no such file: " + ca_file));
  }
  const std::string& smtp = config.String("smtp_url");
  if (auto parsed = http::ParseUrl(smtp);
      !smtp.empty() && (!parsed || (parsed->scheme != "smtp" && parsed->scheme != "smtps"))) {
    return std::unexpected(InvalidOption("smtp_url: not smtp:// or smtps://"));
  }
  // The name in the base URL, and this machine's own names for its health checks.
  std::string host = layout.base_url.substr(layout.base_url.find("://") + 3);
  layout.hosts = {host, "localhost:" + std::string(port), "127.0.0.1:" + std::string(port),
                  "[::1]:" + std::string(port)};
  return layout;
}

Result<std::unique_ptr<sql::Database>> OpenDatabase(const config::Config& config,
                                                    const Layout& layout) {
  std::error_code ec;
  if (!std::filesystem::exists(layout.data)) {
    std::filesystem::create_directories(layout.data, ec);
    if (ec) {
      return Fail(Code::kFailedPrecondition, "data_directory",
                  layout.data.string() + ": " + ec.message());
    }
    ::chmod(layout.data.c_str(), 0700);
  }
  auto connections = static_cast<std::size_t>(config.Int("database_connections"));
  if (const std::string& url = config.String("database"); !url.empty()) {
    sql::PostgresOptions options;
    options.url = url;
    options.connections = connections;
    return sql::OpenPostgres(options);
  }
  sql::SqliteOptions options;
  options.file = layout.database_file;
  options.readers = std::min<std::size_t>(connections, 2);
  return sql::OpenSqlite(options);
}

Result<std::unique_ptr<Installation>> Installation::Open(const config::Config& config,
                                                         Layout layout, telemetry::Logger& log,
                                                         std::vector<std::string> extra_origins) {
  auto it = std::make_unique<Installation>();
  Installation& i = *it;
  i.layout = std::move(layout);
  GH_TRY(i.db, OpenDatabase(config, i.layout));
  GH_TRY_VOID(sql::Migrate(*i.db, i.clock, schema::kControlSet, schema::ControlMigrations(),
                           schema::kTenantTables));
  GH_TRY_VOID(sql::Migrate(*i.db, i.clock, schema::kRegionSet, schema::RegionMigrations(),
                           schema::kTenantTables));
  GH_TRY(i.keys, LoadKeys(*i.db, i.layout.key_file, i.rng));
  GH_TRY(const bool bypasses, i.db->ReadSync(sql::BypassesTenants));
  if (bypasses) {
    log.Log(telemetry::Level::kWarn, "database_role", {{"why", kRoleBypassesRowSecurity}});
  }

  // Ten random bits tell the nodes of an installation apart; ids stay unique if two nodes meet,
  // because the database refuses the second.
  i.ids = std::make_unique<IdGenerator>(i.clock, static_cast<std::uint16_t>(i.rng.Next64() & 1023));
  i.cpu = std::make_unique<runtime::WorkerPool>("cpu", 2, 64);
  i.mail_pool = std::make_unique<runtime::WorkerPool>("mail", 1, 64);

  http::EgressPolicy egress;
  egress.allowed_origins = config.Strings("allowed_origins");
  for (std::string& origin : extra_origins) egress.allowed_origins.push_back(std::move(origin));
  egress.ca_file = config.String("ca_file");
  i.client = http::NewCurlClient(std::move(egress));

  const std::string& from = config.String("mail_from");
  if (!mail::IsSender(from)) return std::unexpected(InvalidOption("mail_from: not an address"));
  if (const std::string& url = config.String("smtp_url"); !url.empty()) {
    mail::SmtpOptions smtp;
    smtp.url = url;
    smtp.username = config.String("smtp_username");
    smtp.password = config.String("smtp_password");
    smtp.from = from;
    smtp.require_tls = config.Bool("smtp_tls");
    smtp.ca_file = config.String("ca_file");
    i.mailer = mail::NewSmtpMailer(std::move(smtp), *i.mail_pool);
  } else {
    i.mailer = mail::NewFileMailer(i.layout.mail_folder, from);
  }

  const std::string audit_key = i.keys->DeriveKey(kAuditKey);
  i.audit = std::make_unique<audit::Log>(i.clock, *i.ids, audit_key);
  i.audit_sealer = std::make_unique<audit::Sealer>(
      *i.db, i.clock, *i.audit, audit_key, !audit::HasCheckpoints(i.layout.audit_checkpoints));
  GH_TRY(auto checkpoint_key,
         audit::CheckpointKey::FromSeed(i.keys->DeriveKey(kAuditCheckpointKey)));
  i.audit_checkpoint_key = std::make_unique<audit::CheckpointKey>(std::move(checkpoint_key));
  i.audit_checkpoints = std::make_unique<audit::CheckpointFile>(i.layout.audit_checkpoints,
                                                                *i.audit_checkpoint_key, i.clock);
  i.control_outbox = std::make_unique<outbox::Outbox>(outbox::Half::kControl, i.clock, *i.ids);
  i.region_outbox = std::make_unique<outbox::Outbox>(outbox::Half::kRegion, i.clock, *i.ids);
  telemetry::Logger* logger = &log;
  Installation* self = it.get();
  // An effect that cannot be applied is the administrators' business.
  outbox::OnParked parked = [logger, self](sql::Tx& tx, const outbox::Message& m,
                                           const Error& last) -> Result<void> {
    logger->LogError("outbox_parked", last,
                     {{"message", m.id}, {"category", outbox::CategoryName(m.category)}});
    audit::Entry entry;
    if (m.shard.scope == outbox::Scope::kOrganization) entry.organization = OrgId{m.shard.id};
    entry.event = audit::Event::kOutboxParked;
    entry.actor_label = "outbox";
    entry.target_object = m.id;
    entry.data["category"] = outbox::CategoryName(m.category);
    entry.data["reason"] = last.reason;
    GH_TRY_VOID(self->audit->Record(tx, entry));
    return {};
  };
  i.control_drainer =
      std::make_unique<outbox::Drainer>(outbox::Half::kControl, *i.db, i.clock, parked);
  i.region_drainer =
      std::make_unique<outbox::Drainer>(outbox::Half::kRegion, *i.db, i.clock, parked);

  i.user_store = std::make_unique<users::Store>(i.clock, *i.ids, i.rng);
  authn::Lifetimes lifetimes;
  lifetimes.absolute = Micros(config.DurationSeconds("session_lifetime"));
  lifetimes.idle = Micros(config.DurationSeconds("session_idle"));
  lifetimes.sso = Micros(config.DurationSeconds("sso_lifetime"));
  i.session_store =
      std::make_unique<authn::Store>(i.clock, *i.ids, i.rng, lifetimes, KnownScopes());
  i.identity_store =
      std::make_unique<identity::Store>(i.clock, *i.ids, *i.keys, *i.audit, *i.control_outbox);
  i.linked_store = std::make_unique<identity::LinkedStore>(i.clock, *i.ids, *i.keys);

  users::ServiceOptions user_options;
  user_options.base_url = i.layout.base_url;
  user_options.sessions_ended = [self](UserId user) { self->authn->Forget(user); };
  i.users = std::make_unique<users::ServiceImpl>(
      users::ServiceParts{*i.db, *i.cpu, i.clock, *i.ids, i.rng, *i.audit, *i.control_outbox},
      std::move(user_options));
  i.authn = std::make_unique<authn::ServiceImpl>(
      authn::ServiceParts{*i.db, *i.session_store, *i.user_store, *i.users, i.clock, *i.audit});
  i.orgs = std::make_unique<orgs::ServiceImpl>(orgs::ServiceImpl::Parts{
      *i.db, i.clock, *i.ids, *i.region_outbox, *i.audit, i.layout.base_url, {}});
  i.factors = std::make_unique<factors::ServiceImpl>(
      factors::ServiceParts{*i.db, *i.session_store, *i.authn, *i.user_store, i.clock, *i.ids,
                            i.rng, *i.keys, *i.audit, *i.control_outbox, *i.control_drainer},
      i.layout.base_url);
  const std::string invite_key = i.keys->DeriveKey("invite");
  i.members = std::make_unique<members::ServiceImpl>(
      members::ServiceImpl::Parts{*i.db, i.clock, i.rng, *i.region_outbox, *i.region_drainer,
                                  *i.audit, invite_key, i.layout.base_url});
  i.invites = std::make_unique<invites::ServiceImpl>(
      invites::ServiceImpl::Parts{*i.db, i.clock, *i.ids, i.rng, *i.region_outbox, *i.audit,
                                  i.limiter, invite_key, i.layout.base_url});
  i.teams = std::make_unique<teams::ServiceImpl>(teams::ServiceImpl::Parts{
      *i.db, i.clock, *i.ids, *i.region_outbox, *i.audit, i.layout.base_url});
  i.projects = std::make_unique<projects::ServiceImpl>(
      projects::ServiceImpl::Parts{*i.db, i.clock, i.rng, *i.ids, *i.audit, ingest::CheckOptions});

  sso::Deps deps{*i.db,
                 i.clock,
                 *i.ids,
                 i.rng,
                 *i.keys,
                 *i.audit,
                 *i.control_outbox,
                 *i.control_drainer,
                 *i.user_store,
                 *i.session_store,
                 *i.authn,
                 *i.identity_store,
                 *i.orgs,
                 i.limiter};
  sso::Options sso_options;
  sso_options.base_url = i.layout.base_url;
  sso_options.starts_per_minute = config.Int("sso_starts_per_minute");
  i.sso = std::make_unique<sso::ServiceImpl>(deps, std::move(sso_options),
                                             SsoKinds(*i.client, i.clock, i.rng, *i.cpu));

  i.linking = std::make_unique<linking::ServiceImpl>(
      linking::ServiceImpl::Parts{*i.db, i.clock, *i.ids, i.rng, *i.keys, *i.linked_store, *i.sso,
                                  *i.orgs, i.limiter, i.layout.base_url});
  i.refresher = std::make_unique<identity::Refresher>(
      identity::Refresher::Parts{*i.db, i.clock, *i.keys, *i.audit, *i.sso, *i.linking});
  i.identities = std::make_unique<identity::ServiceImpl>(
      identity::ServiceImpl::Parts{*i.db, *i.identity_store, *i.linked_store, *i.audit,
                                   *i.session_store, *i.authn, *i.control_drainer, *i.refresher});
  i.linking->Use(*i.identities);

  sso::RegisterEffects(*i.control_drainer, *i.orgs, *i.members, *i.invites);
  sso::RegisterRegionEffects(*i.region_drainer, *i.sso, *i.members);
  // A region's own signals have nobody else to tell.
  i.region_drainer->Register(outbox::Category::kSendSignal, [self](outbox::Message m) {
    const json::Object* args = json::GetObject(m.payload, "args");
    return self->orgs->ApplySignal(m.id, OrgId{m.shard.id},
                                   std::string(json::GetString(m.payload, "signal").value_or("")),
                                   args != nullptr ? json::Serialize(*args) : "{}");
  });
  mail::Mailer* mailer = i.mailer.get();
  const Clock* clock = &i.clock;
  outbox::Handler send = [mailer, clock](outbox::Message m) {
    return mailer->Send(MailOf(m, clock->Now()));
  };
  i.control_drainer->Register(outbox::Category::kMail, send);
  i.region_drainer->Register(outbox::Category::kMail, send);
  // In one process and one database an organization's update has nobody else to reach.
  i.region_drainer->Register(outbox::Category::kOrganizationUpdate,
                             [](outbox::Message) -> Task<void> { co_return Result<void>(); });
  return it;
}

}  // namespace gatehouse::app
