#include "edge/api/values.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "edge/api/errors.h"

namespace gatehouse::api {

namespace {

std::unexpected<Error> Invalid(std::string_view key) {
  return Fail(Code::kInvalidArgument, kFieldInvalid, std::string(key));
}
std::unexpected<Error> Missing(std::string_view key) {
  return Fail(Code::kInvalidArgument, kFieldRequired, std::string(key));
}

const json::Value* Find(const json::Object& body, std::string_view key) {
  const json::Value* value = body.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

Result<std::optional<std::string>> OptionalText(const json::Object& body, std::string_view key) {
  const json::Value* value = Find(body, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return Invalid(key);
  return std::optional<std::string>(std::string(value->as_string()));
}

Result<std::optional<bool>> OptionalBool(const json::Object& body, std::string_view key) {
  const json::Value* value = Find(body, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) return Invalid(key);
  return std::optional<bool>(value->as_bool());
}

Result<std::optional<std::vector<std::string>>> OptionalTexts(const json::Object& body,
                                                              std::string_view key) {
  const json::Value* value = Find(body, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array()) return Invalid(key);
  std::vector<std::string> texts;
  for (const json::Value& one : value->as_array()) {
    if (!one.is_string()) return Invalid(key);
    texts.emplace_back(one.as_string());
  }
  return std::optional(std::move(texts));
}

Result<std::string> RequiredText(const json::Object& body, std::string_view key) {
  GH_TRY(auto text, OptionalText(body, key));
  if (!text || text->empty()) return Missing(key);
  return *std::move(text);
}

Result<bool> RequiredBool(const json::Object& body, std::string_view key) {
  GH_TRY(auto value, OptionalBool(body, key));
  if (!value) return Missing(key);
  return *value;
}

Result<std::optional<std::string>> RoleOf(const json::Object& body) {
  GH_TRY(auto role, OptionalText(body, "orgRole"));
  if (role) return role;
  return OptionalText(body, "role");
}

Result<std::optional<std::vector<members::TeamRole>>> TeamsOf(const json::Object& body) {
  if (const json::Value* roles = Find(body, "teamRoles"); roles != nullptr) {
    if (!roles->is_array()) return Invalid("teamRoles");
    std::vector<members::TeamRole> teams;
    for (const json::Value& one : roles->as_array()) {
      if (!one.is_object()) return Invalid("teamRoles");
      GH_TRY(std::string slug, RequiredText(one.as_object(), "teamSlug"));
      GH_TRY(auto role, OptionalText(one.as_object(), "role"));
      teams.push_back({std::move(slug), std::move(role)});
    }
    return std::optional(std::move(teams));
  }
  GH_TRY(auto slugs, OptionalTexts(body, "teams"));
  if (!slugs) return std::nullopt;
  std::vector<members::TeamRole> teams;
  for (std::string& slug : *slugs) teams.push_back({std::move(slug), std::nullopt});
  return std::optional(std::move(teams));
}

std::optional<Timestamp> ParseTime(std::string_view text) {
  if (text.size() != 10 && text.size() != 20) return std::nullopt;
  constexpr std::string_view kShape = "0000-00-00T00:00:00Z";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return std::nullopt;
  }
  const auto number = [text](std::size_t at, std::size_t length) {
    int value = 0;
    if (at < text.size()) std::from_chars(text.data() + at, text.data() + at + length, value);
    return value;
  };
  using namespace std::chrono;
  const year_month_day day{year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                           std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto since_epoch = sys_days(day).time_since_epoch() + hours(hour) + minutes(minute) +
                           std::chrono::seconds(second);
  return Timestamp{duration_cast<microseconds>(since_epoch).count()};
}

Result<MemberId> MemberOf(const Call& call) {
  const std::string& text = call.request.Param("member");
  if (text == "me") return call.org().member.id;
  auto id = MemberId::Parse(text);
  if (!id) return Fail(Code::kNotFound, kMemberNotFound);
  return *id;
}

Task<People> Load(users::Service& service, std::vector<UserId> ids) {
  std::ranges::sort(ids);
  auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
  People people;
  if (ids.empty()) co_return people;
  GH_CO_TRY(std::vector<users::User> found, co_await service.GetMany(std::move(ids)));
  for (users::User& user : found) {
    const UserId id = user.id;
    people.emplace(id, std::move(user));
  }
  co_return people;
}

void AddPeople(const orgs::Member& member, std::vector<UserId>& ids) {
  if (member.user) ids.push_back(*member.user);
  if (member.inviter) ids.push_back(*member.inviter);
}

Task<People> PeopleOf(users::Service& service, const orgs::Member& member) {
  std::vector<UserId> ids;
  AddPeople(member, ids);
  return Load(service, std::move(ids));
}

}  // namespace gatehouse::api
