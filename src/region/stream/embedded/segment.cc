#include "region/stream/embedded/segment.h"

#include <algorithm>
#include <cstring>

#include "region/stream/embedded/crc32c.h"

namespace gatehouse::stream::embedded {
namespace {

constexpr std::string_view kMagic = "GHS2";
constexpr std::string_view kMagicUnmasked = "GHS1";
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kMinBodyBytes = kTimeBytes + 2;  // an empty key and no headers
constexpr std::size_t kChunk = 256 << 10;

template <class T>
void PutFixed(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFF);
  }
}

template <class T>
T GetFixed(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return static_cast<T>(value);
}

std::size_t VarintBytes(std::uint64_t value) {
  std::size_t bytes = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++bytes;
  }
  return bytes;
}

void PutVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(0x80 | (value & 0x7F));
    value >>= 7;
  }
  out += static_cast<char>(value);
}

std::optional<std::uint64_t> TakeVarint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

void PutText(std::string& out, std::string_view text) {
  PutVarint(out, text.size());
  out += text;
}

std::optional<std::string_view> TakeText(std::string_view& bytes) {
  const auto size = TakeVarint(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  const std::string_view text = bytes.substr(0, static_cast<std::size_t>(*size));
  bytes.remove_prefix(text.size());
  return text;
}

std::uint32_t FrameCrc(std::string_view length, std::string_view body) {
  return Crc32c(Crc32c(0, length), body);
}

}  // namespace

std::string EncodeHead(Offset base) {
  std::string number;
  PutFixed(number, base);
  std::string out(kMagic);
  PutFixed(out, Crc32c(0, number));
  return out + number;
}

std::optional<Head> DecodeHead(std::string_view bytes) {
  if (bytes.size() < kHeadBytes) return std::nullopt;
  const bool masked = bytes.starts_with(kMagic);
  if (!masked && !bytes.starts_with(kMagicUnmasked)) return std::nullopt;
  const std::string_view number = bytes.substr(8, 8);
  const auto crc = GetFixed<std::uint32_t>(bytes.substr(4));
  if (crc != Crc32c(0, number)) return std::nullopt;
  const auto base = GetFixed<Offset>(number);
  if (base < 0) return std::nullopt;
  return Head{.base = base, .mask = masked ? crc : 0};
}

std::size_t BodyBytes(const Record& record) {
  std::size_t bytes = kTimeBytes + VarintBytes(record.key.size()) + record.key.size() +
                      VarintBytes(record.headers.size()) + record.payload.size();
  for (const auto& [name, value] : record.headers) {
    bytes += VarintBytes(name.size()) + name.size() + VarintBytes(value.size()) + value.size();
  }
  return bytes;
}

void AppendFrame(std::string& out, Timestamp now, const Record& record) {
  const std::size_t body_bytes = BodyBytes(record);
  const std::size_t start = out.size();
  PutFixed(out, static_cast<std::uint32_t>(body_bytes));
  PutFixed(out, std::uint32_t{0});  // the checksum, below
  PutFixed(out, now.micros);
  PutText(out, record.key);
  PutVarint(out, record.headers.size());
  for (const auto& [name, value] : record.headers) {
    PutText(out, name);
    PutText(out, value);
  }
  out += record.payload;
  const std::string_view frame = std::string_view(out).substr(start);
  const std::uint32_t crc = FrameCrc(frame.substr(0, 4), frame.substr(kFrameHeadBytes));
  for (std::size_t i = 0; i < 4; ++i) {
    out[start + 4 + i] = static_cast<char>(crc >> (8 * i) & 0xFF);
  }
}

void MaskFrames(std::string& frames, std::uint32_t mask) {
  for (std::size_t at = 0; at + kFrameHeadBytes <= frames.size();) {
    for (std::size_t i = 0; i < 4; ++i) {
      char& byte = frames[at + 4 + i];
      byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (mask >> (8 * i) & 0xFF));
    }
    at += kFrameHeadBytes + GetFixed<std::uint32_t>(std::string_view(frames).substr(at));
  }
}

