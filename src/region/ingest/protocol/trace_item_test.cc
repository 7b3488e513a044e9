#include "region/ingest/protocol/trace_item.h"

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.h"
#include "region/ingest/protocol/attributes.h"
#include "region/ingest/protocol/otlp.h"
#include "region/ingest/protocol/otlp_schema.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kTrace = "713d58787fa54cb888c66f0da802f496";

TEST(Attributes, WrongTypesAreRemovedAndNoted) {
  json::Object raw = *json::ParseObject(
      R"({"s":{"type":"string","value":"x"},"i":{"type":"integer","value":3},)"
      R"("big":{"type":"integer","value":18446744073709551615},"d":{"type":"double","value":1},)"
      R"("b":{"type":"boolean","value":true},"a":{"type":"array","value":["x",1]},)"
      R"("bad":{"type":"integer","value":"3"},"frac":{"type":"integer","value":1.5},)"
      R"("deep":{"type":"array","value":[[1]]},"odd":{"type":"uuid","value":"x"},"null":{"type":)"
      R"("string","value":null},"not":7})");
  json::Object meta;
  json::Object clean = CleanAttributes(raw, meta);
  std::string names;
  for (const auto& member : clean) names += std::string(member.key()) + " ";
  EXPECT_EQ(names, "s i big d b a ");
  EXPECT_EQ(json::Serialize(meta.at("bad")), R"({"":{"err":["invalid_data"],"val":"3"}})");
  EXPECT_EQ(meta.size(), 5u);
  AddText(clean, "s", "other");
  EXPECT_EQ(AttributeText(clean, "s"), "x");
}

TEST(Logs, ContainerRoundTrip) {
  auto logs = ParseLogs(
      R"({"version":2,"items":[{"timestamp":1795223628.25,"level":"warn","body":"hello \ud83d",)"
      R"("trace_id":"48c8a5660bd84b9da06d4e9802ca762b","span_id":"ad0ab0cd3f5529b4",)"
      R"("attributes":{"i":{"value":192,"type":"integer"},"bad":{"value":1,"type":"string"}}},)"
      R"({"timestamp":1,"level":"info","body":"no trace"},7]})",
      3);
  ASSERT_TRUE(logs) << logs.error().detail;
  EXPECT_EQ(logs->invalid, 2u);
  ASSERT_EQ(logs->records.size(), 1u);
  const LogRecord& log = logs->records[0];
  EXPECT_EQ(log.timestamp.micros, 1'795'223'628'250'000);
  EXPECT_EQ(log.level, LogLevel::kWarn);
  EXPECT_EQ(log.severity_number, 13);
  EXPECT_EQ(log.body, "hello \xEF\xBF\xBD");
  EXPECT_EQ(log.attributes.size(), 1u);
  EXPECT_TRUE(log.meta.contains("attributes"));
  EXPECT_GT(log.bytes, 0u);
}

TEST(Logs, CountMustMatch) {
  for (auto count : {std::optional<std::int64_t>(1), std::optional<std::int64_t>()}) {
    EXPECT_EQ(ParseLogs(R"({"items":[]})", count).error().reason, kInvalidContainer);
  }
  EXPECT_TRUE(ParseLogs(R"({"items":[]})", 0));
  EXPECT_FALSE(ParseLogs("{}", 0));
  EXPECT_FALSE(ParseLogs("{", 0));
}

TEST(Logs, SeverityNumbers) {
  EXPECT_EQ(SeverityOf(LogLevel::kTrace), 1);
  EXPECT_EQ(SeverityOf(LogLevel::kFatal), 21);
  EXPECT_EQ(LevelOfSeverity(24), LogLevel::kFatal);
  EXPECT_EQ(LevelOfSeverity(4), LogLevel::kTrace);
  EXPECT_EQ(LevelOfSeverity(0), LogLevel::kInfo);
}

std::string SpanText(std::string_view extra) {
  return R"({"name":"n","span_id":"8590def07a15e468","trace_id":")" + std::string(kTrace) +
         R"(","start_timestamp":10.5,"end_timestamp":11)" + std::string(extra) + "}";
}

