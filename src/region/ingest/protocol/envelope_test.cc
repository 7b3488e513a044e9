#include "region/ingest/protocol/envelope.h"

#include <gtest/gtest.h>

#include <string>

#include "base/rng.h"
#include "region/ingest/protocol/envelope_rules.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/response.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kId = "9ec79c33ec9942ab8353589fcb2e04dc";

std::string_view SlugOf(std::string_view body) {
  auto envelope = ParseEnvelope(body);
  return envelope ? "" : envelope.error().reason;
}

TEST(Envelope, GrammarAcceptsItsEdges) {
  struct Case {
    std::string_view body;
    std::vector<std::string_view> payloads;
  };
  const Case cases[] = {
      {"{}", {}},
      {"{}\n", {}},
      {"{}\n\n", {}},
      {"{ \"event_id\" : null }\r\n", {}},
      {"{\"sent_at\":null}\n", {}},
      {"{}\n{\"type\":\"attachment\",\"length\":5}\nhello", {"hello"}},
      {"{}\n{\"type\":\"attachment\",\"length\":5}\nhello\n", {"hello"}},
      {"{}\n{\"type\":\"attachment\",\"length\":5}\nhello\n\n", {"hello"}},
      {"{}\n{\"type\":\"attachment\",\"length\":0}\n\n{\"type\":\"attachment\",\"length\":0}\n\n",
       {"", ""}},
      {"{}\n{\"type\":\"attachment\",\"length\":0}\n\n{\"type\":\"attachment\",\"length\":0}\n",
       {"", ""}},
      {"{}\n{\"type\":\"attachment\",\"length\":0}", {""}},
      {"{}\n{\"type\":\"event\"}\n{}", {"{}"}},
      {"{}\n{\"type\":\"event\"}\n{}\r\n", {"{}\r"}},
      {"{}\n{\"type\":\"event\"}\n", {""}},
      {"{}\n{\"type\":\"event\"}", {""}},
      {"{}\n{\"type\":\"event\"}\n\n{\"type\":\"session\"}\nx", {"", "x"}},
      {"{}\n{\"type\":\"attachment\",\"length\":8}\na\r\nb\r\nc\n\n{\"type\":\"event\"}\n{}",
       {"a\r\nb\r\nc\n", "{}"}},
      {"{}\n{\"type\":\"event\",\"length\":null}\n{}", {"{}"}},
  };
  for (const Case& c : cases) {
    auto envelope = ParseEnvelope(c.body);
    ASSERT_TRUE(envelope) << c.body << envelope.error().reason;
    ASSERT_EQ(envelope->items.size(), c.payloads.size()) << c.body;
    for (std::size_t i = 0; i < c.payloads.size(); ++i) {
      EXPECT_EQ(envelope->items[i].payload, c.payloads[i]) << c.body;
    }
  }
}

TEST(Envelope, DamageAnywhereRefusesAllOfIt) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", kEnvelopeNoHeader},
      {"\n", kEnvelopeBadHeader},
      {"[]\n", kEnvelopeBadHeader},
      {"\"x\"\n", kEnvelopeBadHeader},
      {"{\"a\":\n", kEnvelopeBadHeader},
      {"{} {}\n", kEnvelopeBadHeader},
      {"{\"event_id\":\"xyz\"}\n", kEnvelopeBadEventId},
      {"{\"event_id\":7}\n", kEnvelopeBadEventId},
      {"{\"sent_at\":\"yesterday\"}\n", kEnvelopeBadHeader},
      {"{\"sent_at\":\"2020-01-01T00:00:00Z\",\"sent_at\":\"2021-01-01T00:00:00Z\"}\n",
       kEnvelopeBadHeader},
      {"{\"dsn\":\"nonsense\"}\n", kBadDsn},
      {"{}\n\n\n", kEnvelopeBadItemHeader},
      {"{}\n{\"type\":\"event\"}\n{}\n\n\n", kEnvelopeBadItemHeader},
      {"{}\n{\"length\":2}\n{}", kEnvelopeNoType},
      {"{}\n{\"type\":7}\n{}", kEnvelopeNoType},
      {"{}\n[]\n{}", kEnvelopeBadItemHeader},
      {"{}\n{\"type\":\"event\",\"type\":\"event\"}\n{}", kEnvelopeBadItemHeader},
      {"{}\n{\"type\":\"event\",\"length\":3}\n{}", kEnvelopeTruncated},
      {"{}\n{\"type\":\"event\",\"length\":1}\n{}", kEnvelopeNoNewline},
      {"{}\n{\"type\":\"event\",\"length\":2}\n{}\r\n", kEnvelopeNoNewline},
      {"{}\n{\"type\":\"event\",\"length\":-1}\n{}", kEnvelopeBadLength},
      {"{}\n{\"type\":\"event\",\"length\":\"2\"}\n{}", kEnvelopeBadLength},
      {"{}\n{\"type\":\"event\",\"length\":1e3}\n{}", kEnvelopeBadLength},
      {"{}\n{\"type\":\"event\",\"length\":2.0}\n{}", kEnvelopeBadLength},
      {"{}\n{\"type\":\"event\",\"length\":4294967296}\n{}", kEnvelopeBadLength},
      {"{}\n{\"type\":\"event\",\"length\":9223372036854775808}\n{}", kEnvelopeBadLength},
      {"{}\n{\"type\":\"event\",\"length\":99999999999999999999}\n{}", kEnvelopeBadLength},
      {"{}\n{\"type\":\"event\",\"length\":true}\n{}", kEnvelopeBadLength},
  };
  for (auto [body, slug] : cases) {
    EXPECT_EQ(SlugOf(body), slug) << body;
    auto envelope = ParseEnvelope(body);
    const Rejection& row = RejectionOf(envelope.error());
    EXPECT_EQ(row.status, 400) << body;
  }
}

