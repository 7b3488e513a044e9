#pragma once

// The log: one entry, one line, one write. JSON for machines; a console form for people at a
// terminal.
//
//   log.Log(Level::kInfo, "login_succeeded", {Correlation(id), {"user", user.value}});
//   {"time":"2026-11-21T07:54:00.123456Z","level":"info","event":"login_succeeded",…}
//
// Text from outside is safe in a field: control characters (C0, DEL, C1), U+2028 and U+2029, and
// the characters that reorder text are escaped, invalid UTF-8 becomes U+FFFD, and a long value is
// cut. So an entry is always one line and cannot drive a terminal. The event is a constant of the
// program.
//
// A field is redacted by its name: see IsSensitive(). Values are not searched, so never put a URL
// with a query or a request body into a field.
//
// Thread-safe. Log() never fails: an entry that cannot be written is dropped and counted. On a
// non-blocking descriptor a reader that stalls costs 0.1 s once, then only entries.

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"

namespace gatehouse::telemetry {

enum class Level { kDebug, kInfo, kWarn, kError };

std::string_view LevelName(Level level);  // "debug", "info", "warning", "error"
std::optional<Level> LevelFromName(std::string_view name);
// The level at which an error of this code is logged: kError is for what an operator must see.
Level LevelOf(Code code);

// A name and a value; refers to both, so it lives no longer than the call.
class Field {
 public:
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;

  Field(std::string_view name, std::string_view value) : name_(name), value_(value) {}
  Field(std::string_view name, const char* value) : name_(name), value_(std::string_view(value)) {}
  Field(std::string_view name, const std::string& value)
      : name_(name), value_(std::string_view(value)) {}
  Field(std::string_view name, bool value) : name_(name), value_(value) {}
  Field(std::string_view name, double value) : name_(name), value_(value) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Field(std::string_view name, T value) : name_(name), value_(static_cast<std::int64_t>(value)) {}
  // In milliseconds.
  Field(std::string_view name, Duration value)
      : name_(name), value_(static_cast<double>(value.count()) / 1000.0) {}
  template <class Tag>
  Field(std::string_view name, StrongId<Tag> value) : name_(name), value_(value.value) {}

  std::string_view name() const { return name_; }
  const Value& value() const { return value_; }

 private:
  std::string_view name_;
  Value value_;
};

// Ties the entries of one request or job together.
inline Field Correlation(std::string_view id) { return {"correlation_id", id}; }

// True for a name that holds password, secret, token, authorization, cookie or assertion anywhere,
// or "code" as one of its words ("totp_code", but not "codec"). Ignores case. Such a field is
// written as "[redacted]", so an HTTP status is "status" and an error's code is "kind".
bool IsSensitive(std::string_view field_name);

// Appends `text` as the inside of a JSON string, by the rules above.
void AppendEscaped(std::string& out, std::string_view text);

class Logger {
 public:
  enum class Format { kJson, kConsole };
  struct Options {
    int fd = 2;  // not owned; open for the life of the logger
    Level threshold = Level::kInfo;
    Format format = Format::kJson;
  };

  Logger(const Clock& clock, Options options);
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  void Log(Level level, std::string_view event, std::initializer_list<Field> fields = {});
  // Adds the error as kind, reason and detail, at the level of its code.
  void LogError(std::string_view event, const Error& error,
                std::initializer_list<Field> fields = {});

  bool Enabled(Level level) const { return level >= threshold_.load(std::memory_order_relaxed); }
  void set_threshold(Level level) { threshold_.store(level, std::memory_order_relaxed); }
  // Entries lost because the descriptor did not take them.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void Write(const std::string& line);

  const Clock& clock_;
  const int fd_;
  const Format format_;
  std::atomic<Level> threshold_;
  std::atomic<std::uint64_t> dropped_{0};
  std::mutex mutex_;      // held while writing, so that a partial write is completed in place
  bool torn_ = false;     // the last entry ended in the middle of its line
  bool stalled_ = false;  // the reader has not taken the last entry
};

}  // namespace gatehouse::telemetry
