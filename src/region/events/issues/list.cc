// The list of issues and its search.
//
// A list is a walk along the index of its sort: for each status (and project) the next so many
// issues, merged by the database. Conditions that no index serves are looked at on the way, and the
// walk ends after a bounded number of issues, so that no search reads everything.
//
// What the first steps do not find is rare, or far away: then the conditions are probed for the few
// issues that may meet them, and these are looked at instead. When they are not few either, the
// walk goes on.

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_set>

#include "region/events/issues/conditions.h"
#include "region/events/issues/errors.h"
#include "region/events/issues/service_impl.h"
#include "region/events/issues/statements.h"
#include "region/events/issues/store.h"
#include "region/eventstore/user_tags.h"

namespace gatehouse::issues {
namespace {

constexpr std::size_t kMaxPage = 100;
constexpr std::int64_t kMaxTotal = 1000;
constexpr std::size_t kMaxAskedAtOnce = 800;
constexpr std::size_t kMaxChunk = 5000;
// A list of more projects walks along the organization's index.
constexpr std::size_t kMaxBranches = 20;
// So many issues are asked for a common tag.
constexpr std::size_t kMaxAsked = 4000;
// As far back as a tag is looked for, when nobody says.
constexpr Duration kTagWindow = std::chrono::days(90);

using IdSet = std::unordered_set<std::int64_t>;

// A tag that so many issues have that each is asked for it.
struct CommonTag {
  std::vector<eventstore::Tag> values = {};  // any of them
  bool negated = false;
};

// What the tags of a search leave.
struct Selection {
  std::optional<IdSet> only = {};
  IdSet without = {};
  std::vector<CommonTag> common = {};
  eventstore::TimeRange range = {};
};

struct Candidate {
  Position at;
  ProjectId project;
  bool matches = false;

  std::pair<std::int64_t, std::int64_t> Key() const { return {at.key, at.id}; }
};

// One search while it walks.
class Walk {
 public:
  Walk(OrgId organization, const Query& query, const Selection& selection)
      : organization_(organization),
        query_(query),
        selection_(selection),
        statuses_(StatusesOf(query.terms)),
        back_(query.after && query.after->back) {
    Binder unused;
    filtered_ = !Filter(unused, query).empty() || selection.only || !selection.without.empty() ||
                !selection.common.empty();
  }

  bool filtered() const { return filtered_; }
  // All that match, when few can: nothing is walked for then.
  const std::optional<std::vector<Candidate>>& listed() const { return listed_; }

  // Lists the issues that the selection leaves and that match.
  Result<void> ListSelected(sql::Tx& tx) {
    std::vector<Candidate> found;
    if (!statuses_.empty() && !selection_.only->empty()) {
      // Numbers, not texts: nothing to escape, and cheaper to read than thousands of parameters.
      std::string ids;
      for (const std::int64_t id : *selection_.only) {
        ids += (ids.empty() ? "" : ", ") + std::to_string(id);
      }
      Binder b;
      // With a '+' no index but that of the ids comes into question.
      std::string text = "SELECT i.id, i." + std::string(KeyOf(query_.sort)) +
                         ", i.project_id FROM issues i WHERE i.id IN (" + ids +
                         ") AND +i.organization_id = " + b.Bind(organization_) +
                         " AND i.status IN (" + Statuses() + ")" + Projects(b, "+i.project_id");
      const std::string filter = Filter(b, query_);
      if (!filter.empty()) text += " AND " + filter;
      GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", text}, b.params()));
      for (const sql::Row row : rows) {
        const std::int64_t id = row.Int(0);
        if (selection_.without.contains(id)) continue;
        found.push_back({{.key = row.Int(1), .id = id}, row.As<ProjectId>(2), true});
      }
    }
    std::ranges::sort(found, {}, &Candidate::Key);
    if (!back_) std::ranges::reverse(found);
    listed_ = std::move(found);
    return {};
  }

  // Those of the listed ones behind `at`.
  std::vector<Candidate> NextListed(const std::optional<Position>& at, std::size_t limit) const {
    auto first = listed_->begin();
    if (at) {
      first = std::ranges::find_if(*listed_, [&](const Candidate& c) {
        const std::pair<std::int64_t, std::int64_t> end{at->key, at->id};
        return back_ ? c.Key() > end : c.Key() < end;
      });
    }
    const auto left = static_cast<std::size_t>(listed_->end() - first);
    return {first, first + static_cast<std::ptrdiff_t>(std::min(limit, left))};
  }

