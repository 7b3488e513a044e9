// Any bytes as MessagePack: no crash, no more values than bytes, and what comes out is JSON.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/msgpack.h"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto value = ingest::ParseMsgpack(bytes)) {
    GH_CHECK(!json::Serialize(*value).empty());
  }
  if (auto values = ingest::ParseMsgpackSequence(bytes)) GH_CHECK(values->size() <= size);
  return 0;
}
