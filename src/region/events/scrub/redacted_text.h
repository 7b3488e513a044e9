#pragma once

// A text while rules work on it: pieces that are still plain and pieces that a rule replaced. Later
// rules see plain pieces only, so nothing that was put in is found again. One thread.

#include <string>
#include <string_view>
#include <vector>

#include "region/events/document/annotations.h"
#include "region/events/scrub/rules.h"

namespace gatehouse::events::scrub {

class RedactedText {
 public:
  // `remarks`: of an earlier pass over the same text, or null; what they cover is not plain.
  explicit RedactedText(std::string_view text, const json::Array* remarks = nullptr);

  // Replaces what the rule finds; kPair and kAnything take the whole text.
  void Apply(const Rule& rule, const std::string& hash_key, std::uint64_t& budget);
  // Replaces what the finder finds by "[Filtered]" or another text.
  void Apply(BuiltIn kind, std::string_view rule, std::string_view replacement);

  bool changed() const { return changed_; }
  std::string Join() const;
  // Notes every replaced piece at the path, with offsets in the new text, instead of what was
  // noted.
  void Annotate(const Path& path, Annotations& notes) const;

 private:
  struct Piece {
    std::string text;
    bool redacted = false;
    std::string rule = {};
    RemarkKind kind = RemarkKind::kSubstituted;
  };

  // `find_all` gives the matches of a text in order, none overlapping.
  template <class FindAll, class Replace>
  void Split(std::string_view rule, RemarkKind kind, FindAll find_all, Replace replace);

  std::vector<Piece> pieces_;
  bool changed_ = false;
};

// What the redaction makes of a value, as text.
struct Replacement {
  std::string text;
  RemarkKind kind = RemarkKind::kSubstituted;
};
Replacement Redact(std::string_view value, const Rule& rule, const std::string& hash_key);

}  // namespace gatehouse::events::scrub
