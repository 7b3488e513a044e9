#include "platform/compress/decode.h"

#include <brotli/decode.h>
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "platform/compress/errors.h"

namespace gatehouse::compress {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;
constexpr int kZstdWindowLogMax = 23;           // 8 MiB
constexpr std::uint64_t kXzMemory = 80u << 20;  // presets up to 9 need 65 MiB to decode

std::unexpected<Error> Invalid(std::string detail) {
  return Fail(Code::kInvalidArgument, kInvalid, std::move(detail));
}

std::unexpected<Error> TooLarge() { return Fail(Code::kResourceExhausted, kTooLarge); }

// RFC 1950 §2.2: method 8, window up to 32 kB, check bits.
bool HasZlibHeader(std::string_view bytes) {
  if (bytes.size() < 2) return false;
  unsigned cmf = static_cast<std::uint8_t>(bytes[0]);
  unsigned flg = static_cast<std::uint8_t>(bytes[1]);
  return (cmf & 15) == 8 && (cmf >> 4) <= 7 && (cmf * 256 + flg) % 31 == 0;
}

constexpr std::size_t kPiece = 64 * 1024;

}  // namespace

// What comes out: grows, or goes to a sink whenever it is full. Holds one byte more than allowed,
// so that "exactly the bound" and "more than that" can be told apart without a second look.
class Output {
 public:
  enum class Next { kGoOn, kEnough };

  Output(std::size_t input_size, const Limits& limits, const Sink* sink = nullptr)
      : input_size_(input_size), limits_(limits), sink_(sink) {
    // Text shrinks to a quarter or less; the guess saves most of the copies.
    std::size_t guess = std::max<std::size_t>(input_size * 4, 4096);
    if (limits.expected != 0) guess = limits.expected + 1;
    if (sink != nullptr) guess = std::min(guess, kPiece);
    Resize(std::min(guess, Bound()));
  }

  char* next() { return text_.data() + used_; }
  std::size_t room() const { return text_.size() - used_; }
  void Advance(std::size_t n) { used_ += n; }
  const Streamed& streamed() const { return streamed_; }

  bool TooLarge() const {
    const std::size_t total = streamed_.bytes + used_;
    if (total > limits_.max_out) return true;
    return limits_.max_ratio != 0 && total > limits_.ratio_floor &&
           total / limits_.max_ratio > input_size_;
  }
  // REQUIRES: not TooLarge().
  Result<Next> EnsureRoom() {
    if (room() != 0) return Next::kGoOn;
    if (sink_ != nullptr) return Flush();
    Resize(std::min(text_.size() * 2, Bound()));
    return Next::kGoOn;
  }
  // After the last byte.
  Result<void> Finish() {
    if (sink_ != nullptr && used_ != 0) {
      GH_TRY(const Next next, Flush());
      if (next == Next::kEnough) return {};
    }
    streamed_.whole = true;
    return {};
  }
  std::string Take() {
    text_.resize(used_);
    // What is kept for long should not hold twice its size.
    if (text_.capacity() > 2 * used_ + 4096) text_.shrink_to_fit();
    return std::move(text_);
  }

 private:
  Result<Next> Flush() {
    streamed_.bytes += used_;
    GH_TRY(const bool more, (*sink_)(std::string_view(text_).substr(0, used_)));
    used_ = 0;
    return more ? Next::kGoOn : Next::kEnough;
  }
  std::size_t Bound() const {
    return limits_.max_out == std::numeric_limits<std::size_t>::max() ? limits_.max_out
                                                                      : limits_.max_out + 1;
  }
  void Resize(std::size_t size) {
    // Not the size it is called with: libstdc++ 12 may tell twice the capacity there.
    text_.resize_and_overwrite(size, [size](char*, std::size_t) { return size; });
  }

  std::size_t input_size_;
  const Limits& limits_;
  const Sink* sink_;
  std::string text_;
  std::size_t used_ = 0;
  Streamed streamed_;
};

std::optional<Encoding> ParseEncoding(std::string_view content_encoding) {
  std::string_view name = Trim(content_encoding);
  if (name.empty() || EqualsIgnoreCase(name, "identity")) return Encoding::kIdentity;
  if (EqualsIgnoreCase(name, "gzip") || EqualsIgnoreCase(name, "x-gzip")) return Encoding::kGzip;
  if (EqualsIgnoreCase(name, "deflate")) return Encoding::kDeflate;
  if (EqualsIgnoreCase(name, "br")) return Encoding::kBrotli;
  if (EqualsIgnoreCase(name, "zstd")) return Encoding::kZstd;
  constexpr std::array<std::string_view, 5> kCharacterSets = {"utf-8", "utf8", "ascii", "us-ascii",
                                                              "iso-8859-1"};
  for (std::string_view set : kCharacterSets) {
    if (EqualsIgnoreCase(name, set)) return Encoding::kIdentity;
  }
  return std::nullopt;
}

