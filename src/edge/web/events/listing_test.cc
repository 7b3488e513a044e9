#include "edge/web/events/listing.h"

#include <gtest/gtest.h>

namespace gatehouse::web {
namespace {

struct Row {
  Timestamp time;
  int id = 0;
};

// A source as the store is: newest first, so many at a time.
class Source {
 public:
  explicit Source(std::vector<Row> rows) : rows_(std::move(rows)) {}
  Slice<Row> From(Timestamp at, std::size_t limit) const {
    Slice<Row> slice;
    for (const Row& row : rows_) {
      if (row.time > at) continue;
      if (slice.rows.size() == limit) {
        slice.more = true;
        break;
      }
      slice.rows.push_back(row);
    }
    return slice;
  }

 private:
  std::vector<Row> rows_;
};

std::vector<int> WalkThrough(const std::vector<Source>& sources, std::size_t limit,
                             std::size_t read, const std::function<bool(const Row&)>& keep) {
  std::vector<int> ids;
  std::optional<ListCursor> at = ListCursor{};
  for (int pages = 0; at && pages < 1000; ++pages) {
    std::vector<Slice<Row>> slices;
    for (const Source& source : sources) slices.push_back(source.From(at->at, read + at->skip));
    const auto page = Merge<Row>(std::move(slices), *at, limit, keep);
    EXPECT_LE(page.rows.size(), limit);
    for (const Row& row : page.rows) ids.push_back(row.id);
    at = page.next ? std::optional(ListCursor::Parse(page.next->ToString())) : std::nullopt;
  }
  return ids;
}

TEST(Merge, PagesOverSeveralSourcesLoseAndRepeatNothing) {
  std::vector<Row> a;
  std::vector<Row> b;
  std::vector<int> all;
  for (int i = 0; i < 60; ++i) {
    // Several of one time, in both.
    (i % 3 == 0 ? a : b).push_back({{1'000 - i / 4}, i});
    all.push_back(i);
  }
  for (const std::size_t limit : {1u, 2u, 7u, 25u, 100u}) {
    auto ids =
        WalkThrough({Source(a), Source(b)}, limit, limit + 1, [](const Row&) { return true; });
    std::ranges::sort(ids);
    EXPECT_EQ(ids, all) << limit;
  }
}

TEST(Merge, WhatIsNotKeptDoesNotStopTheWalk) {
  std::vector<Row> rows;
  for (int i = 0; i < 500; ++i) rows.push_back({{10'000 - i}, i});
  const auto ids =
      WalkThrough({Source(rows)}, 5, 20, [](const Row& r) { return r.id % 100 == 99; });
  EXPECT_EQ(ids, (std::vector<int>{99, 199, 299, 399, 499}));
}

TEST(Merge, AWholeReadOfOneTimeGoesOn) {
  std::vector<Row> rows;
  for (int i = 0; i < 50; ++i) rows.push_back({{77}, i});
  rows.push_back({{5}, 50});
  const auto ids = WalkThrough({Source(rows)}, 10, 11, [](const Row&) { return true; });
  EXPECT_EQ(ids.back(), 50);
}

TEST(ListCursor, WhatIsNoneBeginsAtTheBeginning) {
  for (const char* text : {"", "x", "1", "1-", "-1-1", "0-0", "9-99999999999", "1-1-1"}) {
    EXPECT_TRUE(ListCursor::Parse(text).IsStart()) << text;
  }
  EXPECT_EQ(ListCursor::Parse("12-3"), (ListCursor{Timestamp{12}, 3}));
}

TEST(ShownDuration, HasTheUnitThatFits) {
  EXPECT_EQ(ShownDuration(Duration(850)), "850 µs");
  EXPECT_EQ(ShownDuration(Duration(1'500)), "1.5 ms");
  EXPECT_EQ(ShownDuration(Duration(340'000)), "340 ms");
  EXPECT_EQ(ShownDuration(Duration(1'340'000)), "1.34 s");
  EXPECT_EQ(ShownDuration(std::chrono::seconds(125)), "2 min 5 s");
  EXPECT_EQ(ShownDuration(std::chrono::minutes(190)), "3 h 10 min");
  EXPECT_EQ(ShownDuration(Duration(-3)), "0 µs");
}

TEST(ShownNumber, IsWhatPeopleWrite) {
  EXPECT_EQ(ShownNumber(120), "120");
  EXPECT_EQ(ShownNumber(0.25), "0.25");
  EXPECT_EQ(ShownNumber(-3), "-3");
}

TEST(ShownShare, WhatIsNotAllIsNotAHundred) {
  EXPECT_EQ(ShownShare(1), "100 %");
  EXPECT_EQ(ShownShare(0.999999), "99.99 %");
  EXPECT_EQ(ShownShare(0.0000001), "0.01 %");
  EXPECT_EQ(ShownShare(0), "0 %");
  EXPECT_EQ(ShownShare(0.98765), "98.77 %");
}

}  // namespace
}  // namespace gatehouse::web
