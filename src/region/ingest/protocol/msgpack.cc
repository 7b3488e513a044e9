#include "region/ingest/protocol/msgpack.h"

#include <bit>
#include <cmath>
#include <cstdint>

#include "base/text.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

std::unexpected<Error> DamagedMsgpack(std::string_view why) {
  return Reject(kInvalidMsgpack, std::string(why));
}

class MsgpackReader {
 public:
  explicit MsgpackReader(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }

  Result<json::Value> Value(std::size_t depth) {
    if (depth > kMaxJsonDepth) return DamagedMsgpack("depth");
    GH_TRY(const std::uint64_t head, Number(1));
    const auto type = static_cast<std::uint8_t>(head);
    if (type <= 0x7f) return json::Value(static_cast<std::int64_t>(type));
    if (type >= 0xe0) return json::Value(static_cast<std::int64_t>(static_cast<std::int8_t>(type)));
    if (type <= 0x8f) return Map(type & 0x0fu, depth);
    if (type <= 0x9f) return List(type & 0x0fu, depth);
    if (type <= 0xbf) return Text(type & 0x1fu);
    switch (type) {
      case 0xc0:
        return json::Value(nullptr);
      case 0xc2:
        return json::Value(false);
      case 0xc3:
        return json::Value(true);
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return Skipped(1u << (type - 0xc4u), 0);
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return Skipped(1u << (type - 0xc7u), 1);
      case 0xca: {
        GH_TRY(const std::uint64_t bits, Number(4));
        return Float(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
      }
      case 0xcb: {
        GH_TRY(const std::uint64_t bits, Number(8));
        return Float(std::bit_cast<double>(bits));
      }
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf: {
        GH_TRY(const std::uint64_t number, Number(1u << (type - 0xccu)));
        return json::Value(number);
      }
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return Signed(1u << (type - 0xd0u));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8: {
        GH_TRY_VOID(Bytes((1u << (type - 0xd4u)) + 1));
        return json::Value(nullptr);
      }
      case 0xd9:
      case 0xda:
      case 0xdb: {
        GH_TRY(const std::uint64_t size, Number(1u << (type - 0xd9u)));
        return Text(size);
      }
      case 0xdc:
      case 0xdd: {
        GH_TRY(const std::uint64_t size, Number(2u << (type - 0xdcu)));
        return List(size, depth);
      }
      case 0xde:
      case 0xdf: {
        GH_TRY(const std::uint64_t size, Number(2u << (type - 0xdeu)));
        return Map(size, depth);
      }
      default:
        return DamagedMsgpack("type");
    }
  }

 private:
  Result<std::string_view> Bytes(std::uint64_t size) {
    if (size > rest_.size()) return DamagedMsgpack("end");
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  // Big-endian.
  Result<std::uint64_t> Number(std::size_t size) {
    GH_TRY(const std::string_view bytes, Bytes(size));
    std::uint64_t out = 0;
    for (const char c : bytes) out = out << 8 | static_cast<std::uint8_t>(c);
    return out;
  }
  Result<json::Value> Signed(std::size_t size) {
    GH_TRY(const std::uint64_t bits, Number(size));
    const unsigned unused = 64 - 8 * static_cast<unsigned>(size);
    return json::Value(static_cast<std::int64_t>(bits << unused) >> unused);
  }
  static Result<json::Value> Float(double number) {
    // JSON has neither infinities nor NaN.
    return std::isfinite(number) ? json::Value(number) : json::Value(nullptr);
  }
  Result<json::Value> Skipped(std::size_t size_bytes, std::uint64_t more) {
    GH_TRY(const std::uint64_t size, Number(size_bytes));
    GH_TRY_VOID(Bytes(size + more));
    return json::Value(nullptr);
  }
  Result<json::Value> Text(std::uint64_t size) {
    GH_TRY(const std::string_view bytes, Bytes(size));
    return json::Value(
        boost::json::string(IsValidUtf8(bytes) ? std::string(bytes) : ValidUtf8(bytes)));
  }
  // A value takes at least a byte: no more can follow than bytes are left.
  Result<json::Value> List(std::uint64_t size, std::size_t depth) {
    if (size > rest_.size()) return DamagedMsgpack("array");
    json::Array out;
    for (std::uint64_t i = 0; i < size; ++i) {
      GH_TRY(json::Value value, Value(depth + 1));
      out.push_back(std::move(value));
    }
    return json::Value(std::move(out));
  }
  Result<json::Value> Map(std::uint64_t size, std::size_t depth) {
    if (size > rest_.size() / 2) return DamagedMsgpack("map");
    json::Object out;
    for (std::uint64_t i = 0; i < size; ++i) {
      GH_TRY(const json::Value key, Value(depth + 1));
      GH_TRY(json::Value value, Value(depth + 1));
      if (key.is_string()) out[key.get_string()] = std::move(value);
    }
    return json::Value(std::move(out));
  }

  std::string_view rest_;
};

}  // namespace

Result<json::Value> ParseMsgpack(std::string_view bytes) {
  MsgpackReader reader(bytes);
  GH_TRY(json::Value value, reader.Value(0));
  if (!reader.done()) return DamagedMsgpack("trailing bytes");
  return value;
}

Result<std::vector<json::Value>> ParseMsgpackSequence(std::string_view bytes) {
  MsgpackReader reader(bytes);
  std::vector<json::Value> values;
  while (!reader.done()) {
    GH_TRY(json::Value value, reader.Value(0));
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace gatehouse::ingest
