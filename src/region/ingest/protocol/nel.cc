#include "region/ingest/protocol/nel.h"

#include <array>
#include <optional>
#include <string>

#include "platform/json/text.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxNelReports = 100;
constexpr double kMaxAgeMillis = 365.0 * 24 * 3600 * 1000;

std::optional<json::Object> EventOf(const json::Object& report, const ReportContext& context,
                                    Timestamp received) {
  if (json::TextOf(report, "type") != "network-error") return std::nullopt;
  const json::Object* body = json::GetObject(report, "body");
  if (body == nullptr) return std::nullopt;
  std::string_view type = json::TextOf(*body, "type");
  std::string_view phase = json::TextOf(*body, "phase");

  json::Object event;
  event["type"] = "nel";
  event["level"] = type == "ok" ? "info" : "error";
  std::string message(phase.empty() ? "<unknown-phase>" : phase);
  message += " / ";
  message += type.empty() ? "<unknown-type>" : type;
  event["logentry"] = json::Object{{"formatted", message}};

  json::Object nel;
  nel["type"] = "nel";
  if (!type.empty()) nel["error_type"] = type;
  if (!phase.empty()) nel["phase"] = phase;
  for (std::string_view key : {"sampling_fraction", "elapsed_time", "server_ip", "protocol"}) {
    const json::Value* value = body->if_contains(key);
    if (value != nullptr && (value->is_number() || value->is_string())) nel[key] = *value;
  }
  json::Object contexts;
  contexts["nel"] = std::move(nel);
  if (auto status = json::GetInt(*body, "status_code")) {
    contexts["response"] = json::Object{{"type", "response"}, {"status_code", *status}};
  }
  event["contexts"] = std::move(contexts);

  json::Object request;
  if (std::string_view url = json::TextOf(report, "url"); !url.empty()) request["url"] = url;
  if (std::string_view method = json::TextOf(*body, "method"); !method.empty()) {
    request["method"] = method;
  }
  event["request"] = std::move(request);
  std::string_view referrer = json::TextOf(*body, "referrer");
  if (!referrer.empty()) AddHeader(event, "Referer", referrer);

  double age = json::GetNumber(report, "age").value_or(0);
  if (!(age >= 0 && age <= kMaxAgeMillis)) age = 0;
  event["timestamp"] = static_cast<double>(received.micros) / 1e6 - age / 1e3;

  ReportContext own = context;
  // The failed request's browser, which need not be the one that delivers the report.
  if (std::string_view agent = json::TextOf(report, "user_agent"); !agent.empty())
    own.user_agent = agent;
  AddReportContext(event, own, "nel");
  return event;
}

}  // namespace

Result<std::vector<json::Object>> ParseNelReports(std::string_view body,
                                                  const ReportContext& context,
                                                  Timestamp received) {
  if (body.empty()) return Reject(kEmptyBody);
  GH_TRY(json::Value value, ParsePayload(body));
  std::vector<json::Object> events;
  auto add = [&](const json::Value& report) {
    if (!report.is_object() || events.size() == kMaxNelReports) return;
    if (auto event = EventOf(report.get_object(), context, received)) {
      events.push_back(std::move(*event));
    }
  };
  if (value.is_array()) {
    for (const json::Value& report : value.get_array()) add(report);
  } else {
    add(value);
  }
  if (events.empty()) return Reject(kNelReport);
  return events;
}

}  // namespace gatehouse::ingest
