// Length and size limits: long texts are cut, bags lose what does not fit.

#include <algorithm>
#include <cmath>
#include <vector>

#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

// Where the schema sets no limit: no stored event is nested deeper than it may be to be read again.
constexpr int kMaxFreeDepth = 16;
constexpr std::size_t kMaxSpansBytes = 819'200;
constexpr std::uint8_t kExtraValueDepth = 7;
constexpr std::size_t kExtraValueBytes = 16'384;

void CutText(json::Value& value, std::size_t max_chars, const Path& path, Annotations& notes) {
  std::string text(Text(value));
  std::size_t chars = CountChars(text);
  std::size_t kept = max_chars > 3 ? max_chars - 3 : 0;
  text.resize(BytesOfChars(text, kept));
  if (max_chars >= 3) text += "...";
  SetText(value, text);
  notes.Remark(path, "!limit", RemarkKind::kSubstituted, kept, CountChars(text));
  notes.OriginalLength(path, chars);
}

void LimitText(json::Value& value, const Node& node, const Path& path, Annotations& notes) {
  std::size_t limit = node.max_chars + node.allowance;
  if (Text(value).size() <= limit || CountChars(Text(value)) <= limit) return;
  CutText(value, node.max_chars, path, notes);
}

std::size_t LeafCost(const json::Value& value) { return SizeEstimate(value, SIZE_MAX) + 1; }

// True if the bag needs no change: the budget is taken from `remaining`.
bool Fits(const json::Value& value, int depth, std::size_t& remaining) {
  if (const json::Object* object = value.if_object()) {
    if (object->empty()) return Fits(json::Value(nullptr), depth, remaining);
    if (depth <= 1) return false;
    for (const auto& member : *object) {
      if (!Fits(member.value(), depth - 1, remaining)) return false;
    }
    return true;
  }
  if (const json::Array* array = value.if_array()) {
    if (array->empty()) return Fits(json::Value(nullptr), depth, remaining);
    if (depth <= 1) return false;
    for (const json::Value& item : *array) {
      if (!Fits(item, depth - 1, remaining)) return false;
    }
    return true;
  }
  if (value.is_double() && !std::isfinite(value.get_double())) return false;
  std::size_t cost = LeafCost(value);
  // Exactly nothing left is too little for whatever follows; the slow walk decides.
  if (cost >= remaining) return false;
  remaining -= cost;
  return true;
}

class BagTrimmer {
 public:
  BagTrimmer(std::size_t bytes, Annotations& notes) : remaining_(bytes), notes_(notes) {}

  void Walk(json::Value& value, int depth, const Path& path, bool root) {
    bool container = value.is_object() || value.is_array();
    if (container && depth <= 1 && !IsEmptyContainer(value) && !root) {
      SetText(value, json::Serialize(value));
      container = false;
    }
    if (!container) {
      if (value.is_double() && !std::isfinite(value.get_double())) value = 0.0;
      if (value.is_string() && Text(value).size() > remaining_ &&
          CountChars(Text(value)) > remaining_) {
        CutText(value, remaining_, path, notes_);
      }
      Spend(LeafCost(value));
      return;
    }
    if (IsEmptyContainer(value)) return Spend(3);
    if (json::Array* array = value.if_array()) {
      std::size_t count = array->size();
      for (std::size_t i = 0; i < array->size(); ++i) {
        if (remaining_ == 0) {
          array->erase(array->begin() + static_cast<std::ptrdiff_t>(i), array->end());
          notes_.OriginalLength(path, count);
          return;
        }
        Path item(path, i);
        Walk((*array)[i], depth - 1, item, false);
      }
      return;
    }
    json::Object& object = value.get_object();
    std::vector<std::string> keys;
    keys.reserve(object.size());
    for (const auto& member : object) keys.emplace_back(member.key());
    std::ranges::sort(keys);
    bool dropped = false;
    for (const std::string& key : keys) {
      if (remaining_ == 0) {
        object.erase(key);
        dropped = true;
        continue;
      }
      Path member(path, key);
      Walk(Slot(object, key), depth - 1, member, false);
    }
    if (dropped) notes_.OriginalLength(path, keys.size());
  }

 private:
  void Spend(std::size_t bytes) { remaining_ -= std::min(remaining_, bytes); }

  std::size_t remaining_;
  Annotations& notes_;
};

void TrimBag(json::Value& value, int depth, std::size_t bytes, const Path& path,
             Annotations& notes) {
  std::size_t remaining = bytes;
  if (Fits(value, depth, remaining)) return;
  BagTrimmer(bytes, notes).Walk(value, depth, path, true);
}

void TrimSpans(json::Array& spans, const Path& path, Annotations& notes) {
  std::size_t total = 2;
  std::size_t count = spans.size();
  for (std::size_t i = 0; i < count; ++i) {
    total += SizeEstimate(spans[i], kMaxSpansBytes) + 1;
    if (total <= kMaxSpansBytes) continue;
    spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(i), spans.end());
    notes.OriginalLength(path, count);
    return;
  }
}

void TrimValue(json::Value& value, const Node& node, const Path& path, Annotations& notes) {
  switch (node.kind) {
    case Kind::kArray:
    case Kind::kValues: {
      json::Array* list = value.if_array();
      Path values(path, "values");
      bool wrapped = list == nullptr && value.is_object();
      if (wrapped) list = ArrayMember(value.get_object(), "values");
      if (list == nullptr) return;
      for (std::size_t i = 0; i < list->size(); ++i) {
        Path item(wrapped ? values : path, i);
        TrimValue((*list)[i], *node.element, item, notes);
      }
      return;
    }
    case Kind::kObject:
    case Kind::kMap:
      if (json::Object* object = value.if_object()) {
        for (auto& member : *object) {
          Path child(path, member.key());
          TrimValue(member.value(), ChildNode(node, member.key()), child, notes);
        }
      }
      break;
    default:
      break;
  }
  if (value.is_string() && node.max_chars != 0) LimitText(value, node, path, notes);
  if (node.bag_depth != 0) {
    TrimBag(value, node.bag_depth, node.bag_bytes, path, notes);
  } else if (node.kind == Kind::kAny || node.kind == Kind::kFreeObject ||
             node.kind == Kind::kFreeArray) {
    TrimBag(value, kMaxFreeDepth, SIZE_MAX, path, notes);
  }
}

}  // namespace

void TrimEvent(json::Object& event, Annotations& notes) {
  Path root;
  if (json::Object* extra = ObjectMember(event, "extra")) {
    Path path(root, "extra");
    for (auto& member : *extra) {
      Path place(path, member.key());
      TrimBag(member.value(), kExtraValueDepth, kExtraValueBytes, place, notes);
    }
  }
  if (json::Array* spans = ArrayMember(event, "spans")) {
    Path path(root, "spans");
    TrimSpans(*spans, path, notes);
  }
  for (auto& member : event) {
    Path path(root, member.key());
    TrimValue(member.value(), ChildNode(EventNode(), member.key()), path, notes);
  }
}

}  // namespace gatehouse::events