TEST(Spans, Container) {
  std::string text =
      R"({"items":[)" +
      SpanText(R"(,"parent_span_id":"a44bfcd6607b7f09","status":"error",)"
               R"("links":[{"trace_id":")" +
               std::string(kTrace) +
               R"(","span_id":"a44bfcd6607b7f09","sampled":true},{"trace_id":"x"}])") +
      "," + SpanText("") + "," + SpanText(R"(,"parent_span_id":"xyz")") + "]}";
  auto spans = ParseSpans(text, 3);
  ASSERT_TRUE(spans);
  EXPECT_EQ(spans->invalid, 1u);
  ASSERT_EQ(spans->records.size(), 2u);
  EXPECT_EQ(spans->records[0].status, "error");
  EXPECT_FALSE(spans->records[0].is_segment);
  ASSERT_EQ(spans->records[0].links.size(), 1u);
  EXPECT_EQ(spans->records[0].links[0].sampled, true);
  EXPECT_TRUE(spans->records[1].is_segment);
  EXPECT_EQ(spans->records[1].status, "ok");
}

TEST(Spans, ThousandAreTheMost) {
  std::string text = R"({"items":[)" + SpanText("");
  for (int i = 0; i < 1000; ++i) text += "," + SpanText("");
  EXPECT_FALSE(ParseSpans(text + "]}", 1001));
}

TEST(Spans, SingleSpanOfTheOldShape) {
  auto span = ParseSingleSpan(
      R"({"data":{"sentry.op":"ui.click","n":3},"description":"body > a","op":"ui.click",)"
      R"("span_id":"8cc1357cc9cb8fd5","start_timestamp":10,"timestamp":10.5,"trace_id":")" +
      std::string(kTrace) +
      R"(","measurements":{"inp":{"value":16,"unit":"millisecond"}},"is_segment":true,)"
      R"("exclusive_time":16.5,"status":"not_found"})");
  ASSERT_TRUE(span) << span.error().detail;
  EXPECT_EQ(span->name, "body > a");
  EXPECT_EQ(span->status, "error");
  EXPECT_EQ(AttributeText(span->attributes, "sentry.op"), "ui.click");
  EXPECT_EQ(span->attributes.at("n").at("type").as_string(), "integer");
  EXPECT_TRUE(span->attributes.contains("inp"));
  EXPECT_EQ(AttributeText(span->attributes, "sentry.status"), "not_found");
  EXPECT_FALSE(ParseSingleSpan("{}"));
}

TEST(Metrics, Container) {
  auto metrics = ParseMetrics(
      R"({"items":[{"timestamp":1,"trace_id":")" + std::string(kTrace) +
          R"(","name":"orders","type":"counter","value":2},{"timestamp":1,"trace_id":")" +
          std::string(kTrace) + R"(","name":"x","type":"odd","value":2}]})",
      2);
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->invalid, 1u);
  EXPECT_EQ(metrics->records[0].value, 2);
}

constexpr std::string_view kOtlpTraces = R"({"resourceSpans":[{"resource":{"attributes":[
  {"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"scope":{"name":"lib",
  "version":"1.2"},"spans":[{"traceId":"713D58787FA54CB888C66F0DA802F496",
  "spanId":"8590def07a15e468","parentSpanId":"a44bfcd6607b7f09","name":"GET /","kind":2,
  "startTimeUnixNano":"1795223613589582700","endTimeUnixNano":1795223613625408000,"flags":768,
  "attributes":[{"key":"n","value":{"intValue":"42"}},{"key":"f","value":{"doubleValue":1.5}},
  {"key":"b","value":{"boolValue":true}},{"key":"l","value":{"arrayValue":{"values":[
  {"stringValue":"x"}]}}},{"key":"o","value":{"kvlistValue":{"values":[{"key":"k","value":
  {"stringValue":"v"}}]}}}],"status":{"code":2,"message":"boom"},"links":[{"traceId":
  "713d58787fa54cb888c66f0da802f496","spanId":"8590def07a15e468"}]},{"name":"no ids"}]}]}]})";

