#include "region/ingest/protocol/security_report.h"

#include <gtest/gtest.h>

#include <string>

#include "region/ingest/protocol/nel.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

std::string Message(const json::Object& event) {
  return std::string(event.at("logentry").at("formatted").as_string());
}

json::Object Report(std::string_view effective, std::string_view violated, std::string_view blocked,
                    std::string_view document = "https://site.example/page") {
  return json::Object{{"effective-directive", json::Value(effective)},
                      {"violated-directive", json::Value(violated)},
                      {"blocked-uri", json::Value(blocked)},
                      {"document-uri", json::Value(document)}};
}

TEST(Csp, MessagesOfWhatIsLocal) {
  const std::tuple<std::string_view, std::string_view, std::string_view> cases[] = {
      {"img-src", "img-src", "Blocked inline 'image'"},
      {"child-src", "child-src", "Blocked inline 'child'"},
      {"connect-src", "connect-src", "Blocked inline 'connect'"},
      {"font-src", "font-src", "Blocked inline 'font'"},
      {"manifest-src", "manifest-src", "Blocked inline 'manifest'"},
      {"media-src", "media-src", "Blocked inline 'media'"},
      {"object-src", "object-src", "Blocked inline 'object'"},
      {"style-src", "style-src", "Blocked inline 'style'"},
      {"script-src", "script-src 'unsafe-inline'", "Blocked unsafe inline 'script'"},
      {"script-src", "script-src 'unsafe-eval'", "Blocked unsafe eval() 'script'"},
      {"script-src", "script-src", "Blocked unsafe (eval() or inline) 'script'"},
      {"script-src-attr", "script-src-attr", "Blocked unsafe 'script' element"},
      {"script-src-elem", "script-src-elem", "Blocked inline script attribute"},
      {"style-src-elem", "style-src-elem", "Blocked 'style' or 'link' element"},
      {"style-src-attr", "style-src-attr", "Blocked style attribute"},
      {"base-uri", "base-uri", "Blocked inline 'base-uri'"},
  };
  for (auto [effective, violated, message] : cases) {
    for (std::string_view blocked : {"self", "", "'self'"}) {
      auto event = CspEvent(Report(effective, violated, blocked));
      ASSERT_TRUE(event);
      EXPECT_EQ(Message(*event), message) << effective;
    }
  }
}

TEST(Csp, MessagesOfWhatIsRemote) {
  const std::tuple<std::string_view, std::string_view, std::string_view> cases[] = {
      {"img-src", "http://google.com/foo", "Blocked 'image' from 'google.com'"},
      {"img-src", "https://google.com:8443/foo", "Blocked 'image' from 'google.com:8443'"},
      {"img-src", "http://google.com:80/foo", "Blocked 'image' from 'google.com'"},
      {"style-src", "http://x/", "Blocked 'style' from 'x'"},
      {"style-src-elem", "http://x/", "Blocked 'style' from 'x'"},
      {"script-src", "http://x/", "Blocked 'script' from 'x'"},
      {"script-src-elem", "http://x/", "Blocked 'script' from 'x'"},
      {"script-src-attr", "http://x/", "Blocked inline script attribute from 'x'"},
      {"style-src-attr", "http://x/", "Blocked style attribute from 'x'"},
      {"form-action", "http://x/", "Blocked 'form' action to 'x'"},
      {"frame-src", "http://x/", "Blocked 'frame-src' from 'x'"},
      {"script-src", "data", "Blocked 'script' from 'data:'"},
      {"script-src", "data:text/plain,x", "Blocked 'script' from 'data:'"},
      {"connect-src", "ws", "Blocked 'connect' from 'ws://'"},
      {"connect-src", "wss://h:9/x", "Blocked 'connect' from 'wss://h:9'"},
      {"script-src", "blob", "Blocked 'script' from 'blob:'"},
      {"script-src", "http:// bad", "Blocked 'script' from 'http:// bad'"},
  };
  for (auto [effective, blocked, message] : cases) {
    auto event = CspEvent(Report(effective, "", blocked));
    ASSERT_TRUE(event);
    EXPECT_EQ(Message(*event), message) << blocked;
  }
}

