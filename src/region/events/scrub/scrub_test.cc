#include "region/events/scrub/scrub.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "region/events/document/event_json.h"
#include "region/events/document/value.h"
#include "region/events/scrub/errors.h"

namespace gatehouse::events::scrub {
namespace {

Rules Compile(std::string_view settings) {
  auto parsed = ParseSettings(json::ParseLenient(settings)->as_object());
  EXPECT_TRUE(parsed) << settings;
  auto rules = Rules::Compile(*parsed);
  EXPECT_TRUE(rules) << settings << (rules ? "" : rules.error().detail);
  return std::move(*rules);
}

struct Scrubbed {
  json::Object event;
  std::string At(std::string_view path) const {
    const json::Value* value = nullptr;
    for (std::string_view step : Split(path, '.')) {
      if (value != nullptr && value->is_array()) {
        value = &value->as_array()[std::stoul(std::string(step))];
        continue;
      }
      const json::Object* object = value == nullptr ? &event : value->if_object();
      value = object == nullptr ? nullptr : object->if_contains(step);
      if (value == nullptr) return "absent";
    }
    return json::Serialize(*value);
  }
};

Scrubbed RunScrub(std::string_view event, const Rules& rules = Rules()) {
  Scrubbed result{std::move(*Parse(event))};
  Annotations notes(result.event);
  Scrub(result.event, rules, notes);
  notes.Finish(result.event);
  return result;
}

TEST(DefaultRules, SecretKeysLoseTheirValues) {
  for (std::string_view key : {"password", "the_secret", "API-Key", "access_token", "MYSQL_PWD",
                               "stripetoken", "credentials", "authorization"}) {
    auto result = RunScrub("{\"extra\":{\"" + std::string(key) + "\":\"hello\"}}");
    EXPECT_EQ(result.At("extra." + std::string(key)), "\"[Filtered]\"") << key;
    EXPECT_EQ(result.At("_meta.extra." + std::string(key)),
              R"({"":{"len":5,"rem":[["@password:filter","s",0,10]]}})");
  }
}

TEST(DefaultRules, SecretKeysAreFoundEverywhere) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {R"({"user":{"data":{"password":"x"}}})", "user.data.password"},
      {R"({"contexts":{"foo":{"type":"default","password":"x"}}})", "contexts.foo.password"},
      {R"({"breadcrumbs":{"values":[{"data":{"password":"x"}}]}})",
       "breadcrumbs.values.0.data.password"},
      {R"({"stacktrace":{"frames":[{"vars":{"password":"x"}}]}})",
       "stacktrace.frames.0.vars.password"},
      {R"({"exception":{"values":[{"mechanism":{"type":"x","data":{"password":"x"}}}]}})",
       "exception.values.0.mechanism.data.password"},
      {R"({"request":{"data":{"a":[{"password":"x"}]}}})", "request.data.a.0.password"},
      {R"({"request":{"query_string":[["my_password","x"]]}})", "request.query_string.0.1"},
      {R"({"request":{"headers":[["Authorization","x"]]}})", "request.headers.0.1"},
      {R"({"request":{"headers":[["X-Csrf-Token","x"]]}})", "request.headers.0.1"},
      {R"({"request":{"cookies":[["sessionid","x"]]}})", "request.cookies.0.1"},
      {R"({"request":{"env":{"DB_PASSWORD":"x"}}})", "request.env.DB_PASSWORD"},
      {R"({"extra":{"pairs":[["password","x"],["b","y"]]}})", "extra.pairs.0.1"},
      {R"({"extra":{"password":{"a":"b"}}})", "extra.password"},
      {R"({"extra":{"password":["a","b"]}})", "extra.password"},
      {R"({"extra":{"password":12345}})", "extra.password"},
      {R"({"unheard_of":{"password":"x"}})", "unheard_of.password"},
      {R"({"contexts":{"auth":{"type":"default","who":"x"}}})", "contexts.auth.who"},
  };
  for (const auto& [event, path] : kCases) {
    EXPECT_EQ(RunScrub(event).At(path), "\"[Filtered]\"") << event;
  }
}