  // The next candidates behind `at`, in order.
  Result<std::vector<Candidate>> Next(sql::Tx& tx, const std::optional<Position>& at,
                                      std::size_t limit) const {
    if (statuses_.empty()) return std::vector<Candidate>();
    Binder b;
    const std::string organization = b.Bind(organization_);
    const std::string key = "i." + std::string(KeyOf(query_.sort));
    const std::string direction = back_ ? "ASC" : "DESC";
    const std::string count = b.Bind(limit);
    std::string common = Common(b);
    if (at) {
      common += " AND (" + key + ", i.id) " + (back_ ? "> (" : "< (") + b.Bind(at->key) + ", " +
                b.Bind(at->id) + ")";
    }
    std::string inner;
    const auto add = [&](const std::string& where) {
      inner += (inner.empty() ? "" : " UNION ALL ") + std::string("SELECT * FROM (SELECT i.id, ") +
               key + " AS k FROM issues i WHERE " + where + common + " ORDER BY " + key + " " +
               direction + ", i.id " + direction + " LIMIT " + count + ") AS b" +
               std::to_string(inner.size());
    };
    for (const std::string& status : statuses_) {
      const std::string has_status = " AND i.status = '" + status + "'";
      if (query_.projects.empty() || query_.projects.size() > kMaxBranches) {
        add("i.organization_id = " + organization + has_status);
        continue;
      }
      for (const ProjectId project : query_.projects) {
        // With a '+' the organization's index does not come into question.
        add("i.project_id = " + b.Bind(project) + has_status +
            " AND +i.organization_id = " + organization);
      }
    }
    const std::string filter = Filter(b, query_);
    const bool looks = !filter.empty() || !selection_.common.empty();
    const std::string text = "SELECT c.id, c.k, " +
                             (filter.empty() ? "1" : "CASE WHEN " + filter + " THEN 1 ELSE 0 END") +
                             (looks ? ", i.project_id" : ", 0") + " FROM (" + inner + ") AS c" +
                             (looks ? " JOIN issues i ON i.id = c.id" : "") + " ORDER BY c.k " +
                             direction + ", c.id " + direction + " LIMIT " + count;
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", text}, b.params()));
    std::vector<Candidate> out;
    out.reserve(rows.size());
    for (const sql::Row row : rows) {
      const std::int64_t id = row.Int(0);
      out.push_back({{.key = row.Int(1), .id = id},
                     row.As<ProjectId>(3),
                     row.Int(2) != 0 && !selection_.without.contains(id)});
    }
    return out;
  }

  Result<std::int64_t> Count(sql::Tx& tx) const {
    if (statuses_.empty()) return std::int64_t{0};
    Binder b;
    const std::string text =
        "SELECT COUNT(*) FROM (SELECT 1 FROM issues i WHERE i.organization_id = " +
        b.Bind(organization_) + " AND i.status IN (" + Statuses() + ")" +
        Projects(b, "i.project_id") + " LIMIT " + b.Bind(kMaxTotal) + ") AS found";
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", text}, b.params()));
    return rows.front().Int(0);
  }

 private:
  std::string Statuses() const {
    std::string list;
    for (const std::string& status : statuses_) list += (list.empty() ? "'" : ", '") + status + "'";
    return list;
  }
  std::string Projects(Binder& b, std::string_view column) const {
    if (query_.projects.empty()) return "";
    return " AND " + std::string(column) + " IN (" + b.BindIds(query_.projects) + ")";
  }
  // Conditions of every branch that need no look at more than the index.
  std::string Common(Binder& b) const {
    std::string out;
    if (query_.projects.size() > kMaxBranches) out += Projects(b, "i.project_id");
    return out + KeyLimits(b, query_);
  }

  OrgId organization_;
  const Query& query_;
  const Selection& selection_;
  std::vector<std::string> statuses_;
  bool back_;
  bool filtered_ = false;
  std::optional<std::vector<Candidate>> listed_ = {};
};

// What a walk has found, in its order.
struct Found {
  std::vector<Position> issues = {};
  std::optional<Position> end = {};  // how far it has come
  bool more = false;                 // there is, or may be, more
};

// Takes back the matches that lack a common tag.
Task<void> AskForTags(eventstore::EventStore& store, const Selection& selection,
                      std::vector<Candidate>& candidates) {
  for (const CommonTag& tag : selection.common) {
    std::map<std::int64_t, std::vector<std::int64_t>> by_project;
    for (const Candidate& candidate : candidates) {
      if (candidate.matches) by_project[candidate.project.value].push_back(candidate.at.id);
    }
    IdSet having;
    for (const auto& [project, ids] : by_project) {
      for (const eventstore::Tag& value : tag.values) {
        GH_CO_TRY(const auto groups,
                  co_await store.GroupsHave(project, ids, value, selection.range));
        having.insert(groups.begin(), groups.end());
      }
    }
    for (Candidate& candidate : candidates) {
      if (having.contains(candidate.at.id) == tag.negated) candidate.matches = false;
    }
  }
  co_return Result<void>();
}

// A search and how far it has come.
struct Progress {
  Found found = {};
  std::size_t skip = 0;
  std::size_t examined = 0;
  std::size_t chunk = 0;
  bool at_end = false;

