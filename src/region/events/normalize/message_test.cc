// Messages, exceptions, stack traces, threads, mechanisms, debug images.

#include "region/events/normalize/normalize_fixture.h"

namespace gatehouse::events {
namespace {

TEST(Logentry, Formatting) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {R"("hi")", R"({"formatted":"hi"})"},
      {R"(42)", R"({"formatted":"42"})"},
      {R"({"message":"a %s","params":["b"]})",
       R"({"message":"a %s","params":["b"],"formatted":"a b"})"},
      {R"({"message":"a %d%%","params":[5]})",
       R"({"message":"a %d%%","params":[5],"formatted":"a 5%"})"},
      {R"({"message":"a %(x)s","params":{"x":"b"}})",
       R"({"message":"a %(x)s","params":{"x":"b"},"formatted":"a b"})"},
      {R"({"message":"a {} {}","params":["b",1]})",
       R"({"message":"a {} {}","params":["b",1],"formatted":"a b 1"})"},
      {R"({"message":"a {1}{0}","params":["b","c"]})",
       R"({"message":"a {1}{0}","params":["b","c"],"formatted":"a cb"})"},
      {R"({"message":"a {x}","params":{"x":"b"}})",
       R"({"message":"a {x}","params":{"x":"b"},"formatted":"a b"})"},
      {R"({"message":"%5.2f|%-4d|%04d","params":[3.14159,7,7]})",
       R"({"message":"%5.2f|%-4d|%04d","params":[3.14159,7,7],"formatted":" 3.14|7   |0007"})"},
      {R"({"message":"a %s %s","params":["b"]})", R"({"params":["b"],"formatted":"a %s %s"})"},
      {R"({"message":"a %s"})", R"({"formatted":"a %s"})"},
      {R"({"message":"a","formatted":"a"})", R"({"formatted":"a"})"},
      {R"({"message":"a","formatted":"b"})", R"({"message":"a","formatted":"b"})"},
      {R"({"formatted":{"a":1}})", R"({"formatted":"{\"a\":1}"})"},
  };
  for (const auto& [given, expected] : kCases) {
    auto result = RunEvent("{\"logentry\":" + std::string(given) + "}");
    auto got = result.Find("logentry");
    ASSERT_NE(got, nullptr) << given;
    EXPECT_EQ(*got, *json::ParseLenient(expected)) << given << " " << json::Serialize(*got);
    EXPECT_EQ(result.Errors(), "") << given;
  }
}

TEST(Logentry, NothingSaidIsNothingStored) {
  EXPECT_EQ(RunEvent(R"({"logentry":{}})").At("logentry"), "absent");
  EXPECT_EQ(RunEvent(R"({"message":false})").At("logentry"), "absent");
  auto result = RunEvent(R"({"logentry":{"params":["a"]}})");
  EXPECT_EQ(result.At("logentry"), "null");
  EXPECT_EQ(result.Errors(), "invalid_data logentry no message present");
}

TEST(Logentry, ScalarParamsAreRefused) {
  auto result = RunEvent(R"({"logentry":{"message":"a %s","params":"b"}})");
  EXPECT_EQ(result.Errors(), "invalid_data logentry.params expected an array or object");
  EXPECT_EQ(result.At("logentry.formatted"), "\"a %s\"");
}

TEST(Logentry, LegacyMessage) {
  EXPECT_EQ(RunEvent(R"({"message":"x"})").At("logentry.formatted"), "\"x\"");
  EXPECT_EQ(RunEvent(R"({"message":"x","logentry":{"message":"y"}})").At("logentry.formatted"),
            "\"y\"");
  EXPECT_EQ(RunEvent(R"({"sentry.interfaces.Message":{"message":"z"}})").At("logentry.formatted"),
            "\"z\"");
}

TEST(Logentry, HostileFormatsStayUnformatted) {
  for (std::string_view format : {"%", "%9999d", "%(x", "%(a)s", "{", "}", "{0", "%!"}) {
    auto result =
        RunEvent("{\"logentry\":{\"message\":\"" + std::string(format) + "\",\"params\":[1]}}");
    EXPECT_EQ(result.At("logentry.formatted"), "\"" + std::string(format) + "\"") << format;
  }
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "%999d";
  std::string params = "[1";
  for (int i = 1; i < 5000; ++i) params += ",1";
  auto result =
      RunEvent("{\"logentry\":{\"message\":\"" + many + "\",\"params\":" + params + "]}}");
  EXPECT_LE(result.At("logentry.formatted").size(), 8210U);
}

