// The list of issues and its search.
//
// A list is a walk along the index of its sort: for each status (and project) the next so many
// issues, merged by the database. Conditions that no index serves are looked at on the way, and the
// walk ends after a bounded number of issues, so that no search reads everything.

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <unordered_set>

#include "region/events/issues/errors.h"
#include "region/events/issues/service_impl.h"
#include "region/events/issues/statements.h"
#include "region/events/issues/store.h"
#include "region/events/save/prepare.h"

namespace gatehouse::issues {
namespace {

constexpr std::size_t kMaxPage = 100;
constexpr std::int64_t kMaxTotal = 1000;
constexpr std::size_t kFirstChunk = 200;
constexpr std::size_t kMaxChunk = 5000;
// A list of more projects walks along the organization's index.
constexpr std::size_t kMaxBranches = 20;
// A tag that fewer issues have is asked by their ids.
constexpr std::size_t kFewIds = 400;
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

  bool Has(std::int64_t id) const { return (!only || only->contains(id)) && !without.contains(id); }
};

// A statement under construction: what it binds, in order.
class Binder {
 public:
  std::string Bind(sql::Param value) {
    params_.push_back(value);
    return "$" + std::to_string(params_.size());
  }
  std::string BindText(std::string text) { return Bind(texts_.emplace_back(std::move(text))); }
  template <class Ids>
  std::string BindIds(const Ids& ids) {
    std::string list;
    for (const auto& id : ids) list += (list.empty() ? "" : ", ") + Bind(id);
    return list;
  }
  sql::Params params() const { return params_; }

 private:
  std::vector<sql::Param> params_;
  std::deque<std::string> texts_;
};

std::string_view KeyOf(Sort sort) {
  switch (sort) {
    case Sort::kFirstSeen:
      return "first_seen";
    case Sort::kTimesSeen:
      return "times_seen";
    case Sort::kUsersSeen:
      return "users_seen";
    case Sort::kLastSeen:
      break;
  }
  return "last_seen";
}

std::string OneOf(Binder& b, std::string_view column, const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) {
    if (!out.empty()) out += " OR ";
    if (HasWildcard(value)) {
      out += "lower(" + std::string(column) + ") LIKE lower(" + b.BindText(LikePattern(value)) +
             ") ESCAPE '!'";
    } else {
      out += std::string(column) + " = " + b.BindText(value);
    }
  }
  return "(" + out + ")";
}

std::string Compare(Binder& b, std::string_view column, const Term& term) {
  std::string_view op = " = ";
  switch (term.op) {
    case Op::kGreater:
      op = " > ";
      break;
    case Op::kGreaterEqual:
      op = " >= ";
      break;
    case Op::kLess:
      op = " < ";
      break;
    case Op::kLessEqual:
      op = " <= ";
      break;
    default:
      break;
  }
  return std::string(column) + std::string(op) + b.Bind(term.number);
}

std::string Numbers(Binder& b, std::string_view column, const std::vector<std::string>& values,
                    std::int64_t (*number)(std::string_view)) {
  std::string list;
  for (const std::string& value : values) {
    list += (list.empty() ? "" : ", ") + b.Bind(number(value));
  }
  return std::string(column) + " IN (" + list + ")";
}

std::int64_t PriorityNumber(std::string_view name) {
  return name == "high" ? 75 : name == "medium" ? 50 : 25;
}

constexpr std::string_view kNewest =
    "(SELECT n.id FROM releases n JOIN release_projects np ON np.release_id = n.id AND "
    "np.project_id = i.project_id WHERE n.organization_id = i.organization_id AND n.status = "
    "'open' ORDER BY COALESCE(n.released_at, n.created_at) DESC, n.id DESC LIMIT 1)";

// Conditions on the release `r`.
std::string Releases(Binder& b, std::vector<std::string> values) {
  const bool latest = std::erase(values, "latest") > 0;
  std::string out = values.empty() ? "" : OneOf(b, "r.version", values);
  if (latest) out += (out.empty() ? "r.id = " : " OR r.id = ") + std::string(kNewest);
  return "(" + out + ")";
}

bool IsEmptyValue(const Term& term) { return term.values.size() == 1 && term.values[0].empty(); }

std::string ReleaseTerm(Binder& b, const Term& term) {
  if (term.op == Op::kHas || IsEmptyValue(term)) {
    return std::string(term.op == Op::kHas ? "" : "NOT ") +
           "EXISTS (SELECT 1 FROM issue_releases ir WHERE ir.issue_id = i.id)";
  }
  return "EXISTS (SELECT 1 FROM issue_releases ir JOIN releases r ON r.id = ir.release_id WHERE "
         "ir.issue_id = i.id AND r.organization_id = i.organization_id AND " +
         Releases(b, term.values) + ")";
}

