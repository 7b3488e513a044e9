#include "region/eventstore/transactions.h"

#include <gtest/gtest.h>

namespace gatehouse::eventstore {
namespace {

using std::chrono::milliseconds;

TEST(TransactionTally, PercentilesAreDurationsThatHappened) {
  TransactionTally tally;
  for (int i = 100; i > 0; --i) tally.Add("GET /", milliseconds(i), "ok", {i});
  const auto groups = std::move(tally).Groups();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].count, 100);
  EXPECT_EQ(groups[0].p50, milliseconds(50));
  EXPECT_EQ(groups[0].p75, milliseconds(75));
  EXPECT_EQ(groups[0].p95, milliseconds(95));
  EXPECT_EQ(groups[0].last_seen.micros, 100);
}

TEST(TransactionTally, OneIsItsOwnPercentile) {
  TransactionTally tally;
  tally.Add("GET /", milliseconds(7), "", {1});
  const auto groups = std::move(tally).Groups();
  EXPECT_EQ(groups[0].p50, milliseconds(7));
  EXPECT_EQ(groups[0].p95, milliseconds(7));
}

TEST(TransactionTally, WhatWasCancelledOrIsUnknownHasNotFailed) {
  TransactionTally tally;
  for (const char* status : {"ok", "cancelled", "unknown", "", "internal_error", "not_found"}) {
    tally.Add("job", milliseconds(1), status, {1});
  }
  tally.Add("other", milliseconds(1), "ok", {1});
  const auto groups = std::move(tally).Groups();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].name, "job") << "the most frequent one first";
  EXPECT_EQ(groups[0].failed, 2);
}

TEST(TransactionTally, ATimeThatRunsBackwardsIsNone) {
  TransactionTally tally;
  tally.Add("job", milliseconds(-5), "ok", {1});
  EXPECT_EQ(std::move(tally).Groups()[0].p95, Duration::zero());
}

}  // namespace
}  // namespace gatehouse::eventstore
