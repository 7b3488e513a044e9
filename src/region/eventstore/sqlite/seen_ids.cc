#include "region/eventstore/sqlite/seen_ids.h"

#include <algorithm>
#include <bit>

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr int kProbes = 5;

std::uint64_t Mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

}  // namespace

SeenIds::SeenIds(std::size_t events) : events_(std::max<std::size_t>(events, 1024)) {
  const std::size_t words = std::bit_ceil(events_ * 12 / 64);
  mask_ = words * 64 - 1;
  words_.resize(words);
}

bool SeenIds::Add(std::int64_t project_id, const Id128& id) {
  const std::uint64_t first =
      Mix(static_cast<std::uint64_t>(id.low) ^ Mix(static_cast<std::uint64_t>(project_id)));
  const std::uint64_t step = Mix(static_cast<std::uint64_t>(id.high) ^ first) | 1;
  bool perhaps = true;
  for (std::uint64_t i = 0; i < kProbes; ++i) {
    const std::uint64_t bit = (first + i * step) & mask_;
    std::uint64_t& word = words_[bit >> 6];
    const std::uint64_t flag = std::uint64_t{1} << (bit & 63);
    perhaps = perhaps && (word & flag) != 0;
    word |= flag;
  }
  if (!perhaps) ++size_;
  return perhaps;
}

}  // namespace gatehouse::eventstore::sqlite
