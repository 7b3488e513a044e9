// Variants and hashes: worked examples, exception groups, fingerprints, checksums.

#include "region/events/grouping/grouping.h"

#include <gtest/gtest.h>

#include "platform/crypto/hash.h"
#include "region/events/grouping/rule_text.h"

namespace gatehouse::grouping {
namespace {

const Config& Base() {
  static const Config config = Config::Default();
  return config;
}

json::Object Event(std::string_view text) {
  auto parsed = json::ParseObject(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? std::move(*parsed) : json::Object();
}

std::string HashOf(const Grouping& grouping, std::string_view variant) {
  for (const Variant& v : grouping.variants) {
    if (v.name == variant) return v.hash;
  }
  return "no such variant";
}

std::string HintOf(const Grouping& grouping, std::string_view variant) {
  for (const Variant& v : grouping.variants) {
    if (v.name == variant) return std::string(v.component.hint);
  }
  return "no such variant";
}

Config WithRules(std::string_view text) {
  Config config = Base();
  auto rules = Rules::Parse(text);
  EXPECT_TRUE(rules.has_value()) << rules.error().detail;
  if (rules) config.project = std::make_shared<const Rules>(std::move(*rules));
  return config;
}

Config WithFingerprints(std::string_view text) {
  Config config = Base();
  auto rules = FingerprintRules::Parse(text);
  EXPECT_TRUE(rules.has_value()) << rules.error().detail;
  if (rules) {
    config.project_fingerprints = std::make_shared<const FingerprintRules>(std::move(*rules));
  }
  return config;
}

using crypto::Md5Hex;

TEST(Grouping, WorkedExampleOfAMessage) {
  auto event = Event(R"({"logentry":{"formatted":"foo 123"}})");
  const Grouping grouping = Group(event, Base());
  EXPECT_EQ(grouping.hashes, std::vector<std::string>{"749c541cacd7cb4dcc5b4e1dd10744ae"});
  EXPECT_EQ(HashOf(grouping, "default"), Md5Hex("foo <int>"));
}

TEST(Grouping, WorkedExampleOfAnExceptionWithoutStackTrace) {
  auto event = Event(R"({"exception":{"values":[{"type":"ValueError","value":"hello world"}]}})");
  const Grouping grouping = Group(event, Base());
  ASSERT_EQ(grouping.variants.size(), 1u);
  EXPECT_EQ(grouping.variants[0].name, "app");
  EXPECT_EQ(grouping.Primary(), "b23ee1963904c2ca87b145febf94b66c");
}

TEST(Grouping, WorkedExampleOfACustomFingerprint) {
  auto event = Event(
      R"({"logentry":{"formatted":"x"},
          "fingerprint":["celery","SoftTimeLimitExceeded","sentry.tasks.store.process_event"]})");
  const Grouping grouping = Group(event, Base());
  EXPECT_EQ(grouping.hashes, std::vector<std::string>{"f30afa00b85f5cac5ee0bce01b31f08d"});
  EXPECT_EQ(HashOf(grouping, "default"), "");
  EXPECT_EQ(HintOf(grouping, "default"), "custom fingerprint takes precedence");
}

TEST(Grouping, WorkedExampleOfAChain) {
  auto event = Event(R"({"platform":"python","exception":{"values":[
      {"type":"ValueError","value":"hello world","stacktrace":{"frames":[
        {"filename":"foo/baz.py","abs_path":"foo/baz.py","lineno":1,"in_app":true}]}},
      {"type":"ValueError","value":"hello world","stacktrace":{"frames":[
        {"filename":"foo/baz.py","abs_path":"foo/baz.py","lineno":1,"in_app":false}]}}]}})");
  const Grouping grouping = Group(event, Base());
  EXPECT_EQ(HashOf(grouping, "app"), "c52ebcc2d9d0780a23c7d99831678830");
  EXPECT_EQ(HashOf(grouping, "system"), "669cb6664e0f5fed38665da04e464f7e");
  // All frames come last: the application's frames are the primary hash.
  EXPECT_EQ(grouping.hashes.back(), HashOf(grouping, "system"));
  EXPECT_EQ(grouping.in_app_frame_mix, "mixed");
}

