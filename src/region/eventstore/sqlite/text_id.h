#pragma once

// Small numbers for texts. A text is known in a day's file by its keyed hash, so that the same text
// has the same number in every file without a look-up, and nobody who lacks the key can make two
// texts share one.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::eventstore::sqlite {

using HashKey = std::pair<std::uint64_t, std::uint64_t>;

// SipHash-2-4.
std::uint64_t SipHash(const HashKey& key, std::string_view bytes);

class TextIds {
 public:
  explicit TextIds(HashKey key) : key_(key) {}

  // Never 0; 0 stands for the empty value.
  std::int64_t Of(std::int64_t project_id, std::string_view kind, std::string_view value) const;

 private:
  HashKey key_;
};

// What a text is, besides the names of tags.
inline constexpr std::string_view kKindKey = "\1key";
inline constexpr std::string_view kKindMessage = "\1message";
inline constexpr std::string_view kKindRelease = "sentry:release";
inline constexpr std::string_view kKindEnvironment = "environment";
inline constexpr std::string_view kKindTransaction = "transaction";
inline constexpr std::string_view kKindItemType = "\1type";

// 128 bits of lower-case hex as two numbers; std::nullopt for another text and for all zeros.
struct Id128 {
  std::int64_t high = 0;
  std::int64_t low = 0;
};
std::optional<Id128> ParseId(std::string_view hex);
std::string FormatId(const Id128& id);

}  // namespace gatehouse::eventstore::sqlite
