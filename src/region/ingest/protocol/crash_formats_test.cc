// What crash reporters write besides JSON: MessagePack, containers of the Unreal Engine; and
// metrics as text.

#include <gtest/gtest.h>

#include <string>

#include "platform/compress/encode.h"
#include "region/ingest/protocol/crash_event.h"
#include "region/ingest/protocol/msgpack.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/statsd.h"
#include "region/ingest/protocol/unreal.h"

namespace gatehouse::ingest {
namespace {

using std::string_literals::operator""s;

std::string Json(std::string_view bytes) {
  auto value = ParseMsgpack(bytes);
  return value ? json::Serialize(*value) : std::string(value.error().reason);
}

TEST(Msgpack, EveryKindOfValue) {
  EXPECT_EQ(Json("\x07"), "7");
  EXPECT_EQ(Json("\xff"), "-1");
  EXPECT_EQ(Json("\xc0"), "null");
  EXPECT_EQ(Json("\xc2"), "false");
  EXPECT_EQ(Json("\xc3"), "true");
  EXPECT_EQ(Json("\xcc\xc8"), "200");
  EXPECT_EQ(Json("\xcd\x01\x00"s), "256");
  EXPECT_EQ(Json("\xce\x00\x01\x00\x00"s), "65536");
  EXPECT_EQ(Json("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615");
  EXPECT_EQ(Json("\xd0\x80"), "-128");
  EXPECT_EQ(Json("\xd1\xff\x00"s), "-256");
  EXPECT_EQ(Json("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s), "-9223372036854775808");
  EXPECT_EQ(Json("\xca\x3f\x80\x00\x00"s), "1.0");
  EXPECT_EQ(Json("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00"s), "null") << "JSON has no infinity";
  EXPECT_EQ(Json("\xa2hi"), "\"hi\"");
  EXPECT_EQ(Json("\xd9\x02hi"), "\"hi\"");
  EXPECT_EQ(Json("\xa1\xff"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(Json("\x92\x01\x81\xa1k\x02"), "[1,{\"k\":2}]");
  EXPECT_EQ(Json("\xc4\x02zz"), "null");
  EXPECT_EQ(Json("\xd4\x01z"), "null");
}

TEST(Msgpack, DamagedAndHostileBytesAreRefused) {
  for (const std::string& bytes :
       {""s, "\xc1"s, "\xa5hi"s, "\x92\x01"s, "\xdd\xff\xff\xff\xff"s, "\xdf\xff\xff\xff\xff"s,
        "\xdb\xff\xff\xff\xffz"s, "\x01\x02"s, std::string(100'000, '\x91')}) {
    EXPECT_EQ(Json(bytes), kInvalidMsgpack);
  }
}

TEST(CrashEvent, PayloadThenFormThenTheNewestBreadcrumbs) {
  CrashParts parts;
  const std::string payload = "\x81\xa7message\xa4" + "boom"s;
  // {"timestamp": n} twice, and once: two stay, the newest.
  const std::string two = "\x81\xa9timestamp\x01\x81\xa9timestamp\x05";
  const std::string one = "\x91\x81\xa9timestamp\x03";
  parts.payload = payload;
  parts.breadcrumbs = {two, one};
  parts.form = *json::ParseObject(R"({"message":"form","release":"1.0"})");
  EXPECT_EQ(json::Serialize(CrashEvent(parts)),
            R"({"message":"boom","release":"1.0","breadcrumbs":{"values":[{"timestamp":3},)"
            R"({"timestamp":5}]}})");
  EXPECT_TRUE(CrashEvent({.payload = "\xc1"}).empty());
}

std::string Number(std::uint32_t number) {
  std::string out;
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 255);
  return out;
}
std::string Text(const std::string& text) {
  return Number(static_cast<std::uint32_t>(text.size()) + 1) + text + '\0';
}
std::string File(const std::string& name, const std::string& data) {
  return Number(0) + Text(name) + Number(static_cast<std::uint32_t>(data.size())) + data;
}
std::string Head(std::uint32_t count) {
  return Text("dir") + Text("file") + Number(0) + Number(count);
}

const std::string kFiles =
    File("CrashContext.runtime-xml",
         "<X><ErrorMessage>Fatal &lt;1&gt;</ErrorMessage><GameName>UE-Demo</GameName></X>") +
    File("UE4Minidump.dmp", "MDMP....") + File("Demo.log", "Log file open") +
    File("CrashReportClient.ini", "x") + File("..\\..\\extra.txt", "y");

Result<UnrealCrash> Parse(const std::string& container, std::size_t max = 1 << 20) {
  return ParseUnrealCrash(compress::Deflate(container), {"login|1", "game@1.0", "prod"}, max);
}

TEST(Unreal, FilesUserReleaseAndContextOfBothForms) {
  for (const std::string& container : {"CR1" + Head(5) + kFiles, Head(0) + kFiles + Head(5)}) {
    auto crash = Parse(container);
    ASSERT_TRUE(crash) << crash.error().detail;
    ASSERT_EQ(crash->files.size(), 4u);
    EXPECT_EQ(crash->files[0].kind, AttachmentKind::kUnrealContext);
    EXPECT_EQ(crash->files[1].kind, AttachmentKind::kMinidump);
    EXPECT_EQ(crash->files[2].kind, AttachmentKind::kUnrealLogs);
    EXPECT_EQ(crash->files[3].name, "extra.txt");
    EXPECT_EQ(json::GetString(*json::GetObject(crash->event, "user"), "id"), "login|1");
    EXPECT_EQ(json::GetString(crash->event, "release"), "game@1.0");
    EXPECT_EQ(json::GetString(crash->event, "level"), "fatal");
    EXPECT_EQ(json::GetString(*json::GetObject(crash->event, "logentry"), "formatted"),
              "Fatal <1>");
  }
}

TEST(Unreal, DamagedContainersAreRefused) {
  EXPECT_EQ(ParseUnrealCrash("", {}, 100).error().reason, kEmptyBody);
  EXPECT_EQ(ParseUnrealCrash("no zlib", {}, 100).error().reason, kInvalidUnreal);
  EXPECT_EQ(Parse("CR1" + Head(6) + kFiles).error().reason, kInvalidUnreal);
  EXPECT_EQ(Parse("CR1" + Head(5) + kFiles + "z").error().reason, kInvalidUnreal);
  EXPECT_EQ(Parse("CR1" + Head(0xffffffff) + kFiles).error().reason, kInvalidUnreal);
  EXPECT_EQ(Parse("CR1" + Head(5) + kFiles, 100).error().reason, kBodyTooLarge);
}

TEST(Statsd, LinesOfEveryType) {
  const StatsdLines lines = ParseStatsd(
      "endpoint.hits@none:1|c|#route:home,env:prod|T1615889440\n"
      "load@millisecond:32.5:12|d\n"
      "old:5|ms\n"
      "users:abc:def|s\n"
      "gauge:1:1:3:4:2|g\n"
      "\n"
      "broken\n1bad:1|c\nx:y|c\nx:1|z\ngauge:1:2|g\nx:inf|d\n");
  ASSERT_EQ(lines.records.size(), 5u);
  EXPECT_EQ(lines.invalid, 6u);
  EXPECT_EQ(json::Serialize(ToJson(lines.records[0])),
            R"({"name":"endpoint.hits","unit":"none","type":"c","value":[1.0],)"
            R"("tags":{"route":"home","env":"prod"},"timestamp":1615889440})");
  EXPECT_EQ(lines.records[1].values, (std::vector<double>{32.5, 12}));
  EXPECT_EQ(lines.records[2].unit, "millisecond");
  EXPECT_EQ(lines.records[2].type, 'd');
  EXPECT_EQ(lines.records[3].words, (std::vector<std::string>{"abc", "def"}));
  EXPECT_EQ(lines.records[4].values.size(), 5u);
}

}  // namespace
}  // namespace gatehouse::ingest
