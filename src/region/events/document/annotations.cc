#include "region/events/document/annotations.h"

#include "region/events/document/value.h"

namespace gatehouse::events {
namespace {

// An entry keeps the value that it is about only up to this size, as text.
constexpr std::size_t kMaxOriginal = 500;
constexpr int kMaxOriginalDepth = 16;
// A document of a megabyte can hold a hundred thousand bad values; nobody reads that many entries.
constexpr std::size_t kMaxEntries = 1000;

bool FitsEntry(const json::Value& original) {
  return SizeEstimate(original, kMaxOriginal) <= kMaxOriginal &&
         IsShallow(original, kMaxOriginalDepth);
}

// An entry that came with the event: a type, and plain members beside the original value.
bool CleanEntry(json::Value& value) {
  json::Object* entry = value.if_object();
  if (entry == nullptr || !json::GetString(*entry, "type")) return false;
  for (auto it = entry->begin(); it != entry->end();) {
    bool plain = !it->value().is_object() && !it->value().is_array();
    bool original = it->key() == "value" && FitsEntry(it->value());
    if (plain || original) {
      ++it;
    } else {
      it = entry->erase(it);
    }
  }
  return true;
}

// Original values in what a client sent are not ours to keep: they were never scrubbed.
void DropOriginals(json::Object& node, int depth) {
  if (depth > 32) {
    node.clear();
    return;
  }
  for (auto it = node.begin(); it != node.end();) {
    json::Object* child = it->value().if_object();
    if (child == nullptr) {
      it = node.erase(it);
      continue;
    }
    if (it->key().empty()) {
      child->erase("val");
    } else {
      DropOriginals(*child, depth + 1);
    }
    ++it;
  }
}

}  // namespace

Annotations::Annotations(json::Object& event)
    : storage_(event.storage()), errors_(storage_), meta_(storage_) {
  if (json::Value* errors = event.if_contains("errors")) {
    if (json::Array* list = errors->if_array()) {
      for (json::Value& entry : *list) {
        if (errors_.size() < kMaxEntries && CleanEntry(entry)) errors_.push_back(std::move(entry));
      }
    }
    event.erase("errors");
  }
  if (json::Value* meta = event.if_contains("_meta")) {
    if (json::Object* tree = meta->if_object()) {
      DropOriginals(*tree, 0);
      meta_ = std::move(*tree);
    }
    event.erase("_meta");
  }
}

json::Object& Annotations::Node(const Path& path) {
  if (path.is_root()) return meta_;
  json::Object& parent = Node(*path.parent());
  json::Value& node =
      path.is_index() ? Slot(parent, std::to_string(path.index())) : Slot(parent, path.key());
  return node.is_object() ? node.get_object() : node.emplace_object();
}

json::Object& Annotations::Leaf(const Path& path) {
  json::Value& leaf = Slot(Node(path), "");
  return leaf.is_object() ? leaf.get_object() : leaf.emplace_object();
}

const json::Object* Annotations::Find(const Path& path) const {
  if (path.is_root()) return &meta_;
  const json::Object* parent = Find(*path.parent());
  if (parent == nullptr || parent->empty()) return nullptr;
  return path.is_index() ? json::GetObject(*parent, std::to_string(path.index()))
                         : json::GetObject(*parent, path.key());
}

bool Annotations::HasErrors(const Path& path) const {
  const json::Object* node = Find(path);
  const json::Object* leaf = node == nullptr ? nullptr : json::GetObject(*node, "");
  return leaf != nullptr && leaf->contains("err");
}

void Annotations::Add(const Path& path, std::string_view type, const json::Value* original,
                      Extra extra) {
  if (added_ >= kMaxEntries) return;
  if (skip_known_) {
    std::string name = path.Dotted();
    for (const json::Value& known : errors_) {
      const json::Object& entry = known.get_object();
      if (json::GetString(entry, "type") == type && json::GetString(entry, "name") == name) return;
    }
  }
  ++added_;
  bool first = !HasErrors(path);
  json::Value& list = Slot(Leaf(path), "err");
  json::Array& kinds = list.is_array() ? list.get_array() : list.emplace_array();
  if (extra.size() == 0) {
    kinds.emplace_back(type);
  } else {
    json::Object data(storage_);
    for (const auto& [key, text] : extra) Slot(data, key) = text;
    json::Array pair(storage_);
    pair.emplace_back(type);
    pair.emplace_back(std::move(data));
    kinds.emplace_back(std::move(pair));
  }

  json::Object entry(storage_);
  Slot(entry, "type") = type;
  Slot(entry, "name") = path.Dotted();
  if (original != nullptr && first && FitsEntry(*original)) {
    Slot(entry, "value") = *original;
  }
  for (const auto& [key, text] : extra) Slot(entry, key) = text;
  errors_.emplace_back(std::move(entry));
}

void Annotations::Invalid(const Path& path, const json::Value* original, std::string_view reason) {
  if (reason.empty()) {
    Add(path, kInvalidData, original);
  } else {
    Add(path, kInvalidData, original, {{"reason", reason}});
  }
}

void Annotations::Reject(json::Value& value, const Path& path, std::string_view reason) {
  Invalid(path, &value, reason);
  value = nullptr;
}

void Annotations::Remark(const Path& path, std::string_view rule, RemarkKind kind,
                         std::size_t start, std::size_t end) {
  json::Array remark(storage_);
  remark.emplace_back(rule);
  char letter = static_cast<char>(kind);
  remark.emplace_back(std::string_view(&letter, 1));
  remark.emplace_back(start);
  remark.emplace_back(end);
  json::Value& list = Slot(Leaf(path), "rem");
  if (!list.is_array()) list.emplace_array();
  list.get_array().emplace_back(std::move(remark));
}

void Annotations::Remark(const Path& path, std::string_view rule, RemarkKind kind) {
  json::Array remark(storage_);
  remark.emplace_back(rule);
  char letter = static_cast<char>(kind);
  remark.emplace_back(std::string_view(&letter, 1));
  json::Value& list = Slot(Leaf(path), "rem");
  if (!list.is_array()) list.emplace_array();
  list.get_array().emplace_back(std::move(remark));
}

const json::Array* Annotations::OwnRemarks(const Path& path) const {
  if (!skip_known_) return nullptr;
  const json::Object* node = Find(path);
  const json::Object* leaf = node == nullptr ? nullptr : json::GetObject(*node, "");
  return leaf == nullptr ? nullptr : json::GetArray(*leaf, "rem");
}

void Annotations::ForgetRemarks(const Path& path) {
  if (Find(path) != nullptr) Leaf(path).erase("rem");
}

void Annotations::OriginalLength(const Path& path, std::size_t length) {
  json::Object& leaf = Leaf(path);
  if (!leaf.contains("len")) Slot(leaf, "len") = length;  // the first change knows the true length
}

void Annotations::Move(const Path& from, const Path& to) {
  if (Find(from) == nullptr) {
    if (Find(to) != nullptr) Node(to).clear();
    return;
  }
  json::Object moved = std::move(Node(from));
  if (!from.is_index()) Node(*from.parent()).erase(from.key());
  Node(to) = std::move(moved);
}

void Annotations::ReviewOriginals(
    const std::function<bool(std::string_view name, json::Value& original)>& keep) {
  for (json::Value& item : errors_) {
    json::Object& entry = item.get_object();
    json::Value* original = entry.if_contains("value");
    if (original == nullptr) continue;
    std::string_view name = json::GetString(entry, "name").value_or("");
    if (!keep(name, *original)) entry.erase("value");
  }
}

void Annotations::Finish(json::Object& event) {
  if (!errors_.empty()) Slot(event, "errors") = std::move(errors_);
  if (!meta_.empty()) Slot(event, "_meta") = std::move(meta_);
}

}  // namespace gatehouse::events
