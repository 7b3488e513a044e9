#include "region/eventstore/sqlite/record.h"

#include <cstdint>

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr char kEventVersion = 1;
constexpr char kItemVersion = 2;

// Every text of an event in the order of the record; the same list reads and writes.
constexpr std::string StoredEvent::* kTexts[] = {
    &StoredEvent::event_id,    &StoredEvent::type,        &StoredEvent::primary_hash,
    &StoredEvent::release,     &StoredEvent::environment, &StoredEvent::dist,
    &StoredEvent::user,        &StoredEvent::level,       &StoredEvent::platform,
    &StoredEvent::title,       &StoredEvent::culprit,     &StoredEvent::message,
    &StoredEvent::transaction, &StoredEvent::trace_id,    &StoredEvent::span_id,
};

void PutNumber(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(0x80 | (value & 0x7F));
    value >>= 7;
  }
  out += static_cast<char>(value);
}

void PutText(std::string& out, std::string_view text) {
  PutNumber(out, text.size());
  out += text;
}

void PutTags(std::string& out, const std::vector<Tag>& tags) {
  PutNumber(out, tags.size());
  for (const auto& [key, value] : tags) {
    PutText(out, key);
    PutText(out, value);
  }
}

class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

  std::uint64_t Number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  std::string_view Text() {
    const std::uint64_t size = Number();
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(text.size());
    return text;
  }
  std::vector<Tag> Tags() {
    std::vector<Tag> tags;
    const std::uint64_t count = Number();
    if (!ok_ || count > rest_.size()) ok_ = false;
    for (std::uint64_t i = 0; ok_ && i < count; ++i) {
      const std::string_view key = Text();
      const std::string_view value = Text();
      tags.emplace_back(key, value);
    }
    return tags;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string EncodeEvent(const StoredEvent& event) {
  std::string out;
  out.reserve(event.payload.size() + event.message.size() + 1024);
  out += kEventVersion;
  for (const auto text : kTexts) PutText(out, event.*text);
  PutNumber(out, static_cast<std::uint64_t>(event.received.micros));
  PutNumber(out, static_cast<std::uint64_t>(event.duration.count()));
  PutTags(out, event.tags);
  out += event.payload;
  return out;
}

std::optional<StoredEvent> DecodeEvent(std::string_view bytes, bool with_payload) {
  if (bytes.empty() || bytes.front() != kEventVersion) return std::nullopt;
  RecordReader reader(bytes.substr(1));
  StoredEvent event;
  for (const auto text : kTexts) event.*text = reader.Text();
  event.received.micros = static_cast<std::int64_t>(reader.Number());
  event.duration = Duration(static_cast<std::int64_t>(reader.Number()));
  event.tags = reader.Tags();
  if (!reader.ok()) return std::nullopt;
  if (with_payload) event.payload = reader.rest();
  return event;
}

std::string EncodeItem(const StoredItem& item) {
  std::string out;
  out.reserve(item.payload.size() + item.text.size() + 256);
  out += kItemVersion;
  PutText(out, item.type);
  PutText(out, item.id);
  PutText(out, item.text);
  PutTags(out, item.fields);
  out += item.payload;
  return out;
}

std::optional<StoredItem> DecodeItem(std::string_view bytes, bool with_payload) {
  if (bytes.empty() || bytes.front() != kItemVersion) return std::nullopt;
  RecordReader reader(bytes.substr(1));
  StoredItem item;
  item.type = reader.Text();
  item.id = reader.Text();
  item.text = reader.Text();
  item.fields = reader.Tags();
  if (!reader.ok()) return std::nullopt;
  if (with_payload) item.payload = reader.rest();
  return item;
}

}  // namespace gatehouse::eventstore::sqlite
