#include "region/stream/embedded/embedded_stream.h"

#include <unistd.h>

#include <latch>

#include "region/stream/embedded/crc32c.h"
#include "region/stream/embedded/power_cut_files.h"
#include "region/stream/embedded/segment.h"
#include "region/stream/stream_contract.h"

namespace gatehouse::stream {
namespace {

using embedded::Options;

std::string TempFolder() {
  std::string name = std::filesystem::temp_directory_path() / "gatehouse_stream_XXXXXX";
  return ::mkdtemp(name.data());
}

Options SmallOptions(const std::filesystem::path& folder) {
  Options options;
  options.folder = folder;
  options.segment_bytes = 4096;
  options.max_record_bytes = 32 << 10;
  options.max_waiting_bytes = 64 << 10;
  options.retention = std::chrono::hours(1);
  return options;
}

class OnDisk final : public StreamFixture {
 public:
  OnDisk() { Reopen(); }
  ~OnDisk() override {
    stream_.reset();
    std::filesystem::remove_all(folder_);
  }
  EventStream& stream() override { return *stream_; }
  ManualClock& clock() override { return clock_; }
  void Reopen() override {
    stream_.reset();
    auto opened = embedded::OpenStream(SmallOptions(folder_ / "data" / "stream"), clock_, *files_);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    stream_ = std::move(*opened);
  }

 private:
  const std::filesystem::path folder_ = TempFolder();
  std::unique_ptr<embedded::Files> files_ = embedded::PosixFiles();
  ManualClock clock_;
  std::unique_ptr<EventStream> stream_;
};

std::unique_ptr<StreamFixture> MakeOnDisk() { return std::make_unique<OnDisk>(); }
INSTANTIATE_TEST_SUITE_P(Embedded, StreamContract, testing::Values(&MakeOnDisk));

class EmbeddedTest : public testing::Test {
 protected:
  void Open(bool expect = true) {
    stream_.reset();
    Options options = SmallOptions("/log");
    options.on_cut = [this](const std::string&, std::int64_t bytes) { cut_ += bytes; };
    options.keep_bytes = keep_bytes_;
    options.unread = {"copies"};
    options.on_commit = [this](std::size_t appends, std::size_t) {
      largest_ = std::max(largest_, appends);
    };
    auto opened = embedded::OpenStream(options, clock_, files_);
    ASSERT_EQ(opened.has_value(), expect);
    if (opened) stream_ = std::move(*opened);
  }
  Result<Offset> Append(std::string payload, std::string topic = "events") {
    std::vector<Record> records;
    records.push_back({.payload = std::move(payload)});
    return runtime::RunSync(stream_->Append(std::move(topic), std::move(records)));
  }
  Result<ReadResult> Read(Offset from = 0) {
    return runtime::RunSync(stream_->Read("events", from, {}));
  }
  std::string NewestSegment() {
    std::string newest;
    for (const std::string& path : files_.Paths()) {
      if (path.ends_with(".seg")) newest = std::max(newest, path);
    }
    return newest;
  }

