// Any bytes as an upload: no crash, every part lies inside the body, and file names are harmless.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "region/ingest/protocol/minidump.h"
#include "region/ingest/protocol/multipart.h"

using namespace gatehouse::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  if (auto parts = ParseMultipart(body, "XX")) {
    for (const Part& part : *parts) {
      GH_CHECK(part.data.empty() || (part.data.data() >= body.data() &&
                                     part.data.data() + part.data.size() <= body.data() + size));
      std::string name = CleanFileName(part.filename.value_or(part.name));
      GH_CHECK(!name.empty() && name.size() <= 255 && !gatehouse::HasControl(name));
      GH_CHECK(name.find_first_of("/\\") == std::string::npos && name != "..");
    }
  }
  (void)ParseMinidumpUpload("multipart/form-data; boundary=XX", body, 64 * 1024).has_value();
  (void)ParseMinidumpUpload("application/octet-stream", body, 64 * 1024).has_value();
  (void)ParseAttachments("multipart/form-data; boundary=XX", body).has_value();
  (void)BoundaryOf(body).size();
  return 0;
}
