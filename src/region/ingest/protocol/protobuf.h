#pragma once

// Protocol Buffers' wire format, read by a schema into the JSON form of the same message: what
// decodes the one decodes the other. Bounded in depth and in the number of values; unknown fields
// are skipped.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::ingest {

struct ProtoMessage;

enum class ProtoKind : std::uint8_t {
  kString,   // invalid UTF-8 is replaced
  kBase64,   // bytes
  kHex,      // bytes
  kInt,      // varint, as a signed number
  kBool,     // varint
  kFixed32,  // as a number
  kFixed64,  // as a number
  kDouble,
  kMessage,
};

struct ProtoField {
  std::uint32_t number;
  std::string_view name;  // of the JSON member
  ProtoKind kind;
  bool repeated = false;
  const ProtoMessage* message = nullptr;  // of kMessage
};

struct ProtoMessage {
  std::span<const ProtoField> fields;
};

struct ProtoLimits {
  std::size_t depth = 32;
  std::size_t values = 500'000;
};

// Of a field that is not repeated and occurs twice, the last one counts. Error: kInvalidProto.
Result<json::Object> ParseProto(const ProtoMessage& message, std::string_view bytes,
                                ProtoLimits limits = {});

}  // namespace gatehouse::ingest
