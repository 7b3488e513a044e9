// A record as a damaged payload file may give it: refused, or read without looking past its end.

#include "base/bytes.h"
#include "base/check.h"
#include "region/eventstore/sqlite/record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  namespace store = gatehouse::eventstore::sqlite;
  const std::string_view input = AsView({data, size});
  if (const auto event = store::DecodeEvent(input, true)) {
    const auto again = store::DecodeEvent(store::EncodeEvent(*event), true);
    GH_CHECK(again.has_value() && again->tags == event->tags && again->payload == event->payload);
  }
  if (const auto item = store::DecodeItem(input, true)) {
    const auto again = store::DecodeItem(store::EncodeItem(*item), true);
    GH_CHECK(again.has_value() && again->fields == item->fields && again->id == item->id);
  }
  return 0;
}
