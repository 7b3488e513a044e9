// What was answered is there after the process was killed and after the power was cut.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <thread>

#include "base/rng.h"
#include "platform/runtime/runtime.h"
#include "region/stream/embedded/embedded_stream.h"
#include "region/stream/embedded/power_cut_files.h"

namespace gatehouse::stream::embedded {
namespace {

constexpr int kRounds = 100;
constexpr int kProducers = 3;

Options SmallOptions(const std::filesystem::path& folder) {
  Options options;
  options.folder = folder;
  options.segment_bytes = 8192;
  return options;
}

std::string Payload(int round, int producer, int i) {
  const std::string name =
      std::to_string(round) + ":" + std::to_string(producer) + ":" + std::to_string(i) + " ";
  return name + std::string(static_cast<std::size_t>((i * 131) % 700), 'x');
}

Result<Offset> AppendOne(EventStream& stream, std::string payload) {
  std::vector<Record> records;
  records.push_back({.key = "k", .payload = std::move(payload)});
  return runtime::RunSync(stream.Append("events", std::move(records)));
}

// Every record from the first on; fails the test for a gap or a record that cannot be read. In the
// place of records that were dropped there is nothing.
std::vector<std::string> ReadAll(EventStream& stream) {
  std::vector<std::string> out(
      static_cast<std::size_t>(runtime::RunSync(stream.State("events"))->first));
  while (true) {
    auto read = runtime::RunSync(stream.Read("events", static_cast<Offset>(out.size()), {}));
    if (!read) {
      ADD_FAILURE() << read.error().detail;
      return out;
    }
    if (read->records.empty()) return out;
    for (StoredRecord& record : read->records) {
      EXPECT_EQ(record.offset, static_cast<Offset>(out.size()));
      out.push_back(std::move(record.record.payload));
    }
  }
}

[[noreturn]] void AppendUntilKilled(const Options& options, int round, int pipe_end) {
  SystemClock clock;
  const auto files = PosixFiles();
  auto stream = OpenStream(options, clock, *files);
  if (!stream) ::_exit(3);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&stream, round, p, pipe_end] {
      for (int i = 0;; ++i) {
        const auto offset = AppendOne(**stream, Payload(round, p, i));
        if (!offset) ::_exit(4);
        const std::int64_t answer[2] = {*offset, std::int64_t{p} << 32 | i};
        if (::write(pipe_end, answer, sizeof answer) != sizeof answer) ::_exit(5);
      }
    });
  }
  for (std::thread& producer : producers) producer.join();
  ::_exit(6);
}

TEST(StreamCrashTest, AHundredKillsLoseNothingThatWasAnswered) {
  std::string folder = std::filesystem::temp_directory_path() / "gatehouse_kill_XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const Options options = SmallOptions(folder);
  SeededRng random(7);
  std::size_t answered = 0;
  for (int round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      AppendUntilKilled(options, round, ends[1]);
    }
    ::close(ends[1]);
    std::thread killer([child, delay = random.Next64() % 20'000 + 2'000] {
      std::this_thread::sleep_for(std::chrono::microseconds(delay));
      ::kill(child, SIGKILL);
    });
    std::vector<std::pair<std::int64_t, std::int64_t>> answers;
    std::int64_t answer[2];
    while (::read(ends[0], answer, sizeof answer) == sizeof answer) {
      answers.emplace_back(answer[0], answer[1]);
    }
    killer.join();
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "ended by itself with " << WEXITSTATUS(status);

    SystemClock clock;
    const auto files = PosixFiles();
    auto stream = OpenStream(options, clock, *files);
    ASSERT_TRUE(stream.has_value()) << stream.error().detail;
    const std::vector<std::string> all = ReadAll(**stream);
    for (const auto& [offset, what] : answers) {
      ASSERT_LT(static_cast<std::size_t>(offset), all.size()) << "lost in round " << round;
      ASSERT_EQ(all[static_cast<std::size_t>(offset)],
                Payload(round, static_cast<int>(what >> 32), static_cast<int>(what & 0xffffffff)));
    }
    answered += answers.size();
    if (all.size() > 2000) {
      stream->reset();
      std::filesystem::remove_all(std::filesystem::path(folder) / "events");
    }
  }
  EXPECT_GT(answered, static_cast<std::size_t>(kRounds)) << "the test must have tested something";
  std::filesystem::remove_all(folder);
}