TEST(DefaultRules, WhatSaysNothingStays) {
  auto result =
      RunScrub(R"({"extra":{"password":"","a_secret":true,"b_secret":null,"c_secret":"undefined",)"
               R"("d_secret":"false"}})");
  EXPECT_EQ(result.At("extra"),
            R"({"password":"","a_secret":true,"b_secret":null,"c_secret":"undefined",)"
            R"("d_secret":"false"})");
  EXPECT_EQ(result.At("_meta"), "absent");
}

TEST(DefaultRules, PatternsInTexts) {
  auto result = RunScrub(
      R"({"extra":{"a":"card 4571234567890111 of 078-05-1120","b":"postgres://u:pw@h/db",)"
      R"("c":4571234567890111,"d":"/home/bob/x","e":"Bearer abcdef","f":"x mysql_pwd=the_one y",)"
      R"("g":"password: all of it"}})");
  EXPECT_EQ(result.At("extra.a"), "\"card [Filtered] of [Filtered]\"");
  EXPECT_EQ(
      result.At("_meta.extra.a"),
      R"({"":{"len":36,"rem":[["@creditcard:filter","s",5,15],["@usssn:filter","s",19,29]]}})");
  EXPECT_EQ(result.At("extra.b"), "\"postgres://u:[Filtered]@h/db\"");
  EXPECT_EQ(result.At("extra.c"), "\"[Filtered]\"");
  EXPECT_EQ(result.At("extra.d"), "\"/home/[Filtered]/x\"");
  EXPECT_EQ(result.At("extra.e"), "\"Bearer [Filtered]\"");
  EXPECT_EQ(result.At("extra.f"), "\"x mysql_pwd=[Filtered] y\"");
  EXPECT_EQ(result.At("extra.g"), "\"[Filtered]\"");
}

TEST(DefaultRules, RemarkOffsetsCountCharacters) {
  auto result = RunScrub("{\"extra\":{\"a\":\"\xC3\xA4\xC3\xA4 078-05-1120\"}}");
  EXPECT_EQ(result.At("_meta.extra.a"), R"({"":{"len":14,"rem":[["@usssn:filter","s",3,13]]}})");
}

TEST(DefaultRules, SomeAttributesAreNeverTouched) {
  constexpr std::string_view kEvent =
      R"({"event_id":"45712345678901114571234567890111","logentry":{"formatted":"4571234567890111"},)"
      R"("exception":{"values":[{"type":"4571234567890111","value":"4571234567890111"}]},)"
      R"("stacktrace":{"frames":[{"filename":"/home/bob/x.py","abs_path":"/home/bob/x.py"}]},)"
      R"("debug_meta":{"images":[{"type":"elf","code_file":"/home/bob/x"}]},)"
      R"("tags":[["card","4571234567890111"]],"culprit":"4571234567890111",)"
      R"("request":{"headers":[["User-Agent","/home/bob/x"]]}})";
  auto result = RunScrub(kEvent);
  EXPECT_EQ(json::Serialize(result.event), kEvent);
}

TEST(DefaultRules, CspAndBreadcrumbMessagesAreScrubbed) {
  auto result = RunScrub(R"({"csp":{"blocked_uri":"https://u:p@h/x"},"breadcrumbs":{"values":[)"
                         R"({"message":"card 4571234567890111"}]}})");
  EXPECT_EQ(result.At("csp.blocked_uri"), "\"https://u:[Filtered]@h/x\"");
  EXPECT_EQ(result.At("breadcrumbs.values.0.message"), "\"card [Filtered]\"");
}

