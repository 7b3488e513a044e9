#pragma once

// Which spans do the same: the hash of a span, by the configuration default:2022-10-27. Pure.
//
// A hash is the first 16 hex digits of the md5 over the values of a fingerprint, without
// separators: those that the client gave the span, in which `{{ default }}` stands for what its
// operation and description say: a query without its literals, a request without its query string,
// a redis command without its arguments, else the description.

#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json.h"

namespace gatehouse::grouping {

inline constexpr std::string_view kSpanGrouping = "default:2022-10-27";

// What `{{ default }}` stands for.
std::vector<std::string> SpanFingerprint(const json::Object& span);
std::string SpanHash(const json::Object& span);

// A query with every literal, list of parameters and name of a savepoint as %s; as it is if it
// has none.
std::string ParametrizeQuery(std::string_view query);

// Gives every span its `hash`, and the transaction's own span (`contexts.trace`) the one of its
// name, and notes by which configuration (`span_grouping_config`).
void HashSpans(json::Object& transaction);

}  // namespace gatehouse::grouping
