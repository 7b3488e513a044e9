#pragma once

// A bounded reader of CBOR (RFC 8949) in the form of CTAP2: definite lengths, shortest integers, no
// duplicate map keys, no tags, at most 8 deep and 64 entries a container. It borrows its input and
// allocates nothing that the input claims.

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::crypto::cbor {

enum class Type { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kSimple };

// The item's bytes, and what its head says.
struct Item {
  Type type = Type::kSimple;
  std::int64_t number = 0;   // kUnsigned, kNegative
  std::string_view content;  // kBytes, kText
  std::string_view encoded;  // the whole item
};

// Takes one complete, valid item from the front of `input`; std::nullopt leaves it as it was.
std::optional<Item> Take(std::string_view& input);

// The entries of a map that Take returned. Keys are numbers or texts.
std::vector<std::pair<Item, Item>> Entries(const Item& map);
// The value of a key; std::nullopt when there is none.
std::optional<Item> Find(const Item& map, std::int64_t key);
std::optional<Item> Find(const Item& map, std::string_view key);

}  // namespace gatehouse::crypto::cbor
