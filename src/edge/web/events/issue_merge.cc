// Issues that look alike, and the hashes that were brought together: merging and taking apart.

#include <algorithm>

#include "edge/access/access.h"
#include "edge/web/events/event_view.h"
#include "edge/web/events/events.h"
#include "edge/web/events/issue_page.h"
#include "edge/web/events/similarity.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"

namespace gatehouse::web {

namespace {

// How many issues are compared, how many of them by an event of theirs, and from what likeness on
// they are shown.
constexpr std::size_t kCompared = 100;
constexpr std::size_t kMaxCandidates = 12;
constexpr std::size_t kNamesakes = 50;
constexpr int kMinPercent = 30;
constexpr std::size_t kMaxChosen = 50;
constexpr std::size_t kMaxHashes = 100;

Task<std::vector<std::string>> NewestFrames(Site& site, const issues::Issue& issue) {
  eventstore::EventQuery query;
  query.project_id = issue.project.value;
  query.group_id = issue.id.value;
  query.limit = 1;
  query.with_payload = true;
  GH_CO_TRY(const auto page, co_await site.d.events->store.List(std::move(query)));
  if (page.events.empty()) co_return std::vector<std::string>();
  const auto payload = PayloadOf(page.events.front());
  co_return payload ? StackFrames(*payload) : std::vector<std::string>();
}

struct Candidate {
  issues::Issue issue;
  Traits traits;
  Likeness like;
};

// The issues of the project that were seen last, and those of the same type.
Task<std::vector<Candidate>> Candidates(Site& site, const OpenIssue& open, const Traits& own) {
  issues::Service& service = site.d.events->issues;
  const OrgId organization = open.access.organization.id;
  issues::Query query;
  query.projects = {open.issue.project};
  query.limit = kCompared;
  GH_CO_TRY(auto recent, co_await service.List(organization, query));
  std::vector<issues::Issue> all = std::move(recent.issues);
  if (!own.type.empty()) {
    issues::Term term;
    term.field = issues::Field::kTitle;
    term.values = {own.type + "*"};
    query.terms.terms.push_back(std::move(term));
    query.limit = kNamesakes;
    GH_CO_TRY(auto namesakes, co_await service.List(organization, query));
    for (issues::Issue& issue : namesakes.issues) {
      const bool known =
          std::ranges::any_of(all, [&](const issues::Issue& one) { return one.id == issue.id; });
      if (!known) all.push_back(std::move(issue));
    }
  }
  std::vector<Candidate> candidates;
  for (issues::Issue& issue : all) {
    if (issue.id == open.issue.id) continue;
    Traits traits = TraitsOf(issue);
    const Likeness like = Compare(own, traits);
    if (like.percent == 0) continue;
    candidates.push_back({std::move(issue), std::move(traits), like});
  }
  co_return candidates;
}

void SortByLikeness(std::vector<Candidate>& candidates) {
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return std::pair(a.like.percent, a.issue.last_seen) >
           std::pair(b.like.percent, b.issue.last_seen);
  });
}

