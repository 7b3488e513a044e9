#include "region/ingest/protocol/security_report.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "platform/json/text.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/time_text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxReports = 100;

enum class Kind { kExpectCt, kExpectStaple, kHpkp };

// Tag values are text whatever the report has.
std::optional<std::string> TagValue(const json::Object& report, std::string_view key) {
  const json::Value* value = report.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(json::TextOf(report, key));
  if (value->is_number() || value->is_bool()) return json::Serialize(*value);
  return std::nullopt;
}

json::Object SnakeCaseCopy(const json::Object& report) {
  json::Object out;
  for (const auto& member : report) {
    std::string key(member.key().data(), member.key().size());
    std::ranges::replace(key, '-', '_');
    const json::Value& value = member.value();
    if (value.is_null()) continue;
    if (key == "date_time" || key == "effective_expiration_date") {
      if (auto time = ParseTime(value)) out[key] = FormatWithOffset(*time);
      continue;
    }
    out[key] = value;
  }
  return out;
}

Result<json::Object> TransportEvent(const json::Object& report, Kind kind) {
  std::string_view host = json::TextOf(report, "hostname");
  if (host.empty()) return Reject(kSecurityReport, "hostname");
  json::Object event;
  json::Array tags;
  auto tag = [&](std::string_view key) {
    auto value = TagValue(report, key);
    if (!value || value->empty()) return;
    std::string name(key);
    tags.push_back(json::Array{json::Value(name), json::Value(*value)});
  };
  std::string message;
  tag("hostname");
  switch (kind) {
    case Kind::kExpectCt:
      event["type"] = "expectct";
      message = "Expect-CT failed for '";
      tag("port");
      break;
    case Kind::kExpectStaple:
      event["type"] = "expectstaple";
      message = "Expect-Staple failed for '";
      tag("port");
      for (std::string_view key : {"response-status", "cert-status"}) {
        auto value = TagValue(report, key);
        if (!value) continue;
        std::string name(key);
        std::ranges::replace(name, '-', '_');
        tags.push_back(json::Array{json::Value(name), json::Value(*value)});
      }
      break;
    case Kind::kHpkp:
      if (json::GetArray(report, "known-pins") == nullptr) {
        return Reject(kSecurityReport, "known-pins");
      }
      event["type"] = "hpkp";
      message = "Public key pinning validation failed for '";
      tag("port");
      tag("include-subdomains");
      break;
  }
  message += host;
  message += '\'';
  event["logentry"] = json::Object{{"formatted", message}};
  if (kind != Kind::kHpkp) event["culprit"] = host;
  event["request"] = json::Object{{"url", host}};
  event["tags"] = std::move(tags);
  std::string interface(json::TextOf(event, "type"));
  event[interface] = SnakeCaseCopy(report);
  return event;
}

// A body of the Reporting API, in camel case, as a report.
json::Object FromReportingApi(const json::Object& body) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kNames = {{
      {"blockedURL", "blocked-uri"},
      {"documentURL", "document-uri"},
      {"effectiveDirective", "effective-directive"},
      {"originalPolicy", "original-policy"},
      {"referrer", "referrer"},
      {"sample", "script-sample"},
      {"sourceFile", "source-file"},
      {"statusCode", "status-code"},
      {"lineNumber", "line-number"},
      {"columnNumber", "column-number"},
      {"disposition", "disposition"},
  }};
  json::Object report;
  for (auto [from, to] : kNames) {
    const json::Value* value = body.if_contains(from);
    if (value != nullptr && !value->is_null()) report[to] = *value;
  }
  if (const json::Value* directive = body.if_contains("effectiveDirective")) {
    report["violated-directive"] = *directive;
  }
  return report;
}

// std::nullopt: no report that is known here.
Result<std::optional<json::Object>> EventOf(const json::Object& report) {
  Result<json::Object> event = [&]() -> Result<json::Object> {
    if (report.contains("csp-report")) {
      const json::Object* csp = json::GetObject(report, "csp-report");
      if (csp == nullptr) return Reject(kSecurityReport, "csp-report");
      return CspEvent(*csp);
    }
    for (auto [key, kind] : {std::pair{"expect-ct-report", Kind::kExpectCt},
                             std::pair{"expect-staple-report", Kind::kExpectStaple}}) {
      if (!report.contains(key)) continue;
      const json::Object* inner = json::GetObject(report, key);
      if (inner == nullptr) return Reject(kSecurityReport, key);
      return TransportEvent(*inner, kind);
    }
    if (report.contains("known-pins")) return TransportEvent(report, Kind::kHpkp);
    if (json::TextOf(report, "type") == "csp-violation") {
      const json::Object* body = json::GetObject(report, "body");
      if (body == nullptr) return Reject(kSecurityReport, "body");
      return CspEvent(FromReportingApi(*body));
    }
    return Reject(kSecurityReportType);
  }();
  if (event) return std::optional<json::Object>(std::move(*event));
  if (event.error().Is(kSecurityReportType)) return std::optional<json::Object>();
  return std::unexpected(std::move(event).error());
}

}  // namespace

bool IsSecurityContentType(std::string_view content_type) {
  constexpr std::array<std::string_view, 6> kTypes = {
      "application/csp-report",           "application/json",
      "application/expect-ct-report",     "application/expect-ct-report+json",
      "application/expect-staple-report", "application/reports+json"};
  std::string_view type = Trim(SplitOnce(content_type, ';').first);
  return std::ranges::any_of(
      kTypes, [type](std::string_view each) { return EqualsIgnoreCase(each, type); });
}

void AddHeader(json::Object& event, std::string_view name, std::string_view value) {
  json::Value& request = event["request"];
  if (!request.is_object()) request.emplace_object();
  json::Value& headers = request.get_object()["headers"];
  if (!headers.is_array()) headers.emplace_array();
  headers.get_array().push_back(json::Array{json::Value(name), json::Value(value)});
}

void AddReportContext(json::Object& event, const ReportContext& context, std::string_view logger) {
  event["logger"] = logger;
  if (!event.contains("level")) event["level"] = "error";
  event["platform"] = "other";
  if (!context.release.empty()) event["release"] = context.release;
  if (!context.environment.empty()) event["environment"] = context.environment;
  if (!context.client_ip.empty()) {
    event["user"] = json::Object{{"ip_address", json::Value(context.client_ip)}};
  }
  if (!context.user_agent.empty()) AddHeader(event, "User-Agent", context.user_agent);
}

Result<std::vector<json::Object>> ParseSecurityReports(std::string_view body,
                                                       const ReportContext& context) {
  if (body.empty()) return Reject(kEmptyBody);
  GH_TRY(json::Value value, ParsePayload(body));
  std::vector<json::Object> events;
  std::optional<Error> damaged;
  auto add = [&](const json::Value& report) {
    if (!report.is_object()) return;
    auto event = EventOf(report.get_object());
    if (!event) {
      damaged = std::move(event).error();
    } else if (*event) {
      AddReportContext(**event, context, "csp");
      events.push_back(std::move(**event));
    }
  };
  if (value.is_array()) {
    // One damaged report of a batch does not cost the others.
    for (const json::Value& report : value.get_array()) {
      if (events.size() == kMaxReports) break;
      add(report);
    }
  } else {
    add(value);
  }
  if (!events.empty()) return events;
  if (damaged) return std::unexpected(std::move(*damaged));
  return Reject(kSecurityReportType);
}

}  // namespace gatehouse::ingest
