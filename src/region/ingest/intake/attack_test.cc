// What strangers with, and without, a key may try at intake: security cases INTAKE-01 … INTAKE-31,
// over the real stream, store and databases. Nothing of a refused request is stored.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "platform/compress/encode.h"
#include "region/ingest/intake/pipeline_fixture.h"

namespace gatehouse::ingest {
namespace {

using std::string_literals::operator""s;

class IntakeAttack : public PipelineFixture {
 protected:
  IntakeAnswer SendEncoded(std::string_view body, std::string_view encoding) {
    IntakeRequest request = Request(body);
    request.content_encoding = encoding;
    auto answer = Run(intake_->Envelope(request));
    EXPECT_OK(answer);
    return answer.value_or(IntakeAnswer{.status = 0, .body = {}, .headers = {}});
  }
  // Another project of the same organization, with its key.
  projects::Key OtherKey() {
    auto other = Run(projects_->Create(acme_, "blog", "Blog", "", "", By(acme_, admin_)));
    EXPECT_OK(other);
    return Run(projects_->Keys(acme_, other->id))->front();
  }
  json::Object StoredEvent(std::string_view id) {
    auto stored = Run(store_->Get(shop_.id.value, std::string(id)));
    EXPECT_TRUE(stored && *stored);
    if (!stored || !*stored) return {};
    auto event = json::ParseObject((*stored)->payload, {.max_bytes = 8 << 20, .max_depth = 200});
    EXPECT_OK(event);
    return event ? std::move(*event) : json::Object();
  }
};
GATEHOUSE_ON_ALL_ENGINES(IntakeAttack);

// INTAKE-01
TEST_P(IntakeAttack, NoKeyMalformedKeyUnknownKey) {
  const std::string body = Error(kId);
  IntakeRequest request = Request(body);
  request.x_sentry_auth = {};
  EXPECT_EQ(Run(intake_->Envelope(request))->status, 401);
  request.x_sentry_auth = "Sentry sentry_key=short";
  EXPECT_EQ(Run(intake_->Envelope(request))->status, 400);
  const std::string unknown = "Sentry sentry_key=" + std::string(32, 'a');
  request.x_sentry_auth = unknown;
  EXPECT_EQ(Run(intake_->Envelope(request))->status, 403);
  EXPECT_EQ(Process(), 0u);
}

// INTAKE-02
TEST_P(IntakeAttack, KeyOfAnotherProjectAndKeysThatDoNotAgree) {
  const projects::Key other = OtherKey();
  const std::string body = Error(kId);
  IntakeRequest request = Request(body);
  const std::string auth = "Sentry sentry_key=" + other.public_key;
  request.x_sentry_auth = auth;
  EXPECT_EQ(Run(intake_->Envelope(request))->status, 403);
  request = Request(body);
  const std::string query = "sentry_key=" + other.public_key;
  request.query = query;
  EXPECT_EQ(Run(intake_->Envelope(request))->status, 401) << "two sources of credentials";
  const std::string named = "{\"dsn\":\"https://" + other.public_key + "@gate.example/" +
                            other.project.ToString() + "\"}\n" + Item("event", "{}");
  EXPECT_EQ(Send(named).status, 400) << "the envelope says another key";
  EXPECT_EQ(Process(), 0u);
}

// INTAKE-03
TEST_P(IntakeAttack, ABombIsCutAtItsRatio) {
  const std::string bomb = compress::Gzip(std::string(100u << 20, '0'));
  EXPECT_EQ(SendEncoded(bomb, "gzip").status, 413);
  EXPECT_EQ(Process(), 0u);
  EXPECT_EQ(OutcomeCount("invalid", "too_large"), 1);
}

// INTAKE-05, INTAKE-06
TEST_P(IntakeAttack, DoubleUnknownAndDamagedCodings) {
  const std::string plain = Error(kId);
  const std::string packed = compress::Gzip(plain);
  EXPECT_EQ(SendEncoded(packed, "gzip, gzip").status, 415);
  EXPECT_EQ(SendEncoded(packed, "gzip").status, 200);
  EXPECT_EQ(SendEncoded(packed.substr(0, packed.size() - 9), "gzip").status, 400);
  EXPECT_EQ(SendEncoded(packed + "garbage", "gzip").status, 400);
  EXPECT_EQ(SendEncoded(plain, "gzip").status, 400);
  EXPECT_EQ(SendEncoded(compress::Deflate(plain), "deflate").status, 200);
  EXPECT_EQ(SendEncoded(compress::Brotli(plain), "br").status, 200);
  EXPECT_EQ(SendEncoded(plain, "UTF-8").status, 200);
  EXPECT_EQ(Process(), 4u);
}

// INTAKE-11, INTAKE-12
TEST_P(IntakeAttack, DamagedAndOverfullEnvelopes) {
  const std::string head = "{\"event_id\":\"" + std::string(kId) + "\"}\n";
  for (const char* header :
       {R"({"type":"event","length":500})", R"({"type":"event","length":-1})",
        R"({"type":"event","length":9223372036854775808})",
        R"({"type":"event","length":99999999999999999999})", R"({"type":"event","length":1e3})",
        R"({"type":"event","length":"2"})", R"({"length":2})", R"([1])"}) {
    EXPECT_EQ(Send(head + header + "\n{}\n").status, 400) << header;
  }
  EXPECT_EQ(Send("no json\n{}").status, 400);
  EXPECT_EQ(Send("").status, 400);
  EXPECT_EQ(Send(head + Item("event", "{}") + Item("event", "{}")).status, 400);
  std::string many = head;
  for (int i = 0; i < 1001; ++i) many += Item("client_report", "{}");
  EXPECT_EQ(Send(many).status, 413);
  std::string sessions = "{}\n";
  for (int i = 0; i < 101; ++i) sessions += Item("session", "{}");
  EXPECT_EQ(Send(sessions).status, 413);
  EXPECT_EQ(Process(), 0u);
}

// INTAKE-13
TEST_P(IntakeAttack, AnUnknownItemTypeCostsNothing) {
  EXPECT_EQ(Send(Error(kId) + Item("from_the_future", "xyz")).status, 200);
  Process();
  EXPECT_EQ(OnlyIssue().times_seen, 1);
}

// INTAKE-15
TEST_P(IntakeAttack, LimitsOfSizeAndNumber) {
  const std::string head = "{\"event_id\":\"" + std::string(kId) + "\"}\n";
  const std::string large = R"({"message":")" + std::string((1 << 20) + 1, 'x') + "\"}";
  EXPECT_EQ(Send(head + Item("event", large)).status, 413);
  std::string tags = "[";
  for (int i = 0; i < 10'000; ++i) {
    tags += (i ? ",[\"k" : "[\"k") + std::to_string(i) + "\",\"v\"]";
  }
  tags += ",[\"" + std::string(10'240, 'k') + "\",\"v\"]]";
  EXPECT_EQ(Send(head + Item("event", R"({"message":"m","tags":)" + tags + "}")).status, 200);
  Process();
  const json::Object event = StoredEvent(kId);
  for (const json::Value& tag : *json::GetArray(event, "tags")) {
    ASSERT_TRUE(tag.is_array());
    EXPECT_LE(tag.get_array()[0].get_string().size(), 200u);
  }
}

// INTAKE-16
TEST_P(IntakeAttack, DeepJsonIsRefusedWithoutACrash) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const char* field : {"extra", "contexts", "message"}) {
    const std::string event = "{\"" + std::string(field) + "\":{\"a\":" + deep + "}}";
    const IntakeAnswer answer =
        Send("{\"event_id\":\"" + std::string(kId) + "\"}\n" + Item("event", event));
    EXPECT_EQ(answer.status, 400) << field;
    IntakeRequest stored = Request(event);
    EXPECT_EQ(Run(intake_->Store(stored))->status, 400) << field;
  }
  IntakeRequest request = Request(deep);
  EXPECT_EQ(Run(intake_->Store(request))->status, 400);
  Process();
  EXPECT_EQ(Run(issues_->List(acme_, {}))->total, 0);
  EXPECT_EQ(OutcomeCount("invalid", "invalid_json"), 7);
  EXPECT_EQ(OutcomeCount("accepted"), 0);
}

