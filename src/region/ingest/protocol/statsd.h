#pragma once

// Metrics as text, one per line:
//   name[@unit]:value[:value…]|type[|#tag:value,tag:value][|Ttimestamp]
// with type c (counter), d and ms (distribution), g (gauge: last, or last:min:max:sum:count) and
// s (set, of numbers or words).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "platform/json/json.h"

namespace gatehouse::ingest {

struct StatsdRecord {
  std::string name;
  std::string unit;                // "none" if not told
  char type = 'c';                 // c, d, g, s
  std::vector<double> values;      // c, d, g
  std::vector<std::string> words;  // s
  std::vector<std::pair<std::string, std::string>> tags;
  std::optional<Timestamp> timestamp;
};

struct StatsdLines {
  std::vector<StatsdRecord> records;
  std::size_t invalid = 0;  // lines that are none of the above
};

StatsdLines ParseStatsd(std::string_view text);
json::Object ToJson(const StatsdRecord& record);

}  // namespace gatehouse::ingest
