// Identity, time, tags and other attributes of the event itself.

#include "region/events/normalize/normalize_fixture.h"

namespace gatehouse::events {
namespace {

TEST(Timestamps, EveryAcceptedFormIsStoredAsSeconds) {
  for (std::string_view text :
       {"1699999999", "1699999999.0", "\"2023-11-14T22:13:19Z\"", "\"2023-11-14T22:13:19\"",
        "\"2023-11-14T23:13:19+01:00\"", "\"2023-11-14 22:13:19.000\""}) {
    auto result = RunEvent("{\"timestamp\":" + std::string(text) + "}");
    EXPECT_EQ(result.NumberAt("timestamp"), 1699999999.0) << text;
    EXPECT_TRUE(result.Find("timestamp")->is_double()) << text;
    EXPECT_EQ(result.Errors(), "") << text;
  }
  EXPECT_EQ(RunEvent(R"({"timestamp":1699999999.123456789})").NumberAt("timestamp"),
            1699999999.123457);
}

TEST(Timestamps, BogusOnesBecomeTheTimeOfArrivalWithAnEntry) {
  for (std::string_view text : {"\"yesterday\"", "{}", "true", "1e18", "-1e18",
                                "\"10000-01-01T00:00:00Z\"", "\"2023-13-01T00:00:00Z\""}) {
    auto result = RunEvent("{\"timestamp\":" + std::string(text) + "}");
    EXPECT_TRUE(result.outcome.kept()) << text;
    EXPECT_EQ(result.NumberAt("timestamp"), double{kNow}) << text;
    EXPECT_EQ(result.Errors(), "invalid_data timestamp expected a timestamp") << text;
  }
}

TEST(Timestamps, BeforeTheEpochTheEventIsRejected) {
  auto result = RunEvent(R"({"timestamp":-1})");
  EXPECT_EQ(result.outcome.reason, kReasonTimestamp);
  EXPECT_EQ(result.outcome.detail, "timestamp is too stale");
  EXPECT_EQ(RunEvent(R"({"timestamp":"1969-12-31T23:59:59Z"})").outcome.reason, kReasonTimestamp);
  EXPECT_TRUE(RunEvent(R"({"timestamp":0})").outcome.kept());
}

TEST(Timestamps, InsideAListOnlyTheElementGoes) {
  auto result = RunEvent(R"({"breadcrumbs":[{"timestamp":-5,"message":"a"},{"message":"b"}]})");
  EXPECT_EQ(result.At("breadcrumbs.values.0"), "null");
  EXPECT_EQ(result.At("breadcrumbs.values.1.message"), "\"b\"");
  EXPECT_EQ(result.Errors(), "invalid_data breadcrumbs.values.0 timestamp is too stale");
}

TEST(Timestamps, AMissingOneIsTheTimeOfArrivalAndReceivedIsNeverTheClients) {
  auto result = RunEvent(R"({"received":1})");
  EXPECT_EQ(result.NumberAt("timestamp"), double{kNow});
  EXPECT_EQ(result.NumberAt("received"), double{kNow});
}

struct DriftCase {
  std::int64_t sent_at;
  double timestamp;
  double expected;
  std::string_view errors;
};

TEST(Timestamps, ClockDriftOfFiftyFiveMinutesIsCorrected) {
  const DriftCase kCases[] = {
      {kNow - 54 * 60, kNow - 54.0 * 60, kNow - 54.0 * 60, ""},
      {kNow - 55 * 60, kNow - 55.0 * 60 - 5, kNow - 5.0, "clock_drift timestamp"},
      {kNow + 86400, kNow + 86400.0 - 5, kNow - 5.0, "clock_drift timestamp"},
      {kNow - 40 * 86400, kNow - 40 * 86400.0, kNow, "clock_drift timestamp"},
  };
  for (const DriftCase& c : kCases) {
    Context context = TestContext();
    context.sent_at = Timestamp::FromSeconds(c.sent_at);
    auto result = RunEvent("{\"timestamp\":" + std::to_string(c.timestamp) + "}", context);
    EXPECT_EQ(result.NumberAt("timestamp"), c.expected) << c.sent_at;
    EXPECT_EQ(result.Errors(), c.errors) << c.sent_at;
  }
}

TEST(Timestamps, DriftMovesBreadcrumbsToo) {
  Context context = TestContext();
  context.sent_at = Timestamp::FromSeconds(kNow - 7200);
  auto result =
      RunEvent("{\"timestamp\":" + std::to_string(kNow - 7200) +
                   ",\"breadcrumbs\":[{\"timestamp\":" + std::to_string(kNow - 7201) + "}]}",
               context);
  EXPECT_EQ(result.NumberAt("breadcrumbs.values.0.timestamp"), kNow - 1.0);
  EXPECT_EQ(result.At("errors.0.sdk_time"), "\"2023-11-14T20:13:20+00:00\"");
  EXPECT_EQ(result.At("errors.0.server_time"), "\"2023-11-14T22:13:20+00:00\"");
}

TEST(Timestamps, FutureAndPastAreShiftedToTheTimeOfArrival) {
  EXPECT_EQ(RunEvent("{\"timestamp\":" + std::to_string(kNow + 60) + "}").Errors(), "");
  auto future = RunEvent("{\"timestamp\":" + std::to_string(kNow + 61) + "}");
  EXPECT_EQ(future.Errors(), "future_timestamp timestamp");
  EXPECT_EQ(future.NumberAt("timestamp"), double{kNow});
  auto past = RunEvent("{\"timestamp\":" + std::to_string(kNow - 30 * 86400 - 1) + "}");
  EXPECT_EQ(past.Errors(), "past_timestamp timestamp");
  EXPECT_EQ(past.NumberAt("timestamp"), double{kNow});
  // What would come to lie before 1970 stays readable.
  auto apart = RunEvent("{\"start_timestamp\":5,\"timestamp\":" + std::to_string(kNow + 99) + "}");
  EXPECT_EQ(apart.NumberAt("start_timestamp"), 0.0);
  EXPECT_EQ(apart.NumberAt("timestamp"), double{kNow});
}

TEST(Timestamps, TimeSpent) {
  EXPECT_EQ(RunEvent(R"({"time_spent":12})").At("time_spent"), "12");
  EXPECT_EQ(RunEvent(R"({"time_spent":2147483648})").At("time_spent"), "absent");
  EXPECT_EQ(RunEvent(R"({"time_spent":"4"})").Errors(),
            "invalid_data time_spent expected an unsigned integer");
}

TEST(EventId, OneIsMadeForAMissingOrBadOne) {
  struct {
    std::string_view given;
    std::string_view id;
    std::string_view errors;
  } cases[] = {
      {"\"\"", kNewId, ""},
      {"null", kNewId, ""},
      {"\"xyz\"", kNewId, "invalid_data event_id invalid event identifier"},
      {"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", kNewId,
       "invalid_data event_id invalid event identifier"},
      {"\"00000000000000000000000000000000\"", kNewId,
       "invalid_data event_id invalid event identifier"},
      {"12", kNewId, "invalid_data event_id invalid event identifier"},
      {"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
      {"\"AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA\"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
  };
  for (const auto& c : cases) {
    auto result = RunEvent("{\"event_id\":" + std::string(c.given) + "}");
    EXPECT_EQ(result.At("event_id"), "\"" + std::string(c.id) + "\"") << c.given;
    EXPECT_EQ(result.Errors(), c.errors) << c.given;
  }
  EXPECT_EQ(RunEvent("{}").At("event_id"), "\"" + std::string(kNewId) + "\"");
}

TEST(EventId, TheEnvelopesIdWins) {
  Context context = TestContext();
  context.event_id = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
  auto result = RunEvent(R"({"event_id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})", context);
  EXPECT_EQ(result.At("event_id"), "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"");
}

TEST(Level, NamesAliasesAndNumbers) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"\"DEBUG\"", "debug"},    {"\"log\"", "info"}, {"\"warning\"", "warning"},
      {"\"Critical\"", "fatal"}, {"40", "error"},     {"10", "debug"},
      {"50", "fatal"},           {"null", "error"},
  };
  for (const auto& [given, level] : kCases) {
    auto result = RunEvent("{\"level\":" + std::string(given) + "}");
    EXPECT_EQ(result.At("level"), "\"" + std::string(level) + "\"") << given;
    EXPECT_EQ(result.Errors(), "") << given;
  }
  for (std::string_view given : {"\"foobar\"", "41", "{}", "true"}) {
    auto result = RunEvent("{\"level\":" + std::string(given) + "}");
    EXPECT_EQ(result.At("level"), "\"error\"") << given;
    EXPECT_EQ(result.Errors(), "invalid_data level unknown level") << given;
  }
}

TEST(Platform, UnknownOnesAreOther) {
  EXPECT_EQ(RunEvent(R"({"platform":"python"})").At("platform"), "\"python\"");
  EXPECT_EQ(RunEvent("{}").At("platform"), "\"other\"");
  auto result = RunEvent(R"({"platform":"foobar"})");
  EXPECT_EQ(result.At("platform"), "\"other\"");
  EXPECT_EQ(result.Errors(), "");
}

TEST(Type, IsInferred) {
  EXPECT_EQ(RunEvent(R"({"type":"error"})").At("type"), "\"default\"");
  EXPECT_EQ(RunEvent(R"({"exception":{"type":"E"}})").At("type"), "\"error\"");
  EXPECT_EQ(RunEvent(R"({"csp":{"blocked_uri":"x"}})").At("type"), "\"csp\"");
  EXPECT_EQ(RunEvent(R"({"type":"feedback"})").At("type"), "\"feedback\"");
  Context nel = TestContext();
  nel.kind = ItemKind::kNel;
  EXPECT_EQ(RunEvent("{}", nel).At("type"), "\"nel\"");
  Context error = TestContext();
  error.kind = ItemKind::kError;
  EXPECT_EQ(RunEvent(R"({"type":"transaction"})", error).At("type"), "\"default\"");
}

TEST(Release, InvalidOnesAreRemoved) {
  for (std::string_view given : {"\"latest\"", "\"LATEST\"", "\".\"", "\"..\"", "\"a/b\"",
                                 "\"a\\\\b\"", "\"a\\tb\"", "\"a\\nb\"", "\"../../x\""}) {
    auto result = RunEvent("{\"release\":" + std::string(given) + "}");
    EXPECT_EQ(result.At("release"), "null") << given;
    EXPECT_EQ(result.Errors(), "invalid_data release") << given;
    EXPECT_EQ(result.At("errors.0.value"), given) << given;
  }
  EXPECT_EQ(RunEvent(R"({"release":""})").Errors(),
            "invalid_data release expected a non-empty value");
  EXPECT_EQ(RunEvent(R"({"release":" 1.0 "})").At("release"), "\"1.0\"");
  EXPECT_EQ(RunEvent(R"({"release":42})").At("release"), "\"42\"");
  EXPECT_EQ(RunEvent("{\"release\":\"" + std::string(200, 'a') + "\"}").Errors(), "");
  EXPECT_EQ(RunEvent("{\"release\":\"" + std::string(201, 'a') + "\"}").Errors(),
            "invalid_data release");
}

TEST(Dist, Rules) {
  EXPECT_EQ(RunEvent(R"({"release":"1","dist":" 2 "})").At("dist"), "\"2\"");
  EXPECT_EQ(RunEvent(R"({"release":"1","dist":"^ab"})").Errors(),
            "invalid_data dist invalid character");
  EXPECT_EQ(RunEvent(R"({"release":"1","dist":23})").Errors(),
            "invalid_data dist expected a string");
  EXPECT_EQ(RunEvent(R"({"release":"1","dist":""})").At("dist"), "absent");
  EXPECT_EQ(RunEvent(R"({"dist":"1"})").At("dist"), "absent");
  EXPECT_EQ(RunEvent("{\"release\":\"1\",\"dist\":\"" + std::string(65, 'a') + "\"}").Errors(),
            "value_too_long dist");
}

TEST(Environment, Rules) {
  EXPECT_EQ(RunEvent(R"({"environment":" production "})").At("environment"), "\"production\"");
  EXPECT_EQ(RunEvent(R"({"environment":""})").At("environment"), "absent");
  EXPECT_EQ(RunEvent(R"({"environment":""})").Errors(), "");
  EXPECT_EQ(RunEvent(R"({"environment":"a/b"})").Errors(), "invalid_data environment");
  EXPECT_EQ(RunEvent(R"({"environment":"None"})").Errors(), "invalid_data environment");
  EXPECT_EQ(RunEvent(R"({"environment":1})").Errors(),
            "invalid_data environment expected a string");
  EXPECT_EQ(RunEvent("{\"environment\":\"" + std::string(65, 'a') + "\"}").Errors(),
            "invalid_data environment");
}

TEST(Environment, ComesFromTheTagOnlyIfAbsent) {
  auto from_tag = RunEvent(R"({"tags":{"environment":"staging"}})");
  EXPECT_EQ(from_tag.At("environment"), "\"staging\"");
  EXPECT_EQ(from_tag.At("tags"), "absent");
  auto both = RunEvent(R"({"environment":"production","tags":{"environment":"staging"}})");
  EXPECT_EQ(both.At("environment"), "\"production\"");
  EXPECT_EQ(both.At("tags"), "absent");
  auto empty = RunEvent(R"({"environment":"","tags":[["environment","staging"]]})");
  EXPECT_EQ(empty.At("environment"), "\"staging\"");
}

TEST(Tags, ShapesBecomePairs) {
  EXPECT_EQ(RunEvent(R"({"tags":{"b":1,"a":true,"c":2.9}})").At("tags"),
            R"([["a","True"],["b","1"],["c","2"]])");
  EXPECT_EQ(RunEvent(R"({"tags":[["b c"," x "],{"key":"k","value":"v"}]})").At("tags"),
            R"([["b-c","x"],["k","v"]])");
  auto result = RunEvent(R"({"tags":42})");
  EXPECT_EQ(result.At("tags"), "absent");
  EXPECT_EQ(result.Errors(), "invalid_data tags expected an array");
}

TEST(Tags, BadPairsLeaveAnEntry) {
  auto result = RunEvent(R"({"tags":[["a"],["b","c"],5]})");
  EXPECT_EQ(result.At("tags"), R"([null,["b","c"],null])");
  EXPECT_EQ(result.Errors(),
            "invalid_data tags.0 expected a tuple\ninvalid_data tags.2 expected a tuple");
  EXPECT_EQ(result.At("errors.0.value"), R"(["a"])");
}

TEST(Tags, BadHalvesBecomeNull) {
  struct {
    std::string pair;
    std::string_view tags;
    std::string_view errors;
  } cases[] = {
      {R"(["a!","v"])", R"([[null,"v"]])", "invalid_data tags.0.0 invalid character in tag key"},
      {R"(["a","x\ny"])", R"([["a",null]])",
       "invalid_data tags.0.1 invalid character in tag value"},
      {R"(["","v"])", R"([[null,"v"]])", "invalid_data tags.0.0 expected a non-empty value"},
      {R"(["a",""])", R"([["a",null]])", "invalid_data tags.0.1 expected a non-empty value"},
      {R"(["a",{}])", R"([["a",null]])", "invalid_data tags.0.1 expected a primitive value"},
      {R"([")" + std::string(201, 'k') + R"(","value"])", R"([[null,"value"]])",
       "value_too_long tags.0.0"},
      {R"(["a",")" + std::string(201, 'v') + R"("])", R"([["a",null]])", "value_too_long tags.0.1"},
  };
  for (const auto& c : cases) {
    auto result = RunEvent("{\"tags\":[" + c.pair + "]}");
    EXPECT_EQ(result.At("tags"), c.tags) << c.pair;
    EXPECT_EQ(result.Errors(), c.errors) << c.pair;
  }
  // 200 characters, not bytes.
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "\xC3\xA4";
  EXPECT_EQ(RunEvent("{\"tags\":{\"a\":\"" + wide + "\"}}").Errors(), "");
}

TEST(Tags, ReservedKeysGoAndTheFirstOfEqualKeysStays) {
  auto result = RunEvent(
      R"({"tags":[["release","1"],["dist","1"],["user","1"],["filename","1"],["function","1"],)"
      R"(["a","1"],["a","2"],["sentry:release","x"]]})");
  EXPECT_EQ(result.At("tags"), R"([["a","1"],["sentry:release","x"]])");
  EXPECT_EQ(result.Errors(), "");
}

TEST(Tags, ServerNameAndSiteBecomeTags) {
  auto result =
      RunEvent("{\"server_name\":\" " + std::string(250, 'x') + "\",\"site\":\"example\"}");
  EXPECT_EQ(result.At("tags"),
            "[[\"server_name\",\"" + std::string(200, 'x') + "\"],[\"site\",\"example\"]]");
  EXPECT_EQ(result.At("server_name"), "absent");
  EXPECT_EQ(result.At("site"), "absent");
}

TEST(Fingerprint, Shapes) {
  struct {
    std::string_view given;
    std::string_view expected;
    std::string_view errors;
  } cases[] = {
      {R"(["a",1,2.9,true,null])", R"(["a","1","2","True"])", ""},
      {R"([""])", R"([""])", ""},
      {"[]", "absent", ""},
      {"\"x\"", "null", "invalid_data fingerprint expected an array"},
      {R"(["a",["b"],1e100])", R"(["a"])", "invalid_data fingerprint expected a primitive value"},
      {"[-1e100]", "absent", "invalid_data fingerprint expected a primitive value"},
  };
  for (const auto& c : cases) {
    auto result = RunEvent("{\"fingerprint\":" + std::string(c.given) + "}");
    EXPECT_EQ(result.At("fingerprint"), c.expected) << c.given;
    EXPECT_EQ(result.Errors(), c.errors) << c.given;
  }
  EXPECT_EQ(RunEvent(R"({"fingerprint":["a",["b"],{}]})").At("errors.0.value"), R"([["b"],{}])");
}

TEST(Extra, AnythingButAnObjectIsAnEntryAndAnEmptyObject) {
  auto result = RunEvent(R"({"extra":"x"})");
  EXPECT_EQ(result.At("extra"), "{}");
  EXPECT_EQ(result.Errors(), "invalid_data extra expected an object");
  EXPECT_EQ(RunEvent(R"({"modules":{"a":"1.0"}})").At("modules"), R"({"a":"1.0"})");
}

TEST(Logger, IsTrimmedAndHasNoLineBreaks) {
  EXPECT_EQ(RunEvent(R"({"logger":" x "})").At("logger"), "\"x\"");
  EXPECT_EQ(RunEvent("{}").At("logger"), "\"\"");
  EXPECT_EQ(RunEvent(R"({"logger":"a\nb"})").Errors(), "invalid_data logger invalid character");
  EXPECT_EQ(RunEvent(R"({"logger":5})").Errors(), "invalid_data logger expected a string");
}

TEST(Unknown, TopLevelAttributesAreReportedAndLegacyOnesAreNot) {
  auto result =
      RunEvent(R"({"foo":{"a":1},"device":{},"hashes":[],"metadata":{},"repos":{},"query":1})");
  EXPECT_EQ(result.At("foo"), "null");
  EXPECT_EQ(result.Errors(), "invalid_attribute foo");
  EXPECT_EQ(result.At("errors.0.value"), R"({"a":1})");
  EXPECT_EQ(result.At("device"), "absent");
}

TEST(Unknown, AValueInAnEntryIsKeptOnlyIfItIsSmall) {
  auto result = RunEvent("{\"foo\":\"" + std::string(10'000, 'x') + "\"}");
  EXPECT_EQ(result.Errors(), "invalid_attribute foo");
  EXPECT_EQ(result.At("errors.0.value"), "absent");
}

TEST(Unknown, AHundredThousandBadAttributesGiveABoundedList) {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text += "\"k" + std::to_string(i) + "\":1,";
  text += "\"level\":\"info\"}";
  auto result = RunEvent(text);
  EXPECT_EQ(result.Find("errors")->as_array().size(), 1000U);
}

TEST(Errors, TheValueIsInTheFirstEntryOfAnAttributeOnly) {
  auto result = RunEvent(R"({"errors":[{"type":"js_no_source"}],"level":"bad"})");
  EXPECT_EQ(result.At("errors.0.type"), "\"js_no_source\"");
  EXPECT_EQ(result.At("errors.1.value"), "\"bad\"");
  EXPECT_EQ(result.At("_meta.level"),
            R"({"":{"err":[["invalid_data",{"reason":"unknown level"}]]}})");
}

TEST(Errors, IncomingMetaSurvivesWithoutItsOriginalValues) {
  auto result =
      RunEvent(R"({"environment":"x","_meta":{"environment":{"":{"len":11,"val":"secret",)"
               R"("rem":[["r","s",0,1]]}}}})");
  EXPECT_EQ(result.At("_meta.environment"), R"({"":{"len":11,"rem":[["r","s",0,1]]}})");
}

TEST(Errors, IncomingEntriesAreBroughtToTheirForm) {
  auto result = RunEvent(
      R"({"errors":[{"type":"js_no_source","url":"x","deep":{"a":1},"value":[1]},{"a":1},5]})");
  EXPECT_EQ(result.At("errors"), R"([{"type":"js_no_source","url":"x","value":[1]}])");
}

TEST(Errors, NoEventIsStoredDeeperThanItCanBeRead) {
  std::string nest = std::string(120, '[') + std::string(120, ']');
  for (std::string_view place :
       {"level", "tags", "exception", "release", "foo", "_dsc", "scraping_attempts", "errors",
        "extra", "contexts", "fingerprint"}) {
    auto result = RunEvent("{\"" + std::string(place) + "\":" + nest + "}");
    EXPECT_TRUE(Parse(json::Serialize(result.event))) << place;
    EXPECT_TRUE(IsShallow(result.event, 40)) << place;
  }
  std::string object = "1";
  for (int i = 0; i < 124; ++i) object = "{\"a\":" + object + "}";
  for (std::string_view place : {"user", "exception", "sdk", "contexts", "debug_meta", "csp"}) {
    auto result = RunEvent("{\"" + std::string(place) + "\":" + object + "}");
    EXPECT_TRUE(Parse(json::Serialize(result.event))) << place;
    EXPECT_TRUE(IsShallow(result.event, 40)) << place;
  }
}

TEST(Renormalize, KeepsIdTimesAndEntries) {
  auto first = RunEvent(R"({"level":"bad","timestamp":1,"foo":1})");
  Context context = TestContext();
  context.received = Timestamp::FromSeconds(kNow + 5000);
  context.renormalize = true;
  context.new_event_id = [] { return std::string(32, 'f'); };
  Normalized again;
  again.event = first.event;
  again.event["level"] = "bad";
  again.outcome = Normalize(again.event, context);
  EXPECT_EQ(again.At("event_id"), first.At("event_id"));
  EXPECT_EQ(again.At("received"), first.At("received"));
  EXPECT_EQ(again.At("timestamp"), first.At("timestamp"));
  EXPECT_EQ(again.Errors(), first.Errors());
}

TEST(Sdk, TagsAreOfLowCardinality) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"sentry.python.flask", "sentry.python"},
      {"sentry-python", "sentry.python"},
      {"sentry_foo", "other"},
      {"sentry.electron", "sentry.javascript.electron"},
      {"sentry.javascript.react.native.expo", "sentry.javascript.react.native"},
      {"sentry.javascript.node.experimental", "sentry.javascript.node"},
      {"sentry.laravel", "sentry.php"},
      {"sentry.unity", "sentry.native.unity"},
      {"sentry.native.android.flutter", "sentry.native.android"},
      {"raven-js", "other"},
      {"", "other"},
      {"sentry", "other"},
      {"sentry.javascript.unheard_of", "other"},
  };
  for (const auto& [name, tag] : kCases) EXPECT_EQ(SdkTag(name), tag) << name;
}

TEST(Sdk, ComesFromTheClientIfTheEventNamesNone) {
  Context context = TestContext();
  context.client = "raven-js/3.23.3";
  context.client_ip = "1.2.3.4";
  EXPECT_EQ(RunEvent("{}", context).At("sdk"),
            R"({"name":"raven-js","version":"3.23.3","client_ip":"1.2.3.4"})");
  EXPECT_EQ(RunEvent(R"({"sdk":{"name":"x","version":"1"}})", context).At("sdk.name"), "\"x\"");
  EXPECT_EQ(RunEvent(R"({"sdk":{"version":"1"}})").Errors(), "missing_attribute sdk.name");
}

}  // namespace
}  // namespace gatehouse::events
