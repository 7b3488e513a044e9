// Source maps and what they make of stack traces.

#include "region/artifacts/source_map.h"

#include <gtest/gtest.h>

#include "region/artifacts/errors.h"
#include "region/artifacts/js_frames.h"
#include "region/artifacts/js_path.h"

namespace gatehouse::artifacts {
namespace {

// function a(b){throw new Error("card "+b)}a(1);
// Tokens: a → pay (0,16), b → card, and the throw of line 2.
constexpr std::string_view kGenerated =
    "function a(b){throw new Error(\"card \"+b)}a(1);\n//# sourceMappingURL=app.js.map\n";
constexpr std::string_view kMap = R"({"version":3,"sources":["./src/cart.ts"],
  "sourcesContent":["export function pay(card) {\n  throw new Error(\"card \" + card);\n}\npay(1);\n"],
  "names":["pay","card"],
  "mappings":"AAAO,SAASA,EAAIC,GAClB,MAAM,IAAI,MAAM,QAAUA,CAAI,CAChC,CACAD,EAAI,CAAC"})";

std::shared_ptr<const Script> MakeScript(std::string_view generated, std::string_view map) {
  auto script = std::make_shared<Script>();
  if (!generated.empty()) {
    script->generated = std::make_unique<const ScriptText>(std::string(generated));
  }
  if (!map.empty()) {
    auto parsed = SourceMap::Parse(map);
    EXPECT_TRUE(parsed.has_value());
    if (parsed) script->map = std::make_unique<const SourceMap>(std::move(*parsed));
  }
  script->map_url = "https://shop.example/static/app.js.map";
  script->found_by = "debug-id";
  return script;
}

json::Object Frame(std::string_view function, int line, int column,
                   std::string_view path = "https://shop.example/static/app.js") {
  return {{"function", function}, {"abs_path", path}, {"filename", path},
          {"lineno", line},       {"colno", column},  {"in_app", true}};
}

json::Object Event(json::Array frames) {
  json::Object value{{"type", "Error"},
                     {"stacktrace", json::Object{{"frames", std::move(frames)}}}};
  return {{"platform", "javascript"},
          {"release", "shop@1"},
          {"exception", json::Object{{"values", json::Array{std::move(value)}}}}};
}

const json::Object& ValueOf(const json::Object& event) {
  return event.at("exception").at("values").at(0).as_object();
}
const json::Object& FrameOf(const json::Object& event, std::size_t i = 0) {
  return ValueOf(event).at("stacktrace").at("frames").at(i).as_object();
}

TEST(SourceMap, FindsTheTokenAtOrBeforeAPlace) {
  const auto map = SourceMap::Parse(kMap);
  ASSERT_TRUE(map.has_value());
  const SourceMap::Token* token = map->Find(0, 9);
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(map->Source(*token), "./src/cart.ts");
  EXPECT_EQ(map->Name(*token), "pay");
  token = map->Find(0, 17);
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(token->source_line, 1u);
  EXPECT_EQ(map->Find(7, 0), nullptr);
  EXPECT_NE(map->SourceContent(0), nullptr);
  EXPECT_EQ(map->SourceContent(1), nullptr);
}

TEST(SourceMap, AnIndexMapIsFlattened) {
  const std::string text = R"({"version":3,"sections":[
    {"offset":{"line":0,"column":0},"map":)" +
                           std::string(kMap) + R"(},
    {"offset":{"line":2,"column":10},"map":)" +
                           std::string(kMap) + "}]}";
  const auto map = SourceMap::Parse(text);
  ASSERT_TRUE(map.has_value()) << map.error().detail;
  EXPECT_EQ(map->Find(2, 9), nullptr);
  const SourceMap::Token* token = map->Find(2, 19);
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(map->Name(*token), "pay");
}

TEST(SourceMap, TheGuardLineAndTheRootAndTheIgnoreListAreUnderstood) {
  const auto map = SourceMap::Parse(
      ")]}'\n{\"version\":3,\"sourceRoot\":\"/srv/src\",\"sources\":[\"a.js\",null],\"names\":[],"
      "\"ignoreList\":[0],\"debug_id\":\"C0DE0000-0000-0000-0000-00000000C0DE\","
      "\"mappings\":\"AAAA,CCAA\"}");
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(map->Source(map->tokens()[0]), "/srv/src/a.js");
  EXPECT_TRUE(map->IsIgnored(0));
  EXPECT_FALSE(map->IsIgnored(1));
  EXPECT_EQ(map->debug_id(), "c0de0000-0000-0000-0000-00000000c0de");
}

