#pragma once

// What every EventStream does. An adapter's test includes this once and instantiates it:
//
//   INSTANTIATE_TEST_SUITE_P(Embedded, StreamContract, testing::Values(&MakeFixture));

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "platform/runtime/runtime.h"
#include "region/stream/errors.h"
#include "region/stream/stream.h"

namespace gatehouse::stream {

// Owns a stream whose small segments hold a few kilobytes, whose retention is one hour and which
// accepts 64 KiB waiting and records up to 32 KiB.
class StreamFixture {
 public:
  virtual ~StreamFixture() = default;
  virtual EventStream& stream() = 0;
  virtual void Reopen() = 0;  // as after an orderly restart
  virtual ManualClock& clock() = 0;
};

using MakeStreamFixture = std::unique_ptr<StreamFixture> (*)();

class StreamContract : public testing::TestWithParam<MakeStreamFixture> {
 protected:
  void SetUp() override { fixture_ = GetParam()(); }
  EventStream& stream() { return fixture_->stream(); }

  Result<Offset> Append(const std::string& topic, std::vector<std::string> payloads) {
    std::vector<Record> records;
    for (std::string& payload : payloads) {
      records.push_back({.key = "k", .headers = {{"h", "v"}}, .payload = std::move(payload)});
    }
    return runtime::RunSync(stream().Append(topic, std::move(records)));
  }
  ReadResult Read(const std::string& topic, Offset from, ReadLimits limits = {}) {
    auto read = runtime::RunSync(stream().Read(topic, from, limits));
    EXPECT_TRUE(read.has_value()) << read.error().reason << " " << read.error().detail;
    return read.value_or(ReadResult{});
  }
  Result<Offset> Join(const std::string& topic, const std::string& group) {
    return runtime::RunSync(stream().Join(topic, group));
  }
  Result<void> Commit(const std::string& topic, const std::string& group, Offset next) {
    return runtime::RunSync(stream().Commit(topic, group, next));
  }
  TopicState State(const std::string& topic) {
    return runtime::RunSync(stream().State(topic)).value_or(TopicState{});
  }

  std::unique_ptr<StreamFixture> fixture_;
};

TEST_P(StreamContract, WhatWasAppendedIsReadInOrderWithAllItsParts) {
  EXPECT_EQ(Append("events", {"a", "b"}).value_or(-1), 0);
  EXPECT_EQ(Append("events", {std::string("\0\xff", 2)}).value_or(-1), 2);
  EXPECT_EQ(Append("other", {"x"}).value_or(-1), 0) << "topics count for themselves";
  const ReadResult read = Read("events", 0);
  ASSERT_EQ(read.records.size(), 3u);
  EXPECT_EQ(read.next, 3);
  EXPECT_EQ(read.records[1].offset, 1);
  EXPECT_EQ(read.records[1].record.payload, "b");
  EXPECT_EQ(read.records[1].record.key, "k");
  EXPECT_EQ(read.records[1].record.headers, (std::vector<Header>{{"h", "v"}}));
  EXPECT_EQ(read.records[1].appended, fixture_->clock().Now());
  EXPECT_EQ(read.records[2].record.payload, std::string("\0\xff", 2));
}

TEST_P(StreamContract, AReadIsBoundedAndGoesOnWhereItEnded) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Append("events", {std::string(500, 'x')}));
  const ReadResult few = Read("events", 7, {.max_records = 3});
  ASSERT_EQ(few.records.size(), 3u);
  EXPECT_EQ(few.records[0].offset, 7);
  EXPECT_EQ(few.next, 10);
  EXPECT_EQ(Read("events", 0, {.max_bytes = 1}).records.size(), 1u) << "always one";
  EXPECT_LE(Read("events", 0, {.max_bytes = 2000}).records.size(), 4u);
  Offset at = 0;
  std::size_t seen = 0;
  while (true) {
    const ReadResult read = Read("events", at, {.max_records = 7});
    if (read.records.empty()) break;
    for (const StoredRecord& record : read.records) {
      EXPECT_EQ(record.offset, static_cast<Offset>(seen));
      ++seen;
    }
    at = read.next;
  }
  EXPECT_EQ(seen, 50u);
}

TEST_P(StreamContract, NothingYetIsAnEmptyAnswer) {
  EXPECT_TRUE(Read("events", 0).records.empty());
  ASSERT_TRUE(Append("events", {"a"}));
  EXPECT_TRUE(Read("events", 1).records.empty());
  EXPECT_EQ(Read("events", 9).next, 9);
  EXPECT_EQ(Append("events", {}).value_or(-1), 1) << "no records: where the next one goes";
}

TEST_P(StreamContract, BadNamesAndOffsetsAreRefused) {
  EXPECT_EQ(Append("../x", {"a"}).error().reason, kInvalidTopic);
  EXPECT_EQ(Append("", {"a"}).error().reason, kInvalidTopic);
  EXPECT_EQ(Join("events", "a/b").error().reason, kInvalidTopic);
  EXPECT_EQ(runtime::RunSync(stream().Read("events", -1, {})).error().reason, kInvalidOffset);
  EXPECT_EQ(Commit("events", "g", 1).error().reason, kInvalidOffset);
  EXPECT_EQ(Append("events", {std::string(33 << 10, 'x')}).error().reason, kRecordTooLarge);
  EXPECT_TRUE(Read("events", 0).records.empty());
}

