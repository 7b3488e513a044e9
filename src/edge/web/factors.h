#pragma once

// What the pages of second factors share.

#include <string_view>

#include "edge/web/site.h"

namespace gatehouse::web {

// The visitor as the factors know a caller. REQUIRES: signed in.
factors::Caller FactorCallerOf(const Call& call);
// The answer that a form holds: fields `kind`, `code`, `response`. Errors: kInvalidArgument
// "bad_request".
Result<factors::Answer> AnswerOf(const Call& call);
// A refusal that belongs on the form: a wrong code, a lock, a key that is not the right one.
bool IsWrongAnswer(const Error& error);
// Shows {{#TOTP}}, {{#KEY}} (with {{OPTIONS}}) and {{#RECOVERY}} for what the account has.
void FillKinds(html::Data& body, const std::vector<factors::Kind>& kinds,
               const std::string& options_json);

}  // namespace gatehouse::web
