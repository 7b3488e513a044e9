#pragma once

// The passes of normalize.cc, one topic per file. Each reads what earlier ones left; the order is
// fixed in Normalize(). Inside this module only.

#include <optional>
#include <string>
#include <string_view>

#include "region/events/document/annotations.h"
#include "region/events/document/check.h"
#include "region/events/document/schema.h"
#include "region/events/document/value.h"
#include "region/events/normalize/normalize.h"

namespace gatehouse::events {

struct Pass {
  json::Object& event;
  const Context& context;
  Annotations& notes;
  bool is_transaction = false;
};

// Before the schema check: old shapes become today's.
void ConvertLegacy(Pass& pass);           // legacy.cc
void ShapeLogentry(Pass& pass);           // logentry.cc
void ShapeExceptions(Pass& pass);         // exceptions.cc
void ShapeBreadcrumbs(Pass& pass);        // breadcrumbs.cc
void ShapeDebugImages(Pass& pass);        // debug_meta.cc
Outcome ValidateTransaction(Pass& pass);  // transactions.cc

// After it.
Outcome CheckTimestamps(Pass& pass);     // timestamps.cc: the floor, missing and bad values
Outcome CorrectTimestamps(Pass& pass);   // timestamps.cc: drift, future, past, received
void NormalizeReports(Pass& pass);       // user.cc: back-fill for security reports and NEL
void NormalizeUser(Pass& pass);          // user.cc: user and IP resolution
void NormalizeIdentity(Pass& pass);      // identity.cc: id, type, platform, level, release, …
void NormalizeTags(Pass& pass);          // tags.cc
void NormalizeFingerprint(Pass& pass);   // identity.cc
void NormalizeLogentry(Pass& pass);      // logentry.cc
void NormalizeBreadcrumbs(Pass& pass);   // breadcrumbs.cc
void NormalizeExceptions(Pass& pass);    // exceptions.cc: exceptions, threads, stack traces
void NormalizeRequest(Pass& pass);       // request.cc
void NormalizeContexts(Pass& pass);      // contexts.cc
void NormalizeUserAgent(Pass& pass);     // user_agent.cc
void NormalizeSdk(Pass& pass);           // sdk.cc
void NormalizeDebugMeta(Pass& pass);     // debug_meta.cc
void NormalizeTransaction(Pass& pass);   // transactions.cc: name, spans, statuses
void NormalizeMeasurements(Pass& pass);  // measurements.cc
void NormalizeBreakdowns(Pass& pass);    // breakdowns.cc: breakdowns and exclusive times

// Length and size limits; last of all.
void TrimEvent(json::Object& event, Annotations& notes);  // trimming.cc

// --- pieces that passes share

// Frames of one stack trace: paths, context lines, limits.
// Before the schema check, so that entries name the places of the frames that stay.
void LimitFrames(json::Object& stacktrace, const Path& path, Annotations& notes);  // stacktrace.cc
void NormalizeStacktrace(json::Object& stacktrace, bool raw, const Path& path,
                         Annotations& notes);  // stacktrace.cc
// What the schema does not know of an object goes into its "data".
void MoveUnknownToData(json::Object& object, const Node& schema);  // user.cc
// What operating system the numbers of a mechanism belong to.
enum class OsHint { kUnknown, kLinux, kDarwin, kWindows };
OsHint FindOsHint(const json::Object& event);                                        // mechanism.cc
void NormalizeMechanism(json::Object& mechanism, OsHint os);                         // mechanism.cc
std::string_view ErrnoName(std::int64_t number, OsHint os);                          // os_names.cc
std::string_view SignalName(std::int64_t number, OsHint os);                         // os_names.cc
std::string_view SignalCodeName(std::int64_t signal, std::int64_t code, OsHint os);  // os_names.cc
std::string_view MachExceptionName(std::int64_t number);                             // os_names.cc

// "debug", "info", "warning", "error" or "fatal"; empty if it is none.
std::string_view ParseLevel(const json::Value& value);  // identity.cc
// The canonical text of a span status or its number; "unknown" for anything else.
std::string_view SpanStatus(const json::Value& value);  // transactions.cc

// A message with its parameters put in; nothing if they do not fit.
std::optional<std::string> FormatMessage(std::string_view message,
                                         const json::Value& params);  // format.cc

// The value of a header in the normalized list; empty if there is none.
std::string_view HeaderValue(const json::Object& event, std::string_view name);  // request.cc

}  // namespace gatehouse::events
