#pragma once

// The demonstration: an organization with an owner, members and a mailbox page, and the built-in
// test provider next to it. Filled in once, when the installation has no users.

#include "app/installation.h"
#include "edge/idp/test_provider.h"
#include "edge/web/web.h"

namespace gatehouse::app {

inline constexpr std::string_view kDemoIdpPath = "/demo/idp";

// People of the test provider, also accounts of the demo organization.
std::vector<idp::User> DemoUsers();
// The demonstration has known passwords and shows every mail to everybody: it runs only on a
// loopback address, and only on a data directory that it filled itself or that is empty. Errors:
// kFailedPrecondition "demo_refused".
Result<void> AllowDemo(const Layout& layout);
// Creates organization "acme" and its accounts. Does nothing when there are users already.
Result<void> FillDemo(Installation& installation);
web::Demo DemoForPages(const Installation& installation, const std::string& client_secret);

}  // namespace gatehouse::app
