// Requests, users, contexts, user agents, breadcrumbs.

#include "region/events/normalize/normalize_fixture.h"
#include "region/events/normalize/user_agent.h"
#include "region/events/normalize/web_url.h"

namespace gatehouse::events {
namespace {

void ExpectRequest(std::string_view given, std::string_view expected,
                   std::string_view errors = "") {
  auto result = RunEvent("{\"request\":" + std::string(given) + "}");
  const json::Value* request = result.Find("request");
  ASSERT_NE(request, nullptr) << given;
  EXPECT_EQ(*request, *json::ParseLenient(expected))
      << given << " gave " << json::Serialize(*request);
  EXPECT_EQ(result.Errors(), errors) << given;
}

TEST(Request, Urls) {
  ExpectRequest(R"({"url":"HTTP://Example.COM:80/a b?x=1&y=%20z#frag"})",
                R"({"url":"http://example.com/a%20b","query_string":[["x","1"],["y"," z"]],)"
                R"("fragment":"frag"})");
  ExpectRequest(R"({"url":"http://a.b/?x=1#f","query_string":"y=2","fragment":"g"})",
                R"({"url":"http://a.b/","query_string":[["y","2"]],"fragment":"g"})");
  ExpectRequest(R"({"url":"/path?x=1#f"})",
                R"({"url":"/path","query_string":[["x","1"]],"fragment":"f"})");
  ExpectRequest(R"({"url":"http://a.b/x…"})", R"({"url":"http://a.b/x..."})");
  ExpectRequest(R"({"url":"http://münchen.de/x"})", R"({"url":"http://xn--mnchen-3ya.de/x"})");
  ExpectRequest(R"({"url":"http://u:p@a.b:8080"})", R"({"url":"http://u:p@a.b:8080/"})");
}

TEST(Request, PunycodeVectors) {
  EXPECT_EQ(PunycodeLabel("bücher"), "xn--bcher-kva");
  EXPECT_EQ(PunycodeLabel("пример"), "xn--e1afmkfd");
  EXPECT_EQ(PunycodeLabel("例え"), "xn--r8jz45g");
  EXPECT_EQ(PunycodeLabel("Plain"), "plain");
  EXPECT_EQ(PunycodeLabel(std::string(1000, '\xC3')), std::nullopt);
}

TEST(Request, Methods) {
  ExpectRequest(R"({"method":"get"})", R"({"method":"GET"})");
  for (std::string_view bad : {"\"1A\"", "\"AB\"", "\"G T\"", "5"}) {
    auto result = RunEvent("{\"request\":{\"method\":" + std::string(bad) + "}}");
    EXPECT_EQ(result.At("request.method"), "null") << bad;
    EXPECT_TRUE(result.Errors().starts_with("invalid_data request.method")) << bad;
  }
}

TEST(Request, QueryStrings) {
  ExpectRequest(R"({"query_string":"?a=b&c&d=%C3%A4+x"})",
                R"({"query_string":[["a","b"],["c",""],["d","ä x"]]})");
  ExpectRequest(R"({"query_string":{"b":{"x":1},"a":[1]}})",
                R"({"query_string":[["a","[1]"],["b","{\"x\":1}"]]})");
  ExpectRequest(R"({"query_string":[["a"],["b",null],["c","d"]]})",
                R"({"query_string":[["a",""],["b",""],["c","d"]]})");
  auto result = RunEvent(R"({"request":{"query_string":5}})");
  EXPECT_EQ(result.Errors(), "invalid_data request.query_string expected an array or object");
}

TEST(Request, CookiesAndTheirHeader) {
  ExpectRequest(R"({"headers":{"cookie":"a=b; c=\"d e\""}})",
                R"({"cookies":[["a","b"],["c","d e"]]})");
  ExpectRequest(R"({"headers":{"Cookie":"a=b","X":"1"},"cookies":{"x":"y"}})",
                R"({"headers":[["X","1"]],"cookies":[["x","y"]]})");
  ExpectRequest(R"({"cookies":[["a","b"]]})", R"({"cookies":[["a","b"]]})");
  auto result = RunEvent(R"({"request":{"cookies":"nonsense"}})");
  EXPECT_EQ(result.Errors(), "invalid_data request.cookies cannot read cookies");
}

TEST(Request, Headers) {
  ExpectRequest(R"({"headers":{"user-agent":["a","b"],"x-ID":7,"accept":"*/*"}})",
                R"({"headers":[["Accept","*/*"],["User-Agent","a,b"],["X-ID","7"]]})");
  ExpectRequest(R"({"headers":[["b","1"],["a","2"]]})", R"({"headers":[["B","1"],["A","2"]]})");
}

TEST(Request, BodiesAreInferred) {
  ExpectRequest(R"({"data":"{\"a\":1}"})",
                R"({"data":{"a":1},"inferred_content_type":"application/json"})");
  ExpectRequest(R"({"data":"a=b&c="})",
                R"({"data":{"a":"b","c":""},)"
                R"("inferred_content_type":"application/x-www-form-urlencoded"})");
  for (std::string_view plain : {"<?xml version=\\\"1.0\\\"?><a b=\\\"c\\\"/>", "dGVzdA==", "hello",
                                 "{broken=1&x=2", "[broken=1&x", "a="}) {
    auto result = RunEvent("{\"request\":{\"data\":\"" + std::string(plain) + "\"}}");
    EXPECT_EQ(result.At("request.data"), "\"" + std::string(plain) + "\"");
    EXPECT_EQ(result.At("request.inferred_content_type"), "absent") << plain;
  }
  ExpectRequest(R"({"data":"x","headers":{"content-type":"text/plain; charset=utf-8"}})",
                R"({"data":"x","headers":[["Content-Type","text/plain; charset=utf-8"]],)"
                R"("inferred_content_type":"text/plain"})");
  EXPECT_EQ(RunEvent(R"({"request":{"data":"x","inferred_content_type":"a/b"}})")
                .At("request.inferred_content_type"),
            "absent");
}

