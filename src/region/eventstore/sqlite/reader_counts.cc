// Questions that are answered from counts instead of events.

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "region/eventstore/sqlite/day_sql.h"
#include "region/eventstore/sqlite/reader.h"
#include "region/eventstore/user_tags.h"

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr std::int64_t kHourMicros = 3'600'000'000;
constexpr std::int64_t kMaxBuckets = 10'000;

struct ValueCount {
  std::int64_t n = 0;
  std::int64_t first_day = 0;
  std::int64_t last_day = 0;
};

// Sorted numbers take a quarter of what a set of them takes, and there may be a million.
void KeepDistinct(std::vector<std::int64_t>& numbers) {
  std::ranges::sort(numbers);
  const auto rest = std::ranges::unique(numbers);
  numbers.erase(rest.begin(), rest.end());
}

Timestamp StartOf(std::int64_t day) { return {day * 24 * kHourMicros}; }

}  // namespace

Result<std::vector<Series>> Reader::Counts(const CountQuery& q) {
  const std::int64_t bucket = std::max<std::int64_t>(q.bucket_hours, 1);
  const std::int64_t first = FirstBucketHour(q);
  // An open end ends with the newest day there is.
  const std::vector<std::int64_t> days = days_.In(q.range, Order::kNewestFirst);
  const std::int64_t newest = days.empty() ? first : (days.front() + 1) * 24;
  const std::int64_t to_micros = q.range.to.micros;
  std::int64_t end = to_micros / kHourMicros + (to_micros % kHourMicros != 0 ? 1 : 0);
  if (to_micros == INT64_MAX) end = newest;
  const std::int64_t buckets =
      std::clamp<std::int64_t>((end - first + bucket - 1) / bucket, 0, kMaxBuckets);
  end = first + buckets * bucket;

  std::vector<std::int64_t> groups = q.group_ids;
  if (groups.empty()) groups.push_back(0);
  std::vector<Series> out;
  for (const std::int64_t group : groups) {
    out.push_back({group, std::vector<std::int64_t>(static_cast<std::size_t>(buckets), 0)});
  }
  const std::int64_t environment = ids_.Of(q.project_id, kKindEnvironment, q.environment);
  const std::int64_t kind = q.kind == Kind::kTransaction ? 1 : 0;
  const TimeRange range{{first * kHourMicros}, {end * kHourMicros}};
  GH_TRY_VOID(OnDays(
      range, Order::kOldestFirst, [&](Day&, sql::Tx& tx, const FreshView& fresh) -> Result<void> {
        for (Series& series : out) {
          Result<sql::Rows> rows;
          if (environment == 0) {
            rows = tx.Query(kHours, {q.project_id, series.group_id, series.group_id == 0 ? kind : 0,
                                     first, end});
          } else if (series.group_id != 0) {
            rows = tx.Query(kGroupHoursIn,
                            {q.project_id, series.group_id, environment, range.from, range.to});
          } else {
            rows =
                tx.Query(kProjectHoursIn, {q.project_id, kind, environment, range.from, range.to});
          }
          if (!rows) return std::unexpected(std::move(rows).error());
          for (const sql::Row row : *rows) {
            series.counts[static_cast<std::size_t>((row.Int(0) - first) / bucket)] += row.Int(1);
          }
          // Hours without an environment are counted with the event, what is asked of the events is
          // not.
          if (environment == 0) continue;
          fresh.Each([&](const FreshEvent& e) {
            if (e.project_id != q.project_id || e.environment_id != environment ||
                e.time < range.from || e.time >= range.to ||
                (series.group_id != 0 ? e.group_id != series.group_id : e.kind != kind)) {
              return;
            }
            const std::int64_t hour = e.time.micros / kHourMicros;
            ++series.counts[static_cast<std::size_t>((hour - first) / bucket)];
          });
        }
        return {};
      }));
  return out;
}

Result<std::int64_t> Reader::DistinctUsers(std::int64_t project_id, std::int64_t group_id,
                                           TimeRange range) {
  GH_TRY(const std::vector<std::int64_t> users, DistinctUsersOf(project_id, {group_id}, range));
  return users.front();
}

