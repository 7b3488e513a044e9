#pragma once

// What each scope of an API token allows, in words, in the groups of the form. Pure data; a test
// proves that every scope there is stands in one group.

#include <string_view>
#include <vector>

namespace gatehouse::web {

struct ScopeWords {
  std::string_view id;
  std::string_view help;  // a sentence
};

struct ScopeGroup {
  std::string_view title;
  std::vector<ScopeWords> scopes;
};

const std::vector<ScopeGroup>& ScopeGroups();

}  // namespace gatehouse::web
