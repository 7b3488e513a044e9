#pragma once

// The answer to a step of a single sign-on flow, for log-in and set-up alike.

#include "edge/web/site.h"

namespace gatehouse::web {

// Sets the session cookie of the step, then goes to its redirect: a path of ours by redirect, the
// identity provider by way of a small page. `fallback` is a path of ours for a step without one.
http::Response AnswerStep(const Site& site, const Call& call, sso::Step step,
                          std::string_view fallback);

}  // namespace gatehouse::web
