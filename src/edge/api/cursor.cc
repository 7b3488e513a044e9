#include "edge/api/cursor.h"

#include "base/ids.h"
#include "edge/api/errors.h"

namespace gatehouse::api {

Result<std::optional<std::int64_t>> ParseCursor(std::string_view text) {
  if (text.empty()) return std::optional<std::int64_t>();
  auto id = StrongId<struct CursorTag>::Parse(text);
  if (!id) return Fail(Code::kInvalidArgument, kCursor);
  return std::optional<std::int64_t>(id->value);
}

Result<std::optional<std::int64_t>> CursorOf(const http::Form& query) {
  GH_TRY(auto text, query.One("cursor"));
  return ParseCursor(text.value_or(""));
}

void AddCursor(http::Response& response, const http::Request& request,
               std::optional<std::int64_t> next) {
  const std::string cursor = next ? std::to_string(*next) : "";
  std::string url = request.path + "?";
  if (auto query = http::Form::Parse(request.query)) {
    for (const auto& [name, value] : query->all()) {
      if (name == "cursor") continue;
      url += http::PercentEncode(name) + "=" + http::PercentEncode(value) + "&";
    }
  }
  url += "cursor=" + cursor;
  response.headers.Set("Link", "<" + url + ">; rel=\"next\"; results=\"" +
                                   (next ? "true" : "false") + "\"; cursor=\"" + cursor + "\"");
}

}  // namespace gatehouse::api
