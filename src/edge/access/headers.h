#pragma once

// Security headers of pages. One place, so that no page can forget one.

#include "platform/http/message.h"

namespace gatehouse::access {

struct PageHeaders {
  // The URL holds a secret (a mailed link): it must not leave in a Referer, not even to ourselves.
  bool token_in_url = false;
  bool https = false;
};

// Sets CSP (no inline script or style), framing, sniffing, referrer, isolation, permissions, HSTS
// on https, and `Cache-Control: no-store`. Replaces what the response had of them.
void SetPageHeaders(http::Response& response, const PageHeaders& options);
// The same without no-store: for files that are the same for everybody.
void SetStaticHeaders(http::Response& response, bool https);

// What every answer has, also those of programs: no guessing at its type, and https from now on if
// the base URL is https. Leaves what is there already.
void SetAnswerHeaders(http::Response& response, bool https);

}  // namespace gatehouse::access