TEST(Grouping, OneHashWhenAllFramesAreTheApplications) {
  auto event = Event(R"({"platform":"python","stacktrace":{"frames":[
      {"function":"a","filename":"a.py","in_app":true}]}})");
  const Grouping grouping = Group(event, Base());
  EXPECT_EQ(grouping.hashes.size(), 1u);
  EXPECT_EQ(HashOf(grouping, "app"), "");
  EXPECT_EQ(HintOf(grouping, "app"), "stacktrace of system takes precedence");
  EXPECT_EQ(grouping.variants[0].component.parts[0].hint,
            "ignored because hash matches system variant");
}

TEST(Grouping, NothingToGroupByFallsBack) {
  auto event = Event(R"({"platform":"python"})");
  const Grouping grouping = Group(event, Base());
  EXPECT_EQ(HashOf(grouping, "fallback"), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(grouping.hashes.size(), 1u);
}

TEST(Grouping, EmptyMessageContributes) {
  auto event = Event(R"({"logentry":{"formatted":""}})");
  EXPECT_EQ(HashOf(Group(event, Base()), "default"), Md5Hex(""));
}

TEST(Grouping, ChecksumReplacesEverything) {
  struct Case {
    std::string checksum;
    std::vector<std::string> hashes;
  };
  const std::string long_text(40, 'x');
  for (const Case& c :
       {Case{"0123456789abcdef0123456789abcdef", {"0123456789abcdef0123456789abcdef"}},
        Case{"invoice", {Md5Hex("invoice"), "invoice"}}, Case{long_text, {Md5Hex(long_text)}}}) {
    json::Object event = Event(R"({"logentry":{"formatted":"x"},"fingerprint":["a"]})");
    event["checksum"] = c.checksum;
    const Grouping grouping = Group(event, Base());
    EXPECT_EQ(grouping.hashes, c.hashes) << c.checksum;
  }
}

TEST(Grouping, FingerprintWithDefaultSaltsEveryVariant) {
  for (const auto& [fingerprint, hashed] :
       {std::pair(R"(["{{ default }}","eu"])", "helloeu"),
        std::pair(R"(["a","{{default}}","b"])", "ahellob"),
        std::pair(R"(["{{ default }}","{{ default }}"])", "hellohello"),
        std::pair(R"(["{{ transaction }}","{{ default }}"])", "/checkouthello")}) {
    auto event = Event(std::string(R"({"transaction":"/checkout","logentry":{"formatted":"hello"},
                                       "fingerprint":)") +
                       fingerprint + "}");
    const Grouping grouping = Group(event, Base());
    EXPECT_EQ(HashOf(grouping, "default"), Md5Hex(hashed)) << fingerprint;
    EXPECT_EQ(grouping.variants[0].type, VariantType::kSaltedComponent);
  }
}

TEST(Grouping, AnySpellingOfDefaultIsThePlainHash) {
  for (const char* fingerprint : {R"(["{{ default }}"])", R"(["{{default}}"])", R"([])"}) {
    auto event = Event(std::string(R"({"logentry":{"formatted":"hello"},"fingerprint":)") +
                       fingerprint + "}");
    EXPECT_EQ(HashOf(Group(event, Base()), "default"), Md5Hex("hello")) << fingerprint;
  }
}

TEST(Grouping, ExceptionSilencesTheMessage) {
  auto event = Event(R"({"logentry":{"formatted":"x"},
                         "exception":{"values":[{"type":"E","value":"v"}]}})");
  const Grouping grouping = Group(event, Base());
  EXPECT_EQ(grouping.hashes, std::vector<std::string>{Md5Hex("Ev")});
  EXPECT_EQ(HintOf(grouping, "default"), "exception of app takes precedence");
}

TEST(Grouping, NsErrorTakesTheValuesPlace) {
  auto event = Event(R"({"platform":"cocoa","exception":{"values":[{"type":"E","value":"v",
      "mechanism":{"type":"NSError","meta":{"ns_error":{"domain":"Own","code":-7}}}}]}})");
  EXPECT_EQ(HashOf(Group(event, Base()), "app"), Md5Hex("EOwn-7"));
}

TEST(Grouping, SyntheticTypeIsNotHashed) {
  auto event = Event(R"({"platform":"native","exception":{"values":[{"type":"SIGSEGV","value":"v",
      "mechanism":{"type":"signalhandler","synthetic":true},
      "stacktrace":{"frames":[{"function":"crash","in_app":true}]}}]}})");
  EXPECT_EQ(HashOf(Group(event, Base()), "system"), Md5Hex("crash"));
}

