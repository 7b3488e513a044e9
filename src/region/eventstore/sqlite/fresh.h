#pragma once

// The newest events of a day, which are not in its indexes yet. An index entry at a random place
// costs a page of its own; entries of thousands of events share pages. So an event's row is written
// to a small table first (`fresh`) and kept here, and every few thousand events all go into the
// indexed tables at once ("folded").
//
// Threads: one writes (Add, Replace), any number look (Snapshot). A question takes its snapshot
// before its transaction: what has been folded in between is in both, and is told by its row.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "region/eventstore/sqlite/payload_file.h"
#include "region/eventstore/sqlite/text_id.h"

namespace gatehouse::eventstore::sqlite {

struct TagId {
  std::int64_t key = 0;
  std::int64_t value = 0;
};

struct FreshEvent {
  std::int64_t row = 0;
  std::int64_t project_id = 0;
  Id128 id = {};
  Timestamp time = {};
  std::int64_t kind = 0;
  std::int64_t group_id = 0;
  std::int64_t release_id = 0;
  std::int64_t environment_id = 0;
  std::int64_t message_id = 0;
  std::int64_t transaction_id = 0;
  Id128 trace = {};
  Place place = {};
  std::string message = {};  // as the database takes it
  std::vector<TagId> tags = {};
};

// Of a key or value of a tag.
struct FreshText {
  std::int64_t id = 0;
  std::int64_t project_id = 0;
  std::string value = {};
};

// What one batch brought. Never changed once it is shared.
struct FreshChunk {
  std::vector<FreshEvent> events = {};
  std::vector<FreshText> texts = {};

  std::size_t Bytes() const;
};

class FreshEvents {
 public:
  using Chunks = std::vector<std::shared_ptr<const FreshChunk>>;

  Chunks Snapshot() const;
  void Add(std::shared_ptr<const FreshChunk> chunk);
  // By what is in the chunk alone; nullptr: by nothing.
  void Replace(std::shared_ptr<const FreshChunk> chunk);

  // Is it time to fold them? So many events, or as much memory or as many batches as they may take.
  bool IsRipe(std::size_t max_events) const;

 private:
  mutable std::mutex mutex_;
  Chunks chunks_;
  std::size_t events_ = 0;
  std::size_t bytes_ = 0;
};

// What a question sees of them: those that its transaction does not find in the tables.
class FreshView {
 public:
  FreshView(FreshEvents::Chunks chunks, std::int64_t last_row)
      : chunks_(std::move(chunks)), last_row_(last_row) {}

  template <class F>
  void Each(F f) const {
    for (const auto& chunk : chunks_) {
      for (const FreshEvent& event : chunk->events) {
        if (event.row > last_row_) f(event);
      }
    }
  }
  // nullptr: none of them brought it.
  const std::string* Text(std::int64_t id) const;

 private:
  FreshEvents::Chunks chunks_;
  std::int64_t last_row_;
};

}  // namespace gatehouse::eventstore::sqlite
