#pragma once

// Organizations read lately, so that the pages and log-ins of a busy one do not each ask the
// database for the same row. An entry lives for `life` of monotonic time at most, and every change
// made through the service drops all of them before its caller goes on; what another process
// writes is seen within `life`. Only found organizations are kept, never their absence. Bounded: a
// full cache drops everything.
//
// Whoever changes a row of `organizations` holds a Changing meanwhile. Thread-safe.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "region/orgs/types.h"

namespace gatehouse::orgs {

class OrganizationCache {
 public:
  // life <= 0: keeps nothing.
  OrganizationCache(const Clock& clock, Duration life, std::size_t max_entries = 4096)
      : clock_(clock), life_(life), max_entries_(max_entries) {}

  std::optional<Organization> Find(OrgId organization);
  std::optional<Organization> FindBySlug(std::string_view slug);

  // A reader takes the generation before it asks the database and hands it to Put: what it read
  // before a change is not kept after it.
  std::uint64_t generation();
  void Put(const Organization& organization, std::uint64_t generation);
  void ForgetAll();
  std::size_t size();

  // Drops everything when it goes, however the change ended: a commit whose answer was lost counts.
  class Changing {
   public:
    explicit Changing(OrganizationCache& cache) : cache_(cache) {}
    ~Changing() { cache_.ForgetAll(); }
    Changing(const Changing&) = delete;
    Changing& operator=(const Changing&) = delete;

   private:
    OrganizationCache& cache_;
  };

 private:
  struct Entry {
    std::shared_ptr<const Organization> organization;
    Duration until;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  const Clock& clock_;
  const Duration life_;
  const std::size_t max_entries_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::int64_t, Entry> by_id_;
  std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> by_slug_;
};

}  // namespace gatehouse::orgs
