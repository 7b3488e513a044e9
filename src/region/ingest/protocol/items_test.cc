#include <gtest/gtest.h>

#include <string>

#include "base/rng.h"
#include "region/ingest/protocol/attributes.h"
#include "region/ingest/protocol/check_in.h"
#include "region/ingest/protocol/client_report.h"
#include "region/ingest/protocol/outcome.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/replay.h"
#include "region/ingest/protocol/schedule.h"
#include "region/ingest/protocol/session.h"
#include "region/ingest/protocol/time_text.h"
#include "region/ingest/protocol/timezones.h"
#include "region/ingest/protocol/user_report.h"

namespace gatehouse::ingest {
namespace {

// 2026-11-21T12:00:00Z
constexpr Timestamp kNow = Timestamp{1'795'262'400'000'000};
const ItemContext kContext{kNow, std::nullopt, "192.0.2.9", "Agent/1"};

TEST(TimeText, FormsOfRfc3339) {
  EXPECT_EQ(ParseRfc3339("2026-11-21T12:00:00Z"), kNow);
  EXPECT_EQ(ParseRfc3339("2026-11-21 13:30:00.0000019+01:30"), (Timestamp{kNow.micros + 1}));
  EXPECT_EQ(ParseRfc3339("2026-11-21t12:00:00"), kNow);
  EXPECT_EQ(ParseRfc3339("2026-11-21T07:00:00-0500"), kNow);
  EXPECT_EQ(ParseRfc3339("1969-12-31T23:59:59Z"), Timestamp{-1'000'000});
  for (std::string_view text :
       {"", "2026-11-21", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T12:00:00.Z", "2026-11-21T12:00:00+25:00", "2026-11-21T12:00:00Zx",
        "0000-01-01T00:00:00Z", "26-11-21T12:00:00Z", "2026-11-21T12:00Z"}) {
    EXPECT_FALSE(ParseRfc3339(text)) << text;
  }
  EXPECT_FALSE(FromUnixSeconds(1e18));
  EXPECT_FALSE(FromUnixSeconds(-1e18));
  EXPECT_EQ(ParseTime(json::Value(1'795'262'400.25)), (Timestamp{kNow.micros + 250'000}));
  EXPECT_FALSE(ParseTime(json::Value(true)));
  EXPECT_EQ(FormatWithOffset(kNow), "2026-11-21T12:00:00+00:00");
  EXPECT_EQ(FormatWithOffset({kNow.micros + 5}), "2026-11-21T12:00:00.000005+00:00");
}

TEST(Session, EverythingGiven) {
  SeededRng rng(1);
  auto session = ParseSession(
      R"({"sid":"ebe3c719b4e646d4ab76f7213ccfa11e","did":42,"seq":7,"init":true,)"
      R"("started":"2026-11-21T11:00:00Z","timestamp":"2026-11-21T11:30:00Z","status":"crashed",)"
      R"("duration":1.5,"attrs":{"release":" web@1.0 ","environment":"prod",)"
      R"("ip_address":"{{auto}}"}})",
      kContext, rng);
  ASSERT_TRUE(session) << session.error().detail;
  EXPECT_EQ(session->session_id.ToHyphenated(), "ebe3c719-b4e6-46d4-ab76-f7213ccfa11e");
  EXPECT_EQ(session->distinct_id, "42");
  EXPECT_EQ(session->sequence, 7u);
  EXPECT_TRUE(session->init);
  EXPECT_EQ(session->status, SessionStatus::kCrashed);
  EXPECT_EQ(session->errors, 1u);  // forced by the status
  EXPECT_EQ(session->duration, 1.5);
  EXPECT_EQ(session->attributes.release, "web@1.0");
  EXPECT_EQ(session->attributes.ip_address, "192.0.2.9");
  EXPECT_EQ(session->attributes.user_agent, "Agent/1");
}

TEST(Session, Defaults) {
  SeededRng rng(1);
  auto session = ParseSession(
      R"({"started":"2026-11-21T11:00:00Z","attrs":{"release":"1","environment":"a/b"}})", kContext,
      rng);
  ASSERT_TRUE(session);
  EXPECT_FALSE(session->session_id.IsNil());
  EXPECT_EQ(session->sequence, static_cast<std::uint64_t>(kNow.micros / 1000));
  EXPECT_EQ(session->timestamp, kNow);
  EXPECT_EQ(session->status, SessionStatus::kOk);
  EXPECT_EQ(session->errors, 0u);
  EXPECT_EQ(session->attributes.environment, "");
}

TEST(Session, TimestampIsNeverBeforeStart) {
  SeededRng rng(1);
  auto session =
      ParseSession(R"({"started":"2026-11-21T11:00:00Z","timestamp":"2026-11-21T10:00:00Z",)"
                   R"("attrs":{"release":"1"}})",
                   kContext, rng);
  EXPECT_EQ(session->timestamp, session->started);
}

TEST(Session, ClockDriftMovesBothTimes) {
  SeededRng rng(1);
  ItemContext skewed = kContext;
  skewed.sent_at = ParseRfc3339("2026-11-20T12:00:00Z");
  auto session =
      ParseSession(R"({"started":"2026-11-20T11:00:00Z","timestamp":"2026-11-20T11:59:00Z",)"
                   R"("attrs":{"release":"1"}})",
                   skewed, rng);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->started, ParseRfc3339("2026-11-21T11:00:00Z"));
  EXPECT_EQ(session->timestamp, ParseRfc3339("2026-11-21T11:59:00Z"));
  skewed.sent_at = kNow - std::chrono::minutes(54);
  EXPECT_EQ(skewed.Drift(), Duration(0));
}

TEST(Session, WhatIsDropped) {
  SeededRng rng(1);
  for (
      std::string_view text : {
          "",
          "[]",
          R"({"started":"2026-11-21T11:00:00Z"})",
          R"({"attrs":{"release":"1"}})",
          R"({"started":"bogus","attrs":{"release":"1"}})",
          R"({"started":"2026-11-21T11:00:00Z","attrs":{"release":"latest"}})",
          R"({"started":"2026-11-21T11:00:00Z","attrs":{"release":"a\\b"}})",
          R"({"started":"2026-11-15T11:00:00Z","attrs":{"release":"1"}})",
          R"({"started":"2026-11-21T12:02:00Z","attrs":{"release":"1"}})",
          R"({"started":"2026-11-21T11:00:00Z","seq":18446744073709551615,"attrs":{"release":"1"}})",
          R"({"started":"2026-11-21T11:00:00Z","status":"odd","attrs":{"release":"1"}})",
          R"({"started":"2026-11-21T11:00:00Z","sid":"x","attrs":{"release":"1"}})",
          R"({"started":"2026-11-21T11:00:00Z","errors":-1,"attrs":{"release":"1"}})",
      }) {
    auto session = ParseSession(text, kContext, rng);
    ASSERT_FALSE(session) << text;
    EXPECT_EQ(session.error().reason, kInvalidSession);
  }
}

TEST(Sessions, BucketsAreCountedAndBounded) {
  auto sessions = ParseSessions(
      R"({"aggregates":[{"started":"2026-11-21T11:00:00Z","exited":2,"errored":1,"crashed":0},)"
      R"({"started":"2026-11-01T11:00:00Z","exited":2},{"started":"2026-11-21T11:01:00Z",)"
      R"("did":"u","unhandled":3}],"attrs":{"release":"1","environment":"p"}})",
      kContext);
  ASSERT_TRUE(sessions) << sessions.error().detail;
  ASSERT_EQ(sessions->buckets.size(), 2u);  // the old one is left out
  EXPECT_EQ(sessions->buckets[0].Total(), 3u);
  EXPECT_EQ(sessions->buckets[1].distinct_id, "u");
  std::string many = R"({"attrs":{"release":"1"},"aggregates":[)";
  for (int i = 0; i < 101; ++i) {
    many += std::string(i != 0 ? "," : "") + R"({"started":"2026-11-21T11:00:00Z","exited":1})";
  }
  EXPECT_FALSE(ParseSessions(many + "]}", kContext));
  EXPECT_FALSE(ParseSessions(
      R"({"aggregates":[{"started":"2026-11-21T11:00:00Z","exited":-2}],"attrs":{"release":"1"}})",
      kContext));
}

TEST(Crontab, LinesThatHoldAndDoNot) {
  for (std::string_view line :
       {"* * * * *", "*/5 * * * *", "0 0 1 1 *", "1,2,5-9 0-23/2 1-15 jan-MAR mon,Fri", "@daily",
        " @Hourly ", "0 0 29 2 *", "0  0 * * 7", "5/10 * * * ?", "0 0 31 2 1"}) {
    EXPECT_TRUE(Crontab::Parse(line)) << line;
  }
  for (std::string_view line :
       {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *",
        "* * * 13 *", "* * * * 8", "*/0 * * * *", "9-5 * * * *", "a * * * *", "1- * * * *",
        "@reboot", "0 0 30 2 *", "0 0 31 4,6 *", "-1 * * * *", "1,,2 * * * *"}) {
    EXPECT_FALSE(Crontab::Parse(line)) << line;
  }
}

TEST(Crontab, DaysOfMonthAndWeekJoinAsInCron) {
  auto both = Crontab::Parse("0 0 13 * 5");
  EXPECT_TRUE(both->MatchesDay(11, 13, 1));
  EXPECT_TRUE(both->MatchesDay(11, 2, 5));
  EXPECT_FALSE(both->MatchesDay(11, 2, 4));
  auto month_only = Crontab::Parse("0 0 13 * *");
  EXPECT_FALSE(month_only->MatchesDay(11, 2, 5));
  auto sunday = Crontab::Parse("30 4 * * 7");
  EXPECT_TRUE(sunday->MatchesDay(11, 2, 0));
  EXPECT_TRUE(sunday->MatchesTime(4, 30));
  EXPECT_FALSE(sunday->MatchesTime(4, 31));
}

TEST(Schedule, Intervals) {
  auto schedule = ParseSchedule(json::Object{{"type", "interval"}, {"value", 3}, {"unit", "hour"}});
  ASSERT_TRUE(schedule);
  EXPECT_EQ(ParseSchedule(ToJson(*schedule)), schedule);
  EXPECT_FALSE(ParseSchedule(json::Object{{"type", "interval"}, {"value", 0}, {"unit", "hour"}}));
  EXPECT_FALSE(ParseSchedule(json::Object{{"type", "interval"}, {"value", 1}, {"unit", "second"}}));
  EXPECT_FALSE(ParseSchedule(json::Object{{"type", "crontab"}, {"value", "nonsense"}}));
  EXPECT_FALSE(ParseSchedule(json::Object{}));
}

TEST(Timezones, OnlyWholeNames) {
  EXPECT_TRUE(IsKnownTimezone("UTC"));
  EXPECT_TRUE(IsKnownTimezone("Europe/Vienna"));
  EXPECT_TRUE(IsKnownTimezone("America/Argentina/Buenos_Aires"));
  for (std::string_view name : {"", "Europe", "Vienna", "utc", "Europe/Vienna ", "U", " ", "Zul",
                                "Africa/Abidjan Africa/Accra"}) {
    EXPECT_FALSE(IsKnownTimezone(name)) << name;
  }
  EXPECT_TRUE(IsKnownTimezone("Africa/Abidjan"));
  EXPECT_TRUE(IsKnownTimezone("Zulu"));
}

TEST(CheckIn, EverythingGiven) {
  auto check_in = ParseCheckIn(
      R"({"check_in_id":"496f6cf58ec542a9af81dc777f8b44b7","monitor_slug":" Nightly Backup!",)"
      R"("status":"in_progress","duration":2,"environment":"prod","release":"1.0",)"
      R"("monitor_config":{"schedule":{"type":"crontab","value":"*/5 * * * *"},)"
      R"("checkin_margin":2,"max_runtime":10,"timezone":"Europe/Vienna","owner":"team:7",)"
      R"("failure_issue_threshold":2,"recovery_threshold":1},)"
      R"("contexts":{"trace":{"trace_id":"278dce83afe34ca8a8314b928bf086fd"}}})");
  ASSERT_TRUE(check_in) << check_in.error().detail;
  EXPECT_EQ(check_in->monitor_slug, "nightly-backup");
  EXPECT_EQ(check_in->status, CheckInStatus::kInProgress);
  EXPECT_EQ(check_in->trace_id, "278dce83afe34ca8a8314b928bf086fd");
  ASSERT_TRUE(check_in->config);
  EXPECT_EQ(check_in->config->max_runtime, 10);
  EXPECT_EQ(check_in->config->owner, "team:7");
}

TEST(CheckIn, ConfigThatDoesNotHoldIsIgnored) {
  for (std::string_view config :
       {R"({"schedule":{"type":"crontab","value":"61 * * * *"}})", R"({"schedule":7})", "{}",
        R"({"schedule":{"type":"crontab","value":"* * * * *"},"timezone":"Mars/Base"})"}) {
    auto check_in = ParseCheckIn(R"({"monitor_slug":"a","status":"ok","monitor_config":)" +
                                 std::string(config) + "}");
    ASSERT_TRUE(check_in) << config;
    EXPECT_FALSE(check_in->config) << config;
  }
}

TEST(CheckIn, WhatIsRefused) {
  for (std::string_view text :
       {"", "{}", R"({"monitor_slug":"a"})", R"({"monitor_slug":"a","status":"missed"})",
        R"({"monitor_slug":"---","status":"ok"})", R"({"status":"ok"})",
        R"({"monitor_slug":"a","status":"ok","duration":-1})",
        R"({"monitor_slug":"a","status":"ok","check_in_id":"x"})"}) {
    auto check_in = ParseCheckIn(text);
    ASSERT_FALSE(check_in) << text;
    EXPECT_EQ(check_in.error().reason, kInvalidCheckIn);
  }
  EXPECT_EQ(ParseCheckIn(R"({"status":"ok","monitor_slug":")" + std::string(99, 'a') + "\"}")
                ->monitor_slug.size(),
            50u);
}

TEST(CheckIn, CronRouteReadsQueryOrBody) {
  auto query = ParseCronRequest("job", "status=ok&duration=1.5&environment=prod&x=1", "");
  ASSERT_TRUE(query);
  EXPECT_TRUE(query->check_in_id.IsNil());
  EXPECT_EQ(query->duration, 1.5);
  auto body = ParseCronRequest(
      "job", "status=error",
      R"({"status":"ok","monitor_config":{"schedule":{"type":"interval","value":1,"unit":"day"}}})");
  ASSERT_TRUE(body);
  EXPECT_EQ(body->status, CheckInStatus::kOk);
  EXPECT_TRUE(body->config);
  EXPECT_FALSE(ParseCronRequest("job", "", ""));
  EXPECT_FALSE(ParseCronRequest("job", "status=ok&duration=x", ""));
}

TEST(ClientReport, EntriesBecomeOutcomes) {
  auto report = ParseClientReport(
      R"({"timestamp":1795262399,"discarded_events":[{"reason":"sample_rate","category":"span",)"
      R"("quantity":3},{"reason":"x","category":"nonsense","quantity":1},)"
      R"({"reason":"x","category":"error","quantity":0}],"rate_limited_events":)"
      R"([{"reason":"q","category":"error","quantity":2}],"filtered_events":null,)"
      R"("filtered_sampling_events":[{"reason":"Sampled:1","category":"transaction","quantity":1}]})",
      kNow);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->timestamp, kNow - std::chrono::seconds(1));
  ASSERT_EQ(report->entries.size(), 3u);
  EXPECT_EQ(report->entries[0].quantity, 3u);
  EXPECT_EQ(report->entries[0].kind, OutcomeKind::kClientDiscard);
  EXPECT_EQ(report->entries[1].kind, OutcomeKind::kRateLimited);
  EXPECT_EQ(report->entries[2].kind, OutcomeKind::kFiltered);
}