TEST(Envelope, HeaderFieldsAreReadAndKept) {
  std::string body =
      R"({"event_id":"9EC79C33-EC99-42AB-8353-589FCB2E04DC","sent_at":"2020-02-07T14:16:00.5+01:00",)"
      R"("dsn":"https://a94ae32be2584e0bbd7a4cbb95971fee:secret@sentry.io:443/pre/42","future":1,)"
      R"("trace":{"trace_id":"d5205e3fc334447ba1afd072f3265f8a",)"
      R"("public_key":"a94ae32be2584e0bbd7a4cbb95971fee","sample_rate":"0.25","sampled":"true"}})"
      "\n{\"type\":\"x-future\",\"foo\":1}\nabc";
  auto envelope = ParseEnvelope(body);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->header.event_id->ToString(), kId);
  EXPECT_EQ(envelope->header.sent_at, Timestamp{1'581'081'360'500'000});
  EXPECT_EQ(envelope->header.dsn->project_id, 42);
  EXPECT_EQ(envelope->header.dsn->BaseUrl(), "https://sentry.io/pre");
  EXPECT_TRUE(envelope->header.fields.contains("future"));
  auto trace = TraceOf(envelope->header);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->sample_rate, 0.25);
  EXPECT_EQ(trace->sampled, true);
  EXPECT_EQ(envelope->items[0].type, ItemType::kUnknown);
  EXPECT_EQ(envelope->items[0].type_name(), "x-future");
  EXPECT_TRUE(envelope->items[0].fields.contains("foo"));
}

TEST(Envelope, UnreadableTraceAndLoneSurrogatesAreNoReasonToRefuse) {
  auto envelope = ParseEnvelope("{\"trace\":{\"trace_id\":\"\\ud83d\"}}\n");
  ASSERT_TRUE(envelope);
  EXPECT_FALSE(TraceOf(envelope->header));
  EXPECT_FALSE(TraceOf(ParseEnvelope("{\"trace\":7}\n")->header));
}

TEST(Envelope, HeaderAndRequestMustAgree) {
  auto header = ParseEnvelopeHeader(
      "{\"dsn\":\"https://a94ae32be2584e0bbd7a4cbb95971fee@h/42\","
      "\"origin\":\"http://localhost/\"}\nwhatever");
  ASSERT_TRUE(header);
  std::string_view key = "a94ae32be2584e0bbd7a4cbb95971fee";
  EXPECT_TRUE(CheckAgreement(*header, {}));
  EXPECT_TRUE(CheckAgreement(*header, {key, 42, "http://localhost"}));
  EXPECT_TRUE(CheckAgreement(*header, {key, 42, ""}));
  EXPECT_EQ(CheckAgreement(*header, {key, 43, ""}).error().reason, kEnvelopeMismatch);
  EXPECT_EQ(CheckAgreement(*header, {std::string(32, 'b'), 42, ""}).error().reason,
            kEnvelopeMismatch);
  EXPECT_FALSE(CheckAgreement(*header, {key, 42, "http://evil.example"}));
}