TEST(DefaultRules, OriginalValuesInErrorsAreScrubbed) {
  json::Object event = *Parse(R"({"user":{"email":null}})");
  Annotations notes(event);
  Path root;
  Path user(root, "user");
  json::Value card("4571234567890111");
  json::Value plain("nothing");
  notes.Invalid(Path(user, "email"), &card, "x");
  notes.Invalid(Path(user, "name"), &plain, "x");
  notes.Invalid(Path(Path(user, "data"), "password"), &plain, "x");
  Scrub(event, Rules(), notes);
  notes.Finish(event);
  const json::Array& errors = event["errors"].as_array();
  EXPECT_FALSE(errors[0].as_object().contains("value"));
  EXPECT_TRUE(errors[1].as_object().contains("value"));
  EXPECT_FALSE(errors[2].as_object().contains("value"));
}

TEST(Settings, NothingIsDoneWhenSwitchedOff) {
  constexpr std::string_view kEvent = R"({"extra":{"password":"x"}})";
  EXPECT_EQ(RunScrub(kEvent, Compile(R"({"scrubData":false})")).At("extra.password"), "\"x\"");
  EXPECT_EQ(RunScrub(kEvent, Compile(R"({"scrubDefaults":false})")).At("extra.password"), "\"x\"");
  EXPECT_TRUE(Compile(R"({"scrubData":false})").empty());
}

TEST(Settings, SensitiveFieldsMatchKeysAndValuesAsSubstrings) {
  Rules rules = Compile(R"({"scrubDefaults":false,"sensitiveFields":[" FieldX ",""]})");
  auto result = RunScrub(
      R"({"extra":{"my_fieldx_1":"a","b":"this is FIELDX here","c":"d","my_fieldx_2":{"x":1}}})",
      rules);
  EXPECT_EQ(result.At("extra"),
            R"({"my_fieldx_1":"[Filtered]","b":"[Filtered]","c":"d","my_fieldx_2":"[Filtered]"})");
  EXPECT_EQ(result.At("_meta.extra.b"), R"({"":{"len":19,"rem":[["strip-fields","s",0,10]]}})");
}

TEST(Settings, ExcludedFieldsAreSafe) {
  Rules rules = Compile(R"({"excludeFields":["Secret_Garden"]})");
  auto result = RunScrub(
      R"({"extra":{"secret_garden":"4571234567890111","x":{"secret_garden":{"password":"y"}},)"
      R"("secret":"z"}})",
      rules);
  EXPECT_EQ(result.At("extra"),
            R"({"secret_garden":"4571234567890111","x":{"secret_garden":{"password":"y"}},)"
            R"("secret":"[Filtered]"})");
}

TEST(Settings, IpAddressesAreRemovedEvenWithoutTheDefaults) {
  Rules rules = Compile(R"({"scrubData":false,"scrubIpAddresses":true})");
  auto result = RunScrub(
      R"({"user":{"ip_address":"1.2.3.4","geo":{"city":"Wien"}},"sdk":{"name":"x","client_ip":"1.2.3.4"},)"
      R"("request":{"env":{"REMOTE_ADDR":"1.2.3.4"}},"extra":{"a":"from 1.2.3.4 and ::1"},)"
      R"("spans":[{"sentry_tags":{"user.ip":"1.2.3.4"}}]})",
      rules);
  EXPECT_EQ(result.At("user.ip_address"), "null");
  EXPECT_EQ(result.At("user.geo.city"), "\"Wien\"");
  EXPECT_EQ(result.At("sdk.client_ip"), "null");
  EXPECT_EQ(result.At("request.env.REMOTE_ADDR"), "null");
  EXPECT_EQ(result.At("spans.0.sentry_tags"), R"({"user.ip":null})");
  EXPECT_EQ(result.At("extra.a"), "\"from [ip] and [ip]\"");
  EXPECT_EQ(result.At("_meta.user.ip_address"), R"({"":{"rem":[["@ip:remove","x"]]}})");
}