TEST_P(StreamContract, RecordsAndPositionsSurviveARestart) {
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(Append("events", {std::to_string(i)}));
  EXPECT_EQ(Join("events", "store").value_or(-1), 0);
  ASSERT_TRUE(Commit("events", "store", 17));
  fixture_->Reopen();
  EXPECT_EQ(Join("events", "store").value_or(-1), 17);
  EXPECT_EQ(Join("events", "another").value_or(-1), 0);
  const ReadResult read = Read("events", 17);
  ASSERT_EQ(read.records.size(), 23u);
  EXPECT_EQ(read.records[0].record.payload, "17");
  EXPECT_EQ(Append("events", {"more"}).value_or(-1), 40);
}

TEST_P(StreamContract, APositionNeverGoesBack) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Append("events", {"x"}));
  ASSERT_TRUE(Commit("events", "g", 4));
  ASSERT_TRUE(Commit("events", "g", 2));
  EXPECT_EQ(Join("events", "g").value_or(-1), 4);
  fixture_->Reopen();
  EXPECT_EQ(Join("events", "g").value_or(-1), 4);
}

TEST_P(StreamContract, WaitingEndsWithTheRecord) {
  ASSERT_TRUE(Append("events", {"a"}));
  EXPECT_TRUE(runtime::RunSync(stream().WaitFor("events", 0))) << "there already";
  std::atomic<bool> ended = false;
  std::thread waiter([&] {
    EXPECT_TRUE(runtime::RunSync(stream().WaitFor("events", 2)));
    EXPECT_EQ(Read("events", 2).records.size(), 1u);
    ended = true;
  });
  ASSERT_TRUE(Append("events", {"b"}));
  EXPECT_FALSE(ended);
  ASSERT_TRUE(Append("events", {"c"}));
  waiter.join();
  EXPECT_TRUE(ended);
}

TEST_P(StreamContract, StoppingEndsWaitingAndRefusesAppends) {
  std::thread waiter([&] {
    EXPECT_EQ(runtime::RunSync(stream().WaitFor("events", 0)).error().code, Code::kCancelled);
  });
  stream().Stop();
  waiter.join();
  EXPECT_EQ(runtime::RunSync(stream().WaitFor("new", 0)).error().code, Code::kCancelled);
  EXPECT_EQ(Append("events", {"a"}).error().code, Code::kCancelled);
}

TEST_P(StreamContract, ProducersAtTheSameTimeLoseNothing) {
  constexpr int kThreads = 6;
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      Offset last = -1;
      for (int i = 0; i < kEach; ++i) {
        const auto offset =
            Append("events", {std::to_string(t) + ":" + std::to_string(i), "second"});
        ASSERT_TRUE(offset.has_value()) << offset.error().reason;
        EXPECT_GT(*offset, last);
        last = *offset;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> seen;
  Offset at = 0;
  bool second = false;
  for (ReadResult read = Read("events", at); !read.records.empty(); read = Read("events", at)) {
    for (const StoredRecord& record : read.records) {
      EXPECT_EQ(record.record.payload == "second", second) << "one append's records stay together";
      second = !second;
      seen.insert(record.record.payload);
    }
    at = read.next;
  }
  EXPECT_EQ(at, 2 * kThreads * kEach);
  EXPECT_EQ(seen.size(), 1u + kThreads * kEach);
}

TEST_P(StreamContract, OldRecordsGoWhenEveryGroupHasPassedThem) {
  auto fill = [this] {
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(Append("events", {std::string(1000, 'x')}));
  };
  auto drop = [this] { ASSERT_TRUE(runtime::RunSync(stream().DropOld())); };
  fill();
  fixture_->clock().Advance(std::chrono::hours(2));
  drop();
  EXPECT_EQ(State("events").first, 0) << "nobody has read it";
  ASSERT_TRUE(Join("events", "slow"));
  ASSERT_TRUE(Commit("events", "fast", 40));
  drop();
  EXPECT_EQ(State("events").first, 0) << "the slow one has not";
  ASSERT_TRUE(Commit("events", "slow", 20));
  drop();
  const TopicState half = State("events");
  EXPECT_GT(half.first, 0);
  EXPECT_LE(half.first, 20);
  EXPECT_EQ(Read("events", 0).records.at(0).offset, half.first) << "reads from the oldest";
  ASSERT_TRUE(Commit("events", "slow", 40));
  fill();
  ASSERT_TRUE(Commit("events", "slow", 80));
  ASSERT_TRUE(Commit("events", "fast", 80));
  drop();
  EXPECT_LE(State("events").first, 40) << "too young";
  EXPECT_EQ(State("events").next, 80);
  fixture_->clock().Advance(std::chrono::hours(2));
  drop();
  EXPECT_EQ(State("events").first, 80);
  fixture_->Reopen();
  EXPECT_EQ(State("events").next, 80) << "offsets go on";
  EXPECT_EQ(Append("events", {"y"}).value_or(-1), 80);
}

}  // namespace gatehouse::stream
