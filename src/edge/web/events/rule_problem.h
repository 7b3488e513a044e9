#pragma once

// What is wrong with rules that somebody has just written, shown at the line.

#include <vector>

#include "platform/html/html.h"
#include "region/ingest/settings/project_options.h"

namespace gatehouse::web {

// Fills {{#PROBLEM}}{{TITLE}}{{WHERE}}{{NEXT}}{{#SOURCE_LINE}}{{NUMBER}}{{ROW}}. `options`: what
// was written.
void AddProblems(html::Data& body, const std::vector<ingest::OptionProblem>& problems,
                 const json::Object& options);

}  // namespace gatehouse::web