// INTAKE-18, INTAKE-19, INTAKE-20
TEST_P(IntakeAttack, NumbersTextAndTimesOutOfRange) {
  int n = 0;
  for (const std::string& fields :
       {R"("extra":{"a":1e999})"s, R"("extra":{"a":-0,"b":18446744073709551616})"s,
        "\"extra\":{\"a\":"s + std::string(400, '9') + "}", R"("extra":{"a":NaN})"s,
        "\"message\":\"a\xff\xc0\x80 b\\ud800 c\\u0000 d\""s, R"("timestamp":1e18)"s,
        R"("timestamp":-1e18)"s, R"("timestamp":"1970-01-01T00:00:00Z")"s,
        R"("timestamp":"2099-01-01T00:00:00Z")"s, R"("timestamp":"yesterday")"s}) {
    const std::string id = HexId(++n);
    const IntakeAnswer answer =
        Send("{\"event_id\":\"" + id + "\"}\n" + Item("event", "{" + fields + "}"));
    EXPECT_EQ(answer.status, 200) << fields;
  }
  EXPECT_EQ(Send("{\"event_id\":\"" + HexId(50) +
                 "\",\"sent_at\":\"2026-11-21T00:00:00Z\",\"sent_at\":\"2027-11-21T00:00:00Z\"}\n" +
                 Item("event", "{}"))
                .status,
            400);
  Process();
  int kept = 0;
  for (int i = 1; i <= n; ++i) {
    auto stored = Run(store_->Get(shop_.id.value, HexId(i)));
    ASSERT_OK(stored);
    if (!*stored) continue;
    ++kept;
    EXPECT_TRUE(IsValidUtf8((*stored)->payload)) << i;
    EXPECT_EQ((*stored)->payload.find("inf"), std::string::npos) << i;
    EXPECT_GE((*stored)->timestamp, clock().Now() - std::chrono::hours(24 * 31)) << i;
    EXPECT_LE((*stored)->timestamp, clock().Now() + std::chrono::minutes(2)) << i;
  }
  EXPECT_EQ(kept + OutcomeCount("invalid", "invalid_json"), n);
  EXPECT_GE(kept, 6);
}

