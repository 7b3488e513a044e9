#pragma once

// What has been accepted and waits to be processed, by project: who may add to it, and in which
// lane it waits.
//
// A project may fill as much as it leaves free (of 2 GiB, one alone half of it, two a third each
// …), so that the flood of one never takes the room of the others. What comes beyond is refused at
// once: nothing that was acknowledged is ever dropped.
//
// Two lanes are processed at the same time. A project of which many records wait is moved to the
// flood lane until they are done; all others never wait behind it.

#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace gatehouse::ingest {

// Topics of the stream.
inline constexpr std::string_view kTopicIngest = "ingest";
inline constexpr std::string_view kTopicFlood = "ingest-flood";

// Thread-safe.
class Backlog {
 public:
  struct Options {
    std::int64_t max_bytes = std::int64_t{2} << 30;
    std::int64_t flood_records = 256;  // waiting: from then on it is a flood
  };
  Backlog() = default;
  explicit Backlog(Options options) : options_(options) {}

  // Is there no room for more of this project? Counts nothing.
  bool IsFull(std::int64_t project) const;

  struct Place {
    bool accepted = false;
    std::string_view topic = {};
  };
  // Takes the room. Who then cannot write the record gives it back with Done().
  Place Enter(std::int64_t project, std::size_t bytes);
  // A record has been processed. One that this process did not see enter counts for nobody.
  void Done(std::int64_t project, std::string_view topic, std::size_t bytes);

  std::int64_t bytes() const;
  // When it is worth coming again.
  std::int64_t RetryAfterSeconds() const { return 10; }

 private:
  struct Waiting {
    std::int64_t bytes = 0;
    std::int64_t records = 0;  // in the first lane
    std::int64_t flood = 0;    // in the other one
  };
  bool HasRoom(const Waiting& waiting) const;

  const Options options_{};
  mutable std::mutex mutex_;
  std::int64_t bytes_ = 0;
  std::unordered_map<std::int64_t, Waiting> projects_;
};

}  // namespace gatehouse::ingest
