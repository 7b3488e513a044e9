#include "edge/intake/routes.h"

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.h"
#include "region/ingest/protocol/origin.h"
#include "region/ingest/protocol/response.h"

namespace gatehouse::edge_intake {
namespace {

using http::Method;
using http::Request;
using http::Response;
using ingest::IntakeAnswer;
using ingest::IntakeRequest;

// What may come over the wire, encoded; what comes out of it is bounded by intake.
constexpr http::RouteOptions kLarge{.max_body = 200 * 1024 * 1024, .collapse_slashes = true};
constexpr http::RouteOptions kEvent{.max_body = 20 * 1024 * 1024, .collapse_slashes = true};
constexpr http::RouteOptions kReport{.max_body = 1024 * 1024, .collapse_slashes = true};

// The first segments behind /api/{project}/.
constexpr std::array<std::string_view, 11> kFirst = {
    "envelope", "store",  "security", "csp-report", "nel",        "minidump",
    "unreal",   "events", "cron",     "otlp",       "integration"};

bool IsIntakePath(std::string_view path) {
  std::vector<std::string_view> segments;
  for (const std::string_view segment : Split(path, '/')) {
    if (!segment.empty()) segments.push_back(segment);
    if (segments.size() == 3) break;
  }
  if (segments.size() == 1) return segments[0] == "tunnel";
  if (segments.empty() || segments[0] != "api" || segments[1] == "0") return false;
  if (segments.size() == 2) return segments[1] == "store";
  return std::ranges::find(kFirst, segments[2]) != kFirst.end();
}

std::string_view DetailOf(int status) {
  switch (status) {
    case 405:
      return "method not allowed";
    case 413:
      return "request body too large";
    case 500:
      return "internal server error";
    case 503:
      return "the server is overloaded";
    default:
      return "bad request";
  }
}

std::string_view ParamOr(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.params) {
    if (key == name) return value;
  }
  return {};
}

IntakeRequest Decode(Request& request) {
  return {.path_project = ParamOr(request, "project"),
          .path_key = ParamOr(request, "key"),
          .query = request.query,
          .x_sentry_auth = request.headers.Get("X-Sentry-Auth"),
          .authorization = request.headers.Get("Authorization"),
          .content_encoding = request.headers.Get("Content-Encoding"),
          .content_type = request.headers.Get("Content-Type"),
          .origin = request.headers.Get("Origin"),
          .referer = request.headers.Get("Referer"),
          .user_agent = request.headers.Get("User-Agent"),
          .remote_ip = request.remote_ip,
          .received = request.received,
          .body = request.body,
          .owned_body = &request.body};
}

Response Encode(IntakeAnswer answer) {
  Response response;
  response.status = answer.status;
  if (!answer.body.empty()) response.headers.Set("Content-Type", std::move(answer.content_type));
  response.body = std::move(answer.body);
  for (auto& [name, value] : answer.headers)
    response.headers.Set(std::move(name), std::move(value));
  if (!answer.may_be_read) return response;
  for (const auto& [name, value] : ingest::CorsHeaders()) {
    response.headers.Set(std::string(name), std::string(value));
  }
  return response;
}

using Call = std::function<Task<IntakeAnswer>(Request&, IntakeRequest)>;

Task<Response> Serve(const Call* call, Request& request) {
  GH_CO_TRY(IntakeAnswer answer, co_await (*call)(request, Decode(request)));
  co_return Encode(std::move(answer));
}

// This process serves; whether it can take more is for the second one to say.
Task<Response> Health(bool healthy) {
  Response response = Encode(
      IntakeAnswer{.status = healthy ? 200 : 503,
                   .body = std::string(healthy ? ingest::kHealthyBody : ingest::kUnhealthyBody),
                   .headers = {}});
  response.headers.Set("Cache-Control", "no-store");
  co_return response;
}

Task<Response> Preflight() { co_return Encode(IntakeAnswer{.body = "", .headers = {}}); }

class Table {
 public:
  Table(http::Router& router, ingest::Intake& intake) : router_(router), intake_(intake) {}

  using Route = Task<IntakeAnswer> (ingest::Intake::*)(IntakeRequest);

