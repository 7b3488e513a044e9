#include "app/health.h"

namespace gatehouse::app {
namespace {

constexpr sql::Statement kPing{"health.ping", "SELECT 1"};

Task<http::Response> Live() {
  http::Response response = http::Response::Text(200, "ok\n");
  response.headers.Set("Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> Ready(sql::Database& db) {
  auto answer = co_await db.Read([](sql::Tx& tx) { return tx.Query(kPing); });
  http::Response response = answer ? http::Response::Text(200, "ready\n")
                                   : http::Response::Text(503, "the database does not answer\n");
  response.headers.Set("Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> Metrics(http::Request& request, const telemetry::Registry& metrics) {
  // A proxy on this machine speaks for somebody else, whatever its address is.
  const bool proxied = request.headers.Has("X-Forwarded-For") || request.headers.Has("Forwarded") ||
                       request.headers.Has("Via");
  if (proxied || (!request.remote_ip.starts_with("127.") && request.remote_ip != "::1")) {
    co_return Fail(Code::kNotFound, "not_found", "metrics from " + request.remote_ip);
  }
  http::Response response = http::Response::Text(200, metrics.Render());
  response.headers.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  co_return response;
}

}  // namespace

void RegisterHealth(http::Router& router, Installation& installation,
                    const telemetry::Registry& metrics) {
  sql::Database* db = installation.db.get();
  const telemetry::Registry* registry = &metrics;
  router.Add(http::Method::kGet, "/health/live", [](http::Request&) { return Live(); });
  router.Add(http::Method::kGet, "/health/ready", [db](http::Request&) { return Ready(*db); });
  router.Add(http::Method::kGet, "/metrics",
             [registry](http::Request& request) { return Metrics(request, *registry); });
}

void AddServerMetrics(telemetry::Registry& metrics, const http::ServerStats& stats) {
  const http::ServerStats* s = &stats;
  auto read = [](const std::atomic<std::uint64_t>& value) {
    return static_cast<double>(value.load(std::memory_order_relaxed));
  };
  metrics.AddGauge("gatehouse_http_requests", "Requests answered since the start.",
                   [s, read] { return read(s->requests); });
  metrics.AddGauge("gatehouse_http_connections_open", "Connections open now.",
                   [s, read] { return read(s->open); });
  metrics.AddGauge(
      "gatehouse_http_connections_refused",
      "Connections closed at once since the start: too many, or too many of one client.",
      [s, read] { return read(s->refused); });
  metrics.AddGauge("gatehouse_http_responses", "Responses since the start, by class.",
                   [s, read] { return read(s->status_2xx); }, {{"class", "2xx"}});
  metrics.AddGauge("gatehouse_http_responses", "Responses since the start, by class.",
                   [s, read] { return read(s->status_3xx); }, {{"class", "3xx"}});
  metrics.AddGauge("gatehouse_http_responses", "Responses since the start, by class.",
                   [s, read] { return read(s->status_4xx); }, {{"class", "4xx"}});
  metrics.AddGauge("gatehouse_http_responses", "Responses since the start, by class.",
                   [s, read] { return read(s->status_5xx); }, {{"class", "5xx"}});
}

}  // namespace gatehouse::app
