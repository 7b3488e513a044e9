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

// What waits for a writer thread. Lives in the frame of the coroutine that waits for it.
struct Work {
  enum class Kind { kAppend, kCommit, kDropOld };
  Kind kind = Kind::kAppend;
  std::string frames = {};
  std::int64_t records = 0;
  Topic::Move move = {};
  Result<Offset> result = Offset{0};
  runtime::Resume resume = {};
};

// A topic and the thread that writes it: who waits for one topic's disk does not wait for
// another's, as a sender would for what the consumers write.
struct Writer {
  std::unique_ptr<Topic> topic;
  std::thread thread = {};
  // Guarded by the stream's mutex.
  std::deque<Work*> queue = {};
  std::condition_variable wake = {};
  bool gone = false;
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
    for (auto& [name, writer] : writers_) {
      if (!writer->thread.joinable()) continue;
      writer->thread.join();
      writer->topic->Close();
    }
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
      auto writer = MakeWriter(name);
      GH_TRY(const std::int64_t cut, writer->topic->Open());
      if (cut > 0 && options_.on_cut) options_.on_cut(name, cut);
      writers_.emplace(name, std::move(writer));
    }
    for (auto& [name, writer] : writers_) Start(*writer);
    return {};
  }

  Task<Offset> Append(std::string topic, std::vector<Record> records) override {
    GH_CO_TRY(Writer * to, Find(topic));
    std::size_t bytes = 0;
    for (const Record& record : records) {
      const std::size_t body = BodyBytes(record);
      if (body > std::min(options_.max_record_bytes, kMaxBodyBytes)) {
        co_return Fail(Code::kInvalidArgument, kRecordTooLarge);
      }
      bytes += body + kFrameHeadBytes;
    }
    if (records.empty()) co_return to->topic->State().next;
    // Before the copy: a flood costs no more than this.
    GH_CO_TRY_VOID(Reserve(*to->topic, bytes));
    Work work;
    work.records = static_cast<std::int64_t>(records.size());
    work.frames.reserve(bytes);
    const Timestamp now = clock_.Now();
    for (Record& record : records) {
      AppendFrame(work.frames, now, record);
      std::string().swap(record.payload);  // large ones are not held twice
    }
    co_await Written(*to, work);
    co_return std::move(work.result);
  }

  Task<ReadResult> Read(std::string topic, Offset from, ReadLimits limits) override {
    GH_CO_TRY(Writer * writer, Find(topic));
    co_return co_await readers_.Run(
        [of = writer->topic.get(), from, limits] { return of->Read(from, limits); });
  }

  Task<void> WaitFor(std::string topic, Offset offset) override {
    GH_CO_TRY(Writer * writer, Find(topic));
    Topic* const of = writer->topic.get();
    co_await runtime::Suspend([of, offset](runtime::Resume resume) {
      if (!of->Wait(offset, resume)) resume();
    });
    if (of->State().next > offset) co_return Result<void>();
    co_return Fail(Code::kCancelled, kStopping);
  }

  Task<Offset> Join(std::string topic, std::string group) override {
    GH_CO_TRY(Writer * of, Find(topic));
    if (!IsName(group)) co_return Fail(Code::kInvalidArgument, kInvalidTopic);
    if (const auto known = of->topic->Position(group)) {
      co_return std::max(*known, of->topic->State().first);
    }
    GH_CO_TRY_VOID(co_await Move(of, group, std::nullopt));
    co_return of->topic->Position(group).value_or(0);
  }

  Task<void> Commit(std::string topic, std::string group, Offset next) override {
    GH_CO_TRY(Writer * of, Find(topic));
    if (!IsName(group)) co_return Fail(Code::kInvalidArgument, kInvalidTopic);
    if (next < 0 || next > of->topic->State().next) {
      co_return Fail(Code::kInvalidArgument, kInvalidOffset);
    }
    co_return co_await Move(of, group, next);
  }

  Task<TopicState> State(std::string topic) override {
    GH_CO_TRY(Writer * of, Find(topic));
    co_return of->topic->State();
  }

  Task<void> DropOld() override {
    Result<void> result;
    for (Writer* writer : Writers()) {
      Work work;
      work.kind = Work::Kind::kDropOld;
      co_await Written(*writer, work);
      if (!work.result) result = std::unexpected(std::move(work.result).error());
    }
    co_return result;
  }

  void Stop() override {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
      for (auto& [name, writer] : writers_) writer->wake.notify_one();
    }
    for (Writer* writer : Writers()) {
      for (runtime::Resume& resume : writer->topic->TakeWaiting(true)) resume();
    }
  }

 private:
  std::unique_ptr<Writer> MakeWriter(const std::string& name) {
    return std::make_unique<Writer>(std::make_unique<Topic>(
        files_, folder_ + "/" + name, folder_,
        Topic::Limits{options_.segment_bytes, options_.retention, options_.keep_bytes,
                      std::ranges::find(options_.unread, name) != options_.unread.end()}));
  }

  void Start(Writer& writer) {
    writer.thread = std::thread([this, &writer] { Write(writer); });
  }

  Result<Writer*> Find(const std::string& name) {
    if (!IsName(name)) return Fail(Code::kInvalidArgument, kInvalidTopic);
    std::lock_guard lock(mutex_);
    auto& writer = writers_[name];
    if (!writer) {
      writer = MakeWriter(name);
      if (stopped_) {
        writer->gone = true;
        writer->topic->TakeWaiting(true);
      } else {
        Start(*writer);
      }
    }
    return writer.get();
  }

  std::vector<Writer*> Writers() {
    std::lock_guard lock(mutex_);
    std::vector<Writer*> all;
    for (auto& [name, writer] : writers_) all.push_back(writer.get());
    return all;
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

  Task<void> Move(Writer* writer, std::string group, std::optional<Offset> next) {
    Work work;
    work.kind = Work::Kind::kCommit;
    work.move.group = std::move(group);
    work.move.next = next;
    co_await Written(*writer, work);
    if (!work.result) co_return std::unexpected(std::move(work.result).error());
    co_return Result<void>();
  }

  // Until the writer has done it; the result is in `work`.
  boost::asio::awaitable<void> Written(Writer& writer, Work& work) {
    return runtime::Suspend([this, &writer, &work](runtime::Resume resume) {
      work.resume = std::move(resume);
      Enqueue(writer, work);
    });
  }

  void Enqueue(Writer& writer, Work& work) {
    {
      std::lock_guard lock(mutex_);
      if (!writer.gone) {
        writer.queue.push_back(&work);
        if (writer.queue.size() == 1) writer.wake.notify_one();
        return;
      }
      waiting_bytes_ -= work.frames.size();
    }
    work.result = Fail(Code::kCancelled, kStopping);
    // Not through `work`: it may be gone as soon as its coroutine goes on.
    runtime::Resume resume = std::move(work.resume);
    resume();
  }

  // The thread of one topic.
  void Write(Writer& writer) {
    pthread_setname_np(pthread_self(), "stream-write");
    std::vector<Work*> batch;
    while (true) {
      batch.clear();
      {
        std::unique_lock lock(mutex_);
        writer.wake.wait(lock, [&] { return stopped_ || !writer.queue.empty(); });
        if (writer.queue.empty()) {
          writer.gone = true;
          return;
        }
        batch.assign(writer.queue.begin(), writer.queue.end());
        writer.queue.clear();
      }
      RunBatch(*writer.topic, batch);
    }
  }

  void RunBatch(Topic& topic, const std::vector<Work*>& batch) {
    // In the order of arrival.
    std::vector<Work*> appends;
    std::vector<Work*> commits;
    std::vector<Work*> others;
    for (Work* work : batch) {
      switch (work->kind) {
        case Work::Kind::kAppend:
          appends.push_back(work);
          break;
        case Work::Kind::kCommit:
          commits.push_back(work);
          break;
        case Work::Kind::kDropOld:
          others.push_back(work);
          break;
      }
    }
    if (!appends.empty()) Append(topic, appends);
    if (!commits.empty()) Commit(topic, commits);
    for (Work* work : others) {
      if (auto done = topic.DropOld(clock_.Now()); !done) {
        work->result = std::unexpected(std::move(done).error());
      }
    }
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
  std::map<std::string, std::unique_ptr<Writer>> writers_;
  std::size_t waiting_bytes_ = 0;
  bool stopped_ = false;

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