  embedded::PowerCutFiles files_{1};
  ManualClock clock_;
  std::unique_ptr<EventStream> stream_;
  std::int64_t cut_ = 0;
  std::int64_t keep_bytes_ = 1 << 30;
  std::size_t largest_ = 0;
};

TEST_F(EmbeddedTest, AWriteTornAtEveryByteLosesOnlyItself) {
  Open();
  ASSERT_TRUE(Append("first"));
  ASSERT_TRUE(Append("second"));
  const std::string path = NewestSegment();
  const std::string before = files_.Bytes(path);
  ASSERT_TRUE(Append("the one that is torn"));
  const std::string whole = files_.Bytes(path);
  for (std::size_t size = before.size(); size < whole.size(); ++size) {
    for (const char filling : {'\0', 'x'}) {
      stream_.reset();
      cut_ = 0;
      // Cut short, and of full length with a rest that never came.
      files_.Bytes(path) = whole.substr(0, size);
      if (filling == 'x') files_.Bytes(path).resize(whole.size(), '\0');
      if (filling == 'x' && files_.Bytes(path) == whole) continue;
      Open();
      const auto read = Read();
      ASSERT_TRUE(read.has_value());
      ASSERT_EQ(read->records.size(), 2u) << size;
      EXPECT_EQ(files_.Bytes(path), before);
      EXPECT_EQ(cut_ > 0, filling == 'x' || size > before.size());
      ASSERT_EQ(Append("next").value_or(-1), 2);
      ASSERT_EQ(Read(2)->records.at(0).record.payload, "next");
    }
  }
}

TEST_F(EmbeddedTest, NothingAfterAHoleIsRead) {
  Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Append("record " + std::to_string(i)));
  stream_.reset();
  std::string& bytes = files_.Bytes(NewestSegment());
  bytes[bytes.find("record 2")] ^= 1;
  Open();
  EXPECT_EQ(Read()->records.size(), 2u);
  EXPECT_EQ(Append("after").value_or(-1), 2);
  EXPECT_EQ(Read()->records.size(), 3u);
}

TEST_F(EmbeddedTest, DamageInAnOldSegmentIsSaidAndLaterOnesAreRead) {
  Open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Append(std::to_string(i) + std::string(1000, 'x')));
  stream_.reset();
  std::string oldest;
  for (const std::string& path : files_.Paths()) {
    if (path.ends_with(".seg") && (oldest.empty() || path < oldest)) oldest = path;
  }
  std::string& bytes = files_.Bytes(oldest);
  bytes[embedded::kHeadBytes + 1100] ^= 1;
  Open();
  EXPECT_EQ(Read(0)->records.size(), 1u) << "what is whole comes first";
  EXPECT_EQ(Read(1).error().reason, kDamaged);
  EXPECT_EQ(Read(10)->records.at(0).offset, 10);
}

TEST_F(EmbeddedTest, AFullDiskRefusesAndLeavesNothingBehind) {
  Open();
  ASSERT_TRUE(Append("kept"));
  files_.SetSpace(100);
  const auto full = Append(std::string(500, 'x'));
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().reason, kDiskFull);
  EXPECT_EQ(Read()->records.size(), 1u);
  files_.SetSpace(0);
  EXPECT_FALSE(Append("x"));
  files_.SetSpace(1 << 20);
  EXPECT_EQ(Append("again").value_or(-1), 1);
  Open();
  EXPECT_EQ(Read()->records.at(1).record.payload, "again");
  EXPECT_EQ(cut_, 0);
}

TEST_F(EmbeddedTest, ADiskThatFillsUpWhileASegmentBeginsHidesNothingLater) {
  Open();
  while (stream_ && runtime::RunSync(stream_->State("events"))->bytes < 4200) {
    ASSERT_TRUE(Append(std::string(1000, 'x')));
  }
  const Offset next = runtime::RunSync(stream_->State("events"))->next;
  files_.SetSpace(3);  // not even the head
  EXPECT_FALSE(Append("a"));
  EXPECT_FALSE(Append("b"));
  files_.SetSpace(1 << 20);
  EXPECT_EQ(Append("c").value_or(-1), next);
  EXPECT_EQ(Append("d").value_or(-1), next + 1);
  Open();
  EXPECT_EQ(Read(next)->records.size(), 2u);
}

TEST_F(EmbeddedTest, AfterAFailedSyncTheRecordIsGoneAndANewSegmentBegins) {
  Open();
  ASSERT_TRUE(Append("kept"));
  files_.FailSyncs(1);
  const auto failed = Append("failed");
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, Code::kUnavailable);
  EXPECT_EQ(Append("next").value_or(-1), 1);
  files_.Cut();
  stream_.reset();
  files_.PowerOn();
  Open();
  const auto read = Read();
  ASSERT_EQ(read->records.size(), 2u);
  EXPECT_EQ(read->records[0].record.payload, "kept");
  EXPECT_EQ(read->records[1].record.payload, "next");
}

