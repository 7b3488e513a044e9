#include "region/eventstore/sqlite/sqlite_store.h"

#include <mutex>
#include <set>
#include <utility>

#include "platform/runtime/priority.h"
#include "platform/runtime/runtime.h"
#include "region/eventstore/errors.h"
#include "region/eventstore/sqlite/folder.h"
#include "region/eventstore/sqlite/reader.h"
#include "region/eventstore/sqlite/record.h"
#include "region/eventstore/sqlite/writer.h"

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr std::size_t kLoadedDictionaries = 32;
constexpr std::size_t kMinSamples = 100;

class SqliteStore final : public EventStore {
 public:
  SqliteStore(const Options& options, const Clock& clock, std::unique_ptr<Catalog> catalog)
      : options_(options),
        clock_(clock),
        catalog_(std::move(catalog)),
        dictionaries_(options.folder / "dictionaries", kLoadedDictionaries),
        days_(options.folder, clock, options.open_days, options.close_after),
        records_(dictionaries_, options.max_payload_bytes),
        reader_(days_, records_, TextIds(catalog_->key())),
        writer_(options_, clock, days_, *catalog_, records_),
        read_threads_("events-read", 2, 1024),
        write_thread_("events-write", 1, 256) {
    days_.OnLoad([this](Day& day) { return writer_.Open(day); });
    (void)write_thread_.Submit(runtime::LowerPriority);
  }
  // What stays fresh is folded when its day is opened again.
  ~SqliteStore() override { (void)writer_.FoldAll(); }

  Result<void> Open() {
    GH_TRY_VOID(dictionaries_.Open());
    GH_TRY_VOID(days_.Open());
    for (const Redirect& redirect : catalog_->Unfinished()) GH_TRY_VOID(writer_.Apply(redirect));
    return {};
  }

  // What the functions given to the pools refer to lives in the frame of the coroutine, which
  // waits for them.
  Task<InsertOutcome> Insert(std::vector<StoredEvent> events) override {
    auto outcome = co_await write_thread_.Run([this, &events] { return InsertNow(events); });
    co_return Public(std::move(outcome));
  }
  Task<InsertOutcome> InsertItems(std::vector<StoredItem> items) override {
    auto outcome =
        co_await write_thread_.Run([this, &items] { return writer_.InsertItems(items); });
    co_return Public(std::move(outcome));
  }
  Task<std::optional<StoredEvent>> Get(std::int64_t project_id, std::string event_id) override {
    auto found = co_await read_threads_.Run(
        [this, project_id, &event_id] { return reader_.Get(project_id, event_id); });
    co_return Public(std::move(found));
  }
  Task<EventPage> List(EventQuery query) override {
    auto page = co_await read_threads_.Run([this, &query] { return reader_.List(query); });
    co_return Public(std::move(page));
  }
  Task<Neighbours> Around(std::int64_t project_id, std::string event_id) override {
    auto found = co_await read_threads_.Run(
        [this, project_id, &event_id] { return reader_.Around(project_id, event_id); });
    co_return Public(std::move(found));
  }
  Task<std::vector<Series>> Counts(CountQuery query) override {
    auto series = co_await read_threads_.Run([this, &query] { return reader_.Counts(query); });
    co_return Public(std::move(series));
  }
  Task<TransactionGroups> Transactions(TransactionQuery query) override {
    auto groups =
        co_await read_threads_.Run([this, &query] { return reader_.Transactions(query); });
    co_return Public(std::move(groups));
  }
  Task<std::int64_t> DistinctUsers(std::int64_t project_id, std::int64_t group_id,
                                   TimeRange range) override {
    auto users = co_await read_threads_.Run([this, project_id, group_id, range] {
      return reader_.DistinctUsers(project_id, group_id, range);
    });
    co_return Public(std::move(users));
  }
  Task<std::vector<std::int64_t>> DistinctUsersOf(std::int64_t project_id,
                                                  std::vector<std::int64_t> group_ids,
                                                  TimeRange range) override {
    auto users = co_await read_threads_.Run([this, project_id, &group_ids, range] {
      return reader_.DistinctUsersOf(project_id, group_ids, range);
    });
    co_return Public(std::move(users));
  }
  Task<std::vector<TagSummary>> Tags(TagQuery query) override {
    auto tags = co_await read_threads_.Run([this, &query] { return reader_.Tags(query); });
    co_return Public(std::move(tags));
  }
  Task<std::vector<std::int64_t>> GroupsWithTag(std::int64_t project_id, Tag tag, TimeRange range,
                                                std::size_t limit) override {
    auto groups = co_await read_threads_.Run([this, project_id, &tag, range, limit] {
      return reader_.GroupsWithTag(project_id, tag, range, limit);
    });
    co_return Public(std::move(groups));
  }
  Task<std::vector<std::int64_t>> GroupsHave(std::int64_t project_id,
                                             std::vector<std::int64_t> group_ids, Tag tag,
                                             TimeRange range) override {
    auto groups = co_await read_threads_.Run([this, project_id, &group_ids, &tag, range] {
      return reader_.GroupsHave(project_id, group_ids, tag, range);
    });
    co_return Public(std::move(groups));
  }
  Task<ItemPage> ListItems(ItemQuery query) override {
    auto page = co_await read_threads_.Run([this, &query] { return reader_.ListItems(query); });
    co_return Public(std::move(page));
  }
  Task<bool> DeleteItem(std::int64_t project_id, std::string type, std::string id) override {
    auto found = co_await write_thread_.Run(
        [this, project_id, &type, &id] { return writer_.DeleteItem(project_id, type, id); });
    co_return Public(std::move(found));
  }

