#pragma once

// How much two issues look alike: what they say, where they happen, and through which frames of the
// application. Pure; a guess for people, nothing is decided by it.

#include <string>
#include <vector>

#include "platform/json/json.h"
#include "region/events/issues/types.h"

namespace gatehouse::web {

struct Traits {
  std::string type;                // of the exception, or ""
  std::vector<std::string> words;  // of the title, sorted; without numbers and ids
  std::string culprit;
  std::vector<std::string> frames;  // of the application, sorted; empty when not known
};

// Without frames.
Traits TraitsOf(const issues::Issue& issue);
// Those of an event of the issue.
std::vector<std::string> StackFrames(const json::Object& payload);

struct Likeness {
  int percent = 0;  // of everything that both can be compared by
  bool same_type = false;
  bool same_culprit = false;
  int words = 0;   // percent that they share
  int frames = 0;  // likewise
};
Likeness Compare(const Traits& a, const Traits& b);

}  // namespace gatehouse::web
