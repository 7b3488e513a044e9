#include "edge/api/values.h"

#include <gtest/gtest.h>

#include "edge/api/cursor.h"
#include "edge/api/errors.h"
#include "edge/api/refusals.h"

namespace gatehouse::api {
namespace {

json::Object Parse(std::string_view text) { return *json::ParseObject(text); }

// AUTHZ-11: a cursor is a canonical id or nothing.
TEST(CursorTest, EditedCursorIsRefused) {
  EXPECT_EQ(*ParseCursor(""), std::nullopt);
  EXPECT_EQ(*ParseCursor("17"), 17);
  for (const char* bad :
       {"0", "-1", "+1", "017", "1 ", "1;2", "1.5", "abc", "9223372036854775808", "17:0:0", "١٧"}) {
    auto cursor = ParseCursor(bad);
    ASSERT_FALSE(cursor.has_value()) << bad;
    EXPECT_EQ(cursor.error().reason, kCursor);
  }
  EXPECT_FALSE(CursorOf(*http::Form::Parse("cursor=1&cursor=2")).has_value());
}

TEST(CursorTest, LinkCarriesTheOtherParametersAndNoLineBreak) {
  http::Request request;
  request.path = "/api/0/organizations/acme/members/";
  request.query = "query=role%3Aowner%0D%0ASet-Cookie&cursor=3";
  http::Response response;
  AddCursor(response, request, 17);
  EXPECT_EQ(response.headers.Get("Link"),
            "</api/0/organizations/acme/members/?query=role%3Aowner%0D%0ASet-Cookie&cursor=17>; "
            "rel=\"next\"; results=\"true\"; cursor=\"17\"");
  AddCursor(response, request, std::nullopt);
  EXPECT_NE(response.headers.Get("Link").find("results=\"false\""), std::string_view::npos);
}

TEST(ValuesTest, WrongTypeNamesTheField) {
  const json::Object body = Parse(R"({"a":1,"b":"x","c":null,"d":[1],"e":true})");
  auto wrong = OptionalText(body, "a");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().reason, kFieldInvalid);
  EXPECT_EQ(wrong.error().detail, "a");
  EXPECT_EQ(OptionalText(body, "b")->value(), "x");
  EXPECT_EQ(*OptionalText(body, "c"), std::nullopt);
  EXPECT_EQ(*OptionalText(body, "missing"), std::nullopt);
  EXPECT_FALSE(OptionalTexts(body, "d").has_value());
  EXPECT_FALSE(OptionalBool(body, "b").has_value());
  EXPECT_TRUE(*RequiredBool(body, "e"));
  auto missing = RequiredText(body, "missing");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().reason, kFieldRequired);
}

TEST(ValuesTest, TeamRolesWinOverTeamsAndAbsentIsNotEmpty) {
  EXPECT_EQ(*TeamsOf(Parse("{}")), std::nullopt);
  EXPECT_TRUE((*TeamsOf(Parse(R"({"teams":[]})")))->empty());
  auto both = TeamsOf(Parse(R"({"teams":["a"],"teamRoles":[{"teamSlug":"b","role":"admin"}]})"));
  ASSERT_TRUE(both.has_value());
  ASSERT_EQ((*both)->size(), 1u);
  EXPECT_EQ((**both)[0].team_slug, "b");
  EXPECT_EQ((**both)[0].role, "admin");
  for (const char* bad : {R"({"teams":"a"})", R"({"teams":[1]})", R"({"teamRoles":["a"]})",
                          R"({"teamRoles":[{"role":"admin"}]})"}) {
    EXPECT_FALSE(TeamsOf(Parse(bad)).has_value()) << bad;
  }
  EXPECT_EQ(*RoleOf(Parse(R"({"role":"member","orgRole":"owner"})")), "owner");
}

TEST(ValuesTest, TimesAreExact) {
  EXPECT_EQ(ParseTime("1970-01-01"), Timestamp{0});
  EXPECT_EQ(FormatIso8601(*ParseTime("2026-11-21T09:30:05Z")).substr(0, 19), "2026-11-21T09:30:05");
  for (const char* bad : {"", "2026", "2026-02-30", "2026-13-01", "2026-11-21T24:00:00Z",
                          "2026-11-21T09:30:05", "2026-11-21 09:30:05Z", "2026-11-2xT09:30:05Z"}) {
    EXPECT_EQ(ParseTime(bad), std::nullopt) << bad;
  }
}

TEST(RefusalsTest, FieldIsNamedAndDetailStaysInside) {
  Refusal refusal = RefusalOf({Code::kInvalidArgument, "email_invalid", "secret detail"}, 400);
  EXPECT_EQ(refusal.status, 400);
  EXPECT_EQ(json::Serialize(refusal.body).find("secret detail"), std::string::npos);
  EXPECT_EQ(refusal.body.at("email").as_array().at(0).as_string(), "Enter a valid email address.");
  refusal = RefusalOf({Code::kFailedPrecondition, "only_owner", ""}, 409);
  EXPECT_EQ(refusal.status, 403);
  EXPECT_EQ(refusal.body.at("code").as_string(), "only_owner");
  refusal = RefusalOf({Code::kInvalidArgument, kFieldRequired, "email"}, 400);
  EXPECT_EQ(refusal.body.at("email").as_array().at(0).as_string(), "This field is required.");
  refusal = RefusalOf({Code::kInternal, "internal", "SELECT"}, 500);
  EXPECT_EQ(refusal.body.at("detail").as_string(), "Internal Error");
}

TEST(RefusalsTest, CodedOnesSayWhereToGo) {
  http::Request request;
  static constexpr std::string_view kName = "organization";
  request.params = {{kName, "acme"}};
  const auto code = [&](std::string_view reason) {
    auto body = CodedRefusal(request, {Code::kUnauthenticated, reason, ""}, "ada");
    return body ? std::string(body->at("detail").at("code").as_string()) : std::string("none");
  };
  EXPECT_EQ(code("sso_required"), "sso-required");
  EXPECT_EQ(code("reauth_required"), "reauth-required");
  EXPECT_EQ(code("2fa_required"), "2fa-required");
  EXPECT_EQ(code("2fa_required_by_organization"), "2fa-required");
  EXPECT_EQ(code("email_verification_required"), "email-verification-required");
  EXPECT_EQ(code("sudo_required"), "sudo-required");
  EXPECT_EQ(code("member_over_limit"), "member-disabled-over-limit");
  EXPECT_EQ(code("login_required"), "none");
  const auto login = [&](std::string_view referer) {
    request.headers.Set("Host", "gate.example");
    request.headers.Set("Referer", std::string(referer));
    auto body = CodedRefusal(request, {Code::kUnauthenticated, "sso_required", ""}, "ada");
    return std::string(body->at("detail").at("extra").at("loginUrl").as_string());
  };
  EXPECT_EQ(login("https://gate.example/organizations/acme/?a=b"),
            "/auth/login/acme/?next=%2Forganizations%2Facme%2F%3Fa%3Db");
  for (const char* foreign : {"https://evil.example/x/", "nonsense", "https://gate.example//evil/",
                              "https://gate.example.evil/x/"}) {
    EXPECT_EQ(login(foreign), "/auth/login/acme/") << foreign;
  }
  auto sudo = CodedRefusal(request, {Code::kUnauthenticated, "sudo_required", ""}, "ada");
  EXPECT_EQ(sudo->at("detail").at("extra").at("username").as_string(), "ada");
}

}  // namespace
}  // namespace gatehouse::api