TEST(Envelope, WriterIsByteExact) {
  EXPECT_EQ(EnvelopeWriter(json::Object()).Take(), "{}\n");
  EnvelopeWriter writer(json::Object{{"event_id", json::Value(kId)}});
  writer.Add(json::Object{{"type", "attachment"}, {"filename", "a.txt"}}, "a\r\nb");
  writer.Add(json::Object{{"type", "event"}}, "{}");
  std::string text = writer.Take();
  EXPECT_EQ(text,
            "{\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\"}\n"
            "{\"type\":\"attachment\",\"filename\":\"a.txt\",\"length\":4}\na\r\nb\n"
            "{\"type\":\"event\",\"length\":2}\n{}\n");
  auto envelope = ParseEnvelope(text);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(Serialize(*envelope), text);
}

TEST(Envelope, ThousandItemsAreTheMost) {
  std::string body = "{}\n";
  for (int i = 0; i < 1000; ++i) body += "{\"type\":\"check_in\"}\n{}\n";
  EXPECT_EQ(SlugOf(body), "");
  body += "{\"type\":\"check_in\"}\n{}\n";
  EXPECT_EQ(SlugOf(body), kEnvelopeTooManyItems);
}

struct Rule {
  std::string name;
  std::vector<std::string> items;  // item headers; the payload is "{}"
  std::string_view slug;           // empty: admitted
};

Result<Admission> AdmitItems(std::string& body, const std::vector<std::string>& headers,
                             std::string_view payload = "{}") {
  body = "{}\n";
  for (const std::string& header : headers) {
    body += header + "\n" + std::string(payload) + "\n";
  }
  auto envelope = ParseEnvelope(body);
  EXPECT_TRUE(envelope);
  return Admit(*envelope);
}

TEST(EnvelopeRules, CombinationsOfItems) {
  const std::string event = R"({"type":"event"})";
  const std::string transaction = R"({"type":"transaction"})";
  const std::string feedback = R"({"type":"feedback"})";
  const std::string session = R"({"type":"session"})";
  const std::string log =
      R"({"type":"log","content_type":"application/vnd.sentry.items.log+json"})";
  const std::string spans =
      R"({"type":"span","content_type":"application/vnd.sentry.items.span.v2+json"})";
  const Rule rules[] = {
      {"no item", {}, kEnvelopeEmpty},
      {"one event", {event}, ""},
      {"two events", {event, event}, kDuplicateItem},
      {"event and transaction", {event, transaction}, kDuplicateItem},
      {"feedback and transaction", {feedback, transaction}, kDuplicateItem},
      {"event and feedback", {event, feedback}, ""},
      {"100 sessions", std::vector<std::string>(100, session), ""},
      {"101 sessions", std::vector<std::string>(101, session), "too_large:session"},
      {"two logs", {log, log}, kDuplicateItem},
      {"two span containers", {spans, spans}, kDuplicateItem},
      {"25 spans", std::vector<std::string>(25, R"({"type":"span"})"), ""},
      {"26 spans", std::vector<std::string>(26, R"({"type":"span"})"), "too_large:span"},
      {"31 attachments", std::vector<std::string>(31, R"({"type":"attachment"})"),
       "too_large:attachment"},
      {"101 client reports", std::vector<std::string>(101, R"({"type":"client_report"})"),
       "too_large:client_report"},
      {"two profiles",
       {transaction, R"({"type":"profile"})", R"({"type":"profile"})"},
       kDuplicateItem},
  };
  for (const Rule& rule : rules) {
    std::string body;
    auto admission = AdmitItems(body, rule.items);
    EXPECT_EQ(admission ? "" : admission.error().reason, rule.slug) << rule.name;
  }
}

TEST(EnvelopeRules, UnknownItemsAreRemovedAndTheRestStays) {
  std::string body = "{}\n{\"type\":\"x\"}\na\n{\"type\":\"session\"}\nb\n{\"type\":\"y\"}\nc";
  auto envelope = ParseEnvelope(body);
  auto admission = Admit(*envelope);
  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->unknown_items, 2u);
  ASSERT_EQ(envelope->items.size(), 1u);
  EXPECT_EQ(envelope->items[0].payload, "b");
}

