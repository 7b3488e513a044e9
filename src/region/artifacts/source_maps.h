#pragma once

// Finds the generated files and source maps that an event's frames name, and puts the sources in
// their place: by debug id, else by release, distribution and URL, in the project's bundles and the
// release's files. Nothing is fetched from anywhere.
//
// What was found is kept in memory, least recently used first out, up to a number of bytes; what
// was not found is remembered for half a minute. Thread-safe.

#include <list>
#include <mutex>
#include <unordered_map>

#include "platform/runtime/runtime.h"
#include "platform/sql/sql.h"
#include "region/artifacts/blobs.h"
#include "region/artifacts/bundle.h"
#include "region/artifacts/js_frames.h"
#include "region/artifacts/types.h"
#include "region/projects/types.h"

namespace gatehouse::artifacts {

class SourceMaps {
 public:
  struct Parts {
    sql::Database& db;
    const Blobs& blobs;
    runtime::WorkerPool& workers;
    const Clock& clock;
    std::size_t max_bytes = 64u << 20;
  };
  explicit SourceMaps(Parts parts) : d_(parts) {}

  // Is there anything to be done for such an event? Cheap.
  static bool MayWant(const json::Object& event) { return MayWantScripts(event); }

  // `project` and `event` outlive the call; the event is the caller's alone. Errors: those of the
  // database. What cannot be found or read is told in the event.
  Task<void> Resolve(const projects::Project& project, json::Object& event);

  // Something was uploaded or removed.
  void Forget();
  // For the metrics and tests.
  std::size_t memory() const;

 private:
  using Found = std::shared_ptr<const Script>;
  struct Entry {
    Found script;  // null: nothing is known
    Duration until{};
    std::size_t bytes = 0;
    std::list<std::string>::iterator used;
  };
  struct Search;

  std::optional<Found> Known(const std::string& key);
  void Remember(std::string key, Found script);
  Task<bool> HasArtifacts(const projects::Project& project);
  Task<Found> Find(const projects::Project& project, const Wanted& wanted, std::string version,
                   std::string dist);
  Task<void> Gather(Search& search);
  Task<void> Touch(OrgId organization, const std::vector<ArtifactBundle>& bundles);
  Result<void> Locate(Search& search) const;
  Result<void> LocateInBundles(Search& search) const;
  Result<void> LocateInFiles(Search& search) const;
  std::optional<std::string> ReadFile(OrgId organization, const ReleaseFile& file) const;

  const Parts d_;
  mutable std::mutex mutex_;
  std::list<std::string> order_;  // most recently used first
  std::unordered_map<std::string, Entry> entries_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::int64_t, std::pair<bool, Duration>> has_;  // by project
  std::uint64_t generation_ = 0;
};

}  // namespace gatehouse::artifacts