Encoding DetectPacking(std::string_view bytes) {
  using std::string_view_literals::operator""sv;
  if (bytes.starts_with("\x1F\x8B"sv)) return Encoding::kGzip;
  if (bytes.starts_with("\x28\xB5\x2F\xFD"sv)) return Encoding::kZstd;
  if (bytes.starts_with("\xFD"
                        "7zXZ\0"sv)) {
    return Encoding::kXz;
  }
  if (bytes.starts_with("BZh"sv)) return Encoding::kBzip2;
  return Encoding::kIdentity;
}

struct Decoder::State {
  z_stream z{};
  bool z_ready = false;
  ZSTD_DCtx* zstd = nullptr;

  ~State() {
    if (z_ready) inflateEnd(&z);
    ZSTD_freeDCtx(zstd);
  }

  Result<void> Inflate(std::string_view bytes, int window, Output& out);
  Result<void> Zstd(std::string_view bytes, Output& out);
};

Decoder::Decoder() : state_(std::make_unique<State>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

Result<void> Decoder::State::Inflate(std::string_view bytes, int window, Output& out) {
  int rc = z_ready ? inflateReset2(&z, window) : inflateInit2(&z, window);
  GH_CHECK(rc == Z_OK);
  z_ready = true;
  while (true) {
    // zlib counts in unsigned int; a larger input is fed in pieces.
    constexpr std::size_t kStep = 1u << 30;
    std::size_t given = std::min(bytes.size(), kStep);
    std::size_t room = std::min(out.room(), kStep);
    // zlib does not write to its input; its interface is older than const.
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    z.avail_in = static_cast<uInt>(given);
    z.next_out = reinterpret_cast<Bytef*>(out.next());
    z.avail_out = static_cast<uInt>(room);
    rc = inflate(&z, Z_NO_FLUSH);
    bytes.remove_prefix(given - z.avail_in);
    out.Advance(room - z.avail_out);
    if (out.TooLarge()) return TooLarge();
    if (rc == Z_STREAM_END) {
      if (bytes.empty()) return out.Finish();
      if (window != kGzipWindow) return Invalid("bytes after the end of the stream");
      // The next gzip member; anything else after the last one fails as its header.
      inflateReset2(&z, window);
      continue;
    }
    if (rc != Z_OK && rc != Z_BUF_ERROR) return Invalid(z.msg != nullptr ? z.msg : "not deflate");
    if (bytes.empty() && z.avail_out != 0) return Invalid("cut off");
    GH_TRY(const Output::Next more, out.EnsureRoom());
    if (more == Output::Next::kEnough) return {};
  }
}

Result<void> Decoder::State::Zstd(std::string_view bytes, Output& out) {
  if (zstd == nullptr) {
    zstd = ZSTD_createDCtx();
    GH_CHECK(zstd != nullptr);
    ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, kZstdWindowLogMax);
  } else {
    ZSTD_DCtx_reset(zstd, ZSTD_reset_session_only);
  }
  if (bytes.empty()) return Invalid("empty");
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  while (true) {
    ZSTD_outBuffer piece{out.next(), out.room(), 0};
    std::size_t left = ZSTD_decompressStream(zstd, &piece, &in);
    out.Advance(piece.pos);
    if (out.TooLarge()) return TooLarge();
    if (ZSTD_isError(left)) return Invalid(ZSTD_getErrorName(left));
    // Zero: a frame is complete and flushed. Another one may follow.
    if (in.pos == in.size) {
      if (left == 0) return out.Finish();
      if (piece.pos < piece.size) return Invalid("cut off");
    }
    GH_TRY(const Output::Next more, out.EnsureRoom());
    if (more == Output::Next::kEnough) return {};
  }
}

namespace {

Result<void> DecodeBrotli(std::string_view bytes, Output& out) {
  // The library has no reset; a state is made anew for each text.
  std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance);
  GH_CHECK(state != nullptr);
  std::size_t left = bytes.size();
  const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
  while (true) {
    std::size_t room = out.room();
    std::size_t before = room;
    auto* to = reinterpret_cast<std::uint8_t*>(out.next());
    BrotliDecoderResult rc =
        BrotliDecoderDecompressStream(state.get(), &left, &next, &room, &to, nullptr);
    out.Advance(before - room);
    if (out.TooLarge()) return TooLarge();
    switch (rc) {
      case BROTLI_DECODER_RESULT_SUCCESS:
        if (left != 0) return Invalid("bytes after the end of the stream");
        return out.Finish();
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: {
        GH_TRY(const Output::Next more, out.EnsureRoom());
        if (more == Output::Next::kEnough) return {};
        continue;
      }
      case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        return Invalid("cut off");
      case BROTLI_DECODER_RESULT_ERROR:
        return Invalid(BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state.get())));
    }
  }
}