// 196: only configurations for phones take a type such as EXC_BAD_ACCESS, or the frames of a signal
// handler, as a sign that the exception is synthetic. For ours it is what the client says.
TEST(Grouping, SyntheticIsWhatTheClientSaysAndNothingElse) {
  const auto event_with = [](const std::string& type, const std::string& mechanism) {
    return Event(
        R"({"platform":"cocoa","exception":{"values":[{"type":")" + type +
        R"(","value":"Attempted to read")" + mechanism +
        R"(,"stacktrace":{"frames":[{"function":"crash","in_app":true},)"
        R"({"function":"_sigtramp","package":"/usr/lib/system/libsystem_platform.dylib"}]})"
        "}]}}");
  };
  const std::string told = R"(,"mechanism":{"type":"mach","synthetic":true})";
  for (const std::string type : {"EXC_BAD_ACCESS", "EXC_BAD_ACCESS / KERN_INVALID_ADDRESS / 0x50",
                                 "SIGABRT", "0xC0000005"}) {
    json::Object plain = event_with(type, "");
    const Grouping first = Group(plain, Base());
    ASSERT_FALSE(first.Primary().empty());
    for (const char* mechanism : {R"(,"mechanism":{"type":"mach","handled":false})",
                                  R"(,"mechanism":{"type":"signalhandler","synthetic":false})"}) {
      json::Object event = event_with(type, mechanism);
      const Grouping grouping = Group(event, Base());
      EXPECT_EQ(grouping.Primary(), first.Primary()) << mechanism;
      EXPECT_EQ(grouping.headline.title, type + ": Attempted to read");
      const json::Value& left = event.at("exception").at("values").at(0).at("mechanism");
      EXPECT_FALSE(json::GetBool(left.as_object(), "synthetic").value_or(false))
          << "nor is the event made to say so";
    }
    json::Object other = event_with("Other", "");
    EXPECT_NE(Group(other, Base()).Primary(), first.Primary()) << "the type counts";

    json::Object synthetic = event_with(type, told);
    const Grouping silent = Group(synthetic, Base());
    EXPECT_NE(silent.Primary(), first.Primary());
    EXPECT_EQ(silent.headline.title, "crash");
    json::Object other_synthetic = event_with("Other", told);
    EXPECT_EQ(Group(other_synthetic, Base()).Primary(), silent.Primary());
  }
}

constexpr std::string_view kFrames =
    R"("stacktrace":{"frames":[{"function":"f","filename":"f.py"}]})";

TEST(Grouping, OneCrashedThreadIsGroupedBy) {
  const std::string with = "{" + std::string(kFrames) + R"(,"id":1,"crashed":true})";
  const std::string other = "{" + std::string(kFrames) + R"(,"id":2})";
  const std::string bare = R"({"id":3,"current":true})";
  struct Case {
    std::string threads;
    std::string hash;
  };
  for (const Case& c : {Case{with + "," + other, Md5Hex("f.pyf")}, Case{other, Md5Hex("f.pyf")},
                        Case{other + "," + other, Md5Hex("")}, Case{bare + "," + other, Md5Hex("")},
                        Case{with + "," + with, Md5Hex("")}}) {
    auto event = Event(R"({"platform":"python","threads":{"values":[)" + c.threads + "]}}");
    EXPECT_EQ(Group(event, Base()).Primary(), c.hash) << c.threads;
  }
}

TEST(Grouping, SecurityReports) {
  struct Case {
    const char* event;
    const char* hashed;
  };
  for (const Case& c : {
           Case{
               R"({"csp":{"effective_directive":"img-src","blocked_uri":"https://x.example/a?b"}})",
               "img-srcx.example"},
           Case{R"({"csp":{"effective_directive":"img-src","blocked_uri":"data:text/plain"}})",
                "img-srcdata:"},
           Case{R"({"csp":{"effective_directive":"img-src","blocked_uri":"self"}})",
                "img-src'self'"},
           Case{R"({"csp":{"effective_directive":"img-src","blocked_uri":"ftp://x.example/y"}})",
                "img-srcftp://x.example"},
           Case{R"({"csp":{"effective_directive":"script-src","blocked_uri":"",
                    "violated_directive":"script-src 'unsafe-inline'"}})",
                "script-src'unsafe-inline'"},
           Case{R"({"hpkp":{"hostname":"x.example"}})", "hpkpx.example"},
           Case{R"({"expectct":{"hostname":"x.example"}})", "expect-ctx.example"},
           Case{R"({"expectstaple":{"hostname":"x.example"}})", "expect-staplex.example"},
           Case{R"({"template":{"filename":"a.html","context_line":"{{ x }}"}})", "a.html{{ x }}"},
       }) {
    auto event = Event(c.event);
    EXPECT_EQ(HashOf(Group(event, Base()), "default"), Md5Hex(c.hashed)) << c.event;
  }
}

