#pragma once

// The URL rules of the egress guard, for the client itself. The address rules are in address.h.

#include <string>
#include <string_view>

#include "platform/http/client.h"
#include "platform/http/url.h"

namespace gatehouse::http {

// The URL, taken apart, if the guard allows it. Errors: "url_invalid", "url_forbidden".
Result<Url> CheckedUrl(const EgressPolicy& policy, std::string_view text);

// True if the operator exempted this origin from the https and address rules.
bool IsAllowedOrigin(const EgressPolicy& policy, const std::string& origin);

// What curl gets: put together from what was checked, so that both read the same host.
std::string CheckedText(const Url& url);

}  // namespace gatehouse::http
