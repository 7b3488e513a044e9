#include "region/eventstore/sqlite/search_block.h"

#include <cstring>

namespace gatehouse::eventstore::sqlite {
namespace {

// Before each text: its number and its length.
constexpr std::size_t kHead = 12;

}  // namespace

void SearchBlock::Add(std::int64_t id, std::string_view text) {
  const auto number = static_cast<std::uint64_t>(id);
  for (unsigned shift = 0; shift < 64; shift += 8) {
    bytes_ += static_cast<char>(number >> shift & 0xFF);
  }
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes_ += static_cast<char>(text.size() >> shift & 0xFF);
  }
  bytes_ += text;
}

bool SearchBlock::Find(std::string_view bytes, std::string_view part,
                       std::unordered_set<std::int64_t>& ids) {
  const auto byte = [&bytes](std::size_t at) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at]));
  };
  while (!bytes.empty()) {
    if (bytes.size() < kHead) return false;
    std::uint64_t id = 0;
    for (unsigned i = 0; i < 8; ++i) id |= byte(i) << (8 * i);
    std::size_t size = 0;
    for (unsigned i = 0; i < 4; ++i) size |= byte(8 + i) << (8 * i);
    bytes.remove_prefix(kHead);
    if (size > bytes.size()) return false;
    if (bytes.substr(0, size).find(part) != std::string_view::npos) {
      ids.insert(static_cast<std::int64_t>(id));
    }
    bytes.remove_prefix(size);
  }
  return true;
}

}  // namespace gatehouse::eventstore::sqlite