TEST(Settings, TheOrganizationsDemandsAreUnited) {
  auto organization =
      ParseSettings(json::ParseLenient(R"({"scrubIpAddresses":true,"sensitiveFields":["foo"],)"
                                       R"("piiConfig":{"rules":{"r":{"type":"anything"}},)"
                                       R"("applications":{"extra.x":["r"]}}})")
                        ->as_object());
  auto project = ParseSettings(
      json::ParseLenient(R"({"scrubData":true,"scrubDefaults":false,"sensitiveFields":["bar"]})")
          ->as_object());
  auto rules = Rules::Compile(*organization, *project);
  ASSERT_TRUE(rules);
  EXPECT_TRUE(rules->scrub_ip_addresses());
  EXPECT_EQ(rules->sensitive_fields(), (std::vector<std::string>{"foo", "bar"}));
  auto result = RunScrub(R"({"extra":{"x":"y"}})", *rules);
  EXPECT_EQ(result.At("extra.x"), "null");
  EXPECT_EQ(result.At("_meta.extra.x"), R"({"":{"rem":[["organization:r","x"]]}})");
}

std::string Advanced(std::string_view selector, std::string_view rule,
                     std::string_view rules = "") {
  return "{\"scrubData\":false,\"piiConfig\":{\"rules\":{" + std::string(rules) +
         "},\"vars\":{\"hashKey\":\"\"},\"applications\":{\"" + std::string(selector) + "\":[\"" +
         std::string(rule) + "\"]}}}";
}

TEST(AdvancedRules, BuiltInsAndMethods) {
  struct {
    std::string_view rule;
    std::string_view text;
    std::string_view expected;
  } cases[] = {
      {"@email", "mail bob@example.com", "mail [email]"},
      {"@email:mask", "bob@ex.com", "***@**.***"},
      {"@email:remove", "mail bob@example.com!", "mail !"},
      {"@email:filter", "mail bob@example.com", "mail [Filtered]"},
      {"@creditcard:mask", "4571-2345-6789-0111", "****-****-****-0111"},
      {"@ip", "from 1.2.3.4", "from [ip]"},
      {"@ip:hash", "1.2.3.4", "3A49F7BB2C1BAC1BFC7C20A3F6B8F4B2AB7E6A03"},
      {"@mac", "4a:00:04:10:9b:50", "[mac]"},
      {"@uuid", "ceee0822-ed8f-4622-b2a3-789e73e75cd1", "[uuid]"},
      {"@imei", "356938035643809", "[imei]"},
      {"@urlauth", "a://b:c@d", "a://b:[auth]@d"},
      {"@usssn", "078-05-1120", "[us-ssn]"},
      {"@userpath", "/home/bob/x", "/home/[user]/x"},
      {"@common:filter", "1.2.3.4 bob@example.com", "[Filtered] [Filtered]"},
  };
  for (const auto& c : cases) {
    auto result = RunScrub("{\"extra\":{\"a\":\"" + std::string(c.text) + "\"}}",
                           Compile(Advanced("$string", c.rule)));
    if (c.rule == "@ip:hash") {
      EXPECT_EQ(result.At("extra.a").size(), 42U);
      continue;
    }
    EXPECT_EQ(result.At("extra.a"), "\"" + std::string(c.expected) + "\"") << c.rule;
  }
}

TEST(AdvancedRules, PatternsPairsAliasesAndGroups) {
  constexpr std::string_view kRules =
      R"x("p":{"type":"pattern","pattern":"foo(bar)","replaceGroups":[1],)x"
      R"("redaction":{"method":"replace","text":"*"}},)"
      R"("q":{"type":"redact_pair","keyPattern":"^x-.*","redaction":{"method":"mask"}},)"
      R"("m":{"type":"multiple","rules":["p","q"]},"a":{"type":"alias","rule":"m"})";
  auto result = RunScrub(R"({"extra":{"a":"foobar foobar","X-Key":"abc","y":"abc"}})",
                         Compile(Advanced("**", "a", kRules)));
  EXPECT_EQ(result.At("extra"), R"({"a":"foo* foo*","X-Key":"***","y":"abc"})");
}

