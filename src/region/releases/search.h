#pragma once

// The words of a search for releases. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "region/releases/types.h"

namespace gatehouse::releases {

struct Search {
  std::string pattern = {};  // for LIKE, lower case, with '!' as escape; "": any
  std::string package = {};
  // Conditions that a version of semantic form is held against.
  struct Bound {
    std::string op;  // "=", "<", "<=", ">", ">="
    SemanticVersion version;
    int parts = 0;  // "1.2.*" has two
    bool has_prerelease = false;
  };
  std::vector<Bound> bounds = {};
  std::string build = {};  // with * as wildcard
  std::string stage = {};  // with * as wildcard
  bool nothing = false;    // a word that nothing can match

  bool HasMore() const { return !bounds.empty() || !build.empty() || !stage.empty(); }
  // Of those that the database chose by pattern and package.
  bool Matches(const Release& release) const;
};

Search ParseSearch(std::string_view text);

}  // namespace gatehouse::releases
