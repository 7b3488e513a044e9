#include "edge/web/events/rule_problem.h"

#include "base/text.h"
#include "edge/web/messages.h"

namespace gatehouse::web {

void AddProblems(html::Data& body, const std::vector<ingest::OptionProblem>& problems,
                 const json::Object& options) {
  for (const ingest::OptionProblem& problem : problems) {
    const Message& message = FindMessage(problem.reason);
    html::Data& shown = body.Add("PROBLEM");
    shown.Set("TITLE", std::string(message.title))
        .Set("WHERE",
             problem.where.empty() ? std::string(message.what) : Printable(problem.where, 500))
        .Set("NEXT", std::string(message.next));
    if (problem.line == 0) continue;
    const auto lines = Split(json::GetString(options, problem.option).value_or(""), '\n');
    if (problem.line > lines.size()) continue;
    shown.Add("SOURCE_LINE")
        .Set("NUMBER", std::to_string(problem.line))
        .Set("ROW", Printable(lines[problem.line - 1], 500));
  }
}

}  // namespace gatehouse::web