TEST(EnvelopeRules, SizesNameTheItemType) {
  std::string big(1024 * 1024 + 1, 'x');
  std::string body;
  auto admission = AdmitItems(body, {R"({"type":"event"})"}, big);
  ASSERT_FALSE(admission);
  const Rejection& row = RejectionOf(admission.error());
  EXPECT_EQ(row.status, 413);
  EXPECT_EQ(row.outcome, "too_large:event");
  EXPECT_EQ(RejectedBody(admission.error()),
            R"({"detail":"envelope exceeded size limits for type 'event'"})");
  EXPECT_TRUE(AdmitItems(body, {R"({"type":"event"})"}, std::string_view(big).substr(1)));
  EXPECT_TRUE(AdmitItems(body, {R"({"type":"attachment"})"}, big));
  EXPECT_EQ(AdmitItems(body, {R"({"type":"check_in"})"}, big).error().reason, "too_large:check_in");
}

TEST(EnvelopeRules, OversizedClientReportsGoSilently) {
  std::string body;
  std::string report(60 * 1024, ' ');
  body = "{}\n";
  for (int i = 0; i < 2; ++i) body += "{\"type\":\"client_report\"}\n" + report + "\n";
  auto envelope = ParseEnvelope(body);
  auto admission = Admit(*envelope);
  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->oversized_client_reports, 2u);
  EXPECT_TRUE(envelope->items.empty());
}

TEST(EnvelopeRules, EventIdComesFromHeaderThenPayloadThenChance) {
  SeededRng rng(1);
  std::string header = "{\"event_id\":\"" + std::string(kId) + "\"}\n";
  std::string item = "{\"type\":\"event\"}\n";
  std::string payload = R"({"a":{"event_id":"x"},"event_id":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})";
  auto one = ParseEnvelope(header + item + payload);
  std::string keep_one = header + item + payload;
  auto with_header = ParseEnvelope(keep_one);
  EXPECT_EQ(EnsureEventId(*with_header, rng)->ToString(), kId);

  std::string keep_two = "{}\n" + item + payload;
  auto with_payload = ParseEnvelope(keep_two);
  EXPECT_EQ(EnsureEventId(*with_payload, rng)->ToString(), std::string(32, 'a'));
  EXPECT_EQ(with_payload->header.event_id->ToString(), std::string(32, 'a'));

  std::string keep_three = "{}\n" + item + "{\"event_id\":\"nonsense\"}";
  auto with_none = ParseEnvelope(keep_three);
  auto id = EnsureEventId(*with_none, rng);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->ToString()[12], '4');

  std::string keep_four = "{}\n{\"type\":\"session\"}\n{}";
  auto without_need = ParseEnvelope(keep_four);
  EXPECT_FALSE(EnsureEventId(*without_need, rng));
}

TEST(EnvelopeRules, SourceAndDependents) {
  std::string body =
      "{}\n{\"type\":\"attachment\",\"attachment_type\":\"event.minidump\"}\nMDMP\n"
      "{\"type\":\"attachment\"}\nx\n{\"type\":\"form_data\"}\n[]\n{\"type\":\"session\"}\n{}";
  auto envelope = ParseEnvelope(body);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(EventSource(*envelope), &envelope->items[0]);
  EXPECT_FALSE(DependsOnEvent(envelope->items[0]));
  EXPECT_TRUE(DependsOnEvent(envelope->items[1]));
  EXPECT_FALSE(DependsOnEvent(envelope->items[3]));
}

TEST(JsonText, ScanSeesTheTopLevelOnly) {
  MemberScan scan(R"( { "a" : 1 , "b":{"a":2,"x":"}"}, "c\"":[1,{"q":"]"}] ,"d":"text" } )");
  std::vector<std::string> seen;
  while (auto member = scan.Next()) {
    seen.push_back(std::string(member->key) + "=" + std::string(member->value));
  }
  EXPECT_TRUE(scan.ok());
  EXPECT_EQ(seen, (std::vector<std::string>{"a=1", R"(b={"a":2,"x":"}"})", R"(c\"=[1,{"q":"]"}])",
                                            R"(d="text")"}));
}

TEST(JsonText, ScanStopsAtDamage) {
  for (std::string_view text :
       {"", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":1", "{\"a\":1}x", "{\"a\":\"x}",
        "{a:1}", "{\"a\":1,}", "{\"a\" 1}", "{\"a\":[}"}) {
    MemberScan scan(text);
    while (scan.Next()) {
    }
    EXPECT_FALSE(scan.ok()) << text;
  }
}

