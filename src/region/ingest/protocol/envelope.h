#pragma once

// Envelopes: one header line, then items of a header line and a payload. The parser copies no
// payload and accepts nothing of an envelope that is damaged anywhere. Which items may stand
// together is for envelope_rules.h.
//
// Grammar (line ends are LF alone; a CR belongs to what stands before it):
//   envelope = header-line *item [LF]
//   item     = header-line payload (LF / EOF)
//   payload  = `length` bytes if the item's header has it, else all bytes up to the next LF or EOF

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "platform/json/json.h"
#include "region/ingest/protocol/dsn.h"
#include "region/ingest/protocol/event_id.h"
#include "region/ingest/protocol/item_type.h"

namespace gatehouse::ingest {

inline constexpr std::size_t kMaxEnvelopeItems = 1000;
// Headers hold identifiers and a sampling context; 64 kB is room for a thousand of them.
inline constexpr std::size_t kMaxEnvelopeHeader = 64 * 1024;

struct EnvelopeHeader {
  std::optional<EventId> event_id;
  std::optional<Timestamp> sent_at;
  std::optional<Dsn> dsn;
  json::Object fields;  // everything, as sent
};

struct EnvelopeItem {
  ItemType type = ItemType::kUnknown;
  json::Object fields;       // everything, as sent
  std::string_view payload;  // into the body

  std::string_view type_name() const;
  std::string_view filename() const;
  std::string_view content_type() const;
  AttachmentKind attachment_kind() const;
  std::optional<std::int64_t> item_count() const;
  // A container of many spans, logs or metrics: told by its content type.
  bool is_container() const;
};

// Views into `body`, which must outlive it.
struct Envelope {
  EnvelopeHeader header;
  std::vector<EnvelopeItem> items;
};

// Errors: the kEnvelope… slugs, kBadDsn, kBadKey, kBadProjectId.
Result<Envelope> ParseEnvelope(std::string_view body);

// An item's header line: no payload yet, and its length if the line tells it.
struct ItemStart {
  EnvelopeItem item;
  std::optional<std::size_t> length;
};
Result<ItemStart> ParseItemStart(std::string_view line);

// The header line alone: enough to find the project of a tunnelled envelope.
Result<EnvelopeHeader> ParseEnvelopeHeader(std::string_view body);

// What the request says of itself; empty and zero mean unknown.
struct RequestIdentity {
  std::string_view public_key;
  std::int64_t project_id = 0;
  std::string_view origin;
};
// The header's `dsn` and `origin` must say the same. Error: kEnvelopeMismatch.
Result<void> CheckAgreement(const EnvelopeHeader& header, const RequestIdentity& request);

// Dynamic sampling context. An unreadable one is std::nullopt, never an error.
struct TraceContext {
  std::string trace_id;
  std::string public_key;
  std::string release;
  std::string environment;
  std::string transaction;
  std::string replay_id;
  std::optional<double> sample_rate;
  std::optional<bool> sampled;
};
std::optional<TraceContext> TraceOf(const EnvelopeHeader& header);

// Puts an envelope together again: for tools, for tests and for what intake itself wraps.
class EnvelopeWriter {
 public:
  explicit EnvelopeWriter(const json::Object& header);
  // `fields` needs a "type"; "length" is set here.
  void Add(json::Object fields, std::string_view payload);
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};
std::string Serialize(const Envelope& envelope);

}  // namespace gatehouse::ingest
