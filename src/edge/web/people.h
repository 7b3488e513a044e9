#pragma once

// Names of users for lists: one read for a whole page.

#include <unordered_map>
#include <vector>

#include "control/users/service.h"

namespace gatehouse::web {

class People {
 public:
  explicit People(std::vector<users::User> users);
  // nullptr when the account no longer exists.
  const users::User* Find(UserId id) const;
  // The display name, or "account 123".
  std::string Name(UserId id) const;

 private:
  std::unordered_map<UserId, users::User> users_;
};

Task<People> LoadPeople(users::Service& service, std::vector<UserId> ids);

}  // namespace gatehouse::web
