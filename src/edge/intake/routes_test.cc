// What the routes answer besides storing: preflights, pixels, the oldest paths, and what a page of
// another origin may read.

#include "edge/intake/routes.h"

#include <gtest/gtest.h>

#include "platform/http/form.h"
#include "platform/http/router.h"
#include "region/ingest/intake/pipeline_fixture.h"
#include "region/ingest/protocol/response.h"

namespace gatehouse::edge_intake {
namespace {

class IntakeRoutesTest : public ingest::PipelineFixture {
 protected:
  void SetUp() override {
    PipelineFixture::SetUp();
    if (IsSkipped()) return;
    AddRoutes(router_, *intake_);
  }
  http::Request Request(http::Method method, std::string path, std::string body = "") {
    http::Request request;
    request.method = method;
    request.path = std::move(path);
    request.body = std::move(body);
    request.received = clock().Now();
    request.remote_ip = "203.0.113.7";
    return request;
  }
  http::Response Ask(http::Request request) {
    std::vector<http::Method> allowed;
    const http::Route* route = router_.Match(request, &allowed);
    EXPECT_NE(route, nullptr) << request.path;
    if (route == nullptr) return {};
    auto response = Run(route->handler(request));
    EXPECT_OK(response);
    return response ? std::move(*response) : http::Response{};
  }
  std::string Path(std::string_view route) {
    return "/api/" + shop_.id.ToString() + "/" + std::string(route) + "/";
  }
  bool IsStored(std::string_view id) {
    Process();
    auto event = Run(store_->Get(shop_.id.value, std::string(id)));
    EXPECT_OK(event);
    return event && event->has_value();
  }
  static std::string Bare(std::string_view id) {
    return "{\"event_id\":\"" + std::string(id) + "\",\"message\":\"hello\"}";
  }

  http::Router router_;
};
GATEHOUSE_ON_ALL_ENGINES(IntakeRoutesTest);

TEST_P(IntakeRoutesTest, APreflightIsAnsweredWithWhatBrowsersMaySend) {
  for (const char* route : {"store", "envelope", "minidump", "security"}) {
    const http::Response answer = Ask(Request(http::Method::kOptions, Path(route)));
    EXPECT_EQ(answer.status, 200) << route;
    EXPECT_TRUE(answer.body.empty()) << route;
    EXPECT_EQ(answer.headers.Get("Access-Control-Allow-Origin"), "*") << route;
    EXPECT_NE(answer.headers.Get("Access-Control-Allow-Methods").find("POST"),
              std::string_view::npos);
    for (const char* header : {"x-sentry-auth", "content-type", "content-encoding"}) {
      EXPECT_NE(answer.headers.Get("Access-Control-Allow-Headers").find(header),
                std::string_view::npos)
          << route << ": " << header;
    }
    for (const char* header : {"x-sentry-error", "x-sentry-rate-limits", "retry-after"}) {
      EXPECT_NE(answer.headers.Get("Access-Control-Expose-Headers").find(header),
                std::string_view::npos)
          << route << ": " << header;
    }
    EXPECT_EQ(answer.headers.Get("Access-Control-Max-Age"), "3600");
  }
}

TEST_P(IntakeRoutesTest, APageOfARefusedOriginReadsNothing) {
  projects::Edit edit;
  edit.options = {{"allowed_domains", json::Array{"https://shop.example"}}};
  ASSERT_OK(Run(projects_->Update(acme_, shop_.id, std::move(edit), By(acme_, admin_))));
  for (const char* origin : {"https://evil.example", "null", "https://shop.example.evil.example"}) {
    http::Request request = Request(http::Method::kPost, Path("envelope"), Error(ingest::kId));
    request.headers.Set("X-Sentry-Auth", Auth());
    request.headers.Set("Origin", origin);
    const http::Response answer = Ask(std::move(request));
    EXPECT_EQ(answer.status, 403) << origin;
    EXPECT_EQ(answer.headers.Get("Access-Control-Allow-Origin"), "") << origin;
  }
  EXPECT_FALSE(IsStored(ingest::kId));
  http::Request request = Request(http::Method::kPost, Path("envelope"), Error(ingest::kId));
  request.headers.Set("X-Sentry-Auth", Auth());
  request.headers.Set("Origin", "https://shop.example");
  const http::Response answer = Ask(std::move(request));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.Get("Access-Control-Allow-Origin"), "*");
}

TEST_P(IntakeRoutesTest, APixelIsAPixelAndTheEventArrives) {
  for (const std::string& path : {Path("store"), std::string("/api/store/")}) {
    const std::string id = HexId(path.size() > 12 ? 1 : 2);
    http::Request request = Request(http::Method::kGet, path);
    request.query = "sentry_key=" + key_.public_key +
                    "&sentry_version=7&sentry_data=" + http::PercentEncode(Bare(id));
    const http::Response answer = Ask(std::move(request));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.Get("Content-Type"), "image/gif");
    EXPECT_EQ(answer.body, ingest::TransparentGif());
    EXPECT_TRUE(IsStored(id)) << path;
  }
  http::Request junk = Request(http::Method::kGet, Path("store"));
  junk.query = "sentry_key=" + key_.public_key + "&sentry_data=none";
  EXPECT_EQ(Ask(std::move(junk)).body, ingest::TransparentGif()) << "a page shows it in any case";
}

