#pragma once

// The event schema as data: for every attribute its type, limits and whether it may hold personal
// data. The checking pass (check.h), the trimming pass and the scrubber all walk the same tables.
// Constant; thread-safe.

#include <cstdint>
#include <span>
#include <string_view>

namespace gatehouse::events {

enum class Kind : std::uint8_t {
  kAny,            // not checked here: free-form, or a pass of its own reads it
  kString,         // a string
  kLenientString,  // a string, bool or number
  kJsonString,     // a string, or any other value as its compact text
  kUnsigned,
  kInteger,
  kNumber,
  kBool,
  kTime,         // stored as float seconds
  kAddress,      // stored as "0x…"
  kIp,           // an address literal or {{auto}}
  kIntOrString,  // thread ids
  kUrlHttp,      // a string that starts with http:// or https://
  kHexId16,      // span ids
  kHexId32,      // trace ids
  kUuid,
  kObject,      // `fields`; what is not there is treated as `unknown` says
  kMap,         // an object of `element` values
  kFreeObject,  // an object, its content not checked
  kFreeArray,   // an array, its content not checked
  kArray,       // an array of `element` values
  kValues,      // {"values": [element]}; lists and single objects are brought to this form
};

enum class Pii : std::uint8_t { kFalse, kMaybe, kTrue };

enum class Unknown : std::uint8_t { kRemove, kKeep, kReport };

// What `$name` means in a selector of a scrubbing rule.
enum class Role : std::uint8_t {
  kNone,
  kEvent,
  kException,
  kStacktrace,
  kFrame,
  kRequest,
  kUser,
  kLogentry,
  kMessage,
  kThread,
  kBreadcrumb,
  kSpan,
  kSdk,
};

struct Field;

struct Node {
  Kind kind = Kind::kAny;
  Pii pii = Pii::kFalse;
  bool trim = false;
  bool nonempty = false;
  bool image_path = false;     // scrubbing keeps the base name
  bool default_rules = true;   // false: only rules that name the attribute may change it
  std::uint8_t bag_depth = 0;  // zero: not a bag
  std::uint32_t bag_bytes = 0;
  std::uint32_t max_chars = 0;  // zero: no limit of its own
  std::uint32_t allowance = 0;
  Unknown unknown = Unknown::kRemove;
  Role role = Role::kNone;
  std::span<const Field> fields = {};  // sorted by name
  const Node* element = nullptr;
};

struct Field {
  std::string_view name;
  const Node* node;
  bool required = false;
};

// Null if the object has no such field.
const Node* FindField(const Node& object, std::string_view name);

// The node of a member of an object or map; free-form content inherits what `pii` its container
// has.
const Node& ChildNode(const Node& parent, std::string_view key);
const Node& ElementNode(const Node& parent);

const Node& EventNode();
// The schema of one context by its `type`.
const Node& ContextNode(std::string_view type);
bool IsKnownContext(std::string_view alias);
// True for the node that stands for any context until ContextNode() says which one.
bool IsContextElement(const Node& node);
// Free-form content below a node with this eligibility.
const Node& FreeNode(Pii pii);

}  // namespace gatehouse::events
