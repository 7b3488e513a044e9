#pragma once

// JSON of item payloads. What a client cuts in the middle of a surrogate pair, or takes from a file
// in another encoding, must not cost it the whole payload: text that is not Unicode is replaced by
// U+FFFD. Everything else that strict JSON refuses stays refused.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::ingest {

inline constexpr std::size_t kMaxJsonDepth = 128;

// Errors: those of json::Parse.
Result<json::Value> ParsePayload(std::string_view text, std::size_t max_bytes = 16 * 1024 * 1024);
Result<json::Object> ParsePayloadObject(std::string_view text,
                                        std::size_t max_bytes = 16 * 1024 * 1024);

// Invalid UTF-8 and escapes of lone surrogates ("\ud800") become U+FFFD. `text` is JSON.
std::string RepairUnicode(std::string_view text);

// `text` with every byte that is not UTF-8 replaced by U+FFFD.
std::string ValidUtf8(std::string_view text);

// The bare tokens NaN, Infinity and -Infinity outside strings become null (old Python clients).
std::string ReplaceNonFinite(std::string_view text);

// The top-level members of an object, one after the other, without building values: for a look at
// one or two of them. Checks nesting and strings only; a full parse must follow.
class MemberScan {
 public:
  explicit MemberScan(std::string_view text);

  struct Member {
    std::string_view key;    // between the quotes, escapes as written
    std::string_view value;  // as written, without white space around it
  };
  // std::nullopt at the end and at the first thing that cannot be an object.
  std::optional<Member> Next();
  // Meaningful after Next() has returned std::nullopt.
  bool ok() const { return ok_; }

 private:
  void SkipSpace();
  std::optional<std::string_view> String();  // with its quotes
  std::optional<std::string_view> Value();

  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = false;
  bool first_ = true;
  bool done_ = false;
};

// The text between the quotes if `value` (of a Member) is a string without escapes.
std::optional<std::string_view> PlainString(std::string_view value);

}  // namespace gatehouse::ingest
