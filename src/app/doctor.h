#pragma once

// `gatehouse doctor`: looks at configuration, files, database and keys, and says what is wrong. It
// changes nothing.

#include <string>
#include <vector>

#include "app/installation.h"

namespace gatehouse::app {

struct Finding {
  enum class Level { kOk, kWarning, kError };
  Level level = Level::kOk;
  std::string name;
  std::string text;
};

std::vector<Finding> Examine(const config::Config& config);

}  // namespace gatehouse::app
