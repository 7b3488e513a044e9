#pragma once

// Values as the API shows them. No secret has a way in: the structs hold none.

#include "control/sso/service.h"
#include "control/users/users.h"
#include "core/audit/audit.h"
#include "platform/http/message.h"
#include "platform/json/json.h"
#include "region/orgs/types.h"

namespace gatehouse::api {

http::Response Reply(const json::Value& value, int status = 200);
// rel="next" Link header of the cursor pages (RFC 8288). Without `next` the list ends here.
void AddCursor(http::Response& response, const http::Request& request,
               std::optional<std::string> next);

json::Object Encode(const users::User& user);
json::Object Encode(const orgs::Organization& organization);
json::Object Encode(const orgs::Member& member, const users::User* user);
json::Object Encode(const audit::Stored& entry, const users::User* actor);
json::Object Encode(const sso::Decision& decision);

}  // namespace gatehouse::api
