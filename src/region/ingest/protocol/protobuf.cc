#include "region/ingest/protocol/protobuf.h"

#include <bit>
#include <cmath>
#include <optional>

#include "base/bytes.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

class ProtoReader {
 public:
  explicit ProtoReader(ProtoLimits limits) : limits_(limits) {}

  bool Message(const ProtoMessage& message, std::string_view bytes, std::size_t depth,
               json::Object& out) {
    if (depth == 0) return false;
    while (!bytes.empty()) {
      std::uint64_t tag = 0;
      if (!Varint(bytes, tag)) return false;
      auto wire = static_cast<unsigned>(tag & 7);
      std::uint64_t number = tag >> 3;
      if (number == 0 || number > 0x1FFFFFFF) return false;
      const ProtoField* field = nullptr;
      for (const ProtoField& each : message.fields) {
        if (each.number == number) field = &each;
      }
      if (!Field(field, wire, bytes, depth, out)) return false;
    }
    return true;
  }

 private:
  static bool Varint(std::string_view& bytes, std::uint64_t& out) {
    out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes.empty()) return false;
      auto byte = static_cast<std::uint8_t>(bytes.front());
      bytes.remove_prefix(1);
      out |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return true;
    }
    return false;
  }

  static bool Fixed(std::string_view& bytes, std::size_t size, std::uint64_t& out) {
    if (bytes.size() < size) return false;
    out = 0;
    for (std::size_t i = 0; i < size; ++i) {
      out |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
    }
    bytes.remove_prefix(size);
    return true;
  }

  // Wire types 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. Groups have been gone for
  // long.
  bool Field(const ProtoField* field, unsigned wire, std::string_view& bytes, std::size_t depth,
             json::Object& out) {
    std::uint64_t number = 0;
    std::string_view text;
    switch (wire) {
      case 0:
        if (!Varint(bytes, number)) return false;
        break;
      case 1:
        if (!Fixed(bytes, 8, number)) return false;
        break;
      case 2:
        if (!Varint(bytes, number) || number > bytes.size()) return false;
        text = bytes.substr(0, static_cast<std::size_t>(number));
        bytes.remove_prefix(text.size());
        break;
      case 5:
        if (!Fixed(bytes, 4, number)) return false;
        break;
      default:
        return false;
    }
    if (field == nullptr) return true;
    if (++values_ > limits_.values) return false;
    auto value = Convert(*field, wire, number, text, depth);
    if (!value) return false;
    json::Value& slot = out[field->name];
    if (!field->repeated) {
      slot = std::move(*value);
    } else {
      if (!slot.is_array()) slot.emplace_array();
      slot.get_array().push_back(std::move(*value));
    }
    return true;
  }

  std::optional<json::Value> Convert(const ProtoField& field, unsigned wire, std::uint64_t number,
                                     std::string_view text, std::size_t depth) {
    switch (field.kind) {
      case ProtoKind::kString:
        if (wire != 2) return std::nullopt;
        return json::Value(ValidUtf8(text));
      case ProtoKind::kBase64:
        if (wire != 2) return std::nullopt;
        return json::Value(Base64Encode(text));
      case ProtoKind::kHex:
        if (wire != 2) return std::nullopt;
        return json::Value(HexEncode(text));
      case ProtoKind::kInt:
        if (wire != 0) return std::nullopt;
        return json::Value(std::bit_cast<std::int64_t>(number));
      case ProtoKind::kBool:
        if (wire != 0) return std::nullopt;
        return json::Value(number != 0);
      case ProtoKind::kFixed32:
        if (wire != 5) return std::nullopt;
        return json::Value(number);
      case ProtoKind::kFixed64:
        if (wire != 1) return std::nullopt;
        return json::Value(number);
      case ProtoKind::kDouble: {
        if (wire != 1) return std::nullopt;
        auto value = std::bit_cast<double>(number);
        // JSON has no way to write these.
        if (!std::isfinite(value)) return json::Value(nullptr);
        return json::Value(value);
      }
      case ProtoKind::kMessage: {
        if (wire != 2) return std::nullopt;
        json::Object inner;
        if (!Message(*field.message, text, depth - 1, inner)) return std::nullopt;
        return json::Value(std::move(inner));
      }
    }
    return std::nullopt;
  }

  ProtoLimits limits_;
  std::size_t values_ = 0;
};

}  // namespace

Result<json::Object> ParseProto(const ProtoMessage& message, std::string_view bytes,
                                ProtoLimits limits) {
  json::Object out;
  if (!ProtoReader(limits).Message(message, bytes, limits.depth, out)) return Reject(kInvalidProto);
  return out;
}

}  // namespace gatehouse::ingest
