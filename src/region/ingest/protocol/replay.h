#pragma once

// Replay recordings: one JSON line, then what the recorder wrote, usually compressed.

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace gatehouse::ingest {

struct ReplayRecording {
  std::int64_t segment_id = 0;
  bool compressed = false;
  std::string_view data;  // into the payload
};

// Error: kInvalidReplay.
Result<ReplayRecording> ParseReplayRecording(std::string_view payload);

}  // namespace gatehouse::ingest
