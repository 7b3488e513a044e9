#pragma once

// EventStream on files below one folder; see README.md for how. Owned by whoever opened it, and
// destroyed after every task that uses it has ended.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "region/stream/embedded/files.h"
#include "region/stream/stream.h"

namespace gatehouse::stream::embedded {

struct Options {
  std::filesystem::path folder = {};  // created, with its parents
  std::int64_t segment_bytes = 32 << 20;
  std::size_t max_record_bytes = 32 << 20;
  // Appended and not yet durable; more is refused with "overloaded".
  std::size_t max_waiting_bytes = 16 << 20;
  // Of one topic on the disk; more is refused with "overloaded" until the groups come after.
  std::int64_t max_topic_bytes = std::int64_t{16} << 30;
  Duration retention = std::chrono::hours(24);
  // Of one topic: what every group has passed is dropped before its time when it is more.
  std::int64_t keep_bytes = 64 << 20;
  // Topics that are kept in these limits even if no group reads them.
  std::vector<std::string> unread = {};
  // Called once per topic at open when `bytes` were behind the last whole record: a crash, perhaps
  // before some records were answered. For the log.
  std::function<void(const std::string& topic, std::int64_t bytes)> on_cut = {};
  // Called on a topic's writer thread after each group commit: for metrics.
  std::function<void(std::size_t appends, std::size_t bytes)> on_commit = {};
};

// `clock` and `files` outlive the stream. Errors: "stream_unavailable", "stream_damaged".
Result<std::unique_ptr<EventStream>> OpenStream(const Options& options, const Clock& clock,
                                                Files& files);

}  // namespace gatehouse::stream::embedded