std::string FirstReleaseTerm(Binder& b, const Term& term) {
  if (term.op == Op::kHas) return "i.first_release_id IS NOT NULL";
  if (IsEmptyValue(term)) return "i.first_release_id IS NULL";
  return "EXISTS (SELECT 1 FROM releases r WHERE r.id = i.first_release_id AND "
         "r.organization_id = i.organization_id AND " +
         Releases(b, term.values) + ")";
}

std::string EnvironmentTerm(Binder& b, const Term& term) {
  std::string condition;
  if (term.op == Op::kHas) {
    condition = "e.name <> ''";
  } else {
    condition = OneOf(b, "e.name", term.values);
  }
  return "EXISTS (SELECT 1 FROM issue_environments ie JOIN environments e ON e.id = "
         "ie.environment_id WHERE ie.issue_id = i.id AND " +
         condition + ")";
}

std::string AssignedTerm(Binder& b, const Term& term) {
  if (term.op == Op::kHas) return "i.assignee <> ''";
  std::string out;
  for (const std::string& value : term.values) {
    if (!out.empty()) out += " OR ";
    if (value == "none") {
      out += "i.assignee = ''";
    } else if (value == "any") {
      out += "i.assignee <> ''";
    } else {
      out += "i.assignee = " + b.BindText(value);
    }
  }
  return "(" + out + ")";
}

std::string BookmarkTerm(Binder& b, const Term& term) {
  std::string who;
  for (const std::string& value : term.values) {
    const auto user = UserId::Parse(value);
    who += (who.empty() ? "" : ", ") + b.Bind(user ? user->value : 0);
  }
  const std::string condition = term.op == Op::kHas ? "" : " AND m.user_id IN (" + who + ")";
  return "EXISTS (SELECT 1 FROM issue_marks m WHERE m.issue_id = i.id AND m.is_bookmarked = 1" +
         condition + ")";
}

std::string ShortIdTerm(Binder& b, const Term& term) {
  std::string out;
  for (const std::string& value : term.values) {
    const auto parsed = ParseShortId(value);
    if (!parsed) continue;
    out += (out.empty() ? "" : " OR ") + std::string("(s.slug = ") +
           b.BindText(parsed->project_slug) + " AND i.short_id = " + b.Bind(parsed->number) + ")";
  }
  return "EXISTS (SELECT 1 FROM projects s WHERE s.id = i.project_id AND (" +
         (out.empty() ? "1 = 0" : out) + "))";
}

// A column of the issue's own; '' is none.
std::string OwnText(Binder& b, std::string_view column, const Term& term) {
  if (term.op == Op::kHas) return std::string(column) + " <> ''";
  return OneOf(b, column, term.values);
}

std::string Condition(Binder& b, const Term& term) {
  switch (term.field) {
    case Field::kStatus:
      return OneOf(b, "i.status", term.values);
    case Field::kSubstatus:
      return OneOf(b, "i.substatus", term.values);
    case Field::kAssigned:
      return AssignedTerm(b, term);
    case Field::kBookmarked:
      return BookmarkTerm(b, term);
    case Field::kLinked:
      return "1 = 0";
    case Field::kLevel:
      return term.op == Op::kHas ? "1 = 1"
                                 : Numbers(b, "i.level", term.values, &events::LevelNumber);
    case Field::kLogger:
      return OwnText(b, "i.logger", term);
    case Field::kPlatform:
      return OwnText(b, "i.platform", term);
    case Field::kType:
      return OwnText(b, "i.type", term);
    case Field::kPriority:
      return term.op == Op::kHas ? "1 = 1" : Numbers(b, "i.priority", term.values, &PriorityNumber);
    case Field::kRelease:
      return ReleaseTerm(b, term);
    case Field::kFirstRelease:
      return FirstReleaseTerm(b, term);
    case Field::kEnvironment:
      return EnvironmentTerm(b, term);
    case Field::kShortId:
      return term.op == Op::kHas ? "1 = 1" : ShortIdTerm(b, term);
    case Field::kTitle:
      return OwnText(b, "i.title", term);
    case Field::kTimesSeen:
      return Compare(b, "i.times_seen", term);
    case Field::kUsersSeen:
      return Compare(b, "i.users_seen", term);
    case Field::kFirstSeen:
      return Compare(b, "i.first_seen", term);
    case Field::kLastSeen:
      return Compare(b, "i.last_seen", term);
    case Field::kTag:
      break;  // the event store's
  }
  return "1 = 1";
}

// The statuses that the search may find, so that each is a walk of its own.
std::vector<std::string> StatusesOf(const Terms& terms) {
  std::vector<std::string> statuses = {"unresolved", "resolved", "ignored"};
  for (const Term& term : terms.terms) {
    if (term.field != Field::kStatus || term.op != Op::kIs) continue;
    std::erase_if(statuses, [&](const std::string& status) {
      const bool named = std::ranges::find(term.values, status) != term.values.end();
      return named == term.negated;
    });
  }
  return statuses;
}

