#pragma once

// The messages of many events, to be searched: number and text one after another, in lower case,
// each text once. Compressed together they are a tenth of what they would be as rows.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace gatehouse::eventstore::sqlite {

class SearchBlock {
 public:
  void Add(std::int64_t id, std::string_view text);
  const std::string& bytes() const { return bytes_; }

  // Adds the numbers of texts that hold `part`. false: not such bytes, or damaged ones.
  static bool Find(std::string_view bytes, std::string_view part,
                   std::unordered_set<std::int64_t>& ids);

 private:
  std::string bytes_;
};

}  // namespace gatehouse::eventstore::sqlite