void ExpectSpan(const Result<Records<SpanRecord>>& result) {
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->invalid, 1u);
  ASSERT_EQ(result->records.size(), 1u);
  const SpanRecord& span = result->records[0];
  EXPECT_EQ(span.trace_id, kTrace);
  EXPECT_EQ(span.parent_span_id, "a44bfcd6607b7f09");
  EXPECT_TRUE(span.is_segment);  // its parent is in another process
  EXPECT_EQ(span.status, "error");
  EXPECT_EQ(span.start.micros, 1'795'223'613'589'582);
  EXPECT_EQ(span.links.size(), 1u);
  EXPECT_EQ(AttributeText(span.attributes, "resource.service.name"), "shop");
  EXPECT_EQ(AttributeText(span.attributes, "instrumentation.version"), "1.2");
  EXPECT_EQ(AttributeText(span.attributes, "sentry.kind"), "server");
  EXPECT_EQ(AttributeText(span.attributes, "sentry.status.message"), "boom");
  EXPECT_EQ(span.attributes.at("n").at("value").as_int64(), 42);
  EXPECT_EQ(span.attributes.at("l").at("type").as_string(), "array");
  EXPECT_EQ(AttributeText(span.attributes, "o"), R"({"k":"v"})");
}

TEST(Otlp, TracesAsJson) { ExpectSpan(ParseOtlpTraces("application/json", kOtlpTraces)); }

