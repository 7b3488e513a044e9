// CPU time of one grouping: the whole path of an event, normalization included, may take 200 us.
//
//   grouping_bench [event.json ...]    (default: an event of a Node.js client, 30 frames)

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/bench.h"
#include "region/events/grouping/grouping.h"

namespace gatehouse::grouping {
namespace {

std::string DefaultEvent() {
  json::Array frames;
  for (int i = 0; i < 30; ++i) {
    const std::string name = "module" + std::to_string(i);
    const bool library = i % 3 == 0;
    frames.push_back(json::Object{
        {"function", "Object.handle" + std::to_string(i)},
        {"module", name},
        {"filename", "/srv/shop/" + std::string(library ? "node_modules/" : "src/") + name + ".js"},
        {"abs_path", "/srv/shop/" + std::string(library ? "node_modules/" : "src/") + name + ".js"},
        {"lineno", 10 + i},
        {"colno", 7},
        {"context_line", "    return await this.client.send(request, { retries: 3 });"},
        {"in_app", true}});
  }
  const json::Object event{
      {"platform", "node"},
      {"exception",
       json::Object{{"values", json::Array{json::Object{
                                   {"type", "TypeError"},
                                   {"value",
                                    "Cannot read properties of undefined (reading 'id') of "
                                    "user 4711 at 2026-11-21T07:54:00Z"},
                                   {"stacktrace", json::Object{{"frames", frames}}}}}}}}};
  return json::Serialize(event);
}

int Run(const std::string& name, const std::string& text, const Config& config) {
  auto event = json::ParseObject(text, {.max_bytes = 8 * 1024 * 1024, .max_depth = 128});
  if (!event) {
    std::fprintf(stderr, "grouping_bench: %s is no JSON object\n", name.c_str());
    return 1;
  }
  constexpr int kRounds = 20, kPerRound = 500;
  double best = 1e9, copies = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    double start = bench::CpuSeconds() * 1e6;
    for (int i = 0; i < kPerRound; ++i) json::Object copy = *event;
    copies = std::min(copies, (bench::CpuSeconds() * 1e6 - start) / kPerRound);
    start = bench::CpuSeconds() * 1e6;
    for (int i = 0; i < kPerRound; ++i) {
      json::Object copy = *event;
      if (Group(copy, config).hashes.empty()) return 1;
    }
    best = std::min(best, (bench::CpuSeconds() * 1e6 - start) / kPerRound);
  }
  std::printf("%-40s %6zu bytes %8.1f us CPU (and %.1f us for the copy)\n", name.c_str(),
              text.size(), best - copies, copies);
  return 0;
}

}  // namespace
}  // namespace gatehouse::grouping

int main(int argc, char** argv) {
  using namespace gatehouse::grouping;
  const Config config = Config::Default();
  if (argc < 2) return Run("node, 30 frames", DefaultEvent(), config);
  int failed = 0;
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i]);
    std::stringstream text;
    text << file.rdbuf();
    failed |= Run(argv[i], text.str(), config);
  }
  return failed;
}
