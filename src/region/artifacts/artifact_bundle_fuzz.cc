// Archives of strangers: opened, and every member read within small bounds.

#include <cstddef>
#include <cstdint>

#include "region/artifacts/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::artifacts;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const ZipLimits small{.members = 64, .member_bytes = 1 << 16, .total_bytes = 1 << 18};
  if (auto zip = Zip::Open(bytes, small)) {
    for (const Zip::Member& member : zip->members()) {
      auto text = zip->Read(member);
      if (text && text->size() != member.size) __builtin_trap();
      if (member.name.find("..") == 0) __builtin_trap();
    }
  }
  if (auto bundle = Bundle::Open(bytes)) {
    for (const BundleFile& file : bundle->files()) (void)bundle->FindByUrl(file.url);
    (void)bundle->DebugIds();
  }
  return 0;
}