TEST_F(EmbeddedTest, WhatWaitsSharesOneSync) {
  Open();
  ASSERT_TRUE(Append("x"));
  const int before = files_.syncs();
  std::vector<std::thread> threads;
  std::latch go(16);
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      go.arrive_and_wait();
      for (int i = 0; i < 50; ++i) EXPECT_TRUE(Append("y"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(largest_, 1u);
  EXPECT_LT(files_.syncs() - before, 16 * 50);
}

TEST_F(EmbeddedTest, APositionBeyondTheLogIsNotBelieved) {
  Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append("x"));
  ASSERT_TRUE(runtime::RunSync(stream_->Commit("events", "g", 3)));
  stream_.reset();
  (void)files_.Remove(NewestSegment());
  Open();
  EXPECT_EQ(runtime::RunSync(stream_->Join("events", "g")).value_or(-1), 0);
}

TEST_F(EmbeddedTest, ManyCommitsDoNotFillTheDisk) {
  Open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Append("x"));
  std::vector<std::string> groups;
  for (int g = 0; g < 300; ++g) groups.push_back("group-with-a-long-name-" + std::to_string(g));
  for (Offset next = 0; next <= 10; ++next) {
    for (const std::string& group : groups) {
      ASSERT_TRUE(runtime::RunSync(stream_->Commit("events", group, next)));
    }
  }
  EXPECT_LT(files_.Bytes("/log/events/groups.log").size(), 128u << 10);
  Open();
  EXPECT_EQ(runtime::RunSync(stream_->Join("events", groups[7])).value_or(-1), 10);
}

