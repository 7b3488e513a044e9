#include "region/stream/embedded/embedded_stream.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "region/stream/embedded/topic.h"
#include "region/stream/errors.h"

namespace gatehouse::stream::embedded {
namespace {

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// What waits for the writer thread. Lives in the frame of the coroutine that waits for it.
struct Work {
  enum class Kind { kAppend, kCommit, kDropOld };
  Kind kind = Kind::kAppend;
  Topic* topic = nullptr;  // none with kDropOld
  std::string frames = {};
  std::int64_t records = 0;
  Topic::Move move = {};
  Result<Offset> result = Offset{0};
  runtime::Resume resume = {};
};

class EmbeddedStream final : public EventStream {
 public:
  EmbeddedStream(const Options& options, const Clock& clock, Files& files)
      : options_(options),
        clock_(clock),
        files_(files),
        folder_(options.folder.string()),
        readers_("stream-read", 1, 1024) {}

  ~EmbeddedStream() override {
    EmbeddedStream::Stop();
    if (!writer_.joinable()) return;
    writer_.join();
    for (auto& [name, topic] : topics_) topic->Close();
  }

  Result<void> Open() {
    std::filesystem::path folder;
    for (const auto& part : options_.folder) {
      folder /= part;
      GH_TRY_VOID(folder == folder.root_path() ? Result<void>()
                                               : files_.CreateFolder(folder.string()));
    }
    GH_TRY(const std::vector<std::string> names, files_.List(folder_));
    for (const std::string& name : names) {
      if (!IsName(name)) continue;
      auto topic = MakeTopic(name);
      GH_TRY(const std::int64_t cut, topic->Open());
      if (cut > 0 && options_.on_cut) options_.on_cut(name, cut);
      topics_.emplace(name, std::move(topic));
    }
    writer_ = std::thread([this] { Writer(); });
    return {};
  }

  Task<Offset> Append(std::string topic, std::vector<Record> records) override {
    GH_CO_TRY(Topic * to, Find(topic));
    std::size_t bytes = 0;
    for (const Record& record : records) {
      const std::size_t body = BodyBytes(record);
      if (body > std::min(options_.max_record_bytes, kMaxBodyBytes)) {
        co_return Fail(Code::kInvalidArgument, kRecordTooLarge);
      }
      bytes += body + kFrameHeadBytes;
    }
    if (records.empty()) co_return to->State().next;
    // Before the copy: a flood costs no more than this.
    GH_CO_TRY_VOID(Reserve(*to, bytes));
    Work work;
    work.topic = to;
    work.records = static_cast<std::int64_t>(records.size());
    work.frames.reserve(bytes);
    const Timestamp now = clock_.Now();
    for (const Record& record : records) AppendFrame(work.frames, now, record);
    co_await runtime::Suspend([this, &work](runtime::Resume resume) {
      work.resume = std::move(resume);
      Enqueue(work);
    });
    co_return std::move(work.result);
  }

  Task<ReadResult> Read(std::string topic, Offset from, ReadLimits limits) override {
    GH_CO_TRY(Topic * of, Find(topic));
    co_return co_await readers_.Run([of, from, limits] { return of->Read(from, limits); });
  }

  Task<void> WaitFor(std::string topic, Offset offset) override {
    GH_CO_TRY(Topic * of, Find(topic));
    co_await runtime::Suspend([of, offset](runtime::Resume resume) {
      if (!of->Wait(offset, resume)) resume();
    });
    if (of->State().next > offset) co_return Result<void>();
    co_return Fail(Code::kCancelled, kStopping);
  }

  Task<Offset> Join(std::string topic, std::string group) override {
    GH_CO_TRY(Topic * of, Find(topic));
    if (!IsName(group)) co_return Fail(Code::kInvalidArgument, kInvalidTopic);
    if (const auto known = of->Position(group)) {
      co_return std::max(*known, of->State().first);
    }
    GH_CO_TRY_VOID(co_await Move(of, group, std::nullopt));
    co_return of->Position(group).value_or(0);
  }

  Task<void> Commit(std::string topic, std::string group, Offset next) override {
    GH_CO_TRY(Topic * of, Find(topic));
    if (!IsName(group)) co_return Fail(Code::kInvalidArgument, kInvalidTopic);
    if (next < 0 || next > of->State().next) {
      co_return Fail(Code::kInvalidArgument, kInvalidOffset);
    }
    co_return co_await Move(of, group, next);
  }

  Task<TopicState> State(std::string topic) override {
    GH_CO_TRY(Topic * of, Find(topic));
    co_return of->State();
  }

  Task<void> DropOld() override {
    Work work;
    work.kind = Work::Kind::kDropOld;
    co_await runtime::Suspend([this, &work](runtime::Resume resume) {
      work.resume = std::move(resume);
      Enqueue(work);
    });
    if (!work.result) co_return std::unexpected(std::move(work.result).error());
    co_return Result<void>();
  }

  void Stop() override {
    std::vector<Topic*> topics;
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
      wake_.notify_all();
      for (auto& [name, topic] : topics_) topics.push_back(topic.get());
    }
    for (Topic* topic : topics) {
      for (runtime::Resume& resume : topic->TakeWaiting(true)) resume();
    }
  }

 private:
  std::unique_ptr<Topic> MakeTopic(const std::string& name) {
    return std::make_unique<Topic>(
        files_, folder_ + "/" + name, folder_,
        Topic::Limits{options_.segment_bytes, options_.retention, options_.keep_bytes,
                      std::ranges::find(options_.unread, name) != options_.unread.end()});
  }

