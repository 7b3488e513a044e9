// Tags of an issue: which values its events have, and how often.

#include <algorithm>

#include "edge/web/events/event_view.h"
#include "edge/web/events/events.h"
#include "edge/web/events/issue_page.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxKeys = 100;
constexpr std::size_t kTopValues = 5;
constexpr std::size_t kMaxValues = 1000;
constexpr std::size_t kValuesPerPage = 50;

std::string KeyUrl(const OpenIssue& open, const std::string& key) {
  return open.Url() + "tags/" + http::PercentEncode(key) + "/";
}

void AddValue(html::Data& row, const OpenIssue& open, const std::string& key,
              const eventstore::TagValue& value, std::int64_t total) {
  row.Set("COUNT", Grouped(value.count))
      .Set("PERCENT", std::to_string(Percent(value.count, total)))
      .Set("FIRST_DAY", FormatIso8601(value.first_seen).substr(0, 10))
      .Set("LAST_DAY", FormatIso8601(value.last_seen).substr(0, 10));
  const auto term = SearchTerm(key, value.value);
  html::Data& shown = row.Add(term ? "LINKED" : "UNLINKED");
  shown.Set("VALUE", value.value.empty() ? "(empty)" : value.value);
  if (!term) return;
  shown.Set("URL", WithQuery(WithQuery(IssuesOf(open.access), "project", open.issue.project_slug),
                             "query", *term));
}

Task<std::vector<eventstore::TagSummary>> TagsOf(Site& site, const OpenIssue& open, std::string key,
                                                 std::size_t values) {
  eventstore::TagQuery query;
  query.project_id = open.issue.project.value;
  query.group_id = open.issue.id.value;
  query.key = std::move(key);
  query.values = values;
  co_return co_await site.d.events->store.Tags(std::move(query));
}

Task<http::Response> ShowTags(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  GH_CO_TRY(const auto tags, co_await TagsOf(site, open, "", kTopValues));
  Page page = IssueFrame("issue_tags.tpl", open);
  html::Data& body = page.body();
  GH_CO_TRY_VOID(co_await FillHead(site, call, open, body, "tags", ""));
  if (tags.empty()) body.Show("EMPTY");
  if (tags.size() > kMaxKeys) body.Show("CUT");
  for (std::size_t i = 0; i < tags.size() && i < kMaxKeys; ++i) {
    const std::string key = ShownTag(tags[i].key);
    html::Data& card = body.Add("TAG");
    card.Set("KEY", key)
        .Set("KEY_URL", KeyUrl(open, key))
        .Set("VALUES_WORD", Counted(tags[i].distinct, "value", "values"));
    for (const eventstore::TagValue& value : tags[i].top) {
      AddValue(card.Add("ROW"), open, key, value, tags[i].total);
    }
  }
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> ShowTag(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  const std::string key = call.request.Param("key");
  GH_CO_TRY(const auto tags, co_await TagsOf(site, open, StoredTag(key), kMaxValues));
  if (tags.empty()) co_return Fail(Code::kNotFound, "tag_not_found");
  const eventstore::TagSummary& tag = tags.front();
  GH_CO_TRY(const auto from, NumberIn(call.query, "from"));
  const std::size_t begin = std::min(static_cast<std::size_t>(from.value_or(0)), tag.top.size());
  const std::size_t end = std::min(begin + kValuesPerPage, tag.top.size());
  Page page = IssueFrame("issue_tag.tpl", open);
  html::Data& body = page.body();
  GH_CO_TRY_VOID(co_await FillHead(site, call, open, body, "tags", ""));
  body.Set("KEY", key)
      .Set("TAGS_URL", open.Url() + "tags/")
      .Set("EVENTS_WORD", Counted(tag.total, "event has it", "events have it"))
      .Set("VALUES_WORD", Counted(tag.distinct, "value", "values"));
  for (std::size_t i = begin; i < end; ++i) {
    AddValue(body.Add("ROW"), open, key, tag.top[i], tag.total);
  }
  const auto link = [&](std::size_t at) {
    return at == 0 ? KeyUrl(open, key) : WithQuery(KeyUrl(open, key), "from", std::to_string(at));
  };
  if (begin > 0)
    body.Add("BEFORE").Set("URL", link(begin > kValuesPerPage ? begin - kValuesPerPage : 0));
  if (end < tag.top.size()) body.Add("AFTER").Set("URL", link(end));
  if (end == tag.top.size() && tag.distinct > static_cast<std::int64_t>(end)) {
    body.Add("LEFT").Set("COUNT", Grouped(tag.distinct - static_cast<std::int64_t>(end)));
  }
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterIssueTags(Site& site, http::Router& router) {
  const std::string tags = "/organizations/{slug}/issues/{issue}/tags/";
  site.Get(router, tags, ShowTags);
  site.Get(router, tags + "{key}/", ShowTag);
}

}  // namespace gatehouse::web
