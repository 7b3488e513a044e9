#include "platform/compress/encode.h"

#include <brotli/encode.h>
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>

#include <cstdint>

#include "base/check.h"

namespace gatehouse::compress {
namespace {

std::string Run(std::string_view text, int level, int window) {
  z_stream z{};
  int rc = deflateInit2(&z, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  GH_CHECK(rc == Z_OK);
  GH_CHECK(text.size() < 0xFFFFFFFFu);
  // The gzip header and trailer are 18 bytes.
  std::string out(deflateBound(&z, static_cast<uLong>(text.size())) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  rc = deflate(&z, Z_FINISH);
  GH_CHECK(rc == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

}  // namespace

std::string Gzip(std::string_view text, int level) { return Run(text, level, 15 + 16); }
std::string Deflate(std::string_view text, int level) { return Run(text, level, 15); }
std::string RawDeflate(std::string_view text, int level) { return Run(text, level, -15); }

std::string Brotli(std::string_view text, int quality) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size());
  std::string out(size, '\0');
  BROTLI_BOOL ok =
      BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
                            reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                            reinterpret_cast<std::uint8_t*>(out.data()));
  GH_CHECK(ok == BROTLI_TRUE);
  out.resize(size);
  return out;
}

std::string Xz(std::string_view text, int level) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  lzma_ret rc =
      lzma_easy_buffer_encode(static_cast<std::uint32_t>(level), LZMA_CHECK_CRC32, nullptr,
                              reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                              reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
  GH_CHECK(rc == LZMA_OK);
  out.resize(size);
  return out;
}

std::string Bzip2(std::string_view text, int level) {
  GH_CHECK(text.size() < 0x7FFFFFFFu);
  // The documented bound: one percent and 600 bytes more.
  std::string out(text.size() + text.size() / 100 + 600, '\0');
  auto size = static_cast<unsigned>(out.size());
  int rc = BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                                    static_cast<unsigned>(text.size()), level, 0, 0);
  GH_CHECK(rc == BZ_OK);
  out.resize(size);
  return out;
}

}  // namespace gatehouse::compress
