// The scan of a request head: the verdict may not depend on how the bytes were cut into packets.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "platform/http/gzip.h"
#include "platform/http/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  if (size > 4096) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);

  http::HeadScanner whole;
  http::HeadScanner::State want = whole.Scan(text);
  http::HeadScanner slow;
  http::HeadScanner::State got = http::HeadScanner::State::kNeedMore;
  for (std::size_t i = 0; i <= size && got == http::HeadScanner::State::kNeedMore; ++i) {
    got = slow.Scan(text.substr(0, i));
  }
  if (got != want) std::abort();
  if (want == http::HeadScanner::State::kComplete) {
    if (whole.size() != slow.size() || !text.substr(0, whole.size()).ends_with("\r\n\r\n")) {
      std::abort();
    }
  }

  (void)http::AcceptsGzip(text);
  (void)http::IsCompressible(text);
  if (http::HostList({"own.example"}).Accepts(text) && text.size() > 17) std::abort();

  http::Response response;
  response.headers.Add("X", std::string(text));
  std::string head;
  if (http::WriteHead(head, response, http::HeadOptions{})) {
    http::HeadScanner scanner;
    // An answer that was let through is one head, and nothing after it.
    if (scanner.Scan(head) != http::HeadScanner::State::kComplete ||
        scanner.size() != head.size()) {
      std::abort();
    }
  }
  return 0;
}