Result<std::vector<std::int64_t>> Reader::DistinctUsersOf(
    std::int64_t project_id, const std::vector<std::int64_t>& group_ids, TimeRange range) {
  std::vector<std::vector<std::int64_t>> users(group_ids.size());
  const std::int64_t key = ids_.Of(project_id, kKindKey, kTagUser);
  GH_TRY_VOID(OnDays(
      range, Order::kNewestFirst, [&](Day&, sql::Tx& tx, const FreshView& fresh) -> Result<void> {
        for (std::size_t i = 0; i < group_ids.size(); ++i) {
          GH_TRY(const sql::Rows rows, tx.Query(kValuesOf, {project_id, group_ids[i], key}));
          users[i].reserve(users[i].size() + rows.size());
          for (const sql::Row row : rows) users[i].push_back(row.Int(0));
        }
        fresh.Each([&](const FreshEvent& e) {
          if (e.project_id != project_id || e.group_id == 0) return;
          for (std::size_t i = 0; i < group_ids.size(); ++i) {
            if (group_ids[i] != e.group_id) continue;
            for (const TagId& tag : e.tags) {
              if (tag.key == key) users[i].push_back(tag.value);
            }
          }
        });
        for (auto& one : users) KeepDistinct(one);
        return {};
      }));
  std::vector<std::int64_t> out;
  for (const auto& one : users) out.push_back(static_cast<std::int64_t>(one.size()));
  return out;
}

Result<std::vector<TagSummary>> Reader::Tags(const TagQuery& q) {
  std::map<std::int64_t, std::unordered_map<std::int64_t, ValueCount>> keys;
  const std::int64_t only = ids_.Of(q.project_id, kKindKey, q.key);
  // Newest first: the first day that has a value is the last one it was seen on.
  GH_TRY_VOID(OnDays(q.range, Order::kNewestFirst,
                     [&](Day& day, sql::Tx& tx, const FreshView& fresh) -> Result<void> {
                       Result<sql::Rows> rows;
                       if (q.group_id == 0) {
                         rows = tx.Query(kProjectTagValues, {q.project_id, only});
                       } else if (only != 0) {
                         rows = tx.Query(kTagValuesOf, {q.project_id, q.group_id, only});
                       } else {
                         rows = tx.Query(kTagValues, {q.project_id, q.group_id});
                       }
                       if (!rows) return std::unexpected(std::move(rows).error());
                       const auto add = [&](std::int64_t key, std::int64_t value, std::int64_t n) {
                         const auto [at, is_first] = keys[key].try_emplace(value);
                         ValueCount& count = at->second;
                         if (is_first) count.last_day = day.number;
                         count.first_day = day.number;
                         count.n += n;
                       };
                       for (const sql::Row row : *rows) add(row.Int(0), row.Int(1), row.Int(2));
                       fresh.Each([&](const FreshEvent& e) {
                         if (e.project_id != q.project_id ||
                             (q.group_id != 0 && e.group_id != q.group_id))
                           return;
                         for (const TagId& tag : e.tags) {
                           if (only == 0 || tag.key == only) add(tag.key, tag.value, 1);
                         }
                       });
                       return {};
                     }));

  std::vector<TagSummary> out;
  // Texts to look up: in the file of the last day, which has them all.
  struct Wanted {
    std::int64_t id;
    std::size_t summary;
    std::size_t value;  // SIZE_MAX: the key itself
  };
  std::map<std::int64_t, std::vector<Wanted>> wanted;
  for (const auto& [key, values] : keys) {
    TagSummary summary;
    std::vector<std::pair<std::int64_t, ValueCount>> order(values.begin(), values.end());
    std::int64_t last_day = 0;
    for (const auto& [value, count] : order) {
      summary.total += count.n;
      last_day = std::max(last_day, count.last_day);
    }
    summary.distinct = static_cast<std::int64_t>(order.size());
    const std::size_t top = std::min(q.values, order.size());
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(top),
                              [](const auto& a, const auto& b) {
                                if (a.second.n != b.second.n) return a.second.n > b.second.n;
                                return a.first < b.first;
                              });
    wanted[last_day].push_back({key, out.size(), SIZE_MAX});
    for (std::size_t i = 0; i < top; ++i) {
      const auto& [value, count] = order[i];
      summary.top.push_back({"", count.n, StartOf(count.first_day), StartOf(count.last_day)});
      wanted[count.last_day].push_back({value, out.size(), i});
    }
    out.push_back(std::move(summary));
  }
  for (const auto& [number, texts] : wanted) {
    GH_TRY(const std::shared_ptr<Day> day, days_.Find(number));
    if (!day) continue;
    GH_TRY_VOID(OnDay(*day, [&](sql::Tx& tx, const FreshView& fresh) -> Result<void> {
      for (const Wanted& text : texts) {
        GH_TRY(const sql::Rows rows, tx.Query(kText, {text.id}));
        const std::string* unwritten = rows.empty() ? fresh.Text(text.id) : nullptr;
        if (rows.empty() && unwritten == nullptr) continue;
        TagSummary& summary = out[text.summary];
        (text.value == SIZE_MAX ? summary.key : summary.top[text.value].value) =
            unwritten != nullptr ? *unwritten : rows.front().String(0);
      }
      return {};
    }));
  }
  std::erase_if(out, [](const TagSummary& tag) { return IsUserPartKey(tag.key); });
  std::ranges::sort(out, {}, &TagSummary::key);
  return out;
}