TEST(SourceMap, WhatIsNoMapIsRefused) {
  for (const std::string_view text :
       {"", "[]", "{}", R"({"version":3,"sources":[],"mappings":"AAAA"})",
        R"({"version":3,"sources":["a"],"mappings":"AA"})",
        R"({"version":3,"sources":["a"],"mappings":"A!"})",
        R"({"version":3,"sources":["a"],"mappings":"AAAAAA"})",
        R"({"version":3,"sources":["a"],"names":[],"mappings":"AAAAC"})",
        R"({"version":3,"sources":["a"],"mappings":"gggggggggggggggggA"})",
        R"({"version":3,"sources":["a"],"mappings":"D"})",
        R"({"version":3,"sections":[{"offset":{"line":-1,"column":0},"map":{}}]})"}) {
    const auto map = SourceMap::Parse(text);
    ASSERT_FALSE(map.has_value()) << text;
    EXPECT_EQ(map.error().reason, kSourceMapInvalid);
  }
}

TEST(SourceMap, SectionsInSectionsAndTooManyTokensAreRefused) {
  std::string nested = std::string(kMap);
  for (int i = 0; i < 5; ++i) {
    nested = R"({"version":3,"sections":[{"offset":{"line":0,"column":0},"map":)" + nested + "}]}";
  }
  EXPECT_FALSE(SourceMap::Parse(nested).has_value());
  std::string many = R"({"version":3,"sources":["a"],"mappings":")";
  for (int i = 0; i < 200; ++i) many += "AAAA,";
  many += "\"}";
  EXPECT_TRUE(SourceMap::Parse(many).has_value());
  EXPECT_FALSE(
      SourceMap::Parse(many, {.bytes = 1 << 20, .tokens = 100, .sources = 10}).has_value());
  EXPECT_FALSE(SourceMap::Parse(many, {.bytes = 100, .tokens = 1000, .sources = 10}).has_value());
}

TEST(SourceMap, CommentsNameTheMapAndTheDebugId) {
  EXPECT_EQ(SourceMapReference(kGenerated), "app.js.map");
  EXPECT_EQ(SourceMapReference("//@ sourceMappingURL=old.map"), "old.map");
  EXPECT_EQ(SourceMapReference("var sourceMappingURL = 1"), "");
  EXPECT_EQ(DebugIdComment("x\n//# debugId=C0DE0000-0000-0000-0000-00000000C0DE\n"),
            "c0de0000-0000-0000-0000-00000000c0de");
}

TEST(Frames, ShowTheSourceInPlaceOfTheGeneratedFile) {
  json::Object event = Event({Frame("a", 1, 15)});
  const auto script = MakeScript(kGenerated, kMap);
  ResolveFrames(event, [&](const Wanted&) { return script; });
  const json::Object& frame = FrameOf(event);
  EXPECT_EQ(frame.at("function").as_string(), "pay");
  EXPECT_EQ(frame.at("filename").as_string(), "./src/cart.ts");
  EXPECT_EQ(frame.at("abs_path").as_string(), "https://shop.example/static/src/cart.ts");
  EXPECT_EQ(frame.at("lineno").as_int64(), 2);
  EXPECT_EQ(frame.at("context_line").as_string(), "  throw new Error(\"card \" + card);");
  EXPECT_EQ(frame.at("pre_context").as_array().size(), 1u);
  EXPECT_EQ(frame.at("post_context").as_array().size(), 2u);
  EXPECT_TRUE(frame.at("in_app").as_bool());
  EXPECT_EQ(frame.at("data").at("sourcemap").as_string(), script->map_url);
  EXPECT_EQ(frame.at("data").at("orig_function").as_string(), "a");
  EXPECT_EQ(frame.at("data").at("resolved_with").as_string(), "debug-id");
  // What came is there, too.
  const json::Object& raw = ValueOf(event).at("raw_stacktrace").at("frames").at(0).as_object();
  EXPECT_EQ(raw.at("function").as_string(), "a");
  EXPECT_FALSE(event.contains("errors"));
}

TEST(Frames, WhatIsNotFoundIsTold) {
  const auto tell = [](std::shared_ptr<const Script> script, int column) {
    json::Object event = Event({Frame("a", 1, column), Frame("a", 1, column)});
    ResolveFrames(event, [&](const Wanted&) { return script; });
    const json::Value* errors = event.if_contains("errors");
    if (errors == nullptr || errors->as_array().size() != 1) return std::string();
    return std::string(errors->at(0).at("type").as_string());
  };
  auto missing = std::make_shared<Script>();
  missing->problem = kJsNoSource;
  EXPECT_EQ(tell(missing, 15), kJsNoSource);
  EXPECT_EQ(tell(MakeScript("", R"({"version":3,"sources":["a.js"],"mappings":"KAAA"})"), 2),
            kJsInvalidLocation);
  EXPECT_EQ(tell(MakeScript("", R"({"version":3,"sources":["a.js"],"mappings":"AAAA"})"), 2),
            kJsMissingContent);
  EXPECT_EQ(tell(nullptr, 15), "");
}

