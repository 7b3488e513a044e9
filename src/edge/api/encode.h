#pragma once

// Values as the API shows them. No secret has a way in: the structs hold none.

#include <map>
#include <string_view>
#include <vector>

#include "control/authn/authn.h"
#include "control/authn/factors/service.h"
#include "control/sso/service.h"
#include "control/users/users.h"
#include "core/audit/audit.h"
#include "platform/http/message.h"
#include "platform/json/json.h"
#include "region/orgs/invites/service.h"
#include "region/orgs/members/service.h"
#include "region/orgs/teams/service.h"
#include "region/orgs/types.h"

namespace gatehouse::api {

http::Response Reply(const json::Value& value, int status = 200);

// Users of a page of objects, by id: those who are gone are missing.
using People = std::map<UserId, users::User>;
const users::User* Find(const People& people, const std::optional<UserId>& id);

// As others of an organization may see them: nothing that tells how the account is protected.
json::Value TextOrNull(std::string_view text);  // null for ""

json::Object Encode(const users::User& user);
// Who somebody is, and nothing of their account: for those who did something.
json::Object EncodePerson(const users::User& user);
json::Object EncodeSelf(const users::User& user);
json::Object Encode(const orgs::Organization& organization);

// `now` decides whether an invitation has expired.
json::Object Encode(const orgs::Member& member, const People& people, Timestamp now);
// The same with `teams` and `teamRoles`.
json::Object EncodeWithTeams(const orgs::Member& member,
                             const std::vector<members::TeamRole>& teams, const People& people,
                             Timestamp now);
// The same with what the caller could make of this member.
json::Object EncodeWithRoles(const members::Detail& detail, const orgs::Organization& organization,
                             const People& people, Timestamp now);

json::Object Encode(const teams::Team& team);
json::Object Encode(const teams::AccessRequest& request, const People& people, Timestamp now);

json::Object Encode(const audit::Stored& entry, const users::User* actor);
json::Object Encode(const sso::Decision& decision);

json::Object Encode(const authn::Session& session, SessionId current);
json::Object Encode(const authn::ApiToken& token);
json::Object Encode(const users::AccountEvent& event);

// null or the time.
json::Value EncodeTime(const std::optional<Timestamp>& time);

}  // namespace gatehouse::api
