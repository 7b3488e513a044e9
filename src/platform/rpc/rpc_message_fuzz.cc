// Calls, answers, the header and typed values over arbitrary bytes: no crash, and what is accepted
// comes back the same. The first byte chooses.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "platform/rpc/codec.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/message.h"
#include "platform/rpc/signature.h"

using namespace gatehouse;
using namespace gatehouse::rpc;

namespace {

enum class Kind { kFirst, kSecond };
BOOST_DESCRIBE_ENUM(Kind, kFirst, kSecond)

struct Inner {
  std::string text;
  std::optional<std::int64_t> number;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (text, number))

struct Outer {
  Kind kind = Kind::kFirst;
  bool flag = false;
  std::int32_t small = 0;
  Timestamp at;
  json::Object data;
  std::optional<Inner> one;
  std::vector<Inner> many;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (kind, flag, small, at, data, one, many))

void Typed(const json::Value& value) {
  Outer outer;
  std::string where;
  if (!Decode(value, outer, where)) return;
  const json::Value once = Encode(outer);
  Outer again;
  GH_CHECK(Decode(once, again, where));
  GH_CHECK(json::Serialize(Encode(again)) == json::Serialize(once));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0: {
      auto arguments = ReadCall(text);
      if (!arguments) break;
      if (const json::Value* value = arguments->if_contains("outer")) Typed(*value);
      const std::string once = WriteCall(*arguments);
      GH_CHECK(once.size() > kMaxCall || WriteCall(ReadCall(once).value()) == once);
      break;
    }
    case 1: {
      const int status = size > 1 && data[1] == ' ' ? 404 : 200;
      auto value = ReadAnswer({.status = status, .body = text}, {});
      if (value) {
        Typed(*value);
      } else {
        GH_CHECK(!value.error().reason.empty());
      }
      break;
    }
    default: {
      const ManualClock clock;
      Verifier verifier(KeyList::Of({{.id = "k", .secret = std::string(32, 'k')}}).value(), clock);
      GH_CHECK(!verifier.Verify("POST", "/", "", text).has_value());
    }
  }
  return 0;
}
