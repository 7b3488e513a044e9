#pragma once

// JSON as strangers' programs write it: duplicate keys (the last one wins), lone surrogates (become
// U+FFFD), numbers beyond double (become null) and, on request, the bare words NaN, Infinity and
// -Infinity (become null) are repaired instead of refused. Everything else is as strict as json.h.
// Thread-safe; the value lives in the given storage, which must outlive it.

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/storage_ptr.hpp>

#include "platform/json/json.h"

namespace gatehouse::json {

using Storage = boost::json::storage_ptr;
// Memory that is given back all at once: for a document that is read, changed, written and dropped
// in one go. `Storage(&arena)` points to it.
using Arena = boost::json::monotonic_resource;

struct LenientOptions {
  std::size_t max_bytes = 1024 * 1024;
  std::size_t max_depth = 128;
  bool allow_non_finite = false;  // NaN, Infinity and -Infinity outside strings
  Storage storage = {};
};

// Errors: kInvalidArgument "json_invalid", "json_depth", "json_too_large".
Result<Value> ParseLenient(std::string_view text, const LenientOptions& options = {});

}  // namespace gatehouse::json
