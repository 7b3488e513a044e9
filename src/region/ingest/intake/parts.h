#pragma once

// Envelopes that are larger than a record of the stream: several records, written together, one
// behind the other.

#include <string>
#include <vector>

#include "region/stream/types.h"

namespace gatehouse::ingest {

inline constexpr std::size_t kPartBytes = 16 * 1024 * 1024;

// `record`, or the records that its payload takes; `id` is the envelope's, like no other's.
std::vector<stream::Record> SplitRecord(stream::Record record, const std::string& id);

// How many records the last envelope still lacks. 0: it is whole, or is no part.
std::size_t MissingParts(const std::vector<stream::StoredRecord>& records);

// Puts envelopes together again; each takes the offset of its last record. What a crash left of one
// that was never answered goes.
void JoinParts(std::vector<stream::StoredRecord>& records);

}  // namespace gatehouse::ingest
