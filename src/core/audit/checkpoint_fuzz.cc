// Any text as a checkpoint: what is accepted has one spelling, and none is signed by us.

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "core/audit/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  static const audit::CheckpointKey key =
      std::move(*audit::CheckpointKey::FromSeed("a key that no seed was signed by"));
  const std::string_view line = AsView({data, size});
  GH_CHECK(!key.Verify(line));
  const auto checkpoint = audit::ParseCheckpoint(line);
  if (!checkpoint) return 0;
  const auto again = key.Sign(*checkpoint);
  GH_CHECK(again && key.Verify(*again));
  const std::size_t payload = line.rfind(",\"signature\":\"");
  GH_CHECK(again->substr(0, again->rfind(",\"signature\":\"")) == line.substr(0, payload));
  return 0;
}