TEST(ClientReport, TimesAreClampedAndJunkIgnored) {
  EXPECT_EQ(ParseClientReport(R"({"timestamp":"2099-01-01T00:00:00Z"})", kNow)->timestamp, kNow);
  EXPECT_EQ(ParseClientReport(R"({"timestamp":0})", kNow)->timestamp,
            kNow - std::chrono::hours(30 * 24));
  EXPECT_EQ(ParseClientReport("{}", kNow)->timestamp, kNow);
  for (std::string_view text : {"", "[]", R"({"discarded_events":7})",
                                R"({"discarded_events":[7]})", R"({"timestamp":"x"})"}) {
    EXPECT_EQ(ParseClientReport(text, kNow).error().reason, kInvalidClientReport) << text;
  }
}

TEST(Outcome, RecordOnTheWire) {
  Outcome outcome;
  outcome.timestamp = kNow;
  outcome.organization_id = 1;
  outcome.project_id = 2;
  outcome.kind = OutcomeKind::kClientDiscard;
  outcome.reason = KnownDiscardReason("before_send");
  outcome.category = DataCategory::kSpan;
  outcome.quantity = 5;
  EXPECT_EQ(json::Serialize(ToJson(outcome)),
            R"({"timestamp":"2026-11-21T12:00:00.000000Z","org_id":1,"project_id":2,"outcome":5,)"
            R"("reason":"before_send","category":12,"quantity":5})");
  EXPECT_EQ(KnownDiscardReason("made up"), "other");
}