// ---- fingerprint rules on events

TEST(Grouping, BuiltInFingerprintOfChunkLoadErrors) {
  const auto text = [](std::string_view platform, std::string_view type) {
    return R"({"platform":")" + std::string(platform) + R"(","exception":{"values":[{"type":")" +
           std::string(type) + R"(","value":"v"}]}})";
  };
  auto event = Event(text("javascript", "ChunkLoadError"));
  const Grouping grouping = Group(event, Base());
  EXPECT_EQ(HashOf(grouping, "built-in-fingerprint"), Md5Hex("chunkloaderror"));
  EXPECT_EQ(grouping.hashes.size(), 1u);
  auto python = Event(text("python", "ChunkLoadError"));
  EXPECT_EQ(Group(python, Base()).Primary(), Md5Hex("ChunkLoadErrorv"));
}

TEST(Grouping, HydrationErrorsAreGroupedPerTransaction) {
  const auto grouped = [](std::string_view tags) {
    auto event =
        Event(R"({"platform":"javascript","tags":)" + std::string(tags) +
              R"(,"logentry":{"formatted":"Text content does not match server-rendered HTML."}})");
    return std::string(Group(event, Base()).Primary());
  };
  EXPECT_EQ(grouped(R"([["transaction","/a"]])"), Md5Hex("hydrationerror/a"));
  EXPECT_NE(grouped(R"([["transaction","/a"]])"), grouped(R"([["transaction","/b"]])"));
  EXPECT_EQ(grouped("[]"), Md5Hex("Text content does not match server-rendered HTML."));
}

TEST(Grouping, ProjectRulesComeBeforeTheBuiltInOnes) {
  auto event = Event(R"({"platform":"javascript","fingerprint":["client"],
      "exception":{"values":[{"type":"ChunkLoadError","value":"v"}]}})");
  const Config config = WithFingerprints("type:ChunkLoadError -> ours title=\"Ours: {{ type }}\"");
  const Grouping grouping = Group(event, config);
  EXPECT_EQ(grouping.hashes, std::vector<std::string>{Md5Hex("ours")});
  EXPECT_EQ(grouping.headline.title, "Ours: ChunkLoadError");
  EXPECT_EQ(json::Serialize(event.at("_fingerprint_info").at("client_fingerprint")),
            R"(["client"])");
  // The rule is gone: the client's word counts again.
  event.erase("title");
  EXPECT_EQ(Group(event, WithFingerprints("")).Primary(), Md5Hex("chunkloaderror"));
  json::Object other = Event(R"({"logentry":{"formatted":"x"},"fingerprint":["client"]})");
  Group(other, WithFingerprints("message:x -> ours"));
  EXPECT_EQ(Group(other, Base()).Primary(), Md5Hex("client"));
  EXPECT_FALSE(other.contains("_fingerprint_info"));
}

// ---- preparation

TEST(Preparation, RulesAreRememberedAndAppliedAgain) {
  auto event = Event(R"({"platform":"javascript","stacktrace":{"frames":[
      {"function":"a","abs_path":"/x/node_modules/a.js","filename":"a.js","in_app":true},
      {"function":"b","abs_path":"/x/b.js","filename":"b.js"}]}})");
  const Grouping first = Group(event, Base());
  const json::Array& frames = event.at("stacktrace").at("frames").get_array();
  EXPECT_EQ(frames[0].at("in_app"), false);
  EXPECT_EQ(frames[0].at("data").at("orig_in_app"), 1);
  EXPECT_EQ(frames[1].at("in_app"), false);
  EXPECT_FALSE(frames[1].get_object().contains("data"));
  // With a rule that wants it back, the original counts.
  const Config config = WithRules("stack.abs_path:**/node_modules/** +app");
  Group(event, config);
  EXPECT_EQ(frames[0].at("in_app"), true);
  EXPECT_EQ(frames[0].at("data").at("orig_in_app"), 1);
}

