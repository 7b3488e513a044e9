#pragma once

// What the options of a project may be: whether intake can go by them. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::ingest {

// What is wrong with an option, for whoever has just written it.
struct OptionProblem {
  std::string option;
  std::string_view reason;  // a slug
  std::string where;        // "line 2, column 5: …", the name of a filter; "" if there is no more
  std::size_t line = 0;     // of a text of rules, from 1; 0 if it is none
};
// Options that intake does not know are passed over, and so are nulls.
std::vector<OptionProblem> ProblemsOf(const json::Object& options);

// The first of them. Errors: kInvalidArgument "intake_settings_invalid",
// "filter_condition_invalid", "enhancement_rules_invalid", "fingerprint_rules_invalid",
// "scrub_settings_invalid", "scrub_rule_invalid", "scrub_pattern_invalid",
// "scrub_selector_invalid".
Result<void> CheckOptions(const json::Object& options);

}  // namespace gatehouse::ingest