TEST(AdvancedRules, EarlierRedactionsStay) {
  auto result =
      RunScrub(R"({"extra":{"a":"bob@example.com"}})",
               Compile(R"({"scrubData":false,"piiConfig":{"rules":{"r":{"type":"pattern",)"
                       R"("pattern":"e","redaction":{"method":"replace","text":"3"}}},)"
                       R"("applications":{"$string":["@email","r"]}}})"));
  // The second rule of a list sees the text that the first one left.
  EXPECT_NE(result.At("extra.a"), "\"bob@example.com\"");
}

TEST(AdvancedRules, SelectorsChooseValues) {
  constexpr std::string_view kEvent =
      R"({"user":{"email":"a@b.c","id":"1"},"extra":{"x":{"y":"s"},"n":5,"a.b":"q"},)"
      R"("exception":{"values":[{"type":"E","value":"v","stacktrace":{"frames":[)"
      R"({"vars":{"p":"w"},"filename":"/a/b.py","function":"f"}]}}]},"tags":[["k","t"]]})";
  struct {
    std::string_view selector;
    std::string_view path;
    bool hit;
  } cases[] = {
      {"$string", "user.email", true},
      {"user.email", "user.email", true},
      {"user.*", "user.email", true},
      {"$user.email", "user.email", true},
      {"extra.**", "extra.x", true},
      {"extra.**", "extra", false},
      {"extra.x.**", "extra.x.y", true},
      {"extra.*", "extra.n", true},
      {"$number", "extra.n", true},
      {"$string", "extra.n", false},
      {"extra.'a.b'", "extra.n", false},
      {"$frame.vars.**", "exception.values.0.stacktrace.frames.0.vars.p", true},
      {"$exception.value", "exception.values.0.value", true},
      {"exception.values.0.value", "exception.values.0.value", true},
      {"exception.values.1.value", "exception.values.0.value", false},
      {"$string && !user.**", "user.email", false},
      {"$string && !(extra.** || $frame.**)", "user.email", true},
      {"email", "user.email", false},
      {"**.email", "user.email", true},
      {"**", "exception.values.0.stacktrace.frames.0.filename", false},
      {"$frame.function", "exception.values.0.stacktrace.frames.0.function", false},
      {"tags.k", "tags.0.1", true},
      {"**", "tags.0.1", false},
  };
  std::string replace = R"("r":{"type":"anything","redaction":{"method":"replace","text":"gone"}})";
  for (const auto& c : cases) {
    auto result = RunScrub(kEvent, Compile(Advanced(c.selector, "r", replace)));
    EXPECT_EQ(result.At(c.path) == "\"gone\"", c.hit) << c.selector << " " << c.path;
  }
}

TEST(AdvancedRules, ImagePathsKeepTheirBaseName) {
  for (std::string_view rule : {"@anything:replace", "@anything:remove", "@anything:hash"}) {
    auto result = RunScrub(
        R"({"debug_meta":{"images":[{"type":"elf","code_file":"/home/bob/app","debug_file":"plain"}]}})",
        Compile(Advanced("debug_meta.images.*.code_file || $frame.abs_path", rule)));
    std::string path = result.At("debug_meta.images.0.code_file");
    EXPECT_TRUE(path.ends_with("/app\"")) << path;
    EXPECT_EQ(path.find("bob"), path.npos) << path;
  }
}

TEST(AdvancedRules, AHashedAddressBecomesTheIdOnlyIfThereIsNone) {
  Rules rules = Compile(Advanced("user.ip_address", "@ip:hash"));
  auto moved = RunScrub(R"({"user":{"ip_address":"127.0.0.1"}})", rules);
  EXPECT_EQ(moved.At("user.ip_address"), "absent");
  // HMAC-SHA1 with an empty key.
  EXPECT_EQ(moved.At("user.id"), "\"AE12FE3B5F129B5CC4CDD2B136B7B7947C4D2741\"");
  EXPECT_NE(moved.At("_meta.user.id"), "absent");
  auto kept = RunScrub(R"({"user":{"id":"7","ip_address":"127.0.0.1"}})", rules);
  EXPECT_EQ(kept.At("user"), R"({"id":"7"})");
}

