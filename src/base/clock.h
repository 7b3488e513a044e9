#pragma once

// Time. Every module takes a Clock; only SystemClock reads the machine's clock. Wall time is for
// data, monotonic time for deadlines: a clock that is set back never lengthens a timeout.

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

namespace gatehouse {

using Duration = std::chrono::microseconds;

// Microseconds since the Unix epoch, UTC. Zero means "not set" only where a header says so.
struct Timestamp {
  std::int64_t micros = 0;

  auto operator<=>(const Timestamp&) const = default;
  Timestamp operator+(Duration d) const { return {micros + d.count()}; }
  Timestamp operator-(Duration d) const { return {micros - d.count()}; }
  Duration operator-(Timestamp other) const { return Duration(micros - other.micros); }
  std::int64_t Seconds() const { return micros / 1'000'000; }
  static Timestamp FromSeconds(std::int64_t s) { return {s * 1'000'000}; }
};

// "2026-11-21T07:54:00.123456Z"
std::string FormatIso8601(Timestamp t);
// "21 Nov 2026, 07:54 UTC": for pages and mails.
std::string FormatHuman(Timestamp t);

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() const = 0;
  virtual Duration Monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp Now() const override;
  Duration Monotonic() const override;
};

// Stands still until told otherwise. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = Timestamp::FromSeconds(1'800'000'000))
      : now_(start.micros) {}
  Timestamp Now() const override { return {now_.load()}; }
  Duration Monotonic() const override { return Duration(mono_.load()); }
  void Advance(Duration d) {
    now_ += d.count();
    mono_ += d.count();
  }
  // Moves the wall clock alone, as an operator or NTP step would.
  void SetWall(Timestamp t) { now_ = t.micros; }

 private:
  std::atomic<std::int64_t> now_;
  std::atomic<std::int64_t> mono_{0};
};

}  // namespace gatehouse
