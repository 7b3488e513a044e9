// The pages of transactions, traces, releases, logs, crons, feedback and replays: what they show of
// what was sent, to whom, and what hostile senders get.

#include "app/pages_fixture.h"
#include "region/monitors/policy.h"
#include "region/monitors/store.h"
#include "region/sessions/store.h"

namespace gatehouse::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::string_view kHostile = "\"><script>alert(1)</script>";
const std::string kTrace(32, 'c');

class MonitoringPagesTest : public PagesTest {
 protected:
  void SetUp() override {
    PagesTest::SetUp();
    if (IsSkipped()) return;
    blog_ = Create(acme_, "blog", "Blog");
    theirs_ = Create(beta_, "theirs", "Theirs");
    // Lists leave out projects that have sent nothing of a kind.
    Execute("UPDATE projects SET flags = 511");
  }
  Timestamp Now() { return app().clock.Now(); }
  static std::string Acme(std::string_view rest) {
    return "/organizations/acme/" + std::string(rest);
  }
  static std::size_t Times(const std::string& page, std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) {
      ++count;
    }
    return count;
  }
  static std::string Id(int n) {
    const std::string digits = std::to_string(n);
    return std::string(32 - digits.size(), 'a') + digits;
  }

  eventstore::StoredEvent Transaction(int n, const std::string& name, Duration took,
                                      const std::string& status = "ok") {
    eventstore::StoredEvent event;
    event.project_id = shop_.id.value;
    event.event_id = Id(n);
    event.timestamp = Now() - minutes(n);
    event.received = event.timestamp;
    event.type = "transaction";
    event.transaction = name;
    event.title = name;
    event.duration = took;
    event.environment = "production";
    event.trace_id = kTrace;
    event.span_id = "aaaaaaaaaaaaaaaa";
    event.tags = {{std::string(eventstore::kTagTransactionStatus), status}, {"shop", "north"}};
    const double end = static_cast<double>(event.timestamp.micros) / 1e6;
    const double start = end - static_cast<double>(took.count()) / 1e6;
    json::Object payload{
        {"type", "transaction"},
        {"transaction", name},
        {"start_timestamp", start},
        {"timestamp", end},
        {"contexts", json::Object{{"trace", json::Object{{"span_id", event.span_id},
                                                         {"trace_id", kTrace},
                                                         {"op", "http.server"},
                                                         {"status", status}}}}},
        {"measurements",
         json::Object{{"lcp", json::Object{{"value", 1234.5}, {"unit", "millisecond"}}}}},
        {"spans", json::Array{json::Object{{"span_id", "bbbbbbbbbbbbbbbb"},
                                           {"parent_span_id", event.span_id},
                                           {"op", "db"},
                                           {"description", "SELECT * FROM books"},
                                           {"start_timestamp", start},
                                           {"timestamp", end}}}}};
    event.payload = json::Serialize(payload);
    return event;
  }
  void Store(eventstore::StoredEvent event) {
    std::vector<eventstore::StoredEvent> events;
    events.push_back(std::move(event));
    const auto outcome = Do(this->events().services().store.Insert(std::move(events)));
    EXPECT_TRUE(outcome.refused.empty());
  }
  void Store(eventstore::StoredItem item) {
    std::vector<eventstore::StoredItem> items;
    items.push_back(std::move(item));
    const auto outcome = Do(events().services().store.InsertItems(std::move(items)));
    EXPECT_TRUE(outcome.refused.empty());
  }
  eventstore::StoredItem Item(std::string type, int n, std::string text, std::string payload) {
    return {.project_id = shop_.id.value,
            .type = std::move(type),
            .id = Id(n),
            .timestamp = Now() - minutes(n),
            .text = std::move(text),
            .payload = std::move(payload)};
  }
  void StoreLog(int n, const std::string& text, const std::string& level = "info") {
    eventstore::StoredItem log =
        Item("log", n, text,
             R"({"attributes":{"order":{"type":"integer","value":77},"sentry.environment":)"
             R"({"type":"string","value":"production"}}})");
    log.fields = {{"level", level}, {"trace_id", kTrace}};
    Store(std::move(log));
  }
  monitors::Monitor MakeMonitor(const std::string& name) {
    auto config = *monitors::ReadConfig(*json::ParseObject(
        R"({"schedule_type":"crontab","schedule":"30 3 * * *","timezone":"UTC"})"));
    members::Caller caller;
    caller.actor.user = owner_;
    caller.member = MemberOf(acme_, owner_);
    caller.scopes = AllScopes();
    return Do(
        events().services().monitors.Create(acme_, shop_.id, "", name, std::move(config), caller));
  }
  void CheckIn(const monitors::Monitor& monitor, const std::string& status, int n) {
    auto done = app().db->WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
      GH_TRY_VOID(monitors::store::InsertCheckIn(tx, monitor,
                                                 {.id = app().ids->NextValue(),
                                                  .guid = Id(n),
                                                  .environment = "production",
                                                  .status = status,
                                                  .duration_millis = 1500,
                                                  .release = "",
                                                  .trace_id = "",
                                                  .created_at = Now() - minutes(n)}));
      return monitors::store::PutEnvironment(tx, monitor,
                                             {.name = "production",
                                              .status = status,
                                              .last_check_in = Now() - minutes(n),
                                              .next_check_in = Now() + hours(1)});
    });
    EXPECT_TRUE(done.has_value());
  }
  void CountSessions(const std::string& release, std::int64_t sessions, std::int64_t crashed) {
    sessions::Tally tally;
    sessions::Counts& counts =
        tally[{acme_, shop_.id, release, "production", Now().micros / 3'600'000'000}];
    counts.sessions = sessions;
    counts.crashed = crashed;
    counts.errored = crashed;
    for (std::int64_t i = 0; i < sessions; ++i) {
      counts.users.Add("user" + std::to_string(i));
      counts.duration_parts.Add(i % 3 == 0 ? minutes(50) : minutes(2));
    }
    counts.durations = sessions;
    counts.duration = sessions * minutes(18);
    counts.users_crashed.Add("user0");
    auto done = app().db->WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) {
      return sessions::store::Apply(tx, *app().ids, tally, Now());
    });
    EXPECT_TRUE(done.has_value());
  }

  projects::Project blog_, theirs_;
};
GATEHOUSE_ON_ALL_ENGINES(MonitoringPagesTest);