  void Add(Method method, const std::string& pattern, Call call, http::RouteOptions options) {
    // Lives as long as the router's table, which holds the handlers.
    auto shared = std::make_shared<const Call>(std::move(call));
    const http::Handler handler = [shared](Request& request) {
      return Serve(shared.get(), request);
    };
    router_.Add(method, pattern + "/", handler, options);
    router_.Add(method, pattern, handler, options);
  }
  void Add(Method method, const std::string& pattern, Route route, http::RouteOptions options) {
    Add(
        method, pattern,
        [this_intake = &intake_, route](Request&, IntakeRequest request) {
          return (this_intake->*route)(request);
        },
        options);
  }
  void AddPreflight(const std::string& pattern) {
    const http::Handler handler = [](Request&) { return Preflight(); };
    router_.Add(Method::kOptions, pattern + "/", handler, kReport);
    router_.Add(Method::kOptions, pattern, handler, kReport);
  }

 private:
  http::Router& router_;
  ingest::Intake& intake_;
};

}  // namespace

std::optional<http::Response> RenderRefusal(const http::Request& request, int status) {
  if (status == 404 || !IsIntakePath(request.path)) return std::nullopt;
  const std::string detail(DetailOf(status));
  return Encode(IntakeAnswer{.status = status,
                             .body = ingest::RejectedBody(detail, ""),
                             .headers = {{"X-Sentry-Error", detail}}});
}

void AddRoutes(http::Router& router, ingest::Intake& intake) {
  using ingest::Intake;
  Table table(router, intake);
  const std::string base = "/api/{project}/";
  table.Add(Method::kPost, base + "envelope", &Intake::Envelope, kLarge);
  table.Add(Method::kPost, base + "store", &Intake::Store, kEvent);
  table.Add(Method::kGet, base + "store", &Intake::StorePixel, kReport);
  table.Add(Method::kPost, "/api/store", &Intake::Store, kEvent);
  table.Add(Method::kGet, "/api/store", &Intake::StorePixel, kReport);
  table.Add(Method::kPost, base + "security", &Intake::Security, kReport);
  table.Add(Method::kPost, base + "csp-report", &Intake::Security, kReport);
  table.Add(Method::kPost, base + "nel", &Intake::Nel, kReport);
  table.Add(Method::kPost, base + "minidump", &Intake::Minidump, kLarge);
  table.Add(Method::kPost, base + "unreal/{key}", &Intake::Unreal, kLarge);
  table.Add(Method::kPost, base + "otlp/v1/traces", &Intake::OtlpTraces, kEvent);
  table.Add(Method::kPost, base + "otlp/v1/logs", &Intake::OtlpLogs, kEvent);
  table.Add(Method::kPost, base + "integration/otlp/v1/traces", &Intake::OtlpTraces, kEvent);
  table.Add(Method::kPost, base + "integration/otlp/v1/logs", &Intake::OtlpLogs, kEvent);
  table.Add(Method::kPost, "/tunnel", &Intake::Tunnel, kLarge);
  table.Add(
      Method::kPost, base + "events/{event}/attachments",
      [&intake](Request& request, IntakeRequest decoded) {
        return intake.Attachments(decoded, request.Param("event"));
      },
      kLarge);
  for (const Method method : {Method::kGet, Method::kPost}) {
    for (const char* tail : {"cron/{monitor}", "cron/{monitor}/{key}"}) {
      table.Add(
          method, base + tail,
          [&intake](Request& request, IntakeRequest decoded) {
            return intake.Cron(decoded, request.Param("monitor"));
          },
          kReport);
    }
  }
  for (const char* tail :
       {"envelope", "store", "security", "csp-report", "nel", "minidump", "unreal/{key}",
        "events/{event}/attachments", "cron/{monitor}", "cron/{monitor}/{key}", "otlp/v1/traces",
        "otlp/v1/logs", "integration/otlp/v1/traces", "integration/otlp/v1/logs"}) {
    table.AddPreflight(base + tail);
  }
  for (const char* path : {"/api/relay/healthcheck/live", "/api/0/relays/live"}) {
    for (const char* end : {"", "/"}) {
      router.Add(Method::kGet, std::string(path) + end, [](Request&) { return Health(true); });
    }
  }
  for (const char* end : {"", "/"}) {
    router.Add(Method::kGet, std::string("/api/relay/healthcheck/ready") + end,
               [&intake](Request&) { return Health(intake.CanTakeMore()); });
  }
  table.AddPreflight("/api/store");
  table.AddPreflight("/tunnel");
}

}  // namespace gatehouse::edge_intake
