#pragma once

// EventStore on one SQLite file and one payload file per UTC day; see README.md for how. Owned by
// whoever opened it, and destroyed after every task that uses it has ended.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/rng.h"
#include "region/eventstore/event_store.h"

namespace gatehouse::eventstore::sqlite {

struct Options {
  std::filesystem::path folder = {};  // created, with its parents
  Duration retention = std::chrono::days(90);
  Duration ahead = std::chrono::days(1);
  // A month: what people look at, and as many files (seven descriptors each) as may stay open.
  std::size_t open_days = 32;
  Duration close_after = std::chrono::minutes(5);
  std::size_t max_payload_bytes = 128 << 20;
  // A project's dictionary is made from so many of its newest events, once it has them.
  std::size_t dictionary_events = 400;
  std::size_t dictionary_bytes = 64 << 10;
  // So many new events of a day go into its indexes together (fresh.h).
  std::size_t fold_events = 2048;
  // So many events make a generation of the indexes whose order is a random one.
  std::int64_t generation_events = 16 << 10;
  // Called after a batch on the writer thread: for metrics.
  std::function<void(std::size_t rows)> on_commit = {};
};

// `clock` outlives the store. Finishes merges and deletions that a crash interrupted. Errors:
// "event_store_unavailable".
Result<std::unique_ptr<EventStore>> OpenStore(const Options& options, const Clock& clock, Rng& rng);

}  // namespace gatehouse::eventstore::sqlite
