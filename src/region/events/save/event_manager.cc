#include "region/events/save/event_manager.h"

#include <algorithm>
#include <utility>

#include "platform/json/text.h"
#include "region/events/grouping/span_hash.h"
#include "region/events/save/batch.h"
#include "region/events/save/statements.h"
#include "region/eventstore/transactions.h"

namespace gatehouse::events {
namespace {

std::string TraceField(const json::Object& event, std::string_view key) {
  const json::Object* contexts = json::GetObject(event, "contexts");
  const json::Object* trace = contexts ? json::GetObject(*contexts, "trace") : nullptr;
  return std::string(trace ? json::TextOf(*trace, key) : std::string_view());
}

// Neither database stores a NUL, and one event must not keep its batch from being saved.
void DropNul(std::string& text) { std::erase(text, '\0'); }
void DropNul(json::Object& event, std::string_view key) {
  json::Value* value = event.if_contains(key);
  if (value == nullptr || !value->is_string()) return;
  const std::string_view text = value->get_string();
  if (text.find('\0') == std::string_view::npos) return;
  std::string clean(text);
  DropNul(clean);
  *value = clean;
}

// What needs no database, before it.
void Prepare(Work& work) {
  json::Object& event = work.incoming->event;
  for (const char* key : {"event_id", "release", "dist", "environment", "level", "platform",
                          "logger", "transaction"}) {
    DropNul(event, key);
  }
  work.event_id = json::TextOf(event, "event_id");
  work.time = TimeOf(event, work.incoming->received);
  work.tags = PrepareTags(event);
  work.level = json::TextOf(event, "level");
  if (work.incoming->is_transaction) {
    grouping::HashSpans(event);
    work.message = json::TextOf(event, "transaction");
    return;
  }
  grouping::Headline& headline = work.incoming->grouping.headline;
  DropNul(headline.type);
  DropNul(headline.title);
  DropNul(headline.culprit);
  grouping::Store(work.incoming->grouping, event);
  work.message = SearchMessage(event, headline.metadata, headline.culprit);
  DropNul(work.message);
  work.metadata = json::Serialize(headline.metadata);
}

eventstore::StoredEvent ToStore(Work& work) {
  const bool transaction = work.incoming->is_transaction;
  const grouping::Headline& headline = work.incoming->grouping.headline;
  const json::Object& event = work.incoming->event;
  eventstore::StoredEvent stored;
  stored.project_id = work.project().id.value;
  stored.event_id = work.event_id;
  stored.timestamp = work.time;
  stored.received = work.incoming->received;
  stored.type = transaction ? "transaction" : headline.type;
  stored.group_id = work.found.issue.value;
  stored.primary_hash = std::string(work.incoming->grouping.Primary());
  stored.release = work.found.release;
  stored.environment = work.found.environment;
  stored.dist = json::TextOf(event, "dist");
  stored.user = UserTag(event);
  stored.level = work.level;
  stored.platform = json::TextOf(event, "platform");
  stored.transaction = json::TextOf(event, "transaction");
  stored.title = transaction ? stored.transaction : headline.title;
  stored.culprit = transaction ? std::string() : headline.culprit;
  stored.message = work.message;
  stored.trace_id = TraceField(event, "trace_id");
  stored.span_id = TraceField(event, "span_id");
  if (transaction) {
    if (auto start = json::GetNumber(event, "start_timestamp")) {
      stored.duration =
          std::chrono::microseconds(work.time.micros - static_cast<std::int64_t>(*start * 1e6));
    }
  }
  stored.tags = std::move(work.tags);
  if (!transaction) {
    for (Tag& tag : UserPartTags(event)) stored.tags.push_back(std::move(tag));
  } else {
    // Not among the event's own tags: what lists of transactions count failures by.
    if (std::string status = TraceField(event, "status"); !status.empty()) {
      stored.tags.emplace_back(eventstore::kTagTransactionStatus, std::move(status));
    }
  }
  return stored;
}

// The event as text, for the stream and for the store: the stream goes without images and notes.
void Serialize(json::Object& event, std::string& stream, std::string& store) {
  std::string more;
  for (const std::string_view key : {"debug_meta", "_meta"}) {
    const json::Value* value = event.if_contains(key);
    if (value == nullptr) continue;
    more += ",\"";
    more += key;
    more += "\":";
    more += json::Serialize(*value);
    event.erase(key);
  }
  stream = json::Serialize(event);
  store.reserve(stream.size() + more.size());
  store = stream;
  if (more.empty()) return;
  store.pop_back();
  store += event.empty() ? std::string_view(more).substr(1) : std::string_view(more);
  store += '}';
}

stream::InsertMessage ToStream(Work& work, const eventstore::StoredEvent& stored,
                               int retention_days) {
  const bool transaction = work.incoming->is_transaction;
  const Work::Found& found = work.found;
  stream::InsertMessage message;
  if (!transaction) message.group_id = found.issue.value;
  message.event_id = work.event_id;
  message.organization_id = work.project().organization.value;
  message.project_id = work.project().id.value;
  message.message = work.message;
  message.platform = stored.platform;
  message.datetime = work.time;
  message.received = work.incoming->received;
  message.primary_hash = stored.primary_hash;
  message.retention_days = retention_days;
  message.is_new = found.is_new;
  message.is_regression = found.is_regression;
  message.is_new_group_environment = found.is_new_environment;
  message.queue = transaction ? stream::kQueueTransactions : stream::kQueueErrors;
  if (!transaction) {
    message.group_states = {{.id = found.issue.value,
                             .is_new = found.is_new,
                             .is_regression = found.is_regression,
                             .is_new_group_environment = found.is_new_environment}};
  }
  return message;
}

// What needs no database, after it.
Saved Finish(Work& work, int retention_days) {
  Saved saved{.fate = work.found.fate,
              .stored = {},
              .message = {},
              .is_new = work.found.is_new,
              .is_regression = work.found.is_regression};
  if (saved.fate != Saved::Fate::kSaved) return saved;
  if (!work.found.stripped.empty() && work.incoming->crash_report_limit > 0) {
    json::Value& metadata = work.incoming->event["metadata"];
    if (!metadata.is_object()) metadata = json::Object{};
    metadata.get_object()["stripped_crash"] = true;
  }
  saved.stored = ToStore(work);
  saved.message = ToStream(work, saved.stored, retention_days);
  Serialize(work.incoming->event, saved.message.data, saved.stored.payload);
  return saved;
}

Task<void> OnCpu(runtime::WorkerPool* cpu, std::function<void()> work) {
  if (cpu == nullptr) {
    work();
    co_return Result<void>();
  }
  co_return co_await cpu->Run([&work]() -> Result<void> {
    work();
    return {};
  });
}

}  // namespace

Task<std::vector<Saved>> EventManager::Save(std::vector<Incoming> batch, Also also) {
  std::vector<Work> works(batch.size());
  GH_CO_TRY_VOID(co_await OnCpu(d_.cpu, [&batch, &works] {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      works[i].incoming = &batch[i];
      Prepare(works[i]);
    }
  }));
  // All: a batch holds events of many organizations. Each statement names its own.
  GH_CO_TRY(
      const std::vector<FirstSeen> firsts,
      co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::vector<FirstSeen>> {
        SaveBatch saving(tx, d_.ids, d_.clock.Now());
        for (Work& work : works) GH_TRY_VOID(saving.Add(work));
        GH_TRY_VOID(saving.Flush());
        if (also) {
          std::vector<Counted> counted;
          counted.reserve(works.size());
          for (const Work& work : works) {
            counted.push_back({.fate = work.found.fate,
                               .replay = work.found.replay,
                               .stripped = work.found.stripped});
          }
          GH_TRY_VOID(also(tx, counted));
        }
        return saving.TakeFirsts();
      }));
  if (d_.on_first) {
    for (const FirstSeen& first : firsts) d_.on_first(first);
  }
  std::vector<Saved> saved;
  GH_CO_TRY_VOID(co_await OnCpu(d_.cpu, [this, &batch, &works, &saved] {
    saved.reserve(works.size());
    for (Work& work : works) saved.push_back(Finish(work, d_.retention_days));
    // Here and not where the answer goes on: giving memory back takes a moment.
    works.clear();
    batch.clear();
  }));
  co_return saved;
}

Task<std::int64_t> EventManager::ForgetOld() {
  const Timestamp now = d_.clock.Now();
  const Timestamp before = now - kDuplicateWindow;
  const Timestamp kept = now - std::chrono::days(d_.retention_days);
  // All: the windows are the same for everybody.
  co_return co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::int64_t> {
    GH_TRY_VOID(tx.Exec(sqls::kForgetCrashReports, {kept}));
    return tx.Exec(sqls::kForgetOld, {before});
  });
}

}  // namespace gatehouse::events
