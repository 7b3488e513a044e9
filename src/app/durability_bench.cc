// A hundred kills and a hundred power cuts of the real server under load.
//   durability_bench [rounds]

#include <cstdio>
#include <cstdlib>

#include "app/durability_fixture.h"

namespace gatehouse::app {
namespace {

bool Tell(const char* what, const Durability::Report& report, bool must_lose) {
  if (!report.failure.empty()) {
    std::printf("%-22s FAILED after %d rounds: %s\n", what, report.rounds, report.failure.c_str());
    return false;
  }
  const bool exact = report.counted == static_cast<std::int64_t>(report.stored) &&
                     report.accepted == static_cast<std::int64_t>(report.stored);
  const bool good = must_lose ? report.lost > 0 : report.lost == 0 && exact;
  std::printf(
      "%-22s %d: %zu events acknowledged, %zu lost, %zu stored, %lld counted, %lld accepted: %s\n",
      what, report.rounds, report.acknowledged, report.lost, report.stored,
      static_cast<long long>(report.counted), static_cast<long long>(report.accepted),
      good ? "as it must be" : "WRONG");
  std::fflush(stdout);
  return good;
}

int Main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 100;
  bool good = Tell("kills", Durability({.rounds = rounds, .seed = 1}).Run(), false);
  good = Tell("power cuts", Durability({.rounds = rounds, .cuts_power = true, .seed = 2}).Run(),
              false) &&
         good;
  good = Tell("control, never synced",
              Durability({.rounds = std::max(rounds / 10, 2),
                          .cuts_power = true,
                          .ignores_sync = true,
                          .seed = 3})
                  .Run(),
              true) &&
         good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace gatehouse::app

int main(int argc, char** argv) { return gatehouse::app::Main(argc, argv); }
