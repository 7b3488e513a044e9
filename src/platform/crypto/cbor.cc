#include "platform/crypto/cbor.h"

#include <limits>

#include "base/check.h"
#include "base/text.h"

namespace gatehouse::crypto::cbor {
namespace {

constexpr int kMaxDepth = 8;
constexpr std::uint64_t kMaxEntries = 64;

struct Head {
  unsigned major = 0;
  std::uint64_t argument = 0;
};

// Only the shortest form of an argument is taken, so that a key has one spelling.
std::optional<Head> TakeHead(std::string_view& input) {
  if (input.empty()) return std::nullopt;
  unsigned first = static_cast<unsigned char>(input.front());
  Head head{.major = first >> 5, .argument = first & 31u};
  if (head.argument < 24) {
    input.remove_prefix(1);
    return head;
  }
  if (head.argument > 27) return std::nullopt;  // reserved, or without a definite length
  std::size_t size = std::size_t{1} << (head.argument - 24);
  if (input.size() < 1 + size) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : input.substr(1, size)) value = value << 8 | static_cast<unsigned char>(c);
  if (head.major != 7) {
    std::uint64_t below = size == 1 ? 24 : std::uint64_t{1} << (size * 4);
    if (value < below) return std::nullopt;
  } else if (size == 1 && value < 32) {
    return std::nullopt;
  }
  head.argument = value;
  input.remove_prefix(1 + size);
  return head;
}

std::optional<Item> TakeAt(std::string_view& input, int depth);

bool SkipEntries(std::string_view& input, std::uint64_t count, bool is_map, int depth) {
  if (count > kMaxEntries || depth >= kMaxDepth) return false;
  std::vector<std::string_view> keys;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (is_map) {
      auto key = TakeAt(input, depth + 1);
      if (!key || (key->type != Type::kUnsigned && key->type != Type::kNegative &&
                   key->type != Type::kText)) {
        return false;
      }
      for (std::string_view seen : keys) {
        if (seen == key->encoded) return false;
      }
      keys.push_back(key->encoded);
    }
    if (!TakeAt(input, depth + 1)) return false;
  }
  return true;
}

std::optional<Item> TakeAt(std::string_view& input, int depth) {
  std::string_view rest = input;
  auto head = TakeHead(rest);
  if (!head) return std::nullopt;
  Item item;
  switch (head->major) {
    case 0:
    case 1:
      if (head->argument > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
      }
      item.type = head->major == 0 ? Type::kUnsigned : Type::kNegative;
      item.number = static_cast<std::int64_t>(head->argument);
      if (head->major == 1) item.number = -1 - item.number;
      break;
    case 2:
    case 3:
      if (head->argument > rest.size()) return std::nullopt;
      item.type = head->major == 2 ? Type::kBytes : Type::kText;
      item.content = rest.substr(0, head->argument);
      if (item.type == Type::kText && !IsValidUtf8(item.content)) return std::nullopt;
      rest.remove_prefix(head->argument);
      break;
    case 4:
    case 5:
      item.type = head->major == 4 ? Type::kArray : Type::kMap;
      if (!SkipEntries(rest, head->argument, item.type == Type::kMap, depth)) return std::nullopt;
      break;
    case 7:
      item.type = Type::kSimple;
      break;
    default:
      return std::nullopt;  // tags
  }
  item.encoded = input.substr(0, input.size() - rest.size());
  input = rest;
  return item;
}

template <class Fits>
std::optional<Item> FindIf(const Item& map, Fits fits) {
  if (map.type != Type::kMap) return std::nullopt;
  for (auto& [key, value] : Entries(map)) {
    if (fits(key)) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Item> Take(std::string_view& input) { return TakeAt(input, 0); }

std::vector<std::pair<Item, Item>> Entries(const Item& map) {
  GH_CHECK(map.type == Type::kMap);
  std::string_view rest = map.encoded;
  auto head = TakeHead(rest);
  std::vector<std::pair<Item, Item>> entries;
  for (std::uint64_t i = 0; i < head->argument; ++i) {
    auto key = TakeAt(rest, 0);
    auto value = TakeAt(rest, 0);
    entries.emplace_back(*key, *value);
  }
  return entries;
}

std::optional<Item> Find(const Item& map, std::int64_t key) {
  return FindIf(map, [key](const Item& item) {
    return (item.type == Type::kUnsigned || item.type == Type::kNegative) && item.number == key;
  });
}

std::optional<Item> Find(const Item& map, std::string_view key) {
  return FindIf(
      map, [key](const Item& item) { return item.type == Type::kText && item.content == key; });
}

}  // namespace gatehouse::crypto::cbor
