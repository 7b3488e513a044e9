// Transactions by name, from the newest records of a project.

#include <algorithm>

#include "region/eventstore/sqlite/reader.h"

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr std::size_t kMaxTransactions = 10'000;
constexpr std::size_t kPage = 1'000;

}  // namespace

Result<TransactionGroups> Reader::Transactions(const TransactionQuery& q) {
  EventQuery query;
  query.project_id = q.project_id;
  query.kind = Kind::kTransaction;
  query.range = q.range;
  query.transaction = q.transaction;
  query.environment = q.environment;
  query.release = q.release;
  const std::size_t most = std::clamp<std::size_t>(q.limit, 1, kMaxTransactions);
  TransactionTally tally;
  TransactionGroups out;
  do {
    query.limit = std::min(kPage, most - out.examined);
    GH_TRY(EventPage page, List(query));
    for (const StoredEvent& event : page.events) {
      tally.Add(event.transaction, event.duration, TransactionStatus(event), event.timestamp);
      out.oldest = event.timestamp;
    }
    out.examined += page.events.size();
    query.after = page.next;
  } while (query.after && out.examined < most);
  out.complete = !query.after;

  ItemQuery items;
  items.project_id = q.project_id;
  items.type = kItemSegment;
  items.text = q.transaction;
  items.range = q.range;
  std::size_t examined = 0;
  do {
    items.limit = std::min(kPage, most - examined);
    GH_TRY(ItemPage page, ListItems(items));
    for (const StoredItem& item : page.items) {
      const std::optional<Segment> segment = SegmentOf(item);
      if (!segment || (!q.transaction.empty() && segment->name != q.transaction) ||
          (!q.environment.empty() && segment->environment != q.environment) ||
          (!q.release.empty() && segment->release != q.release)) {
        continue;
      }
      tally.Add(segment->name, segment->duration, segment->status, segment->start);
      if (out.examined == 0 || segment->start < out.oldest) out.oldest = segment->start;
      ++out.examined;
    }
    examined += page.items.size();
    items.after = page.next;
  } while (items.after && examined < most);
  out.complete = out.complete && !items.after;
  out.groups = std::move(tally).Groups();
  return out;
}

}  // namespace gatehouse::eventstore::sqlite
