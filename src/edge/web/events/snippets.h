#pragma once

// What to paste to begin sending, by platform. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::web {

struct Snippet {
  std::string_view platform;  // as a project has it: "node", "javascript-react"
  std::string_view name;      // "Node.js"
  std::string_view install;   // commands, one a line; "" if there is nothing to install
  std::string_view place;     // where the code goes
  std::string_view code;      // {DSN}, {STORE_URL} stand for the project's own
};

// In the order of a list of choices.
const std::vector<Snippet>& Snippets();
// The one whose platform it is, or of which it is a kind ("node-express"); else the last one, which
// fits everything.
const Snippet& SnippetFor(std::string_view platform);

// The lines of a snippet's text with the project's own values in it.
std::vector<std::string> SnippetLines(std::string_view text, std::string_view dsn);

}  // namespace gatehouse::web
