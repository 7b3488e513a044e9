#pragma once

// What providers say about a person besides the subject: labels, never keys. Pure.

#include <string>
#include <string_view>

#include "platform/json/json.h"

namespace gatehouse::sso::oidc {

// A label, not an address to trust: one '@' inside, no spaces or control bytes, at most 254 bytes.
bool IsEmail(std::string_view text);

// A name fit to be shown: cut to 200 bytes, "" if it has control bytes or is not UTF-8.
std::string NameLabel(std::string_view text);

// A member's text; "" unless it is there and a string.
std::string_view MemberText(const json::Object& object, std::string_view name);

}  // namespace gatehouse::sso::oidc