TEST(Exceptions, TypeIsSplitFromValue) {
  EXPECT_EQ(RunEvent(R"({"exception":{"value":"ValueError: unauthorized"}})").At("exception"),
            R"({"values":[{"value":"unauthorized","type":"ValueError"}]})");
  EXPECT_EQ(RunEvent(R"({"exception":{"value":"not a type: x"}})").At("exception.values.0.type"),
            "absent");
}

TEST(Exceptions, EmptyOnesAreReported) {
  auto result = RunEvent(R"({"exception":{"values":[{"type":"","value":null},{"type":"E"}]}})");
  EXPECT_EQ(result.At("exception.values.0"), "null");
  EXPECT_EQ(result.Errors(), "missing_attribute exception.values.0");
  EXPECT_EQ(result.At("errors.0.attribute"), "\"type or value\"");
  EXPECT_EQ(RunEvent(R"({"exception":{"values":null}})").At("exception"), "absent");
  EXPECT_EQ(RunEvent(R"({"exception":[]})").At("exception"), "absent");
}

TEST(Exceptions, TheOnlyOneTakesTheTopLevelStacktrace) {
  auto result = RunEvent(
      R"({"exception":{"type":"E"},"stacktrace":{"frames":[{"filename":"a","lineno":"x"}]}})");
  EXPECT_EQ(result.At("stacktrace"), "absent");
  EXPECT_EQ(result.At("exception.values.0.stacktrace.frames.0.filename"), "\"a\"");
  EXPECT_NE(result.Find("_meta.exception.values.0.stacktrace.frames.0.lineno"), nullptr);
  auto two = RunEvent(R"({"exception":[{"type":"E"},{"type":"F"}],"stacktrace":{"frames":[{}]}})");
  EXPECT_NE(two.Find("stacktrace"), nullptr);
}

TEST(Frames, PathsAndNames) {
  struct {
    std::string_view given;
    std::string_view expected;
    std::string_view errors;
  } cases[] = {
      {R"({"filename":"a.py"})", R"({"abs_path":"a.py","filename":"a.py"})", ""},
      {R"({"abs_path":"/x/a.py"})", R"({"abs_path":"/x/a.py","filename":"/x/a.py"})", ""},
      {R"({"abs_path":"/x/a.py","filename":"a.py"})", R"({"abs_path":"/x/a.py","filename":"a.py"})",
       ""},
      {R"({"filename":"https://a.b/c/d.js?x#y"})",
       R"({"abs_path":"https://a.b/c/d.js?x#y","filename":"/c/d.js"})", ""},
      {R"({"filename":"file:///c/d.js"})", R"({"abs_path":"file:///c/d.js","filename":"/c/d.js"})",
       ""},
      {R"({"filename":"http://a.b/"})", R"({"abs_path":"http://a.b/","filename":"http://a.b/"})",
       ""},
      {R"({"abs_path":1,"filename":"a"})", R"({"abs_path":"a","filename":"a"})", ""},
      {R"({"function":"?","symbol":"?"})", "{}", ""},
      {R"({"lineno":"1"})", R"({"lineno":null})",
       "invalid_data stacktrace.frames.0.lineno expected an unsigned integer"},
      {R"({"lineno":-1})", R"({"lineno":null})",
       "invalid_data stacktrace.frames.0.lineno expected an unsigned integer"},
      {R"({"in_app":"yes"})", R"({"in_app":null})",
       "invalid_data stacktrace.frames.0.in_app expected a boolean"},
      {R"({"instruction_addr":"123456","symbol_addr":"0XAB"})",
       R"({"instruction_addr":"0x1e240","symbol_addr":"0xab"})", ""},
      {R"({"image_addr":"zz"})", R"({"image_addr":null})",
       "invalid_data stacktrace.frames.0.image_addr expected an address"},
      {R"({"pre_context":[null,"a"],"post_context":[]})",
       R"({"pre_context":["","a"],"post_context":[],"context_line":""})", ""},
      {R"({"vars":["a",null]})", R"({"vars":{"0":"a","1":null}})", ""},
      {R"({"vars":{"_":["a"]}})", R"({"vars":{"0":"a"}})", ""},
      {R"({"unknown":1})", "{}", ""},
  };
  for (const auto& c : cases) {
    auto result = RunEvent("{\"stacktrace\":{\"frames\":[" + std::string(c.given) + "]}}");
    const json::Value* frame = result.Find("stacktrace.frames.0");
    ASSERT_NE(frame, nullptr) << c.given;
    EXPECT_EQ(*frame, *json::ParseLenient(c.expected)) << c.given << json::Serialize(*frame);
    EXPECT_EQ(result.Errors(), c.errors) << c.given;
  }
}

TEST(Frames, RawStacktracesKeepTheirPaths) {
  auto result =
      RunEvent(R"({"exception":{"type":"E","raw_stacktrace":{"frames":[{"filename":"a.py"}]}}})");
  EXPECT_EQ(result.At("exception.values.0.raw_stacktrace.frames.0"), R"({"filename":"a.py"})");
}

TEST(Stacktraces, WithoutFrames) {
  EXPECT_EQ(RunEvent(R"({"stacktrace":{}})").At("stacktrace"), "absent");
  EXPECT_EQ(RunEvent(R"({"stacktrace":{"lang":"x"}})").Errors(),
            "missing_attribute stacktrace.frames");
  EXPECT_EQ(RunEvent(R"({"stacktrace":{"frames":5}})").Errors(),
            "invalid_data stacktrace.frames expected an array");
}

std::string Frames(int count, int first_app, int end_app) {
  std::string text = "{\"stacktrace\":{\"frames\":[";
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    text += "{\"function\":\"f" + std::to_string(i) + "\",\"vars\":{\"a\":1},\"in_app\":" +
            (i >= first_app && i < end_app ? "true" : "false") + "}";
  }
  return text + "]}}";
}

