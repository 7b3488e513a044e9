#pragma once

// Cursors of lists: the id of the last object of the page before. A cursor names no organization:
// every query does that itself, so an edited one reaches nothing else.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/http/form.h"
#include "platform/http/message.h"

namespace gatehouse::api {

inline constexpr std::size_t kPage = 100;

// Errors: kInvalidArgument "cursor" (not a canonical id).
Result<std::optional<std::int64_t>> ParseCursor(std::string_view text);
// Of the parameter `cursor`. Errors: those, and kInvalidArgument "bad_request" (given twice).
Result<std::optional<std::int64_t>> CursorOf(const http::Form& query);

// Link header of a page (RFC 8288). Without `next` the list ends here; the other parameters of the
// request go on.
void AddCursor(http::Response& response, const http::Request& request,
               std::optional<std::int64_t> next);

}  // namespace gatehouse::api
