// A segment file as a power cut or a failing disk may leave it: nothing in it may be trusted, and
// what is accepted must be exactly what a writer would have written.

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "region/stream/embedded/segment.h"

namespace gatehouse::stream::embedded {
namespace {

class FixedFile final : public File {
 public:
  explicit FixedFile(std::string_view bytes) : bytes_(bytes) {}
  Result<std::int64_t> Size() override { return static_cast<std::int64_t>(bytes_.size()); }
  Result<void> Write(std::int64_t, std::span<const std::string_view>) override { return {}; }
  Result<void> Sync() override { return {}; }
  Result<void> Truncate(std::int64_t) override { return {}; }
  Result<std::size_t> ReadAt(std::int64_t position, std::span<char> out) override {
    const std::string_view rest =
        bytes_.substr(std::min(static_cast<std::size_t>(position), bytes_.size()), out.size());
    std::ranges::copy(rest, out.data());
    return rest.size();
  }

 private:
  std::string_view bytes_;
};

}  // namespace
}  // namespace gatehouse::stream::embedded

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  using namespace gatehouse::stream::embedded;
  const std::string_view input = AsView({data, size});
  FixedFile file(input);
  if (const auto head = DecodeHead(input)) {
    const auto scan = ScanSegment(file, head->base);
    GH_CHECK(scan.has_value() && scan->head_ok);
    GH_CHECK(scan->end <= static_cast<std::int64_t>(size));
    FrameReader reader(file, static_cast<std::int64_t>(kHeadBytes), scan->end, scan->mask);
    for (std::int64_t i = 0; i < scan->records; ++i) {
      const auto frame = reader.Next();
      GH_CHECK(frame.has_value() && frame->state == FrameState::kWhole);
      const auto decoded = DecodeBody(frame->body);
      if (!decoded) continue;
      std::string again;
      AppendFrame(again, decoded->first, decoded->second);
      // Only a varint can be written longer than needed.
      GH_CHECK(again.size() <= frame->bytes);
    }
    GH_CHECK(reader.position() == scan->end);
  }
  (void)DecodeBody(input);
  (void)ParseFrame(input);
  return 0;
}