std::size_t WithVars(const Normalized& result) {
  std::size_t count = 0;
  for (const json::Value& frame : result.Find("stacktrace.frames")->as_array()) {
    count += frame.as_object().contains("vars");
  }
  return count;
}

TEST(Stacktraces, OnlyTheLast250FramesStay) {
  auto result = RunEvent(Frames(300, 0, 0));
  EXPECT_EQ(result.Find("stacktrace.frames")->as_array().size(), 250U);
  EXPECT_EQ(result.At("stacktrace.frames.0.function"), "\"f50\"");
  EXPECT_EQ(result.At("stacktrace.frames.249.function"), "\"f299\"");
  EXPECT_EQ(result.At("_meta.stacktrace.frames"), R"({"":{"len":300}})");
}

TEST(Stacktraces, MiddleFramesLoseTheirVariablesBeyondFifty) {
  EXPECT_EQ(WithVars(RunEvent(Frames(50, 0, 0))), 50U);
  auto system = RunEvent(Frames(100, 0, 0));
  EXPECT_EQ(WithVars(system), 50U);
  EXPECT_NE(system.Find("stacktrace.frames.24.vars"), nullptr);
  EXPECT_EQ(system.Find("stacktrace.frames.25.vars"), nullptr);
  EXPECT_NE(system.Find("stacktrace.frames.75.vars"), nullptr);
  auto mixed = RunEvent(Frames(100, 40, 60));
  EXPECT_EQ(WithVars(mixed), 50U);
  EXPECT_NE(mixed.Find("stacktrace.frames.50.vars"), nullptr);
  EXPECT_EQ(WithVars(RunEvent(Frames(100, 0, 100))), 50U);
}

TEST(Threads, EmptyOnesVanish) {
  EXPECT_EQ(RunEvent(R"({"threads":{"values":[]}})").At("threads"), "absent");
  EXPECT_EQ(RunEvent(R"({"threads":[{"id":null,"name":null}]})").At("threads"), "absent");
  auto result = RunEvent(R"({"threads":[{"id":1,"crashed":true},{"id":"main"},{"id":[]}]})");
  EXPECT_EQ(result.At("threads.values.0.id"), "1");
  EXPECT_EQ(result.At("threads.values.1.id"), "\"main\"");
  EXPECT_EQ(result.Errors(), "invalid_data threads.values.2.id expected a thread id");
}

std::string Mechanism(std::string_view mechanism, std::string_view rest = "") {
  return "{\"exception\":{\"type\":\"E\",\"mechanism\":" + std::string(mechanism) + "}" +
         std::string(rest) + "}";
}

TEST(Mechanism, LegacyShapesAreRegrouped) {
  auto result = RunEvent(Mechanism(
      R"({"posix_signal":{"signal":11,"code":1,"name":"SIGSEGV"},"relevant_address":"0x1",)"
      R"("mach_exception":{"exception":1,"code":1,"subcode":8,"exception_name":"EXC_BAD_ACCESS"}})"));
  EXPECT_EQ(result.At("exception.values.0.mechanism.type"), "\"generic\"");
  EXPECT_EQ(result.At("exception.values.0.mechanism.meta.signal"),
            R"({"number":11,"code":1,"name":"SIGSEGV"})");
  EXPECT_EQ(result.At("exception.values.0.mechanism.meta.mach_exception.name"),
            "\"EXC_BAD_ACCESS\"");
  EXPECT_EQ(result.At("exception.values.0.mechanism.data.relevant_address"), "\"0x1\"");
  EXPECT_EQ(result.Errors(), "");
}

