#pragma once

// The tree that explains a hash. A component holds text (a leaf) or other components; it
// contributes when one of its parts does. The hash of a tree is the MD5 of the contributing leaves'
// text, in order.
//
// Ownership: nodes and text live in the Arena they were made in; a Component is a light reference
// to them and is copied freely. Copies share their parts.

#include <cstddef>
#include <deque>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>

#include "platform/json/json.h"

namespace gatehouse::grouping {

struct Component {
  std::string_view id;  // empty: a leaf
  std::string_view text;
  std::string_view hint;  // why it contributes or not; empty when there is nothing to say
  bool contributes = false;
  bool number = false;  // the leaf came as a number
  std::span<Component> parts;

  bool IsLeaf() const { return id.empty(); }
  void Silence(std::string_view why) {
    contributes = false;
    hint = why;
  }
};

// Memory of one grouping: everything goes at once.
class Arena {
 public:
  std::string_view Copy(std::string_view text);
  std::span<Component> Parts(std::span<const Component> parts);

  Component Leaf(std::string_view text);
  // Contributes when one of `parts` does.
  Component Node(std::string_view id, std::span<const Component> parts);
  Component Node(std::string_view id, std::initializer_list<Component> parts) {
    return Node(id, std::span<const Component>(parts.begin(), parts.size()));
  }
  // A component with one text; without parts when `text` is empty.
  Component Text(std::string_view id, std::string_view text);

 private:
  std::pmr::monotonic_buffer_resource memory_{8 * 1024};
};

// Appends the text that is hashed.
void AppendLeaves(const Component& component, std::string& out);
std::string HashText(const Component& component);  // what is hashed, as one string

// {"id","name","contributes","hint","values"}
json::Object ToJson(const Component& component);

}  // namespace gatehouse::grouping
