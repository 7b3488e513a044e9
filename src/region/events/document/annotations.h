#pragma once

// What the passes found wrong or changed: the event's `errors` list and its `_meta` tree. One
// object accompanies an event through all passes; it takes what the client sent at the start and
// writes both back at the end. One thread.

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "platform/json/lenient.h"
#include "region/events/document/path.h"

namespace gatehouse::events {

// Types of error entries.
inline constexpr std::string_view kInvalidData = "invalid_data";
inline constexpr std::string_view kMissingAttribute = "missing_attribute";
inline constexpr std::string_view kInvalidAttribute = "invalid_attribute";
inline constexpr std::string_view kValueTooLong = "value_too_long";
inline constexpr std::string_view kClockDrift = "clock_drift";
inline constexpr std::string_view kPastTimestamp = "past_timestamp";
inline constexpr std::string_view kFutureTimestamp = "future_timestamp";

inline constexpr std::string_view kNonEmpty = "expected a non-empty value";

enum class RemarkKind : char {
  kSubstituted = 's',
  kRemoved = 'x',
  kMasked = 'm',
  kPseudonymized = 'p',
};

class Annotations {
 public:
  // Moves `errors` and `_meta` out of the event.
  explicit Annotations(json::Object& event);

  // The event was normalized here before: an entry that it has is not added again, and its remarks
  // are ours.
  void SkipKnown() { skip_known_ = true; }

  using Extra = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // `original` is kept in the entry if it is small and no earlier entry of this attribute has one.
  void Add(const Path& path, std::string_view type, const json::Value* original, Extra extra = {});
  void Invalid(const Path& path, const json::Value* original, std::string_view reason = {});

  // Replaces a bad value by null and says why.
  void Reject(json::Value& value, const Path& path, std::string_view reason);

  bool HasErrors(const Path& path) const;

  void Remark(const Path& path, std::string_view rule, RemarkKind kind, std::size_t start,
              std::size_t end);
  // Without a range: the whole value was changed.
  void Remark(const Path& path, std::string_view rule, RemarkKind kind);
  // Remarks that an earlier pass of ours made; null for those that came from a client.
  const json::Array* OwnRemarks(const Path& path) const;
  void ForgetRemarks(const Path& path);
  void OriginalLength(const Path& path, std::size_t length);

  // What `_meta` says about a value that moves to another place; the place's own is lost.
  void Move(const Path& from, const Path& to);

  // Calls `keep` with the dotted name and the original value of every entry, and forgets the values
  // for which it returns false. `_meta` never holds original values.
  void ReviewOriginals(
      const std::function<bool(std::string_view name, json::Value& original)>& keep);

  // Writes `errors` and `_meta` if they are not empty.
  void Finish(json::Object& event);

  std::size_t error_count() const { return errors_.size(); }

 private:
  json::Object& Node(const Path& path);
  json::Object& Leaf(const Path& path);
  const json::Object* Find(const Path& path) const;

  json::Storage storage_;
  json::Array errors_;
  json::Object meta_;
  std::size_t added_ = 0;
  bool skip_known_ = false;
};

}  // namespace gatehouse::events
