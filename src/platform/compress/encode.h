#pragma once

// Whole texts into the codings that decode.h reads. Never fails: the output is as long as it gets.

#include <string>
#include <string_view>

namespace gatehouse::compress {

std::string Gzip(std::string_view text, int level = 6);
std::string Deflate(std::string_view text, int level = 6);  // zlib wrapper
std::string RawDeflate(std::string_view text, int level = 6);
std::string Brotli(std::string_view text, int quality = 5);  // 0..11

std::string Xz(std::string_view text, int level = 1);
std::string Bzip2(std::string_view text, int level = 1);

}  // namespace gatehouse::compress
