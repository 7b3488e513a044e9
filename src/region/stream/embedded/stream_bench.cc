// Appended records of 2.8 kB per CPU-second with 32 producers at the same time.

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>

#include "base/bench.h"
#include "platform/runtime/runtime.h"
#include "region/stream/embedded/embedded_stream.h"

using namespace gatehouse;

namespace {

constexpr int kProducers = 32;
constexpr int kEach = 2000;

Task<void> Produce(stream::EventStream& log, std::string payload, std::atomic<int>& left,
                   runtime::Runtime& threads) {
  for (int i = 0; i < kEach; ++i) {
    std::vector<stream::Record> records;
    records.push_back({.key = "42", .headers = {{"event_id", "0"}}, .payload = payload});
    GH_CO_TRY_VOID(co_await log.Append("events", std::move(records)));
  }
  if (--left == 0) threads.Stop();
  co_return Result<void>();
}

}  // namespace

int main() {
  std::string folder = std::filesystem::temp_directory_path() / "gatehouse_stream_bench_XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  SystemClock clock;
  const auto files = stream::embedded::PosixFiles();
  std::size_t commits = 0;
  stream::embedded::Options options;
  options.folder = folder;
  options.on_commit = [&commits](std::size_t, std::size_t) { ++commits; };
  {
    auto log = stream::embedded::OpenStream(options, clock, *files);
    if (!log) return 1;
    runtime::Runtime threads(1);
    std::atomic<int> left = kProducers;
    const double cpu = bench::CpuSeconds();
    const Duration wall = clock.Monotonic();
    for (int i = 0; i < kProducers; ++i) {
      threads.Spawn("producer", Produce(**log, std::string(2800, 'x'), left, threads));
    }
    threads.Run();
    const double used = bench::CpuSeconds() - cpu;
    const double seconds = static_cast<double>((clock.Monotonic() - wall).count()) / 1e6;
    const double records = kProducers * kEach;
    std::printf("append: %.0f records per CPU-second, %.0f per second, %.1f per commit\n",
                records / used, records / seconds, records / static_cast<double>(commits));

    const double before = bench::CpuSeconds();
    stream::Offset at = 0;
    while (true) {
      auto read = runtime::RunSync((*log)->Read("events", at, {}));
      if (!read || read->records.empty()) break;
      at = read->next;
    }
    std::printf("read: %.0f records per CPU-second\n",
                static_cast<double>(at) / (bench::CpuSeconds() - before));
  }
  std::filesystem::remove_all(folder);
}
