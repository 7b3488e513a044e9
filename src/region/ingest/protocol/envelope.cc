#include "region/ingest/protocol/envelope.h"

#include <charconv>
#include <limits>

#include "base/text.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/time_text.h"

namespace gatehouse::ingest {
namespace {

std::string_view TakeLine(std::string_view& rest, bool* ended_by_newline) {
  std::size_t at = rest.find('\n');
  std::string_view line = rest.substr(0, at);
  *ended_by_newline = at != std::string_view::npos;
  rest.remove_prefix(*ended_by_newline ? at + 1 : rest.size());
  return line;
}

std::string_view TextMember(const json::Object& object, std::string_view key) {
  return json::GetString(object, key).value_or(std::string_view());
}

// A member that is there and not null.
const json::Value* Member(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<EnvelopeHeader> ParseHeader(std::string_view line) {
  EnvelopeHeader header;
  auto fields = ParsePayloadObject(line, kMaxEnvelopeHeader);
  if (!fields) return Reject(kEnvelopeBadHeader, fields.error().detail);
  header.fields = std::move(*fields);
  if (const json::Value* id = Member(header.fields, "event_id")) {
    if (!id->is_string()) return Reject(kEnvelopeBadEventId);
    header.event_id = EventId::ParseUsable(TextMember(header.fields, "event_id"));
    if (!header.event_id) return Reject(kEnvelopeBadEventId);
  }
  if (const json::Value* sent = Member(header.fields, "sent_at")) {
    header.sent_at = ParseTime(*sent);
    if (!header.sent_at) return Reject(kEnvelopeBadHeader, "sent_at");
  }
  if (const json::Value* dsn = Member(header.fields, "dsn")) {
    if (!dsn->is_string()) return Reject(kBadDsn);
    GH_TRY(header.dsn, Dsn::Parse(TextMember(header.fields, "dsn")));
  }
  return header;
}

Result<EnvelopeItem> ParseItem(std::string_view& rest) {
  bool newline = false;
  GH_TRY(ItemStart start, ParseItemStart(TakeLine(rest, &newline)));
  EnvelopeItem item = std::move(start.item);
  if (!start.length) {
    item.payload = TakeLine(rest, &newline);
    return item;
  }
  const std::size_t size = *start.length;
  if (size > rest.size()) return Reject(kEnvelopeTruncated);
  item.payload = rest.substr(0, size);
  rest.remove_prefix(size);
  if (!rest.empty()) {
    if (rest.front() != '\n') return Reject(kEnvelopeNoNewline);
    rest.remove_prefix(1);
  }
  return item;
}

}  // namespace

std::string_view EnvelopeItem::type_name() const { return TextMember(fields, "type"); }
std::string_view EnvelopeItem::filename() const { return TextMember(fields, "filename"); }
std::string_view EnvelopeItem::content_type() const { return TextMember(fields, "content_type"); }
AttachmentKind EnvelopeItem::attachment_kind() const {
  return AttachmentKindByName(TextMember(fields, "attachment_type"));
}
std::optional<std::int64_t> EnvelopeItem::item_count() const {
  return json::GetInt(fields, "item_count");
}
bool EnvelopeItem::is_container() const {
  return content_type().starts_with("application/vnd.sentry.items.");
}

Result<ItemStart> ParseItemStart(std::string_view line) {
  ItemStart start;
  auto fields = ParsePayloadObject(line, kMaxEnvelopeHeader);
  if (!fields) return Reject(kEnvelopeBadItemHeader, fields.error().detail);
  start.item.fields = std::move(*fields);
  auto type = json::GetString(start.item.fields, "type");
  if (!type) return Reject(kEnvelopeNoType);
  start.item.type = ItemTypeByName(*type);
  const json::Value* length = Member(start.item.fields, "length");
  if (length == nullptr) return start;
  // Integers only: 1e3 is a double to the parser.
  if (!length->is_int64()) return Reject(kEnvelopeBadLength);
  const std::int64_t bytes = length->get_int64();
  if (bytes < 0 || bytes > std::numeric_limits<std::uint32_t>::max()) {
    return Reject(kEnvelopeBadLength);
  }
  start.length = static_cast<std::size_t>(bytes);
  return start;
}

Result<Envelope> ParseEnvelope(std::string_view body) {
  if (body.empty()) return Reject(kEnvelopeNoHeader);
  Envelope envelope;
  bool newline = false;
  GH_TRY(envelope.header, ParseHeader(TakeLine(body, &newline)));
  while (!body.empty()) {
    // One LF more than needed is allowed at the very end.
    if (body == "\n") break;
    if (envelope.items.size() == kMaxEnvelopeItems) return Reject(kEnvelopeTooManyItems);
    GH_TRY(EnvelopeItem item, ParseItem(body));
    envelope.items.push_back(std::move(item));
  }
  return envelope;
}

Result<EnvelopeHeader> ParseEnvelopeHeader(std::string_view body) {
  if (body.empty()) return Reject(kEnvelopeNoHeader);
  bool newline = false;
  return ParseHeader(TakeLine(body, &newline));
}

Result<void> CheckAgreement(const EnvelopeHeader& header, const RequestIdentity& request) {
  if (header.dsn) {
    if (!request.public_key.empty() && header.dsn->public_key != request.public_key) {
      return Reject(kEnvelopeMismatch, "public key");
    }
    if (request.project_id != 0 && header.dsn->project_id != request.project_id) {
      return Reject(kEnvelopeMismatch, "project");
    }
  }
  std::string_view origin = TextMember(header.fields, "origin");
  auto bare = [](std::string_view text) {
    return text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
  };
  if (!origin.empty() && !request.origin.empty() && bare(origin) != bare(request.origin)) {
    return Reject(kEnvelopeMismatch, "origin");
  }
  return {};
}

std::optional<TraceContext> TraceOf(const EnvelopeHeader& header) {
  const json::Object* trace = json::GetObject(header.fields, "trace");
  if (trace == nullptr) return std::nullopt;
  TraceContext out;
  auto id = ParseHexId(TextMember(*trace, "trace_id"), 32);
  if (!id) {
    // Older clients write it as a UUID.
    auto uuid = EventId::Parse(TextMember(*trace, "trace_id"));
    if (!uuid) return std::nullopt;
    id = uuid->ToString();
  }
  out.trace_id = std::move(*id);
  auto key = ParseHexId(TextMember(*trace, "public_key"), 32);
  if (!key) return std::nullopt;
  out.public_key = std::move(*key);
  out.release = TextMember(*trace, "release");
  out.environment = TextMember(*trace, "environment");
  out.transaction = TextMember(*trace, "transaction");
  out.replay_id = TextMember(*trace, "replay_id");
  std::string_view rate = TextMember(*trace, "sample_rate");
  double number = 0;
  auto [end, ec] = std::from_chars(rate.data(), rate.data() + rate.size(), number);
  if (!rate.empty() && ec == std::errc() && end == rate.data() + rate.size() && number >= 0 &&
      number <= 1) {
    out.sample_rate = number;
  }
  if (auto sampled = json::GetBool(*trace, "sampled")) out.sampled = *sampled;
  std::string_view sampled = TextMember(*trace, "sampled");
  if (sampled == "true") out.sampled = true;
  if (sampled == "false") out.sampled = false;
  return out;
}

EnvelopeWriter::EnvelopeWriter(const json::Object& header) : out_(json::Serialize(header)) {
  out_ += '\n';
}

void EnvelopeWriter::Add(json::Object fields, std::string_view payload) {
  fields["length"] = static_cast<std::int64_t>(payload.size());
  out_ += json::Serialize(fields);
  out_ += '\n';
  out_ += payload;
  out_ += '\n';
}

std::string Serialize(const Envelope& envelope) {
  EnvelopeWriter writer(envelope.header.fields);
  for (const EnvelopeItem& item : envelope.items) writer.Add(item.fields, item.payload);
  return writer.Take();
}

}  // namespace gatehouse::ingest
