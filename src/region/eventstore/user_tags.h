#pragma once

// What else than the value of kTagUser names the user of an event. An event has one user tag, of
// the first thing that is known of its user ("id:7"); the others are tags of their own, which are
// searched by and shown nowhere. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "region/eventstore/types.h"

namespace gatehouse::eventstore {

// "sentry:user.email" of "email".
std::string UserPartKey(std::string_view part);
bool IsUserPartKey(std::string_view key);

// The tags that say the same: the tag, and of a user tag ("email:a@b") the part, too.
std::vector<Tag> SameTags(Tag tag);

}  // namespace gatehouse::eventstore
