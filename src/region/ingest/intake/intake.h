#pragma once

// The front of intake: takes a request of an SDK, checks who sends and whether the data holds
// together, writes it to the stream and answers. What it accepts is durable when it answers; the
// processor (processor.h) reads it from there.
//
// Answers are those of the Sentry protocol; nothing here throws a person's page at an SDK.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "platform/runtime/runtime.h"
#include "region/ingest/intake/backlog.h"
#include "region/ingest/intake/outcomes.h"
#include "region/ingest/intake/quota_counters.h"
#include "region/ingest/intake/unpack_budget.h"
#include "region/ingest/protocol/envelope_rules.h"
#include "region/ingest/protocol/minidump.h"
#include "region/ingest/quotas/quota.h"
#include "region/ingest/settings/settings.h"
#include "region/projects/service.h"
#include "region/stream/stream.h"

namespace gatehouse::ingest {

// What the routes have in common. Views into the HTTP request, which outlives the call.
struct IntakeRequest {
  std::string_view path_project;  // {project_id}; empty for /api/store/ and the tunnel
  std::string_view path_key;      // of routes that carry the key in the path
  std::string_view query;
  std::string_view x_sentry_auth;
  std::string_view authorization;
  std::string_view content_encoding;
  std::string_view content_type;
  std::string_view origin;
  std::string_view referer;
  std::string_view user_agent;
  std::string_view remote_ip;
  Timestamp received;
  std::string_view body;
  // What `body` is a view into, where the caller has no more use for it: it is taken, or given back
  // early, if it is large.
  std::string* owned_body = nullptr;
};

struct IntakeAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // besides the CORS headers
  bool may_be_read = true;  // by the page that sent it: not where its origin was refused
};

// Thread-safe. What is given by reference must outlive it.
class Intake {
 public:
  struct Parts {
    projects::Service& projects;
    stream::EventStream& stream;
    Outcomes& outcomes;
    QuotaCounters& quotas;
    Settings& settings;
    Backlog& backlog;
    Rng& rng;
    QuotaSettings installation = {};               // limits for everybody
    std::size_t max_envelope = 200 * 1024 * 1024;  // decompressed
    std::size_t max_event = 1024 * 1024;
    // What all requests together may hold unpacked; more is refused like a flood.
    std::size_t max_unpacked = 256 * 1024 * 1024;
    // Where what may be large is unpacked and read; none: on the caller's thread.
    runtime::WorkerPool* workers = nullptr;
  };
  explicit Intake(Parts parts) : d_(parts), unpacked_(parts.max_unpacked) {}

  // Of everything that is held unpacked now.
  std::size_t unpacked_bytes() const { return unpacked_.used(); }

  // Not while what waits has filled its room.
  bool CanTakeMore() const;

  // POST /api/{project}/envelope/
  Task<IntakeAnswer> Envelope(IntakeRequest request);
  // POST /tunnel: an envelope whose own header names the project.
  Task<IntakeAnswer> Tunnel(IntakeRequest request);
  // POST /api/{project}/store/, /api/store/
  Task<IntakeAnswer> Store(IntakeRequest request);
  // GET …/store/?sentry_data=…: always answered with a pixel.
  Task<IntakeAnswer> StorePixel(IntakeRequest request);
  // POST /api/{project}/security/, …/csp-report/
  Task<IntakeAnswer> Security(IntakeRequest request);
  // POST /api/{project}/nel/
  Task<IntakeAnswer> Nel(IntakeRequest request);
  // POST /api/{project}/minidump/
  Task<IntakeAnswer> Minidump(IntakeRequest request);
  // POST /api/{project}/unreal/{key}/
  Task<IntakeAnswer> Unreal(IntakeRequest request);
  // POST /api/{project}/events/{event}/attachments/
  Task<IntakeAnswer> Attachments(IntakeRequest request, std::string event_id);
  // GET, POST /api/{project}/cron/{monitor}/[{key}/]
  Task<IntakeAnswer> Cron(IntakeRequest request, std::string monitor);
  // POST …/otlp/v1/{traces,logs}/
  Task<IntakeAnswer> OtlpTraces(IntakeRequest request);
  Task<IntakeAnswer> OtlpLogs(IntakeRequest request);

 private:
  struct Sender;
  Task<Sender> Authenticate(const IntakeRequest& request, std::optional<std::string> dsn_key,
                            std::string client);
  struct Body;
  struct Opening;
  enum class Kind { kEnvelope, kOther };
  // The decoded body. What is or may become large is unpacked by the workers, in two passes: the
  // first keeps nothing and refuses, the second one takes exactly the room that is needed.
  Task<Body> Decoded(IntakeRequest& request, std::size_t max, Kind kind = Kind::kOther);
  Result<Body> DecodedLarge(const IntakeRequest& request, std::size_t max, Kind kind);
  // An envelope's header line, with no more unpacked than that.
  Result<Opening> Open(const IntakeRequest& request) const;
  // On the workers if it is about so many bytes that others would wait for it.
  template <class F>
  auto Work(std::size_t bytes, F f) -> Task<typename std::invoke_result_t<F>::value_type>;
  // Applies limits, writes the envelope to the stream, answers. `text`, which the envelope's items
  // are views into, is taken when it goes on as it came, and given back early otherwise.
  Task<IntakeAnswer> Accept(const IntakeRequest& request, Sender sender, ingest::Envelope envelope,
                            std::string& text);
  IntakeAnswer Refused(const Error& error) const;
  std::vector<Quota> QuotasOf(const Sender& sender) const;
  // A crash with its files; answered with the event's id as text.
  Task<IntakeAnswer> AcceptCrash(const IntakeRequest& request, Sender sender,
                                 const json::Object& event, const std::vector<UploadedFile>& files);
  // What browsers report, an event each: as items of this type.
  Task<IntakeAnswer> AcceptReports(IntakeRequest request, Sender sender, std::string type,
                                   Result<std::vector<json::Object>> events);
  Task<IntakeAnswer> AcceptWrapped(const IntakeRequest& request, Sender sender, std::string text);
  void NoteInvalid(const IntakeRequest& request, const Sender& sender, const Error& error);

  const Parts d_;
  UnpackBudget unpacked_;
};

}  // namespace gatehouse::ingest