TEST(AdvancedRules, ContainersAreRemovedNotHashed) {
  auto result = RunScrub(R"({"extra":{"a":{"b":1},"c":5,"d":true}})",
                         Compile(Advanced("extra.*", "@anything:hash")));
  EXPECT_EQ(result.At("extra.a"), "null");
  EXPECT_EQ(result.At("extra.c").size(), 42U);
}

TEST(AdvancedRules, ATextThatCostsTooMuchIsTreatedAsSecret) {
  Rules rules = Compile(
      Advanced("$string", "p", R"("p":{"type":"pattern","pattern":"(a?){100}(a?){100}b"})"));
  auto result = RunScrub("{\"extra\":{\"x\":\"" + std::string(100'000, 'a') + "\"}}", rules);
  EXPECT_EQ(result.At("extra.x"), "\"[Filtered]\"");
}

TEST(AdvancedRules, BadOnesAreRefusedWithTheirReason) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {R"({"rules":{"r":{"type":"pattern","pattern":"("}}})", kPatternInvalid},
      {R"({"rules":{"r":{"type":"pattern"}}})", kRuleInvalid},
      {R"({"rules":{"r":{"type":"nope"}}})", kRuleInvalid},
      {R"({"rules":{"r":{"type":"alias","rule":"r"}}})", kRuleInvalid},
      {R"({"rules":{"r":{"type":"multiple","rules":["r","r"]}}})", kRuleInvalid},
      {R"({"rules":{"r":{"type":"ip","redaction":{"method":"burn"}}}})", kRuleInvalid},
      {R"({"rules":{"r":{"type":"pattern","pattern":"a","replaceGroups":[3]}}})", kRuleInvalid},
      {R"({"applications":{"$string":["missing"]}})", kRuleInvalid},
      {R"({"applications":{"$string":["@nope"]}})", kRuleInvalid},
      {R"({"applications":{"$nope":["@ip"]}})", kSelectorInvalid},
      {R"({"applications":{"a..b":["@ip"]}})", kSelectorInvalid},
      {R"({"applications":{"(a":["@ip"]}})", kSelectorInvalid},
      {R"({"applications":{"":["@ip"]}})", kSelectorInvalid},
  };
  for (const auto& [config, reason] : kCases) {
    Settings settings;
    settings.pii_config = json::ParseLenient(config)->as_object();
    auto rules = Rules::Compile(settings);
    ASSERT_FALSE(rules) << config;
    EXPECT_EQ(rules.error().reason, reason) << config;
  }
  for (std::string_view settings : {R"({"scrubData":"yes"})", R"({"sensitiveFields":"x"})",
                                    R"({"sensitiveFields":[1]})", R"({"piiConfig":[]})"}) {
    auto parsed = ParseSettings(json::ParseLenient(settings)->as_object());
    ASSERT_FALSE(parsed) << settings;
    EXPECT_EQ(parsed.error().reason, kSettingsInvalid);
  }
}

TEST(Attachments, TextIsOverwrittenInUtf8AndUtf16) {
  Rules rules = Compile(
      R"({"piiConfig":{"applications":{"$attachments":["@creditcard"],"$minidump":["@email"]}}})");
  std::string bytes("\x01\x02 card 4571234567890111 \x00\xFF", 27);
  std::size_t size = bytes.size();
  EXPECT_TRUE(ScrubBytes(bytes, "attachments", rules));
  EXPECT_EQ(bytes.size(), size);
  EXPECT_NE(bytes.find("card **************** "), bytes.npos);
  std::string wide("x", 1);
  for (char c : std::string_view("to bob@example.com")) wide += {c, '\0'};
  EXPECT_TRUE(ScrubBytes(wide, "minidump", rules));
  EXPECT_EQ(wide.find('@'), wide.npos);
  std::string other = "card 4571234567890111";
  EXPECT_FALSE(ScrubBytes(other, "minidump", rules));
}

}  // namespace
}  // namespace gatehouse::events::scrub