TEST(Csp, CulpritNormalizesTheRestOfTheDirective) {
  const std::tuple<std::string_view, std::string_view, std::string_view> cases[] = {
      {"style-src http://cdn.example.com", "http://site/", "style-src http://cdn.example.com"},
      {"style-src http://site", "http://site/a", "style-src 'self'"},
      {"style-src site", "http://site/a", "style-src 'self'"},
      {"style-src 'none' 'unsafe-inline'", "http://site/a", "style-src 'none' 'unsafe-inline'"},
      {"style-src cdn.example.com", "https://site/a", "style-src cdn.example.com"},
      {"style-src cdn.example.com", "app://site/a", "style-src app://cdn.example.com"},
      {"style-src  data:", "https://site/", "style-src data:"},
  };
  for (auto [violated, document, culprit] : cases) {
    auto event = CspEvent(Report("style-src", violated, "http://x", document));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->at("culprit").as_string(), culprit);
  }
}

TEST(Csp, DirectiveComesFromEitherFieldAndMustBeKnown) {
  auto derived = CspEvent(Report("", "img-src https://a", "http://x"));
  ASSERT_TRUE(derived);
  EXPECT_EQ(derived->at("csp").at("effective_directive").as_string(), "img-src");
  EXPECT_EQ(CspEvent(Report("", "nonsense-src", "http://x")).error().reason, kSecurityReport);
  EXPECT_FALSE(CspEvent(json::Object()));
}

TEST(Csp, MissingBlockedUriIsSelf) {
  auto event = CspEvent(json::Object{{"violated-directive", "img-src x"}});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->at("csp").at("blocked_uri").as_string(), "self");
  EXPECT_EQ(json::Serialize(event->at("tags")),
            R"([["effective-directive","img-src"],["blocked-uri","self"]])");
}

TEST(Csp, StripeSessionKeysLeaveTheTag) {
  auto event = CspEvent(Report("connect-src", "", "https://api.stripe.com/v1/tokens?key=1#x"));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->at("tags").at(1).at(1).as_string(), "https://api.stripe.com/v1/tokens");
}

TEST(SecurityReports, ContextIsAdded) {
  auto events = ParseSecurityReports(
      R"({"csp-report":{"document-uri":"https://d/","referrer":"https://r/","violated-directive":)"
      R"("img-src","blocked-uri":"https://b/","line-number":"7","sample":null}})",
      {"192.0.2.1", "Agent/1", "web@1.0", "prod"});
  ASSERT_TRUE(events);
  EXPECT_EQ(json::Serialize(events->at(0)),
            R"({"type":"csp","csp":{"document_uri":"https://d/","referrer":"https://r/",)"
            R"("violated_directive":"img-src","blocked_uri":"https://b/","line_number":7,)"
            R"("effective_directive":"img-src"},"culprit":"img-src",)"
            R"("logentry":{"formatted":"Blocked 'image' from 'b'"},)"
            R"("request":{"url":"https://d/","headers":[["Referer","https://r/"],)"
            R"(["User-Agent","Agent/1"]]},)"
            R"("tags":[["effective-directive","img-src"],["blocked-uri","https://b/"]],)"
            R"("logger":"csp","level":"error","platform":"other","release":"web@1.0",)"
            R"("environment":"prod","user":{"ip_address":"192.0.2.1"}})");
}

TEST(SecurityReports, ReportingApiArrays) {
  auto events = ParseSecurityReports(
      R"([{"type":"deprecation","body":{}},{"type":"csp-violation","body":{"blockedURL":"inline",)"
      R"("documentURL":"https://d/","effectiveDirective":"style-src-elem","lineNumber":1}},)"
      R"({"type":"csp-violation","body":{"effectiveDirective":"unknown"}}])",
      {});
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(Message(events->at(0)), "Blocked 'style' from 'inline:'");
  EXPECT_EQ(events->at(0).at("culprit").as_string(), "style-src-elem");
}

