// The command line. Stable: scripts depend on it.

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <span>

#include "app/complain.h"
#include "app/core_dumps.h"
#include "app/doctor.h"
#include "app/installation.h"
#include "app/options.h"
#include "app/sealed_columns.h"
#include "app/server.h"
#include "base/bytes.h"
#include "base/text.h"
#include "core/schema/schema.h"
#include "edge/api/routes.h"
#include "edge/cli/audit.h"
#include "edge/cli/commands.h"
#include "edge/cli/event.h"
#include "edge/cli/keys.h"
#include "region/events/grouping/grouping.h"

namespace gatehouse::app {
namespace {

struct Arguments {
  std::map<std::string, std::string> flags;  // option name -> text
  std::string config_file;
  bool json = false;
};

// Every sub-command takes the configuration; `serve` takes each option as a flag, too.
void AddConfigFlags(CLI::App& command, Arguments& args, bool all) {
  command.add_option("--config", args.config_file, "Configuration file (TOML)");
  command.add_flag("--json", args.json, "Print JSON");
  for (const OptionSpec& spec : kOptions) {
    const bool basic = spec.name == "data" || spec.name == "database" || spec.name == "base_url" ||
                       spec.name == "key_file" || spec.name == "audit_checkpoints";
    if (spec.secret || (!all && !basic)) continue;
    std::string flag = "--" + std::string(spec.name);
    for (char& c : flag) c = c == '_' ? '-' : c;
    std::string name(spec.name);
    if (spec.type == Type::kBool) {
      command.add_flag_callback(
          flag, [&args, name] { args.flags[name] = "true"; }, std::string(spec.sentence));
    } else {
      command.add_option_function<std::string>(
          flag, [&args, name](const std::string& value) { args.flags[name] = value; },
          std::string(spec.sentence));
    }
  }
}

Result<config::Config> LoadConfig(const Arguments& args) {
  config::Sources sources;
  for (const auto& [name, value] : args.flags) sources.flags.emplace_back(name, value);
  sources.environment = config::ProcessEnvironment();
  if (!args.config_file.empty()) sources.file = args.config_file;
  return config::Config::Load(kOptions, sources);
}

std::string OperatorLabel() {
  const passwd* entry = getpwuid(getuid());
  return "host operator (" + std::string(entry != nullptr ? entry->pw_name : "?") + ")";
}

int Report(const Arguments& args, const Result<json::Object>& result) {
  if (!result) return Complain(result.error(), args.json);
  std::cout << cli::Format(*result, args.json);
  return 0;
}

// Opens the installation, creating it if need be, and runs one command on it, which prints for
// itself and returns the exit code.
template <class F>
int WithInstallation(const Arguments& args, F command) {
  SystemClock clock;
  telemetry::Logger::Options quiet;
  quiet.threshold = telemetry::Level::kWarn;
  telemetry::Logger log(clock, quiet);
  auto run = [&]() -> Result<int> {
    GH_TRY(config::Config config, LoadConfig(args));
    GH_TRY(Layout layout, Layout::From(config));
    GH_TRY(auto i, Installation::Open(config, std::move(layout), log, {}));
    return command(*i);
  };
  const Result<int> code = run();
  if (code) return *code;
  return Complain(code.error(), args.json);
}

// A command on the services, whose result is printed.
template <class F>
int WithServices(const Arguments& args, F command) {
  return WithInstallation(args, [&](Installation& i) -> Result<int> {
    cli::Services services{*i.users,         *i.authn, *i.factors,    *i.sso,  *i.orgs,
                           *i.projects,      *i.db,    *i.user_store, i.clock, OperatorLabel(),
                           i.layout.base_url};
    return Report(args, command(services));
  });
}

// A command on the audit log.
template <class F>
int WithAudit(const Arguments& args, F command) {
  return WithInstallation(args, [&](Installation& i) -> Result<int> {
    cli::AuditServices services{*i.db,
                                *i.orgs,
                                *i.audit,
                                *i.audit_sealer,
                                *i.audit_checkpoints,
                                i.keys->DeriveKey(kAuditKey),
                                OperatorLabel()};
    return command(services);
  });
}

int VerifyAudit(const Arguments& args, const std::string& org) {
  return WithAudit(args, [&](cli::AuditServices& s) -> Result<int> {
    GH_TRY(const json::Object result,
           cli::VerifyAudit(s, org.empty() ? std::nullopt : std::optional(org)));
    std::cout << (args.json ? cli::Format(result, true) : cli::FormatVerification(result));
    return json::GetBool(result, "intact").value_or(false) ? cli::kExitDone : cli::kExitRefused;
  });
}

int ExportAudit(const Arguments& args, const std::string& org, const std::string& format,
                std::int64_t after) {
  return WithAudit(args, [&](cli::AuditServices& s) -> Result<int> {
    GH_TRY(const json::Object result,
           cli::ExportAudit(s, org, *audit::ParseFormat(format), after,
                            [](std::string_view text) { std::cout << text; }));
    std::cout.flush();
    // Beside the data, which others read.
    std::cerr << cli::Format(result, args.json);
    return std::cout ? cli::kExitDone : cli::kExitRefused;
  });
}

// The key alone: no database is needed, and none is made.
Result<json::Object> AuditKey(const Arguments& args) {
  GH_TRY(config::Config config, LoadConfig(args));
  GH_TRY(Layout layout, Layout::From(config));
  SystemRng rng;
  GH_TRY(auto keys, crypto::KeyRing::Load(layout.key_file, /*create=*/false, rng));
  GH_TRY(auto key, audit::CheckpointKey::FromSeed(keys->DeriveKey(kAuditCheckpointKey)));
  return key.PublicJwk();
}

// A command on the keys of the installation's own file.
template <class F>
int WithKeys(const Arguments& args, F command) {
  return WithInstallation(args, [&](Installation& i) -> Result<int> {
    cli::KeyServices services{*i.db, *i.keys, *i.audit, SealedColumns(), OperatorLabel()};
    return command(services);
  });
}

int ListKeys(const Arguments& args) {
  return WithKeys(args, [&](cli::KeyServices& s) -> Result<int> {
    GH_TRY(const json::Object result, cli::ListKeys(s));
    std::cout << (args.json ? cli::Format(result, true) : cli::FormatKeys(result));
    return 0;
  });
}

int RotateKeys(const Arguments& args) {
  return WithKeys(args, [&](cli::KeyServices& s) -> Result<int> {
    GH_TRY(const json::Object result, cli::RotateKeys(s, [](const sealed::Progress& progress) {
             std::cerr << progress.column << ": " << progress.resealed << " sealed anew";
             if (progress.broken > 0) std::cerr << ", " << progress.broken << " unreadable";
             std::cerr << std::endl;
           }));
    std::cout << cli::Format(result, args.json);
    return json::GetInt(result, "unreadable") == 0 ? cli::kExitDone : cli::kExitRefused;
  });
}

// Files of rules that `event group` takes in the place of a project's.
struct RuleFiles {
  std::string enhancements;
  std::string fingerprints;
};

Result<std::string> ReadRules(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return Fail(Code::kInvalidArgument, "file_unreadable", path);
  return text;
}

// Standard input to standard output; no installation is needed.
int RunEvent(const Arguments& args, bool group, const RuleFiles& files) {
  SystemClock clock;
  SystemRng rng;
  const cli::EventContext context{.received = clock.Now(), .new_event_id = [&rng] {
                                    std::uint8_t id[16];
                                    rng.Fill(id);
                                    return HexEncode(AsView(id));
                                  }};
  auto run = [&]() -> Result<json::Object> {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    if (!group) return cli::NormalizeEvent(text, context);
    GH_TRY(const std::string enhancements, ReadRules(files.enhancements));
    GH_TRY(const std::string fingerprints, ReadRules(files.fingerprints));
    GH_TRY(const grouping::Config config, cli::GroupingConfig(enhancements, fingerprints));
    return cli::GroupEvent(text, context, config);
  };
  const auto result = run();
  if (!result) {
    Complain(result.error(), args.json);
    return cli::EventExitStatus(result.error());
  }
  std::cout << (args.json ? json::Serialize(*result) + "\n" : cli::Indented(*result));
  return 0;
}

Result<json::Object> MigrateAll(const Arguments& args) {
  GH_TRY(config::Config config, LoadConfig(args));
  GH_TRY(Layout layout, Layout::From(config));
  GH_TRY(auto db, OpenDatabase(config, layout));
  SystemClock clock;
  GH_TRY(auto control, sql::Migrate(*db, clock, schema::kControlSet, schema::ControlMigrations(),
                                    schema::kTenantTables));
  GH_TRY(auto region, sql::Migrate(*db, clock, schema::kRegionSet, schema::RegionMigrations(),
                                   schema::kTenantTables));
  return json::Object{{"control", control.current}, {"region", region.current}};
}

int Doctor(const Arguments& args) {
  auto config = LoadConfig(args);
  if (!config) return Complain(config.error(), args.json);
  json::Array list;
  int errors = 0;
  for (const Finding& finding : Examine(*config)) {
    const char* level = finding.level == Finding::Level::kOk        ? "ok"
                        : finding.level == Finding::Level::kWarning ? "warning"
                                                                    : "error";
    errors += finding.level == Finding::Level::kError ? 1 : 0;
    if (args.json) {
      list.push_back(
          json::Object{{"level", level}, {"name", finding.name}, {"text", finding.text}});
    } else {
      std::printf("%-8s %-16s %s\n", level, finding.name.c_str(), finding.text.c_str());
    }
  }
  if (args.json) std::cout << json::Serialize(json::Value(std::move(list))) << "\n";
  return errors == 0 ? cli::kExitDone : cli::kExitRefused;
}

// The first line of a file, or of standard input for "-": an argument could be read by every user
// of the machine.
Result<std::string> ReadSecret(const std::string& path) {
  std::string line;
  if (path.empty()) return line;
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  if (!std::getline(in, line) || Trim(line).empty()) {
    return Fail(Code::kInvalidArgument, "config_unreadable_file", path + " holds no secret");
  }
  return std::string(Trim(line));
}

json::Array RouteList() {
  json::Array list;
  for (const api::Route& route : api::Routes()) {
    json::Array scopes;
    for (std::string_view scope : Split(route.scopes, '|')) {
      if (!scope.empty()) scopes.emplace_back(scope);
    }
    list.push_back(json::Object{{"method", http::MethodName(route.method)},
                                {"path", route.pattern},
                                {"operation", route.operation},
                                {"summary", route.summary},
                                {"who", route.who == api::Who::kAnyone   ? "anyone"
                                        : route.who == api::Who::kCaller ? "caller"
                                                                         : "session"},
                                {"scopes", std::move(scopes)}});
  }
  return list;
}

// The first word that names no sub-command; "" if that is not what is wrong.
std::string UnknownCommand(const CLI::App& app, std::span<char* const> words) {
  const CLI::App* at = &app;
  for (const std::string word : words) {
    const auto below = at->get_subcommands([](const CLI::App*) { return true; });
    if (below.empty() || word.starts_with('-')) return "";
    const auto found =
        std::ranges::find_if(below, [&](const CLI::App* one) { return one->check_name(word); });
    if (found == below.end()) return word;
    at = *found;
  }
  return "";
}

// What CLI11 makes of the command line, help among it.
int AnswerParseError(const CLI::App& app, const CLI::ParseError& error,
                     std::span<char* const> words) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
  const bool as_json =
      std::ranges::any_of(words, [](std::string_view word) { return word == "--json"; });
  std::string why = error.what();
  if (std::string word = UnknownCommand(app, words); !word.empty()) {
    why = "no such command: " + std::move(word);
  }
  if (as_json) {
    std::cerr << cli::FormatError(Error{Code::kInvalidArgument, "wrong_usage", std::move(why)},
                                  "The command line cannot be understood", true);
  } else {
    std::cerr << "gatehouse: " << why << "\nRun with --help for more information.\n";
  }
  return cli::kExitUsage;
}

int Main(int argc, char** argv) {
  CLI::App app{"Gatehouse: single sign-on for organizations"};
  app.require_subcommand(1);
  app.set_version_flag("--version", GATEHOUSE_VERSION);
  Arguments args;
  int code = 0;

  CLI::App* serve = app.add_subcommand("serve", "Run the server");
  AddConfigFlags(*serve, args, /*all=*/true);
  serve->callback([&] {
    auto config = LoadConfig(args);
    if (!config) {
      code = Complain(config.error(), args.json);
      return;
    }
    if (config->Bool("allow_core_dumps")) AllowCoreDumps();
    code = Serve(*config);
  });

  CLI::App* migrate = app.add_subcommand("migrate", "Create or upgrade the database schema");
  AddConfigFlags(*migrate, args, false);
  migrate->callback([&] { code = Report(args, MigrateAll(args)); });

  CLI::App* doctor = app.add_subcommand("doctor", "Check configuration, files and database");
  AddConfigFlags(*doctor, args, true);
  doctor->callback([&] { code = Doctor(args); });

  std::string email, name, slug, owner, org, role = "member", user;
  bool password_stdin = false;
  CLI::App* users = app.add_subcommand("user", "Users")->require_subcommand(1);
  CLI::App* user_create = users->add_subcommand("create", "Create a user");
  user_create->add_option("--email", email, "Address, also for log-in")->required();
  user_create->add_option("--name", name, "Name to show")->required();
  user_create->add_flag("--password-stdin", password_stdin, "Read the password from stdin");
  AddConfigFlags(*user_create, args, false);
  user_create->callback([&] {
    std::optional<std::string> password;
    if (password_stdin) {
      std::string line;
      std::getline(std::cin, line);
      password = line;
    }
    code = WithServices(
        args, [&](cli::Services& s) { return cli::CreateUser(s, email, name, password); });
  });

  CLI::App* user_reset = users->add_subcommand(
      "reset-factors", "Remove the second factors of a user who lost them (audited)");
  user_reset->add_option("--email", email, "Address of the user")->required();
  AddConfigFlags(*user_reset, args, false);
  user_reset->callback([&] {
    code = WithServices(args, [&](cli::Services& s) { return cli::ResetFactors(s, email); });
  });

  CLI::App* orgs = app.add_subcommand("org", "Organizations")->require_subcommand(1);
  CLI::App* org_create = orgs->add_subcommand("create", "Create an organization");
  org_create->add_option("--slug", slug, "Short name in URLs")->required();
  org_create->add_option("--name", name, "Name to show")->required();
  org_create->add_option("--owner", owner, "Address of its owner")->required();
  AddConfigFlags(*org_create, args, false);
  org_create->callback([&] {
    code =
        WithServices(args, [&](cli::Services& s) { return cli::CreateOrg(s, slug, name, owner); });
  });

  CLI::App* members = app.add_subcommand("member", "Members")->require_subcommand(1);
  CLI::App* member_add = members->add_subcommand("add", "Add a user to an organization");
  member_add->add_option("--org", org, "Organization (slug)")->required();
  member_add->add_option("--email", email, "Address of the user")->required();
  member_add->add_option("--role", role, "member, manager or owner")->capture_default_str();
  AddConfigFlags(*member_add, args, false);
  member_add->callback([&] {
    code =
        WithServices(args, [&](cli::Services& s) { return cli::AddMember(s, org, email, role); });
  });

  std::string platform;
  CLI::App* projects = app.add_subcommand("project", "Projects")->require_subcommand(1);
  CLI::App* project_create =
      projects->add_subcommand("create", "Create a project and print its DSN");
  project_create->add_option("--org", org, "Organization (slug)")->required();
  project_create->add_option("--slug", slug, "Short name in URLs")->required();
  project_create->add_option("--name", name, "Name to show (default: the short name)");
  project_create->add_option("--platform", platform, "node, javascript, python, …");
  AddConfigFlags(*project_create, args, false);
  project_create->callback([&] {
    code = WithServices(
        args, [&](cli::Services& s) { return cli::CreateProject(s, org, slug, name, platform); });
  });

  std::vector<std::string> scopes;
  std::int64_t days = 0;
  CLI::App* tokens = app.add_subcommand("token", "API tokens")->require_subcommand(1);
  CLI::App* token_create = tokens->add_subcommand("create", "Create a personal API token");
  token_create->add_option("--user", user, "Address of its owner")->required();
  token_create->add_option("--name", name, "What it is for");
  token_create->add_option("--scope", scopes, "Scope; repeat for several (default org:read)");
  token_create->add_option("--days", days, "Days until it expires (default: never)");
  AddConfigFlags(*token_create, args, false);
  token_create->callback([&] {
    if (scopes.empty()) scopes.emplace_back("org:read");
    if (name.empty()) name = "command line";
    std::optional<std::int64_t> life;
    if (days > 0) life = days;
    code = WithServices(
        args, [&](cli::Services& s) { return cli::CreateToken(s, user, name, scopes, life); });
  });

  CLI::App* sso = app.add_subcommand("sso", "Single sign-on")->require_subcommand(1);
  CLI::App* unlock =
      sso->add_subcommand("unlock", "Break-glass: let members in without single sign-on (audited)");
  unlock->add_option("--org", org, "Organization (slug)")->required();
  AddConfigFlags(*unlock, args, false);
  unlock->callback(
      [&] { code = WithServices(args, [&](cli::Services& s) { return cli::UnlockSso(s, org); }); });

  std::string format = "jsonl";
  std::int64_t after = 0;
  CLI::App* audit = app.add_subcommand("audit", "Audit log")->require_subcommand(1);
  CLI::App* audit_verify = audit->add_subcommand(
      "verify", "Prove that nobody changed the audit log (exit code 1 when somebody did)");
  audit_verify->add_option("--org,--organization", org, "Only this one (slug)");
  AddConfigFlags(*audit_verify, args, false);
  audit_verify->callback([&] { code = VerifyAudit(args, org); });
  CLI::App* audit_export =
      audit->add_subcommand("export", "Print an organization's audit log (audited)");
  audit_export->add_option("--org,--organization", org, "Organization (slug)")->required();
  audit_export->add_option("--format", format, "jsonl or csv")
      ->check(CLI::IsMember({"jsonl", "csv"}))
      ->capture_default_str();
  audit_export->add_option("--after", after, "Cursor that the export before printed")
      ->check(CLI::NonNegativeNumber);
  AddConfigFlags(*audit_export, args, false);
  audit_export->callback([&] { code = ExportAudit(args, org, format, after); });
  CLI::App* audit_key =
      audit->add_subcommand("key", "Print the public key that checkpoints are signed with");
  AddConfigFlags(*audit_key, args, false);
  audit_key->callback([&] {
    args.json = true;  // a JWK is JSON
    code = Report(args, AuditKey(args));
  });

  CLI::App* keys = app.add_subcommand("keys", "Master keys")->require_subcommand(1);
  CLI::App* keys_list = keys->add_subcommand("list", "Print how many secrets each key seals");
  AddConfigFlags(*keys_list, args, false);
  keys_list->callback([&] { code = ListKeys(args); });
  CLI::App* keys_rotate = keys->add_subcommand(
      "rotate",
      "Seal every secret with the active key; resumable (exit code 1 when some do not open)");
  AddConfigFlags(*keys_rotate, args, false);
  keys_rotate->callback([&] { code = RotateKeys(args); });
  CLI::App* keys_new =
      keys->add_subcommand("new", "Print a fresh line for the end of the key file");
  keys_new->add_flag("--json", args.json, "Print JSON");
  keys_new->callback([&] {
    SystemRng rng;
    const std::string line = crypto::KeyRing::NewKeyLine(rng);
    std::cout << (args.json ? cli::Format({{"line", Trim(line)}}, true) : line);
  });

  RuleFiles rule_files;
  CLI::App* events =
      app.add_subcommand("event", "What the server makes of an event")->require_subcommand(1);
  CLI::App* event_normalize = events->add_subcommand(
      "normalize", "Read an event on standard input, print it as it would be stored");
  event_normalize->add_flag("--json", args.json, "Print JSON on one line");
  event_normalize->callback([&] { code = RunEvent(args, /*group=*/false, rule_files); });
  CLI::App* event_group =
      events->add_subcommand("group", "Read an event on standard input, print its hashes and why");
  event_group->add_option("--enhancements", rule_files.enhancements,
                          "File with a project's enhancement rules");
  event_group->add_option("--fingerprints", rule_files.fingerprints,
                          "File with a project's fingerprint rules");
  event_group->add_flag("--json", args.json, "Print JSON on one line");
  event_group->callback([&] { code = RunEvent(args, /*group=*/true, rule_files); });

  TestProviderArguments test_provider{.listen = "127.0.0.1:9000",
                                      .product_url = "http://localhost:8000"};
  std::string secret_file;
  CLI::App* idp = app.add_subcommand("idp", "Run the built-in test provider (never expose it)");
  idp->add_option("--listen", test_provider.listen, "Address and port, of this machine alone")
      ->capture_default_str();
  idp->add_flag("--expose", test_provider.expose,
                "Listen also where others reach it, who can then be anybody");
  idp->add_option("--product-url", test_provider.product_url,
                  "Base URL of the installation to test")
      ->capture_default_str();
  idp->add_option("--client-secret-file", secret_file,
                  "File with the client secret, - for standard input (default: a fresh one)");
  idp->add_flag("--json", args.json, "Print JSON");
  idp->callback([&] {
    auto secret = ReadSecret(secret_file);
    if (!secret) {
      code = Complain(secret.error(), args.json);
      return;
    }
    test_provider.client_secret = *std::move(secret);
    test_provider.as_json = args.json;
    code = ServeTestProvider(test_provider);
  });

  CLI::App* options = app.add_subcommand("options", "Print every option as a reference page");
  bool example = false;
  options->add_flag("--example", example, "Print an example configuration file instead");
  options->add_flag("--json", args.json, "Print JSON");
  options->callback([&] {
    if (args.json) {
      json::Array list;
      for (const OptionSpec& spec : kOptions) {
        list.push_back(json::Object{{"name", spec.name},
                                    {"default", spec.default_text},
                                    {"description", spec.sentence},
                                    {"example", spec.example},
                                    {"secret", spec.secret}});
      }
      std::cout << json::Serialize(json::Value(std::move(list))) << "\n";
      return;
    }
    std::cout << (example ? config::ExampleToml(kOptions) : config::DescribeMarkdown(kOptions));
  });

  CLI::App* routes =
      app.add_subcommand("routes", "Print every route of the API and who may call it");
  routes->add_flag("--json", args.json, "Print JSON");
  routes->callback([&] {
    std::cout << (args.json ? json::Serialize(json::Value(RouteList())) + "\n"
                            : api::DescribeRoutes());
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return AnswerParseError(app, error, {argv + 1, static_cast<std::size_t>(argc - 1)});
  }
  return code;
}

}  // namespace
}  // namespace gatehouse::app

// Read by jemalloc, which the release executable is linked with: an arena per processor, and what
// is free goes back to the system after a tenth of a second, also when nothing happens any more;
// threads keep only what is small for themselves. Its defaults keep four arenas per processor and
// half as much memory again under load.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf =
    "percpu_arena:percpu,background_thread:true,dirty_decay_ms:100,muzzy_decay_ms:0,lg_tcache_max:"
    "13";
}

int main(int argc, char** argv) {
  // Stop signals are waited for by one thread (server.cc); a peer that hangs up is an error value.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  gatehouse::app::ForbidCoreDumps();
  return gatehouse::app::Main(argc, argv);
}