  bool IsDone() const { return at_end || found.more; }
};

Progress StartOf(const Query& query, const Selection& selection, const Walk& walk,
                 std::size_t limit, std::size_t first_chunk) {
  Progress progress;
  progress.found.end = query.after;
  progress.skip = query.offset;
  if (!selection.common.empty()) {
    // Most have a common tag, and each is asked for.
    progress.chunk = limit + 1;
  } else if (walk.listed()) {
    progress.chunk = walk.listed()->size() + 1;
  } else {
    progress.chunk = walk.filtered() ? std::max(first_chunk, limit + 1) : query.offset + limit + 1;
  }
  return progress;
}

// One step: the next candidates, of which the page takes what it still wants.
Task<void> Step(sql::Database& db, eventstore::EventStore& store, OrgId organization,
                const Selection& selection, const Walk& walk, std::size_t limit,
                std::size_t max_examined, Progress& progress) {
  Found& found = progress.found;
  const bool asks = !selection.common.empty();
  std::vector<Candidate> candidates;
  if (walk.listed()) {
    candidates = walk.NextListed(found.end, progress.chunk);
  } else {
    GH_CO_TRY(candidates, co_await db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
      return walk.Next(tx, found.end, progress.chunk);
    }));
  }
  if (asks) GH_CO_TRY_VOID(co_await AskForTags(store, selection, candidates));
  for (const Candidate& candidate : candidates) {
    if (found.issues.size() == limit && candidate.matches) {
      found.more = true;
      co_return Result<void>();
    }
    found.end = candidate.at;
    if (!candidate.matches) continue;
    if (progress.skip > 0) {
      --progress.skip;
    } else {
      found.issues.push_back(candidate.at);
    }
  }
  progress.at_end = candidates.size() < progress.chunk;
  progress.examined += candidates.size();
  if (asks) max_examined = std::min(max_examined, kMaxAsked);
  if (!progress.at_end && progress.examined >= max_examined) found.more = true;
  progress.chunk = std::min(progress.chunk * (asks ? 2 : 4), asks ? kMaxAskedAtOnce : kMaxChunk);
  co_return Result<void>();
}

// The issues that may match, if they are few; of the first condition that leaves few.
Result<std::optional<IdSet>> FindFew(sql::Tx& tx, OrgId organization, const Query& query,
                                     std::size_t many) {
  if (many == 0) return std::optional<IdSet>();
  for (const Probe& probe : ProbesFor(organization, query, many + 1)) {
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", probe.text}, probe.binder.params()));
    if (rows.size() > many) continue;
    IdSet ids;
    for (const sql::Row row : rows) ids.insert(row.Int(0));
    return std::optional<IdSet>(std::move(ids));
  }
  return std::optional<IdSet>();
}

Result<Page> Shown(sql::Tx& tx, OrgId organization, const Query& query, const Walk& walk,
                   const Found& found, std::size_t limit, bool has_common_tags) {
  const bool back = query.after && query.after->back;
  Page page;
  std::vector<IssueId> ids;
  for (const Position& position : found.issues) ids.push_back(IssueId{position.id});
  if (back) std::ranges::reverse(ids);
  GH_TRY(page.issues, store::FindMany(tx, organization, ids));
  GH_TRY_VOID(store::AddDetails(tx, organization, query.viewer, page.issues));
  page.has_previous = back ? found.more : query.after.has_value() || query.offset > 0;
  page.has_next = back || found.more;
  if (!found.issues.empty()) {
    page.previous = back ? found.issues.back() : found.issues.front();
    page.next = back ? found.issues.front() : found.issues.back();
  }
  // Where a walk that found too few has stopped.
  if (found.more && found.issues.size() < limit && found.end) {
    (back ? page.previous : page.next) = *found.end;
  }
  page.previous.back = true;
  page.next.back = false;
  if (walk.listed() && !has_common_tags) {
    page.total = std::min(static_cast<std::int64_t>(walk.listed()->size()), kMaxTotal);
    page.total_is_exact = page.total < kMaxTotal;
  } else if (walk.filtered()) {
    page.total = static_cast<std::int64_t>(query.offset + page.issues.size());
    page.total_is_exact = !page.has_next && !page.has_previous;
  } else {
    GH_TRY(page.total, walk.Count(tx));
    page.total_is_exact = page.total < kMaxTotal;
  }
  return page;
}

