#include "edge/cli/event.h"

#include "edge/cli/commands.h"
#include "region/events/document/event_json.h"
#include "region/events/grouping/grouping.h"
#include "region/events/normalize/normalize.h"
#include "region/events/scrub/rules.h"

namespace gatehouse::cli {
namespace {

constexpr std::string_view kEventRejected = "event_rejected";
constexpr std::size_t kMaxInput = 8 * 1024 * 1024;

void Append(std::string& out, const json::Value& value, std::size_t depth) {
  const auto line = [&out](std::size_t level) { out += '\n' + std::string(level * 2, ' '); };
  if (const json::Object* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    bool first = true;
    for (const auto& member : *object) {
      if (!first) out += ',';
      first = false;
      line(depth + 1);
      out += json::Serialize(json::Value(member.key())) + ": ";
      Append(out, member.value(), depth + 1);
    }
    line(depth);
    out += '}';
    return;
  }
  if (const json::Array* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    bool first = true;
    for (const json::Value& element : *array) {
      if (!first) out += ',';
      first = false;
      line(depth + 1);
      Append(out, element, depth + 1);
    }
    line(depth);
    out += ']';
    return;
  }
  out += json::Serialize(value);
}

}  // namespace

Result<json::Object> NormalizeEvent(std::string_view text, const EventContext& context) {
  GH_TRY(json::Object event, events::Parse(text, {.max_bytes = kMaxInput, .allow_nan = true}));
  events::Context as_received;
  as_received.received = context.received;
  as_received.new_event_id = context.new_event_id;
  // As a project does that has said nothing else.
  const events::scrub::Rules defaults;
  as_received.scrub = &defaults;
  const events::Outcome outcome = events::Normalize(event, as_received);
  if (!outcome.kept()) {
    std::string detail(outcome.reason);
    if (!outcome.detail.empty()) detail += ": " + std::string(outcome.detail);
    return Fail(Code::kFailedPrecondition, kEventRejected, std::move(detail));
  }
  return event;
}

Result<json::Object> GroupEvent(std::string_view text, const EventContext& context,
                                const grouping::Config& config) {
  GH_TRY(json::Object event, NormalizeEvent(text, context));
  return grouping::Explain(grouping::Group(event, config));
}

Result<grouping::Config> GroupingConfig(std::string_view enhancement_rules,
                                        std::string_view fingerprint_rules) {
  grouping::Config config = grouping::Config::Default();
  GH_TRY(grouping::Rules rules, grouping::Rules::Parse(enhancement_rules));
  GH_TRY(grouping::FingerprintRules fingerprints,
         grouping::FingerprintRules::Parse(fingerprint_rules));
  config.project = std::make_shared<const grouping::Rules>(std::move(rules));
  config.project_fingerprints =
      std::make_shared<const grouping::FingerprintRules>(std::move(fingerprints));
  return config;
}

int EventExitStatus(const Error& error) {
  return error.code == Code::kInvalidArgument ? kExitUsage : kExitRefused;
}

std::string Indented(const json::Value& value) {
  std::string out;
  Append(out, value, 0);
  return out + "\n";
}

}  // namespace gatehouse::cli
