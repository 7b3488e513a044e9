// The file of checkpoints, and attacks on it. (AUDIT-02)

#include "core/audit/checkpoint.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/text.h"
#include "core/audit/errors.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::audit {
namespace {

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() {
    std::string name = std::filesystem::temp_directory_path() / "gatehouse_checkpoints_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ / "audit" / "checkpoints.jsonl";
  }
  ~CheckpointTest() override { std::filesystem::remove_all(folder_); }

  static CheckpointKey Key(char seed) {
    return std::move(*CheckpointKey::FromSeed(std::string(32, seed)));
  }
  // Four lines, one head each.
  std::vector<std::string> FourLines() {
    CheckpointFile out(file_, key_, clock_);
    for (std::int64_t seq = 1; seq <= 4; ++seq) {
      EXPECT_EQ(out.Append({{OrgId{7}, seq, "mac-" + std::to_string(seq)}}), std::size_t{1});
      clock_.Advance(std::chrono::minutes(5));
    }
    std::vector<std::string> lines;
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  void Replace(const std::vector<std::string>& lines) {
    std::ofstream out(file_, std::ios::trunc);
    for (const std::string& line : lines) out << line << "\n";
  }
  CheckpointContents Contents() {
    auto contents = ReadCheckpoints(file_, key_);
    EXPECT_OK(contents);
    return contents.value_or(CheckpointContents{});
  }

  ManualClock clock_;
  const CheckpointKey key_ = Key('k');
  std::filesystem::path folder_, file_;
};

TEST_F(CheckpointTest, SaysWhatMovedAndNothingElse) {
  EXPECT_FALSE(HasCheckpoints(file_));
  EXPECT_EQ(Contents().lines.size(), 0u);
  CheckpointFile out(file_, key_, clock_);
  const Head a{OrgId{0}, 3, "m3"}, b{OrgId{9}, 5, "m5"};
  EXPECT_EQ(out.Append({}), std::size_t{0});
  EXPECT_EQ(out.Append({a, b}), std::size_t{1});
  EXPECT_EQ(out.Append({a, b}), std::size_t{0});
  EXPECT_EQ(out.Append({a, {OrgId{9}, 6, "m6"}}), std::size_t{1});
  EXPECT_TRUE(HasCheckpoints(file_));
  const CheckpointContents contents = Contents();
  EXPECT_TRUE(contents.findings.empty());
  ASSERT_EQ(contents.lines.size(), 2u);
  EXPECT_EQ(contents.lines[0].checkpoint.heads, (std::vector<Head>{a, b}));
  EXPECT_EQ(contents.lines[0].checkpoint.time, FormatIso8601(clock_.Now()));
  EXPECT_EQ(contents.lines[1].checkpoint.heads, (std::vector<Head>{{OrgId{9}, 6, "m6"}}));
  struct ::stat info{};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat(file_.parent_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(CheckpointTest, ALaterProcessGoesOnWithTheFile) {
  FourLines();
  CheckpointFile out(file_, key_, clock_);
  EXPECT_EQ(out.Append({{OrgId{7}, 9, "mac-9"}}), std::size_t{1});
  const CheckpointContents contents = Contents();
  EXPECT_TRUE(contents.findings.empty());
  EXPECT_EQ(contents.lines.size(), 5u);
}

TEST_F(CheckpointTest, ManyHeadsTakeSeveralLines) {
  std::vector<Head> heads;
  for (std::int64_t i = 1; i <= 2500; ++i) heads.push_back({OrgId{i}, i, "m"});
  CheckpointFile out(file_, key_, clock_);
  EXPECT_EQ(out.Append(heads), std::size_t{3});
  const CheckpointContents contents = Contents();
  EXPECT_TRUE(contents.findings.empty());
  EXPECT_EQ(contents.lines.size(), 3u);
  EXPECT_EQ(contents.lines[2].checkpoint.heads.size(), 500u);
}

TEST_F(CheckpointTest, ALineTornByACrashIsNoAttack) {
  const std::vector<std::string> lines = FourLines();
  std::ofstream(file_, std::ios::app) << lines[0].substr(0, 40);
  CheckpointFile out(file_, key_, clock_);
  EXPECT_EQ(out.Append({{OrgId{7}, 9, "mac-9"}}), std::size_t{1});
  const CheckpointContents contents = Contents();
  EXPECT_TRUE(contents.findings.empty());
  EXPECT_EQ(contents.torn, 1);
  EXPECT_EQ(contents.lines.size(), 5u);
}

TEST_F(CheckpointTest, ChangedRemovedAddedAndMovedLinesAreFound) {
  const std::vector<std::string> lines = FourLines();
  const std::string other = *Key('x').Sign({"t", {{OrgId{7}, 2, "forged"}}, ""});
  std::string changed = lines[1];
  changed.replace(changed.find("mac-2"), 5, "mac-X");
  const std::vector<std::pair<std::string, std::vector<std::string>>> attacks = {
      {"changed", {lines[0], changed, lines[2], lines[3]}},
      {"changed last", {lines[0], changed}},
      {"removed first", {lines[1], lines[2], lines[3]}},
      {"removed", {lines[0], lines[2], lines[3]}},
      {"moved", {lines[0], lines[2], lines[1], lines[3]}},
      {"repeated", {lines[0], lines[1], lines[1], lines[2]}},
      {"added", {lines[0], lines[1], lines[2], lines[3], other}},
      {"replaced", {other}}};
  for (const auto& [name, attack] : attacks) {
    SCOPED_TRACE(name);
    Replace(attack);
    const CheckpointContents contents = Contents();
    EXPECT_FALSE(contents.findings.empty());
    // What is not signed says nothing.
    for (const CheckpointLine& line : contents.lines) {
      EXPECT_TRUE(line.checkpoint.heads[0].mac.starts_with("mac-")) << name;
      EXPECT_NE(line.checkpoint.heads[0].mac, "mac-X") << name;
    }
  }
}

TEST_F(CheckpointTest, AnAuditorNeedsOnlyThePublicKey) {
  const std::vector<std::string> lines = FourLines();
  const json::Object jwk = key_.PublicJwk();
  EXPECT_EQ(json::GetString(jwk, "crv"), "Ed25519");
  EXPECT_FALSE(jwk.contains("d"));
  EXPECT_EQ(jwk, Key('k').PublicJwk());  // the same after a restart
  EXPECT_TRUE(key_.Verify(lines[0]));
  EXPECT_FALSE(Key('x').Verify(lines[0]));
}

TEST_F(CheckpointTest, OnlyOneSpellingIsACheckpoint) {
  const std::string line = FourLines()[0];
  EXPECT_OK(ParseCheckpoint(line));
  const std::string signature = line.substr(line.find(",\"signature\""));
  for (const std::string& bad :
       {std::string(), std::string("{}"), std::string("null"), line + " ", " " + line,
        line.substr(0, line.size() - 1),
        R"({"v":2,"time":"t","heads":[],"previous":"")" + signature,
        R"({"v":1, "time":"t","heads":[],"previous":"")" + signature,
        R"({"v":1,"time":"t","heads":[{}],"previous":"")" + signature,
        R"({"v":1,"time":"t","heads":[{"organization":"07","seq":1,"mac":""}],"previous":"")" +
            signature,
        R"({"v":1,"time":"t","heads":[{"organization":"7","seq":0,"mac":""}],"previous":"")" +
            signature,
        R"({"v":1,"time":"t","heads":[],"previous":"","x":1)" + signature}) {
    EXPECT_ERROR(kInvalidArgument, kCheckpointInvalid, ParseCheckpoint(bad));
    EXPECT_FALSE(key_.Verify(bad)) << bad;
  }
}

TEST_F(CheckpointTest, AFolderThatCannotBeWrittenIsSaid) {
  std::ofstream(folder_ / "audit") << "a file";
  CheckpointFile out(file_, key_, clock_);
  EXPECT_ERROR(kUnavailable, kCheckpointsUnavailable, out.Append({{OrgId{7}, 1, "m"}}));
  std::filesystem::remove(folder_ / "audit");
  EXPECT_EQ(out.Append({{OrgId{7}, 1, "m"}}), std::size_t{1});
}

}  // namespace
}  // namespace gatehouse::audit