TEST_F(EmbeddedTest, MoreThanMayWaitIsRefusedBeforeItIsCopied) {
  Open();
  std::atomic<int> refused = 0;
  std::atomic<int> accepted = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto done = Append(std::string(20 << 10, 'x'));
        if (done) {
          ++accepted;
        } else {
          EXPECT_EQ(done.error().code, Code::kUnavailable);
          EXPECT_EQ(done.error().reason, kOverloaded);
          ++refused;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(accepted, 0);
  EXPECT_EQ(runtime::RunSync(stream_->State("events"))->next, accepted.load());
}

TEST_F(EmbeddedTest, WhatEveryGroupHasPassedIsBoundedInBytes) {
  keep_bytes_ = 20'000;
  Open();
  ASSERT_TRUE(runtime::RunSync(stream_->Join("events", "g")));
  const auto fill = [this] {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(Append(std::string(1000, 'x')));
  };
  fill();
  EXPECT_EQ(runtime::RunSync(stream_->State("events"))->first, 0) << "nobody has passed it";
  ASSERT_TRUE(runtime::RunSync(stream_->Commit("events", "g", 50)));
  ASSERT_TRUE(runtime::RunSync(stream_->DropOld()));
  const TopicState half = *runtime::RunSync(stream_->State("events"));
  EXPECT_GT(half.first, 30) << "young, but more than is kept";
  EXPECT_LE(half.first, 50) << "what was not passed stays, however much";
  ASSERT_TRUE(runtime::RunSync(stream_->Commit("events", "g", 100)));
  fill();
  EXPECT_LE(runtime::RunSync(stream_->State("events"))->first, 100);
  ASSERT_TRUE(runtime::RunSync(stream_->Commit("events", "g", 200)));
  // Without a call of DropOld: as new segments begin.
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Append(std::string(1000, 'x')));
  EXPECT_LE(runtime::RunSync(stream_->State("events"))->bytes, 30'000);
  Open();
  const ReadResult rest = *runtime::RunSync(stream_->Read("events", 0, {}));
  EXPECT_GT(rest.records.size(), 5u);
  EXPECT_EQ(rest.next, 205);
}

TEST_F(EmbeddedTest, ATopicThatNeedsNoReaderIsBoundedInBytesAndTime) {
  keep_bytes_ = 20'000;
  Open();
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(Append(std::string(1000, 'x'), "copies"));
    ASSERT_TRUE(Append(std::string(1000, 'x'), "events"));
  }
  EXPECT_LE(runtime::RunSync(stream_->State("copies"))->bytes, 30'000);
  EXPECT_EQ(runtime::RunSync(stream_->State("copies"))->next, 200);
  EXPECT_EQ(runtime::RunSync(stream_->State("events"))->first, 0) << "this one does";
  clock_.Advance(std::chrono::hours(2));
  ASSERT_TRUE(runtime::RunSync(stream_->DropOld()));
  EXPECT_EQ(runtime::RunSync(stream_->State("copies"))->first, 200);
  EXPECT_EQ(runtime::RunSync(stream_->State("events"))->first, 0);
}

TEST_F(EmbeddedTest, ASegmentWrittenOverAnOldOneHidesAllOfIt) {
  keep_bytes_ = 4096;
  Open();
  const auto append = [this](int i) {
    return Append(std::to_string(1000 + i) + std::string(100, 'x'), "copies");
  };
  for (int i = 0; i < 150; ++i) ASSERT_EQ(append(i).value_or(-1), i);
  const std::string newest = NewestSegment();
  const std::string bytes = files_.Bytes(newest);
  EXPECT_GT(bytes.find("1149"), 0u);
  EXPECT_GT(bytes.size(), 4096u) << "the rest of an old one is still there";
  // As after a power cut, and without the zeros behind the last record.
  const std::size_t end = bytes.rfind("1149") + 104;
  stream_.reset();
  files_.Bytes(newest) = bytes;
  files_.Bytes(newest).erase(end, files_.Bytes(newest).find_first_not_of('\0', end) - end);
  cut_ = 0;
  Open();
  EXPECT_GT(cut_, 0);
  EXPECT_EQ(runtime::RunSync(stream_->State("copies"))->next, 150);
  EXPECT_EQ(append(150).value_or(-1), 150);
  const Offset first = runtime::RunSync(stream_->State("copies"))->first;
  EXPECT_GT(first, 0);
  const ReadResult all = *runtime::RunSync(stream_->Read("copies", 0, {}));
  ASSERT_EQ(all.next, 151);
  for (std::size_t i = 0; i < all.records.size(); ++i) {
    EXPECT_TRUE(all.records[i].record.payload.starts_with(
        std::to_string(1000 + first + static_cast<Offset>(i))));
  }
}

TEST_F(EmbeddedTest, AStreamThatWasClosedEndsWithItsLastRecord) {
  keep_bytes_ = 4096;
  Open();
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(Append(std::string(100, 'x'), "copies"));
  Open();
  EXPECT_EQ(cut_, 0);
  EXPECT_EQ(runtime::RunSync(stream_->State("copies"))->next, 150);
}

TEST(SegmentTest, FilesOfVersionsWithoutAMaskAreRead) {
  std::string frames;
  embedded::AppendFrame(frames, Timestamp{5}, Record{.payload = "old"});
  std::string file = embedded::EncodeHead(7);
  file[3] = '1';
  EXPECT_EQ(embedded::DecodeHead(file)->mask, 0u);
  EXPECT_EQ(embedded::ParseFrame(frames, 0).state, embedded::FrameState::kWhole);
  const std::uint32_t mask = embedded::DecodeHead(embedded::EncodeHead(7))->mask;
  EXPECT_EQ(embedded::ParseFrame(frames, mask).state, embedded::FrameState::kBad);
  embedded::MaskFrames(frames, mask);
  EXPECT_EQ(embedded::ParseFrame(frames, mask).state, embedded::FrameState::kWhole);
  EXPECT_EQ(embedded::ParseFrame(frames, 0).state, embedded::FrameState::kBad);
}

TEST(Crc32cTest, KnownValuesAndBothWaysAgree) {
  EXPECT_EQ(embedded::Crc32c(0, "123456789"), 0xE3069283u);
  EXPECT_EQ(embedded::Crc32c(0, std::string(32, '\0')), 0x8A9136AAu);
  std::string text;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(embedded::Crc32c(7, text), embedded::Crc32cByTable(7, text));
    EXPECT_EQ(embedded::Crc32c(embedded::Crc32c(0, text), "abc"),
              embedded::Crc32c(0, text + "abc"));
    text += static_cast<char>(i * 37);
  }
}

}  // namespace
}  // namespace gatehouse::stream
