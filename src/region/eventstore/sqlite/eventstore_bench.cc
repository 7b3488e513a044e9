// Inserted events per CPU-second, bytes per event, and how fast a group is listed.
//
//   eventstore_bench [events]

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <thread>

#include "base/bench.h"
#include "base/rng.h"
#include "platform/runtime/runtime.h"
#include "region/eventstore/sqlite/sqlite_store.h"

using namespace gatehouse;

namespace {

std::string Hex(Rng& random, std::size_t digits) {
  std::string out;
  while (out.size() < digits) out += "0123456789abcdef"[random.Next64() % 16];
  return out;
}

std::string Pick(Rng& random, std::string_view name, std::size_t of) {
  return std::string(name) + std::to_string(random.Next64() % of);
}

// About 2.8 kB, like what an SDK sends for an exception: 8 frames, breadcrumbs, request, contexts.
eventstore::StoredEvent MakeEvent(Rng& random, std::int64_t project, Timestamp time) {
  eventstore::StoredEvent e;
  const std::int64_t group = static_cast<std::int64_t>(random.Next64() % 200) + 1;
  const std::string number = std::to_string(group);
  e.project_id = project;
  e.event_id = Hex(random, 32);
  e.timestamp = time;
  e.received = time;
  e.type = "error";
  e.group_id = project * 1000 + group;
  e.primary_hash = Hex(random, 32);
  e.release = Pick(random, "shop@1.", 5);
  e.environment = random.Next64() % 4 == 0 ? "staging" : "production";
  e.level = "error";
  e.platform = "javascript";
  e.title = "TypeError: cannot read property p" + number + " of undefined";
  e.culprit = "render" + number + "(app/components/view" + number + ".js)";
  e.message = "cannot read property p" + number + " of undefined TypeError render" + number;
  e.trace_id = Hex(random, 32);
  e.span_id = Hex(random, 16);
  e.user = Pick(random, "id:", 20000);
  e.transaction = Pick(random, "/products/", 40);
  e.tags = {{"browser", Pick(random, "Chrome ", 30)},
            {"browser.name", "Chrome"},
            {"os", Pick(random, "Windows ", 6)},
            {"os.name", "Windows"},
            {"device.family", Pick(random, "Device ", 50)},
            {"environment", e.environment},
            {"level", "error"},
            {"sentry:release", e.release},
            {"sentry:user", e.user},
            {"transaction", e.transaction},
            {"url", "https://shop.example" + e.transaction},
            {"handled", "no"},
            {"mechanism", "onerror"}};
  std::string frames;
  for (int i = 0; i < 8; ++i) {
    const std::string f = std::to_string((group * 7 + i) % 90);
    frames += std::string(i == 0 ? "" : ",") + R"({"function":"fn)" + f +
              R"(","filename":"app/components/view)" + f + R"(.js","lineno":)" +
              std::to_string(group + i * 31) + R"(,"colno":)" + std::to_string(i * 3 + 7) +
              R"(,"in_app":true,"context_line":"  return this.props.items.map(render);"})";
  }
  std::string crumbs;
  for (int i = 0; i < 5; ++i) {
    crumbs += std::string(i == 0 ? "" : ",") + R"({"timestamp":)" +
              std::to_string(time.Seconds() - i) + "." + std::to_string(random.Next64() % 1000) +
              R"(,"category":"fetch","data":{"method":"GET","status_code":200,"url":"/api/)" +
              std::to_string(random.Next64() % 500) + R"("}})";
  }
  e.payload =
      R"({"event_id":")" + e.event_id + R"(","timestamp":)" + std::to_string(time.Seconds()) +
      R"(,"platform":"javascript","release":")" + e.release + R"(","environment":")" +
      e.environment + R"(","transaction":")" + e.transaction +
      R"(","exception":{"values":[{"type":"TypeError","value":"cannot read)" + R"( property p)" +
      number + R"( of undefined","stacktrace":{"frames":[)" + frames +
      R"(]},"mechanism":{"type":"onerror","handled":false}}]},"breadcrumbs":{"values":[)" + crumbs +
      R"(]},"user":{"id":")" + e.user.substr(3) + R"(","ip_address":"192.0.2.)" +
      std::to_string(random.Next64() % 250) + R"("},"contexts":{"trace":{"trace_id":")" +
      e.trace_id + R"(","span_id":")" + e.span_id + R"("},"browser":{"name":"Chrome","version":")" +
      e.tags[0].second + R"("}},"request":{"url":"https://shop.example)" + e.transaction +
      R"(","headers":{"User-Agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/120"}},)"
      R"("sdk":{"name":"sentry.javascript.browser","version":"8.30.0"},"session":")" +
      Hex(random, 32) + R"("})";
  return e;
}

