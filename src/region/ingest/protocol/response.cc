#include "region/ingest/protocol/response.h"

#include "platform/json/json.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {

std::string AcceptedBody(const std::optional<EventId>& id) {
  if (!id) return "{}";
  return R"({"id":")" + id->ToString() + R"("})";
}

std::string RejectedBody(std::string_view detail, std::string_view cause) {
  json::Object body;
  body["detail"] = detail;
  if (!cause.empty()) body["causes"] = json::Array{json::Value(cause)};
  return json::Serialize(body);
}

std::string RejectedBody(const Error& error) {
  const Rejection& row = RejectionOf(error);
  return RejectedBody(row.detail, row.cause);
}

std::string_view RejectedHeader(const Error& error) { return RejectionOf(error).detail; }

std::string_view TransparentGif() {
  static constexpr char kGif[] =
      "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00\x21\xF9\x04\x01\x00\x00\x00\x00"
      "\x2C\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3B";
  return {kGif, sizeof(kGif) - 1};
}

}  // namespace gatehouse::ingest
