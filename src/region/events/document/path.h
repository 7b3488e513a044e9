#pragma once

// Where a value stands in an event: a chain of steps on the call stack, made without allocation
// while a pass descends. A step refers to its parent and to its key, so a path must not outlive
// either: it is a local variable, never a member.

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::events {

class Path {
 public:
  Path() = default;  // the event itself
  Path(const Path& parent, std::string_view key) : parent_(&parent), key_(key) {}
  Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index), is_index_(true) {}
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;

  const Path* parent() const { return parent_; }
  bool is_root() const { return parent_ == nullptr; }
  bool is_index() const { return is_index_; }
  std::string_view key() const { return key_; }  // empty for an index
  std::size_t index() const { return index_; }

  // The last step as text: the key or the decimal index.
  std::string Step() const { return is_index_ ? std::to_string(index_) : std::string(key_); }

  // "breadcrumbs.values.0.data"
  std::string Dotted() const {
    if (parent_ == nullptr) return {};
    std::string text = parent_->Dotted();
    if (!text.empty()) text += '.';
    return text + Step();
  }

 private:
  const Path* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
  bool is_index_ = false;
};

}  // namespace gatehouse::events
