#pragma once

// Which events a day has: "certainly not" or "perhaps" (a Bloom filter of twelve bits an event, one
// in two hundred wrong), so that a new event costs no look into the index. Not thread-safe.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "region/eventstore/sqlite/text_id.h"

namespace gatehouse::eventstore::sqlite {

class SeenIds {
 public:
  // For so many events; beyond that it is wrong more often.
  explicit SeenIds(std::size_t events);

  // Notes the event. true: perhaps it was there already.
  bool Add(std::int64_t project_id, const Id128& id);

  std::size_t size() const { return size_; }
  bool full() const { return size_ >= events_; }

 private:
  std::size_t events_;
  std::size_t size_ = 0;
  std::uint64_t mask_;
  std::vector<std::uint64_t> words_;
};

}  // namespace gatehouse::eventstore::sqlite