TEST(Frames, WithoutAMapTheGeneratedLineIsShownAroundTheColumn) {
  const std::string wide = std::string(500, 'x') + "HERE" + std::string(500, 'y');
  json::Object event = Event({Frame("a", 1, 502)});
  ResolveFrames(event, [&, script = MakeScript(wide, "")](const Wanted&) { return script; });
  const std::string line(FrameOf(event).at("context_line").as_string());
  EXPECT_NE(line.find("HERE"), std::string::npos);
  EXPECT_TRUE(line.starts_with("{snip} ") && line.ends_with(" {snip}")) << line;
  EXPECT_LT(line.size(), 200u);
}

TEST(Frames, PackagesOfOthersAreNotInApp) {
  const auto in_app = [](std::string_view source) {
    json::Object event = Event({Frame("a", 1, 2)});
    const std::string map =
        R"({"version":3,"sourcesContent":["x"],"mappings":"AAAA","sources":[")" +
        std::string(source) + "\"]}";
    ResolveFrames(event, [&, script = MakeScript("", map)](const Wanted&) { return script; });
    return FrameOf(event).at("in_app").as_bool();
  };
  EXPECT_FALSE(in_app("webpack:///./node_modules/lib/a.js"));
  EXPECT_FALSE(in_app("webpack:///~/lib/a.js"));
  EXPECT_FALSE(in_app("../node_modules/lib/a.js"));
  EXPECT_TRUE(in_app("webpack:///./src/a.js"));
  EXPECT_TRUE(in_app("app:///src/a.js"));
}

TEST(Frames, OnlyFramesThatAMapCouldExplainAreWanted) {
  json::Object event = Event({Frame("a", 1, 15), Frame("a", 9, 1), Frame("b", 1, 1, "<anonymous>"),
                              Frame("c", 1, 1, "native"), Frame("d", 1, 1, "data:text/js,x")});
  event["debug_meta"] = json::Object{
      {"images", json::Array{json::Object{{"type", "sourcemap"},
                                          {"code_file", "https://shop.example/static/app.js"},
                                          {"debug_id", "C0DE00000000000000000000C0DE0000"}}}}};
  EXPECT_TRUE(MayWantScripts(event));
  const auto wanted = WantedScripts(event);
  ASSERT_EQ(wanted.size(), 1u);
  EXPECT_EQ(wanted[0].debug_id, "c0de0000-0000-0000-0000-0000c0de0000");
  event["platform"] = "python";
  EXPECT_FALSE(MayWantScripts(event));
  json::Object node =
      Event({Frame("a", 1, 1, "node:internal/process"), Frame("a", 1, 1, "/srv/a.js")});
  node["platform"] = "node";
  ASSERT_EQ(WantedScripts(node).size(), 1u);
  EXPECT_EQ(WantedScripts(node)[0].abs_path, "/srv/a.js");
}

TEST(JsPath, ReferencesAreSeenFromTheirFile) {
  EXPECT_EQ(JoinPath("https://a.example/x/app.js?v=1", "app.js.map"),
            "https://a.example/x/app.js.map");
  EXPECT_EQ(JoinPath("https://a.example/x/app.js", "../src/a.ts"), "https://a.example/src/a.ts");
  EXPECT_EQ(JoinPath("https://a.example/x/app.js", "/m/a.map"), "https://a.example/m/a.map");
  EXPECT_EQ(JoinPath("https://a.example/x.js", "//b.example/m"), "https://b.example/m");
  EXPECT_EQ(JoinPath("https://a.example/x.js", "webpack:///./a.js"), "webpack:///./a.js");
  EXPECT_EQ(JoinPath("/srv/dist/app.js", "../src/a.ts"), "/srv/src/a.ts");
  EXPECT_EQ(JoinPath("app:///dist/app.js", "app.js.map"), "app:///dist/app.js.map");
}

TEST(JsPath, AFileMayHaveBeenUploadedUnderTheseNames) {
  EXPECT_EQ(
      UploadNames("https://a.example/x/app.js?v=1#z"),
      (std::vector<std::string>{"https://a.example/x/app.js?v=1#z", "https://a.example/x/app.js",
                                "~/x/app.js?v=1#z", "~/x/app.js"}));
  EXPECT_EQ(UploadNames("app:///main.js"),
            (std::vector<std::string>{"app:///main.js", "~/main.js"}));
}

TEST(JsPath, ModulesAreNamedWithoutWhatABuildAdds) {
  for (const auto& [path, module] : {std::pair("https://a.example/foo.js", "foo"),
                                     {"https://a.example/js/foo.min.js", "foo"},
                                     {"https://a.example/static/v1.2.3/app/foo.js", "app/foo"},
                                     {"https://a.example/deadbee/app/foo-0a1b2c3d.js", "app/foo"},
                                     {"/some/path/foo.js?v=1", "some/path/foo"},
                                     {"https://a.example/", "<unknown module>"}}) {
    EXPECT_EQ(ModuleOf(path), module) << path;
  }
}

}  // namespace
}  // namespace gatehouse::artifacts
