#include "region/ingest/protocol/store.h"

#include "base/bytes.h"
#include "base/text.h"
#include "platform/compress/decode.h"
#include "platform/json/lenient_check.h"
#include "region/ingest/protocol/auth.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

// Both alphabets, with or without padding, with line breaks: as base64 is found in the wild. What
// it holds is parsed strictly afterwards.
std::optional<std::string> LenientBase64(std::string_view text) {
  std::string clean;
  clean.reserve(text.size() + 3);
  for (char c : text) {
    if (c == '\r' || c == '\n' || c == ' ' || c == '=') continue;
    clean += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  clean.append((4 - clean.size() % 4) % 4, '=');
  return Base64Decode(clean);
}

bool MayWriteNonFinite(std::string_view client) {
  return client.starts_with("raven-python/") || client.starts_with("sentry-python/");
}

}  // namespace

Result<StoreRequest> ParseStore(std::string body, std::string_view client, std::size_t max_bytes,
                                Rng& rng) {
  if (body.empty()) return Reject(kEmptyBody);
  StoreRequest request;
  if (body.front() == '{') {
    request.payload = std::move(body);
  } else {
    std::optional<std::string> decoded = LenientBase64(body);
    if (!decoded || decoded->empty()) return Reject(kInvalidJson, "neither JSON nor base64");
    if (Trim(*decoded).starts_with('{')) {
      request.payload = std::move(*decoded);
    } else {
      GH_TRY(request.payload, compress::Decode(compress::Encoding::kDeflate, *decoded, max_bytes));
    }
  }
  if (request.payload.size() > max_bytes) return Reject(kBodyTooLarge);
  if (MayWriteNonFinite(client)) request.payload = ReplaceNonFinite(request.payload);

  std::optional<EventId> id;
  MemberScan scan(request.payload);
  while (auto member = scan.Next()) {
    std::optional<std::string_view> text = PlainString(member->value);
    if (member->key == "event_id" && text) id = EventId::ParseUsable(*text);
    if (member->key == "type" && text == "transaction") request.type = ItemType::kTransaction;
  }
  if (!scan.ok()) return Reject(kInvalidJson);
  // Grammar, depth and text, so that nobody is told of an event that cannot be read later.
  GH_TRY_VOID(json::CheckLenient(request.payload, {.max_bytes = max_bytes}));
  request.event_id = id ? *id : EventId::NewV4(rng);
  return request;
}

Result<std::string> StoreBodyOfQuery(std::string_view query) {
  std::optional<std::string> data = QueryParameter(query, "sentry_data");
  if (!data || data->empty()) return Reject(kEmptyBody);
  // An unescaped '+' of base64 has become a blank.
  if (data->front() != '{') {
    for (char& c : *data) {
      if (c == ' ') c = '+';
    }
  }
  return std::move(*data);
}

}  // namespace gatehouse::ingest
