#include "platform/crypto/keyring.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "base/bytes.h"
#include "base/text.h"

namespace gatehouse::crypto {
namespace {

class KeyRingFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("keyring-" + rng_.Token(9));
    std::filesystem::create_directories(folder_);
    file_ = folder_ / "master.keys";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& text, mode_t mode = 0600) {
    std::filesystem::remove(file_);
    std::ofstream(file_) << text;
    ASSERT_EQ(chmod(file_.c_str(), mode), 0);
  }
  std::string ReadBack() {
    std::ifstream in(file_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string LoadReason(bool create = false) {
    auto r = KeyRing::Load(file_, create, rng_);
    if (r) return "ok";
    EXPECT_EQ(r.error().code, Code::kFailedPrecondition);
    return std::string(r.error().reason);
  }

  SystemRng rng_;
  std::filesystem::path folder_, file_;
};

TEST_F(KeyRingFileTest, CreatesOneKeyReadableByTheOwnerOnly) {
  EXPECT_EQ(LoadReason(false), "key_file_missing");
  EXPECT_FALSE(std::filesystem::exists(file_));
  auto ring = KeyRing::Load(file_, true, rng_);
  ASSERT_TRUE(ring.has_value()) << ring.error().detail;
  struct stat info{};
  ASSERT_EQ(stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0400u);
  EXPECT_EQ((*ring)->active_key_id().size(), 8u);
  // Nothing else is left in the folder, and a second start reads the same key.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  std::string sealed = (*ring)->Seal("p", "a", "secret");
  auto again = KeyRing::Load(file_, true, rng_);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ((*again)->Open("p", "a", sealed), "secret");
}

TEST_F(KeyRingFileTest, SimultaneousFirstStartsAgreeOnOneKey) {
  std::vector<std::thread> threads;
  std::vector<std::string> ids(8);
  for (auto& id : ids) {
    threads.emplace_back([this, &id] {
      auto ring = KeyRing::Load(file_, true, rng_);
      if (ring) id = (*ring)->active_key_id();
    });
  }
  for (auto& t : threads) t.join();
  for (auto& id : ids) EXPECT_EQ(id, ids[0]);
  EXPECT_EQ(ids[0].size(), 8u);
}

TEST_F(KeyRingFileTest, LooseFilePermissionsStopTheServer) {
  std::string text = KeyRing::NewKeyLine(rng_);
  for (mode_t mode : {0640u, 0604u, 0620u, 0777u, 0444u}) {
    Write(text, mode);
    EXPECT_EQ(LoadReason(), "key_file_permissions") << mode;
  }
  Write(text, 0400);
  EXPECT_EQ(LoadReason(), "ok");
}

TEST_F(KeyRingFileTest, BrokenFilesStopTheServerAndStayOutOfTheLog) {
  std::string line = KeyRing::NewKeyLine(rng_);
  std::string secret = std::string(Trim(line)).substr(13);
  for (const std::string& bad :
       std::initializer_list<std::string>{{},
                                          std::string("# only a comment\n"),
                                          line + line,
                                          "key UPPER " + secret,
                                          "key a " + secret.substr(1),
                                          "key a " + secret + "A",
                                          "key a",
                                          "clef a " + secret,
                                          "key  a " + secret,
                                          "key a " + secret + " x",
                                          "key aaaaaaaaaaaaaaaaa " + secret,
                                          std::string(70'000, '#')}) {
    Write(bad);
    auto r = KeyRing::Load(file_, true, rng_);
    ASSERT_FALSE(r.has_value()) << bad;
    EXPECT_EQ(r.error().reason, "key_file_invalid") << bad;
    EXPECT_EQ(r.error().detail.find(secret.substr(2, 20)), std::string::npos);
    EXPECT_EQ(ReadBack(), bad) << "an existing file is never replaced";
  }
  std::filesystem::remove(file_);
  std::filesystem::create_directory(file_);
  EXPECT_EQ(LoadReason(true), "key_file_invalid");
}

TEST_F(KeyRingFileTest, RotationOpensOldValuesSealsWithTheNewKeyAndKeepsDerivedKeys) {
  std::string first = KeyRing::NewKeyLine(rng_);
  std::string second = KeyRing::NewKeyLine(rng_);
  Write(first);
  auto before = *KeyRing::Load(file_, false, rng_);
  std::string old_value = before->Seal("token", "row 1", "v");
  Write(first + "\n# rotated\n" + second);
  auto after = *KeyRing::Load(file_, false, rng_);
  EXPECT_NE(after->active_key_id(), before->active_key_id());
  EXPECT_EQ(after->Open("token", "row 1", old_value), "v");
  std::string new_value = after->Seal("token", "row 1", "v");
  EXPECT_TRUE(new_value.starts_with("v1." + after->active_key_id() + "."));
  EXPECT_EQ(before->Open("token", "row 1", new_value).error().reason, "seal_key_unknown");
  EXPECT_EQ(after->DeriveKey("csrf"), before->DeriveKey("csrf"));
}

TEST(KeyRingTest, SealedValueIsBoundToPurposeAndRow) {
  SystemRng rng;
  auto ring = KeyRing::ForTest("seed", rng);
  for (std::string text : {std::string(), std::string("x"), std::string(100'000, 'y')}) {
    std::string sealed = ring->Seal("client_secret", "provider/7/org/3", text);
    EXPECT_EQ(ring->Open("client_secret", "provider/7/org/3", sealed), text);
    EXPECT_EQ(ring->Open("client_secret", "provider/8/org/3", sealed).error().reason,
              "seal_broken");
    EXPECT_EQ(ring->Open("client_secret", "", sealed).error().reason, "seal_broken");
    EXPECT_EQ(ring->Open("totp", "provider/7/org/3", sealed).error().reason, "seal_broken");
    EXPECT_EQ(ring->Open("client_secret", "provider/7/org/3", sealed).value(), text);
  }
  EXPECT_EQ(ring->Open("p", "", ring->Seal("p", "", "z")), "z");
}

TEST(KeyRingTest, SameTextSealsDifferentlyEachTime) {
  SystemRng rng;
  auto ring = KeyRing::ForTest("seed", rng);
  EXPECT_NE(ring->Seal("p", "a", "secret"), ring->Seal("p", "a", "secret"));
}

TEST(KeyRingTest, EveryFlippedBitIsNoticed) {
  SystemRng rng;
  auto ring = KeyRing::ForTest("seed", rng);
  std::string sealed = ring->Seal("p", "a", "secret");
  std::string raw = *Base64UrlDecode(std::string_view(sealed).substr(8));
  for (std::size_t bit = 0; bit < raw.size() * 8; ++bit) {
    std::string bent = raw;
    bent[bit / 8] = static_cast<char>(bent[bit / 8] ^ (1 << (bit % 8)));
    auto r = ring->Open("p", "a", "v1.test." + Base64UrlEncode(bent));
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, Code::kDataLoss);
    EXPECT_EQ(r.error().reason, "seal_broken");
  }
}

TEST(KeyRingTest, MalformedSealedTextIsAnError) {
  SystemRng rng;
  auto ring = KeyRing::ForTest("seed", rng);
  std::string sealed = ring->Seal("p", "a", "secret");
  for (std::string bad : {std::string(), std::string("v1"), std::string("v1.test."),
                          std::string("v1.test.AAAA"), "v2" + sealed.substr(2), sealed + ".x",
                          sealed + "=", " " + sealed, sealed.substr(0, sealed.size() - 3)}) {
    auto r = ring->Open("p", "a", bad);
    ASSERT_FALSE(r.has_value()) << bad;
    EXPECT_EQ(r.error().reason, "seal_broken") << bad;
  }
  EXPECT_EQ(ring->Open("p", "a", "v1.nope." + sealed.substr(8)).error().reason, "seal_key_unknown");
}

TEST(KeyRingTest, DerivedKeysDifferByPurposeAndFromSealingKeys) {
  SystemRng rng;
  auto ring = KeyRing::ForTest("seed", rng);
  EXPECT_EQ(ring->DeriveKey("csrf").size(), 32u);
  EXPECT_EQ(ring->DeriveKey("csrf"), ring->DeriveKey("csrf"));
  EXPECT_NE(ring->DeriveKey("csrf"), ring->DeriveKey("audit"));
  EXPECT_NE(KeyRing::ForTest("other", rng)->DeriveKey("csrf"), ring->DeriveKey("csrf"));
}

TEST(KeyRingTest, ThreadsMayShareARing) {
  SystemRng rng;
  auto ring = KeyRing::ForTest("seed", rng);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&ring, t] {
      for (int i = 0; i < 50; ++i) {
        std::string purpose = "p" + std::to_string((i + t) % 5);
        EXPECT_EQ(ring->Open(purpose, "a", ring->Seal(purpose, "a", "s")), "s");
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace gatehouse::crypto
