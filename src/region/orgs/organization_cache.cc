#include "region/orgs/organization_cache.h"

namespace gatehouse::orgs {

std::optional<Organization> OrganizationCache::Find(OrgId organization) {
  if (life_ <= Duration::zero()) return std::nullopt;
  const Duration now = clock_.Monotonic();
  std::shared_ptr<const Organization> found;
  {
    std::lock_guard lock(mutex_);
    auto it = by_id_.find(organization.value);
    if (it != by_id_.end() && now < it->second.until) found = it->second.organization;
  }
  return found ? std::optional(*found) : std::nullopt;
}

std::optional<Organization> OrganizationCache::FindBySlug(std::string_view slug) {
  if (life_ <= Duration::zero()) return std::nullopt;
  const Duration now = clock_.Monotonic();
  std::shared_ptr<const Organization> found;
  {
    std::lock_guard lock(mutex_);
    auto it = by_slug_.find(slug);
    if (it != by_slug_.end() && now < it->second.until) found = it->second.organization;
  }
  return found ? std::optional(*found) : std::nullopt;
}

std::uint64_t OrganizationCache::generation() {
  std::lock_guard lock(mutex_);
  return generation_;
}

void OrganizationCache::Put(const Organization& organization, std::uint64_t generation) {
  if (life_ <= Duration::zero()) return;
  const Entry entry{std::make_shared<const Organization>(organization), clock_.Monotonic() + life_};
  std::lock_guard lock(mutex_);
  if (generation != generation_) return;
  if (by_id_.size() >= max_entries_ || by_slug_.size() >= max_entries_) {
    by_id_.clear();
    by_slug_.clear();
  }
  by_id_.insert_or_assign(organization.id.value, entry);
  by_slug_.insert_or_assign(organization.slug, entry);
}

void OrganizationCache::ForgetAll() {
  std::lock_guard lock(mutex_);
  ++generation_;
  by_id_.clear();
  by_slug_.clear();
}

std::size_t OrganizationCache::size() {
  std::lock_guard lock(mutex_);
  return by_id_.size();
}

}  // namespace gatehouse::orgs
