#pragma once

// Values of the event stream.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace gatehouse::stream {

// Position of a record in its topic: 0, 1, 2 … without a gap.
using Offset = std::int64_t;

// A key and a value, both text, in the order given.
using Header = std::pair<std::string, std::string>;

struct Record {
  std::string key = {};  // records with one key stay in order; "" for no key
  std::vector<Header> headers = {};
  std::string payload = {};
};

struct StoredRecord {
  Offset offset = 0;
  Timestamp appended = {};
  Record record = {};
};

struct ReadLimits {
  std::size_t max_records = 500;
  // Of stored bytes. The first record is returned even if it is larger.
  std::size_t max_bytes = 4 << 20;
};

struct ReadResult {
  std::vector<StoredRecord> records = {};
  // Where to read on: after the last record, or the first one that still exists when the records
  // asked for are gone, or the offset asked for when there is nothing yet.
  Offset next = 0;
};

struct TopicState {
  Offset first = 0;  // the oldest record that exists
  Offset next = 0;   // the offset of the next append: everything below is durable
  std::int64_t bytes = 0;
};

}  // namespace gatehouse::stream