TEST_P(IntakeAttack, TheNilIdIsNoId) {
  const std::string nil(32, '0');
  const std::string bare = "{\"event_id\":\"" + nil + "\",\"message\":\"x\"}";
  const auto stored = Run(intake_->Store(Request(bare)));
  ASSERT_OK(stored);
  EXPECT_EQ(stored->status, 200);
  EXPECT_EQ(stored->body.find(nil), std::string::npos) << "a new one";
  EXPECT_EQ(Send("{}\n" + Item("event", bare)).status, 200);
  EXPECT_EQ(Send(Error(nil)).status, 400);
  IntakeRequest files = Request("--b--");
  files.content_type = "multipart/form-data; boundary=b";
  EXPECT_EQ(Run(intake_->Attachments(files, nil))->status, 400);
  EXPECT_EQ(Process(), 2u);
  EXPECT_EQ(OnlyIssue().times_seen, 2);
  EXPECT_EQ(OutcomeCount("accepted"), 2);
  const std::string id = stored->body.substr(7, 32);
  EXPECT_TRUE(*Run(store_->Get(shop_.id.value, id))) << stored->body;
}

// The clock went back after it was accepted: the store keeps nothing of so far ahead.
TEST_P(IntakeAttack, WhatTheStoreRefusesIsNotCountedAsAccepted) {
  EXPECT_EQ(Send(Error(HexId(1))).status, 200);
  EXPECT_EQ(Process(), 1u);
  EXPECT_EQ(Send(Error(HexId(2))).status, 200);
  const Timestamp now = clock().Now();
  clock().SetWall(now - std::chrono::hours(72));
  ASSERT_OK(Run(processor_->Step()));
  EXPECT_FALSE(*Run(store_->Get(shop_.id.value, HexId(2))));
  EXPECT_EQ(OutcomeCount("accepted"), 1);
  EXPECT_EQ(OutcomeCount("invalid", "timestamp"), 1);
  // It comes again after a crash: nothing is counted twice.
  StartProcessor();
  EXPECT_EQ(Process(), 1u);
  EXPECT_EQ(OutcomeCount("accepted"), 1);
  EXPECT_EQ(OutcomeCount("invalid", "timestamp"), 1);
  clock().SetWall(now);
  EXPECT_EQ(Send(Error(HexId(3))).status, 200);
  Process();
  EXPECT_EQ(OutcomeCount("accepted"), 2);
  EXPECT_EQ(OutcomeCount("invalid", "timestamp"), 1);
}

