// CPU of one error event from the stream until it can be searched, by thread: what intake has
// acknowledged is processed in one go.
//
//   processor_bench [events]

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/bench.h"
#include "core/schema/schema.h"
#include "platform/sql/migrate.h"
#include "platform/sql/sqlite/sqlite.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/ingest/intake/processor.h"
#include "region/projects/service_impl.h"
#include "region/stream/embedded/embedded_stream.h"
#include "region/stream/embedded/files.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";

std::string Hex(Rng& random, std::size_t digits) {
  std::string out;
  while (out.size() < digits) out += "0123456789abcdef"[random.Next64() % 16];
  return out;
}

std::string Frame(const std::string& function, const std::string& file, int line, bool in_app) {
  return R"({"filename":")" + file + R"(","function":")" + function + R"(","lineno":)" +
         std::to_string(line) + R"(,"colno":17,"in_app":)" + (in_app ? "true" : "false") +
         (in_app ? R"(,"pre_context":["  const found = await load(id);","  if (!found) return;"],)"
                   R"("context_line":"  return found.items.reduce((sum, item) => sum + item, 0);",)"
                   R"("post_context":["}",""]})"
                 : "}");
}

// Like what @sentry/node sends for an unhandled error in a small web shop, 2.8 kB.
std::string Envelope(Rng& random) {
  const int group = static_cast<int>(random.Next64() % 50);
  const std::string number = std::to_string(group);
  const std::string order = std::to_string(100'000'000 + random.Next64() % 900'000'000);
  const std::string user = std::to_string(random.Next64() % 20'000);
  const std::string id = Hex(random, 32);
  std::string crumbs;
  for (const char* step : {"GET /products", "SELECT * FROM items WHERE id = $1", "POST /cart"}) {
    if (!crumbs.empty()) crumbs += ',';
    crumbs += R"({"type":"http","category":"console","level":"info","message":")" +
              std::string(step) + ' ' + std::to_string(random.Next64() % 1000) + R"("})";
  }
  const std::string event =
      R"({"event_id":")" + id +
      R"(","platform":"node","level":"error","server_name":"shop-1","release":"shop@2.4.1",)"
      R"("environment":"production","transaction":"POST /cart/:id","sdk":{"name":)"
      R"("sentry.javascript.node","version":"9.12.0","integrations":["Http","Express",)"
      R"("OnUncaughtException"]},"contexts":{"trace":{"trace_id":")" +
      Hex(random, 32) +
      R"(","span_id":"aaaabbbbccccdddd","op":"http.server"},"runtime":{"name":"node","version":)"
      R"("v22.11.0"},"os":{"name":"Linux","version":"6.1.0"},"app":{"app_start_time":)"
      R"("2026-11-20T08:00:00.000Z","app_memory":98123776}},"user":{"id":")" +
      user + R"(","email":"user)" + user +
      R"(@example.com"},"tags":{"shop":"eu","plan":"team","queue":"cart"},"extra":{"order":)" +
      order + R"(,"retries":2},"request":{"method":"POST","url":"https://shop.example.com/cart/)" +
      order +
      R"(","headers":{"host":"shop.example.com","accept":"application/json","user-agent":)"
      R"("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) )"
      R"(Chrome/126.0.0.0 Safari/537.36"}},"breadcrumbs":{"values":[)" +
      crumbs +
      R"(]},"exception":{"values":[{"type":"TypeError","value":"Cannot read properties of )"
      R"(undefined (reading 'items') of cart )" +
      order +
      R"(","mechanism":{"type":"onuncaughtexception","handled":false},"stacktrace":{"frames":[)" +
      Frame("process.processTicksAndRejections", "node:internal/process/task_queues", 105, false) +
      ',' + Frame("Layer.handle", "/srv/shop/node_modules/express/router/layer.js", 95, false) +
      ',' + Frame("next", "/srv/shop/node_modules/express/router/route.js", 149, false) + ',' +
      Frame("handle" + number, "/srv/shop/src/routes/cart.js", 40 + group, true) + ',' +
      Frame("total" + number, "/srv/shop/src/model/cart.js", 12 + group, true) + "]}}]}}";
  return R"({"event_id":")" + id + "\"}\n" + R"({"type":"event","length":)" +
         std::to_string(event.size()) + "}\n" + event + "\n";
}

// Microseconds of CPU by the name of the thread.
std::map<std::string, double> CpuByThread() {
  std::map<std::string, double> out;
  const auto tick = static_cast<double>(::sysconf(_SC_CLK_TCK));
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream in(task.path() / "stat");
    std::string text;
    std::getline(in, text);
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (close == std::string::npos) continue;
    double user = 0;
    double system = 0;
    std::sscanf(text.c_str() + close + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lf %lf",
                &user, &system);
    out[text.substr(open + 1, close - open - 1)] += (user + system) / tick * 1e6;
  }
  return out;
}

