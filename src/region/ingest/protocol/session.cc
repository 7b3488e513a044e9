#include "region/ingest/protocol/session.h"

#include <array>
#include <chrono>
#include <limits>

#include "base/text.h"
#include "platform/json/text.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/names.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/time_text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxBuckets = 100;
constexpr Duration kMinDrift = std::chrono::minutes(55);
constexpr Duration kMaxSessionAge = std::chrono::hours(5 * 24);
constexpr Duration kMaxFuture = std::chrono::seconds(60);
constexpr std::array<std::string_view, 6> kSessionStatuses = {"ok",       "exited",  "crashed",
                                                              "abnormal", "errored", "unhandled"};

// Distinct ids are sometimes numbers.
std::string LenientText(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(Trim(json::TextOf(object, key)));
  if (value->is_number()) return json::Serialize(*value);
  return {};
}

// std::nullopt if the member is there and is no count.
std::optional<std::uint64_t> Count(const json::Object& object, std::string_view key,
                                   std::uint64_t fallback) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return fallback;
  if (value->is_uint64()) return value->get_uint64();
  if (value->is_int64() && value->get_int64() >= 0) {
    return static_cast<std::uint64_t>(value->get_int64());
  }
  return std::nullopt;
}

bool InTime(Timestamp t, const ItemContext& context) {
  return t >= context.received - kMaxSessionAge && t <= context.received + kMaxFuture;
}

// The release, environment and sender of a session; std::nullopt without a valid release.
std::optional<SessionAttributes> Attributes(const json::Object& payload,
                                            const ItemContext& context) {
  const json::Object* attrs = json::GetObject(payload, "attrs");
  if (attrs == nullptr) return std::nullopt;
  SessionAttributes out;
  out.release = Trim(json::TextOf(*attrs, "release"));
  if (!IsValidRelease(out.release)) return std::nullopt;
  out.environment = Trim(json::TextOf(*attrs, "environment"));
  if (!IsValidEnvironment(out.environment)) out.environment.clear();
  out.ip_address = json::TextOf(*attrs, "ip_address");
  if (out.ip_address == "{{auto}}") out.ip_address = context.client_ip;
  out.user_agent = json::TextOf(*attrs, "user_agent");
  if (out.user_agent.empty()) out.user_agent = context.user_agent;
  return out;
}

std::optional<Timestamp> TimeOf(const json::Object& object, std::string_view key, Duration drift) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  auto time = ParseTime(*value);
  if (!time) return std::nullopt;
  return *time + drift;
}

std::unexpected<Error> Drop(std::string_view why) {
  return Reject(kInvalidSession, std::string(why));
}

}  // namespace

Duration ItemContext::Drift() const {
  if (!sent_at) return Duration(0);
  Duration drift = received - *sent_at;
  return drift >= kMinDrift || drift <= -kMinDrift ? drift : Duration(0);
}

std::string_view SessionStatusName(SessionStatus status) {
  return kSessionStatuses[static_cast<std::size_t>(status)];
}

Result<SessionUpdate> ParseSession(std::string_view payload, const ItemContext& context, Rng& rng) {
  auto object = ParsePayloadObject(payload, 1024 * 1024);
  if (!object) return Drop("not an object");
  const json::Object& in = *object;
  SessionUpdate out;

  if (const json::Value* sid = in.if_contains("sid"); sid != nullptr && !sid->is_null()) {
    auto id = EventId::Parse(json::TextOf(in, "sid"));
    if (!id) return Drop("sid");
    out.session_id = *id;
  } else {
    out.session_id = EventId::NewV4(rng);
  }
  out.distinct_id = LenientText(in, "did");
  auto now_millis = static_cast<std::uint64_t>(context.received.micros / 1000);
  auto sequence = Count(in, "seq", now_millis);
  if (!sequence || *sequence == std::numeric_limits<std::uint64_t>::max()) return Drop("seq");
  out.sequence = *sequence;
  out.init = json::GetBool(in, "init").value_or(false);

  Duration drift = context.Drift();
  auto started = TimeOf(in, "started", drift);
  if (!started) return Drop("started");
  out.started = *started;
  const json::Value* given = in.if_contains("timestamp");
  if (given != nullptr && !given->is_null()) {
    auto timestamp = TimeOf(in, "timestamp", drift);
    if (!timestamp) return Drop("timestamp");
    out.timestamp = *timestamp;
  } else {
    out.timestamp = context.received;
  }
  if (out.timestamp < out.started) out.timestamp = out.started;
  if (!InTime(out.started, context) || !InTime(out.timestamp, context)) return Drop("time");

  if (auto duration = json::GetNumber(in, "duration"); duration && *duration >= 0) {
    out.duration = *duration;
  }
  if (const json::Value* status = in.if_contains("status");
      status != nullptr && !status->is_null()) {
    std::string_view name = json::TextOf(in, "status");
    std::size_t i = 0;
    while (i < kSessionStatuses.size() && kSessionStatuses[i] != name) ++i;
    if (i == kSessionStatuses.size()) return Drop("status");
    out.status = static_cast<SessionStatus>(i);
  }
  auto errors = Count(in, "errors", 0);
  if (!errors) return Drop("errors");
  out.errors = *errors;
  bool error_status = out.status != SessionStatus::kOk && out.status != SessionStatus::kExited;
  if (error_status && out.errors == 0) out.errors = 1;
  out.abnormal_mechanism = Printable(json::TextOf(in, "abnormal_mechanism"), 64);

  auto attributes = Attributes(in, context);
  if (!attributes) return Drop("release");
  out.attributes = std::move(*attributes);
  return out;
}

Result<SessionAggregates> ParseSessions(std::string_view payload, const ItemContext& context) {
  auto object = ParsePayloadObject(payload, 10 * 1024 * 1024);
  if (!object) return Drop("not an object");
  const json::Array* list = json::GetArray(*object, "aggregates");
  if (list == nullptr || list->size() > kMaxBuckets) return Drop("aggregates");
  auto attributes = Attributes(*object, context);
  if (!attributes) return Drop("release");
  SessionAggregates out;
  out.attributes = std::move(*attributes);
  Duration drift = context.Drift();
  for (const json::Value& each : *list) {
    if (!each.is_object()) return Drop("bucket");
    const json::Object& in = each.get_object();
    SessionBucket bucket;
    auto started = TimeOf(in, "started", drift);
    if (!started) return Drop("started");
    bucket.started = *started;
    bucket.distinct_id = LenientText(in, "did");
    for (auto [key, slot] :
         {std::pair{"exited", &bucket.exited}, std::pair{"errored", &bucket.errored},
          std::pair{"abnormal", &bucket.abnormal}, std::pair{"unhandled", &bucket.unhandled},
          std::pair{"crashed", &bucket.crashed}}) {
      auto count = Count(in, key, 0);
      if (!count || *count > 1'000'000'000) return Drop("count");
      *slot = *count;
    }
    // One bucket out of time does not cost the others.
    if (InTime(bucket.started, context) && bucket.Total() != 0) {
      out.buckets.push_back(std::move(bucket));
    }
  }
  if (out.buckets.empty()) return Drop("no bucket");
  return out;
}

}  // namespace gatehouse::ingest
