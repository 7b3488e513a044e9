// Debug information files of strangers.

#include <cstddef>
#include <cstdint>

#include "region/artifacts/debug_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)gatehouse::artifacts::ReadDebugInfo(bytes, "libshop.so", "");
  (void)gatehouse::artifacts::ReadDebugInfo(bytes, "libshop.so",
                                            "c0de0000-0000-0000-0000-00000000c0de");
  return 0;
}
