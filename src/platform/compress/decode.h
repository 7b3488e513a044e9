#pragma once

// Decoding of content codings (RFC 9110 §8.4.1) with absolute bounds. Streaming inside: a bomb
// costs what its bound allows and no more. Errors: kInvalidArgument kInvalid, kResourceExhausted
// kTooLarge (an answer of 413 at the HTTP edge, whatever the code's usual status).

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace gatehouse::compress {

// The last two are no content codings: files arrive in them.
enum class Encoding { kIdentity, kGzip, kDeflate, kBrotli, kZstd, kXz, kBzip2 };

// A Content-Encoding value, without case and white space. Empty, "identity" and names of character
// sets (clients have sent "UTF-8") mean no coding. std::nullopt: a list of codings or one that is
// not known here, to be answered with 415 and never guessed.
std::optional<Encoding> ParseEncoding(std::string_view content_encoding);

// What a file is packed with, by its first bytes: gzip, zstd, xz or bzip2; kIdentity for anything
// else.
Encoding DetectPacking(std::string_view bytes);

struct Limits {
  std::size_t max_out = 0;  // bytes; one more is an error
  // Once more than `ratio_floor` bytes have come out, at most `max_ratio` bytes per byte of input.
  // Zero: no bound. No honest text reaches 500:1; deflate ends at 1,032:1.
  std::size_t max_ratio = 0;
  std::size_t ratio_floor = 4 * 1024 * 1024;
  std::size_t expected = 0;  // of Decode: what is known to come out, so that no more is taken
};

// A piece of what comes out, gone when the call returns. true: go on; false: what follows is not
// wanted, which is no error.
using Sink = std::function<Result<bool>(std::string_view piece)>;

struct Streamed {
  std::size_t bytes = 0;  // given to the sink
  bool whole = false;     // to the end; otherwise the sink had enough
};

class Output;

// Keeps the decoders' states between calls (tens of kB each, made on first use). Not thread-safe.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  Result<std::string> Decode(Encoding encoding, std::string_view bytes, Limits limits);
  // In pieces of at most 64 KiB, one after the other: what comes out is never held as a whole.
  // Errors: those of Decode, and the sink's.
  Result<Streamed> Stream(Encoding encoding, std::string_view bytes, Limits limits,
                          const Sink& sink);

 private:
  Result<void> Run(Encoding encoding, std::string_view bytes, Output& out);

  struct State;
  std::unique_ptr<State> state_;
};

// With a Decoder of its own.
Result<std::string> Decode(Encoding encoding, std::string_view bytes, std::size_t max_out);

}  // namespace gatehouse::compress