Frame ParseFrame(std::string_view bytes, std::uint32_t mask) {
  if (bytes.size() < kFrameHeadBytes) return {.state = FrameState::kCut};
  const auto length = GetFixed<std::uint32_t>(bytes);
  if (length < kMinBodyBytes || length > kMaxBodyBytes) return {.state = FrameState::kBad};
  const std::size_t total = kFrameHeadBytes + length;
  if (bytes.size() < total) return {.state = FrameState::kCut, .bytes = total};
  const std::string_view body = bytes.substr(kFrameHeadBytes, length);
  if ((GetFixed<std::uint32_t>(bytes.substr(4)) ^ mask) != FrameCrc(bytes.substr(0, 4), body)) {
    return {.state = FrameState::kBad};
  }
  return {.state = FrameState::kWhole, .bytes = total, .body = body};
}

std::optional<std::pair<Timestamp, Record>> DecodeBody(std::string_view body) {
  if (body.size() < kMinBodyBytes) return std::nullopt;
  std::pair<Timestamp, Record> out;
  out.first = TimeOf(body);
  body.remove_prefix(kTimeBytes);
  const auto key = TakeText(body);
  if (!key) return std::nullopt;
  out.second.key = *key;
  const auto headers = TakeVarint(body);
  if (!headers || *headers > body.size()) return std::nullopt;
  out.second.headers.reserve(std::min<std::uint64_t>(*headers, 64));
  for (std::uint64_t i = 0; i < *headers; ++i) {
    const auto name = TakeText(body);
    if (!name) return std::nullopt;
    const auto value = TakeText(body);
    if (!value) return std::nullopt;
    out.second.headers.emplace_back(*name, *value);
  }
  out.second.payload = body;
  return out;
}

Timestamp TimeOf(std::string_view body) {
  return {body.size() < kTimeBytes ? 0 : GetFixed<std::int64_t>(body)};
}

FrameReader::FrameReader(File& file, std::int64_t from, std::int64_t to, std::uint32_t mask)
    : file_(file), position_(from), to_(to), mask_(mask) {}

Result<void> FrameReader::Fill(std::size_t bytes) {
  const std::size_t have = buffer_.size() - begin_;
  const auto left = static_cast<std::size_t>(
      std::max<std::int64_t>(to_ - position_ - static_cast<std::int64_t>(have), 0));
  const std::size_t more = std::min(std::max(bytes, kChunk) - have, left);
  if (more == 0) return {};
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_.resize(have + more);
  auto got = file_.ReadAt(position_ + static_cast<std::int64_t>(have),
                          std::span(buffer_.data() + have, more));
  if (!got) {
    buffer_.resize(have);
    return std::unexpected(std::move(got).error());
  }
  buffer_.resize(have + *got);
  return {};
}

Result<Frame> FrameReader::Next() {
  Frame frame = ParseFrame(std::string_view(buffer_).substr(begin_), mask_);
  // Twice: the head tells how long the frame is.
  for (int i = 0; i < 2 && frame.state == FrameState::kCut; ++i) {
    const std::size_t wanted = std::max(frame.bytes, kFrameHeadBytes);
    GH_TRY_VOID(Fill(wanted));
    frame = ParseFrame(std::string_view(buffer_).substr(begin_), mask_);
  }
  if (frame.state == FrameState::kWhole) {
    begin_ += frame.bytes;
    position_ += static_cast<std::int64_t>(frame.bytes);
  }
  return frame;
}

Result<std::optional<std::uint32_t>> ReadMask(File& file, Offset base) {
  std::string bytes(kHeadBytes, '\0');
  GH_TRY(const std::size_t got, file.ReadAt(0, bytes));
  const auto head = DecodeHead(std::string_view(bytes).substr(0, got));
  if (!head || head->base != base) return std::optional<std::uint32_t>();
  return std::optional(head->mask);
}

Result<Scan> ScanSegment(File& file, Offset base) {
  Scan scan;
  GH_TRY(const std::int64_t size, file.Size());
  GH_TRY(const std::optional<std::uint32_t> mask, ReadMask(file, base));
  scan.head_ok = mask.has_value();
  if (!scan.head_ok) return scan;
  scan.mask = *mask;
  scan.end = static_cast<std::int64_t>(kHeadBytes);
  FrameReader reader(file, scan.end, size, scan.mask);
  std::int64_t indexed = -kIndexStep;
  while (true) {
    GH_TRY(const Frame frame, reader.Next());
    if (frame.state != FrameState::kWhole) return scan;
    if (scan.end - indexed >= kIndexStep) {
      indexed = scan.end;
      scan.index.push_back({base + scan.records, scan.end});
    }
    scan.last = TimeOf(frame.body);
    if (scan.records == 0) scan.first = scan.last;
    ++scan.records;
    scan.end = reader.position();
  }
}

}  // namespace gatehouse::stream::embedded
