#include "region/eventstore/sqlite/fresh.h"

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr std::size_t kMaxBytes = 4 << 20;
constexpr std::size_t kMaxChunks = 1024;

}  // namespace

std::size_t FreshChunk::Bytes() const {
  std::size_t bytes = events.size() * sizeof(FreshEvent) + texts.size() * sizeof(FreshText);
  for (const FreshEvent& event : events) {
    bytes += event.message.size() + event.tags.size() * sizeof(TagId);
  }
  for (const FreshText& text : texts) bytes += text.value.size();
  return bytes;
}

FreshEvents::Chunks FreshEvents::Snapshot() const {
  std::lock_guard lock(mutex_);
  return chunks_;
}

void FreshEvents::Add(std::shared_ptr<const FreshChunk> chunk) {
  std::lock_guard lock(mutex_);
  events_ += chunk->events.size();
  bytes_ += chunk->Bytes();
  chunks_.push_back(std::move(chunk));
}

void FreshEvents::Replace(std::shared_ptr<const FreshChunk> chunk) {
  Chunks gone;  // destroyed without the lock
  std::lock_guard lock(mutex_);
  gone.swap(chunks_);
  events_ = chunk ? chunk->events.size() : 0;
  bytes_ = chunk ? chunk->Bytes() : 0;
  if (chunk) chunks_.push_back(std::move(chunk));
}

bool FreshEvents::IsRipe(std::size_t max_events) const {
  std::lock_guard lock(mutex_);
  return events_ >= max_events || bytes_ >= kMaxBytes || chunks_.size() >= kMaxChunks;
}

const std::string* FreshView::Text(std::int64_t id) const {
  for (const auto& chunk : chunks_) {
    for (const FreshText& text : chunk->texts) {
      if (text.id == id) return &text.value;
    }
  }
  return nullptr;
}

}  // namespace gatehouse::eventstore::sqlite
