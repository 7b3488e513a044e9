#include "region/ingest/quotas/active_limits.h"

#include <algorithm>
#include <optional>

namespace gatehouse::ingest {

std::int64_t ActiveLimits::IdOf(LimitScope scope, const Scoping& scoping) {
  switch (scope) {
    case LimitScope::kOrganization:
      return scoping.organization_id;
    case LimitScope::kProject:
      return scoping.project_id;
    case LimitScope::kKey:
      return scoping.key_id;
    case LimitScope::kGlobal:
      return 0;
  }
  return 0;
}

void ActiveLimits::Add(const RateLimit& limit, const Scoping& scoping, Timestamp now) {
  Entry added{limit, IdOf(limit.scope, scoping), now + std::chrono::seconds(limit.retry_after)};
  // Order of categories means nothing.
  std::ranges::sort(added.limit.categories);
  for (Entry& entry : entries_) {
    if (entry.limit.scope != limit.scope || entry.scope_id != added.scope_id ||
        entry.limit.categories != added.limit.categories ||
        entry.limit.namespaces != limit.namespaces) {
      continue;
    }
    if (added.end > entry.end) entry = std::move(added);
    return;
  }
  entries_.push_back(std::move(added));
}

std::vector<RateLimit> ActiveLimits::All(const Scoping& scoping, Timestamp now) const {
  std::vector<RateLimit> out;
  for (const Entry& entry : entries_) {
    if (entry.end <= now || entry.scope_id != IdOf(entry.limit.scope, scoping)) continue;
    RateLimit& limit = out.emplace_back(entry.limit);
    limit.retry_after = (entry.end.micros - now.micros + 999'999) / 1'000'000;
  }
  return out;
}

std::vector<RateLimit> ActiveLimits::Find(const Scoping& scoping, DataCategory category,
                                          Timestamp now) const {
  std::vector<RateLimit> out = All(scoping, now);
  std::erase_if(out, [category](const RateLimit& limit) { return !Covers(limit, category); });
  return out;
}

void ActiveLimits::Clean(Timestamp now) {
  std::erase_if(entries_, [now](const Entry& entry) { return entry.end <= now; });
}

}  // namespace gatehouse::ingest
