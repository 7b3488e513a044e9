// Any bytes in any coding: no crash, never more than the bound, and what we encode comes back.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "platform/compress/decode.h"
#include "platform/compress/encode.h"
#include "platform/compress/zstd.h"

using namespace gatehouse::compress;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t kBound = 64 * 1024;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto encoding = static_cast<Encoding>(data[0] % 7);
  Decoder decoder;
  auto out = decoder.Decode(encoding, bytes, {.max_out = kBound, .max_ratio = 0});
  if (out) GH_CHECK(out->size() <= kBound);
  // The state survives a failure.
  if (bytes.size() > kBound) return 0;
  auto again = decoder.Decode(Encoding::kGzip, Gzip(bytes, 1), {.max_out = bytes.size()});
  GH_CHECK(again && *again == bytes);
  ZstdCodec codec;
  (void)codec.Decode(bytes, nullptr, kBound).has_value();
  auto frame = decoder.Decode(Encoding::kZstd, codec.Encode(bytes), {.max_out = bytes.size()});
  GH_CHECK(frame && *frame == bytes);
  return 0;
}
