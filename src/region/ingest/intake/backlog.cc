#include "region/ingest/intake/backlog.h"

#include <algorithm>

namespace gatehouse::ingest {

bool Backlog::HasRoom(const Waiting& waiting) const {
  return waiting.bytes < options_.max_bytes - bytes_;
}

bool Backlog::IsFull(std::int64_t project) const {
  std::lock_guard lock(mutex_);
  const auto found = projects_.find(project);
  return !HasRoom(found == projects_.end() ? Waiting{} : found->second);
}

Backlog::Place Backlog::Enter(std::int64_t project, std::size_t bytes) {
  std::lock_guard lock(mutex_);
  const auto found = projects_.find(project);
  if (!HasRoom(found == projects_.end() ? Waiting{} : found->second)) return {};
  Waiting& waiting = projects_[project];
  // Back to the first lane when the other one has none of it: its records stay nearly in order.
  const bool flood = waiting.flood > 0 || waiting.records >= options_.flood_records;
  ++(flood ? waiting.flood : waiting.records);
  waiting.bytes += static_cast<std::int64_t>(bytes);
  bytes_ += static_cast<std::int64_t>(bytes);
  return {true, flood ? kTopicFlood : kTopicIngest};
}

void Backlog::Done(std::int64_t project, std::string_view topic, std::size_t bytes) {
  std::lock_guard lock(mutex_);
  const auto found = projects_.find(project);
  if (found == projects_.end()) return;
  Waiting& waiting = found->second;
  std::int64_t& records = topic == kTopicFlood ? waiting.flood : waiting.records;
  if (records == 0) return;
  --records;
  const std::int64_t done = std::min(static_cast<std::int64_t>(bytes), waiting.bytes);
  waiting.bytes -= done;
  bytes_ -= done;
  if (waiting.records > 0 || waiting.flood > 0) return;
  bytes_ -= waiting.bytes;
  projects_.erase(found);
}

std::int64_t Backlog::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace gatehouse::ingest
