#pragma once

// What callers of the API read about a refusal: the texts, statuses and field names that the field
// documents, by reason slug.

#include <optional>
#include <string_view>

#include "base/error.h"
#include "platform/http/message.h"
#include "platform/json/json.h"

namespace gatehouse::api {

// A refusal that the caller can do something about, in the coded form (see api.h); std::nullopt for
// any other. `username` is of whoever calls, "" if nobody.
std::optional<json::Object> CodedRefusal(const http::Request& request, const Error& error,
                                         std::string_view username);

struct Refusal {
  int status = 0;
  json::Object body;
};
// Any refusal. `status` is that of the error's code.
Refusal RefusalOf(const Error& error, int status);

// 400 {field: [text], …}: the field's value cannot be taken. For texts that name the value.
http::Response FieldError(const http::Request& request, std::string_view field,
                          std::string_view reason, std::string_view text, int status = 400);

}  // namespace gatehouse::api
