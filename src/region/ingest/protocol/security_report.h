#pragma once

// Browser security reports (CSP, Expect-CT, Expect-Staple, HPKP) and the reports of the Reporting
// API, turned into events. The texts are those that grouping and titles depend on.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::ingest {

// What the request says about its sender; empty means unknown.
struct ReportContext {
  std::string_view client_ip;
  std::string_view user_agent;
  std::string_view release;      // query parameter sentry_release
  std::string_view environment;  // query parameter sentry_environment
};

// True for the six content types of the security route; parameters are ignored. Otherwise 415.
bool IsSecurityContentType(std::string_view content_type);

// One event for each report: an object, or an array of the Reporting API, of which reports of other
// types are passed over. At most 100 events.
// Errors: kSecurityReportType (no report known here), kSecurityReport (known, but lacks what it
// needs), and those of ParsePayload.
Result<std::vector<json::Object>> ParseSecurityReports(std::string_view body,
                                                       const ReportContext& context);

// The event of one CSP report with its keys in kebab case. Errors: kSecurityReport.
Result<json::Object> CspEvent(const json::Object& report);

// Appends to request.headers of the event.
void AddHeader(json::Object& event, std::string_view name, std::string_view value);

// The members all report events share: logger, level, platform, user, user agent, release,
// environment.
void AddReportContext(json::Object& event, const ReportContext& context, std::string_view logger);

}  // namespace gatehouse::ingest