TEST(UserReport, FieldsAndLimits) {
  auto report = ParseUserReport(
      R"({"event_id":"a0fd669737f843a493c46fa25f661c62","name":" n ","email":"e@e.e","comments":")" +
      std::string(5000, 'x') + "\"}");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->name, "n");
  EXPECT_EQ(report->comments.size(), 4096u);
  EXPECT_EQ(ParseUserReport("{}").error().reason, kInvalidUserReport);
  EXPECT_FALSE(ParseUserReport("{"));
}

TEST(Feedback, NeedsAMessageAndTakesTheUser) {
  json::Object event = *json::ParseObject(
      R"({"type":"event","user":{"email":"a@b","name":"A"},"contexts":{"feedback":)"
      R"({"message":"hi","name":"B"}}})");
  ASSERT_TRUE(CompleteFeedback(event));
  EXPECT_EQ(json::Serialize(event.at("contexts").at("feedback")),
            R"({"message":"hi","name":"B","contact_email":"a@b"})");
  EXPECT_EQ(event.at("type").as_string(), "feedback");
  json::Object empty = *json::ParseObject(R"({"contexts":{"feedback":{"message":"  "}}})");
  EXPECT_FALSE(CompleteFeedback(empty));
  json::Object none;
  EXPECT_FALSE(CompleteFeedback(none));
}

TEST(Replay, HeaderLineThenData) {
  auto recording = ParseReplayRecording(
      "{\"segment_id\":3}\n\x78\x9C"
      "data");
  ASSERT_TRUE(recording);
  EXPECT_EQ(recording->segment_id, 3);
  EXPECT_TRUE(recording->compressed);
  EXPECT_FALSE(ParseReplayRecording("{\"segment_id\":0}\n[]")->compressed);
  for (std::string_view text :
       {"", "{}", "{}\nx", "{\"segment_id\":-1}\nx", "{\"segment_id\":1}\n"}) {
    EXPECT_FALSE(ParseReplayRecording(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::ingest
