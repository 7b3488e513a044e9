// Any bytes as an envelope: no crash; what is accepted survives being written and read again, and
// every item parser takes every payload.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "region/ingest/protocol/check_in.h"
#include "region/ingest/protocol/client_report.h"
#include "region/ingest/protocol/envelope.h"
#include "region/ingest/protocol/envelope_rules.h"
#include "region/ingest/protocol/replay.h"
#include "region/ingest/protocol/session.h"
#include "region/ingest/protocol/store.h"
#include "region/ingest/protocol/trace_item.h"
#include "region/ingest/protocol/user_report.h"

using namespace gatehouse::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  gatehouse::SeededRng rng(1);
  if (size < 64 * 1024) {
    (void)ParseStore(std::string(body), "raven-python/1", 64 * 1024, rng).has_value();
  }
  auto envelope = ParseEnvelope(body);
  if (!envelope) {
    GH_CHECK(envelope.error().code != gatehouse::Code::kInternal);
    return 0;
  }
  std::string once = Serialize(*envelope);
  auto again = ParseEnvelope(once);
  GH_CHECK(again && again->items.size() == envelope->items.size());
  GH_CHECK(Serialize(*again) == once);
  ItemContext context{gatehouse::Timestamp::FromSeconds(1'800'000'000), envelope->header.sent_at,
                      "127.0.0.1", "agent"};
  (void)TraceOf(envelope->header).has_value();
  for (const EnvelopeItem& item : envelope->items) {
    (void)ParseSession(item.payload, context, rng).has_value();
    (void)ParseSessions(item.payload, context).has_value();
    (void)ParseClientReport(item.payload, context.received).has_value();
    (void)ParseCheckIn(item.payload).has_value();
    (void)ParseUserReport(item.payload).has_value();
    (void)ParseLogs(item.payload, item.item_count()).has_value();
    (void)ParseSpans(item.payload, item.item_count()).has_value();
    (void)ParseMetrics(item.payload, item.item_count()).has_value();
    (void)ParseSingleSpan(item.payload).has_value();
    (void)ParseReplayRecording(item.payload).has_value();
  }
  if (Admit(*envelope)) {
    auto id = EnsureEventId(*envelope, rng);
    GH_CHECK(!id || envelope->header.event_id == id);
  }
  return 0;
}
