#pragma once

// Lists of projects, issues and events, as the field pages them: `cursor` and `per_page` (or
// `limit`), and a Link header with both relations. A cursor is "value:offset:is_prev": the value of
// the sort key, what tells equals apart, and whether it leads back. It names no organization: every
// query does that itself.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/http/form.h"
#include "platform/http/message.h"
#include "region/eventstore/types.h"

namespace gatehouse::api {

struct PageCursor {
  std::int64_t value = 0;
  std::int64_t offset = 0;
  bool is_prev = false;

  std::string ToString() const;
  friend bool operator==(const PageCursor&, const PageCursor&) = default;
};

// std::nullopt: "". Errors: kInvalidArgument "cursor".
Result<std::optional<PageCursor>> ParsePageCursor(std::string_view text);
// Of the parameter `cursor`. Errors: those, and kInvalidArgument "bad_request" (given twice).
Result<std::optional<PageCursor>> PageCursorOf(const http::Form& query);

// `per_page` or `limit`: 1 to 100. Errors: kInvalidArgument "field_invalid".
Result<std::size_t> PageSizeOf(const http::Form& query, std::size_t otherwise = 100);

struct Links {
  PageCursor previous = {.value = 0, .offset = 0, .is_prev = true};
  bool has_previous = false;
  PageCursor next = {};
  bool has_next = false;
};
// The other parameters of the request go on in both links. `base` is "https://gate.example".
void AddLinks(http::Response& response, const http::Request& request, std::string_view base,
              const Links& links);

// Lists of the event store, which go forwards only: where one goes on, and its links.
std::optional<eventstore::Cursor> StoreCursorOf(const std::optional<PageCursor>& cursor);
Links StoreLinks(const std::optional<PageCursor>& cursor,
                 const std::optional<eventstore::Cursor>& next);

// The part of a whole list that the request asks for, by offset, and its links.
struct Slice {
  std::size_t begin = 0;
  std::size_t end = 0;
  Links links = {};
};
Result<Slice> SliceOf(const http::Form& query, std::size_t size);

}  // namespace gatehouse::api