std::uintmax_t BytesOf(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

void Main(int events, const std::filesystem::path& folder) {
  SystemClock clock;
  SystemRng rng;
  IdGenerator ids(clock, 1);
  const auto db = bench::Must(sql::OpenSqlite({.file = folder / "bench.db"}));
  bench::Must(sql::Migrate(*db, clock, schema::kControlSet, schema::ControlMigrations(),
                           schema::kTenantTables));
  bench::Must(sql::Migrate(*db, clock, schema::kRegionSet, schema::RegionMigrations(),
                           schema::kTenantTables));
  for (const std::string_view text :
       {"INSERT INTO organizations (id, slug, name, status, default_role, flags, version, "
        "created_at) VALUES (1, 'acme', 'Acme', 'active', 'member', 1, 1, 0)",
        "INSERT INTO projects (id, organization_id, slug, name, platform, status, flags, options, "
        "last_short_id, version, created_at) VALUES (10, 1, 'shop', 'Shop', 'node', 'active', 0, "
        "'{}', 0, 1, 0)",
        "INSERT INTO project_keys (id, organization_id, project_id, public_key, label, is_active, "
        "rate_count, rate_seconds, created_at) VALUES (100, 1, 10, "
        "'0123456789abcdef0123456789abcdef', '', 1, 0, 0, 0)"}) {
    bench::Must(db->WriteSync(sql::Tenant::All(),
                              [&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", text}); }));
  }
  const audit::Log audit(clock, ids, std::string(32, 'k'));
  telemetry::Logger log(clock, {});
  const auto files = stream::embedded::PosixFiles();
  const auto stream = bench::Must(stream::embedded::OpenStream(
      {.folder = folder / "stream",
       .unread = {std::string(stream::kTopicEvents), std::string(stream::kTopicTransactions)}},
      clock, *files));
  auto store =
      bench::Must(eventstore::sqlite::OpenStore({.folder = folder / "events"}, clock, rng));
  projects::ServiceImpl projects(
      {.db = *db, .clock = clock, .rng = rng, .ids = ids, .audit = audit});
  runtime::WorkerPool cpu("cpu", 1, 1000);
  events::EventManager manager({.db = *db, .clock = clock, .ids = ids, .cpu = &cpu});
  Settings settings({.db = *db, .clock = clock, .audit = audit});
  ProjectRules rules;
  monitors::TimeZones zones;
  const monitors::CheckIns check_ins(ids, zones);
  Backlog backlog;
  Processor processor({.topic = kTopicIngest,
                       .db = *db,
                       .projects = projects,
                       .stream = *stream,
                       .store = *store,
                       .manager = manager,
                       .rules = rules,
                       .settings = settings,
                       .check_ins = check_ins,
                       .backlog = backlog,
                       .cpu = cpu,
                       .clock = clock,
                       .ids = ids,
                       .log = log});
  SeededRng random(7);
  std::size_t bytes = 0;
  const auto append = [&](int count) {
    for (int done = 0; done < count; done += 500) {
      std::vector<stream::Record> records;
      for (int i = 0; i < std::min(500, count - done); ++i) {
        records.push_back({.key = "10",
                           .headers = {{"project", "10"},
                                       {"public_key", std::string(kKey)},
                                       {"received", std::to_string(clock.Now().micros)},
                                       {"ip", "203.0.113.7"},
                                       {"user_agent", "sentry.javascript.node/9.12.0"},
                                       {"client", "sentry.javascript.node/9.12.0"}},
                           .payload = Envelope(random)});
        bytes += records.back().payload.size();
      }
      bench::Must(runtime::RunSync(stream->Append(std::string(kTopicIngest), std::move(records))));
    }
  };
  const auto process = [&] {
    while (bench::Must(runtime::RunSync(processor.Step())) > 0) {
    }
  };
  // A project's dictionary is made from its first events.
  append(3000);
  process();
  ::usleep(500'000);
  append(events);
  const auto before = CpuByThread();
  process();
  double sum = 0;
  for (const auto& [thread, micros] : CpuByThread()) {
    const auto known = before.find(thread);
    const double each = (micros - (known == before.end() ? 0 : known->second)) / events;
    if (each >= 0.05) std::printf("  %-16s %6.1f us\n", thread.c_str(), each);
    sum += each;
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("processed: %.1f us CPU per event of %zu bytes; %ld MiB resident at most\n", sum,
              bytes / static_cast<std::size_t>(events + 3000), usage.ru_maxrss / 1024);
  store.reset();
  std::printf("store: %.0f bytes per event\n",
              static_cast<double>(BytesOf(folder / "events")) / (events + 3000));
  stream->Stop();
}

}  // namespace
}  // namespace gatehouse::ingest

int main(int argc, char** argv) {
  std::string name = std::filesystem::temp_directory_path() / "gatehouse_bench_XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name.data());
  gatehouse::ingest::Main(argc > 1 ? std::atoi(argv[1]) : 30'000, folder);
  if (argc <= 2) std::filesystem::remove_all(folder);
}
