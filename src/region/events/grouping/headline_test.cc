#include "region/events/grouping/headline.h"

#include <gtest/gtest.h>

namespace gatehouse::grouping {
namespace {

Headline Of(std::string_view text) {
  auto parsed = json::ParseObject(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? MakeHeadline(*parsed, std::nullopt) : Headline();
}

TEST(Title, OfAMessageIsItsFirstLine) {
  EXPECT_EQ(Of(R"({"logentry":{"formatted":" one\ntwo"}})").title, "one");
  EXPECT_EQ(Of(R"({"logentry":{"message":"only"}})").title, "only");
  EXPECT_EQ(Of("{}").title, "<unlabeled event>");
  EXPECT_EQ(Of(R"({"logentry":{"formatted":")" + std::string(100, 'x') + "\"}}").title,
            std::string(100, 'x'));
  EXPECT_EQ(Of(R"({"logentry":{"formatted":")" + std::string(101, 'x') + "\"}}").title,
            std::string(97, 'x') + "...");
}

TEST(Title, OfAnErrorIsTypeAndValue) {
  struct Case {
    const char* exception;
    const char* title;
  };
  for (const Case& c : {
           Case{R"({"type":"E","value":"v"})", "E: v"},
           Case{R"({"type":"E","value":"v\nw"})", "E: v"},
           Case{R"({"type":"E","value":""})", "E"},
           Case{R"({"type":"E"})", "E"},
           Case{R"({"value":"v"})", "Error: v"},
           Case{R"({"type":"E","value":"v","mechanism":{"type":"x","synthetic":true},
                    "stacktrace":{"frames":[{"function":"f"},{"function":"<unknown>"},null]}})",
                "f"},
           Case{R"({"type":"E","value":"v","mechanism":{"type":"x","synthetic":true}})", "v"},
           Case{R"({"type":"E","mechanism":{"type":"x","synthetic":true}})", "<unknown>"},
           // A captured message with a stack trace.
           Case{R"({"value":"cart is empty","mechanism":{"type":"generic","synthetic":true},
                    "stacktrace":{"frames":[{"function":"runNextTicks"}]}})",
                "cart is empty"},
           Case{R"({"mechanism":{"synthetic":true},"stacktrace":{"frames":[{"function":"f"}]}})",
                "f"},
       }) {
    EXPECT_EQ(Of(R"({"exception":{"values":[)" + std::string(c.exception) + "]}}").title, c.title)
        << c.exception;
  }
}

TEST(Title, OfAMessageWithAStackTraceIsTheMessage) {
  EXPECT_EQ(Of(R"({"logentry":{"formatted":" said\nmore"},"exception":{"values":[
      {"value":"v","mechanism":{"synthetic":true},
       "stacktrace":{"frames":[{"function":"runNextTicks"}]}}]}})")
                .title,
            "said");
}

TEST(Metadata, OfAnError) {
  const Headline head = Of(R"({"exception":{"values":[{"type":"First","value":"1"},
      {"type":"E","value":"v","stacktrace":{"frames":[
        {"function":"a","filename":"a.py","in_app":true},
        {"function":"b","filename":"b.py","in_app":false}]}}]}})");
  EXPECT_EQ(head.type, "error");
  EXPECT_EQ(head.location, "a.py");
  EXPECT_EQ(json::Serialize(head.metadata),
            R"({"value":"v","type":"E","filename":"a.py","function":"a",)"
            R"("display_title_with_tree_label":false})");
  const Headline long_one = Of(R"({"exception":{"values":[{"type":")" + std::string(200, 't') +
                               R"(","value":")" + std::string(2000, 'v') + "\"}]}}");
  EXPECT_EQ(long_one.metadata.at("type").get_string().size(), 128u);
  EXPECT_EQ(long_one.metadata.at("value").get_string().size(), 1024u);
}