std::uintmax_t FolderBytes(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  const int events = argc > 1 ? std::atoi(argv[1]) : 100'000;
  constexpr int kBatch = 500;
  std::string folder = std::filesystem::temp_directory_path() / "gatehouse_events_bench_XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  SystemClock clock;
  SystemRng rng;
  eventstore::sqlite::Options options;
  options.folder = folder;
  SeededRng random(5);
  const Timestamp now = clock.Now();
  double used = 0;
  std::size_t payload_bytes = 0;
  {
    auto opened = eventstore::sqlite::OpenStore(options, clock, rng);
    if (!opened) return 1;
    auto& store = **opened;
    for (int done = 0; done < events; done += kBatch) {
      std::vector<eventstore::StoredEvent> batch;
      for (int i = 0; i < kBatch; ++i) {
        // As in life: time goes on, over three days.
        const Duration ago = std::chrono::hours(72) * (events - done - i) / events;
        batch.push_back(
            MakeEvent(random, 1 + static_cast<std::int64_t>(random.Next64() % 4), now - ago));
        payload_bytes += batch.back().payload.size();
      }
      const double before = bench::CpuSeconds();
      const auto outcome = runtime::RunSync(store.Insert(std::move(batch)));
      used += bench::CpuSeconds() - before;
      if (!outcome) {
        std::fprintf(stderr, "%s\n", outcome.error().detail.c_str());
        return 1;
      }
    }
    std::printf("insert: %.0f events per CPU-second (payload of %zu bytes)\n", events / used,
                payload_bytes / static_cast<std::size_t>(events));

    auto measure = [&](const char* name, auto ask) {
      std::vector<double> times;
      for (int i = 0; i < 200; ++i) {
        const Duration start = clock.Monotonic();
        ask(1000 + static_cast<std::int64_t>(random.Next64() % 200) + 1);
        times.push_back(static_cast<double>((clock.Monotonic() - start).count()) / 1000);
      }
      std::ranges::sort(times);
      std::printf("%s: p50 %.1f ms, p95 %.1f ms\n", name, times[100], times[190]);
    };
    measure("list a group", [&](std::int64_t group) {
      eventstore::EventQuery query;
      query.project_id = 1;
      query.group_id = group;
      (void)runtime::RunSync(store.List(query));
    });
    measure("tags of a group", [&](std::int64_t group) {
      eventstore::TagQuery query;
      query.project_id = 1;
      query.group_id = group;
      (void)runtime::RunSync(store.Tags(query));
    });
    measure("sparklines of 25 groups", [&](std::int64_t group) {
      eventstore::CountQuery query;
      query.project_id = 1;
      for (int i = 0; i < 25; ++i) query.group_ids.push_back(group + i);
      query.range.from = now - std::chrono::hours(24);
      (void)runtime::RunSync(store.Counts(query));
    });
    measure("search a project by text", [&](std::int64_t group) {
      eventstore::EventQuery query;
      query.project_id = 1;
      query.text = "property p" + std::to_string(group - 1000) + " of";
      (void)runtime::RunSync(store.List(query));
    });
  }
  std::printf("disk: %.0f bytes per event\n",
              static_cast<double>(FolderBytes(folder)) / static_cast<double>(events));
  std::filesystem::remove_all(folder);
}