TEST(Request, ADeeplyNestedBodyStaysText) {
  std::string nested(10'000, '[');
  auto result = RunEvent("{\"request\":{\"data\":\"" + nested + "\"}}");
  EXPECT_TRUE(result.Find("request.data")->is_string());
}

TEST(User, UnknownKeysAreData) {
  auto result = RunEvent(R"({"user":{"id":5,"foo":"bar","data":{"x":1},"geo":{"city":null}}})");
  EXPECT_EQ(result.At("user"), R"({"id":"5","data":{"x":1,"foo":"bar"}})");
  EXPECT_EQ(RunEvent(R"({"user":{}})").At("user"), "absent");
  EXPECT_EQ(RunEvent(R"({"user":{"ip_address":"nope"}})").Errors(),
            "invalid_data user.ip_address expected an ip address");
}

struct AddressCase {
  std::string_view event;
  std::string_view address;
};

TEST(User, AddressResolution) {
  const AddressCase kCases[] = {
      {R"({"request":{"env":{"REMOTE_ADDR":"{{auto}}"}}})", "\"9.9.9.9\""},
      {R"({"user":{"ip_address":"{{auto}}"}})", "\"9.9.9.9\""},
      {R"({"request":{"env":{"REMOTE_ADDR":"2.1.1.1"}}})", "\"2.1.1.1\""},
      {R"({"request":{"env":{"REMOTE_ADDR":"whoops"}}})", "absent"},
      {R"({"request":{"env":{"REMOTE_ADDR":"2.1.1.1"}},"user":{"ip_address":"3.3.3.3"}})",
       "\"3.3.3.3\""},
      {R"({"platform":"javascript"})", "\"9.9.9.9\""},
      {R"({"platform":"cocoa"})", "\"9.9.9.9\""},
      {R"({"platform":"python"})", "absent"},
      {R"({"platform":"javascript","sdk":{"name":"x","version":"1","settings":{"infer_ip":"never"}}})",
       "absent"},
      {R"({"platform":"python","sdk":{"name":"x","version":"1","settings":{"infer_ip":"auto"}}})",
       "\"9.9.9.9\""},
  };
  Context context = TestContext();
  context.client_ip = "9.9.9.9";
  for (const AddressCase& c : kCases) {
    EXPECT_EQ(RunEvent(c.event, context).At("user.ip_address"), c.address) << c.event;
  }
  EXPECT_EQ(RunEvent(R"({"user":{"ip_address":"{{auto}}"}})").At("user"), "absent");
  context.kind = ItemKind::kSecurity;
  context.user_agent = "Mozilla/5.0 Chrome/99.0 Safari/1";
  auto report = RunEvent(R"({"csp":{"blocked_uri":"x"},"platform":"other"})", context);
  EXPECT_EQ(report.At("user.ip_address"), "\"9.9.9.9\"");
  EXPECT_EQ(report.At("logger"), "\"csp\"");
  EXPECT_EQ(report.At("contexts.browser.name"), "\"Chrome\"");
}

TEST(Contexts, TypesAndNulls) {
  auto result = RunEvent(
      R"({"contexts":{"os":{"name":"x"},"foo":{"a":1},"bar":null,"baz":5,"reprocessing":{}}})");
  EXPECT_EQ(result.At("contexts.os.type"), "\"os\"");
  EXPECT_EQ(result.At("contexts.foo"), R"({"a":1,"type":"default"})");
  EXPECT_EQ(result.At("contexts.bar"), "absent");
  EXPECT_EQ(result.At("contexts.reprocessing"), "absent");
  EXPECT_EQ(result.Errors(), "invalid_data contexts.baz expected an object");
}

TEST(Contexts, RawDescriptions) {
  struct {
    std::string_view alias;
    std::string_view raw;
    std::string_view name;
    std::string_view version;
    std::string_view key;
    std::string_view extra;
  } cases[] = {
      {"os", "Microsoft Windows 10.0.19041", "Windows", "10", "build", "19041"},
      {"os", "Windows NT 10.0.22631.0", "Windows", "11", "build", "22631"},
      {"os", "Mac OS X 10.15.7 (19H2)", "macOS", "10.15.7", "build", "19H2"},
      {"os", "Linux 5.4.0-42-generic #46", "Linux", "", "kernel_version", "5.4.0"},
      {"os", "nothing known", "", "", "", ""},
      {"runtime", "Mono 5.10.1.47 (tarball)", "Mono", "5.10.1.47", "", ""},
      {"runtime", ".NET Core 4.6.26628.05", ".NET Core", "4.6.26628.05", "", ""},
  };
  for (const auto& c : cases) {
    std::string alias(c.alias);
    auto result = RunEvent("{\"contexts\":{\"" + alias + "\":{\"raw_description\":\"" +
                           std::string(c.raw) + "\"}}}");
    auto at = [&](std::string_view key) {
      const json::Value* value = result.Find("contexts." + alias + "." + std::string(key));
      return value == nullptr ? std::string() : std::string(Text(*value));
    };
    EXPECT_EQ(at("name"), c.name) << c.raw;
    EXPECT_EQ(at("version"), c.version) << c.raw;
    if (!c.key.empty()) EXPECT_EQ(at(c.key), c.extra) << c.raw;
  }
}

TEST(Contexts, TraceIdsAreChecked) {
  auto result = RunEvent(R"({"contexts":{"trace":{"trace_id":"4C79F60C11214EB38604F4AE0781BFB2",)"
                         R"("span_id":"0000000000000000","status":5}}})");
  EXPECT_EQ(result.At("contexts.trace.trace_id"), "\"4c79f60c11214eb38604f4ae0781bfb2\"");
  EXPECT_EQ(result.At("contexts.trace.span_id"), "null");
  EXPECT_EQ(result.At("contexts.trace.status"), "\"not_found\"");
  EXPECT_EQ(result.Errors(), "invalid_data contexts.trace.span_id invalid span id");
}

struct AgentCase {
  std::string_view text;
  std::string_view browser;
  std::string_view os;
  std::string_view device;
};

TEST(UserAgents, CommonOnes) {
  const AgentCase kCases[] = {
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/119.0.0.0 Safari/537.36",
       "Chrome 119.0.0", "Windows 10", ""},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/119.0.0.0 Safari/537.36 Edg/119.0.2151.58",
       "Edge 119.0.2151", "Windows 10", ""},
      {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
       "Version/17.1 Safari/605.1.15",
       "Safari 17.1", "Mac OS X 10.15.7", "Mac"},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
       "Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
       "Mobile Safari 17.1", "iOS 17.1", "iPhone"},
      {"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
       "Firefox 120.0", "Ubuntu ", ""},
      {"Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/112.0.0.0 Mobile Safari/537.36",
       "Chrome Mobile 112.0.0", "Android 13", "SM-S901B"},
      {"Mozilla/5.0 (Linux; Android 8.0.0; Pixel 2 Build/OPD3; wv) AppleWebKit/537.36 Version/4.0 "
       "Chrome/70.0.1.2 Mobile Safari/537.36",
       "Chrome Mobile WebView 70.0.1", "Android 8.0.0", "Pixel 2"},
      {"Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", "IE 11.0",
       "Windows 7", ""},
      {"Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18", "Opera 12.18", "Windows 7", ""},
      {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot 2.1",
       " ", "Spider"},
      {"sentry-cli", " ", " ", ""},
      {"", " ", " ", ""},
  };
  for (const AgentCase& c : kCases) {
    UserAgent agent = ParseUserAgent(c.text);
    EXPECT_EQ(agent.browser.family + " " + agent.browser.version, c.browser) << c.text;
    EXPECT_EQ(agent.os.family + " " + agent.os.version, c.os) << c.text;
    EXPECT_EQ(agent.device_family, c.device) << c.text;
  }
}

