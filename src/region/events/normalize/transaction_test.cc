// Transactions, spans, measurements, breakdowns, limits.

#include <functional>

#include "region/events/normalize/normalize_fixture.h"

namespace gatehouse::events {
namespace {

constexpr std::string_view kTransaction = R"({
  "type":"transaction","transaction":"/users","start_timestamp":1699999990,"timestamp":1699999999,
  "contexts":{"trace":{"trace_id":"4c79f60c11214eb38604f4ae0781bfb2","span_id":"fa90fdead5f74053"}},
  "spans":[{"trace_id":"4c79f60c11214eb38604f4ae0781bfb2","span_id":"fa90fdead5f74052",
            "parent_span_id":"fa90fdead5f74053","start_timestamp":1699999991,
            "timestamp":1699999993,"op":"db.query","status":"OK"},
           {"trace_id":"4c79f60c11214eb38604f4ae0781bfb2","span_id":"fa90fdead5f74051",
            "parent_span_id":"fa90fdead5f74053","start_timestamp":1699999992,
            "timestamp":1699999994,"op":"db"}]})";

Normalized RunChanged(const std::function<void(json::Object&)>& change,
                      const Context& context = TestContext()) {
  auto event = Parse(kTransaction);
  change(*event);
  return RunEvent(json::Serialize(*event), context);
}

TEST(Transactions, AreKeptWithDefaults) {
  auto result = RunEvent(kTransaction);
  EXPECT_TRUE(result.outcome.kept());
  EXPECT_EQ(result.At("type"), "\"transaction\"");
  EXPECT_EQ(result.At("level"), "\"info\"");
  EXPECT_EQ(result.At("contexts.trace.op"), "\"default\"");
  EXPECT_EQ(result.At("contexts.trace.status"), "\"unknown\"");
  EXPECT_EQ(result.At("spans.0.status"), "\"unknown\"");
  EXPECT_EQ(result.Errors(), "");
}

TEST(Transactions, FarInThePastOrFutureAreRejectedAndNotMoved) {
  const auto at = [](double seconds) {
    return [seconds](json::Object& e) {
      e["start_timestamp"] = seconds - 2;
      e["timestamp"] = seconds;
      e.erase("spans");
    };
  };
  for (const double days : {-40.0, -31.0, 1.0}) {
    const auto result = RunChanged(at(double{kNow} + days * 86400));
    EXPECT_EQ(result.outcome.reason, kReasonTimestamp) << days;
  }
  const auto kept = RunChanged(at(double{kNow} - 29.0 * 86400));
  EXPECT_TRUE(kept.outcome.kept());
  EXPECT_EQ(kept.NumberAt("timestamp"), double{kNow} - 29.0 * 86400);
  // A clock that is known to be wrong is put right first.
  Context context = TestContext();
  context.sent_at = Timestamp::FromSeconds(kNow - 40 * 86400);
  const auto drifted = RunChanged(at(double{kNow} - 40.0 * 86400 - 5), context);
  EXPECT_TRUE(drifted.outcome.kept());
  EXPECT_EQ(drifted.NumberAt("timestamp"), double{kNow} - 5);
}

TEST(Transactions, WithoutTheirPartsAreRejected) {
  const std::pair<std::string_view, std::function<void(json::Object&)>> kCases[] = {
      {"timestamp", [](json::Object& e) { e.erase("timestamp"); }},
      {"bad timestamp", [](json::Object& e) { e["timestamp"] = "x"; }},
      {"start_timestamp", [](json::Object& e) { e.erase("start_timestamp"); }},
      {"order", [](json::Object& e) { e["start_timestamp"] = 1699999999.5; }},
      {"contexts", [](json::Object& e) { e.erase("contexts"); }},
      {"trace", [](json::Object& e) { e["contexts"].as_object().erase("trace"); }},
      {"trace_id",
       [](json::Object& e) { e["contexts"].at("trace").as_object().erase("trace_id"); }},
      {"zero span_id",
       [](json::Object& e) {
         e["contexts"].at("trace").as_object()["span_id"] = std::string(16, '0');
       }},
      {"null span", [](json::Object& e) { e["spans"].as_array()[0] = nullptr; }},
      {"span end",
       [](json::Object& e) { e["spans"].as_array()[0].as_object().erase("timestamp"); }},
      {"span start",
       [](json::Object& e) { e["spans"].as_array()[0].as_object().erase("start_timestamp"); }},
      {"span order",
       [](json::Object& e) { e["spans"].as_array()[0].as_object()["timestamp"] = 1699999990.0; }},
      {"span id", [](json::Object& e) { e["spans"].as_array()[0].as_object().erase("span_id"); }},
      {"span trace",
       [](json::Object& e) { e["spans"].as_array()[0].as_object()["trace_id"] = "x"; }},
  };
  for (const auto& [name, change] : kCases) {
    EXPECT_EQ(RunChanged(change).outcome.reason, kReasonInvalidTransaction) << name;
  }
}