TEST(Mechanism, NamesNeedAHintOfTheSystem) {
  constexpr std::string_view kMeta =
      R"({"type":"x","meta":{"signal":{"number":10,"code":0},"errno":{"number":2}}})";
  auto darwin = RunEvent(Mechanism(kMeta, R"(,"contexts":{"os":{"name":"iOS"}})"));
  EXPECT_EQ(darwin.At("exception.values.0.mechanism.meta.signal.name"), "\"SIGBUS\"");
  EXPECT_EQ(darwin.At("exception.values.0.mechanism.meta.signal.code_name"), "\"BUS_NOOP\"");
  EXPECT_EQ(darwin.At("exception.values.0.mechanism.meta.errno.name"), "\"ENOENT\"");
  auto linux_os = RunEvent(Mechanism(kMeta, R"(,"debug_meta":{"sdk_info":{"sdk_name":"linux"}})"));
  EXPECT_EQ(linux_os.At("exception.values.0.mechanism.meta.signal.name"), "\"SIGUSR1\"");
  EXPECT_EQ(linux_os.At("exception.values.0.mechanism.meta.signal.code_name"), "absent");
  EXPECT_EQ(RunEvent(Mechanism(kMeta)).At("exception.values.0.mechanism.meta.signal.name"),
            "absent");
}

TEST(Mechanism, Fields) {
  EXPECT_EQ(RunEvent(Mechanism("{}")).At("exception.values.0.mechanism"), "absent");
  EXPECT_EQ(RunEvent(Mechanism(R"({"handled":false})")).Errors(),
            "missing_attribute exception.values.0.mechanism.type");
  EXPECT_EQ(RunEvent(Mechanism(R"({"type":"x","help_link":"ftp://x"})")).Errors(),
            "invalid_data exception.values.0.mechanism.help_link expected http URL");
  EXPECT_EQ(RunEvent(Mechanism(R"({"type":"x","foo":1})")).At("exception.values.0.mechanism"),
            R"({"type":"x","data":{"foo":1}})");
  EXPECT_EQ(RunEvent(Mechanism(R"({"type":"x","meta":{"mach_exception":{"exception":99}}})"))
                .At("exception.values.0.mechanism.meta.mach_exception"),
            R"({"exception":99})");
}

TEST(Mechanism, GivesTags) {
  auto result = RunEvent(Mechanism(R"({"type":"x","handled":false})",
                                   R"(,"contexts":{"browser":{"name":"Chrome","version":"1"}})"));
  std::vector<std::pair<std::string, std::string>> expected = {
      {"browser", "Chrome 1"}, {"browser.name", "Chrome"}, {"mechanism", "x"}, {"handled", "no"}};
  EXPECT_EQ(InterfaceTags(result.event), expected);
}

TEST(DebugMeta, IdentifiersHaveOneForm) {
  auto result =
      RunEvent(R"({"debug_meta":{"images":[)"
               R"({"type":"pe","debug_id":"3249D99D0C4049318610F4E4FB0B69361","code_file":"a"},)"
               R"({"type":"elf","id":"c05b4ddd-69a7-3840-a649-32180d341587-0","name":"b"},)"
               R"({"type":"elf","code_file":"b"},{"type":"nope"},{"type":"proguard"},)"
               R"({"type":"macho","debug_id":"zz","code_file":"x"}]}})");
  EXPECT_EQ(result.At("debug_meta.images.0.debug_id"),
            "\"3249d99d-0c40-4931-8610-f4e4fb0b6936-1\"");
  EXPECT_EQ(result.At("debug_meta.images.1.debug_id"), "\"c05b4ddd-69a7-3840-a649-32180d341587\"");
  EXPECT_EQ(result.At("debug_meta.images.3"), "null");
  EXPECT_EQ(result.Errors(),
            "missing_attribute debug_meta.images.2.debug_id\n"
            "invalid_data debug_meta.images.3 unsupported debug image type\n"
            "missing_attribute debug_meta.images.4.uuid\n"
            "invalid_data debug_meta.images.5.debug_id invalid debug identifier");
}

}  // namespace
}  // namespace gatehouse::events