TEST_P(MonitoringPagesTest, AnEmptyPageSaysHowToGetTheFirstOne) {
  Execute("UPDATE projects SET flags = 0");
  EXPECT_TRUE(Has(Show(Acme("transactions/")), "tracesSampleRate"));
  EXPECT_TRUE(Has(Show(Acme("releases/")), "sentry-cli releases new"));
  EXPECT_TRUE(Has(Show(Acme("logs/")), "enableLogs"));
  EXPECT_TRUE(Has(Show(Acme("logs/?tab=metrics")), "Sentry.metrics"));
  EXPECT_TRUE(Has(Show(Acme("monitors/")), "sentry-cli monitors run"));
  EXPECT_TRUE(Has(Show(Acme("feedback/")), "captureFeedback"));
  EXPECT_TRUE(Has(Show(Acme("replays/")), "replayIntegration"));
}

TEST_P(MonitoringPagesTest, TransactionsAreShownByNameWithTheirDurations) {
  for (int i = 1; i <= 20; ++i) {
    Store(Transaction(i, "GET /books", milliseconds(i), i == 1 ? "internal_error" : "ok"));
  }
  Store(Transaction(21, "POST /pay", milliseconds(900)));
  const std::string list = Show(Acme("transactions/"));
  EXPECT_TRUE(Has(list, "GET /books"));
  EXPECT_TRUE(Has(list, "10 ms")) << "the median";
  EXPECT_TRUE(Has(list, "5.00 %")) << "one of twenty failed";
  EXPECT_LT(list.find("GET /books"), list.find("POST /pay")) << "the most frequent one first";
  const std::string slowest = Show(Acme("transactions/?sort=p95"));
  EXPECT_LT(slowest.find("POST /pay"), slowest.find("GET /books"));
  EXPECT_FALSE(Has(Show(Acme("transactions/?query=pay")), "GET /books"));
  EXPECT_FALSE(Has(Show(Acme("transactions/?project=blog")), "GET /books"));
  EXPECT_FALSE(Has(Show(Acme("transactions/?environment=staging")), "GET /books"));

  const std::string one = Show(Acme("transactions/shop/?name=GET%20%2Fbooks"));
  EXPECT_EQ(Times(one, "data-label=\"Duration\""), 20u);
  EXPECT_TRUE(Has(one, "internal_error"));
  EXPECT_FALSE(Has(one, "POST /pay"));
}