Task<http::Response> SimilarPage(Site& site, Call& call, const OpenIssue& open,
                                 std::string error_slug, int status) {
  Traits own = TraitsOf(open.issue);
  GH_CO_TRY(auto candidates, co_await Candidates(site, open, own));
  SortByLikeness(candidates);
  if (candidates.size() > kMaxCandidates) candidates.resize(kMaxCandidates);
  GH_CO_TRY(own.frames, co_await NewestFrames(site, open.issue));
  for (Candidate& candidate : candidates) {
    GH_CO_TRY(candidate.traits.frames, co_await NewestFrames(site, candidate.issue));
    candidate.like = Compare(own, candidate.traits);
  }
  std::erase_if(candidates, [](const Candidate& one) { return one.like.percent < kMinPercent; });
  SortByLikeness(candidates);

  Page page = IssueFrame("issue_similar.tpl", open);
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  GH_CO_TRY_VOID(co_await FillHead(site, call, open, body, "similar", ""));
  body.Set("COMPARED", Grouped(static_cast<std::int64_t>(kCompared)));
  if (candidates.empty()) {
    body.Show("EMPTY");
    co_return co_await site.Show(call, std::move(page), status);
  }
  html::Data& list = body.Add("LIST");
  list.Set("ACTION", open.Url() + "similar/");
  if (open.may_write()) list.Show("MAY_WRITE");
  for (const Candidate& one : candidates) {
    html::Data& row = list.Add("SIMILAR");
    row.Set("URL", IssuesOf(open.access) + one.issue.id.ToString() + "/")
        .Set("ID", one.issue.id.ToString())
        .Set("NAME", one.issue.title)
        .Set("SHORT_ID", one.issue.short_id)
        .Set("EVENTS", Counted(one.issue.times_seen, "event", "events"))
        .Set("PERCENT", std::to_string(one.like.percent))
        .SetIf("PLACE", one.issue.culprit);
    AddTime(row, "AT", one.issue.last_seen, call.request.received);
    std::string common;
    const auto say = [&common](const std::string& what) {
      common += (common.empty() ? "" : ", ") + what;
    };
    if (one.like.same_type) say("the type");
    if (one.like.same_culprit) say("the place");
    if (one.like.words > 0) say(std::to_string(one.like.words) + " % of the words");
    if (one.like.frames > 0) say(std::to_string(one.like.frames) + " % of the frames");
    row.Set("COMMON", common);
    if (open.may_write()) row.Show("PICK");
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowSimilar(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  co_return co_await SimilarPage(site, call, open, "", 200);
}

Task<http::Response> PostSimilar(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  std::vector<IssueId> ids{open.issue.id};
  for (const auto& [name, value] : call.form.all()) {
    const auto id = name == "id" ? IssueId::Parse(value) : std::nullopt;
    if (id && ids.size() <= kMaxChosen) ids.push_back(*id);
  }
  if (ids.size() < 2) co_return Go(open.Url() + "similar/", "issues_none");
  issues::Change change;
  change.merge = true;
  auto done = co_await site.d.events->issues.Update(open.access.organization.id, std::move(ids),
                                                    std::move(change),
                                                    access::CallerOf(call.visitor, open.access));
  if (done) {
    const IssueId into = done->merged_into.value_or(open.issue.id);
    co_return Go(IssuesOf(open.access) + into.ToString() + "/", "issues_merged");
  }
  const int status = FormStatus(done.error());
  GH_CO_TRY_VOID(co_await Refused(site, call, open.access, done.error()));
  co_return co_await SimilarPage(site, call, open, std::string(done.error().reason), status);
}

// ---- hashes -------------------------------------------------------------------------------------

Task<http::Response> HashesPage(Site& site, Call& call, const OpenIssue& open,
                                std::string error_slug, int status) {
  GH_CO_TRY(const auto hashes,
            co_await site.d.events->issues.Hashes(open.access.organization.id, open.issue.id));
  // The newest event of each is among the newest of the issue, or long ago.
  eventstore::EventQuery query;
  query.project_id = open.issue.project.value;
  query.group_id = open.issue.id.value;
  query.limit = 100;
  GH_CO_TRY(const auto newest, co_await site.d.events->store.List(std::move(query)));
  Page page = IssueFrame("issue_hashes.tpl", open);
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  GH_CO_TRY_VOID(co_await FillHead(site, call, open, body, "hashes", ""));
  body.Set("ACTION", open.Url() + "hashes/");
  const bool may = open.may_write() && hashes.size() > 1;
  if (may) body.Show("MAY_UNMERGE");
  if (hashes.size() > kMaxHashes) body.Show("CUT");
  for (std::size_t i = 0; i < hashes.size() && i < kMaxHashes; ++i) {
    html::Data& row = body.Add("HASH");
    row.Set("VALUE", hashes[i]);
    if (may) row.Show("PICK");
    const auto found =
        std::ranges::find(newest.events, hashes[i], &eventstore::StoredEvent::primary_hash);
    if (found == newest.events.end()) {
      row.Show("NOT_LATELY");
      continue;
    }
    html::Data& event = row.Add("EVENT");
    event.Set("URL", open.Url() + "events/" + found->event_id + "/").Set("NAME", found->title);
    AddTime(event, "AT", found->timestamp, call.request.received);
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowHashes(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  co_return co_await HashesPage(site, call, open, "", 200);
}

Task<http::Response> PostHashes(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  std::vector<std::string> hashes;
  for (const auto& [name, value] : call.form.all()) {
    if (name == "hash") hashes.push_back(value);
  }
  if (hashes.empty()) co_return Go(open.Url() + "hashes/", "issues_none");
  auto done = co_await site.d.events->issues.Unmerge(open.access.organization.id, open.issue.id,
                                                     std::move(hashes),
                                                     access::CallerOf(call.visitor, open.access));
  if (done) co_return Go(open.Url() + "hashes/", "hashes_taken");
  const int status = FormStatus(done.error());
  GH_CO_TRY_VOID(co_await Refused(site, call, open.access, done.error()));
  co_return co_await HashesPage(site, call, open, std::string(done.error().reason), status);
}

}  // namespace

void RegisterIssueMerge(Site& site, http::Router& router) {
  const std::string issue = "/organizations/{slug}/issues/{issue}/";
  site.Get(router, issue + "similar/", ShowSimilar);
  site.Post(router, issue + "similar/", PostSimilar);
  site.Get(router, issue + "hashes/", ShowHashes);
  site.Post(router, issue + "hashes/", PostHashes);
}

}  // namespace gatehouse::web
