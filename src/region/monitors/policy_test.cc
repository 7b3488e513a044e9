#include "region/monitors/policy.h"

#include <gtest/gtest.h>

#include <ctime>

namespace gatehouse::monitors {
namespace {

Timestamp At(std::string_view text) {
  // "2026-03-29T00:30": UTC.
  std::tm tm{};
  ::strptime(std::string(text).c_str(), "%Y-%m-%dT%H:%M", &tm);
  return Timestamp::FromSeconds(::timegm(&tm));
}

ingest::MonitorSchedule Crontab(std::string line) {
  return {.is_crontab = true, .crontab = std::move(line)};
}
ingest::MonitorSchedule Every(std::int64_t n, ingest::IntervalUnit unit) {
  return {.is_crontab = false, .crontab = {}, .interval = n, .unit = unit};
}

class Schedules : public testing::Test {
 protected:
  std::string Next(const ingest::MonitorSchedule& schedule, std::string_view after,
                   const std::string& zone = "UTC") {
    return FormatIso8601(NextDue(schedule, *zones_.Find(zone), At(after))).substr(0, 16);
  }
  void NeedZones() {
    if (zones_.Find("Europe/Vienna")->OffsetAt(1'700'000'000) != 3600) {
      GTEST_SKIP() << "no time zone database here";
    }
  }
  TimeZones zones_;
};

TEST_F(Schedules, CrontabLinesInUtc) {
  EXPECT_EQ(Next(Crontab("* * * * *"), "2026-11-21T10:00"), "2026-11-21T10:01");
  EXPECT_EQ(Next(Crontab("*/15 * * * *"), "2026-11-21T10:15"), "2026-11-21T10:30");
  EXPECT_EQ(Next(Crontab("@daily"), "2026-11-21T10:00"), "2026-11-22T00:00");
  EXPECT_EQ(Next(Crontab("30 9 * * mon"), "2026-11-21T10:00"), "2026-11-23T09:30");
  EXPECT_EQ(Next(Crontab("0 0 29 2 *"), "2026-11-21T10:00"), "2028-02-29T00:00");
  EXPECT_EQ(Next(Crontab("0 12 31 * *"), "2026-11-21T10:00"), "2026-12-31T12:00");
  EXPECT_EQ(Next(Crontab("0 8 1 * 1"), "2026-11-21T10:00"), "2026-11-23T08:00")
      << "the day of the month or the weekday";
}

TEST_F(Schedules, IntervalsCountFromTheLastCheckIn) {
  using enum ingest::IntervalUnit;
  EXPECT_EQ(Next(Every(10, kMinute), "2026-11-21T10:03"), "2026-11-21T10:13");
  EXPECT_EQ(Next(Every(2, kHour), "2026-11-21T10:03"), "2026-11-21T12:03");
  EXPECT_EQ(Next(Every(1, kDay), "2026-11-21T10:03"), "2026-11-22T10:03");
  EXPECT_EQ(Next(Every(1, kWeek), "2026-11-21T10:03"), "2026-11-28T10:03");
  EXPECT_EQ(Next(Every(1, kMonth), "2026-01-31T10:03"), "2026-02-28T10:03");
  EXPECT_EQ(Next(Every(1, kYear), "2028-02-29T10:03"), "2029-02-28T10:03");
}

TEST_F(Schedules, TheWallClockOfAZoneDecides) {
  NeedZones();
  EXPECT_EQ(Next(Crontab("0 9 * * *"), "2026-01-10T10:00", "Europe/Vienna"), "2026-01-11T08:00");
  EXPECT_EQ(Next(Crontab("0 9 * * *"), "2026-07-10T10:00", "Europe/Vienna"), "2026-07-11T07:00");
  EXPECT_EQ(Next(Crontab("0 0 * * *"), "2026-07-10T10:00", "America/New_York"), "2026-07-11T04:00");
  EXPECT_EQ(Next(Crontab("0 9 * * *"), "2050-07-10T10:00", "Europe/Vienna"), "2050-07-11T07:00")
      << "years that the file's table does not reach";
  EXPECT_EQ(Next(Every(1, ingest::IntervalUnit::kDay), "2026-03-28T08:00", "Europe/Vienna"),
            "2026-03-29T07:00");
  EXPECT_EQ(Next(Crontab("0 9 * * *"), "2026-01-10T10:00", "No/Where"), "2026-01-11T09:00");
}

TEST_F(Schedules, WhenClocksAreSetForwardASkippedTimeIsDueAtOnce) {
  NeedZones();
  // 02:30 does not exist in Vienna on 29 March 2026: the clock goes from 02:00 to 03:00 at 01:00Z.
  EXPECT_EQ(Next(Crontab("30 2 * * *"), "2026-03-28T20:00", "Europe/Vienna"), "2026-03-29T01:00");
  EXPECT_EQ(Next(Crontab("30 2 * * *"), "2026-03-29T01:00", "Europe/Vienna"), "2026-03-30T00:30");
  EXPECT_EQ(Next(Crontab("30 * * * *"), "2026-03-29T00:30", "Europe/Vienna"), "2026-03-29T01:30");
}

TEST_F(Schedules, WhenClocksAreSetBackATimeIsDueOnce) {
  NeedZones();
  // 02:30 comes twice on 25 October 2026: at 00:30Z and at 01:30Z.
  EXPECT_EQ(Next(Crontab("30 2 * * *"), "2026-10-24T20:00", "Europe/Vienna"), "2026-10-25T00:30");
  EXPECT_EQ(Next(Crontab("30 2 * * *"), "2026-10-25T00:30", "Europe/Vienna"), "2026-10-26T01:30");
  EXPECT_EQ(Next(Crontab("30 * * * *"), "2026-10-25T00:30", "Europe/Vienna"), "2026-10-25T01:30")
      << "a line of every hour runs in both";
}

TEST(Thresholds, FailuresAndRecoveriesInARow) {
  Config config;
  config.failure_issue_threshold = 2;
  config.recovery_threshold = 2;
  Environment environment{.name = "production"};
  Settle(config, "ok", environment);
  EXPECT_EQ(environment.status, "ok");
  Settle(config, "error", environment);
  EXPECT_EQ(environment.status, "ok") << "one failure is none yet";
  Settle(config, "missed", environment);
  EXPECT_EQ(environment.status, "missed_checkin");
  Settle(config, "ok", environment);
  EXPECT_EQ(environment.status, "missed_checkin");
  Settle(config, "error", environment);
  EXPECT_EQ(environment.status, "error");
  Settle(config, "ok", environment);
  Settle(config, "ok", environment);
  EXPECT_EQ(environment.status, "ok");
}

TEST(TimeZoneFiles, DamagedOnesAreRefused) {
  EXPECT_FALSE(TimeZone::Parse(""));
  EXPECT_FALSE(TimeZone::Parse("TZif"));
  EXPECT_FALSE(TimeZone::Parse("TZif1" + std::string(200, '\0')));
  EXPECT_FALSE(TimeZone::Parse("TZif2" + std::string(200, '\xff')));
  TimeZones zones;
  for (const char* name : {"../../etc/passwd", "/etc/passwd", ""}) {
    EXPECT_EQ(zones.Find(name)->OffsetAt(1'700'000'000), 0) << name;
  }
}

TEST(ConfigForms, TheApiFormAndTheOneOfCheckInsSayTheSame) {
  for (const char* text :
       {R"({"schedule_type":"crontab","schedule":"0 * * * *","timezone":"Europe/Vienna"})",
        R"({"schedule_type":"interval","schedule":[2,"hour"],"checkin_margin":5})"}) {
    const auto config = ReadConfig(*json::ParseObject(text));
    ASSERT_TRUE(config) << text;
    const auto again = ReadConfig(ToJson(*config));
    ASSERT_TRUE(again);
    EXPECT_EQ(json::Serialize(ShowConfig(*config)), json::Serialize(ShowConfig(*again)));
  }
  EXPECT_FALSE(ReadConfig(*json::ParseObject(R"({"schedule_type":"crontab","schedule":"x"})")));
  EXPECT_FALSE(ReadConfig(*json::ParseObject(
      R"({"schedule_type":"crontab","schedule":"0 * * * *","timezone":"Moon/Base"})")));
}

}  // namespace
}  // namespace gatehouse::monitors
