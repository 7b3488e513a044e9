#include "platform/http/message.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

TEST(HeadersTest, NamesCompareWithoutCase) {
  Headers headers;
  headers.Add("Content-Type", "text/plain");
  headers.Add("Set-Cookie", "a=1");
  headers.Add("set-cookie", "b=2");
  EXPECT_EQ(headers.Get("content-TYPE"), "text/plain");
  EXPECT_EQ(headers.Get("Set-Cookie"), "a=1");
  EXPECT_EQ(headers.Count("SET-COOKIE"), 2u);
  EXPECT_TRUE(headers.Has("set-cookie"));
  EXPECT_FALSE(headers.Has("Cookie"));
  EXPECT_EQ(headers.Get("Cookie"), "");
}

TEST(HeadersTest, SetReplacesEveryValue) {
  Headers headers;
  headers.Add("A", "1");
  headers.Add("B", "2");
  headers.Add("a", "3");
  headers.Set("A", "4");
  ASSERT_EQ(headers.all().size(), 2u);
  EXPECT_EQ(headers.Get("a"), "4");
  headers.Remove("b");
  EXPECT_FALSE(headers.Has("B"));
}

TEST(ResponseTest, MakersSetTheContentType) {
  EXPECT_EQ(Response::Text(200, "x").headers.Get("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(Response::Html(200, "x").headers.Get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(Response::Json(201, "{}").headers.Get("Content-Type"), "application/json");
  Response redirect = Response::Redirect("/next", 303);
  EXPECT_EQ(redirect.status, 303);
  EXPECT_EQ(redirect.headers.Get("Location"), "/next");
  EXPECT_EQ(Response::Empty().status, 204);
}

TEST(MethodTest, NamesAreTheWireForm) {
  EXPECT_EQ(MethodName(Method::kGet), "GET");
  EXPECT_EQ(MethodName(Method::kDelete), "DELETE");
  EXPECT_EQ(MethodName(Method::kOptions), "OPTIONS");
}

TEST(RequestDeathTest, ParamThatTheRouteDoesNotHaveIsAProgrammingError) {
  Request request;
  request.params.emplace_back("slug", "acme");
  EXPECT_EQ(request.Param("slug"), "acme");
  EXPECT_DEATH((void)request.Param("id"), "matched route");
}

}  // namespace
}  // namespace gatehouse::http
