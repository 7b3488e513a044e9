// What comes in other forms than Sentry's: reports of browsers, crash dumps, attachments of their
// own, check-ins, OpenTelemetry. Each is made into an envelope.

#include "region/ingest/intake/intake_impl.h"
#include "region/ingest/intake/records.h"
#include "region/ingest/protocol/auth.h"
#include "region/ingest/protocol/check_in.h"
#include "region/ingest/protocol/minidump.h"
#include "region/ingest/protocol/nel.h"
#include "region/ingest/protocol/otlp.h"
#include "region/ingest/protocol/response.h"
#include "region/ingest/protocol/security_report.h"
#include "region/ingest/protocol/unreal.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxReport = 1024 * 1024;

template <class Record>
std::string Container(const std::vector<Record>& records) {
  json::Array items;
  for (const Record& record : records) items.push_back(ToJson(record));
  return json::Serialize(json::Object{{"items", std::move(items)}});
}

}  // namespace

Task<IntakeAnswer> Intake::Security(IntakeRequest request) {
  auto sender = co_await Authenticate(request, std::nullopt, "");
  if (!sender) co_return Refused(sender.error());
  if (!IsSecurityContentType(request.content_type)) {
    co_return Refused(Reject(kContentType).error());
  }
  auto decoded = co_await Decoded(request, kMaxReport);
  if (!decoded) co_return Refused(decoded.error());
  const std::string release = QueryParameter(request.query, "sentry_release").value_or("");
  const std::string environment = QueryParameter(request.query, "sentry_environment").value_or("");
  auto events = ParseSecurityReports(decoded->text, {.client_ip = request.remote_ip,
                                                     .user_agent = request.user_agent,
                                                     .release = release,
                                                     .environment = environment});
  co_return co_await AcceptReports(std::move(request), std::move(*sender), "security",
                                   std::move(events));
}

Task<IntakeAnswer> Intake::Nel(IntakeRequest request) {
  auto sender = co_await Authenticate(request, std::nullopt, "");
  if (!sender) co_return Refused(sender.error());
  auto decoded = co_await Decoded(request, kMaxReport);
  if (!decoded) co_return Refused(decoded.error());
  auto events = ParseNelReports(decoded->text,
                                {.client_ip = request.remote_ip,
                                 .user_agent = request.user_agent,
                                 .release = {},
                                 .environment = {}},
                                request.received);
  co_return co_await AcceptReports(std::move(request), std::move(*sender), "nel",
                                   std::move(events));
}

Task<IntakeAnswer> Intake::AcceptReports(IntakeRequest request, Sender sender, std::string type,
                                         Result<std::vector<json::Object>> events) {
  if (!events) {
    NoteInvalid(request, sender, events.error());
    co_return Refused(events.error());
  }
  for (const json::Object& event : *events) {
    EnvelopeWriter writer(json::Object{{"event_id", EventId::NewV4(d_.rng).ToString()}});
    writer.Add({{"type", type}}, json::Serialize(event));
    GH_CO_TRY(IntakeAnswer answer, co_await AcceptWrapped(request, sender, writer.Take()));
    if (answer.status != 200) co_return answer;
  }
  co_return IntakeAnswer{.body = "", .headers = {}};
}

Task<IntakeAnswer> Intake::Minidump(IntakeRequest request) {
  auto sender = co_await Authenticate(request, std::nullopt, "");
  if (!sender) co_return Refused(sender.error());
  auto decoded = co_await Decoded(request, d_.max_envelope);
  if (!decoded) co_return Refused(decoded.error());
  auto upload = co_await Work(decoded->text.size(), [this, &request, &decoded] {
    return ParseMinidumpUpload(request.content_type, decoded->text, d_.max_envelope);
  });
  if (!upload) {
    NoteInvalid(request, *sender, upload.error());
    co_return Refused(upload.error());
  }
  co_return co_await AcceptCrash(request, std::move(*sender), upload->event, upload->files);
}

Task<IntakeAnswer> Intake::Unreal(IntakeRequest request) {
  auto sender = co_await Authenticate(request, std::nullopt, "");
  if (!sender) co_return Refused(sender.error());
  auto decoded = co_await Decoded(request, d_.max_envelope);
  if (!decoded) co_return Refused(decoded.error());
  const auto parameter = [&](std::string_view name) {
    return QueryParameter(request.query, name).value_or("");
  };
  const std::string user = parameter("UserID");
  const std::string version = parameter("AppVersion");
  const std::string environment = parameter("AppEnvironment");
  const UnrealQuery about{.user_id = user, .app_version = version, .environment = environment};
  // Packed once more inside.
  auto crash = co_await Work(kAtOnce + 1, [this, &decoded, &about] {
    return ParseUnrealCrash(decoded->text, about, d_.max_envelope);
  });
  if (!crash) {
    NoteInvalid(request, *sender, crash.error());
    co_return Refused(crash.error());
  }
  co_return co_await AcceptCrash(request, std::move(*sender), crash->event, crash->files);
}

Task<IntakeAnswer> Intake::AcceptCrash(const IntakeRequest& request, Sender sender,
                                       const json::Object& event,
                                       const std::vector<UploadedFile>& files) {
  const EventId id = EventId::NewV4(d_.rng);
  EnvelopeWriter writer(json::Object{{"event_id", id.ToString()}});
  writer.Add({{"type", "event"}}, json::Serialize(event));
  for (const UploadedFile& file : files) {
    writer.Add({{"type", "attachment"},
                {"filename", file.name},
                {"content_type", file.content_type},
                {"attachment_type", AttachmentKindName(file.kind)}},
               file.data);
  }
  GH_CO_TRY(IntakeAnswer answer, co_await AcceptWrapped(request, std::move(sender), writer.Take()));
  // A crash reporter has no use for a limit of its key: it is told the id in any case. Where
  // nothing could be taken at all it is told so.
  const bool limited =
      answer.status == 429 && answer.body.find(kRateLimitedDetail) != std::string::npos;
  if (answer.status != 200 && !limited) co_return answer;
  co_return IntakeAnswer{.content_type = "text/plain", .body = id.ToHyphenated(), .headers = {}};
}

