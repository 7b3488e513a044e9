// CPU and time of write transactions of ten statements, alone and from many callers at once.
//
//   sqlite_bench [folder]      (default: the temporary directory)

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "base/bench.h"
#include "platform/sql/sqlite/sqlite.h"

namespace gatehouse::sql {
namespace {

constexpr Statement kCreate{"create",
                            "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, "
                            "organization_id BIGINT NOT NULL, name TEXT NOT NULL, body TEXT, "
                            "UNIQUE (organization_id, name))"};
constexpr Statement kInsert{
    "insert", "INSERT INTO item (id, organization_id, name, body) VALUES ($1, $2, $3, $4)"};
constexpr Statement kSelect{"select",
                            "SELECT id, body FROM item WHERE organization_id = $1 AND name = $2"};
constexpr Statement kUpdate{"update", "UPDATE item SET body = $1 WHERE id = $2"};

// Four inserts, four selects, two updates.
Result<void> Work(Tx& tx, std::int64_t base) {
  for (int i = 0; i < 4; ++i) {
    GH_TRY_VOID(tx.Exec(kInsert, {base + i, base % 97, std::to_string(base + i),
                                  "forty characters of an ordinary value   "}));
  }
  for (int i = 0; i < 4; ++i) {
    GH_TRY_VOID(tx.Query(kSelect, {base % 97, std::to_string(base + i)}));
  }
  for (int i = 0; i < 2; ++i) GH_TRY_VOID(tx.Exec(kUpdate, {"changed", base + i}));
  return {};
}

void Measure(Database& db, int threads, int each, std::int64_t first) {
  const auto begin = std::chrono::steady_clock::now();
  const double cpu = bench::CpuSeconds() * 1e6;
  {
    std::vector<std::jthread> callers;
    for (int t = 0; t < threads; ++t) {
      callers.emplace_back([&, t] {
        for (int i = 0; i < each; ++i) {
          const std::int64_t base = first + (std::int64_t{t} * each + i) * 10;
          if (!db.WriteSync([&](Tx& tx) { return Work(tx, base); })) std::abort();
        }
      });
    }
  }
  const double writes = threads * each;
  const std::chrono::duration<double, std::micro> wall = std::chrono::steady_clock::now() - begin;
  std::printf("%3d callers: %7.0f writes/s, %6.1f us CPU a write\n", threads,
              writes / wall.count() * 1e6, (bench::CpuSeconds() * 1e6 - cpu) / writes);
}

}  // namespace
}  // namespace gatehouse::sql

int main(int argc, char** argv) {
  using namespace gatehouse::sql;
  const std::filesystem::path parent =
      argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path();
  std::string name = parent / "gatehouse_bench_XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name.data());
  {
    auto opened = OpenSqlite({.file = folder / "bench.db"});
    if (!opened || !(*opened)->WriteSync([](Tx& tx) { return tx.Exec(kCreate); })) return 1;
    Measure(**opened, 1, 2000, 0);
    Measure(**opened, 16, 500, 10'000'000);
    Measure(**opened, 64, 200, 20'000'000);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf("peak RSS %ld KiB\n", usage.ru_maxrss);
  }
  std::filesystem::remove_all(folder);
}