// Rare, so that no state is kept.
Result<void> DecodeXz(std::string_view bytes, Output& out) {
  lzma_stream stream = LZMA_STREAM_INIT;
  lzma_ret rc = lzma_stream_decoder(&stream, kXzMemory, LZMA_CONCATENATED);
  GH_CHECK(rc == LZMA_OK);
  std::unique_ptr<lzma_stream, decltype(&lzma_end)> guard(&stream, &lzma_end);
  stream.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  while (true) {
    std::size_t room = out.room();
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.next());
    stream.avail_out = room;
    rc = lzma_code(&stream, LZMA_FINISH);
    out.Advance(room - stream.avail_out);
    if (out.TooLarge()) return TooLarge();
    if (rc == LZMA_STREAM_END) return out.Finish();
    if (rc == LZMA_MEMLIMIT_ERROR) return TooLarge();
    if (rc != LZMA_OK || stream.avail_out != 0) return Invalid("not xz, or cut off");
    GH_TRY(const Output::Next more, out.EnsureRoom());
    if (more == Output::Next::kEnough) return {};
  }
}

Result<void> DecodeBzip2(std::string_view bytes, Output& out) {
  bz_stream stream{};
  int rc = BZ2_bzDecompressInit(&stream, 0, 0);
  GH_CHECK(rc == BZ_OK);
  std::unique_ptr<bz_stream, decltype(&BZ2_bzDecompressEnd)> guard(&stream, &BZ2_bzDecompressEnd);
  while (true) {
    constexpr std::size_t kStep = 1u << 30;
    std::size_t given = std::min(bytes.size(), kStep);
    std::size_t room = std::min(out.room(), kStep);
    stream.next_in = const_cast<char*>(bytes.data());
    stream.avail_in = static_cast<unsigned>(given);
    stream.next_out = out.next();
    stream.avail_out = static_cast<unsigned>(room);
    rc = BZ2_bzDecompress(&stream);
    bytes.remove_prefix(given - stream.avail_in);
    out.Advance(room - stream.avail_out);
    if (out.TooLarge()) return TooLarge();
    if (rc == BZ_STREAM_END) {
      if (!bytes.empty()) return Invalid("bytes after the end of the stream");
      return out.Finish();
    }
    if (rc != BZ_OK) return Invalid("not bzip2");
    if (bytes.empty() && stream.avail_out != 0) return Invalid("cut off");
    GH_TRY(const Output::Next more, out.EnsureRoom());
    if (more == Output::Next::kEnough) return {};
  }
}

}  // namespace

Result<void> Decoder::Run(Encoding encoding, std::string_view bytes, Output& out) {
  switch (encoding) {
    case Encoding::kGzip:
      return state_->Inflate(bytes, kGzipWindow, out);
    case Encoding::kDeflate:
      return state_->Inflate(bytes, HasZlibHeader(bytes) ? kZlibWindow : kRawWindow, out);
    case Encoding::kBrotli:
      return DecodeBrotli(bytes, out);
    case Encoding::kZstd:
      return state_->Zstd(bytes, out);
    case Encoding::kXz:
      return DecodeXz(bytes, out);
    case Encoding::kBzip2:
      return DecodeBzip2(bytes, out);
    case Encoding::kIdentity:
      break;  // of the callers
  }
  return Fail(Code::kInternal, kInvalid);
}

Result<std::string> Decoder::Decode(Encoding encoding, std::string_view bytes, Limits limits) {
  if (encoding == Encoding::kIdentity) {
    if (bytes.size() > limits.max_out) return TooLarge();
    return std::string(bytes);
  }
  Output out(bytes.size(), limits);
  GH_TRY_VOID(Run(encoding, bytes, out));
  return out.Take();
}

Result<Streamed> Decoder::Stream(Encoding encoding, std::string_view bytes, Limits limits,
                                 const Sink& sink) {
  if (encoding == Encoding::kIdentity) {
    if (bytes.size() > limits.max_out) return TooLarge();
    Streamed streamed;
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, kPiece);
      bytes.remove_prefix(piece.size());
      streamed.bytes += piece.size();
      GH_TRY(const bool more, sink(piece));
      if (!more) return streamed;
    }
    streamed.whole = true;
    return streamed;
  }
  Output out(bytes.size(), limits, &sink);
  GH_TRY_VOID(Run(encoding, bytes, out));
  return out.streamed();
}

Result<std::string> Decode(Encoding encoding, std::string_view bytes, std::size_t max_out) {
  return Decoder().Decode(encoding, bytes, Limits{.max_out = max_out});
}

}  // namespace gatehouse::compress