Task<IntakeAnswer> Intake::Attachments(IntakeRequest request, std::string event_id) {
  auto sender = co_await Authenticate(request, std::nullopt, "");
  if (!sender) co_return Refused(sender.error());
  const auto id = EventId::ParseUsable(event_id);
  if (!id) co_return Refused(Reject(kBadEventId).error());
  auto decoded = co_await Decoded(request, d_.max_envelope);
  if (!decoded) co_return Refused(decoded.error());
  auto files = co_await Work(decoded->text.size(), [&request, &decoded] {
    return ParseAttachments(request.content_type, decoded->text);
  });
  if (!files) {
    NoteInvalid(request, *sender, files.error());
    co_return Refused(files.error());
  }
  EnvelopeWriter writer(json::Object{{"event_id", id->ToString()}});
  for (const UploadedFile& file : *files) {
    writer.Add(
        {{"type", "attachment"}, {"filename", file.name}, {"content_type", file.content_type}},
        file.data);
  }
  GH_CO_TRY(IntakeAnswer answer,
            co_await AcceptWrapped(request, std::move(*sender), writer.Take()));
  if (answer.status == 200) {
    answer.status = 201;
    answer.body.clear();
  }
  co_return answer;
}

Task<IntakeAnswer> Intake::Cron(IntakeRequest request, std::string monitor) {
  auto sender = co_await Authenticate(request, std::nullopt, "");
  if (!sender) co_return Refused(sender.error());
  auto decoded = co_await Decoded(request, kMaxReport);
  if (!decoded) co_return Refused(decoded.error());
  auto check_in = ParseCronRequest(monitor, request.query, decoded->text);
  if (!check_in) {
    NoteInvalid(request, *sender, check_in.error());
    co_return Refused(check_in.error());
  }
  json::Object payload{{"check_in_id", check_in->check_in_id.ToString()},
                       {"monitor_slug", check_in->monitor_slug},
                       {"status", CheckInStatusName(check_in->status)}};
  if (check_in->duration) payload["duration"] = *check_in->duration;
  if (!check_in->environment.empty()) payload["environment"] = check_in->environment;
  // The configuration of the body goes on as it came: it has been read without an error.
  if (check_in->config) {
    if (auto body = json::ParseObject(decoded->text)) {
      if (const json::Object* config = json::GetObject(*body, "monitor_config")) {
        payload["monitor_config"] = *config;
      }
    }
  }
  EnvelopeWriter writer(json::Object{});
  writer.Add({{"type", "check_in"}}, json::Serialize(payload));
  GH_CO_TRY(IntakeAnswer answer,
            co_await AcceptWrapped(request, std::move(*sender), writer.Take()));
  if (answer.status != 200 && answer.status != 429) co_return answer;
  co_return IntakeAnswer{.status = 202, .body = "", .headers = {}};
}

Task<IntakeAnswer> Intake::OtlpTraces(IntakeRequest request) {
  auto sender = co_await Authenticate(request, std::nullopt, "");
  if (!sender) co_return Refused(sender.error());
  auto decoded = co_await Decoded(request, d_.max_envelope);
  if (!decoded) co_return Refused(decoded.error());
  auto spans = co_await Work(decoded->text.size(), [&request, &decoded] {
    return ParseOtlpTraces(request.content_type, decoded->text);
  });
  if (!spans) {
    NoteInvalid(request, *sender, spans.error());
    co_return Refused(spans.error());
  }
  if (!spans->records.empty()) {
    EnvelopeWriter writer(json::Object{});
    writer.Add({{"type", "span"},
                {"content_type", "application/vnd.sentry.items.span.v2+json"},
                {"item_count", spans->records.size()}},
               Container(spans->records));
    GH_CO_TRY(IntakeAnswer answer,
              co_await AcceptWrapped(request, std::move(*sender), writer.Take()));
    if (answer.status != 200) co_return answer;
  }
  co_return IntakeAnswer{.content_type = std::string(request.content_type),
                         .body = std::string(OtlpAnswer(request.content_type)),
                         .headers = {}};
}

Task<IntakeAnswer> Intake::OtlpLogs(IntakeRequest request) {
  auto sender = co_await Authenticate(request, std::nullopt, "");
  if (!sender) co_return Refused(sender.error());
  auto decoded = co_await Decoded(request, d_.max_envelope);
  if (!decoded) co_return Refused(decoded.error());
  auto logs = co_await Work(decoded->text.size(), [&request, &decoded] {
    return ParseOtlpLogs(request.content_type, decoded->text);
  });
  if (!logs) {
    NoteInvalid(request, *sender, logs.error());
    co_return Refused(logs.error());
  }
  if (!logs->records.empty()) {
    EnvelopeWriter writer(json::Object{});
    writer.Add({{"type", "log"},
                {"content_type", "application/vnd.sentry.items.log+json"},
                {"otlp", true},
                {"item_count", logs->records.size()}},
               Container(logs->records));
    GH_CO_TRY(IntakeAnswer answer,
              co_await AcceptWrapped(request, std::move(*sender), writer.Take()));
    if (answer.status != 200) co_return answer;
  }
  co_return IntakeAnswer{.content_type = std::string(request.content_type),
                         .body = std::string(OtlpAnswer(request.content_type)),
                         .headers = {}};
}

}  // namespace gatehouse::ingest
