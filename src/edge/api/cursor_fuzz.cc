// Any text is a cursor or kInvalidArgument "cursor"; a cursor that is taken comes back as it was.

#include <cstdint>
#include <cstdlib>

#include "edge/api/cursor.h"
#include "edge/api/errors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto cursor = gatehouse::api::ParseCursor(text);
  if (!cursor) {
    if (!cursor.error().Is(gatehouse::api::kCursor)) std::abort();
  } else if (*cursor) {
    if (**cursor <= 0 || std::to_string(**cursor) != text) std::abort();
  } else if (!text.empty()) {
    std::abort();
  }
  gatehouse::http::Request request;
  request.path = "/api/0/x/";
  request.query = std::string(text);
  gatehouse::http::Response response;
  gatehouse::api::AddCursor(response, request, 17);
  for (char c : response.headers.Get("Link")) {
    if (static_cast<unsigned char>(c) < 0x20) std::abort();
  }
  return 0;
}
