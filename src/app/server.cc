#include "app/server.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "app/complain.h"
#include "app/demo.h"
#include "app/demo_events.h"
#include "app/descriptors.h"
#include "app/events.h"
#include "app/health.h"
#include "base/bytes.h"
#include "base/text.h"
#include "control/sso/recheck.h"
#include "core/audit/retention.h"
#include "edge/access/access.h"
#include "edge/access/headers.h"
#include "edge/api/api.h"
#include "edge/idp/test_provider.h"
#include "edge/intake/routes.h"
#include "edge/web/events/events.h"
#include "edge/web/web.h"
#include "platform/http/server.h"
#include "platform/jobs/jobs.h"

namespace gatehouse::app {
namespace {

// SIGINT and SIGTERM stop the runtime in order. They are blocked in every thread from the first
// line of main on, and waited for here.
class SignalWatch {
 public:
  explicit SignalWatch(runtime::Runtime& runtime)
      : thread_([&runtime] {
          sigset_t set;
          sigemptyset(&set);
          sigaddset(&set, SIGINT);
          sigaddset(&set, SIGTERM);
          int signal = 0;
          sigwait(&set, &signal);
          runtime.Stop();
        }) {}
  ~SignalWatch() {
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  std::thread thread_;
};

// What a request's own drain left behind: retries, mails, rows of a crash.
Task<void> DeliverOutbox(outbox::Drainer& drainer, telemetry::Logger& log) {
  for (;;) {
    try {
      auto delivered = co_await drainer.DrainDue();
      if (!delivered) log.LogError("outbox_drain_failed", delivered.error());
    } catch (const std::exception& broken) {
      // Broken is broken, but the next round may not be: delivery must not stop for ever.
      log.LogError("outbox_drain_failed", Error{Code::kInternal, "internal", broken.what()});
    }
    GH_CO_TRY_VOID(co_await runtime::Sleep(std::chrono::milliseconds(500)));
  }
}

Task<void> DropResult(Task<std::int64_t> task) {
  GH_CO_TRY_VOID(co_await std::move(task));
  co_return Result<void>();
}

Task<void> SweepLimits(sql::Database& db, const ratelimit::RateLimiter& limiter,
                       const Clock& clock) {
  Timestamp before = clock.Now() - std::chrono::hours(48);
  co_return co_await db.Write([&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(limiter.Sweep(tx, before));
    return {};
  });
}

// Rows waiting and parked in both outboxes, for the metrics.
struct OutboxDepth {
  std::atomic<std::int64_t> waiting{0};
  std::atomic<std::int64_t> parked{0};
};

Task<void> MeasureOutbox(Installation& i, OutboxDepth& depth) {
  for (;;) {
    std::int64_t waiting = 0, parked = 0;
    for (outbox::Drainer* drainer : {i.control_drainer.get(), i.region_drainer.get()}) {
      auto measured = co_await drainer->Measure();
      if (!measured) continue;
      waiting += measured->waiting;
      parked += measured->parked;
    }
    depth.waiting = waiting;
    depth.parked = parked;
    GH_CO_TRY_VOID(co_await runtime::Sleep(std::chrono::seconds(30)));
  }
}

Task<void> ForgetOldEffects(sql::Database& db, const Clock& clock) {
  // A row is delivered or parked within a day; what is older can come no more.
  Timestamp before = clock.Now() - std::chrono::hours(24 * 30);
  co_return co_await db.Write([&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(outbox::ForgetEffects(tx, before));
    return {};
  });
}

constexpr std::string_view kSealJob = "audit-seal";

// Chains what was written to the audit log.
Task<void> SealAudit(Installation& i, telemetry::Logger& log) {
  GH_CO_TRY(const audit::Sealed sealed, co_await i.audit_sealer->Seal());
  if (sealed.adopted > 0) {
    log.Log(telemetry::Level::kInfo, "audit_adopted", {{"entries", sealed.adopted}});
  }
  if (sealed.refused > 0) {
    log.LogError("audit_tampered",
                 Error{Code::kDataLoss, "audit_tampered",
                       "entries were changed or deleted before they were sealed; run "
                       "`gatehouse audit verify`"},
                 {{"entries", sealed.refused}});
  }
  co_return Result<void>();
}

// Writes down outside the database where the audit log stands.
Task<void> CheckpointAudit(Installation& i, telemetry::Logger& log) {
  // Also because old entries are adopted only before the first checkpoint.
  GH_CO_TRY_VOID(co_await SealAudit(i, log));
  GH_CO_TRY(auto heads, co_await i.audit_sealer->Heads());
  audit::CheckpointFile* file = i.audit_checkpoints.get();
  GH_CO_TRY_VOID(co_await i.cpu->Run([file, &heads] { return file->Append(heads); }));
  co_return Result<void>();
}

Task<void> DropOldAudit(Installation& i, telemetry::Logger& log, Duration keep) {
  GH_CO_TRY(const audit::Dropped dropped,
            co_await audit::ApplyRetention(*i.db, i.clock, *i.audit, *i.audit_sealer,
                                           i.keys->DeriveKey(kAuditKey), keep));
  if (dropped.entries > 0) {
    log.Log(telemetry::Level::kInfo, "audit_retention",
            {{"entries", dropped.entries}, {"organizations", dropped.organizations}});
  }
  co_return Result<void>();
}

// Entries are sealed within a second by the process that holds the lease; looking for them writes
// nothing, as taking the lease would.
Task<void> SealPromptly(Installation& i, jobs::JobRunner& runner) {
  for (;;) {
    const auto waiting = co_await i.audit_sealer->Waiting();
    // The runner logs what fails.
    if (waiting && *waiting) (void)co_await runner.RunOnce(std::string(kSealJob));
    GH_CO_TRY_VOID(co_await runtime::Sleep(std::chrono::seconds(1)));
  }
}

void AddAuditJobs(jobs::JobRunner& runner, Installation& i, telemetry::Logger& log, Duration keep) {
  Installation* it = &i;
  telemetry::Logger* logger = &log;
  runner.Add(std::string(kSealJob), std::chrono::minutes(1),
             [=] { return SealAudit(*it, *logger); });
  runner.Add("audit-checkpoint", std::chrono::minutes(5),
             [=] { return CheckpointAudit(*it, *logger); });
  if (keep > Duration::zero()) {
    runner.Add("audit-retention", std::chrono::hours(24),
               [=] { return DropOldAudit(*it, *logger, keep); });
  }
}

// Every process has its own counts: this is no job that one of them does for all.
Task<void> FlushDenials(access::Denials& denials, telemetry::Logger& log) {
  for (;;) {
    GH_CO_TRY_VOID(co_await runtime::Sleep(std::chrono::seconds(60)));
    auto written = co_await denials.Flush();
    if (!written) log.LogError("denials_not_written", written.error());
  }
}

void AddJobs(jobs::JobRunner& runner, Installation& i) {
  Installation* it = &i;
  runner.Add("sso-clean-up", std::chrono::minutes(10), [it] { return it->sso->CleanUp(); });
  runner.Add("link-clean-up", std::chrono::minutes(10), [it] { return it->linking->CleanUp(); });
  runner.Add("session-clean-up", std::chrono::minutes(30),
             [it] { return DropResult(it->authn->DeleteExpired()); });
  runner.Add("factor-clean-up", std::chrono::minutes(30),
             [it] { return DropResult(it->factors->DeleteExpired()); });
  // Whoever finds an old link hears that it has expired, for a while.
  runner.Add("invite-clean-up", std::chrono::hours(24), [it] {
    return DropResult(it->invites->DeleteExpired(it->clock.Now() - std::chrono::hours(24 * 30)));
  });
  runner.Add("effect-clean-up", std::chrono::hours(6),
             [it] { return ForgetOldEffects(*it->db, it->clock); });
  runner.Add("rate-limit-clean-up", std::chrono::hours(1),
             [it] { return SweepLimits(*it->db, it->limiter, it->clock); });
}

// Only this machine reaches it.
bool IsLoopback(std::string_view address) {
  return address.starts_with("127.") || address == "[::1]" || address == "::1" ||
         address == "localhost";
}

Error WrongListen(std::string why) {
  return Error{Code::kInvalidArgument, "config_invalid_value", "--listen: " + std::move(why)};
}

// Names this node in the lease table, the same after a restart.
std::string NodeName() {
  char name[256] = "node";
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::size_t ThreadCount(const config::Config& config) {
  if (auto n = config.Int("threads"); n > 0) return static_cast<std::size_t>(n);
  // Half the cores: database, outgoing requests and password hashes have threads of their own, and
  // a network thread that always has something to do costs fewer wake-ups than two that take turns.
  return std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, 1, 4);
}

telemetry::Logger::Options LogOptions(const config::Config& config) {
  telemetry::Logger::Options options;
  options.threshold =
      telemetry::LevelFromName(config.String("log_level")).value_or(telemetry::Level::kInfo);
  options.format = config.String("log_format") == "text" ? telemetry::Logger::Format::kConsole
                                                         : telemetry::Logger::Format::kJson;
  return options;
}

// The path without the secrets of mailed links: what is as long as a token is shown as a gap.
std::string LoggedPath(const http::Request& request) {
  constexpr std::size_t kTokenLength = 40;
  std::vector<std::string> shown;
  for (std::string_view segment : Split(request.path, '/')) {
    shown.emplace_back(segment.size() >= kTokenLength ? "{...}" : segment);
  }
  return Join(shown, "/");
}

http::AccessLog LogRequests(telemetry::Logger& log) {
  telemetry::Logger* logger = &log;
  return [logger](const http::Request& request, const http::Response& response, Duration elapsed) {
    auto level = response.status >= 500   ? telemetry::Level::kError
                 : response.status >= 400 ? telemetry::Level::kInfo
                                          : telemetry::Level::kDebug;
    if (!logger->Enabled(level)) return;
    logger->Log(level, "request",
                {telemetry::Correlation(request.correlation_id),
                 {"method", http::MethodName(request.method)},
                 {"path", LoggedPath(request)},
                 {"status", response.status},
                 {"ip", request.remote_ip},
                 {"elapsed_ms", elapsed}});
  };
}

}  // namespace

int Serve(const config::Config& config) {
  auto layout = Layout::From(config);
  if (!layout) return Complain(layout.error());
  SystemClock clock;
  telemetry::Logger log(clock, LogOptions(config));

  // Outlives database and client, whose threads resume coroutines on it.
  runtime::Runtime runtime(ThreadCount(config));
  const bool demo = config.Bool("demo");
  // The demo's provider is this server: its own origin may be reached.
  std::vector<std::string> extra_origins;
  if (demo) {
    if (auto allowed = AllowDemo(*layout); !allowed) return Complain(allowed.error());
    extra_origins.push_back(layout->base_url);
  }
  auto opened = Installation::Open(config, std::move(*layout), log, std::move(extra_origins));
  if (!opened) return Complain(opened.error());
  Installation& i = **opened;

  if (demo) {
    if (auto filled = FillDemo(i); !filled) return Complain(filled.error());
  }

  auto events = Events::Open(i, log);
  if (!events) return Complain(events.error());
  std::string demo_dsn;
  if (demo) {
    auto filled = FillDemoEvents(i, (*events)->intake());
    if (!filled) return Complain(filled.error());
    demo_dsn = std::move(*filled);
  }

  telemetry::Registry metrics;
  http::Router router;

  access::Denials denials(*i.db, *i.audit, i.clock);
  access::Guard guard({i.layout.base_url, i.keys->DeriveKey("csrf"), &denials}, *i.authn, *i.sso,
                      *i.orgs, i.rng);
  api::Api api({guard, *i.users, *i.authn, *i.factors, *i.sso, *i.orgs, *i.members, *i.invites,
                *i.teams, *i.db, *i.audit, *i.audit_sealer, i.clock, *i.linking,
                &(*events)->services()});
  api.Register(router);
  web::Deps web_deps{guard,    *i.users,        *i.authn,   *i.sso,   *i.factors,
                     *i.orgs,  *i.members,      *i.invites, *i.teams, *i.db,
                     *i.audit, *i.audit_sealer, *i.linking};
  web_deps.checkpoints = i.audit_checkpoints.get();
  web_deps.events = &(*events)->services();
  std::unique_ptr<idp::TestProvider> test_provider;
  if (demo) {
    // The same after a restart, because the organization's settings keep it.
    std::string secret = Base64UrlEncode(i.keys->DeriveKey("demo-client-secret"));
    web_deps.demo = DemoForPages(i, secret);
    web_deps.mailbox_folder = i.layout.mail_folder;
    idp::Options options;
    options.origin = i.layout.base_url;
    options.prefix = kDemoIdpPath;
    options.product_url = i.layout.base_url;
    options.client_secret = secret;
    options.users = DemoUsers();
    auto created = idp::TestProvider::Create(std::move(options), i.clock, i.rng);
    if (!created) return Complain(created.error());
    test_provider = std::move(*created);
    test_provider->Register(router);
  }
  web::Web web(std::move(web_deps));
  web.Register(router);
  web::RegisterEvents(web.site(), router);
  (*events)->AddRoutes(router);
  RegisterHealth(router, i, metrics);

  http::ServerOptions server_options;
  server_options.address = i.layout.listen_address;
  server_options.port = i.layout.listen_port;
  server_options.hosts = i.layout.hosts;
  server_options.trusted_proxies = config.Strings("trusted_proxies");
  server_options.complete = [https = guard.https()](http::Response& response) {
    access::SetAnswerHeaders(response, https);
  };
  server_options.max_connections = ConnectionsFor(RaiseDescriptorLimit());
  server_options.max_connections_per_client = server_options.max_connections / 4;
  http::ErrorRenderer render = [&](const http::Request& request, const Error& error, int status) {
    if (status >= 500 && status != 501) {
      log.LogError("request_failed", error,
                   {telemetry::Correlation(request.correlation_id), {"path", LoggedPath(request)}});
    } else {
      log.Log(telemetry::Level::kInfo, "request_refused",
              {telemetry::Correlation(request.correlation_id),
               {"path", LoggedPath(request)},
               {"reason", error.reason},
               {"detail", error.detail}});
    }
    return request.path.starts_with("/api/") ? api.RenderError(request, error, status)
                                             : web.RenderError(request, error, status);
  };
  http::Server server(runtime, std::move(server_options), router, i.clock, i.rng, std::move(render),
                      LogRequests(log));
  AddServerMetrics(metrics, server.stats());

  jobs::JobRunner job_runner(*i.db, i.clock, i.rng, log, NodeName());
  AddJobs(job_runner, i);
  AddAuditJobs(job_runner, i, log, config.DurationSeconds("audit_retention"));
  sso::RecheckOptions recheck_options;
  recheck_options.interval = config.DurationSeconds("sso_recheck_interval");
  recheck_options.skew = recheck_options.interval / 12;
  sso::Recheck recheck(
      {*i.db, i.clock, i.rng, *i.refresher, *i.sso, *i.orgs, *i.control_drainer, log, metrics},
      recheck_options);
  // A run ends before its lease does; the next one goes on where it stopped.
  job_runner.Add("sso-recheck", std::chrono::minutes(1),
                 [&recheck] { return recheck.Run(std::chrono::seconds(50)); });
  (*events)->AddJobs(job_runner);
  job_runner.Start(runtime);
  (*events)->Start(runtime);
  runtime.Spawn("audit-seal", SealPromptly(i, job_runner));
  // Two workers a half: a slow mail server holds up one of them, not the decisions behind it.
  for (outbox::Drainer* drainer : {i.control_drainer.get(), i.region_drainer.get()}) {
    for (int worker = 0; worker < 2; ++worker) {
      runtime.Spawn("outbox", DeliverOutbox(*drainer, log));
    }
  }
  OutboxDepth depth;
  metrics.AddGauge("gatehouse_outbox_rows", "Rows of both outboxes that wait for delivery.",
                   [&depth] { return static_cast<double>(depth.waiting); }, {{"state", "waiting"}});
  metrics.AddGauge("gatehouse_outbox_rows", "Rows of both outboxes that wait for delivery.",
                   [&depth] { return static_cast<double>(depth.parked); }, {{"state", "parked"}});
  runtime.Spawn("outbox-depth", MeasureOutbox(i, depth));
  runtime.Spawn("denials", FlushDenials(denials, log));
  if (auto started = server.Start(); !started) return Complain(started.error());

  log.Log(telemetry::Level::kInfo, "ready",
          {{"listen", i.layout.listen_address + ":" + std::to_string(server.port())},
           {"base_url", i.layout.base_url}});
  auto any = runtime::RunSync(i.users->AnyUser());
  if (any && !*any) {
    auto link = runtime::RunSync(i.users->CreateFirstRunLink());
    if (link) {
      std::fprintf(stderr,
                   "\nThis installation has no users yet. Open this link once, within 48 hours, to "
                   "create the first one:\n\n  %s\n\n",
                   link->c_str());
    }
  }
  if (demo) {
    std::fprintf(stderr, "\nThe demonstration is ready: open %s\n", i.layout.base_url.c_str());
    if (!demo_dsn.empty()) {
      std::fprintf(stderr, "Send errors of your own to its project Shop:\n\n  export DSN=%s\n",
                   demo_dsn.c_str());
    }
    std::fprintf(stderr, "\n");
  }
  {
    SignalWatch signals(runtime);
    runtime.Run();
  }
  (*events)->Finish();
  (void)runtime::RunSync(denials.Flush(/*all=*/true));
  if (auto done = runtime::RunSync(CheckpointAudit(i, log)); !done) {
    log.LogError("audit_checkpoint_failed", done.error());
  }
  log.Log(telemetry::Level::kInfo, "stopped");
  return 0;
}

int ServeTestProvider(const TestProviderArguments& arguments) {
  const std::string& listen = arguments.listen;
  const std::string& product_url = arguments.product_url;
  const bool as_json = arguments.as_json;
  SystemClock clock;
  SystemRng rng;
  telemetry::Logger log(clock, {});
  std::size_t colon = listen.rfind(':');
  auto port = colon == std::string::npos
                  ? std::nullopt
                  : StrongId<struct PortTag>::Parse(std::string_view(listen).substr(colon + 1));
  if (!port || port->value > 65535) {
    return Complain(WrongListen("not address:port"), as_json);
  }
  const std::string address = listen.substr(0, colon);
  if (!arguments.expose && !IsLoopback(address)) {
    return Complain(
        WrongListen(address + " is open to others, and whoever opens the test provider's page "
                              "can be anybody; --expose if that is meant"),
        as_json);
  }
  runtime::Runtime runtime(1);
  http::Router router;
  idp::Options options;
  options.origin = "http://" + listen;
  options.product_url = product_url;
  options.client_secret = arguments.client_secret.empty() ? rng.Token(18) : arguments.client_secret;
  options.users = DemoUsers();
  std::string secret = options.client_secret;
  auto provider = idp::TestProvider::Create(std::move(options), clock, rng);
  if (!provider) return Complain(provider.error(), as_json);
  (*provider)->Register(router);
  http::ServerOptions server_options;
  server_options.address = address;
  server_options.port = static_cast<std::uint16_t>(port->value);
  server_options.hosts = {listen, "localhost:" + port->ToString()};
  http::ErrorRenderer render = [](const http::Request&, const Error& error, int status) {
    return http::Response::Text(status, std::string(error.reason) + "\n");
  };
  http::Server server(runtime, std::move(server_options), router, clock, rng, std::move(render),
                      LogRequests(log));
  if (auto started = server.Start(); !started) return Complain(started.error(), as_json);
  if (as_json) {
    json::Object o{{"issuer", "http://" + listen},
                   {"client_id", idp::kDemoClientId},
                   {"client_secret", secret},
                   {"product_url", product_url}};
    std::printf("%s\n", json::Serialize(o).c_str());
  } else {
    std::printf(
        "Test provider for %s. Never expose it.\n\n  issuer         http://%s\n  client id      "
        "gatehouse-demo\n  client secret  %s\n\nStart gatehouse with "
        "GATEHOUSE_ALLOWED_ORIGINS=http://%s to let it in.\n",
        product_url.c_str(), listen.c_str(), secret.c_str(), listen.c_str());
  }
  std::fflush(stdout);
  SignalWatch signals(runtime);
  runtime.Run();
  return 0;
}

}  // namespace gatehouse::app
