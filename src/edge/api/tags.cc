// Tags of an issue and of a project: how often which value was seen.

#include <algorithm>

#include "base/text.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/issue_query.h"
#include "edge/api/paging.h"
#include "edge/api/projects.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

constexpr std::size_t kTopValues = 10;
constexpr std::size_t kMaxValues = 1000;

std::string ShownKey(std::string_view key) {
  return std::string(key.starts_with("sentry:") ? key.substr(7) : key);
}

std::string StoredKey(std::string_view key) {
  if (key == "user" || key == "release" || key == "dist") return "sentry:" + std::string(key);
  return std::string(key);
}

json::Object EncodeValue(std::string_view key, const eventstore::TagValue& value) {
  json::Object o;
  o["key"] = key;
  o["value"] = value.value;
  o["name"] = value.value;
  o["count"] = value.count;
  o["firstSeen"] = FormatIso8601(value.first_seen);
  o["lastSeen"] = FormatIso8601(value.last_seen);
  if (key == "user") {
    const auto [kind, rest] = SplitOnce(value.value, ':');
    o["query"] = "user." + std::string(kind) + ":\"" + std::string(rest) + "\"";
    o["name"] = rest;
  }
  return o;
}

json::Object EncodeTag(const eventstore::TagSummary& tag) {
  const std::string key = ShownKey(tag.key);
  json::Array top;
  for (const eventstore::TagValue& value : tag.top) top.push_back(EncodeValue(key, value));
  return {{"key", key},
          {"name", key},
          {"totalValues", tag.total},
          {"uniqueValues", tag.distinct},
          {"topValues", std::move(top)}};
}

struct Where {
  ProjectId project;
  IssueId issue;  // 0: the whole project
  // When the issue was there. Of a value the day is all that is known.
  Timestamp first = {};
  Timestamp last = {};
};

Where WhereOf(const issues::Issue& issue) {
  return {issue.project, issue.id, issue.first_seen, issue.last_seen};
}

Task<std::vector<eventstore::TagSummary>> Tags(Call& call, Where where, std::string key,
                                               std::size_t values) {
  eventstore::TagQuery query;
  query.project_id = where.project.value;
  query.group_id = where.issue.value;
  query.key = std::move(key);
  query.values = values;
  GH_CO_TRY(auto tags, co_await call.events().store.Tags(std::move(query)));
  if (where.issue == IssueId{}) co_return tags;
  for (eventstore::TagSummary& tag : tags) {
    for (eventstore::TagValue& value : tag.top) {
      value.first_seen = std::clamp(value.first_seen, where.first, where.last);
      value.last_seen = std::clamp(value.last_seen, value.first_seen, where.last);
    }
  }
  co_return tags;
}

Task<http::Response> Values(Call& call, Where where) {
  GH_CO_TRY(const http::Form form, call.Query());
  const std::string key = call.request.Param("key");
  GH_CO_TRY(auto tags, co_await Tags(call, where, StoredKey(key), kMaxValues));
  std::vector<eventstore::TagValue> values;
  if (!tags.empty()) values = std::move(tags.front().top);
  if (const std::string wanted = AsciiLower(form.Get("query")); !wanted.empty()) {
    std::erase_if(values, [&](const eventstore::TagValue& v) {
      return AsciiLower(v.value).find(wanted) == std::string::npos;
    });
  }
  GH_CO_TRY(const Slice slice, SliceOf(form, values.size()));
  json::Array list;
  for (std::size_t i = slice.begin; i < slice.end; ++i) list.push_back(EncodeValue(key, values[i]));
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.d.guard.origin(), slice.links);
  co_return response;
}

}  // namespace

Task<http::Response> ListIssueTags(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  const Where where = WhereOf(issue);
  GH_CO_TRY(const auto tags, co_await Tags(call, where, "", kTopValues));
  json::Array list;
  for (const eventstore::TagSummary& tag : tags) list.push_back(EncodeTag(tag));
  co_return Reply(std::move(list));
}

Task<http::Response> GetIssueTag(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  const Where where = WhereOf(issue);
  GH_CO_TRY(const auto tags,
            co_await Tags(call, where, StoredKey(call.request.Param("key")), kTopValues));
  if (tags.empty()) co_return Fail(Code::kNotFound, kTagNotFound);
  co_return Reply(EncodeTag(tags.front()));
}

Task<http::Response> ListIssueTagValues(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  const Where where = WhereOf(issue);
  co_return co_await Values(call, where);
}

Task<http::Response> ListProjectTags(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  const Where where{.project = found.project.id, .issue = IssueId{}};
  GH_CO_TRY(const auto tags, co_await Tags(call, where, "", 0));
  json::Array list;
  for (const eventstore::TagSummary& tag : tags) {
    const std::string key = ShownKey(tag.key);
    list.push_back(json::Object{{"key", key},
                                {"name", key},
                                {"totalValues", tag.total},
                                {"uniqueValues", tag.distinct},
                                {"canDelete", false}});
  }
  co_return Reply(std::move(list));
}

Task<http::Response> ListProjectTagValues(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  const Where where{.project = found.project.id, .issue = IssueId{}};
  co_return co_await Values(call, where);
}

}  // namespace gatehouse::api
