#include "region/sessions/durations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace gatehouse::sessions {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Durations, NothingHasNoPercentiles) {
  const Durations none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.ToText(), "");
  EXPECT_FALSE(none.Percentile(0.5).has_value());
  EXPECT_FALSE(Durations::Parse("").Percentile(1).has_value());
}

TEST(Durations, OneIsItsOwnPercentiles) {
  Durations one;
  one.Add(seconds(3));
  for (const double share : {0.0, 0.5, 0.99}) {
    EXPECT_NEAR(static_cast<double>(one.Percentile(share)->count()), 3e6, 3e5) << share;
  }
  EXPECT_EQ(one.Percentile(1), seconds(3)) << "the longest is exact";
}

// From microseconds to weeks: never off by more than a tenth.
TEST(Durations, PercentilesAreCloseWhateverTheScale) {
  SeededRng rng(5);
  for (const double octaves : {1.0, 6.0, 20.0, 40.0}) {
    Durations all;
    std::vector<std::int64_t> exact;
    for (int i = 0; i < 5'000; ++i) {
      const double at = static_cast<double>(rng.Next64() % 1'000'000) / 1e6 * octaves;
      exact.push_back(std::llround(std::exp2(at)));
      all.Add(Duration(exact.back()));
    }
    std::ranges::sort(exact);
    for (const double share : {0.1, 0.5, 0.75, 0.9, 0.95, 0.99}) {
      const double wanted =
          static_cast<double>(exact[static_cast<std::size_t>(std::ceil(5'000 * share)) - 1]);
      EXPECT_NEAR(static_cast<double>(all.Percentile(share)->count()), wanted, wanted * 0.1 + 0.5)
          << octaves << " " << share;
    }
    EXPECT_EQ(all.Percentile(1)->count(), exact.back());
    EXPECT_LT(all.ToText().size(), 2'000u);
  }
}

TEST(Durations, PartsAddUpToTheWholeAndTextsKeepThem) {
  Durations whole, a, b;
  for (int i = 1; i <= 1'000; ++i) {
    whole.Add(milliseconds(i * i));
    (i % 3 == 0 ? a : b).Add(milliseconds(i * i));
  }
  Durations sum = Durations::Parse(a.ToText());
  sum.Merge(Durations::Parse(b.ToText()));
  EXPECT_EQ(sum.ToText(), whole.ToText());
  EXPECT_EQ(sum.Percentile(0.9), whole.Percentile(0.9));
  Durations none;
  sum.Merge(none);
  EXPECT_EQ(sum.ToText(), whole.ToText());
}

TEST(Durations, OddOnesAreCountedAndOddTextsAreNothing) {
  Durations odd;
  odd.Add(Duration(-5));
  odd.Add(Duration(0));
  EXPECT_EQ(odd.Percentile(0.5), Duration(0));
  odd.Add(Duration(999'999'999'000'000));
  EXPECT_EQ(Durations::Parse(odd.ToText()).ToText(), odd.ToText());
  for (const char* text : {"x", "5", ";", "5;x", "5;3:", "5;3:1", "5;3:0,", "5;-1:2,", "5;999:1,",
                           "-5;3:1,", "99999999999999999999;3:1,"}) {
    EXPECT_TRUE(Durations::Parse(text).empty()) << text;
  }
}

}  // namespace
}  // namespace gatehouse::sessions