// The same of items: what was counted of each is counted over, and what is only a copy is not.
TEST_P(IntakeAttack, ItemsThatTheStoreRefusesAreNotCountedAsAccepted) {
  const auto logs = [](Timestamp first, Timestamp second) {
    const auto log = [](Timestamp at) {
      return "{\"timestamp\":" + std::to_string(at.micros / 1'000'000) +
             R"(,"level":"info","body":"b","trace_id":"5b8efff798038103d269b633813fc60c"})";
    };
    return Item("log", "{\"items\":[" + log(first) + "," + log(second) + "]}",
                R"(,"item_count":2,"content_type":"application/vnd.sentry.items.log+json")");
  };
  const Timestamp now = clock().Now();
  EXPECT_EQ(Send("{}\n" + logs(now, now - std::chrono::days(400))).status, 200);
  Process();
  EXPECT_EQ(Items("log").size(), 1u);
  EXPECT_EQ(OutcomeCount("accepted"), 1);
  EXPECT_EQ(OutcomeCount("invalid", "timestamp"), 1);

  // Everything that one envelope can hold, and the clock goes back before it is stored.
  EXPECT_EQ(
      Send(
          "{\"event_id\":\"" + HexId(1) + "\"}\n" + Item("event", R"({"message":"m"})") +
          Item("attachment", "bytes", R"(,"filename":"a.txt")") +
          Item(
              "check_in",
              R"({"check_in_id":"a460c25ff2554577b920fcfacae4e5eb","monitor_slug":"m","status":"ok"})") +
          Item(
              "session",
              R"({"sid":"7c7b6585-f901-4351-bf8d-02711b721929","init":true,"status":"ok","started":")" +
                  FormatIso8601(now) + R"(","attrs":{"release":"a@1"}})") +
          logs(now, now))
          .status,
      200);
  const std::int64_t accepted = OutcomeCount("accepted");
  clock().SetWall(now - std::chrono::hours(72));
  ASSERT_OK(Run(processor_->Step()));
  EXPECT_TRUE(Items("attachment").empty());
  EXPECT_EQ(Items("log").size(), 1u);
  // The event, five bytes, two logs. The check-in names no monitor that is there.
  EXPECT_EQ(OutcomeCount("invalid", "timestamp"), 1 + 1 + 5 + 2);
  EXPECT_EQ(OutcomeCount("accepted"), accepted);
  EXPECT_EQ(OutcomeCount("invalid", "monitor_not_found"), 1);
  // It comes again after a crash: nothing is counted twice.
  StartProcessor();
  EXPECT_EQ(Process(), 1u);
  EXPECT_EQ(OutcomeCount("invalid", "timestamp"), 1 + 1 + 5 + 2);
  EXPECT_EQ(OutcomeCount("accepted"), accepted);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM outcomes WHERE quantity < 0"), 0);
  clock().SetWall(now);
}

// INTAKE-21: not the latest one wins, as elsewhere in the field, but the first.
TEST_P(IntakeAttack, ASecondEventOfTheSameIdChangesNothing) {
  EXPECT_EQ(Send(Error(kId)).status, 200);
  Process();
  const std::string before = json::Serialize(StoredEvent(kId));
  EXPECT_EQ(Send(Error(kId, "ForgedError")).status, 200);
  Process();
  EXPECT_EQ(json::Serialize(StoredEvent(kId)), before);
  EXPECT_EQ(Run(issues_->List(acme_, {}))->total, 1);
  EXPECT_EQ(OutcomeCount("invalid", "duplicate"), 1);
}

