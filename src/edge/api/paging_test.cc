#include "edge/api/paging.h"

#include <gtest/gtest.h>

#include "edge/api/errors.h"
#include "edge/api/event_encode.h"

namespace gatehouse::api {
namespace {

http::Form Parsed(std::string_view query) {
  auto form = http::Form::Parse(query);
  EXPECT_TRUE(form.has_value());
  return form ? *form : http::Form();
}

TEST(PagingTest, CursorsGoBothWaysAndNothingElseIsOne) {
  const PageCursor cursor{1'800'000'000'000'000, 42, true};
  EXPECT_EQ(cursor.ToString(), "1800000000000000:42:1");
  EXPECT_EQ(**ParsePageCursor(cursor.ToString()), cursor);
  EXPECT_EQ(**ParsePageCursor("-5:0:0"), (PageCursor{-5, 0, false}));
  EXPECT_FALSE(ParsePageCursor("")->has_value());
  for (const char* bad : {"1", "1:2", "1:2:3", "a:0:0", "0:-1:0", "0:0:0:0",
                          "1:2:", "::", "99999999999999999999:0:0", " 1:0:0"}) {
    auto parsed = ParsePageCursor(bad);
    ASSERT_FALSE(parsed.has_value()) << bad;
    EXPECT_EQ(parsed.error().reason, kCursor);
  }
}

TEST(PagingTest, SizesAreOneToAHundred) {
  EXPECT_EQ(PageSizeOf(Parsed("")).value_or(0), 100u);
  EXPECT_EQ(PageSizeOf(Parsed("limit=7")).value_or(0), 7u);
  EXPECT_EQ(PageSizeOf(Parsed("per_page=1&limit=7")).value_or(0), 1u);
  for (const char* bad : {"limit=0", "limit=101", "per_page=x", "limit=-1"}) {
    EXPECT_FALSE(PageSizeOf(Parsed(bad)).has_value()) << bad;
  }
}

TEST(PagingTest, BothLinksAreThereAndKeepTheOtherParameters) {
  http::Request request;
  request.path = "/api/0/projects/";
  request.query = "query=a%20b&cursor=0:0:0";
  http::Response response;
  AddLinks(response, request, "https://gate.example",
           {.has_previous = false, .next = {0, 100, false}, .has_next = true});
  EXPECT_EQ(response.headers.Get("Link"),
            "<https://gate.example/api/0/projects/?query=a%20b&cursor=0:0:1>; rel=\"previous\"; "
            "results=\"false\"; cursor=\"0:0:1\", "
            "<https://gate.example/api/0/projects/?query=a%20b&cursor=0:100:0>; rel=\"next\"; "
            "results=\"true\"; cursor=\"0:100:0\"");
}

TEST(PagingTest, ASliceEndsWhereTheListDoes) {
  auto slice = SliceOf(Parsed("limit=10&cursor=0:20:0"), 25);
  ASSERT_TRUE(slice.has_value());
  EXPECT_EQ(slice->begin, 20u);
  EXPECT_EQ(slice->end, 25u);
  EXPECT_TRUE(slice->links.has_previous);
  EXPECT_EQ(slice->links.previous.offset, 10);
  EXPECT_FALSE(slice->links.has_next);
  slice = SliceOf(Parsed("cursor=0:999999:0"), 25);
  ASSERT_TRUE(slice.has_value());
  EXPECT_EQ(slice->begin, slice->end);
}

// Whatever is stored, it is shown: members of other types than one expects are left out.
TEST(EventEncodeTest, OddPayloadsAreShownAsFarAsTheyGo) {
  eventstore::StoredEvent event;
  event.project_id = 7;
  event.event_id = std::string(32, 'a');
  event.type = "default";
  event.user = "id:7";
  event.tags = {{"sentry:user", event.user}, {"b", "2"}};
  for (const char* text :
       {"{}", R"({"exception":"boom","threads":[],"breadcrumbs":{"values":[null,1]}})",
        R"({"exception":{"values":[null,{"stacktrace":{"frames":[null,{"pre_context":[1],)"
        R"("context_line":2,"lineno":"x"}]}}]},"request":[],"user":"ann","errors":[1,{}]})",
        R"({"logentry":{"formatted":7},"stacktrace":{"frames":{}},"debug_meta":{}})"}) {
    event.payload = text;
    auto payload = PayloadOf(event);
    ASSERT_TRUE(payload.has_value()) << text;
    const json::Object shown = EncodeFullEvent(event, *payload);
    EXPECT_TRUE(shown.at("entries").is_array());
    EXPECT_EQ(shown.at("tags").as_array().size(), 2u);
  }
  event.payload = "no json";
  EXPECT_EQ(PayloadOf(event).error().code, Code::kDataLoss);
  const json::Object simple = EncodeSimpleEvent(event);
  EXPECT_EQ(simple.at("tags").as_array()[1].as_object().at("key").as_string(), "user");
  EXPECT_EQ(simple.at("user").as_object().at("id").as_string(), "7");
}

}  // namespace
}  // namespace gatehouse::api
