// Every kind of data that intake takes, and every route: stored as what it is, and read back.

#include <gtest/gtest.h>

#include <map>

#include "base/text.h"
#include "platform/compress/encode.h"
#include "region/ingest/intake/pipeline_fixture.h"

namespace gatehouse::ingest {
namespace {

using std::string_literals::operator""s;

constexpr std::string_view kTrace = "4c79f60c11214eb38604f4ae0781bfb2";

class KindsTest : public PipelineFixture {
 protected:
  void SetUp() override {
    PipelineFixture::SetUp();
    if (IsSkipped()) return;
    ASSERT_OK(Run(settings_->Update(
        acme_, *json::ParseObject(R"({"attachments":{"store_crash_reports":-1}})"),
        By(acme_, ann_))));
  }
  using Route = Task<IntakeAnswer> (Intake::*)(IntakeRequest);

  IntakeAnswer Post(Route route, const std::string& body, std::string_view content_type = {},
                    std::string_view query = {}) {
    IntakeRequest request = Request(body);
    request.content_type = content_type;
    request.query = query;
    auto answer = Run(((*intake_).*route)(request));
    EXPECT_OK(answer);
    return answer.value_or(IntakeAnswer{.status = 0, .body = {}, .headers = {}});
  }
  std::string Head() const { return "{\"event_id\":\"" + std::string(kId) + "\"}\n"; }
  eventstore::StoredEvent OnlyEvent() {
    auto page = Run(store_->List({.project_id = shop_.id.value, .with_payload = true}));
    EXPECT_OK(page);
    EXPECT_EQ(page->events.size(), 1u);
    return page && !page->events.empty() ? page->events.front() : eventstore::StoredEvent{};
  }
  std::string Seconds() { return std::to_string(clock().Now().Seconds()); }
};
GATEHOUSE_ON_ALL_ENGINES(KindsTest);

TEST_P(KindsTest, AMinidumpAloneMakesAnEventAndIsKept) {
  const IntakeAnswer answer = Post(&Intake::Minidump, "MDMP and more", "application/octet-stream");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/plain");
  EXPECT_EQ(answer.body.size(), 36u);
  EXPECT_EQ(Post(&Intake::Minidump, "no dump", "application/octet-stream").status, 400);
  Process();
  EXPECT_EQ(OnlyIssue().level, "fatal");
  ASSERT_EQ(Items("attachment").size(), 1u);
  EXPECT_EQ(Items("attachment")[0].payload, "MDMP and more");
  EXPECT_EQ(FieldOf(Items("attachment")[0], "attachment_type"), "event.minidump");
  EXPECT_EQ(Items("attachment")[0].event_id, OnlyEvent().event_id);
}

TEST_P(KindsTest, ALimitedCrashIsToldItsIdAndNotStored) {
  ASSERT_OK(Run(projects_->UpdateKey(acme_, shop_.id, key_.public_key,
                                     {.rate_count = 1, .rate_seconds = 60}, By(acme_, admin_))));
  EXPECT_EQ(Post(&Intake::Minidump, "MDMP1", "application/x-dmp").status, 200);
  const IntakeAnswer second = Post(&Intake::Minidump, "MDMP2", "application/x-dmp");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body.size(), 36u);
  Process();
  EXPECT_EQ(OnlyIssue().times_seen, 1) << "no event is made beyond the limit";
  EXPECT_EQ(Items("attachment").size(), 1u);
}

TEST_P(KindsTest, ABareCrashInAnEnvelopeMakesTheEvent) {
  const std::string payload = "\x82\xa7message\xa7" + "crashed"s + "\xa7release\xa3" + "1.0"s;
  const std::string crumbs = "\x81\xa7message\xa5" + "click"s;
  EXPECT_EQ(
      Send(Head() + Item("attachment", payload, R"(,"attachment_type":"event.payload")") +
           Item("attachment", crumbs, R"(,"attachment_type":"event.breadcrumbs")") +
           Item("attachment", "MDMP", R"(,"attachment_type":"event.minidump","filename":"d")"))
          .status,
      200);
  Process();
  const eventstore::StoredEvent event = OnlyEvent();
  EXPECT_EQ(event.event_id, kId);
  EXPECT_EQ(event.release, "1.0");
  EXPECT_NE(event.payload.find("click"), std::string::npos);
  EXPECT_EQ(event.level, "fatal");
  ASSERT_EQ(Items("attachment").size(), 1u) << "what made the event is in it";
  EXPECT_EQ(OutcomeCount("accepted"), 1 + 4) << "an event, and the bytes of the dump";
}

TEST_P(KindsTest, AnUnrealCrashIsUnpacked) {
  const auto number = [](std::uint32_t n) {
    return std::string(reinterpret_cast<const char*>(&n), 4);
  };
  const auto text = [&](const std::string& t) {
    return number(static_cast<std::uint32_t>(t.size())) + t;
  };
  const std::string log = "Log file open";
  const std::string container = "CR1" + text("d") + text("f") + number(0) + number(2) + number(0) +
                                text("UE4Minidump.dmp") + number(4) + "MDMP" + number(1) +
                                text("Demo.log") + number(static_cast<std::uint32_t>(log.size())) +
                                log;
  const std::string body = compress::Deflate(container);
  IntakeRequest request = Request(body);
  request.x_sentry_auth = {};
  request.path_key = key_.public_key;
  request.query = "UserID=login%7Cacc&AppVersion=game%401.0&AppEnvironment=dev";
  auto answer = Run(intake_->Unreal(request));
  ASSERT_OK(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body.size(), 36u);
  const std::string junk = "junk";
  request.body = junk;
  EXPECT_EQ(Run(intake_->Unreal(request))->status, 400);
  Process();
  const eventstore::StoredEvent event = OnlyEvent();
  EXPECT_EQ(event.release, "game@1.0");
  EXPECT_EQ(event.environment, "dev");
  EXPECT_EQ(event.user, "id:login|acc");
  EXPECT_EQ(Items("attachment").size(), 2u);
  EXPECT_EQ(OutcomeCount("invalid", "process_unreal"), 1);
}

TEST_P(KindsTest, AttachmentsOfAnEventThatIsThere) {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"view-hierarchy.json\"\r\n\r\n"
      "{}\r\n--b\r\nContent-Disposition: form-data; name=\"e\"; "
      "filename=\"empty\"\r\n\r\n\r\n--b--";
  IntakeRequest request = Request(body);
  request.content_type = "multipart/form-data; boundary=b";
  EXPECT_EQ(Run(intake_->Attachments(request, std::string(kId)))->status, 201);
  EXPECT_EQ(Run(intake_->Attachments(request, "nonsense"))->status, 400);
  Process();
  const auto items = Items("attachment");
  ASSERT_EQ(items.size(), 2u);
  for (const auto& item : items) EXPECT_EQ(item.event_id, kId);
}

TEST_P(KindsTest, SecurityReportsOfEveryForm) {
  const std::string csp =
      R"({"csp-report":{"document-uri":"https://a.example/","effective-directive":"script-src","blocked-uri":"https://evil.example/x.js"}})";
  EXPECT_EQ(Post(&Intake::Security, csp, "application/csp-report; charset=utf-8",
                 "sentry_environment=prod&sentry_release=1.0")
                .status,
            200);
  EXPECT_EQ(
      Post(
          &Intake::Security,
          R"([{"type":"csp-violation","body":{"documentURL":"https://a.example/","effectiveDirective":"img-src","blockedURL":"https://b.example/i.png"}}])",
          "application/reports+json")
          .status,
      200);
  EXPECT_EQ(Post(&Intake::Security, csp, "image/png").status, 415);
  EXPECT_EQ(Post(&Intake::Security, "{}", "application/json").status, 400);
  EXPECT_EQ(
      Post(
          &Intake::Nel,
          R"([{"type":"network-error","age":5,"url":"https://a.example/","body":{"type":"tcp.refused","phase":"connection","status_code":0,"method":"GET"}}])",
          "application/reports+json")
          .status,
      200);
  Process();
  auto page = Run(issues_->List(acme_, {}));
  ASSERT_OK(page);
  std::map<std::string, std::string> titles;
  for (const auto& issue : page->issues) titles[issue.type] += issue.title + ";";
  EXPECT_NE(titles["csp"].find("Blocked 'script' from 'evil.example'"), std::string::npos);
  EXPECT_NE(titles["csp"].find("Blocked 'image' from 'b.example'"), std::string::npos);
  EXPECT_EQ(page->issues.size(), 3u);
}

TEST_P(KindsTest, CronRouteAndMissingStatus) {
  IntakeRequest request = Request("");
  request.query = "status=in_progress";
  EXPECT_EQ(Run(intake_->Cron(request, "Nightly Job"))->status, 202);
  const std::string with_config =
      R"({"status":"in_progress","monitor_config":{"schedule":{"type":"crontab","value":"0 * * * *"}}})";
  IntakeRequest posted = Request(with_config);
  EXPECT_EQ(Run(intake_->Cron(posted, "Nightly Job"))->status, 202);
  request.query = "status=ok";
  EXPECT_EQ(Run(intake_->Cron(request, "Nightly Job"))->status, 202);
  request.query = "";
  EXPECT_EQ(Run(intake_->Cron(request, "Nightly Job"))->status, 400);
  Process();
  auto monitor = Run(monitors_->Get(acme_, "nightly-job", std::nullopt));
  ASSERT_OK(monitor);
  EXPECT_EQ(monitor->environments.at(0).status, "ok");
  EXPECT_EQ(OutcomeCount("invalid", "monitor_not_found"), 1);
  EXPECT_EQ(OutcomeCount("accepted"), 2);
}

TEST_P(KindsTest, TracesLogsAndMetricsHoweverTheyArrive) {
  const std::string nanos = Seconds() + "000000000";
  EXPECT_EQ(
      Post(&Intake::OtlpTraces,
           R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":")" + std::string(kTrace) +
               R"(","spanId":"fa90fdead5f74052","name":"GET /","startTimeUnixNano":")" + nanos +
               R"(","endTimeUnixNano":")" + nanos + R"("}]}]}]})",
           "application/json")
          .status,
      200);
  EXPECT_EQ(Post(&Intake::OtlpLogs,
                 R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":")" + nanos +
                     R"(","severityNumber":9,"body":{"stringValue":"from otlp"}}]}]}]})",
                 "application/json")
                .status,
            200);
  const std::string log = "{\"items\":[{\"timestamp\":" + Seconds() + ",\"trace_id\":\"" +
                          std::string(kTrace) +
                          "\",\"level\":\"warn\",\"body\":\"from sdk\",\"attributes\":{}},{}]}";
  EXPECT_EQ(Send("{}\n" +
                 Item("log", log,
                      R"(,"item_count":2,"content_type":"application/vnd.sentry.items.log+json")") +
                 Item("statsd", "hits:1|c|#a:b\nbroken\n"))
                .status,
            200);
  Process();
  ASSERT_EQ(Items("span").size(), 1u);
  EXPECT_EQ(Items("span")[0].text, "GET /");
  EXPECT_EQ(Items("log").size(), 2u);
  ASSERT_EQ(Items("statsd").size(), 1u);
  EXPECT_EQ(Items("statsd")[0].text, "hits");
  EXPECT_EQ(OutcomeCount("invalid", "invalid_log"), 1);
  auto found = Run(store_->ListItems(
      {.project_id = shop_.id.value, .type = "log", .text = "OTLP", .with_payload = true}));
  ASSERT_OK(found);
  EXPECT_EQ(found->items.size(), 1u);
}