TEST(Preparation, FlipFlopRemembersTheFirstValue) {
  const Config config = WithRules("family:all -app\nfamily:all +app");
  for (const auto& [in_app, remembered] :
       {std::pair("null", -1), std::pair("false", 0), std::pair("true", 1)}) {
    auto event = Event(std::string(R"({"stacktrace":{"frames":[{"function":"f","in_app":)") +
                       in_app + "}]}}");
    Group(event, config);
    const json::Value& frame = event.at("stacktrace").at("frames").at(0);
    EXPECT_EQ(frame.at("in_app"), true) << in_app;
    EXPECT_EQ(frame.at("data").at("orig_in_app"), remembered) << in_app;
  }
}

TEST(Preparation, TrimmedNamesKeepTheRawOne) {
  auto event = Event(R"x({"platform":"native","exception":{"values":[{"type":"E","stacktrace":
      {"frames":[{"function":"void ns::call<int>(char const*)","in_app":true}]}}]}})x");
  const Grouping grouping = Group(event, Base());
  const json::Value& frame =
      event.at("exception").at("values").at(0).at("stacktrace").at("frames").at(0);
  EXPECT_EQ(frame.at("function"), "ns::call<T>");
  EXPECT_EQ(frame.at("raw_function"), "void ns::call<int>(char const*)");
  EXPECT_EQ(Group(event, Base()).hashes, grouping.hashes);
}

TEST(Grouping, MaxFramesKeepsTheFramesNextToTheCrash) {
  const auto text = R"({"platform":"python","stacktrace":{"frames":[
      {"function":"a","filename":"a.py"},{"function":"b","filename":"b.py"},
      {"function":"c","filename":"c.py"}]}})";
  struct Case {
    const char* rules;
    std::string hashed;
  };
  for (const Case& c :
       {Case{"family:other max-frames=1", "c.pyc"}, Case{"family:other max-frames=2", "b.pybc.pyc"},
        Case{"family:other max-frames=1 invert-stacktrace=1", "a.pya"},
        Case{"family:other min-frames=4", ""}, Case{"family:other min-frames=3", "a.pyab.pybc.pyc"},
        Case{"function:b v-group", "b.pybc.pyc"}, Case{"function:b ^-group -group", "a.pya"}}) {
    auto event = Event(text);
    EXPECT_EQ(Group(event, WithRules(c.rules)).Primary(), Md5Hex(c.hashed)) << c.rules;
  }
}

TEST(Explain, SaysWhy) {
  auto event = Event(R"({"platform":"javascript","exception":{"values":[{"type":"E","value":"v",
      "stacktrace":{"frames":[
        {"function":"a","filename":"a.js","abs_path":"/x/node_modules/a.js","in_app":true},
        {"function":"b","filename":"b.js","abs_path":"/x/b.js","in_app":true}]}}]}})");
  const json::Object out = Explain(Group(event, Base()));
  EXPECT_EQ(out.at("config"), "newstyle:2023-01-11");
  EXPECT_EQ(out.at("hashes").get_array().size(), 2u);
  EXPECT_EQ(out.at("primary_hash"), out.at("variants").at("app").at("hash"));
  const json::Value& frame = out.at("variants")
                                 .at("system")
                                 .at("component")
                                 .at("values")
                                 .at(0)  // exception
                                 .at("values")
                                 .at(0)  // stack trace
                                 .at("values")
                                 .at(0);
  EXPECT_EQ(frame.at("id"), "frame");
  EXPECT_EQ(frame.at("hint"), "marked out of app by stack trace rule (path:**/node_modules/**)");
  EXPECT_EQ(out.at("variants").at("system").at("description"), "exception stack trace");
}

TEST(Store, WritesWhatIsKeptWithTheEvent) {
  auto event = Event(R"({"exception":{"values":[{"type":"E","value":"v"}]}})");
  Store(Group(event, Base()), event);
  EXPECT_EQ(json::Serialize(event.at("hashes")), "[\"" + Md5Hex("Ev") + "\"]");
  EXPECT_EQ(event.at("title"), "E: v");
  EXPECT_EQ(event.at("type"), "error");
  EXPECT_EQ(event.at("metadata").at("value"), "v");
  EXPECT_TRUE(event.at("location").is_null());
}

TEST(Grouping, TransactionsHaveNoHash) {
  auto event = Event(R"({"type":"transaction","transaction":"/a","contexts":{"trace":{}}})");
  const Grouping grouping = Group(event, Base());
  EXPECT_TRUE(grouping.hashes.empty());
  EXPECT_EQ(grouping.headline.title, "/a");
}

}  // namespace
}  // namespace gatehouse::grouping