// What a condition on a tag leaves.
Task<void> Select(eventstore::EventStore& store, const std::vector<std::int64_t>& projects,
                  const Term& term, std::size_t many, Selection& selection) {
  IdSet found;
  CommonTag common{.negated = term.negated};
  std::vector<std::string> values = term.values;
  if (term.op == Op::kHas) values = {""};
  for (const std::string& value : values) {
    if (HasWildcard(value)) {
      co_return Fail(Code::kInvalidArgument, kIssueQueryInvalid,
                     term.key + ": no wildcards in tags");
    }
    for (const eventstore::Tag& tag : eventstore::SameTags({term.key, value})) {
      common.values.push_back(tag);
      for (const std::int64_t project : projects) {
        if (found.size() > many) break;
        GH_CO_TRY(const auto groups,
                  co_await store.GroupsWithTag(project, tag, selection.range, many + 1));
        found.insert(groups.begin(), groups.end());
      }
    }
  }
  if (found.size() > many) {
    selection.common.push_back(std::move(common));
  } else if (term.negated) {
    selection.without.merge(found);
  } else if (!selection.only) {
    selection.only = std::move(found);
  } else {
    std::erase_if(*selection.only, [&](std::int64_t id) { return !found.contains(id); });
  }
  co_return Result<void>();
}

bool HasTags(const Terms& terms) {
  return std::ranges::any_of(terms.terms, [](const Term& t) { return t.field == Field::kTag; });
}

}  // namespace

Task<Page> ServiceImpl::List(OrgId organization, Query query) {
  Selection selection;
  if (!query.ids.empty()) {
    IdSet ids;
    for (const IssueId id : query.ids) ids.insert(id.value);
    selection.only = std::move(ids);
    query.terms = {};
    query.environments.clear();
    query.from.reset();
    query.to.reset();
  }
  if (HasTags(query.terms)) {
    std::vector<std::int64_t> projects;
    for (const ProjectId project : query.projects) projects.push_back(project.value);
    if (projects.empty()) {
      GH_CO_TRY(projects,
                co_await d_.db.Read(sql::Tenant::Of(organization),
                                    [&](sql::Tx& tx) -> Result<std::vector<std::int64_t>> {
                                      GH_TRY(const sql::Rows rows,
                                             tx.Query(sqls::kProjectIds, {organization}));
                                      std::vector<std::int64_t> ids;
                                      for (const sql::Row row : rows) ids.push_back(row.Int(0));
                                      return ids;
                                    }));
    }
    selection.range.from = query.from.value_or(d_.clock.Now() - kTagWindow);
    if (query.to) selection.range.to = *query.to;
    for (const Term& term : query.terms.terms) {
      if (term.field != Field::kTag) continue;
      GH_CO_TRY_VOID(co_await Select(d_.store, projects, term, d_.max_tagged, selection));
    }
  }
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxPage);
  Walk walk(organization, query, selection);
  Progress progress = StartOf(query, selection, walk, limit, d_.first_chunk);
  if (!selection.only) {
    GH_CO_TRY_VOID(co_await Step(d_.db, d_.store, organization, selection, walk, limit,
                                 d_.max_examined, progress));
    if (!progress.IsDone() && walk.filtered()) {
      GH_CO_TRY(selection.only,
                co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
                  return FindFew(tx, organization, query, d_.max_probed);
                }));
    }
  }
  if (selection.only) {
    GH_CO_TRY_VOID(co_await d_.db.Read(sql::Tenant::Of(organization),
                                       [&](sql::Tx& tx) { return walk.ListSelected(tx); }));
    progress = StartOf(query, selection, walk, limit, d_.first_chunk);
  }
  while (!progress.IsDone()) {
    GH_CO_TRY_VOID(co_await Step(d_.db, d_.store, organization, selection, walk, limit,
                                 d_.max_examined, progress));
  }
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return Shown(tx, organization, query, walk, progress.found, limit, !selection.common.empty());
  });
}

}  // namespace gatehouse::issues
