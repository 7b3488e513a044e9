#pragma once

// How many different things there were, without keeping them: exact up to 64 of them, then
// HyperLogLog with 1,024 registers (3 % standard error). Sketches of parts add up to the sketch of
// the whole.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::sessions {

class Sketch {
 public:
  void Add(std::string_view thing);
  void Merge(const Sketch& other);
  std::int64_t Count() const;
  bool empty() const { return hashes_.empty() && registers_.empty(); }

  // "" for nothing; else text of at most 1.4 kB.
  std::string ToText() const;
  // What is no sketch is an empty one: it is our own text.
  static Sketch Parse(std::string_view text);

 private:
  static constexpr std::size_t kExact = 64;
  static constexpr unsigned kBits = 10;
  static constexpr std::size_t kRegisters = 1u << kBits;

  void AddHash(std::uint64_t hash);
  void AddToRegisters(std::uint64_t hash);
  void Spill();

  std::vector<std::uint64_t> hashes_;    // sorted; empty once there are registers
  std::vector<std::uint8_t> registers_;  // none or kRegisters
};

}  // namespace gatehouse::sessions