// INTAKE-23
TEST_P(IntakeAttack, NamesThatArePathsReachNoFile) {
  const std::string long_name(1000, 'e');
  int n = 0;
  for (const char* release : {"../../x", "a/b", ".."}) {
    Send(Error(HexId(++n), "TypeError", ",\"release\":\"" + std::string(release) + "\""));
  }
  for (const std::string& environment : {"/"s, "None"s, long_name}) {
    Send(Error(HexId(++n), "TypeError", ",\"environment\":\"" + environment + "\""));
  }
  Send("{\"event_id\":\"" + HexId(++n) + "\"}\n" +
       Item("attachment", "x", R"(,"filename":"..\\..\\a")") +
       Item("attachment", "x", R"(,"filename":"CON")") +
       Item("attachment", "x", R"(,"filename":"a\r\nX: y\".txt")"));
  Process();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM releases"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM environments WHERE name LIKE '%/%' OR name LIKE 'eee%'"),
            0);
  std::vector<std::string> names;
  for (const auto& item : Items("attachment")) names.emplace_back(FieldOf(item, "name"));
  ASSERT_EQ(names.size(), 3u);
  for (const std::string& name : names) {
    EXPECT_EQ(name.find_first_of("/\\\r\n\""), std::string::npos) << name;
    EXPECT_NE(name, "CON");
  }
}

// INTAKE-26
TEST_P(IntakeAttack, AQuotaIsExactUnderManySendersAtOnce) {
  ASSERT_OK(Run(projects_->UpdateKey(acme_, shop_.id, key_.public_key,
                                     {.rate_count = 50, .rate_seconds = 60}, By(acme_, admin_))));
  const std::string auth = Auth();
  const std::string project = shop_.id.ToString();
  std::atomic<int> accepted{0}, limited{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 64; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 3; ++i) {
        const std::string body = Error(HexId(thread * 3 + i));
        IntakeRequest request;
        request.path_project = project;
        request.x_sentry_auth = auth;
        request.received = clock().Now();
        request.body = body;
        auto answer = runtime::RunSync(intake_->Envelope(request));
        if (!answer) continue;
        (answer->status == 200 ? accepted : limited) += 1;
        if (answer->status == 429) {
          int headers = 0;
          for (const auto& [name, value] : answer->headers) {
            headers += name == "Retry-After" || name == "X-Sentry-Rate-Limits";
          }
          EXPECT_EQ(headers, 2);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 50);
  EXPECT_EQ(limited, 142);
  EXPECT_EQ(Process(), 50u);
  EXPECT_EQ(OnlyIssue().times_seen, 50);
  EXPECT_EQ(OutcomeCount("accepted"), 50);
  EXPECT_EQ(OutcomeCount("rate_limited", "key_quota"), 142);
}

// INTAKE-31
TEST_P(IntakeAttack, OriginsThatTheProjectDoesNotName) {
  ASSERT_OK(Run(projects_->Update(
      acme_, shop_.id,
      {.options =
           *json::ParseObject(R"({"allowed_domains":["https://shop.example","*.cdn.example"]})")},
      By(acme_, admin_))));
  const std::string body = Error(kId);
  IntakeRequest request = Request(body);
  for (const char* origin : {"https://evil.example", "null", "https://shop.example.evil.example",
                             "https://xcdn.example", "http://shop.example"}) {
    request.origin = origin;
    EXPECT_EQ(Run(intake_->Envelope(request))->status, 403) << origin;
  }
  EXPECT_EQ(OutcomeCount("invalid", "cors"), 5);
  for (const char* origin : {"https://shop.example", "https://a.cdn.example", ""}) {
    request.origin = origin;
    EXPECT_EQ(Run(intake_->Envelope(request))->status, 200) << origin;
  }
}

}  // namespace
}  // namespace gatehouse::ingest
