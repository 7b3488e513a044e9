// Any bytes as a crash container, packed or as it is inside: no crash, and every file lies within
// what was unpacked.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "platform/compress/encode.h"
#include "region/ingest/protocol/unreal.h"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) != 0) body = compress::Deflate(body);
  auto crash = ingest::ParseUnrealCrash(body, {"user", "1.0", "prod"}, 1 << 20);
  if (!crash) return 0;
  std::size_t sum = 0;
  for (const ingest::UploadedFile& file : crash->files) {
    GH_CHECK(!file.name.empty() && file.name.find('/') == std::string::npos);
    sum += file.data.size();
  }
  GH_CHECK(sum <= crash->data.size());
  return 0;
}