Result<std::vector<std::int64_t>> Reader::GroupsWithTag(std::int64_t project_id, const Tag& tag,
                                                        TimeRange range, std::size_t limit) {
  std::set<std::int64_t> groups;
  const bool any = tag.second.empty();
  const std::int64_t wanted =
      any ? ids_.Of(project_id, kKindKey, tag.first) : ids_.Of(project_id, tag.first, tag.second);
  GH_TRY_VOID(OnDays(
      range, Order::kNewestFirst, [&](Day&, sql::Tx& tx, const FreshView& fresh) -> Result<void> {
        if (groups.size() >= limit) return {};
        GH_TRY(const sql::Rows rows,
               tx.Query(any ? kGroupsWithKey : kGroupsWithTag, {wanted, project_id, limit}));
        for (const sql::Row row : rows) groups.insert(row.Int(0));
        fresh.Each([&](const FreshEvent& e) {
          if (groups.size() >= limit || e.project_id != project_id || e.group_id == 0) return;
          for (const TagId& tag : e.tags) {
            if ((any ? tag.key : tag.value) == wanted) groups.insert(e.group_id);
          }
        });
        return {};
      }));
  return std::vector<std::int64_t>(groups.begin(), groups.end());
}

Result<std::vector<std::int64_t>> Reader::GroupsHave(std::int64_t project_id,
                                                     const std::vector<std::int64_t>& group_ids,
                                                     const Tag& tag, TimeRange range) {
  std::unordered_set<std::int64_t> left(group_ids.begin(), group_ids.end());
  std::vector<std::int64_t> found;
  const bool any = tag.second.empty();
  const std::int64_t key = ids_.Of(project_id, kKindKey, tag.first);
  const std::int64_t value = any ? 0 : ids_.Of(project_id, tag.first, tag.second);
  GH_TRY_VOID(OnDays(
      range, Order::kNewestFirst, [&](Day&, sql::Tx& tx, const FreshView& fresh) -> Result<void> {
        if (left.empty()) return {};
        const auto have = [&](std::int64_t group) {
          if (left.erase(group) > 0) found.push_back(group);
        };
        fresh.Each([&](const FreshEvent& e) {
          if (e.project_id != project_id) return;
          for (const TagId& tag : e.tags) {
            if (tag.key == key && (any || tag.value == value)) have(e.group_id);
          }
        });
        // All in one question: what a question costs by itself is more than the look.
        std::string ids;
        for (const std::int64_t group : left) {
          ids += (ids.empty() ? "[" : ",") + std::to_string(group);
        }
        if (ids.empty()) return {};
        ids += ']';
        GH_TRY(const sql::Rows rows, any ? tx.Query(kGroupsHaveKey, {project_id, ids, key})
                                         : tx.Query(kGroupsHaveTag, {project_id, ids, key, value}));
        for (const sql::Row row : rows) have(row.Int(0));
        return {};
      }));
  return found;
}

}  // namespace gatehouse::eventstore::sqlite
