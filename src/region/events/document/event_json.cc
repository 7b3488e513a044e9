#include "region/events/document/event_json.h"

#include <utility>

#include "region/events/document/errors.h"

namespace gatehouse::events {

Result<json::Object> Parse(std::string_view bytes, const ParseOptions& options) {
  auto value = json::ParseLenient(bytes, {.max_bytes = options.max_bytes,
                                          .max_depth = 128,
                                          .allow_non_finite = options.allow_nan,
                                          .storage = options.storage});
  if (!value) {
    const Error& error = value.error();
    std::string_view reason = error.Is("json_depth")       ? kJsonDepth
                              : error.Is("json_too_large") ? kEventTooLarge
                                                           : kInvalidJson;
    return Fail(Code::kInvalidArgument, reason, error.detail);
  }
  if (!value->is_object()) return Fail(Code::kInvalidArgument, kInvalidJson, "not an object");
  return std::move(value->get_object());
}

bool SendsNan(std::string_view client) {
  return client.starts_with("raven-python/") || client.starts_with("sentry-python/");
}

}  // namespace gatehouse::events
