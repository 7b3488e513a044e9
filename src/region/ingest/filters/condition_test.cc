#include "region/ingest/filters/condition.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "region/ingest/filters/errors.h"
#include "region/ingest/filters/filters.h"

namespace gatehouse::ingest {
namespace {

json::Object Object(std::string_view text) {
  auto parsed = json::ParseObject(text, {.max_depth = 64});
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? std::move(*parsed) : json::Object();
}

// As normalizing leaves it.
const json::Object& Event() {
  static const json::Object event = Object(R"({
    "type": "error", "release": "shop@1.4.0", "environment": "production", "level": "error",
    "user": {"id": "7", "email": "Vera@shop.example", "geo": {"city": "Vienna"}},
    "tags": [["color", "red"], ["a.b", "dotted"]],
    "extra": {"amount": 12.5, "deep": {"list": [1]}, "paid": false},
    "contexts": {"os": {"name": "Linux", "version": "6.1"}, "trace": {"op": "http.server"}},
    "request": {"url": "https://shop.example/pay", "headers": [["Host", "shop.example"]]},
    "exception": {"values": [{"type": "TypeError", "value": "x is undefined"},
                             {"type": "PaymentError", "value": "refused"}]},
    "measurements": {"lcp": {"value": 2500.0}}, "logentry": {"formatted": "hello"}})");
  return event;
}

bool Matches(std::string_view tree, const json::Object& event = Event()) {
  auto condition = Condition::Parse(Object(tree));
  EXPECT_TRUE(condition.has_value()) << tree << (condition ? "" : condition.error().detail);
  return condition && condition->Matches(event);
}

TEST(Condition, OperatorsOverFieldsOfAnEvent) {
  struct Case {
    std::string_view tree;
    bool matches;
  };
  const Case cases[] = {
      {R"({"op":"eq","name":"event.release","value":"shop@1.4.0"})", true},
      {R"({"op":"eq","name":"event.release","value":["a","shop@1.4.0"]})", true},
      {R"({"op":"eq","name":"event.release","value":[]})", false},
      {R"({"op":"eq","name":"event.release","value":"SHOP@1.4.0"})", false},
      {R"({"op":"eq","name":"event.release","value":"SHOP@1.4.0","options":{"ignoreCase":true}})",
       true},
      {R"({"op":"eq","name":"event.dist","value":null})", true},
      {R"({"op":"eq","name":"event.release","value":null})", false},
      {R"({"op":"eq","name":"event.extra.paid","value":false})", true},
      {R"({"op":"eq","name":"event.extra.amount","value":12.5})", true},
      {R"({"op":"eq","name":"event.extra.amount","value":"12.5"})", false},
      {R"({"op":"gt","name":"event.extra.amount","value":12})", true},
      {R"({"op":"gt","name":"event.extra.amount","value":12.5})", false},
      {R"({"op":"gte","name":"event.extra.amount","value":12.5})", true},
      {R"({"op":"lt","name":"event.extra.amount","value":13})", true},
      {R"({"op":"lte","name":"event.measurements.lcp.value","value":2500})", true},
      {R"({"op":"lt","name":"event.release","value":5})", false},
      {R"({"op":"lt","name":"event.nothing","value":5})", false},
      {R"({"op":"glob","name":"event.release","value":"shop@1.*"})", true},
      {R"({"op":"glob","name":"event.release","value":["x","*1.4*"]})", true},
      {R"({"op":"glob","name":"event.dist","value":"*"})", false},
      {R"({"op":"eq","name":"event.tags.color","value":"red"})", true},
      {R"({"op":"eq","name":"event.tags.a.b","value":"dotted"})", true},
      {R"({"op":"eq","name":"event.tags.size","value":"red"})", false},
      {R"({"op":"eq","name":"event.user.geo.city","value":"Vienna"})", true},
      {R"({"op":"eq","name":"event.contexts.os.name","value":"Linux"})", true},
      {R"({"op":"eq","name":"event.request.headers.host","value":"shop.example"})", true},
      {R"({"op":"eq","name":"event.exception.type","value":"PaymentError"})", true},
      {R"({"op":"glob","name":"event.exceptions.value","value":"*undefined*"})", true},
      {R"({"op":"eq","name":"event.exception.type","value":"KeyError"})", false},
      {R"({"op":"eq","name":"event.logentry.formatted","value":"hello"})", true},
      {R"({"op":"eq","name":"event.extra.deep","value":"x"})", false},
      {R"({"op":"eq","name":"event.duration","value":null})", true},
      {R"({"op":"not","inner":{"op":"eq","name":"event.release","value":"x"}})", true},
      {R"({"op":"and","inner":[]})", true},
      {R"({"op":"or","inner":[]})", false},
      {R"({"op":"and","inner":[{"op":"eq","name":"event.level","value":"error"},
           {"op":"eq","name":"event.level","value":"info"}]})",
       false},
      {R"({"op":"or","inner":[{"op":"eq","name":"event.level","value":"error"},
           {"op":"eq","name":"event.level","value":"info"}]})",
       true},
  };
  for (const Case& c : cases) EXPECT_EQ(Matches(c.tree), c.matches) << c.tree;
}

