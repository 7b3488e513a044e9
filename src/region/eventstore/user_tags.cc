#include "region/eventstore/user_tags.h"

#include <utility>

#include "base/text.h"

namespace gatehouse::eventstore {

std::string UserPartKey(std::string_view part) {
  return std::string(kTagUser) + "." + std::string(part);
}

bool IsUserPartKey(std::string_view key) {
  return key.size() > kTagUser.size() && key.starts_with(kTagUser) && key[kTagUser.size()] == '.';
}

std::vector<Tag> SameTags(Tag tag) {
  std::vector<Tag> same;
  const auto [part, value] = SplitOnce(tag.second, ':');
  if (tag.first == kTagUser && !value.empty()) same.emplace_back(UserPartKey(part), value);
  same.insert(same.begin(), std::move(tag));
  return same;
}

}  // namespace gatehouse::eventstore
