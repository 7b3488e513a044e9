#pragma once

// Replaces what changes from event to event (addresses, ids, dates, numbers) by a name, so
// that "user 17 failed" and "user 18 failed" group together. What is replaced, and in which order,
// decides published hashes: never change it, add another configuration beside it.
//
// Time: linear in the text for any input. No regular expressions.

#include <string>
#include <string_view>

namespace gatehouse::grouping {

// Every value in `text` that varies becomes <email>, <url>, <hostname>, <ip>, <uuid>, <sha1>,
// <md5>, <date>, <duration>, <hex>, <float>, <int>, <quoted_str> or <bool>.
std::string Parametrize(std::string_view text);

// A message as it is grouped by: its first two lines that are not blank ("..." stands for the
// rest), parametrized.
std::string NormalizeMessage(std::string_view message);

}  // namespace gatehouse::grouping
