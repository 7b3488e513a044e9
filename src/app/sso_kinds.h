#pragma once

// The kinds of single sign-on providers that this program knows, in the order in which people see
// them. A new kind is a line in the table of sso_kinds.cc.

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "control/sso/adapter.h"
#include "platform/http/client.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::app {

// What is passed in outlives the adapters.
std::vector<std::unique_ptr<sso::Adapter>> SsoKinds(http::Client& client, const Clock& clock,
                                                    Rng& rng, runtime::WorkerPool& cpu);

}  // namespace gatehouse::app
