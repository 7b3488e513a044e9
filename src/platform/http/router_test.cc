#include "platform/http/router.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

Task<Response> Nothing(Request&) { co_return Response::Empty(); }

class RouterTest : public testing::Test {
 protected:
  const Route* Match(Method method, std::string path) {
    request_ = Request();
    request_.method = method;
    request_.path = std::move(path);
    return router_.Match(request_, &allowed_);
  }
  std::string Pattern(Method method, std::string path) {
    const Route* route = Match(method, std::move(path));
    return route == nullptr ? "" : route->pattern;
  }

  Router router_;
  Request request_;
  std::vector<Method> allowed_;
};

TEST_F(RouterTest, LiteralsWinOverParametersAndBacktrack) {
  router_.Add(Method::kGet, "/", Nothing);
  router_.Add(Method::kGet, "/orgs/{slug}/", Nothing);
  router_.Add(Method::kGet, "/orgs/new/", Nothing);
  router_.Add(Method::kGet, "/orgs/new/check/", Nothing);
  router_.Add(Method::kGet, "/orgs/{slug}/members/", Nothing);
  router_.Add(Method::kGet, "/orgs/{org}/members/{id}/", Nothing);
  EXPECT_EQ(Pattern(Method::kGet, "/"), "/");
  EXPECT_EQ(Pattern(Method::kGet, "/orgs/new/"), "/orgs/new/");
  EXPECT_EQ(Pattern(Method::kGet, "/orgs/acme/"), "/orgs/{slug}/");
  EXPECT_EQ(request_.Param("slug"), "acme");
  EXPECT_EQ(Pattern(Method::kGet, "/orgs/new/members/"), "/orgs/{slug}/members/");
  EXPECT_EQ(request_.Param("slug"), "new");
  EXPECT_EQ(Pattern(Method::kGet, "/orgs/acme/members/7/"), "/orgs/{org}/members/{id}/");
  EXPECT_EQ(request_.Param("org"), "acme");
  EXPECT_EQ(request_.Param("id"), "7");
  EXPECT_EQ(router_.routes().size(), 6u);
}

TEST_F(RouterTest, EverySegmentCounts) {
  router_.Add(Method::kGet, "/a/{x}/", Nothing);
  for (const char* path : {"/a/", "/a", "/a/b", "/a//", "/a/b/c/", "//a/b/", "/A/b/", "/a/b//", "",
                           "a/b/", "/%61/b/", "/a/b/?x"}) {
    EXPECT_EQ(Match(Method::kGet, path), nullptr) << path;
    EXPECT_TRUE(allowed_.empty()) << path;
  }
}

TEST_F(RouterTest, DoubledSlashesCountAsOneOnlyWhereTheRouteSaysSo) {
  router_.Add(Method::kPost, "/api/{project}/envelope/", Nothing, {.collapse_slashes = true});
  router_.Add(Method::kGet, "/api/{project}/keys/", Nothing);
  for (const char* path : {"/api/1//envelope/", "//api/1/envelope/", "/api/1/envelope//",
                           "///api//1///envelope////"}) {
    EXPECT_NE(Match(Method::kPost, path), nullptr) << path;
    EXPECT_EQ(request_.Param("project"), "1");
    EXPECT_EQ(Match(Method::kGet, path), nullptr) << path;
    EXPECT_EQ(allowed_, std::vector<Method>{Method::kPost}) << path;
  }
  EXPECT_EQ(Match(Method::kPost, "/api//envelope/"), nullptr) << "no value";
  for (const char* path : {"/api/1//keys/", "//api/1/keys/", "/api/1/keys//"}) {
    EXPECT_EQ(Match(Method::kGet, path), nullptr) << path;
    EXPECT_TRUE(allowed_.empty()) << path;
    EXPECT_EQ(Match(Method::kPost, path), nullptr) << path;
    EXPECT_TRUE(allowed_.empty()) << path;
  }
}

TEST_F(RouterTest, ParametersAreDecodedOnceAndChecked) {
  router_.Add(Method::kGet, "/r/{version}/", Nothing);
  EXPECT_NE(Match(Method::kGet, "/r/web%2F1.0%2b2/"), nullptr);
  EXPECT_EQ(request_.Param("version"), "web/1.0+2");
  EXPECT_NE(Match(Method::kGet, "/r/a+b%2541/"), nullptr);
  EXPECT_EQ(request_.Param("version"), "a+b%41");
  // Cache deception and traversal: such names reach no handler.
  for (const char* path : {"/r/%2e%2e/", "/r/../", "/r/./", "/r/%2E/", "/r/a%00/", "/r/a%0d%0a/",
                           "/r/%ff/", "/r/%/", "/r/%zz/"}) {
    EXPECT_EQ(Match(Method::kGet, path), nullptr) << path;
    EXPECT_TRUE(request_.params.empty());
  }
}

TEST_F(RouterTest, HeadUsesTheGetRoute) {
  router_.Add(Method::kGet, "/a", Nothing);
  router_.Add(Method::kPost, "/b", Nothing);
  EXPECT_NE(Match(Method::kHead, "/a"), nullptr);
  EXPECT_EQ(Match(Method::kHead, "/b"), nullptr);
  EXPECT_EQ(allowed_, (std::vector<Method>{Method::kPost}));
}

TEST_F(RouterTest, AllowedMethodsAreListedFor405) {
  router_.Add(Method::kGet, "/a/{x}", Nothing);
  router_.Add(Method::kPut, "/a/{x}", Nothing);
  router_.Add(Method::kDelete, "/a/b", Nothing);
  EXPECT_EQ(Match(Method::kPost, "/a/b"), nullptr);
  EXPECT_EQ(allowed_,
            (std::vector<Method>{Method::kGet, Method::kHead, Method::kPut, Method::kDelete}));
  EXPECT_EQ(Pattern(Method::kPut, "/a/b"), "/a/{x}");
  EXPECT_TRUE(allowed_.empty());
  EXPECT_EQ(Match(Method::kPost, "/c"), nullptr);
  EXPECT_TRUE(allowed_.empty());
}

TEST_F(RouterTest, DeepPathsCostNothing) {
  router_.Add(Method::kGet, "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}", Nothing);
  std::string path;
  for (int i = 0; i < 4000; ++i) path += "/x";
  EXPECT_EQ(Match(Method::kGet, path), nullptr);
  EXPECT_NE(Match(Method::kGet, "/1/2/3/4/5/6/7/8"), nullptr);
  EXPECT_EQ(request_.Param("h"), "8");
}

TEST(RouterDeathTest, ADoubledRouteIsAProgrammingError) {
  Router router;
  router.Add(Method::kGet, "/a/{x}", Nothing);
  EXPECT_DEATH(router.Add(Method::kGet, "/a/{y}", Nothing), "CHECK failed");
  EXPECT_DEATH(router.Add(Method::kPut, "a", Nothing), "CHECK failed");
  EXPECT_DEATH(router.Add(Method::kPut, "/{x}/{x}", Nothing), "CHECK failed");
}

}  // namespace
}  // namespace gatehouse::http
