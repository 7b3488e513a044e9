#include "region/artifacts/zip.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "platform/compress/decode.h"
#include "region/artifacts/errors.h"

namespace gatehouse::artifacts {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEndRecord = 0x06054b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kLocalSize = 30;
constexpr int kStored = 0;
constexpr int kDeflated = 8;
constexpr int kZstd = 93;

std::unexpected<Error> InvalidZip(std::string_view detail) {
  return Fail(Code::kInvalidArgument, kArchiveInvalid, std::string(detail));
}

// REQUIRES: `at` + `count` is inside.
std::uint32_t Little(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return value;
}
std::uint32_t U16(std::string_view bytes, std::size_t at) { return Little(bytes, at, 2); }
std::uint32_t U32(std::string_view bytes, std::size_t at) { return Little(bytes, at, 4); }

// The end record: the last place that looks like one and whose comment ends the file.
std::optional<std::size_t> FindEnd(std::string_view bytes) {
  if (bytes.size() < kEndSize) return std::nullopt;
  const std::size_t last = bytes.size() - kEndSize;
  const std::size_t first = last > 0xFFFF ? last - 0xFFFF : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (U32(bytes, at) == kEndRecord && at + kEndSize + U16(bytes, at + 20) == bytes.size()) {
      return at;
    }
  }
  return std::nullopt;
}

bool IsSafeName(std::string_view name) {
  if (name.empty() || name.size() > 4096 || name.starts_with('/') || !IsValidUtf8(name) ||
      HasControl(name) || name.find('\\') != std::string_view::npos) {
    return false;
  }
  return std::ranges::none_of(Split(name, '/'), [](std::string_view part) { return part == ".."; });
}

}  // namespace

Result<Zip> Zip::Open(std::string_view bytes, ZipLimits limits) {
  const auto end = FindEnd(bytes);
  if (!end) return InvalidZip("no end record");
  if (U16(bytes, *end + 4) != 0 || U16(bytes, *end + 6) != 0) return InvalidZip("several disks");
  const std::size_t count = U16(bytes, *end + 10);
  const std::size_t directory_size = U32(bytes, *end + 12);
  const std::size_t stated = U32(bytes, *end + 16);
  if (count == 0xFFFF || stated == 0xFFFFFFFF) return InvalidZip("zip64");
  if (directory_size > *end || stated > *end - directory_size) return InvalidZip("directory");
  if (count > limits.members) return Fail(Code::kInvalidArgument, kArchiveTooLarge, "members");
  // Something may stand before the archive; then all offsets are off by its length.
  const std::size_t directory = *end - directory_size;
  const std::size_t shift = directory - stated;

  Zip zip;
  zip.bytes_ = bytes;
  zip.members_.reserve(count);
  std::size_t at = directory;
  std::size_t total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (*end - at < kCentralSize || U32(bytes, at) != kCentralHeader) return InvalidZip("entry");
    const std::uint32_t flags = U16(bytes, at + 8);
    Member member;
    member.method = static_cast<int>(U16(bytes, at + 10));
    member.packed = U32(bytes, at + 20);
    member.size = U32(bytes, at + 24);
    const std::size_t name_size = U16(bytes, at + 28);
    const std::size_t rest = name_size + U16(bytes, at + 30) + U16(bytes, at + 32);
    const std::size_t local = U32(bytes, at + 42);
    if (*end - at - kCentralSize < rest) return InvalidZip("entry");
    member.name = bytes.substr(at + kCentralSize, name_size);
    at += kCentralSize + rest;
    if ((flags & 0x41) != 0) return InvalidZip("encrypted");
    if (!IsSafeName(member.name)) return InvalidZip("name");
    if (member.name.ends_with('/')) continue;
    if (member.method != kStored && member.method != kDeflated && member.method != kZstd) {
      return InvalidZip("method");
    }
    if (member.method == kStored && member.packed != member.size) return InvalidZip("size");
    total += member.size;
    if (member.size > limits.member_bytes || total > limits.total_bytes ||
        member.size / limits.ratio > member.packed) {
      return Fail(Code::kInvalidArgument, kArchiveTooLarge, member.name);
    }
    if (local > directory - shift || directory - shift - local < kLocalSize ||
        U32(bytes, local + shift) != kLocalHeader) {
      return InvalidZip("local header");
    }
    const std::size_t head = local + shift;
    member.offset = head + kLocalSize + U16(bytes, head + 26) + U16(bytes, head + 28);
    if (member.offset > directory || directory - member.offset < member.packed) {
      return InvalidZip("data");
    }
    zip.members_.push_back(std::move(member));
  }
  std::vector<std::size_t> order(zip.members_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return zip.members_[i].offset; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const Member& before = zip.members_[order[i - 1]];
    if (before.offset + before.packed > zip.members_[order[i]].offset) return InvalidZip("overlap");
  }
  for (std::size_t i = 0; i < zip.members_.size(); ++i) {
    if (!zip.by_name_.emplace(zip.members_[i].name, i).second) return InvalidZip("name twice");
  }
  return zip;
}

const Zip::Member* Zip::Find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &members_[found->second];
}

Result<std::string> Zip::Read(const Member& member) const {
  const std::string_view packed = bytes_.substr(member.offset, member.packed);
  if (member.method == kStored) return std::string(packed);
  auto text = compress::Decode(
      member.method == kZstd ? compress::Encoding::kZstd : compress::Encoding::kDeflate, packed,
      member.size);
  if (!text || text->size() != member.size) return InvalidZip("data of " + member.name);
  return text;
}

}  // namespace gatehouse::artifacts
