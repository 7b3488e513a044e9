#include "edge/web/events/schedule_words.h"

#include <gtest/gtest.h>

namespace gatehouse::web {
namespace {

std::string Words(std::string line, std::string zone = "UTC") {
  monitors::Config config;
  config.schedule = {.is_crontab = true, .crontab = std::move(line)};
  config.timezone = std::move(zone);
  return ScheduleWords(config);
}

TEST(ScheduleWords, SaysWhatPeopleWouldSay) {
  EXPECT_EQ(Words("* * * * *"), "Every minute");
  EXPECT_EQ(Words("*/10 * * * *"), "Every 10 minutes");
  EXPECT_EQ(Words("5 * * * *"), "Every hour at minute 5");
  EXPECT_EQ(Words("0 */6 * * *"), "Every 6 hours at minute 0");
  EXPECT_EQ(Words("30 3 * * *"), "Every day at 03:30");
  EXPECT_EQ(Words("0 9 * * 1", "Europe/Berlin"), "Every Monday at 09:00 (Europe/Berlin)");
  EXPECT_EQ(Words("0 9 * * 1-5"), "Monday to Friday at 09:00");
  EXPECT_EQ(Words("0 0 1 * *"), "On day 1 of every month at 00:00");
  EXPECT_EQ(Words("@daily"), "Every day at 00:00");
}

TEST(ScheduleWords, ALineThatSaysMoreStaysAsItIs) {
  for (const char* line : {"*/7 * * * *", "0 9,17 * * *", "0 9 1 * 1", "0 9 * 1 *", "0 */5 * * *",
                           "x y z", "0 9 * * MON"}) {
    EXPECT_EQ(Words(line), line);
  }
}

TEST(ScheduleWords, IntervalsAreCounted) {
  monitors::Config config;
  config.schedule.interval = 1;
  config.schedule.unit = ingest::IntervalUnit::kDay;
  EXPECT_EQ(ScheduleWords(config), "Every day");
  config.schedule.interval = 3;
  EXPECT_EQ(ScheduleWords(config), "Every 3 days");
}

}  // namespace
}  // namespace gatehouse::web
