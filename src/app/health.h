#pragma once

// /health/live, /health/ready and /metrics. Metrics answer only callers on this machine.

#include "app/installation.h"
#include "platform/http/router.h"
#include "platform/http/server.h"
#include "platform/telemetry/metrics.h"

namespace gatehouse::app {

// All of it outlives the router's server.
void RegisterHealth(http::Router& router, Installation& installation,
                    const telemetry::Registry& metrics);
void AddServerMetrics(telemetry::Registry& metrics, const http::ServerStats& stats);

}  // namespace gatehouse::app
