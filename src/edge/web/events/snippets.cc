#include "edge/web/events/snippets.h"

#include "base/text.h"

namespace gatehouse::web {

namespace {

void Replace(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// "https://key@host/7": where the same project takes an event without an SDK.
std::string StoreUrl(std::string_view dsn) {
  const std::size_t scheme = dsn.find("://");
  const std::size_t at = dsn.find('@');
  const std::size_t slash = dsn.rfind('/');
  if (scheme == std::string_view::npos || at == std::string_view::npos || slash < at) return {};
  const std::size_t key = scheme + 3;
  return std::string(dsn.substr(0, key)) + std::string(dsn.substr(at + 1, slash - at - 1)) +
         "/api/" + std::string(dsn.substr(slash + 1)) +
         "/store/?sentry_key=" + std::string(dsn.substr(key, at - key));
}

}  // namespace

const std::vector<Snippet>& Snippets() {
  static const std::vector<Snippet> all = {
      {"node", "Node.js", "npm install @sentry/node", "hello.mjs, or the first lines of your own",
       R"(import * as Sentry from "@sentry/node";

Sentry.init({ dsn: "{DSN}" });

function hello() {
  throw new Error("hello from Node.js");
}
try {
  hello();
} catch (error) {
  Sentry.captureException(error);
})"},
      {"javascript", "Browser JavaScript", "npm install @sentry/browser",
       "the first lines of your script", R"(import * as Sentry from "@sentry/browser";

Sentry.init({ dsn: "{DSN}" });

setTimeout(() => {
  throw new Error("hello from the browser");
});)"},
      {"javascript-react", "React", "npm install @sentry/react",
       "the entry point, before rendering",
       R"(import * as Sentry from "@sentry/react";

Sentry.init({ dsn: "{DSN}" });

createRoot(document.getElementById("root"), {
  onUncaughtError: Sentry.reactErrorHandler(),
  onCaughtError: Sentry.reactErrorHandler(),
}).render(<App />);

Sentry.captureException(new Error("hello from React"));)"},
      {"javascript-nextjs", "Next.js", "npm install @sentry/nextjs",
       "instrumentation-client.js, and the same in sentry.server.config.js",
       R"(import * as Sentry from "@sentry/nextjs";

Sentry.init({ dsn: "{DSN}" });

Sentry.captureException(new Error("hello from Next.js"));)"},
      {"python", "Python", "pip install sentry-sdk", "before everything else", R"(import sentry_sdk

sentry_sdk.init(dsn="{DSN}")

raise ValueError("hello from Python"))"},
      {"php", "PHP", "composer require sentry/sentry", "before everything else", R"(<?php
require "vendor/autoload.php";

\Sentry\init(["dsn" => "{DSN}"]);

throw new Exception("hello from PHP");)"},
      {"go", "Go", "go get github.com/getsentry/sentry-go", "main.go", R"(package main

import (
	"errors"
	"time"

	"github.com/getsentry/sentry-go"
)

func main() {
	if err := sentry.Init(sentry.ClientOptions{Dsn: "{DSN}"}); err != nil {
		panic(err)
	}
	defer sentry.Flush(2 * time.Second)
	sentry.CaptureException(errors.New("hello from Go"))
})"},
      {"java", "Java and Kotlin", "implementation(\"io.sentry:sentry:8.+\")",
       "the first lines of main; the line above goes into build.gradle",
       R"(import io.sentry.Sentry;

public class Main {
  public static void main(String[] args) {
    Sentry.init(options -> options.setDsn("{DSN}"));
    Sentry.captureException(new IllegalStateException("hello from Java"));
  }
})"},
      {"ruby", "Ruby", "bundle add sentry-ruby", "before everything else", R"(require "sentry-ruby"

Sentry.init { |config| config.dsn = "{DSN}" }

Sentry.capture_exception(RuntimeError.new("hello from Ruby")))"},
      {"dotnet", ".NET", "dotnet add package Sentry", "Program.cs", R"(using Sentry;

using var sentry = SentrySdk.Init(options => options.Dsn = "{DSN}");

SentrySdk.CaptureException(new InvalidOperationException("hello from .NET"));)"},
      {"rust", "Rust", "cargo add sentry", "main.rs", R"(fn main() {
    let _guard = sentry::init((
        "{DSN}",
        sentry::ClientOptions { release: sentry::release_name!(), ..Default::default() },
    ));
    panic!("hello from Rust");
})"},
      {"react-native", "React Native", "npm install @sentry/react-native", "App.js, first lines",
       R"(import * as Sentry from "@sentry/react-native";

Sentry.init({ dsn: "{DSN}" });

Sentry.captureException(new Error("hello from React Native"));)"},
      {"flutter", "Flutter", "flutter pub add sentry_flutter", "main.dart",
       R"(import "package:sentry_flutter/sentry_flutter.dart";

Future<void> main() async {
  await SentryFlutter.init(
    (options) => options.dsn = "{DSN}",
    appRunner: () => runApp(const MyApp()),
  );
  await Sentry.captureException(StateError("hello from Flutter"));
})"},
      {"native", "C and C++", "", "main.c; link with the sentry-native library",
       R"(#include <sentry.h>

int main(void) {
  sentry_options_t *options = sentry_options_new();
  sentry_options_set_dsn(options, "{DSN}");
  sentry_options_set_database_path(options, ".sentry-native");
  sentry_init(options);
  sentry_capture_event(
      sentry_value_new_message_event(SENTRY_LEVEL_ERROR, "main", "hello from C"));
  sentry_close();
})"},
      {"other", "Anything else (curl)", "", "a shell",
       R"(curl '{STORE_URL}' \
  -H 'Content-Type: application/json' \
  -d '{"message": "hello from curl", "level": "error"}')"},
  };
  return all;
}

const Snippet& SnippetFor(std::string_view platform) {
  const Snippet* best = &Snippets().back();
  std::size_t length = 0;
  for (const Snippet& snippet : Snippets()) {
    const std::string_view own = snippet.platform;
    const bool fits =
        platform.starts_with(own) && (platform.size() == own.size() || platform[own.size()] == '-');
    if (!fits || own.size() <= length) continue;
    best = &snippet;
    length = own.size();
  }
  return *best;
}

std::vector<std::string> SnippetLines(std::string_view text, std::string_view dsn) {
  std::vector<std::string> lines;
  if (text.empty()) return lines;
  const std::string store = StoreUrl(dsn);
  for (const std::string_view line : Split(text, '\n')) {
    std::string own;
    // The page shows a tab as one blank.
    for (const char c : line) own += c == '\t' ? std::string("    ") : std::string(1, c);
    Replace(own, "{DSN}", dsn);
    Replace(own, "{STORE_URL}", store);
    lines.push_back(std::move(own));
  }
  return lines;
}

}  // namespace gatehouse::web
