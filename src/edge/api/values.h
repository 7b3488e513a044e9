#pragma once

// What handlers read from a request: members of a JSON body and ids of the path, each with the
// error that names the field.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge/api/api.h"
#include "edge/api/encode.h"

namespace gatehouse::api {

// A member that is absent or null is std::nullopt; one of another type is kInvalidArgument
// "field_invalid".
Result<std::optional<std::string>> OptionalText(const json::Object& body, std::string_view key);
Result<std::optional<bool>> OptionalBool(const json::Object& body, std::string_view key);
Result<std::optional<std::vector<std::string>>> OptionalTexts(const json::Object& body,
                                                              std::string_view key);
// The same, and "field_required" when it is absent.
Result<std::string> RequiredText(const json::Object& body, std::string_view key);
Result<bool> RequiredBool(const json::Object& body, std::string_view key);

// `orgRole`, else the deprecated `role`.
Result<std::optional<std::string>> RoleOf(const json::Object& body);
// `teamRoles` [{teamSlug, role}], else `teams` [slug]; std::nullopt: neither was sent.
Result<std::optional<std::vector<members::TeamRole>>> TeamsOf(const json::Object& body);

// "2026-11-21", "2026-11-21T09:30:00Z"; UTC. std::nullopt: no such time.
std::optional<Timestamp> ParseTime(std::string_view text);

// {member} of the path, "me" for the caller's own row. What is no id names nobody: kNotFound
// "member_not_found".
Result<MemberId> MemberOf(const Call& call);

// The users and inviters of these, in one call.
Task<People> Load(users::Service& service, std::vector<UserId> ids);
void AddPeople(const orgs::Member& member, std::vector<UserId>& ids);
Task<People> PeopleOf(users::Service& service, const orgs::Member& member);

}  // namespace gatehouse::api
