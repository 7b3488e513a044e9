#include "edge/web/people.h"

#include <algorithm>

namespace gatehouse::web {

People::People(std::vector<users::User> users) {
  for (users::User& user : users) users_.emplace(user.id, std::move(user));
}

const users::User* People::Find(UserId id) const {
  auto found = users_.find(id);
  return found == users_.end() ? nullptr : &found->second;
}

std::string People::Name(UserId id) const {
  const users::User* user = Find(id);
  return user ? user->Display() : "account " + id.ToString();
}

Task<People> LoadPeople(users::Service& service, std::vector<UserId> ids) {
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  if (ids.empty()) co_return People({});
  GH_CO_TRY(auto users, co_await service.GetMany(std::move(ids)));
  co_return People(std::move(users));
}

}  // namespace gatehouse::web
