#include "region/ingest/protocol/check_in.h"

#include <array>
#include <charconv>

#include "base/text.h"
#include "platform/json/text.h"
#include "region/ingest/protocol/auth.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/names.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/timezones.h"

namespace gatehouse::ingest {
namespace {

constexpr std::array<std::string_view, 5> kCheckInStatuses = {"in_progress", "ok", "error",
                                                              "missed", "timeout"};
constexpr std::size_t kMaxPayload = 100 * 1024;

std::unexpected<Error> Invalid(std::string_view why) {
  return Reject(kInvalidCheckIn, std::string(why));
}

Result<CheckIn> FromObject(const json::Object& in, std::string_view slug) {
  CheckIn out;
  const json::Value* id = in.if_contains("check_in_id");
  if (id != nullptr && !id->is_null()) {
    auto parsed = EventId::Parse(json::TextOf(in, "check_in_id"));
    if (!parsed) return Invalid("check_in_id");
    out.check_in_id = *parsed;
  }
  out.monitor_slug = MonitorSlug(slug);
  if (out.monitor_slug.empty()) return Invalid("monitor_slug");

  std::string_view status = json::TextOf(in, "status");
  std::size_t i = 0;
  while (i < kCheckInStatuses.size() && kCheckInStatuses[i] != status) ++i;
  // The last two are for the server to say.
  if (i >= 3) return Invalid("status");
  out.status = static_cast<CheckInStatus>(i);

  const json::Value* duration = in.if_contains("duration");
  if (duration != nullptr && !duration->is_null()) {
    auto seconds = json::GetNumber(in, "duration");
    if (!seconds || !(*seconds >= 0) || *seconds > 1e10) return Invalid("duration");
    out.duration = *seconds;
  }
  out.environment = Trim(json::TextOf(in, "environment"));
  if (!IsValidEnvironment(out.environment)) out.environment.clear();
  out.release = Trim(json::TextOf(in, "release"));
  if (!IsValidRelease(out.release)) out.release.clear();
  if (const json::Object* contexts = json::GetObject(in, "contexts")) {
    if (const json::Object* trace = json::GetObject(*contexts, "trace")) {
      if (auto trace_id = ParseHexId(json::TextOf(*trace, "trace_id"), 32))
        out.trace_id = *trace_id;
    }
  }
  if (const json::Object* config = json::GetObject(in, "monitor_config")) {
    out.config = ParseMonitorConfig(*config);
  }
  return out;
}

std::optional<std::int64_t> Bounded(const json::Object& config, std::string_view key,
                                    std::int64_t min) {
  auto value = json::GetInt(config, key);
  // A day count of minutes is generous; 28 days are 40,320.
  if (!value || *value < min || *value > 1'000'000) return std::nullopt;
  return value;
}

}  // namespace

std::string_view CheckInStatusName(CheckInStatus status) {
  return kCheckInStatuses[static_cast<std::size_t>(status)];
}

std::optional<MonitorConfig> ParseMonitorConfig(const json::Object& config) {
  const json::Object* schedule = json::GetObject(config, "schedule");
  if (schedule == nullptr) return std::nullopt;
  auto parsed = ParseSchedule(*schedule);
  if (!parsed) return std::nullopt;
  MonitorConfig out;
  out.schedule = std::move(*parsed);
  const json::Value* timezone = config.if_contains("timezone");
  if (timezone != nullptr && !timezone->is_null()) {
    out.timezone = json::TextOf(config, "timezone");
    if (!IsKnownTimezone(out.timezone)) return std::nullopt;
  }
  out.checkin_margin = Bounded(config, "checkin_margin", 0);
  out.max_runtime = Bounded(config, "max_runtime", 1);
  out.failure_issue_threshold = Bounded(config, "failure_issue_threshold", 1);
  out.recovery_threshold = Bounded(config, "recovery_threshold", 1);
  std::string_view owner = json::TextOf(config, "owner");
  if ((owner.starts_with("user:") || owner.starts_with("team:")) && owner.size() <= 64) {
    out.owner = owner;
  }
  return out;
}

Result<CheckIn> ParseCheckIn(std::string_view payload) {
  auto object = ParsePayloadObject(payload, kMaxPayload);
  if (!object) return Invalid("not an object");
  return FromObject(*object, json::TextOf(*object, "monitor_slug"));
}

Result<CheckIn> ParseCronRequest(std::string_view monitor_slug, std::string_view query,
                                 std::string_view body) {
  if (!Trim(body).empty()) {
    auto object = ParsePayloadObject(body, kMaxPayload);
    if (!object) return Invalid("body");
    return FromObject(*object, monitor_slug);
  }
  json::Object in;
  for (std::string_view key : {"status", "check_in_id", "environment"}) {
    if (auto value = QueryParameter(query, key)) in[key] = *value;
  }
  if (auto text = QueryParameter(query, "duration")) {
    double seconds = 0;
    auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (ec != std::errc() || end != text->data() + text->size()) return Invalid("duration");
    in["duration"] = seconds;
  }
  return FromObject(in, monitor_slug);
}

}  // namespace gatehouse::ingest