// A writer of the wire format, for tests alone.
class Proto {
 public:
  Proto& Varint(unsigned field, std::uint64_t value) {
    Number(field << 3);
    Number(value);
    return *this;
  }
  Proto& Fixed64(unsigned field, std::uint64_t value) {
    Number(field << 3 | 1);
    for (int i = 0; i < 8; ++i) text_ += static_cast<char>(value >> (8 * i) & 0xFF);
    return *this;
  }
  Proto& Fixed32(unsigned field, std::uint32_t value) {
    Number(field << 3 | 5);
    for (int i = 0; i < 4; ++i) text_ += static_cast<char>(value >> (8 * i) & 0xFF);
    return *this;
  }
  Proto& Bytes(unsigned field, std::string_view value) {
    Number(field << 3 | 2);
    Number(value.size());
    text_ += value;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  void Number(std::uint64_t value) {
    while (value >= 0x80) {
      text_ += static_cast<char>((value & 0x7F) | 0x80);
      value >>= 7;
    }
    text_ += static_cast<char>(value);
  }
  std::string text_;
};

std::string Pair(std::string_view key, const Proto& any) {
  return Proto().Bytes(1, key).Bytes(2, any.text()).text();
}

std::string TracesProto() {
  Proto text_any, pair_list;
  text_any.Bytes(1, "x");
  pair_list.Bytes(1, Pair("k", Proto().Bytes(1, "v")));
  std::string trace = *HexDecode(kTrace);
  std::string parent = *HexDecode("a44bfcd6607b7f09");
  std::string id = *HexDecode("8590def07a15e468");
  Proto span;
  span.Bytes(1, trace).Bytes(2, id).Bytes(4, parent).Bytes(5, "GET /").Varint(6, 2);
  span.Fixed64(7, 1'795'223'613'589'582'700u).Fixed64(8, 1'795'223'613'625'408'000u);
  span.Bytes(9, Pair("n", Proto().Varint(3, 42)));
  span.Bytes(9, Pair("f", Proto().Fixed64(4, 0x3FF8000000000000u)));
  span.Bytes(9, Pair("b", Proto().Varint(2, 1)));
  span.Bytes(9, Pair("l", Proto().Bytes(5, Proto().Bytes(1, text_any.text()).text())));
  span.Bytes(9, Pair("o", Proto().Bytes(6, pair_list.text())));
  span.Bytes(13, Proto().Bytes(1, trace).Bytes(2, id).text());
  span.Bytes(15, Proto().Bytes(2, "boom").Varint(3, 2).text()).Fixed32(16, 768);
  span.Varint(999, 5).Bytes(998, "unknown");
  Proto scope_spans;
  scope_spans.Bytes(1, Proto().Bytes(1, "lib").Bytes(2, "1.2").text());
  scope_spans.Bytes(2, span.text()).Bytes(2, Proto().Bytes(5, "no ids").text());
  Proto resource;
  resource.Bytes(1, Pair("service.name", Proto().Bytes(1, "shop")));
  Proto resource_spans;
  resource_spans.Bytes(1, resource.text()).Bytes(2, scope_spans.text());
  return Proto().Bytes(1, resource_spans.text()).text();
}

TEST(Otlp, TracesAsProtobufAreTheSame) {
  ExpectSpan(ParseOtlpTraces("application/x-protobuf", TracesProto()));
}

TEST(Otlp, TruncatedProtobufIsRefusedOrShorter) {
  std::string bytes = TracesProto();
  for (std::size_t n = 1; n < bytes.size(); ++n) {
    EXPECT_EQ(ParseOtlpTraces("application/x-protobuf", bytes.substr(0, n)).error().reason,
              kInvalidProto)
        << n;
  }
}

TEST(Otlp, NestedProtobufEndsAtItsDepth) {
  Proto any;
  any.Bytes(1, "x");
  for (int i = 0; i < 100; ++i) {
    any = Proto().Bytes(5, Proto().Bytes(1, any.text()).text());
  }
  std::string log = Proto().Fixed64(1, 1).Bytes(5, any.text()).text();
  std::string body = Proto().Bytes(1, Proto().Bytes(2, Proto().Bytes(2, log).text()).text()).text();
  EXPECT_EQ(ParseOtlpLogs("application/x-protobuf", body).error().reason, kInvalidProto);
}

TEST(Otlp, LogsOfBothCodings) {
  auto json = ParseOtlpLogs(
      "application/json; charset=utf-8",
      R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795223613589582700",)"
      R"("severityNumber":17,"severityText":"ERROR","body":{"stringValue":"bad"},)"
      R"("traceId":"713d58787fa54cb888c66f0da802f496"},{"body":{"stringValue":"no time"}}]}]}]})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->invalid, 1u);
  EXPECT_EQ(json->records[0].level, LogLevel::kError);
  EXPECT_EQ(json->records[0].severity_number, 17);
  EXPECT_EQ(json->records[0].body, "bad");

  std::string log = Proto()
                        .Fixed64(11, 1'795'223'613'589'582'700u)
                        .Varint(2, 9)
                        .Bytes(5, Proto().Varint(3, 7).text())
                        .text();
  std::string body = Proto().Bytes(1, Proto().Bytes(2, Proto().Bytes(2, log).text()).text()).text();
  auto proto = ParseOtlpLogs("application/x-protobuf", body);
  ASSERT_TRUE(proto);
  ASSERT_EQ(proto->records.size(), 1u);
  EXPECT_EQ(proto->records[0].body, "7");
  EXPECT_EQ(proto->records[0].trace_id, "");
  EXPECT_EQ(AttributeText(proto->records[0].attributes, "sentry.observed_timestamp_nanos"),
            "1795223613589582700");
}

TEST(Otlp, ItemsAndAnswers) {
  EXPECT_TRUE(ParseOtelSpan(R"({"traceId":"713d58787fa54cb888c66f0da802f496",)"
                            R"("spanId":"8590def07a15e468","name":"n","startTimeUnixNano":"1000",)"
                            R"("endTimeUnixNano":"2000"})"));
  EXPECT_FALSE(ParseOtelSpan("{}"));
  EXPECT_FALSE(ParseOtelLog("{}"));
  EXPECT_EQ(ParseOtlpTraces("text/plain", "").error().reason, kContentType);
  EXPECT_EQ(RejectionOf(ParseOtlpTraces("text/plain", "").error()).status, 415);
  EXPECT_EQ(OtlpAnswer("application/json"), R"({"partialSuccess":{}})");
  EXPECT_EQ(OtlpAnswer("application/x-protobuf"), "");
  EXPECT_TRUE(ParseOtlpTraces("application/x-protobuf", "")->records.empty());
}

TEST(Otlp, ValuesAreBounded) {
  std::string body;
  for (int i = 0; i < 1000; ++i) body += Proto().Bytes(1, "").text();
  EXPECT_FALSE(ParseProto(OtlpTraces(), body, {.depth = 8, .values = 999}));
  EXPECT_TRUE(ParseProto(OtlpTraces(), body, {.depth = 8, .values = 1000}));
}

}  // namespace
}  // namespace gatehouse::ingest