// Everything but status and project; "" for nothing.
std::string Filter(Binder& b, const Query& query) {
  std::string out;
  const auto add = [&out](const std::string& condition) {
    out += (out.empty() ? "" : " AND ") + condition;
  };
  for (const Term& term : query.terms.terms) {
    if (term.field == Field::kStatus || term.field == Field::kTag) continue;
    add(term.negated ? "NOT (" + Condition(b, term) + ")" : Condition(b, term));
  }
  for (const std::string& text : query.terms.texts) {
    add("lower(i.message || ' ' || i.title) LIKE lower(" +
        b.BindText("%" + LikePattern(text) + "%") + ") ESCAPE '!'");
  }
  if (!query.environments.empty()) {
    add(EnvironmentTerm(b, {.field = Field::kEnvironment, .values = query.environments}));
  }
  if (query.from) add("i.last_seen >= " + b.Bind(*query.from));
  if (query.to) add("i.first_seen < " + b.Bind(*query.to));
  return out;
}

struct Candidate {
  Position at;
  ProjectId project;
  bool matches = false;
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
                     row.Int(2) != 0 && selection_.Has(id)});
    }
    return out;
  }

  Result<std::int64_t> Count(sql::Tx& tx) const {
    if (statuses_.empty()) return std::int64_t{0};
    Binder b;
    std::string list;
    for (const std::string& status : statuses_) list += (list.empty() ? "'" : ", '") + status + "'";
    const std::string text =
        "SELECT COUNT(*) FROM (SELECT 1 FROM issues i WHERE i.organization_id = " +
        b.Bind(organization_) + " AND i.status IN (" + list + ")" + Projects(b) + " LIMIT " +
        b.Bind(kMaxTotal) + ") AS found";
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", text}, b.params()));
    return rows.front().Int(0);
  }

 private:
  std::string Projects(Binder& b) const {
    if (query_.projects.empty()) return "";
    return " AND i.project_id IN (" + b.BindIds(query_.projects) + ")";
  }
  // Conditions of every branch that need no look at more than the index, or that leave few.
  std::string Common(Binder& b) const {
    std::string out;
    if (query_.projects.size() > kMaxBranches) out += Projects(b);
    if (selection_.only && selection_.only->size() <= kFewIds) {
      out +=
          " AND i.id IN (" + (selection_.only->empty() ? "0" : b.BindIds(*selection_.only)) + ")";
    }
    if (query_.sort == Sort::kLastSeen && query_.from) {
      out += " AND i.last_seen >= " + b.Bind(*query_.from);
    }
    return out;
  }

  OrgId organization_;
  const Query& query_;
  const Selection& selection_;
  std::vector<std::string> statuses_;
  bool back_;
  bool filtered_ = false;
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

Task<Found> Follow(sql::Database& db, eventstore::EventStore& store, OrgId organization,
                   const Query& query, const Selection& selection, const Walk& walk,
                   std::size_t limit, std::size_t max_examined) {
  Found found;
  found.end = query.after;
  std::size_t skip = query.offset;
  std::size_t examined = 0;
  std::size_t chunk = walk.filtered() ? std::max(kFirstChunk, limit + 1) : skip + limit + 1;
  const bool asks = !selection.common.empty();
  if (asks) max_examined = std::min(max_examined, kMaxAsked);
  while (!found.more) {
    GH_CO_TRY(std::vector<Candidate> candidates,
              co_await db.Read(sql::Tenant::Of(organization),
                               [&](sql::Tx& tx) { return walk.Next(tx, found.end, chunk); }));
    if (asks) GH_CO_TRY_VOID(co_await AskForTags(store, selection, candidates));
    for (const Candidate& candidate : candidates) {
      if (found.issues.size() == limit && candidate.matches) {
        found.more = true;
        break;
      }
      found.end = candidate.at;
      if (!candidate.matches) continue;
      if (skip > 0) {
        --skip;
      } else {
        found.issues.push_back(candidate.at);
      }
    }
    if (candidates.size() < chunk) break;
    examined += candidates.size();
    if (examined >= max_examined) found.more = true;
    chunk = std::min(chunk * 4, asks ? kFirstChunk * 4 : kMaxChunk);
  }
  co_return found;
}

Result<Page> Shown(sql::Tx& tx, OrgId organization, const Query& query, const Walk& walk,
                   const Found& found, std::size_t limit) {
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
  if (walk.filtered()) {
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
    common.values.emplace_back(term.key, value);
    for (const std::int64_t project : projects) {
      if (found.size() > many) break;
      GH_CO_TRY(const auto groups, co_await store.GroupsWithTag(project, common.values.back(),
                                                                selection.range, many + 1));
      found.insert(groups.begin(), groups.end());
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
  const Walk walk(organization, query, selection);
  GH_CO_TRY(const Found found, co_await Follow(d_.db, d_.store, organization, query, selection,
                                               walk, limit, d_.max_examined));
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return Shown(tx, organization, query, walk, found, limit);
  });
}

}  // namespace gatehouse::issues