TEST(Transactions, MayHaveNoSpansAndNoName) {
  EXPECT_TRUE(RunChanged([](json::Object& e) { e.erase("spans"); }).outcome.kept());
  EXPECT_TRUE(RunChanged([](json::Object& e) { e["spans"] = nullptr; }).outcome.kept());
  EXPECT_TRUE(RunChanged([](json::Object& e) { e["spans"] = json::Array(); }).outcome.kept());
  auto unnamed = RunChanged([](json::Object& e) { e["transaction"] = " "; });
  EXPECT_EQ(unnamed.At("transaction"), "\"<unlabeled transaction>\"");
}

TEST(Transactions, UrlNamesLoseIdentifiers) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"/users/12345/posts/7", "/users/*/posts/7"},
      {"/a/4c79f60c-1121-4eb3-8604-f4ae0781bfb2/b", "/a/*/b"},
      {"/blob/5fc35719b9cf96ec602dbc748ff31c587a46961d", "/blob/*"},
      {"/day/2024-02-20", "/day/*"},
      {"/plain/deadbeef/path", "/plain/deadbeef/path"},
  };
  for (const auto& [given, expected] : kCases) {
    auto result = RunChanged([&](json::Object& e) {
      e["transaction"] = given;
      e["transaction_info"] = json::Object{{"source", "url"}};
    });
    EXPECT_EQ(result.At("transaction"), "\"" + std::string(expected) + "\"");
    EXPECT_EQ(result.At("transaction_info.source"), "\"sanitized\"") << given;
    EXPECT_EQ(result.Find("_meta.transaction") != nullptr, given != expected) << given;
  }
  auto route = RunChanged([](json::Object& e) {
    e["transaction"] = "/users/12345";
    e["transaction_info"] = json::Object{{"source", "route"}};
  });
  EXPECT_EQ(route.At("transaction"), "\"/users/12345\"");
}

TEST(Measurements, NamesUnitsAndValues) {
  auto result = RunChanged([](json::Object& e) {
    e["measurements"] = *json::ParseLenient(
        R"({"LCP":{"value":420.69}," FID ":{"value":2020,"unit":"second"},"cls":{"value":null},
            "fp":{"value":"im a first paint"},"Total Blocking Time":{"value":3.14},"missing":"x",
            "app.start.cold":{"value":181000},"frames_total":{"value":10},"frames_slow":{"value":5},
            "stall_total_time":{"value":4500},"custom":{"value":1,"unit":"bananas"}})");
  });
  EXPECT_EQ(result.At("measurements.lcp"), R"({"value":420.69,"unit":"millisecond"})");
  EXPECT_EQ(result.At("measurements.fid.unit"), "\"second\"");
  EXPECT_EQ(result.At("measurements.fp.value"), "null");
  EXPECT_EQ(result.At("measurements.missing"), "null");
  EXPECT_EQ(result.At("measurements.app_start_cold"), "absent");
  EXPECT_EQ(result.NumberAt("measurements.frames_slow_rate.value"), 0.5);
  EXPECT_EQ(result.NumberAt("measurements.stall_percentage.value"), 0.5);
  EXPECT_EQ(result.At("measurements.custom.unit"), "\"bananas\"");
  EXPECT_EQ(result.Find("errors")->as_array().size(), 4U) << result.Errors();
}

TEST(Measurements, OnlyOnTransactionsAndAtMostTenCustomOnes) {
  EXPECT_EQ(RunEvent(R"({"measurements":{"lcp":{"value":1}}})").At("measurements"), "absent");
  EXPECT_EQ(
      RunChanged([](json::Object& e) { e["measurements"] = json::Object(); }).At("measurements"),
      "absent");
  auto many = RunChanged([](json::Object& e) {
    json::Object list;
    for (int i = 0; i < 12; ++i) {
      list[std::string("m") + static_cast<char>('a' + i)] = json::Object{{"value", i}};
    }
    e["measurements"] = list;
  });
  EXPECT_EQ(many.Find("measurements")->as_object().size(), 10U);
  EXPECT_EQ(many.Errors(), "invalid_data measurements Too many measurements");
}

TEST(Breakdowns, UnionOfSpansByOperation) {
  auto result = RunEvent(kTransaction);
  EXPECT_EQ(result.NumberAt("breakdowns.span_ops.ops.db.value"), -1);  // the key has a dot
  const json::Object& ops = result.Find("breakdowns.span_ops")->as_object();
  EXPECT_EQ(ops.at("ops.db").at("value").as_double(), 3000.0);
  EXPECT_EQ(ops.at("total.time").at("value").as_double(), 3000.0);
  auto traced = RunChanged(
      [](json::Object& e) { e["contexts"].at("trace").as_object()["op"] = "http.server"; });
  EXPECT_EQ(traced.Find("breakdowns.span_ops")->at("ops.http").at("value").as_double(), 9000.0);
  auto none = RunChanged([](json::Object& e) { e.erase("spans"); });
  EXPECT_EQ(none.At("breakdowns"), "absent");
}