TEST_P(IntakeRoutesTest, TheOldestStoreRouteNamesItsProjectByTheKeyAlone) {
  for (const std::string& path : {std::string("/api/store/"), Path("store")}) {
    const std::string id = HexId(path.size() > 12 ? 3 : 4);
    http::Request request = Request(http::Method::kPost, path, Bare(id));
    request.headers.Set("X-Sentry-Auth", Auth());
    const http::Response answer = Ask(std::move(request));
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_NE(answer.body.find(id), std::string::npos);
    EXPECT_TRUE(IsStored(id)) << path;
  }
}

TEST_P(IntakeRoutesTest, AnEmptyAuthHeaderLeavesItToTheEnvelope) {
  std::string base = "https://" + key_.public_key + "@sentry.example/" + shop_.id.ToString();
  std::string body = Error(ingest::kId);
  body.insert(1, "\"dsn\":\"" + base + "\",");
  http::Request request = Request(http::Method::kPost, Path("envelope"), std::move(body));
  request.headers.Set("X-Sentry-Auth", "");
  EXPECT_EQ(Ask(std::move(request)).status, 200);
  EXPECT_TRUE(IsStored(ingest::kId));
  http::Request nobody = Request(http::Method::kPost, Path("envelope"), Error(HexId(9)));
  nobody.headers.Set("X-Sentry-Auth", "");
  EXPECT_EQ(Ask(std::move(nobody)).status, 401);
}

TEST_P(IntakeRoutesTest, AttachmentsBeyondTheirLimitAreToldSo) {
  const json::Object limit{{"quotas", json::Object{{"attachment_bytes_per_second", 1}}}};
  ASSERT_OK(Run(settings_->Update(acme_, limit, By(acme_, ann_))));
  const auto send = [&](const std::string& content) {
    http::Request request =
        Request(http::Method::kPost, Path("events/" + std::string(ingest::kId) + "/attachments"),
                "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\n" +
                    content + "\r\n--b--");
    request.headers.Set("Content-Type", "multipart/form-data; boundary=b");
    request.headers.Set("X-Sentry-Auth", Auth());
    return Ask(std::move(request));
  };
  EXPECT_EQ(send("123456").status, 201);
  const http::Response limited = send("1234567");
  EXPECT_EQ(limited.status, 429);
  EXPECT_NE(limited.headers.Get("Retry-After"), "");
  EXPECT_NE(limited.headers.Get("X-Sentry-Rate-Limits").find("attachment"), std::string_view::npos);
  Process();
  EXPECT_EQ(Items("attachment").size(), 1u);
  EXPECT_EQ(OutcomeCount("rate_limited", ""), 0) << "a limit has a reason";
}

TEST_P(IntakeRoutesTest, DoubledSlashesCountAsOne) {
  const std::string id = shop_.id.ToString();
  int n = 20;
  for (const std::string& path : {"/api/" + id + "//envelope/", "//api/" + id + "/envelope/",
                                  "/api/" + id + "/envelope//", "/api//" + id + "/envelope"}) {
    http::Request request = Request(http::Method::kPost, path, Error(HexId(++n)));
    request.headers.Set("X-Sentry-Auth", Auth());
    EXPECT_EQ(Ask(std::move(request)).status, 200) << path;
    EXPECT_TRUE(IsStored(HexId(n))) << path;
  }
  http::Request bare = Request(http::Method::kPost, "/api/" + id + "///store//", Bare(HexId(40)));
  bare.headers.Set("X-Sentry-Auth", Auth());
  EXPECT_EQ(Ask(std::move(bare)).status, 200);
}

TEST_P(IntakeRoutesTest, WhatTheServerRefusesItselfMayBeReadAsWell) {
  for (const std::string& path :
       {Path("envelope"), Path("store"), "/api/" + shop_.id.ToString() + "//envelope//",
        std::string("/api/store/"), std::string("/tunnel"), Path("cron/m/k")}) {
    for (const int status : {405, 413, 500}) {
      const auto answer = RenderRefusal(Request(http::Method::kDelete, path), status);
      ASSERT_TRUE(answer) << path;
      EXPECT_EQ(answer->status, status);
      EXPECT_EQ(answer->headers.Get("Access-Control-Allow-Origin"), "*");
      EXPECT_NE(answer->headers.Get("X-Sentry-Error"), "");
      EXPECT_EQ(answer->headers.Get("Content-Type"), "application/json");
      EXPECT_NE(answer->body.find(answer->headers.Get("X-Sentry-Error")), std::string::npos);
    }
    EXPECT_FALSE(RenderRefusal(Request(http::Method::kGet, path), 404)) << path;
  }
  for (const char* path : {"/", "/api/0/store/", "/api/0/organizations/", "/api/1/keys/",
                           "/auth/login/", "/tunnel/of/love/", "/api/"}) {
    EXPECT_FALSE(RenderRefusal(Request(http::Method::kPost, path), 405)) << path;
  }
}

}  // namespace
}  // namespace gatehouse::edge_intake
