#pragma once

// EventStream: the port to a durable, ordered log of records per topic. Consumers form groups; a
// group has one position per topic, which it moves on when it has dealt with what it read, so that
// delivery is at least once. Adapters: embedded/ (files below the data folder).
//
// Threads: every function may be called from any thread; a coroutine goes on where it was.
// Topics and groups are named [a-z0-9-]{1,64} and come into being with their first use.
//
// Errors of every function: kInvalidArgument "stream_topic_invalid" (also for a group),
// kUnavailable "stream_unavailable" (the storage failed; what a failed Append wrote does not
// appear), kCancelled "stopping".

#include <string>
#include <vector>

#include "platform/runtime/task.h"
#include "region/stream/types.h"

namespace gatehouse::stream {

class EventStream {
 public:
  virtual ~EventStream() = default;

  // Answers after all of `records` are durable; returns the offset of the first, the others follow
  // without a gap. After an error none of them appears; after a crash before the answer the first
  // few may. No records: the offset of the next append. kUnavailable "overloaded": too much waits
  // already, nothing was written; kInvalidArgument "stream_record_too_large"; kResourceExhausted
  // "disk_full".
  virtual Task<Offset> Append(std::string topic, std::vector<Record> records) = 0;

  // Durable records from `from` on, in order; none when there is nothing yet. `from` below the
  // oldest record reads from the oldest one. kInvalidArgument "stream_offset_invalid" for a
  // negative offset; kDataLoss "stream_damaged" when a record cannot be read any more.
  virtual Task<ReadResult> Read(std::string topic, Offset from, ReadLimits limits) = 0;

  // Ends when the record at `offset` is durable (at once if it is). kCancelled after Stop().
  virtual Task<void> WaitFor(std::string topic, Offset offset) = 0;

  // Makes the group known, at the oldest record, and returns its position: the offset of the first
  // record that it has not dealt with. A record that a known group has not passed is never dropped.
  virtual Task<Offset> Join(std::string topic, std::string group) = 0;

  // Moves the group to `next`, durably; a smaller value than it has changes nothing.
  // kInvalidArgument "stream_offset_invalid" beyond the end of the topic.
  virtual Task<void> Commit(std::string topic, std::string group, Offset next) = 0;

  virtual Task<TopicState> State(std::string topic) = 0;

  // Drops what every group has passed and what is older than the retention; a topic can also be
  // bounded in bytes, which needs no call. Nothing of a topic without a group, except where the
  // adapter was told that it needs no reader. For a periodic job.
  virtual Task<void> DropOld() = 0;

  // Ends waiting calls with kCancelled; appends that were accepted are still finished. Idempotent.
  virtual void Stop() = 0;
};

}  // namespace gatehouse::stream
