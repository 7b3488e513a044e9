// Any text as metrics: no crash, and names are names.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "region/ingest/protocol/statsd.h"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const ingest::StatsdRecord& record : ingest::ParseStatsd(text).records) {
    GH_CHECK(!record.name.empty() && record.values.size() + record.words.size() > 0);
    GH_CHECK(!json::Serialize(ingest::ToJson(record)).empty());
  }
  return 0;
}