TEST(Metadata, OfReportsTransactionsAndFeedback) {
  const Headline csp = Of(R"({"csp":{"effective_directive":"img-src",
      "blocked_uri":"http://x.example/a"},"logentry":{"formatted":"Blocked 'image'"}})");
  EXPECT_EQ(csp.type, "csp");
  EXPECT_EQ(csp.title, "Blocked 'image'");
  EXPECT_EQ(csp.location, "x.example");
  EXPECT_EQ(csp.metadata.at("directive"), "img-src");
  EXPECT_EQ(Of(R"({"type":"expectct","expectct":{"hostname":"h"}})").metadata.at("origin"), "h");
  const Headline transaction = Of(
      R"({"type":"transaction","transaction":"/a","contexts":{"trace":{"description":"GET a"}}})");
  EXPECT_EQ(transaction.title, "GET a");
  EXPECT_EQ(transaction.location, "/a");
  EXPECT_EQ(Of(R"({"type":"transaction","transaction":"/a"})").title, "/a");
  EXPECT_EQ(
      Of(R"({"type":"feedback","contexts":{"feedback":{"message":"bad"}}})").metadata.at("message"),
      "bad");
  EXPECT_EQ(Of(R"({"type":"generic"})").title, "<untitled>");
}

TEST(Title, CustomOneWins) {
  const Headline head = Of(R"({"title":"Own","logentry":{"formatted":"x"}})");
  EXPECT_EQ(head.title, "Own");
  EXPECT_EQ(head.metadata.at("title"), "Own");
}

TEST(Culprit, WhereItComesFrom) {
  const auto with = [](std::string_view platform, std::string_view frames) {
    return R"({"platform":")" + std::string(platform) +
           R"(","request":{"url":"http://x/"},"exception":{"values":[{"type":"E","stacktrace":{"frames":[)" +
           std::string(frames) + "]}},{\"type\":\"F\"}]}}";
  };
  constexpr std::string_view kTwo = R"({"function":"a","module":"m.a","in_app":true},
                                       {"function":"b","filename":"b.x"})";
  struct Case {
    std::string event;
    std::string culprit;
  };
  for (const Case& c : {
           Case{R"({"culprit":"own","transaction":"/t"})", "own"},
           Case{R"({"transaction":"/t"})", "/t"},
           Case{with("python", kTwo), "m.a in a"},
           Case{with("javascript", kTwo), "a(m.a)"},
           Case{with("cocoa", kTwo), "a"},
           Case{with("python", R"({"filename":"b.x"})"), "b.x in ?"},
           Case{with("node", R"({"filename":"b.x"})"), "?(b.x)"},
           Case{with("native", R"({"filename":"b.x"})"), "?"},
           Case{with("python", R"({"function":"f"})"), "http://x/"},
           Case{with("python", R"({"platform":"cocoa","function":"f"})"), "f"},
           Case{with("python", R"({"function":"f","filename":"f.py"},{"function":"g"})"),
                "f.py in f"},
           Case{R"({"stacktrace":{"frames":[{"function":"f","filename":"f.py"}]}})", "f.py in f"},
           Case{R"({"exception":{"values":[{"mechanism":{"synthetic":true},"stacktrace":{"frames":[
                    {"function":"f","filename":"f.py"}]}}]},"request":{"url":"http://x/"}})",
                ""},
           Case{"{}", ""},
           Case{R"({"type":"nel","contexts":{"nel":{"error_type":"tcp.refused"}}})",
                "The TCP connection was refused by the server"},
           Case{R"({"type":"nel","contexts":{"nel":{"error_type":"http.error"},
                    "response":{"status_code":503}}})",
                "The server's response had the status code 503"},
           Case{R"({"type":"nel","contexts":{"nel":{"error_type":"own.kind"}}})", "own.kind"},
       }) {
    EXPECT_EQ(Of(c.event).culprit, c.culprit) << c.event;
  }
}

TEST(Culprit, IsCutByCharacters) {
  std::string emoji;
  for (int i = 0; i < 300; ++i) emoji += "\xF0\x9F\x92\xA5";
  const std::string culprit = Of(R"({"culprit":")" + emoji + "\"}").culprit;
  EXPECT_EQ(culprit.size(), 197u * 4 + 3);
  EXPECT_TRUE(culprit.ends_with("..."));
}

}  // namespace
}  // namespace gatehouse::grouping
