#include "edge/web/events/rule_problem.h"

#include <algorithm>

#include "base/text.h"
#include "edge/web/messages.h"

namespace gatehouse::web {

namespace {

bool IsCutOff(std::string_view text) {
  const auto parsed = json::Parse(text);
  return !parsed && parsed.error().detail == json::Parse("[").error().detail;
}

// Where a text ceases to be JSON, from 1: of the shortest beginning that nothing can complete.
std::size_t LineOfFault(std::string_view text) {
  std::size_t good = 0;
  std::size_t bad = text.size();
  while (bad - good > 1) {
    const std::size_t middle = good + (bad - good) / 2;
    (IsCutOff(text.substr(0, middle)) ? good : bad) = middle;
  }
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, good), '\n'));
}

// Rules for scrubbing that are none, in the words of their page.
ingest::OptionProblem InPageWords(ingest::OptionProblem problem, const json::Object& options,
                                  std::string& text) {
  if (problem.option != "scrubbing" || problem.where != "piiConfig") return problem;
  const json::Object* scrubbing = json::GetObject(options, "scrubbing");
  const json::Value* rules = (scrubbing ? *scrubbing : options).if_contains("piiConfig");
  problem.where = "Rules as JSON: an object with rules and applications is wanted.";
  if (rules == nullptr || !rules->is_string()) return problem;
  text = std::string(rules->get_string());
  if (json::Parse(text)) return problem;
  problem.line = LineOfFault(text);
  problem.where = "Rules as JSON: line " + std::to_string(problem.line) + " is not JSON.";
  return problem;
}

}  // namespace

void AddProblems(html::Data& body, const std::vector<ingest::OptionProblem>& problems,
                 const json::Object& options) {
  for (const ingest::OptionProblem& found : problems) {
    std::string text(json::GetString(options, found.option).value_or(""));
    const ingest::OptionProblem problem = InPageWords(found, options, text);
    const Message& message = FindMessage(problem.reason);
    html::Data& shown = body.Add("PROBLEM");
    shown.Set("TITLE", std::string(message.title))
        .Set("WHERE",
             problem.where.empty() ? std::string(message.what) : Printable(problem.where, 500))
        .Set("NEXT", std::string(message.next));
    if (problem.line == 0) continue;
    const auto lines = Split(text, '\n');
    if (problem.line > lines.size()) continue;
    shown.Add("SOURCE_LINE")
        .Set("NUMBER", std::to_string(problem.line))
        .Set("ROW", Printable(lines[problem.line - 1], 500));
  }
}

}  // namespace gatehouse::web