TEST(Condition, AnyAndAllLookAtTheEntriesOfAList) {
  const auto with = [](std::string_view op, std::string_view name, std::string_view inner) {
    return Matches(R"({"op":")" + std::string(op) + R"(","name":")" + std::string(name) +
                   R"(","inner":)" + std::string(inner) + "}");
  };
  // Both in one exception, which "event.exception.type" cannot say.
  const std::string both = R"({"op":"and","inner":[{"op":"eq","name":"type","value":"TypeError"},
      {"op":"eq","name":"value","value":"refused"}]})";
  EXPECT_FALSE(with("any", "event.exceptions", both));
  EXPECT_TRUE(with("any", "event.exceptions", R"({"op":"eq","name":"value","value":"refused"})"));
  EXPECT_TRUE(with("any", "event.exception.values", R"({"op":"glob","name":"type","value":"P*"})"));
  EXPECT_TRUE(with("all", "event.exception", R"({"op":"glob","name":"type","value":"*Error"})"));
  EXPECT_FALSE(with("all", "event.exceptions", R"({"op":"glob","name":"type","value":"P*"})"));
  EXPECT_TRUE(with("any", "event.exceptions",
                   R"({"op":"not","inner":{"op":"eq","name":"type","value":"TypeError"}})"));
  // What is no list has no entry; entries that are no objects match nothing.
  for (const char* op : {"any", "all"}) {
    EXPECT_FALSE(with(op, "event.release", R"({"op":"and","inner":[]})")) << op;
    EXPECT_FALSE(with(op, "event.nothing", R"({"op":"and","inner":[]})")) << op;
    EXPECT_FALSE(with(op, "event.extra.deep.list", R"({"op":"and","inner":[]})")) << op;
  }
}

TEST(Condition, TheDurationOfATransactionIsInMilliseconds) {
  const json::Object slow =
      Object(R"({"type":"transaction","start_timestamp":100.0,"timestamp":101.5})");
  EXPECT_TRUE(Matches(R"({"op":"gte","name":"event.duration","value":1500})", slow));
  EXPECT_FALSE(Matches(R"({"op":"gt","name":"event.duration","value":1500})", slow));
}

TEST(Condition, WhatIsNoneIsRefusedWithItsReason) {
  std::string deep = R"({"op":"eq","name":"event.release","value":"x"})";
  for (int i = 0; i < 12; ++i) deep = R"({"op":"not","inner":)" + deep + "}";
  std::string wide = R"({"op":"and","inner":[)";
  for (int i = 0; i < 120; ++i) {
    wide += std::string(i == 0 ? "" : ",") + R"({"op":"eq","name":"event.release","value":"x"})";
  }
  wide += "]}";
  for (const std::string& tree : std::initializer_list<std::string>{
           "{}", R"({"op":"like","name":"event.release","value":"x"})",
           R"({"op":"eq","name":"release","value":"x"})", R"({"op":"eq","name":"event.release"})",
           R"({"op":"eq","name":"event.release","value":{}})",
           R"({"op":"gt","name":"event.release","value":"5"})",
           R"({"op":"glob","name":"event.release","value":5})", R"({"op":"and","inner":{}})",
           R"({"op":"any","name":"event.exceptions"})",
           R"({"op":"all","name":"exceptions","inner":{"op":"and","inner":[]}})",
           R"({"op":"any","name":"event.exceptions","inner":{"op":"any","name":"stack",
               "inner":{"op":"and","inner":[]}}})",
           R"({"op":"or","inner":[1]})", R"({"op":"not","inner":[]})", deep, wide}) {
    const auto parsed = Condition::Parse(Object(tree));
    ASSERT_FALSE(parsed.has_value()) << tree;
    EXPECT_EQ(parsed.error().reason, kFilterConditionInvalid);
    EXPECT_FALSE(parsed.error().detail.empty());
  }
}

// events.md 8.3, 73
TEST(Filters, AConditionOfOnesOwnFiltersWithItsIdAsTheReason) {
  FilterSettings settings;
  settings.generic.push_back(
      {"old-beta",
       *Condition::Parse(Object(R"({"op":"glob","name":"event.release","value":"shop@*"})"))});
  const Filters filters(settings);
  EXPECT_EQ(filters.Match(Event(), ""), "old-beta");
  EXPECT_EQ(filters.Match(Object(R"({"type":"error","release":"other"})"), ""), "");
  EXPECT_EQ(filters.Match(Object(R"({"type":"transaction","release":"shop@2"})"), ""), "old-beta");
}

}  // namespace
}  // namespace gatehouse::ingest
