#include "app/doctor.h"

#include <sys/stat.h>

#include "app/descriptors.h"
#include "base/text.h"
#include "core/schema/schema.h"
#include "platform/http/url.h"

namespace gatehouse::app {
namespace {

using Level = Finding::Level;

Finding CheckMode(const std::string& name, const std::filesystem::path& path, ::mode_t forbidden) {
  struct ::stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    return {Level::kWarning, name, path.string() + " does not exist yet"};
  }
  if ((info.st_mode & forbidden) != 0) {
    return {Level::kError, name, path.string() + " can be read by others: chmod it"};
  }
  return {Level::kOk, name, path.string()};
}

Finding CheckBaseUrl(const Layout& layout) {
  auto url = http::ParseUrl(layout.base_url);
  const bool local = url && (url->host == "localhost" || url->host.starts_with("127."));
  if (url && url->scheme == "https") return {Level::kOk, "base_url", layout.base_url};
  if (local) {
    return {Level::kWarning, "base_url", layout.base_url + " works on this machine only"};
  }
  return {Level::kError, "base_url",
          layout.base_url + " is not https: cookies and log-ins can be read on the way"};
}

Finding CheckDescriptors() {
  const std::size_t limit = RaiseDescriptorLimit();
  const std::size_t connections = ConnectionsFor(limit);
  const std::string text = std::to_string(limit) + " descriptors: " + std::to_string(connections) +
                           " connections at most";
  if (connections < 2000) {
    return {Level::kWarning, "descriptors", text + "; raise the hard limit (LimitNOFILE=)"};
  }
  return {Level::kOk, "descriptors", text};
}

Finding CheckSchema(sql::Database& db, std::string_view set, std::span<const sql::Migration> all) {
  std::string name = "schema " + std::string(set);
  auto status = sql::CheckMigrations(db, set, all);
  if (!status) {
    return {Level::kError, name, std::string(status.error().reason) + " " + status.error().detail};
  }
  if (!status->pending.empty()) {
    return {Level::kWarning, name,
            std::to_string(status->pending.size()) +
                " migrations wait; `gatehouse migrate` or "
                "the next start applies them"};
  }
  return {Level::kOk, name, "version " + std::to_string(status->current)};
}

// PostgreSQL: whether the database itself keeps organizations apart, beneath our statements.
Finding CheckRowSecurity(sql::Database& db) {
  const std::string name = "row security";
  auto bypasses = db.ReadSync(sql::BypassesTenants);
  auto open =
      db.ReadSync([](sql::Tx& tx) { return sql::UnprotectedTables(tx, schema::kTenantTables); });
  if (!bypasses || !open) {
    const Error& error = !bypasses ? bypasses.error() : open.error();
    return {Level::kError, name, std::string(error.reason) + " " + error.detail};
  }
  if (*bypasses) return {Level::kWarning, name, std::string(kRoleBypassesRowSecurity)};
  if (!open->empty()) {
    return {Level::kWarning, name,
            "missing on " + Join(*open, ", ") +
                "; `gatehouse migrate` or the next start puts it there"};
  }
  return {Level::kOk, name, "every table of an organization is under it"};
}

}  // namespace

std::vector<Finding> Examine(const config::Config& config) {
  std::vector<Finding> findings;
  auto layout = Layout::From(config);
  if (!layout) {
    findings.push_back({Level::kError, "options", layout.error().detail});
    return findings;
  }
  findings.push_back(CheckBaseUrl(*layout));
  findings.push_back(CheckDescriptors());
  if (layout->base_url.starts_with("https://") && config.Strings("trusted_proxies").empty()) {
    findings.push_back({Level::kWarning, "trusted_proxies",
                        "none: behind a proxy every client has the proxy's address, and limits "
                        "per address hit everybody"});
  }
  findings.push_back(CheckMode("data directory", layout->data, S_IRWXG | S_IRWXO));
  findings.push_back(CheckMode("key file", layout->key_file, S_IRWXG | S_IRWXO));
  SystemRng rng;
  if (std::filesystem::exists(layout->key_file)) {
    auto keys = crypto::KeyRing::Load(layout->key_file, /*create=*/false, rng);
    findings.push_back(keys ? Finding{Level::kOk, "keys", "active key " + (*keys)->active_key_id()}
                            : Finding{Level::kError, "keys", std::string(keys.error().reason)});
  }
  const bool sqlite = config.String("database").empty();
  if (sqlite && !std::filesystem::exists(layout->database_file)) {
    findings.push_back({Level::kWarning, "database", "not created yet"});
  } else if (auto db = OpenDatabase(config, *layout); !db) {
    findings.push_back(
        {Level::kError, "database", std::string(db.error().reason) + " " + db.error().detail});
  } else {
    findings.push_back({Level::kOk, "database", sqlite ? "SQLite" : "PostgreSQL"});
    findings.push_back(CheckSchema(**db, schema::kControlSet, schema::ControlMigrations()));
    findings.push_back(CheckSchema(**db, schema::kRegionSet, schema::RegionMigrations()));
    if (!sqlite) findings.push_back(CheckRowSecurity(**db));
  }
  if (config.String("smtp_url").empty()) {
    findings.push_back({Level::kWarning, "mail",
                        "no smtp_url: mail is written to " + layout->mail_folder.string()});
  } else {
    findings.push_back({Level::kOk, "mail", config.String("smtp_url")});
  }
  if (config.Bool("allow_core_dumps")) {
    findings.push_back({Level::kWarning, "core dumps",
                        "allowed: one holds keys, passwords and sessions; switch them off again"});
  }
  if (config.Bool("demo")) {
    findings.push_back({Level::kWarning, "demo", "known passwords: never expose this server"});
  }
  return findings;
}

}  // namespace gatehouse::app
