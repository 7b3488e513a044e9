#pragma once

// Pure decisions about organizations.

#include <string>

#include "platform/json/json.h"
#include "region/orgs/store.h"

namespace gatehouse::orgs {

// "Acme" from "  Acme "; empty, longer than 64 bytes, not UTF-8 or with control characters:
// kInvalidArgument "name_invalid".
Result<std::string> CheckName(std::string_view name);

// {"require_2fa": true} as bits. Errors: those of Service::UpdateFlags.
Result<store::FlagChange> ParseFlags(const json::Object& flags, bool sso_active);

// What an audit entry says of a change: {"require_2fa": "from False to True"}. Unchanged bits are
// left out.
json::Object DescribeFlags(std::int64_t before, std::int64_t after);

}  // namespace gatehouse::orgs
