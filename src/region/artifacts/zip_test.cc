// Archives as strangers make them.

#include "region/artifacts/zip.h"

#include <gtest/gtest.h>

#include "region/artifacts/bundle.h"
#include "region/artifacts/errors.h"
#include "region/artifacts/zip_writer.h"

namespace gatehouse::artifacts {
namespace {

std::string_view ReasonOf(const std::string& archive, ZipLimits limits = {}) {
  const auto zip = Zip::Open(archive, limits);
  return zip ? "" : zip.error().reason;
}

std::string One(std::string_view name, ZipWriter::Lies lies = {}) {
  ZipWriter zip;
  zip.Add(name, "text", true, lies);
  return zip.Finish();
}

TEST(Zip, MembersAreReadStoredAndDeflatedAndBehindAHeader) {
  ZipWriter zip;
  zip.Add("a/b.js", std::string(10'000, 'x'));
  zip.Add("c.map", "{}", false);
  for (const std::string& archive :
       {zip.Finish(), "SYSB\x02" + std::string(3, '\0') + zip.Finish()}) {
    const auto opened = Zip::Open(archive);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    ASSERT_EQ(opened->members().size(), 2u);
    EXPECT_EQ(opened->Read(*opened->Find("a/b.js")).value(), std::string(10'000, 'x'));
    EXPECT_EQ(opened->Read(*opened->Find("c.map")).value(), "{}");
    EXPECT_EQ(opened->Find("nothing"), nullptr);
  }
}

TEST(Zip, PathTraversalNamesAreRefused) {
  for (const std::string_view name :
       {"../../etc/passwd", "/etc/passwd", "a/../../b", "..", "a\\..\\b", "C:\\x", "a\nb"}) {
    EXPECT_EQ(ReasonOf(One(name)), kArchiveInvalid) << name;
  }
  EXPECT_EQ(ReasonOf(One(std::string_view("a\0b", 3))), kArchiveInvalid);
  EXPECT_EQ(ReasonOf(One("a..b/..c")), "");
}

TEST(Zip, ABombIsRefusedBeforeItIsUnpacked) {
  ZipWriter bomb;
  bomb.Add("zeros", std::string(8 << 20, '\0'));
  const std::string archive = bomb.Finish();
  EXPECT_LT(archive.size(), 20'000u);
  EXPECT_EQ(ReasonOf(archive, {.member_bytes = 1 << 20}), kArchiveTooLarge);
  EXPECT_EQ(ReasonOf(archive, {.total_bytes = 1 << 20}), kArchiveTooLarge);
  EXPECT_EQ(ReasonOf(archive, {.ratio = 100}), kArchiveTooLarge);
  EXPECT_EQ(ReasonOf(One("big", {.size = 0xFFFFFFF0u})), kArchiveTooLarge);
  ZipWriter many;
  for (int i = 0; i < 11; ++i) many.Add("f" + std::to_string(i), "");
  EXPECT_EQ(ReasonOf(many.Finish(), {.members = 10}), kArchiveTooLarge);
}

TEST(Zip, AMemberThatUnpacksToMoreThanTheDirectorySaysIsRefused) {
  ZipWriter zip;
  zip.Add("liar", std::string(100'000, 'a'), true, {.size = 100});
  const std::string archive = zip.Finish();
  const auto opened = Zip::Open(archive);
  ASSERT_TRUE(opened.has_value());
  EXPECT_FALSE(opened->Read(opened->members().front()).has_value());
}

TEST(Zip, OverlappingMembersAreRefused) {
  ZipWriter zip;
  zip.Add("kernel", std::string(1000, 'a'));
  zip.Add("again", std::string(1000, 'a'), true, {.offset = 1});
  EXPECT_EQ(ReasonOf(zip.Finish()), kArchiveInvalid);
}

TEST(Zip, ANameThatOccursTwiceAndEncryptionAreRefused) {
  ZipWriter zip;
  zip.Add("a", "1");
  zip.Add("a", "2");
  EXPECT_EQ(ReasonOf(zip.Finish()), kArchiveInvalid);
  EXPECT_EQ(ReasonOf(One("a", {.flags = 1})), kArchiveInvalid);
}

TEST(Zip, DamageAnywhereIsAnErrorAndNothingElse) {
  ZipWriter zip;
  zip.Add("manifest.json", R"({"files":{}})");
  const std::string archive = zip.Finish();
  for (std::size_t cut = 0; cut < archive.size(); ++cut) {
    EXPECT_FALSE(Zip::Open(std::string_view(archive).substr(0, cut)).has_value()) << cut;
  }
  for (std::size_t at = 0; at < archive.size(); ++at) {
    std::string damaged = archive;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
    const auto opened = Zip::Open(damaged);
    if (!opened) continue;
    for (const Zip::Member& member : opened->members()) (void)opened->Read(member);
  }
  EXPECT_EQ(ReasonOf("no archive at all, but long enough to hold one"), kArchiveInvalid);
}

TEST(Bundle, TheManifestSaysWhatIsWhere) {
  ZipWriter zip;
  zip.Add("manifest.json",
          R"({"release":"shop@1","dist":"7","debug_id":"AA0DE000000000000000000000000001","files":{
              "_/app.js":{"url":"~/app.js","type":"minified_source","headers":{
                "Debug-Id":"c0de0000-0000-0000-0000-00000000c0de","Sourcemap":"app.js.map"}},
              "_/app.js.map":{"url":"~/app.js.map","type":"source_map","headers":{
                "debug-id":"c0de00000000000000000000c0de0000"}}}})");
  zip.Add("_/app.js", "x");
  zip.Add("_/app.js.map", "{}");
  const std::string archive = zip.Finish();
  const auto bundle = Bundle::Open(archive);
  ASSERT_TRUE(bundle.has_value()) << bundle.error().detail;
  EXPECT_EQ(bundle->release(), "shop@1");
  EXPECT_EQ(bundle->dist(), "7");
  EXPECT_EQ(bundle->bundle_id(), "aa0de000-0000-0000-0000-000000000001");
  EXPECT_EQ(bundle->DebugIds().size(), 2u);
  const BundleFile* script = bundle->FindByUrl("~/app.js");
  ASSERT_NE(script, nullptr);
  EXPECT_EQ(script->source_map, "app.js.map");
  EXPECT_EQ(bundle->Read(*script).value(), "x");
  EXPECT_EQ(bundle->FindByDebugId("c0de0000-0000-0000-0000-00000000c0de", FileType::kSourceMap),
            nullptr);
}

TEST(Bundle, AManifestThatIsMissingOrLiesIsRefused) {
  for (const std::string_view manifest :
       {"", "[]", "{}", R"({"files":{"absent.js":{}}})", R"({"files":{"manifest.json":7}})"}) {
    ZipWriter zip;
    zip.Add(manifest.empty() ? "other" : "manifest.json", manifest);
    const std::string archive = zip.Finish();
    const auto bundle = Bundle::Open(archive);
    ASSERT_FALSE(bundle.has_value()) << manifest;
    EXPECT_EQ(bundle.error().reason, kManifestInvalid);
  }
}

TEST(DebugId, HasOneSpelling) {
  EXPECT_EQ(NormalDebugId("C0DE0000-0000-0000-0000-00000000C0DE").value(),
            "c0de0000-0000-0000-0000-00000000c0de");
  EXPECT_EQ(NormalDebugId("c0de000000000000000000000000c0de1a").value(),
            "c0de0000-0000-0000-0000-00000000c0de-1a");
  EXPECT_EQ(NormalDebugId("c0de0000-0000-0000-0000-00000000c0de-0").value(),
            "c0de0000-0000-0000-0000-00000000c0de");
  for (const char* bad : {"", "c0de", "../../../../../../../../../../../../", "zz"}) {
    EXPECT_FALSE(NormalDebugId(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace gatehouse::artifacts