TEST(Breakdowns, ExclusiveTimes) {
  Context context = TestContext();
  context.exclusive_times = true;
  auto result = RunChanged([](json::Object&) {}, context);
  EXPECT_EQ(result.NumberAt("contexts.trace.exclusive_time"), 6000.0);
  EXPECT_EQ(result.NumberAt("spans.0.exclusive_time"), 2000.0);
}

TEST(Trimming, LongTexts) {
  auto result =
      RunEvent("{\"culprit\":\"" + std::string(201, 'c') + "\",\"logger\":\"" +
               std::string(65, 'l') + "\",\"message\":\"" + std::string(8393, 'm') + "\"}");
  EXPECT_EQ(result.At("culprit"), "\"" + std::string(197, 'c') + "...\"");
  EXPECT_EQ(result.At("_meta.culprit"), R"({"":{"rem":[["!limit","s",197,200]],"len":201}})");
  EXPECT_EQ(result.At("logger").size(), 66U);
  EXPECT_EQ(result.At("logentry.formatted").size(), 8194U);
  auto allowed = RunEvent("{\"message\":\"" + std::string(8392, 'm') + "\"}");
  EXPECT_EQ(allowed.At("logentry.formatted").size(), 8394U);
}

TEST(Trimming, NeverCutsACharacter) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "\xF0\x9F\x98\x80";
  auto result = RunEvent("{\"culprit\":\"" + text + "\"}");
  EXPECT_TRUE(IsValidUtf8(Text(*result.Find("culprit"))));
  EXPECT_EQ(CountChars(Text(*result.Find("culprit"))), 200U);
}

TEST(Trimming, DeepBagsBecomeText) {
  auto result = RunEvent(R"({"breadcrumbs":[{"data":{"1":{"2":{"3":{"4":{"5":{"6":1}}}}}}}]})");
  EXPECT_EQ(result.At("breadcrumbs.values.0.data"),
            R"({"1":{"2":{"3":{"4":"{\"5\":{\"6\":1}}"}}}})");
  auto vars = RunEvent(R"({"stacktrace":{"frames":[{"vars":{"1":{"2":{"3":{"4":{"5":1}}}}}}]}})");
  EXPECT_EQ(vars.At("stacktrace.frames.0.vars"), R"({"1":{"2":{"3":{"4":"{\"5\":1}"}}}})");
}

TEST(Trimming, LargeBagsLoseTheirEnd) {
  std::string list = "[\"" + std::string(1000, 'x') + "\"";
  for (int i = 0; i < 20; ++i) list += ",\"" + std::string(1000, 'x') + "\"";
  list += "]";
  auto result = RunEvent("{\"extra\":{\"a\":" + list + ",\"b\":\"kept\"}}");
  EXPECT_EQ(result.Find("extra.a")->as_array().size(), 17U);
  EXPECT_EQ(result.At("_meta.extra.a.").substr(0, 10), R"({"len":21})");
  EXPECT_EQ(result.At("extra.b"), "\"kept\"");
}

TEST(Trimming, KeysAreTakenInOrder) {
  auto result =
      RunEvent("{\"breadcrumbs\":[{\"data\":{\"z\":\"last\",\"a\":\"" + std::string(1500, 'a') +
               "\",\"b\":\"" + std::string(1500, 'b') + "\"}}]}");
  EXPECT_EQ(result.At("breadcrumbs.values.0.data.z"), "absent");
  EXPECT_EQ(result.At("breadcrumbs.values.0.data.a").size(), 1502U);
  EXPECT_EQ(result.At("breadcrumbs.values.0.data.b").size(), 547U);
}

TEST(Trimming, AWholeExtraOf256KilobytesAndManySpans) {
  std::string extra = "{\"extra\":{";
  for (int i = 0; i < 30; ++i) {
    extra +=
        (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":\"" + std::string(16000, 'x') + "\"";
  }
  auto result = RunEvent(extra + "}}");
  EXPECT_LE(json::Serialize(*result.Find("extra")).size(), 263'000U);
  EXPECT_EQ(result.At("_meta.extra."), R"({"len":30})");
  auto spans = RunChanged([](json::Object& e) {
    json::Value span = e["spans"].as_array()[0];
    span.as_object()["description"] = std::string(9000, 'd');
    json::Array list;
    for (int i = 0; i < 100; ++i) list.push_back(span);
    e["spans"] = list;
  });
  EXPECT_LE(json::Serialize(*spans.Find("spans")).size(), 820'000U);
  EXPECT_EQ(spans.At("_meta.spans."), R"({"len":100})");
}

TEST(Trimming, LongHeadersAreCut) {
  auto result = RunEvent("{\"request\":{\"headers\":{\"x\":\"" + std::string(9000, 'h') + "\"}}}");
  EXPECT_LE(result.At("request.headers").size(), 8300U);
}

}  // namespace
}  // namespace gatehouse::events