  Result<Topic*> Find(const std::string& name) {
    if (!IsName(name)) return Fail(Code::kInvalidArgument, kInvalidTopic);
    std::lock_guard lock(mutex_);
    auto& topic = topics_[name];
    if (!topic) {
      topic = MakeTopic(name);
      if (stopped_) topic->TakeWaiting(true);
    }
    return topic.get();
  }

  Result<void> Reserve(Topic& topic, std::size_t bytes) {
    if (topic.State().bytes > options_.max_topic_bytes) {
      return Fail(Code::kUnavailable, kOverloaded, "the consumers are too far behind");
    }
    std::lock_guard lock(mutex_);
    if (stopped_) return Fail(Code::kCancelled, kStopping);
    // A large one passes an empty queue.
    if (waiting_bytes_ > 0 && waiting_bytes_ + bytes > options_.max_waiting_bytes) {
      return Fail(Code::kUnavailable, kOverloaded);
    }
    waiting_bytes_ += bytes;
    return {};
  }

  Task<void> Move(Topic* topic, std::string group, std::optional<Offset> next) {
    Work work;
    work.kind = Work::Kind::kCommit;
    work.topic = topic;
    work.move.group = std::move(group);
    work.move.next = next;
    co_await runtime::Suspend([this, &work](runtime::Resume resume) {
      work.resume = std::move(resume);
      Enqueue(work);
    });
    if (!work.result) co_return std::unexpected(std::move(work.result).error());
    co_return Result<void>();
  }

  void Enqueue(Work& work) {
    {
      std::lock_guard lock(mutex_);
      if (!writer_gone_) {
        queue_.push_back(&work);
        if (queue_.size() == 1) wake_.notify_one();
        return;
      }
      waiting_bytes_ -= work.frames.size();
    }
    work.result = Fail(Code::kCancelled, kStopping);
    // Not through `work`: it may be gone as soon as its coroutine goes on.
    runtime::Resume resume = std::move(work.resume);
    resume();
  }

  void Writer() {
    pthread_setname_np(pthread_self(), "stream-write");
    std::vector<Work*> batch;
    while (true) {
      batch.clear();
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
        if (queue_.empty()) {
          writer_gone_ = true;
          return;
        }
        batch.assign(queue_.begin(), queue_.end());
        queue_.clear();
      }
      RunBatch(batch);
    }
  }

  void RunBatch(std::vector<Work*>& batch) {
    // Stable: the order within a topic is the order of arrival.
    std::map<Topic*, std::vector<Work*>> appends;
    std::map<Topic*, std::vector<Work*>> commits;
    std::vector<Work*> others;
    for (Work* work : batch) {
      if (work->kind == Work::Kind::kAppend) {
        appends[work->topic].push_back(work);
      } else if (work->kind == Work::Kind::kCommit) {
        commits[work->topic].push_back(work);
      } else {
        others.push_back(work);
      }
    }
    for (auto& [topic, works] : appends) Append(*topic, works);
    for (auto& [topic, works] : commits) Commit(*topic, works);
    for (Work* work : others) work->result = DropAll();
    Answer(others);
  }

  void Append(Topic& topic, std::vector<Work*>& works) {
    std::vector<std::string*> frames;
    frames.reserve(works.size());
    std::int64_t records = 0;
    std::size_t bytes = 0;
    for (Work* work : works) {
      frames.push_back(&work->frames);
      records += work->records;
      bytes += work->frames.size();
    }
    const Result<Offset> first = topic.Write(frames, records, clock_.Now());
    Offset next = first.value_or(0);
    for (Work* work : works) {
      work->result = first;
      if (first) work->result = next;
      next += work->records;
    }
    {
      std::lock_guard lock(mutex_);
      waiting_bytes_ -= bytes;
    }
    if (options_.on_commit) options_.on_commit(works.size(), bytes);
    Answer(works);
    for (runtime::Resume& resume : topic.TakeWaiting(false)) resume();
  }

  void Commit(Topic& topic, std::vector<Work*>& works) {
    std::vector<Topic::Move> moves;
    for (const Work* work : works) moves.push_back(work->move);
    const Result<void> done = topic.CommitGroups(moves, clock_.Now());
    for (Work* work : works) {
      if (!done) work->result = std::unexpected(done.error());
    }
    Answer(works);
  }

  Result<Offset> DropAll() {
    std::vector<Topic*> topics;
    {
      std::lock_guard lock(mutex_);
      for (auto& [name, topic] : topics_) topics.push_back(topic.get());
    }
    Result<Offset> result = Offset{0};
    for (Topic* topic : topics) {
      if (auto done = topic->DropOld(clock_.Now()); !done) {
        result = std::unexpected(std::move(done).error());
      }
    }
    return result;
  }

  static void Answer(std::vector<Work*>& works) {
    for (Work* work : works) {
      runtime::Resume resume = std::move(work->resume);
      resume();
    }
  }

  const Options options_;
  const Clock& clock_;
  Files& files_;
  const std::string folder_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, std::unique_ptr<Topic>> topics_;
  std::deque<Work*> queue_;
  std::size_t waiting_bytes_ = 0;
  bool stopped_ = false;
  bool writer_gone_ = false;

  std::thread writer_;
  runtime::WorkerPool readers_;
};

}  // namespace

Result<std::unique_ptr<EventStream>> OpenStream(const Options& options, const Clock& clock,
                                                Files& files) {
  auto stream = std::make_unique<EmbeddedStream>(options, clock, files);
  GH_TRY_VOID(stream->Open());
  return stream;
}

}  // namespace gatehouse::stream::embedded
