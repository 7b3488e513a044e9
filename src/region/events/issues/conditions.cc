#include "region/events/issues/conditions.h"

#include <algorithm>

#include "base/text.h"
#include "region/events/save/grams.h"
#include "region/events/save/prepare.h"

namespace gatehouse::issues {
namespace {

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

// The newest release of a project.
std::string Newest(const std::string& project, const std::string& organization) {
  return "(SELECT n.id FROM releases n JOIN release_projects np ON np.release_id = n.id AND "
         "np.project_id = " +
         project + " WHERE n.organization_id = " + organization +
         " AND n.status = 'open' ORDER BY COALESCE(n.released_at, n.created_at) DESC, n.id DESC "
         "LIMIT 1)";
}

// Conditions on the release `r`; `latest` compares its id.
std::string Releases(Binder& b, std::vector<std::string> values, const std::string& latest) {
  const bool has_latest = std::erase(values, "latest") > 0;
  std::string out = values.empty() ? "" : OneOf(b, "r.version", values);
  if (has_latest) out += (out.empty() ? "r.id " : " OR r.id ") + latest;
  return "(" + out + ")";
}

std::string LatestOfIssue() { return "= " + Newest("i.project_id", "i.organization_id"); }

bool IsEmptyValue(const Term& term) { return term.values.size() == 1 && term.values[0].empty(); }

std::string ReleaseTerm(Binder& b, const Term& term) {
  if (term.op == Op::kHas || IsEmptyValue(term)) {
    return std::string(term.op == Op::kHas ? "" : "NOT ") +
           "EXISTS (SELECT 1 FROM issue_releases ir WHERE ir.issue_id = i.id)";
  }
  return "EXISTS (SELECT 1 FROM issue_releases ir JOIN releases r ON r.id = ir.release_id WHERE "
         "ir.issue_id = i.id AND r.organization_id = i.organization_id AND " +
         Releases(b, term.values, LatestOfIssue()) + ")";
}

std::string FirstReleaseTerm(Binder& b, const Term& term) {
  if (term.op == Op::kHas) return "i.first_release_id IS NOT NULL";
  if (IsEmptyValue(term)) return "i.first_release_id IS NULL";
  return "EXISTS (SELECT 1 FROM releases r WHERE r.id = i.first_release_id AND "
         "r.organization_id = i.organization_id AND " +
         Releases(b, term.values, LatestOfIssue()) + ")";
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

// Of the mark `m`: whose it is.
std::string Marked(Binder& b, const Term& term) {
  std::string who;
  for (const std::string& value : term.values) {
    const auto user = UserId::Parse(value);
    who += (who.empty() ? "" : ", ") + b.Bind(user ? user->value : 0);
  }
  return term.op == Op::kHas ? "" : " AND m.user_id IN (" + who + ")";
}

std::string BookmarkTerm(Binder& b, const Term& term) {
  return "EXISTS (SELECT 1 FROM issue_marks m WHERE m.issue_id = i.id AND m.is_bookmarked = 1" +
         Marked(b, term) + ")";
}

// Of the project `s` and the issue `i`.
std::string ShortIds(Binder& b, const Term& term) {
  std::string out;
  for (const std::string& value : term.values) {
    const auto parsed = ParseShortId(value);
    if (!parsed) continue;
    out += (out.empty() ? "" : " OR ") + std::string("(s.slug = ") +
           b.BindText(parsed->project_slug) + " AND i.short_id = " + b.Bind(parsed->number) + ")";
  }
  return "(" + (out.empty() ? "1 = 0" : out) + ")";
}

std::string ShortIdTerm(Binder& b, const Term& term) {
  return "EXISTS (SELECT 1 FROM projects s WHERE s.id = i.project_id AND " + ShortIds(b, term) +
         ")";
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

// ---- probes -------------------------------------------------------------------------------------

std::string And(std::string_view condition) { return " AND " + std::string(condition); }

// An issue's own columns that issue_search has, too.
std::string NarrowCondition(Binder& b, const Term& term) {
  std::string out;
  switch (term.field) {
    case Field::kLevel:
      if (term.op == Op::kHas) return "";
      out = Numbers(b, "s.level", term.values, &events::LevelNumber);
      break;
    case Field::kLogger:
      out = OwnText(b, "s.logger", term);
      break;
    case Field::kPlatform:
      out = OwnText(b, "s.platform", term);
      break;
    case Field::kType:
      out = OwnText(b, "s.type", term);
      break;
    default:
      return "";
  }
  return And(term.negated ? "NOT (" + out + ")" : out);
}

// What every text that matches has: the grams of what stands between the wildcards.
void AddPieces(events::Grams& grams, std::string_view pattern) {
  for (const std::string_view piece : Split(pattern, '*')) events::AddGrams(grams, piece);
}

// "": no condition that the narrow table knows.
std::string NarrowConditions(Binder& b, const Query& query) {
  std::string out;
  events::Grams grams{};
  for (const std::string& text : query.terms.texts) AddPieces(grams, text);
  for (const Term& term : query.terms.terms) {
    if (term.field == Field::kTitle && term.op == Op::kIs && !term.negated &&
        term.values.size() == 1) {
      AddPieces(grams, term.values.front());
    }
    out += NarrowCondition(b, term);
  }
  for (std::size_t i = 0; i < grams.size(); ++i) {
    if (grams[i] == 0) continue;
    const std::string wanted = b.Bind(grams[i]);
    out += " AND (s.grams_" + std::to_string(i) + " & " + wanted + ") = " + wanted;
  }
  return out;
}

std::string InList(const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) list += (list.empty() ? "'" : ", '") + value + "'";
  return "(" + list + ")";
}

// A range of numbers, along the index of issues by status and number.
std::string RangeProbe(const std::string& organization, const Terms& terms,
                       const std::string& condition) {
  return "SELECT i.id FROM issues i WHERE i.organization_id = " + organization +
         " AND i.status IN " + InList(StatusesOf(terms)) + And(condition);
}

bool IsSubsetOf(const std::vector<std::string>& values,
                std::initializer_list<std::string_view> all) {
  return std::ranges::all_of(
      values, [&](const std::string& v) { return std::ranges::find(all, v) != all.end(); });
}

// Which conditions find least, as far as one can tell: the lower, the fewer. 0: there is no probe.
int RankOf(const Term& term) {
  if (term.negated) return 0;
  const bool is = term.op == Op::kIs;
  switch (term.field) {
    case Field::kShortId:
      return is ? 1 : 0;
    case Field::kBookmarked:
      return 2;
    case Field::kRelease:
    case Field::kFirstRelease:
      return is && !IsEmptyValue(term) ? 3 : 0;
    case Field::kAssigned:
      return std::ranges::find(term.values, "none") == term.values.end() ? 4 : 0;
    case Field::kEnvironment:
      return is ? 5 : 0;
    case Field::kSubstatus:
      return is && IsSubsetOf(term.values, {"regressed", "escalating"}) ? 6 : 0;
    case Field::kPriority:
      return is ? 6 : 0;
    case Field::kTimesSeen:
    case Field::kUsersSeen:
    case Field::kFirstSeen:
    case Field::kLastSeen:
      return 7;
    default:
      return 0;
  }
}

std::string EnvironmentProbe(Binder& b, const std::string& organization,
                             const std::vector<std::string>& names) {
  return "SELECT DISTINCT ie.issue_id FROM environments e JOIN issue_environments ie ON "
         "ie.environment_id = e.id WHERE e.organization_id = " +
         organization + And(OneOf(b, "e.name", names));
}

// In the newest release of any project, which is more than is looked for.
std::string LatestOfAny(const std::string& organization) {
  return "IN (SELECT " + Newest("p.id", organization) +
         " FROM projects p WHERE p.organization_id = " + organization + ")";
}

std::string ProbeText(Binder& b, const std::string& organization, const Query& query,
                      const Term& term) {
  switch (term.field) {
    case Field::kShortId:
      return "SELECT i.id FROM projects s JOIN issues i ON i.project_id = s.id WHERE "
             "s.organization_id = " +
             organization + And(ShortIds(b, term));
    case Field::kBookmarked:
      return "SELECT DISTINCT m.issue_id FROM issue_marks m WHERE m.organization_id = " +
             organization + " AND m.is_bookmarked = 1" + Marked(b, term);
    case Field::kRelease:
      return "SELECT DISTINCT ir.issue_id FROM releases r JOIN issue_releases ir ON ir.release_id "
             "= r.id WHERE r.organization_id = " +
             organization + And(Releases(b, term.values, LatestOfAny(organization)));
    case Field::kFirstRelease:
      return "SELECT i.id FROM releases r JOIN issues i ON i.first_release_id = r.id WHERE "
             "r.organization_id = " +
             organization + And(Releases(b, term.values, LatestOfAny(organization)));
    case Field::kAssigned:
      // As the partial index says it.
      return "SELECT i.id FROM issues i WHERE i.organization_id = " + organization +
             " AND i.assignee <> ''" + And(AssignedTerm(b, term));
    case Field::kEnvironment:
      return EnvironmentProbe(b, organization, term.values);
    case Field::kSubstatus:
      return "SELECT i.id FROM issues i WHERE i.organization_id = " + organization +
             " AND i.substatus IN ('regressed', 'escalating')" +
             And(OneOf(b, "i.substatus", term.values));
    case Field::kPriority:
      return "SELECT i.id FROM issues i WHERE i.organization_id = " + organization +
             And(Condition(b, term));
    default:
      return RangeProbe(organization, query.terms, Condition(b, term));
  }
}

}  // namespace

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

std::string KeyLimits(Binder& b, const Query& query) {
  std::string out;
  for (const Term& term : query.terms.terms) {
    const bool is_key = (query.sort == Sort::kLastSeen && term.field == Field::kLastSeen) ||
                        (query.sort == Sort::kFirstSeen && term.field == Field::kFirstSeen) ||
                        (query.sort == Sort::kTimesSeen && term.field == Field::kTimesSeen) ||
                        (query.sort == Sort::kUsersSeen && term.field == Field::kUsersSeen);
    if (is_key && !term.negated) out += And(Condition(b, term));
  }
  if (query.sort == Sort::kLastSeen && query.from) {
    out += " AND i.last_seen >= " + b.Bind(*query.from);
  }
  if (query.sort == Sort::kFirstSeen && query.to) {
    out += " AND i.first_seen < " + b.Bind(*query.to);
  }
  return out;
}

std::deque<Probe> ProbesFor(OrgId organization, const Query& query, std::size_t limit) {
  std::deque<Probe> probes;
  const auto add = [&](auto text) {
    Probe& probe = probes.emplace_back();
    const std::string of = probe.binder.Bind(organization);
    probe.text = text(probe.binder, of);
    if (probe.text.empty()) {
      probes.pop_back();
    } else {
      probe.text += " LIMIT " + probe.binder.Bind(limit);
    }
  };
  if (StatusesOf(query.terms).empty()) return probes;
  for (int rank = 1; rank <= 7; ++rank) {
    for (const Term& term : query.terms.terms) {
      if (RankOf(term) != rank) continue;
      add([&](Binder& b, const std::string& of) { return ProbeText(b, of, query, term); });
    }
  }
  if (!query.environments.empty()) {
    add([&](Binder& b, const std::string& of) {
      return EnvironmentProbe(b, of, query.environments);
    });
  }
  if (query.from && query.sort != Sort::kLastSeen) {
    add([&](Binder& b, const std::string& of) {
      return RangeProbe(of, query.terms, "i.last_seen >= " + b.Bind(*query.from));
    });
  }
  if (query.to && query.sort != Sort::kFirstSeen) {
    add([&](Binder& b, const std::string& of) {
      return RangeProbe(of, query.terms, "i.first_seen < " + b.Bind(*query.to));
    });
  }
  // Reads the whole of the narrow table.
  add([&](Binder& b, const std::string& of) -> std::string {
    const std::string conditions = NarrowConditions(b, query);
    if (conditions.empty()) return "";
    return "SELECT s.issue_id FROM issue_search s WHERE s.organization_id = " + of + conditions;
  });
  return probes;
}

}  // namespace gatehouse::issues
