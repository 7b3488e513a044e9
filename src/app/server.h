#pragma once

// `gatehouse serve`: the edges around an installation, and its background work.

#include "app/installation.h"

namespace gatehouse::app {

// Serves until SIGINT or SIGTERM. Returns the process's exit code; what went wrong is printed.
int Serve(const config::Config& config);

// `gatehouse idp`: the built-in test provider alone. `product_url` is the installation whose return
// URLs it accepts. An empty secret: a fresh one is made and printed.
int ServeTestProvider(const std::string& listen, const std::string& product_url,
                      const std::string& client_secret, bool as_json);

}  // namespace gatehouse::app