TEST(JsonText, RepairReplacesWhatIsNotUnicodeAndNothingElse) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("a\ud83d")", R"("a\ufffd")"},
      {R"("\ud83d\ude00")", R"("\ud83d\ude00")"},
      {R"("\ude00x")", R"("\ufffdx")"},
      {R"("\\ud83d")", R"("\\ud83d")"},
      {"\"\xFF\xC3\"", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"\"\xC3\xA4\"", "\"\xC3\xA4\""},
  };
  for (const auto& [in, out] : cases) EXPECT_EQ(RepairUnicode(in), out);
  auto value = ParsePayload("{\"a\":\"x\\ud800\"}");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->at("a").as_string(), "x\xEF\xBF\xBD");
}

TEST(JsonText, DepthAndDuplicatesStayErrors) {
  std::string deep(200, '[');
  EXPECT_EQ(ParsePayload(deep).error().reason, "json_depth");
  EXPECT_EQ(RejectionOf(ParsePayload(deep).error()).status, 400);
  EXPECT_FALSE(ParsePayload(R"({"a":1,"a":2})"));
  EXPECT_FALSE(ParsePayload("{\"a\":1e999}"));
  EXPECT_FALSE(ParsePayload("{\"a\":NaN}"));
}

TEST(JsonText, NonFiniteTokensOutsideStringsBecomeNull) {
  EXPECT_EQ(ReplaceNonFinite(R"({"a":NaN,"b":[-Infinity,Infinity],"NaN":"NaN \" NaN"})"),
            R"({"a":null,"b":[null,null],"NaN":"NaN \" NaN"})");
}

TEST(Response, Bodies) {
  EXPECT_EQ(AcceptedBody(EventId::Parse(kId)), R"({"id":"9ec79c33ec9942ab8353589fcb2e04dc"})");
  EXPECT_EQ(AcceptedBody(std::nullopt), "{}");
  EXPECT_EQ(RejectedBody(Error{Code::kInvalidArgument, kEnvelopeTruncated, "secret"}),
            R"({"detail":"invalid envelope","causes":["unexpected end of file"]})");
  EXPECT_EQ(RejectionOf(Error{Code::kInternal, "something else", ""}).status, 500);
  EXPECT_EQ(TransparentGif().size(), 43u);
  EXPECT_TRUE(TransparentGif().starts_with("GIF89a"));
}

TEST(Envelope, TheNilIdNamesNoEvent) {
  const std::string nil(32, '0');
  EXPECT_EQ(SlugOf("{\"event_id\":\"" + nil + "\"}\n"), kEnvelopeBadEventId);
  EXPECT_EQ(SlugOf("{\"event_id\":\"00000000-0000-0000-0000-000000000000\"}\n"),
            kEnvelopeBadEventId);
  const std::string body = "{}\n{\"type\":\"event\"}\n{\"event_id\":\"" + nil + "\"}";
  auto envelope = ParseEnvelope(body);
  ASSERT_TRUE(envelope);
  SeededRng rng(1);
  const auto id = EnsureEventId(*envelope, rng);
  ASSERT_TRUE(id);
  EXPECT_FALSE(id->IsNil()) << "a new one";
}

// INTAKE-16
TEST(Envelope, AnEventThatIsNestedTooDeeplyIsFoundBeforeItIsAccepted) {
  const auto slug = [](const std::string& payload, std::string_view type) {
    const std::string body = "{}\n{\"type\":\"" + std::string(type) + "\"}\n" + payload;
    auto envelope = ParseEnvelope(body);
    EXPECT_TRUE(envelope);
    auto checked = CheckDepth(*envelope);
    return checked ? std::string() : std::string(checked.error().reason);
  };
  const auto nested = [](std::size_t depth) {
    return "{\"extra\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  for (const char* type : {"event", "transaction", "feedback"}) {
    EXPECT_EQ(slug(nested(128), type), "") << type;
    EXPECT_EQ(slug(nested(129), type), "json_depth") << type;
    EXPECT_EQ(slug(nested(100'000), type), "json_depth") << type;
  }
  EXPECT_EQ(slug("{\"message\":\"" + std::string(1000, '{') + "\"}", "event"), "") << "text";
  std::string wide = "{\"extra\":[";
  for (int i = 0; i < 500; ++i) wide += i ? ",{}" : "{}";
  EXPECT_EQ(slug(wide + "]}", "event"), "");
  EXPECT_EQ(slug(wide, "event"), "") << "costs the item alone, later";
}

}  // namespace
}  // namespace gatehouse::ingest
