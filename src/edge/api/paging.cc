#include "edge/api/paging.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "edge/api/errors.h"

namespace gatehouse::api {
namespace {

constexpr std::size_t kMaxPage = 100;

std::optional<std::int64_t> Number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string Link(const std::string& url, std::string_view relation, bool results,
                 const PageCursor& cursor) {
  const std::string text = cursor.ToString();
  return "<" + url + "cursor=" + text + ">; rel=\"" + std::string(relation) + "\"; results=\"" +
         (results ? "true" : "false") + "\"; cursor=\"" + text + "\"";
}

}  // namespace

std::string PageCursor::ToString() const {
  return std::to_string(value) + ":" + std::to_string(offset) + ":" + (is_prev ? "1" : "0");
}

Result<std::optional<PageCursor>> ParsePageCursor(std::string_view text) {
  if (text.empty()) return std::optional<PageCursor>();
  const std::vector<std::string_view> parts = Split(text, ':');
  if (parts.size() != 3 || (parts[2] != "0" && parts[2] != "1")) {
    return Fail(Code::kInvalidArgument, kCursor);
  }
  const auto value = Number(parts[0]);
  const auto offset = Number(parts[1]);
  if (!value || !offset || *offset < 0) return Fail(Code::kInvalidArgument, kCursor);
  return std::optional(PageCursor{*value, *offset, parts[2] == "1"});
}

Result<std::optional<PageCursor>> PageCursorOf(const http::Form& query) {
  GH_TRY(const auto text, query.One("cursor"));
  return ParsePageCursor(text.value_or(""));
}

Result<std::size_t> PageSizeOf(const http::Form& query, std::size_t otherwise) {
  for (const std::string_view name : {"per_page", "limit"}) {
    GH_TRY(const auto text, query.One(name));
    if (!text || text->empty()) continue;
    const auto number = Number(*text);
    if (!number || *number < 1 || *number > static_cast<std::int64_t>(kMaxPage)) {
      return Fail(Code::kInvalidArgument, kFieldInvalid, std::string(name));
    }
    return static_cast<std::size_t>(*number);
  }
  return otherwise;
}

void AddLinks(http::Response& response, const http::Request& request, std::string_view base,
              const Links& links) {
  std::string url = std::string(base) + request.path + "?";
  if (auto query = http::Form::Parse(request.query)) {
    for (const auto& [name, value] : query->all()) {
      if (name == "cursor") continue;
      url += http::PercentEncode(name) + "=" + http::PercentEncode(value) + "&";
    }
  }
  response.headers.Set("Link", Link(url, "previous", links.has_previous, links.previous) + ", " +
                                   Link(url, "next", links.has_next, links.next));
}

std::optional<eventstore::Cursor> StoreCursorOf(const std::optional<PageCursor>& cursor) {
  // An offset of zero is the beginning, so rows count from one.
  if (!cursor || cursor->offset <= 0) return std::nullopt;
  return eventstore::Cursor{Timestamp{cursor->value}, cursor->offset - 1};
}

Links StoreLinks(const std::optional<PageCursor>& cursor,
                 const std::optional<eventstore::Cursor>& next) {
  Links links{.has_previous = cursor && cursor->offset > 0, .has_next = next.has_value()};
  if (next) links.next = {next->time.micros, next->row + 1, false};
  return links;
}

Result<Slice> SliceOf(const http::Form& query, std::size_t size) {
  GH_TRY(const auto cursor, PageCursorOf(query));
  GH_TRY(const std::size_t length, PageSizeOf(query));
  Slice slice;
  if (cursor) slice.begin = std::min(static_cast<std::size_t>(cursor->offset), size);
  slice.end = std::min(slice.begin + length, size);
  slice.links.has_previous = slice.begin > 0;
  slice.links.previous.offset =
      static_cast<std::int64_t>(slice.begin - std::min(slice.begin, length));
  slice.links.has_next = slice.end < size;
  slice.links.next.offset = static_cast<std::int64_t>(slice.end);
  return slice;
}

}  // namespace gatehouse::api
