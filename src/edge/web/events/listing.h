#pragma once

// Lists of what projects have sent: which projects and which time, and pages that go on by time
// over several sources at once.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge/access/access.h"
#include "edge/web/site.h"
#include "region/projects/types.h"

namespace gatehouse::web {

inline constexpr std::size_t kPerPage = 25;  // rows of most lists

// ---- pages by time (pure) -----------------------------------------------------------------------

// Where a list goes on, newest first: at this time, behind so many rows of exactly that time.
struct ListCursor {
  Timestamp at = Timestamp{INT64_MAX};
  std::size_t skip = 0;

  bool operator==(const ListCursor&) const = default;
  bool IsStart() const { return at.micros == INT64_MAX; }
  std::string ToString() const;
  // What is no cursor begins at the beginning.
  static ListCursor Parse(std::string_view text);
};

// What one source has, newest first, from the cursor's time on; `more`: and older ones.
template <class Row>
struct Slice {
  std::vector<Row> rows = {};
  bool more = false;
};

template <class Row>
struct MergedPage {
  std::vector<Row> rows = {};
  std::optional<ListCursor> next = {};  // set while there may be more
};

// Rows of all sources that `keep` likes, `limit` at most. Row has `Timestamp time`. A page can be
// short, even empty, and have a next one: the sources were read so far only. The order of rows of
// one time is that of the slices, so ask in the same order again.
template <class Row>
MergedPage<Row> Merge(std::vector<Slice<Row>> slices, const ListCursor& from, std::size_t limit,
                      const std::function<bool(const Row&)>& keep) {
  MergedPage<Row> page;
  // Older than this not everything has been read.
  Timestamp floor{INT64_MIN};
  for (const Slice<Row>& slice : slices) {
    if (slice.more && !slice.rows.empty()) floor = std::max(floor, slice.rows.back().time);
  }
  // A whole slice of one time: it cannot be told apart any further.
  const bool stuck = floor == from.at;
  std::vector<Row> all;
  for (Slice<Row>& slice : slices) {
    for (Row& row : slice.rows) {
      if ((row.time > floor || stuck) && row.time <= from.at && keep(row)) {
        all.push_back(std::move(row));
      }
    }
  }
  std::vector<std::size_t> order(all.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&all](std::size_t a, std::size_t b) {
    return all[a].time != all[b].time ? all[a].time > all[b].time : a < b;
  });
  const auto time = [&](std::size_t i) { return all[order[i]].time; };
  std::size_t begin = 0;
  while (begin < all.size() && begin < from.skip && time(begin) == from.at) ++begin;
  const std::size_t end = std::min(all.size(), begin + limit);
  if (end < all.size()) {
    ListCursor next{time(end - 1), 0};
    for (std::size_t i = 0; i < end; ++i) next.skip += time(i) == next.at ? 1 : 0;
    page.next = next;
  } else if (floor.micros != INT64_MIN) {
    page.next = ListCursor{stuck ? floor - Duration(1) : floor, 0};
  }
  for (std::size_t i = begin; i < end; ++i) page.rows.push_back(std::move(all[order[i]]));
  return page;
}

// ---- what is asked about ------------------------------------------------------------------------

// Of `known`, what `project` of the query names; all of them without it.
struct Chosen {
  std::vector<projects::Project> projects = {};
  std::string slug = {};      // "" for all
  bool some_missing = false;  // there are more projects than a page looks at
};

// Fills {{#PROJECT_OPTION}}{{SLUG}}{{NAME}}{{#CHOSEN}} and says which projects to look at: those
// with one of the `flags`, at most kMaxProjects of them, or the one that the query names. Errors:
// kNotFound "project_not_found".
inline constexpr std::size_t kMaxProjects = 20;
Task<Chosen> ChooseProjects(Site& site, Call& call, const access::OrgAccess& access,
                            std::int64_t flags, html::Data& body);

// Fills {{#PERIOD_OPTION}}{{ID}}{{NAME}}{{#CHOSEN}} from `period` of the query ("1h", "24h", "7d",
// "14d", "30d", "90d").
struct Period {
  std::string id;
  Duration length;
};
Period ChoosePeriod(const Call& call, std::string_view otherwise, html::Data& body);

// The slug of a project of the list, by its id; "" for one that is gone.
std::string SlugOf(const std::vector<projects::Project>& projects, std::int64_t id);

// ---- words --------------------------------------------------------------------------------------

// "850 µs", "12 ms", "1.34 s", "2 min 5 s", "3 h 10 min"
std::string ShownDuration(Duration duration);
// "120", "0.25"
std::string ShownNumber(double number);
// 0 … 1 as "99.87 %"; never "100 %" for what is not all.
std::string ShownShare(double share);
// "/organizations/acme/"
std::string OrgPath(const access::OrgAccess& access);
// One small attribute of an item of the event store; "" without.
std::string_view FieldOf(const std::vector<std::pair<std::string, std::string>>& fields,
                         std::string_view name);
bool IsTraceId(std::string_view text);

}  // namespace gatehouse::web