TEST(SecurityReports, TransportReports) {
  auto staple = ParseSecurityReports(
      R"({"expect-staple-report":{"date-time":"2014-04-06T13:00:50Z","hostname":"h.example",)"
      R"("port":443,"response-status":"ERROR_RESPONSE","cert-status":"REVOKED"}})",
      {});
  ASSERT_TRUE(staple);
  EXPECT_EQ(Message(staple->at(0)), "Expect-Staple failed for 'h.example'");
  EXPECT_EQ(json::Serialize(staple->at(0).at("tags")),
            R"([["hostname","h.example"],["port","443"],["response_status","ERROR_RESPONSE"],)"
            R"(["cert_status","REVOKED"]])");
  EXPECT_EQ(staple->at(0).at("expectstaple").at("date_time").as_string(),
            "2014-04-06T13:00:50+00:00");
  auto ct = ParseSecurityReports(R"({"expect-ct-report":{"hostname":"h"}})", {});
  EXPECT_EQ(Message(ct->at(0)), "Expect-CT failed for 'h'");
  auto pins = ParseSecurityReports(
      R"({"hostname":"h","port":443,"include-subdomains":true,"known-pins":[]})", {});
  EXPECT_EQ(Message(pins->at(0)), "Public key pinning validation failed for 'h'");
  EXPECT_EQ(json::Serialize(pins->at(0).at("tags")),
            R"([["hostname","h"],["port","443"],["include-subdomains","true"]])");
}

TEST(SecurityReports, Refusals) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", kEmptyBody},
      {"{}", kSecurityReportType},
      {"[]", kSecurityReportType},
      {"7", kSecurityReportType},
      {R"({"csp-report":[]})", kSecurityReport},
      {R"({"csp-report":{"violated-directive":"x"}})", kSecurityReport},
      {R"({"expect-ct-report":{}})", kSecurityReport},
      {R"({"known-pins":[]})", kSecurityReport},
      {"{", "json_invalid"},
  };
  for (auto [body, slug] : cases) {
    auto events = ParseSecurityReports(body, {});
    ASSERT_FALSE(events) << body;
    EXPECT_EQ(events.error().reason, slug) << body;
    EXPECT_EQ(RejectionOf(events.error()).status, 400);
  }
}

TEST(SecurityReports, ContentTypes) {
  for (std::string_view type : {"application/csp-report", "Application/JSON; charset=utf-8",
                                "application/reports+json", "application/expect-ct-report+json"}) {
    EXPECT_TRUE(IsSecurityContentType(type)) << type;
  }
  EXPECT_FALSE(IsSecurityContentType("text/plain"));
  EXPECT_FALSE(IsSecurityContentType(""));
}

TEST(Nel, ReportBecomesAnEvent) {
  auto events = ParseNelReports(
      R"([{"type":"network-error","age":2500,"url":"https://u/x","user_agent":"A/1","body":)"
      R"({"type":"tcp.refused","phase":"connection","method":"GET","referrer":"https://r/",)"
      R"("sampling_fraction":0.5,"status_code":0,"elapsed_time":23,"server_ip":"192.0.2.7"}},)"
      R"({"type":"deprecation","body":{}}])",
      {"192.0.2.1", "B/2", "", ""}, Timestamp::FromSeconds(1000));
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1u);
  const json::Object& event = events->at(0);
  EXPECT_EQ(Message(event), "connection / tcp.refused");
  EXPECT_EQ(event.at("timestamp").as_double(), 997.5);
  EXPECT_EQ(event.at("contexts").at("nel").at("error_type").as_string(), "tcp.refused");
  EXPECT_EQ(event.at("contexts").at("response").at("status_code").as_int64(), 0);
  EXPECT_EQ(json::Serialize(event.at("request")),
            R"({"url":"https://u/x","method":"GET","headers":[["Referer","https://r/"],)"
            R"(["User-Agent","A/1"]]})");
  EXPECT_EQ(event.at("user").at("ip_address").as_string(), "192.0.2.1");
  EXPECT_EQ(event.at("logger").as_string(), "nel");
}

TEST(Nel, NothingToReadIsRefused) {
  for (std::string_view body : {"[]", "{}", R"([{"type":"network-error"}])"}) {
    EXPECT_EQ(ParseNelReports(body, {}, {}).error().reason, kNelReport) << body;
  }
}

}  // namespace
}  // namespace gatehouse::ingest