  Task<void> DeleteGroup(std::int64_t project_id, std::int64_t group_id) override {
    const Redirect redirect{project_id, group_id, 0};
    co_return co_await Apply(redirect);
  }
  Task<void> MoveGroup(std::int64_t project_id, std::int64_t from, std::int64_t into) override {
    if (from == into || into == 0) co_return Result<void>();
    const Redirect redirect{project_id, from, into};
    co_return co_await Apply(redirect);
  }

  Task<std::size_t> DropOld() override {
    auto dropped = co_await write_thread_.Run([this]() -> Result<std::size_t> {
      const Timestamp before = clock_.Now() - options_.retention;
      const std::size_t days = days_.DropBefore(DayOf(before));
      GH_TRY_VOID(writer_.FoldAll());
      days_.CloseIdle();
      GH_TRY_VOID(catalog_->Forget(before));
      return days;
    });
    co_return Public(std::move(dropped));
  }

 private:
  // The reasons of the database and of the compression end here.
  template <class T>
  static Result<T> Public(Result<T> result) {
    if (result) return result;
    Error error = std::move(result).error();
    if (error.code == Code::kUnavailable && error.reason != kOverloaded)
      error.reason = kUnavailable;
    if (error.code == Code::kDataLoss) error.reason = kDamaged;
    return std::unexpected(std::move(error));
  }

  Task<void> Apply(Redirect redirect) {
    if (redirect.group_id == 0) co_return Result<void>();
    auto done = co_await write_thread_.Run([this, redirect]() -> Result<bool> {
      GH_TRY_VOID(catalog_->Begin(redirect, clock_.Now()));
      GH_TRY_VOID(writer_.Apply(redirect));
      return true;
    });
    auto answer = Public(std::move(done));
    if (!answer) co_return std::unexpected(std::move(answer).error());
    co_return Result<void>();
  }

  Result<InsertOutcome> InsertNow(const std::vector<StoredEvent>& events) {
    auto outcome = writer_.Insert(events);
    std::lock_guard lock(training_mutex_);
    for (const std::int64_t project : writer_.TakeRipe()) {
      if (dictionaries_.Has(project) || !training_.emplace(project).second) continue;
      // Reading and training take a moment, and writing need not wait for them. If there is no
      // room, the next time does it.
      if (!read_threads_.Submit([this, project] {
            Train(project);
            std::lock_guard lock(training_mutex_);
            training_.erase(project);
          })) {
        training_.erase(project);
      }
    }
    return outcome;
  }

  void Train(std::int64_t project) {
    if (dictionaries_.Has(project)) return;
    EventQuery query;
    query.project_id = project;
    query.limit = options_.dictionary_events;
    query.with_payload = true;
    std::vector<std::string> records;
    for (const Kind kind : {Kind::kError, Kind::kTransaction}) {
      query.kind = kind;
      auto page = reader_.List(query);
      if (!page) return;
      for (const StoredEvent& event : page->events) records.push_back(EncodeEvent(event));
    }
    if (records.size() < kMinSamples) return;
    std::vector<std::string_view> samples(records.begin(), records.end());
    // Too little to learn from is no failure: the project goes on without one.
    (void)dictionaries_.Train(project, samples, options_.dictionary_bytes);
  }

  const Options options_;
  const Clock& clock_;
  const std::unique_ptr<Catalog> catalog_;
  Dictionaries dictionaries_;
  Days days_;
  Records records_;
  Reader reader_;
  Writer writer_;  // on write_thread_ only
  std::mutex training_mutex_;
  std::set<std::int64_t> training_;  // projects whose dictionary is being made
  // Last, so that their threads are gone first.
  runtime::WorkerPool read_threads_;
  runtime::WorkerPool write_thread_;
};

}  // namespace

Result<std::unique_ptr<EventStore>> OpenStore(const Options& options, const Clock& clock,
                                              Rng& rng) {
  GH_TRY_VOID(MakeFolder(options.folder));
  std::error_code error;
  std::filesystem::permissions(options.folder, std::filesystem::perms::owner_all, error);
  if (error) {
    return Fail(Code::kUnavailable, kUnavailable, options.folder.string() + ": " + error.message());
  }
  GH_TRY(auto catalog, Catalog::Open(options.folder / "catalog.db", rng));
  auto store = std::make_unique<SqliteStore>(options, clock, std::move(catalog));
  GH_TRY_VOID(store->Open());
  return store;
}

}  // namespace gatehouse::eventstore::sqlite
