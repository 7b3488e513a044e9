// Text inside binary data.

#include <vector>

#include "region/events/scrub/redacted_text.h"
#include "region/events/scrub/scrub.h"

namespace gatehouse::events::scrub {
namespace {

constexpr std::size_t kMinRun = 5;
constexpr std::uint64_t kBudget = 50'000'000;

bool IsText(char c) { return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r'; }

// Byte offsets of what the rule finds in a run of text.
std::vector<Match> FindIn(const Rule& rule, std::string_view run, std::uint64_t& budget) {
  std::vector<Match> matches;
  if (rule.kind == Rule::Kind::kBuiltIn) {
    for (std::size_t from = 0; from < run.size();) {
      auto match = Find(rule.built_in, run, from);
      if (!match) break;
      matches.push_back(*match);
      from = match->end;
    }
  } else if (rule.kind == Rule::Kind::kPattern) {
    for (std::size_t from = 0; from <= run.size();) {
      auto ranges = rule.pattern->Search(run, from, budget);
      if (!ranges && budget == 0) return {{0, run.size()}};
      if (!ranges) break;
      auto [begin, end] = ranges->front();
      if (rule.groups.empty()) matches.push_back({begin, end});
      for (std::size_t group : rule.groups) {
        auto [first, last] = (*ranges)[group];
        if (first != std::string_view::npos) matches.push_back({first, last});
      }
      from = end > from ? end : from + 1;
    }
  } else if (rule.kind == Rule::Kind::kAnything) {
    matches.push_back({0, run.size()});
  }
  return matches;
}

// Runs of text whose characters stand `stride` bytes apart, the bytes between them zero.
bool ScrubRuns(std::string& bytes, std::size_t stride, std::size_t start, const Rule& rule,
               std::uint64_t& budget) {
  bool changed = false;
  std::string run;
  std::size_t run_start = start;
  auto flush = [&] {
    if (run.size() >= kMinRun) {
      for (const Match& match : FindIn(rule, run, budget)) {
        for (std::size_t i = match.begin; i < match.end; ++i) bytes[run_start + i * stride] = '*';
        changed = changed || match.end > match.begin;
      }
    }
    run.clear();
  };
  for (std::size_t i = start; i + stride <= bytes.size(); i += stride) {
    bool text = stride == 1 ? IsText(bytes[i]) || static_cast<unsigned char>(bytes[i]) >= 0x80
                            : IsText(bytes[i]) && bytes[i + 1] == '\0';
    if (!text) {
      flush();
      continue;
    }
    if (run.empty()) run_start = i;
    run += bytes[i];
  }
  flush();
  return changed;
}

}  // namespace

bool ScrubBytes(std::string& bytes, std::string_view type, const Rules& rules) {
  bool changed = false;
  std::uint64_t budget = kBudget;
  for (const Application& application : rules.applications()) {
    if (!application.selector.MatchesBinary(type)) continue;
    for (const auto& rule : application.rules) {
      changed = ScrubRuns(bytes, 1, 0, *rule, budget) || changed;
      // The text may begin at any byte.
      changed = ScrubRuns(bytes, 2, 0, *rule, budget) || changed;
      changed = ScrubRuns(bytes, 2, 1, *rule, budget) || changed;
    }
  }
  return changed;
}

}  // namespace gatehouse::events::scrub