TEST_P(MonitoringPagesTest, ATransactionIsATreeOfItsSpans) {
  Store(Transaction(1, "GET /books", milliseconds(250)));
  eventstore::StoredItem file = Item("attachment", 2, "shot.png", "png");
  file.event_id = Id(1);
  file.fields = {{"name", "shot.png"}, {"size", "3"}};
  Store(std::move(file));
  const std::string page = Show(Acme("transactions/shop/" + Id(1) + "/"));
  for (const std::string_view text :
       {"SELECT * FROM books", "http.server", "<rect", "1.23 s", "north", "shot.png"}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
  EXPECT_TRUE(Has(page, Acme("traces/" + kTrace + "/")));
  EXPECT_EQ(Open(owner_login_, Acme("transactions/blog/" + Id(1) + "/")).status, 404);
  EXPECT_EQ(Open(owner_login_, Acme("transactions/shop/" + Id(9) + "/")).status, 404);
}

TEST_P(MonitoringPagesTest, ATransactionOfManySpansIsShownInPart) {
  eventstore::StoredEvent event = Transaction(1, "GET /books", milliseconds(250));
  json::Object payload = *json::ParseObject(event.payload);
  json::Array spans;
  for (int i = 0; i < 1'200; ++i) {
    spans.push_back(json::Object{{"span_id", "s" + std::to_string(i)},
                                 {"parent_span_id", i == 0 ? "" : "s" + std::to_string(i - 1)},
                                 {"description", "nested " + std::to_string(i)},
                                 {"start_timestamp", payload.at("start_timestamp")},
                                 {"timestamp", payload.at("timestamp")}});
  }
  payload["spans"] = std::move(spans);
  event.payload = json::Serialize(payload);
  Store(std::move(event));
  const std::string page = Show(Acme("transactions/shop/" + Id(1) + "/"));
  EXPECT_EQ(Times(page, "<rect"), 500u);
  EXPECT_TRUE(Has(page, "the first 500 of 1201"));
  EXPECT_TRUE(Has(page, "deeper spans"));
}

TEST_P(MonitoringPagesTest, ATraceHoldsWhatAllProjectsSentOfIt) {
  Store(Transaction(1, "GET /books", milliseconds(250)));
  eventstore::StoredEvent error;
  error.project_id = blog_.id.value;
  error.event_id = Id(2);
  error.timestamp = Now() - minutes(1);
  error.type = "error";
  error.group_id = 42;
  error.title = "TypeError: boom";
  error.trace_id = kTrace;
  error.span_id = "bbbbbbbbbbbbbbbb";
  error.payload = "{}";
  Store(std::move(error));
  eventstore::StoredEvent foreign = Transaction(3, "SECRET", milliseconds(1));
  foreign.project_id = theirs_.id.value;
  Store(std::move(foreign));
  StoreLog(1, "paid with a card");
  eventstore::StoredItem span =
      Item("span", 1, "standalone work",
           R"({"span_id":"dddddddddddddddd","parent_span_id":"aaaaaaaaaaaaaaaa"})");
  span.fields = {{"trace_id", kTrace}, {"status", "ok"}};
  Store(std::move(span));
  const std::string page = Show(Acme("traces/" + kTrace + "/"));
  for (const std::string_view text : {"GET /books", "SELECT * FROM books", "TypeError: boom",
                                      "paid with a card", "standalone work", "2 projects"}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
  EXPECT_TRUE(Has(page, Acme("issues/42/?event=" + Id(2))));
  EXPECT_FALSE(Has(page, "SECRET")) << "another organization's part of the same trace";
  EXPECT_TRUE(Has(Show(Acme("traces/" + std::string(32, 'd') + "/")), "Nothing of this trace"));
  EXPECT_EQ(Open(owner_login_, Acme("traces/nonsense/")).status, 404);
}

TEST_P(MonitoringPagesTest, ReleasesShowTheirHealth) {
  CountSessions("shop@1.0.0", 200, 3);
  const std::string list = Show(Acme("releases/"));
  EXPECT_TRUE(Has(list, "shop@1.0.0"));
  EXPECT_TRUE(Has(list, "98.50 %"));
  EXPECT_TRUE(Has(list, "Adopted"));
  EXPECT_FALSE(Has(Show(Acme("releases/?query=2.0")), "shop@1.0.0"));
  EXPECT_FALSE(Has(Show(Acme("releases/?project=blog")), "shop@1.0.0"));
  const std::string page = Show(Acme("releases/shop%401.0.0/"));
  for (const std::string_view text :
       {"98.50 %", "200", "<path", "Median length", "Mean length", "Issues first seen in it"}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
  EXPECT_TRUE(Has(Show(Acme("releases/shop%401.0.0/?period=14d")), "<path"));
  EXPECT_EQ(Open(owner_login_, Acme("releases/none/")).status, 404);
  // Sessions are counted in this one: it is archived, not deleted.
  EXPECT_TRUE(Has(page, "Delete this release"));
  const http::Response kept = Post(owner_login_, Acme("releases/shop%401.0.0/"),
                                   {{"op", "delete"}, {"confirm", "shop@1.0.0"}});
  EXPECT_EQ(kept.status, 400);
  EXPECT_TRUE(Has(kept.body, "Archive it in place of removing it."));
}

TEST_P(MonitoringPagesTest, AReleaseIsFinishedAndArchivedByThoseWhoMay) {
  CountSessions("shop@1.0.0", 1, 0);
  const std::string target = Acme("releases/shop%401.0.0/");
  EXPECT_EQ(Post(owner_login_, target, {{"op", "finish"}}).status, 302);
  EXPECT_TRUE(Has(Show(target), "finished"));
  EXPECT_EQ(Post(owner_login_, target, {{"op", "archive"}}).status, 302);
  EXPECT_FALSE(Has(Show(Acme("releases/")), "shop@1.0.0"));
  EXPECT_TRUE(Has(Show(Acme("releases/?status=archived")), "shop@1.0.0"));
  EXPECT_EQ(Post(owner_login_, target, {{"op", "burn"}}).status, 400);
  EXPECT_EQ(Post(owner_login_, target, {{"op", "restore"}}, false).status, 403)
      << "without its token";
  EXPECT_TRUE(Has(Show(Acme("releases/?status=archived")), "shop@1.0.0"));
}

TEST_P(MonitoringPagesTest, AReleaseIsDeletedByWhoTypesItsName) {
  Do(events().services().releases.Create(acme_, "gone@1", {shop_}, {}, ""));
  const std::string target = Acme("releases/gone%401/");
  EXPECT_TRUE(Has(Show(target), "Type <code>gone@1</code> to confirm"));
  const http::Response wrong = Post(owner_login_, target, {{"op", "delete"}, {"confirm", "gone"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(Post(owner_login_, target, {{"op", "delete"}, {"confirm", "gone@1"}}, false).status,
            403)
      << "without its token";
  EXPECT_EQ(Open(owner_login_, target).status, 200);
  EXPECT_EQ(Post(owner_login_, target, {{"op", "delete"}, {"confirm", "gone@1"}}).status, 302);
  EXPECT_EQ(Open(owner_login_, target).status, 404);
}

TEST_P(MonitoringPagesTest, LogsAreSearchedAndFiltered) {
  StoreLog(1, "order paid");
  StoreLog(2, "card refused", "error");
  const std::string list = Show(Acme("logs/"));
  EXPECT_LT(list.find("order paid"), list.find("card refused")) << "the newest first";
  EXPECT_TRUE(Has(list, "77")) << "an attribute";
  EXPECT_TRUE(Has(list, Acme("traces/" + kTrace + "/")));
  EXPECT_FALSE(Has(Show(Acme("logs/?query=PAID")), "card refused"));
  EXPECT_FALSE(Has(Show(Acme("logs/?level=error")), "order paid"));
  EXPECT_TRUE(Has(Show(Acme("logs/?level=error")), "card refused"));
  EXPECT_FALSE(Has(Show(Acme("logs/?environment=staging")), "order paid"));
  EXPECT_TRUE(Has(Show(Acme("logs/?environment=production")), "order paid"));
  EXPECT_FALSE(Has(Show(Acme("logs/?trace=" + std::string(32, 'd'))), "order paid"));
  EXPECT_FALSE(Has(Show(Acme("logs/?project=blog")), "order paid"));
}

TEST_P(MonitoringPagesTest, LogsGoOnPageByPage) {
  for (int i = 1; i <= 120; ++i) StoreLog(i, "line " + std::to_string(i) + ".");
  std::string target = Acme("logs/");
  std::size_t lines = 0;
  for (int pages = 0; pages < 10 && !target.empty(); ++pages) {
    const std::string page = Show(target);
    lines += Times(page, "class=\"when\"");
    EXPECT_LE(Times(page, "class=\"when\""), 50u);
    const std::size_t next = page.find("rel=\"next\" href=\"");
    target.clear();
    if (next == std::string::npos) break;
    const std::size_t begin = next + 17;
    target = page.substr(begin, page.find('"', begin) - begin);
    for (std::size_t at; (at = target.find("&amp;")) != std::string::npos;) target.erase(at + 1, 4);
  }
  EXPECT_EQ(lines, 120u);
}

TEST_P(MonitoringPagesTest, MetricsHaveTheirTab) {
  eventstore::StoredItem metric =
      Item("trace_metric", 1, "orders.paid", R"({"value":3,"unit":"none","attributes":{}})");
  metric.fields = {{"type", "counter"}, {"trace_id", kTrace}};
  Store(std::move(metric));
  eventstore::StoredItem old =
      Item("statsd", 2, "cart.size", R"({"value":[1,2,3],"unit":"item","tags":{"shop":"north"}})");
  old.fields = {{"type", "d"}, {"unit", "item"}};
  Store(std::move(old));
  const std::string page = Show(Acme("logs/?tab=metrics"));
  for (const std::string_view text : {"orders.paid", "counter", "cart.size", "1, 2, 3", "north"}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
}

TEST_P(MonitoringPagesTest, CronsShowTheirRuns) {
  const monitors::Monitor monitor = MakeMonitor("Nightly backup");
  EXPECT_TRUE(Has(Show(Acme("monitors/")), "It has not checked in yet"));
  for (int i = 1; i <= 60; ++i) CheckIn(monitor, i % 10 == 0 ? "error" : "ok", i);
  const std::string list = Show(Acme("monitors/"));
  EXPECT_TRUE(Has(list, "Nightly backup"));
  EXPECT_TRUE(Has(list, "Every day at 03:30"));
  EXPECT_EQ(Times(list, "<rect"), 30u);
  EXPECT_FALSE(Has(Show(Acme("monitors/?query=hourly")), "Nightly backup"));
  const std::string page = Show(Acme("monitors/" + monitor.guid + "/"));
  EXPECT_EQ(Times(page, "data-label=\"Duration\""), 30u);
  EXPECT_TRUE(Has(page, "1.50 s"));
  EXPECT_TRUE(Has(page, "sentry-cli monitors run nightly-backup"));
  EXPECT_TRUE(Has(page, "/cron/nightly-backup/"));
  EXPECT_TRUE(Has(page, "rel=\"next\""));
}

TEST_P(MonitoringPagesTest, AMonitorIsMadeChangedPausedAndDeleted) {
  const Fields typed{{"project", "shop"},      {"name", "Nightly"},
                     {"monitor_slug", ""},     {"schedule_type", "crontab"},
                     {"crontab", "0 9 * * 1"}, {"timezone", "Europe/Vienna"},
                     {"margin", "5"},          {"max_runtime", ""},
                     {"failures", "2"},        {"recoveries", ""},
                     {"interval", "1"},        {"unit", "hour"}};
  EXPECT_TRUE(Has(Show(Acme("monitors/new/")), "Crontab line"));
  const http::Response made = Post(owner_login_, Acme("monitors/new/"), typed);
  ASSERT_EQ(made.status, 302) << made.body;
  const std::string here(made.headers.Get("Location"));
  EXPECT_TRUE(Has(Show(here), "Every Monday at 09:00 (Europe/Vienna)"));
  EXPECT_TRUE(Has(Show(here), "2 failures in a row"));

  Fields other = typed;
  other[1].second = "Weekly";
  other[2].second = "weekly";
  other[3].second = "interval";
  EXPECT_TRUE(Has(Show(here + "edit/"), "0 9 * * 1"));
  EXPECT_EQ(Post(owner_login_, here + "edit/", other).status, 302);
  EXPECT_TRUE(Has(Show(here), "Every hour"));

  EXPECT_EQ(Post(owner_login_, here, {{"op", "pause"}}).status, 302);
  EXPECT_TRUE(Has(Show(here), "Paused"));
  EXPECT_EQ(Post(owner_login_, here, {{"op", "resume"}}).status, 302);
  EXPECT_EQ(Post(owner_login_, here, {{"op", "burn"}}).status, 400);

  Fields wrong = typed;
  wrong[4].second = "every day";
  const http::Response refused = Post(owner_login_, Acme("monitors/new/"), wrong);
  EXPECT_EQ(refused.status, 400);
  EXPECT_TRUE(Has(refused.body, "role=\"alert\""));
  EXPECT_TRUE(Has(refused.body, "every day")) << "what was typed is still there";
  wrong = typed;
  wrong[6].second = "soon";
  EXPECT_EQ(Post(owner_login_, Acme("monitors/new/"), wrong).status, 400);

  EXPECT_EQ(Post(owner_login_, here, {{"op", "delete"}}, false).status, 403) << "without its token";
  EXPECT_EQ(Post(owner_login_, here, {{"op", "delete"}}).status, 302);
  EXPECT_EQ(Open(owner_login_, here).status, 404);
}

TEST_P(MonitoringPagesTest, AMonitorAndItsEnvironmentsAreMutedAndForgotten) {
  const monitors::Monitor monitor = MakeMonitor("Nightly backup");
  CheckIn(monitor, "error", 1);
  const std::string here = Acme("monitors/" + monitor.guid + "/");
  EXPECT_FALSE(Has(Show(here), "Muted"));
  EXPECT_TRUE(Has(Show(here), "aria-label=\"Mute production\""));
  const Fields mute_one{{"op", "mute"}, {"environment", "production"}};
  EXPECT_EQ(Post(owner_login_, here, mute_one, false).status, 403) << "without its token";
  EXPECT_FALSE(Has(Show(here), "Muted"));
  EXPECT_EQ(Post(owner_login_, here, mute_one).status, 302);
  EXPECT_TRUE(Has(Show(here), "Muted"));
  EXPECT_TRUE(Has(Show(here), "aria-label=\"Unmute production\""));
  EXPECT_EQ(Times(Show(Acme("monitors/")), ">Muted<"), 1u);
  EXPECT_EQ(Post(owner_login_, here, {{"op", "mute"}}).status, 302);
  EXPECT_EQ(Times(Show(Acme("monitors/")), ">Muted<"), 2u) << "the monitor, too";
  EXPECT_TRUE(Has(Show(here), "makes no issue and no mail"));
  EXPECT_EQ(Post(owner_login_, here, {{"op", "unmute"}}).status, 302);
  EXPECT_EQ(Post(owner_login_, here, {{"op", "unmute"}, {"environment", "production"}}).status,
            302);
  EXPECT_FALSE(Has(Show(here), "Muted"));
  EXPECT_EQ(Post(owner_login_, here, {{"op", "mute"}, {"environment", "nowhere"}}).status, 404);

  EXPECT_TRUE(Has(Show(here), "Delete an environment"));
  EXPECT_EQ(Post(owner_login_, here, {{"op", "forget"}, {"environment", "production"}}).status,
            302);
  EXPECT_FALSE(Has(Show(here), "Delete an environment"));
  EXPECT_TRUE(Has(Show(here), "It has not checked in yet"));
}

TEST_P(MonitoringPagesTest, FeedbackIsOneListWithWhatBelongsToIt) {
  Store(Item("feedback", 3, "I like it",
             R"({"contexts":{"feedback":{"message":"I like it","contact_email":"ann@example.com",)"
             R"("url":"https://shop.example/cart","replay_id":")" +
                 std::string(32, 'e') + R"("}}})"));
  eventstore::StoredItem shot = Item("attachment", 4, "shot.png", "png");
  shot.event_id = Id(3);
  shot.fields = {{"name", "shot.png"}};
  Store(std::move(shot));
  eventstore::StoredEvent error;
  error.project_id = shop_.id.value;
  error.event_id = Id(5);
  error.timestamp = Now();
  error.group_id = 77;
  error.payload = "{}";
  Store(std::move(error));
  Do(events().services().feedback.Submit({.organization = acme_,
                                          .project = shop_.id,
                                          .report = {.event_id = *ingest::EventId::Parse(Id(5)),
                                                     .name = "Bob",
                                                     .email = "bob@example.com",
                                                     .comments = "it broke"},
                                          .received = Now()}));
  const std::string list = Show(Acme("feedback/"));
  for (const std::string_view text : {"I like it", "ann@example.com", "shop.example/cart",
                                      "shot.png", "it broke", "Bob", "about an error"}) {
    EXPECT_TRUE(Has(list, text)) << text;
  }
  EXPECT_LT(list.find("it broke"), list.find("I like it")) << "the newest first";
  EXPECT_TRUE(Has(list, Acme("issues/77/?event=" + Id(5))));
  EXPECT_TRUE(Has(list, Acme("replays/shop/" + std::string(32, 'e') + "/")));
  EXPECT_FALSE(Has(list, "href=\"https://shop.example")) << "a stranger's address is no link";
  EXPECT_FALSE(Has(Show(Acme("feedback/?query=BROKE")), "I like it"));
  EXPECT_FALSE(Has(Show(Acme("feedback/?project=blog")), "I like it"));
}

TEST_P(MonitoringPagesTest, AReplayListsItsParts) {
  const std::string id(32, 'e');
  for (int segment = 0; segment < 3; ++segment) {
    eventstore::StoredItem event = Item(
        "replay_event", 10 - segment, "",
        R"({"urls":["https://shop.example/"],"user":{"id":"7"},"trace_ids":[")" + kTrace + "\"]}");
    event.event_id = id;
    event.fields = {{"replay_id", id}, {"size", "10"}, {"segment_id", std::to_string(segment)}};
    Store(std::move(event));
  }
  eventstore::StoredItem recording = Item("replay_recording", 20, "", "x");
  recording.event_id = id;
  recording.fields = {{"size", "4096"}, {"segment_id", "0"}};
  Store(std::move(recording));
  const std::string list = Show(Acme("replays/"));
  EXPECT_EQ(Times(list, "/replays/shop/"), 1u) << "three segments are one replay";
  const std::string page = Show(Acme("replays/shop/" + id + "/"));
  EXPECT_TRUE(Has(page, "4096 bytes"));
  EXPECT_TRUE(Has(page, "/items/replay_recording/" + Id(20) + "/"));
  EXPECT_TRUE(Has(page, Acme("traces/" + kTrace + "/")));
  EXPECT_EQ(Open(owner_login_, Acme("replays/shop/" + std::string(32, 'f') + "/")).status, 404);
  EXPECT_EQ(Open(owner_login_, Acme("replays/blog/" + id + "/")).status, 404);
}

TEST_P(MonitoringPagesTest, WhatAStrangerSentIsTextOnEveryPage) {
  const std::string evil(kHostile);
  eventstore::StoredEvent transaction = Transaction(1, evil, milliseconds(5), evil);
  json::Object payload = *json::ParseObject(transaction.payload);
  payload["spans"].as_array()[0].as_object()["description"] = evil;
  payload["spans"].as_array()[0].as_object()["op"] = evil;
  payload["measurements"].as_object()[evil] = json::Object{{"value", 1}, {"unit", evil}};
  transaction.payload = json::Serialize(payload);
  transaction.user = evil;
  transaction.release = evil;
  Store(std::move(transaction));
  eventstore::StoredItem log =
      Item("log", 1, evil,
           json::Serialize(json::Object{
               {"attributes", json::Object{{evil, json::Object{{"value", evil}}},
                                           {"sentry.release", json::Object{{"value", evil}}}}}}));
  log.fields = {{"level", evil}, {"trace_id", kTrace}};
  Store(std::move(log));
  eventstore::StoredItem metric =
      Item("trace_metric", 2, evil, json::Serialize(json::Object{{"value", evil}, {"unit", evil}}));
  metric.fields = {{"type", evil}};
  Store(std::move(metric));
  Store(Item("feedback", 3, evil,
             json::Serialize(json::Object{
                 {"contexts", json::Object{{"feedback", json::Object{{"name", evil},
                                                                     {"contact_email", evil},
                                                                     {"url", "javascript:" + evil},
                                                                     {"source", evil}}}}}})));
  const std::string replay(32, 'e');
  eventstore::StoredItem segment =
      Item("replay_event", 4, "",
           json::Serialize(
               json::Object{{"urls", json::Array{evil}}, {"user", json::Object{{"id", evil}}}}));
  segment.event_id = replay;
  segment.fields = {{"replay_id", replay}, {"segment_id", evil}, {"size", evil}};
  Store(std::move(segment));
  const monitors::Monitor monitor = MakeMonitor("x<script>alert(1)</script>");
  CountSessions("1.0<script>alert(1)<:script>", 3, 1);
  for (const std::string& target :
       {Acme("transactions/"), Acme("transactions/shop/"), Acme("transactions/shop/" + Id(1) + "/"),
        Acme("traces/" + kTrace + "/"), Acme("logs/"), Acme("logs/?tab=metrics"), Acme("feedback/"),
        Acme("replays/"), Acme("replays/shop/" + replay + "/"), Acme("monitors/"),
        Acme("monitors/" + monitor.guid + "/"), Acme("monitors/" + monitor.guid + "/edit/"),
        Acme("releases/")}) {
    const std::string page = Show(target);
    EXPECT_FALSE(Has(page, "<script>alert")) << target;
    EXPECT_TRUE(Has(page, "&lt;script&gt;alert(1)")) << target;
  }
  for (const char* name :
       {"query", "environment", "level", "period", "sort", "cursor", "trace", "status", "tab"}) {
    for (const char* where : {"transactions/", "logs/", "releases/", "feedback/", "monitors/"}) {
      const http::Response response =
          Open(owner_login_, Acme(where) + "?" + name + "=" + http::PercentEncode(evil));
      EXPECT_LT(response.status, 500);
      EXPECT_FALSE(Has(response.body, "<script>alert")) << where << name;
    }
  }
}

TEST_P(MonitoringPagesTest, AnotherOrganizationsPagesAreNotThere) {
  const monitors::Monitor monitor = MakeMonitor("Nightly");
  CountSessions("shop@1.0.0", 3, 1);
  Store(Transaction(1, "GET /books", milliseconds(5)));
  const Credentials stranger = LogIn(stranger_);
  for (const std::string& target :
       {Acme("transactions/"), Acme("transactions/shop/"), Acme("transactions/shop/" + Id(1) + "/"),
        Acme("traces/" + kTrace + "/"), Acme("releases/"), Acme("releases/shop%401.0.0/"),
        Acme("logs/"), Acme("monitors/"), Acme("monitors/new/"),
        Acme("monitors/" + monitor.guid + "/"), Acme("monitors/" + monitor.guid + "/edit/"),
        Acme("feedback/"), Acme("replays/")}) {
    EXPECT_EQ(Open(stranger, target).status, 404) << target;
  }
  // And through the stranger's own organization.
  for (const std::string& target : {"/organizations/beta/transactions/shop/" + Id(1) + "/",
                                    "/organizations/beta/monitors/" + monitor.guid + "/",
                                    std::string("/organizations/beta/releases/shop%401.0.0/"),
                                    std::string("/organizations/beta/logs/?project=shop")}) {
    EXPECT_EQ(Open(stranger, target).status, 404) << target;
  }
  EXPECT_TRUE(Has(Show(stranger, "/organizations/beta/traces/" + kTrace + "/"), "Nothing of this"));
  EXPECT_EQ(Post(stranger, Acme("monitors/" + monitor.guid + "/"), {{"op", "delete"}}).status, 404);
}

TEST_P(MonitoringPagesTest, WhoMayNotChangeSeesNoButtonAndIsRefused) {
  Execute("UPDATE organizations SET flags = flags | " +
          std::to_string(orgs::kMembersNoAlertsWrite) + " WHERE slug = 'acme'");
  const monitors::Monitor monitor = MakeMonitor("Nightly");
  CountSessions("shop@1.0.0", 3, 1);
  const Credentials member = LogIn(member_);
  const std::string here = Acme("monitors/" + monitor.guid + "/");
  for (const std::string& target : {Acme("transactions/"), Acme("logs/"), Acme("feedback/"),
                                    Acme("replays/"), Acme("monitors/"), here, Acme("releases/")}) {
    Show(member, target);
  }
  EXPECT_TRUE(Has(Show(here), "value=\"delete\""));
  EXPECT_FALSE(Has(Show(member, here), "value=\"delete\""));
  EXPECT_FALSE(Has(Show(member, Acme("monitors/")), "New monitor"));
  for (const char* op : {"pause", "delete"}) {
    EXPECT_EQ(Post(member, here, {{"op", op}}).status, 403) << op;
  }
  EXPECT_EQ(Status(member, Acme("monitors/new/")), 403);
  EXPECT_EQ(Status(member, here + "edit/"), 403);
  EXPECT_EQ(Post(member, here + "edit/", {{"name", "x"}}).status, 403);
  EXPECT_FALSE(Has(Show(here), "Paused"));
}

}  // namespace
}  // namespace gatehouse::app
