#include "region/ingest/filters/filters.h"

#include <gtest/gtest.h>

#include "region/ingest/filters/signatures.h"
#include "region/ingest/filters/user_agent.h"

namespace gatehouse::ingest {
namespace {

json::Object Event(std::string_view text) { return *json::ParseObject(text); }

json::Object ErrorOf(std::string_view type, std::string_view value, std::string_view path = "") {
  json::Object frame{{"abs_path", json::Value(path)}};
  json::Object exception{{"type", json::Value(type)},
                         {"value", json::Value(value)},
                         {"stacktrace", json::Object{{"frames", json::Array{frame}}}}};
  return {{"type", "error"}, {"exception", json::Object{{"values", json::Array{exception}}}}};
}

json::Object AgentEvent(std::string_view agent) {
  json::Array headers;
  headers.push_back(json::Array{"user-agent", json::Value(agent)});
  return {{"request", json::Object{{"headers", headers}}}};
}

// Everything off, so that a test turns on what it is about.
FilterSettings Off() {
  FilterSettings settings;
  settings.web_crawlers = settings.filtered_transactions = false;
  settings.chunk_load_error = settings.react_hydration_errors = false;
  return settings;
}

TEST(Glob, Semantics) {
  struct Case {
    std::string_view pattern, text;
    bool matches;
  };
  const Case cases[] = {
      {"", "", true},
      {"", "a", false},
      {"a", "A", true},
      {"a*", "abc", true},
      {"*c", "abc", true},
      {"*b*", "a\nb\nc", true},
      {"a*z", "a\n\nz", true},
      {"*", "", true},
      {"?", "", false},
      {"?", "\xC3\xA4", true},
      {"??", "\xC3\xA4", false},
      {"[a-c]x", "Bx", true},
      {"[a-c]x", "dx", false},
      {"[!a-c]x", "dx", true},
      {"[]]", "]", true},
      {"[\xC3\xA0-\xC3\xBF]", "\xC3\xA4", true},
      {"[a", "[a", true},
      {"\\*", "*", true},
      {"\\*", "x", false},
      {"a\\", "a\\", true},
      {"*a*b*c*", "xxaxxbxxcxx", true},
      {"*a*b*c*", "xxaxxcxxbxx", false},
      {"ab*ab", "ab", false},
      {"/users/{id}/*", "/users/{id}/x", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Glob(c.pattern).Matches(c.text), c.matches) << c.pattern << " on " << c.text;
  }
}

TEST(Glob, Alternatives) {
  Glob glob("a{b,c{d,e}}f", Glob::Braces::kAlternatives);
  for (std::string_view text : {"abf", "acdf", "acef"}) EXPECT_TRUE(glob.Matches(text)) << text;
  EXPECT_FALSE(glob.Matches("acf"));
  EXPECT_TRUE(Glob("{a", Glob::Braces::kAlternatives).Matches("{a"));
  EXPECT_TRUE(Glob("\\{a,b\\}", Glob::Braces::kAlternatives).Matches("{a,b}"));
  EXPECT_TRUE(Glob("*{foo,bar}*", Glob::Braces::kAlternatives).Matches("a foo b"));
}

TEST(Glob, HostilePatternsCostLittle) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  EXPECT_FALSE(Glob(pattern + "b").Matches(std::string(10'000, 'a')));
  std::string braces;
  for (int i = 0; i < 30; ++i) braces += "{a,b}";
  EXPECT_FALSE(Glob(braces, Glob::Braces::kAlternatives).Matches(std::string(30, 'a')));
  EXPECT_FALSE(Glob(std::string(5000, '*')).Matches("a"));
}

TEST(Filters, NewProjectLetsAnOrdinaryErrorPass) {
  Filters filters((FilterSettings()));
  EXPECT_EQ(filters.Match(ErrorOf("TypeError", "x is not a function"), "192.0.2.1"), "");
  EXPECT_EQ(filters.Match(json::Object(), ""), "");
}

TEST(Filters, IpAddressesOfClientAndUser) {
  FilterSettings settings = Off();
  settings.ip_addresses = {"10.0.0.0/8", "nonsense", "2001:db8::1"};
  Filters filters(settings);
  EXPECT_EQ(filters.Match({}, "10.1.2.3"), filter::kIpAddress);
  EXPECT_EQ(filters.Match({}, "2001:db8::1"), filter::kIpAddress);
  EXPECT_EQ(filters.Match({}, "11.1.2.3"), "");
  EXPECT_EQ(filters.Match(Event(R"({"user":{"ip_address":"10.9.9.9"}})"), "192.0.2.1"),
            filter::kIpAddress);
  EXPECT_EQ(filters.Match(Event(R"({"user":{"ip_address":"{{auto}}"}})"), ""), "");
}

TEST(Filters, ReleaseGlobs) {
  FilterSettings settings = Off();
  settings.releases = {"1.*", "WEB@2.?"};
  Filters filters(settings);
  EXPECT_EQ(filters.Match(Event(R"({"release":"1.2.3"})"), ""), filter::kReleaseVersion);
  EXPECT_EQ(filters.Match(Event(R"({"release":"web@2.1"})"), ""), filter::kReleaseVersion);
  EXPECT_EQ(filters.Match(Event(R"({"release":"2.1"})"), ""), "");
}

TEST(Filters, ErrorMessages) {
  FilterSettings settings = Off();
  settings.error_messages = {"*boom*", "TypeError: *null*", "only-type", "{a,b}: x"};
  Filters filters(settings);
  EXPECT_EQ(filters.Match(Event(R"({"logentry":{"formatted":"a boom b","message":"%s"}})"), ""),
            filter::kErrorMessage);
  // The formatted text is looked at, not its pattern.
  EXPECT_EQ(filters.Match(Event(R"({"logentry":{"formatted":"quiet","message":"boom"}})"), ""), "");
  EXPECT_EQ(filters.Match(Event(R"({"logentry":{"message":"boom"}})"), ""), filter::kErrorMessage);
  EXPECT_EQ(filters.Match(ErrorOf("TypeError", "x is null"), ""), filter::kErrorMessage);
  EXPECT_EQ(filters.Match(ErrorOf("Error", "x is null"), ""), "");
  EXPECT_EQ(filters.Match(ErrorOf("only-type", ""), ""), filter::kErrorMessage);
  EXPECT_EQ(filters.Match(ErrorOf("", "only-type"), ""), filter::kErrorMessage);
  EXPECT_EQ(filters.Match(ErrorOf("b", "x"), ""), filter::kErrorMessage);
}

TEST(Filters, BrowserExtensions) {
  FilterSettings settings = Off();
  settings.browser_extensions = true;
  Filters on(settings);
  Filters off(Off());
  for (const json::Object& event :
       {ErrorOf("E", "what does conduitPage even do"),
        ErrorOf("E", "EXTENSION CONTEXT INVALIDATED."),
        ErrorOf("E", "x", "chrome-extension://my-extension/or/something"),
        ErrorOf("E", "x", "safari-web-extension://x"), ErrorOf("E", "x", "moz-extension://x"),
        ErrorOf("E", "x", "https://fscr.kaspersky-labs.com/B-9B72-7B7/main.js")}) {
    EXPECT_EQ(on.Match(event, ""), filter::kBrowserExtensions) << json::Serialize(event);
    EXPECT_EQ(off.Match(event, ""), "");
  }
  EXPECT_EQ(on.Match(ErrorOf("E", "x", "https://site.example/app.js"), ""), "");
  EXPECT_EQ(on.Match(json::Object(), ""), "");
}

constexpr std::string_view kIe9 = "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)";
constexpr std::string_view kIe10 = "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2)";
constexpr std::string_view kIe11 = "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko";
constexpr std::string_view kIeMobile =
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows Phone OS 7.5; Trident/5.0; IEMobile/9.0)";
constexpr std::string_view kSafari5 =
    "Mozilla/5.0 (Macintosh) AppleWebKit/533.17.8 (KHTML, like Gecko) Version/5.0.1 "
    "Safari/533.17.8";
constexpr std::string_view kSafari17 =
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15";
constexpr std::string_view kOpera12 = "Opera/9.80 (Windows NT 5.1; U) Presto/2.9.168 Version/11.51";
constexpr std::string_view kOpera15 =
    "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0 Safari/537.36 OPR/15.0";
constexpr std::string_view kOperaMini7 = "Opera/9.80 (J2ME/MIDP; Opera Mini/7.0.32796/59.323; U)";
constexpr std::string_view kAndroid2 =
    "Mozilla/5.0 (Linux; U; Android 2.3.5; en-us) AppleWebKit/533.1 (KHTML, like Gecko) "
    "Version/4.0 "
    "Mobile Safari/533.1";
constexpr std::string_view kChrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 "
    "Safari/537.36";
constexpr std::string_view kFirefox =
    "Mozilla/5.0 (X11; Linux; rv:140.0) Gecko/20100101 Firefox/140.0";
constexpr std::string_view kEdge18 =
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0 "
    "Safari/537.36 "
    "Edge/18.1";

TEST(UserAgent, BrowsersAndVersions) {
  struct Case {
    std::string_view agent;
    Browser browser;
    unsigned major;
  };
  const Case cases[] = {
      {kIe9, Browser::kIe, 9},
      {kIe11, Browser::kIe, 11},
      {kIeMobile, Browser::kIe, 9},
      {kSafari5, Browser::kSafari, 5},
      {kSafari17, Browser::kSafari, 17},
      {kOpera12, Browser::kOpera, 11},
      {kOpera15, Browser::kOpera, 15},
      {kOperaMini7, Browser::kOperaMini, 7},
      {kAndroid2, Browser::kAndroid, 2},
      {kChrome, Browser::kChrome, 156},
      {kFirefox, Browser::kFirefox, 140},
      {kEdge18, Browser::kEdge, 18},
  };
  for (const Case& c : cases) {
    BrowserVersion version = DetectBrowser(c.agent);
    EXPECT_EQ(version.browser, c.browser) << c.agent;
    EXPECT_EQ(version.major, c.major) << c.agent;
  }
  EXPECT_EQ(DetectBrowser("curl/8.0").browser, Browser::kOther);
}

TEST(Filters, LegacyBrowsersByDefaultAndByName) {
  FilterSettings settings = Off();
  settings.legacy_browsers = {"default"};
  Filters by_default(settings);
  for (std::string_view agent : {kIe9, kIeMobile, kSafari5, kOpera12, kOperaMini7, kAndroid2}) {
    EXPECT_EQ(by_default.Match(AgentEvent(agent), ""), filter::kLegacyBrowsers) << agent;
  }
  for (std::string_view agent : {kIe10, kIe11, kSafari17, kOpera15, kChrome, kFirefox}) {
    EXPECT_EQ(by_default.Match(AgentEvent(agent), ""), "") << agent;
  }
  settings.legacy_browsers = {"ie10", "edge_pre_79", "unknown"};
  Filters named(settings);
  EXPECT_EQ(named.Match(AgentEvent(kIe10), ""), filter::kLegacyBrowsers);
  EXPECT_EQ(named.Match(AgentEvent(kEdge18), ""), filter::kLegacyBrowsers);
  EXPECT_EQ(named.Match(AgentEvent(kIe9), ""), "");
  EXPECT_EQ(named.Match(AgentEvent(kSafari5), ""), "");
}

TEST(Filters, WebCrawlers) {
  Filters filters((FilterSettings()));
  for (std::string_view agent :
       {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "AdsBot-Google (+http://www.google.com/adsbot.html)", "BingPreview/1.0b", "Baiduspider+(x)",
        "Yahoo! Slurp", "Sogou web spider/4.0", "facebookexternalhit/1.1", "ia_archiver",
        "my-bot (x)", "somebots/1", "Slackbot-LinkExpanding 1.0", "Calypso AppCrawler Robot",
        "Pingdom.com_bot_version_1.4", "HubSpot Crawler web@hubspot.com", "Bytespider; x"}) {
    EXPECT_EQ(filters.Match(AgentEvent(agent), ""), filter::kWebCrawlers) << agent;
  }
  for (std::string_view agent :
       {kChrome, std::string_view("Slackbot 1.0(+https://api.slack.com/robots)"),
        std::string_view("Robotics/1.0"), std::string_view("")}) {
    EXPECT_EQ(filters.Match(AgentEvent(agent), ""), "") << agent;
  }
}

TEST(Filters, Localhost) {
  FilterSettings settings = Off();
  settings.localhost = true;
  Filters filters(settings);
  for (std::string_view text :
       {R"({"user":{"ip_address":"127.0.0.1"}})", R"({"user":{"ip_address":"::1"}})",
        R"({"request":{"url":"http://localhost:3000/x"}})",
        R"({"request":{"url":"http://127.0.0.1"}})",
        R"({"request":{"url":"https://app.localhost/"}})", R"({"request":{"url":"file:///x"}})"}) {
    EXPECT_EQ(filters.Match(Event(text), ""), filter::kLocalhost) << text;
  }
  EXPECT_EQ(filters.Match(Event(R"({"request":{"url":"https://localhost.evil.example/"}})"), ""),
            "");
}

TEST(Filters, CspSources) {
  auto match = [](std::string pattern, std::string_view key, std::string_view uri,
                  std::string_view type = "csp") {
    FilterSettings settings = Off();
    settings.csp_disallowed_sources = {std::move(pattern)};
    json::Object event{{"type", json::Value(type)}, {"csp", json::Object{{key, json::Value(uri)}}}};
    return Filters(settings).Match(event, "") == filter::kInvalidCsp;
  };
  EXPECT_TRUE(match("evil.example", "blocked_uri", "http://evil.example/x"));
  EXPECT_FALSE(match("evil.example", "blocked_uri", "http://a.evil.example/x"));
  EXPECT_TRUE(match("*.evil.example", "source_file", "https://a.evil.example:9/x"));
  EXPECT_TRUE(match("*.evil.example", "source_file", "https://evil.example"));
  EXPECT_FALSE(match("*.evil.example", "source_file", "https://xevil.example"));
  EXPECT_TRUE(match("chrome-extension://*", "source_file", "chrome-extension://abc/x"));
  EXPECT_TRUE(match("data:", "blocked_uri", "data:text/plain,x"));
  EXPECT_TRUE(match("*://evil.example:8000", "blocked_uri", "https://evil.example:8000/"));
  EXPECT_FALSE(match("https://evil.example", "blocked_uri", "http://evil.example"));
  EXPECT_TRUE(match("*", "blocked_uri", "http://whatever"));
  EXPECT_FALSE(match("*", "blocked_uri", "http://whatever", "error"));
}

TEST(Filters, HealthCheckTransactions) {
  Filters filters((FilterSettings()));
  auto transaction = [](std::string_view name) {
    return json::Object{{"type", "transaction"}, {"transaction", json::Value(name)}};
  };
  for (std::string_view name : {"GET /healthcheck", "/api/healthz", "a/PING", "my heartbeat job"}) {
    EXPECT_EQ(filters.Match(transaction(name), ""), filter::kFilteredTransaction) << name;
  }
  EXPECT_EQ(filters.Match(transaction("/health/of/people"), ""), "");
  EXPECT_EQ(filters.Match(Event(R"({"type":"error","transaction":"/healthz"})"), ""), "");
}

TEST(Filters, ChunkLoadAndHydrationErrors) {
  Filters filters((FilterSettings()));
  EXPECT_EQ(filters.Match(ErrorOf("ChunkLoadError", "Loading chunk 7 failed."), ""),
            filter::kChunkLoadError);
  EXPECT_EQ(filters.Match(ErrorOf("Error", "Loading CSS chunk 12 failed.\n(x)"), ""),
            filter::kChunkLoadError);
  EXPECT_EQ(
      filters.Match(ErrorOf("Error", "Minified React error #418; visit https://reactjs.org/docs/x"),
                    ""),
      filter::kReactHydrationErrors);
  EXPECT_EQ(filters.Match(ErrorOf("Error", "Minified React error #4180; visit"), ""), "");
  EXPECT_EQ(filters.Match(ErrorOf("Error", "Minified React error #300; visit"), ""), "");
  EXPECT_EQ(filters.Match(ErrorOf("Error", "Hydration failed because the initial UI"), ""),
            filter::kReactHydrationErrors);
}

TEST(Filters, FirstReasonOfTheOrderIsGiven) {
  FilterSettings settings;
  settings.ip_addresses = {"10.0.0.1"};
  settings.releases = {"*"};
  Filters filters(settings);
  json::Object event = ErrorOf("ChunkLoadError", "");
  event["release"] = "1";
  EXPECT_EQ(filters.Match(event, "10.0.0.1"), filter::kIpAddress);
  EXPECT_EQ(filters.Match(event, "10.0.0.2"), filter::kReleaseVersion);
}

}  // namespace
}  // namespace gatehouse::ingest