TEST_P(KindsTest, ProfilesAndReplays) {
  EXPECT_EQ(Send(Head() +
                 Item("replay_event", "{\"replay_id\":\"" + std::string(kId) +
                                          "\",\"segment_id\":0,\"type\":\"replay_event\"}") +
                 Item("replay_recording", "{\"segment_id\":0}\n[]") +
                 Item("profile_chunk", R"({"platform":"node","chunk_id":"c1","profiler_id":"p"})"))
                .status,
            200);
  EXPECT_EQ(Send("{}\n" + Item("replay_recording", "no header")).status, 200);
  Process();
  ASSERT_EQ(Items("replay_event").size(), 1u);
  EXPECT_EQ(FieldOf(Items("replay_event")[0], "replay_id"), kId);
  ASSERT_EQ(Items("replay_recording").size(), 1u);
  EXPECT_EQ(Items("replay_recording")[0].event_id, kId);
  ASSERT_EQ(Items("profile_chunk").size(), 1u);
  EXPECT_EQ(FieldOf(Items("profile_chunk")[0], "chunk_id"), "c1");
  EXPECT_EQ(OutcomeCount("invalid", "invalid_replay"), 1);
}

TEST_P(KindsTest, SessionsBecomeCountsAndReleases) {
  const std::string at = FormatIso8601(clock().Now());
  const std::string session =
      "{\"sid\":\"83a7c03ed0a04e1b97e2e3b18d38f244\",\"init\":true,\"did\":\"ann\",\"started\":\"" +
      at + "\",\"status\":\"ok\",\"attrs\":{\"release\":\"shop@2.0\"}}";
  std::string crashed = session;
  crashed.replace(crashed.find("\"init\":true"), 11, "\"init\":false");
  crashed.replace(crashed.find("\"ok\""), 4, "\"crashed\"");
  EXPECT_EQ(Send("{}\n" + Item("session", session)).status, 200);
  EXPECT_EQ(Send("{}\n" + Item("session", crashed)).status, 200);
  Process();
  auto health =
      Run(sessions_->ReleaseHealth(acme_, shop_.id, {}, clock().Now() - std::chrono::hours(24),
                                   clock().Now() + std::chrono::hours(1)));
  ASSERT_OK(health);
  ASSERT_EQ(health->size(), 1u);
  EXPECT_EQ(health->front().release, "shop@2.0");
  EXPECT_EQ(health->front().counts.sessions, 1);
  EXPECT_EQ(health->front().counts.crashed, 1);
  EXPECT_EQ(Items("session").size(), 1u) << "updates of one session replace each other";
  EXPECT_TRUE(Run(projects_->Get(acme_, "shop"))->Has(projects::kHasSessions));
}

