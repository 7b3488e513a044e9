#pragma once

// The format of a segment file. Little endian.
//
//   head    "GHS2", CRC-32C of the base offset (4 bytes), base offset (8 bytes)
//   frame   length of the body (4), CRC-32C of length and body xor the mask (4), body
//   body    time of the append in µs (8), key, number of headers, name and value of each, payload
//
// Texts in the body are preceded by their length as a varint; the payload is the rest. The offset
// of a record is the base offset plus the number of frames before it. The reader trusts nothing: a
// power cut leaves zeros, halves and old blocks.
//
// The mask is the checksum in the head. A segment may be written over an old one, and no frame of
// that one is whole under the new mask, wherever it lies. Files with "GHS1" have no mask.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "region/stream/embedded/files.h"
#include "region/stream/types.h"

namespace gatehouse::stream::embedded {

inline constexpr std::size_t kHeadBytes = 16;
inline constexpr std::size_t kFrameHeadBytes = 8;
inline constexpr std::size_t kMaxBodyBytes = 64 << 20;

std::string EncodeHead(Offset base);
struct Head {
  Offset base = 0;
  std::uint32_t mask = 0;
};
std::optional<Head> DecodeHead(std::string_view bytes);

std::size_t BodyBytes(const Record& record);
void AppendFrame(std::string& out, Timestamp now, const Record& record);
// Changes the checksums of whole frames made by AppendFrame, which have no mask.
void MaskFrames(std::string& frames, std::uint32_t mask);

enum class FrameState { kWhole, kCut, kBad };

struct Frame {
  FrameState state = FrameState::kBad;
  std::size_t bytes = 0;       // of the frame; with kCut: what has to be there, 0 if not known yet
  std::string_view body = {};  // with kWhole
};

// The frame at the beginning of `bytes`, with its checksum verified.
Frame ParseFrame(std::string_view bytes, std::uint32_t mask = 0);

// A verified body can still be nonsense if a bug wrote it: std::nullopt.
std::optional<std::pair<Timestamp, Record>> DecodeBody(std::string_view body);
// Its time alone.
Timestamp TimeOf(std::string_view body);

// Reads frames one after another.
class FrameReader {
 public:
  // Of bytes [from, to) of the file, which must outlive the reader.
  FrameReader(File& file, std::int64_t from, std::int64_t to, std::uint32_t mask);

  // The next whole frame; its body is valid until the next call. kCut: the end, with a rest that is
  // no whole frame when position() is not `to`. An error is the file's.
  Result<Frame> Next();
  // Where the frame after the last one returned begins.
  std::int64_t position() const { return position_; }

 private:
  Result<void> Fill(std::size_t bytes);

  File& file_;
  std::int64_t position_;
  std::int64_t to_;
  std::uint32_t mask_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of the unread bytes in buffer_
};

struct IndexEntry {
  Offset offset = 0;
  std::int64_t position = 0;
};

// What a whole segment file holds up to its first bad frame.
struct Scan {
  bool head_ok = false;
  std::uint32_t mask = 0;
  std::int64_t records = 0;
  std::int64_t end = 0;  // of the last whole frame
  Timestamp first = {};
  Timestamp last = {};
  std::vector<IndexEntry> index = {};  // one entry per kIndexStep bytes
};

inline constexpr std::int64_t kIndexStep = 64 << 10;

Result<Scan> ScanSegment(File& file, Offset base);
// The mask of the segment that begins with `base`; std::nullopt for another head.
Result<std::optional<std::uint32_t>> ReadMask(File& file, Offset base);

}  // namespace gatehouse::stream::embedded
