#include "region/ingest/protocol/replay.h"

#include "platform/json/json.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {

Result<ReplayRecording> ParseReplayRecording(std::string_view payload) {
  std::size_t end = payload.substr(0, 4096).find('\n');
  if (end == std::string_view::npos) return Reject(kInvalidReplay, "no header");
  auto header = json::ParseObject(payload.substr(0, end));
  if (!header) return Reject(kInvalidReplay, "header");
  auto segment = json::GetInt(*header, "segment_id");
  if (!segment || *segment < 0) return Reject(kInvalidReplay, "segment_id");
  ReplayRecording out;
  out.segment_id = *segment;
  out.data = payload.substr(end + 1);
  if (out.data.empty()) return Reject(kInvalidReplay, "empty");
  out.compressed = out.data.front() != '[';
  return out;
}

}  // namespace gatehouse::ingest