TEST_P(KindsTest, ARecordThatComesAgainIsCountedOnce) {
  const std::string at = FormatIso8601(clock().Now());
  Send(
      "{}\n" +
      Item("session",
           "{\"init\":true,\"started\":\"" + at + "\",\"attrs\":{\"release\":\"shop@2.0\"}}") +
      Item(
          "check_in",
          R"({"monitor_slug":"job","status":"in_progress","monitor_config":{"schedule":{"type":"crontab","value":"0 * * * *"}}})") +
      Item("client_report",
           R"({"discarded_events":[{"reason":"sample_rate","category":"error","quantity":3}]})") +
      Item("statsd", "hits:1|c"));
  Process();
  // As if the process had ended after the transaction and before the position was written.
  stream_->Stop();
  stream_.reset();
  std::filesystem::remove(folder_ / "stream" / "ingest" / "groups");
  auto stream = stream::embedded::OpenStream({.folder = folder_ / "stream"}, clock(), *files_);
  ASSERT_OK(stream);
  stream_ = std::move(*stream);
  StartProcessor();
  Process(*processor_);
  EXPECT_EQ(Number("SELECT SUM(sessions) FROM session_counts"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM monitor_check_ins"), 1);
  EXPECT_EQ(OutcomeCount("client_discard", "sample_rate"), 3);
  EXPECT_EQ(OutcomeCount("accepted"), 2);
  EXPECT_EQ(Items("statsd").size(), 1u);
}

TEST_P(KindsTest, AReportBeforeAndAfterItsEvent) {
  const std::string report = "{\"event_id\":\"" + std::string(kId) +
                             "\",\"name\":\"Ann\",\"email\":\"a@example.com\",\"comments\":\"it "
                             "broke\"}";
  Send(Head() + Item("user_report", report));
  Process();
  auto list = Run(feedback_->List(acme_, {}));
  ASSERT_OK(list);
  ASSERT_EQ(list->size(), 1u);
  EXPECT_FALSE(list->front().issue_id);
  Send(Error(kId));
  Process();
  EXPECT_EQ(*Run(feedback_->LinkLate()), 1);
  EXPECT_EQ(Run(feedback_->List(acme_, {}))->front().issue_id, OnlyIssue().id.value);
  clock().Advance(std::chrono::minutes(2));
  std::string other = report;
  other.replace(other.find("it broke"), 8, "again it");
  Send(Head() + Item("user_report", other));
  Process();
  EXPECT_EQ(Run(feedback_->List(acme_, {}))->front().comments, "again it");
  clock().Advance(std::chrono::minutes(6));
  Send(Head() + Item("user_report", report));
  Process();
  EXPECT_EQ(Run(feedback_->List(acme_, {}))->front().comments, "again it") << "frozen by now";
  EXPECT_TRUE(Run(feedback_->List(MakeOrg("other", UserId{20}), {}))->empty());
}

}  // namespace
}  // namespace gatehouse::ingest
