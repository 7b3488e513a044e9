#pragma once

// Users of the control half as the region's services take them.

#include "control/users/users.h"
#include "region/orgs/types.h"

namespace gatehouse::access {

inline orgs::UserCopy CopyOf(const users::User& user) {
  return {.user = user.id,
          .email = user.email,
          .name = user.name,
          .is_active = user.is_active,
          .has_2fa = user.has_2fa};
}

}  // namespace gatehouse::access
