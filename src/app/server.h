#pragma once

// `gatehouse serve`: the edges around an installation, and its background work.

#include "app/installation.h"

namespace gatehouse::app {

// Serves until SIGINT or SIGTERM. Returns the process's exit code; what went wrong is printed.
int Serve(const config::Config& config);

struct TestProviderArguments {
  std::string listen = {};         // address:port
  std::string product_url = {};    // of the installation whose return URLs it accepts
  std::string client_secret = {};  // "": a fresh one is made and printed
  bool expose = false;             // may listen where other machines reach it
  bool as_json = false;
};

// `gatehouse idp`: the built-in test provider alone.
int ServeTestProvider(const TestProviderArguments& arguments);

}  // namespace gatehouse::app
