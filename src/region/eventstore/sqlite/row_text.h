#pragma once

// What the rows of an event are made of, besides numbers.

#include <string>
#include <string_view>

#include "base/text.h"
#include "region/eventstore/types.h"

namespace gatehouse::eventstore::sqlite {

// As many texts as a day remembers to have in its file.
inline constexpr std::size_t kMaxKnownTexts = 20'000;

inline std::int64_t KindOf(const StoredEvent& event) { return event.type == "transaction" ? 1 : 0; }

// A text that the database takes.
inline std::string Storable(std::string_view text) {
  std::string out(text);
  std::erase(out, '\0');
  if (!IsValidUtf8(out)) out = Printable(out, out.size());
  return out;
}

// As it is looked for.
inline std::string Searchable(std::string_view text) { return AsciiLower(Storable(text)); }

}  // namespace gatehouse::eventstore::sqlite