TEST(UserAgents, FillOnlyWhatIsAbsent) {
  constexpr std::string_view kHeaders =
      R"("request":{"headers":{"User-Agent":"Mozilla/5.0 (X11; Linux x86_64) Chrome/60.0 Safari/1"}})";
  auto browser = RunEvent("{\"platform\":\"javascript\"," + std::string(kHeaders) + "}");
  EXPECT_EQ(browser.At("contexts.os.name"), "\"Linux\"");
  EXPECT_EQ(browser.At("contexts.browser"),
            R"({"name":"Chrome","version":"60.0","type":"browser"})");
  auto server = RunEvent("{\"platform\":\"python\",\"contexts\":{\"browser\":{\"name\":\"x\"}}," +
                         std::string(kHeaders) + "}");
  EXPECT_EQ(server.At("contexts.client_os.name"), "\"Linux\"");
  EXPECT_EQ(server.At("contexts.os"), "absent");
  EXPECT_EQ(server.At("contexts.browser.name"), "\"x\"");
}

TEST(UserAgents, ClientHintsArePreferred) {
  auto result = RunEvent(
      R"({"platform":"javascript","request":{"headers":{"User-Agent":"Mozilla/5.0 Chrome/60.0",)"
      R"("Sec-CH-UA":"\"Not A;Brand\";v=\"99\", \"Chromium\";v=\"109\", \"Google Chrome\";v=\"109\"",)"
      R"("Sec-CH-UA-Platform":"\"macOS\"","Sec-CH-UA-Platform-Version":"\"13.1.0\""}}})");
  EXPECT_EQ(result.At("contexts.browser.name"), "\"Chrome\"");
  EXPECT_EQ(result.At("contexts.browser.version"), "\"109\"");
  EXPECT_EQ(result.At("contexts.os.name"), "\"macOS\"");
  EXPECT_EQ(result.At("contexts.os.version"), "\"13.1.0\"");
}

TEST(Breadcrumbs, DefaultsAndErrors) {
  auto result = RunEvent(
      R"({"breadcrumbs":[{"ty":"http","level":"log"},{"data":"x"},{"foo":1,"level":"?"},null]})");
  EXPECT_EQ(result.At("breadcrumbs.values.0"), R"({"level":"info","type":"http"})");
  EXPECT_EQ(result.At("breadcrumbs.values.1.data"), "null");
  EXPECT_EQ(result.At("breadcrumbs.values.3"), "null");
  EXPECT_EQ(result.Errors(),
            "invalid_data breadcrumbs.values.1.data expected an object\n"
            "invalid_attribute breadcrumbs.values.2.foo\n"
            "invalid_data breadcrumbs.values.2.level unknown level");
  EXPECT_EQ(RunEvent(R"({"breadcrumbs":[null]})").At("breadcrumbs"), "absent");
}

}  // namespace
}  // namespace gatehouse::events