// Old segments go, and the next ones are written over them. All frames are of one length, so that
// old ones begin where new ones end.
Options RecyclingOptions() {
  Options options = SmallOptions("/log");
  options.segment_bytes = 4096;
  options.keep_bytes = 4096;
  options.unread = {"events"};
  return options;
}

// Appends from several threads, cuts the power in the middle and returns how many answered records
// are not there afterwards, in their place.
std::size_t LostByPowerCuts(const Options& options, bool sync, std::size_t& answered) {
  std::size_t lost = 0;
  SeededRng random(11);
  const bool recycles = !options.unread.empty();
  for (int round = 0; round < kRounds; ++round) {
    PowerCutFiles files(random.Next64());
    if (!sync) files.IgnoreSync();
    ManualClock clock;
    std::vector<std::pair<Offset, std::string>> answers;
    Offset committed = 0;
    {
      auto stream = OpenStream(options, clock, files);
      EXPECT_TRUE(stream.has_value());
      std::mutex mutex;
      bool cut = false;
      const std::size_t stop_at = 5 + random.Next64() % (recycles ? 150 : 60);
      std::vector<std::thread> producers;
      for (int p = 0; p < kProducers; ++p) {
        producers.emplace_back([&, p] {
          for (int i = 0;; ++i) {
            std::string payload = Payload(round, p, i);
            if (recycles) payload.resize(230, 'y');
            const auto offset = AppendOne(**stream, payload);
            std::lock_guard lock(mutex);
            if (cut) return;
            ASSERT_TRUE(offset.has_value());
            answers.emplace_back(*offset, std::move(payload));
            if (answers.size() % 16 == 0) {
              const auto done = runtime::RunSync((*stream)->Commit("events", "g", *offset));
              if (done) committed = std::max(committed, *offset);
            }
            if (answers.size() < stop_at) continue;
            files.Cut();
            cut = true;
            return;
          }
        });
      }
      for (std::thread& producer : producers) producer.join();
    }
    answered += answers.size();
    files.PowerOn();
    auto stream = OpenStream(options, clock, files);
    EXPECT_TRUE(stream.has_value());
    const Offset first = runtime::RunSync((*stream)->State("events"))->first;
    const std::vector<std::string> all = ReadAll(**stream);
    for (const auto& [offset, payload] : answers) {
      const auto at = static_cast<std::size_t>(offset);
      if (offset >= first && (at >= all.size() || all[at] != payload)) ++lost;
    }
    // Nothing that was not appended in this place.
    const std::set<std::pair<Offset, std::string>> known(answers.begin(), answers.end());
    std::size_t unknown = 0;
    for (std::size_t at = static_cast<std::size_t>(first); at < all.size(); ++at) {
      unknown += known.contains({static_cast<Offset>(at), all[at]}) ? 0 : 1;
    }
    EXPECT_LE(unknown, std::size_t{kProducers}) << "those that were not answered";
    if (sync && recycles && answers.size() > 100) EXPECT_GT(first, 0) << "some were dropped";
    if (sync) {
      EXPECT_GE(runtime::RunSync((*stream)->Join("events", "g")).value_or(-1), committed);
    }
  }
  return lost;
}

TEST(StreamCrashTest, AHundredPowerCutsLoseNothingThatWasAnswered) {
  std::size_t answered = 0;
  EXPECT_EQ(LostByPowerCuts(SmallOptions("/log"), true, answered), 0u);
  EXPECT_GT(answered, static_cast<std::size_t>(kRounds) * 5);
}

TEST(StreamCrashTest, AHundredPowerCutsWhileOldFilesAreWrittenOverLoseNothing) {
  std::size_t answered = 0;
  EXPECT_EQ(LostByPowerCuts(RecyclingOptions(), true, answered), 0u);
  EXPECT_GT(answered, static_cast<std::size_t>(kRounds) * 5);
}

TEST(StreamCrashTest, ControlWithoutSyncLosesSome) {
  std::size_t answered = 0;
  EXPECT_GT(LostByPowerCuts(SmallOptions("/log"), false, answered), 0u);
  EXPECT_GT(LostByPowerCuts(RecyclingOptions(), false, answered), 0u);
}

}  // namespace
}  // namespace gatehouse::stream::embedded
