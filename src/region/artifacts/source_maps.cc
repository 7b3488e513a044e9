#include "region/artifacts/source_maps.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "platform/http/form.h"
#include "region/artifacts/js_path.h"
#include "region/artifacts/store.h"

namespace gatehouse::artifacts {
namespace {

constexpr std::size_t kMaxScript = 64u << 20;
constexpr Duration kFoundLife = std::chrono::minutes(10);
constexpr Duration kMissingLife = std::chrono::seconds(30);
// So often a bundle's use is written down.
constexpr Duration kTouchEvery = std::chrono::hours(24);
constexpr std::size_t kMaxEntries = 20'000;

// The map in a "data:application/json;base64,…" reference.
std::optional<std::string> InlineMap(std::string_view reference) {
  const std::size_t comma = reference.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string_view head = reference.substr(0, comma);
  const std::string_view data = reference.substr(comma + 1);
  if (head.ends_with(";base64")) return Base64Decode(data);
  return http::PercentDecode(data, false);
}

std::string KeyOf(const projects::Project& project, const Wanted& wanted, std::string_view version,
                  std::string_view dist) {
  std::string key = project.id.ToString();
  for (const std::string_view part :
       {std::string_view(wanted.debug_id), version, dist, std::string_view(wanted.abs_path)}) {
    key += '\n';
    key += part;
  }
  return key;
}

}  // namespace

struct SourceMaps::Search {
  struct Open {
    MappedFile file;
    Bundle bundle;
  };

  OrgId organization;
  ProjectId project;
  Wanted wanted;
  std::string version;
  std::string dist;
  // What may hold the file: by debug id, by release, and the release's own files.
  std::vector<ArtifactBundle> by_debug_id;
  std::vector<ArtifactBundle> by_release;
  std::vector<ReleaseFile> files;
  // Where the map may be among the release's files, once the generated file has been read.
  std::vector<std::string> map_names;
  std::vector<ReleaseFile> map_files;

  // What came of it.
  std::unique_ptr<ScriptText> generated;
  std::string reference;  // to the map
  std::string map_url;
  std::optional<std::string> map_text;
  std::string_view found_by;

  void SetReference(std::string_view header, std::string_view base) {
    reference = header;
    if (reference.empty() && generated) reference = SourceMapReference(generated->text());
    map_url = std::string(base);
    if (reference.empty()) return;
    if (reference.starts_with("data:")) {
      map_text = InlineMap(reference);
      return;
    }
    map_url = JoinPath(base, reference);
    map_names = UploadNames(map_url);
  }
};

std::size_t SourceMaps::memory() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

void SourceMaps::Forget() {
  std::lock_guard lock(mutex_);
  ++generation_;
  entries_.clear();
  order_.clear();
  has_.clear();
  bytes_ = 0;
}

std::optional<SourceMaps::Found> SourceMaps::Known(const std::string& key) {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  if (d_.clock.Monotonic() >= found->second.until) {
    bytes_ -= found->second.bytes;
    order_.erase(found->second.used);
    entries_.erase(found);
    return std::nullopt;
  }
  order_.splice(order_.begin(), order_, found->second.used);
  return found->second.script;
}

void SourceMaps::Remember(std::string key, Found script) {
  std::lock_guard lock(mutex_);
  if (entries_.contains(key)) return;
  const bool found = script != nullptr && script->problem.empty();
  Entry entry{.script = std::move(script),
              .until = d_.clock.Monotonic() + (found ? kFoundLife : kMissingLife),
              .bytes = 0,
              .used = {}};
  entry.bytes = 2 * key.size() + sizeof(Entry) + (entry.script ? entry.script->memory() : 0);
  order_.push_front(key);
  entry.used = order_.begin();
  bytes_ += entry.bytes;
  entries_.emplace(std::move(key), std::move(entry));
  // What alone is larger than all may be stays until the next one comes.
  while (entries_.size() > 1 && (bytes_ > d_.max_bytes || entries_.size() > kMaxEntries)) {
    const auto last = entries_.find(order_.back());
    bytes_ -= last->second.bytes;
    entries_.erase(last);
    order_.pop_back();
  }
}

Task<bool> SourceMaps::HasArtifacts(const projects::Project& project) {
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
    const auto known = has_.find(project.id.value);
    if (known != has_.end() && d_.clock.Monotonic() < known->second.second) {
      co_return known->second.first;
    }
  }
  GH_CO_TRY(const bool has,
            co_await d_.db.Lookup(sql::Tenant::Of(project.organization), [&](sql::Tx& tx) {
              return store::HasArtifacts(tx, project.organization, project.id);
            }));
  std::lock_guard lock(mutex_);
  if (generation == generation_) {
    if (has_.size() >= kMaxEntries) has_.clear();
    has_[project.id.value] = {has, d_.clock.Monotonic() + kMissingLife};
  }
  co_return has;
}

Task<void> SourceMaps::Gather(Search& search) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(search.organization), [&](sql::Tx& tx) -> Result<void> {
        if (!search.wanted.debug_id.empty()) {
          GH_TRY(search.by_debug_id,
                 store::BundlesOfDebugId(tx, search.organization, search.project,
                                         search.wanted.debug_id));
        }
        if (search.version.empty()) return {};
        GH_TRY(search.by_release, store::BundlesOfRelease(tx, search.organization, search.project,
                                                          search.version, search.dist));
        GH_TRY(search.files,
               store::ReleaseFilesByNames(tx, search.organization, search.version, search.dist,
                                          UploadNames(search.wanted.abs_path)));
        return {};
      });
}

Task<void> SourceMaps::Touch(OrgId organization, const std::vector<ArtifactBundle>& bundles) {
  const Timestamp now = d_.clock.Now();
  std::vector<BundleId> old;
  for (const ArtifactBundle& bundle : bundles) {
    if (bundle.used_at < now - kTouchEvery) old.push_back(bundle.id);
  }
  if (old.empty()) co_return Result<void>();
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    for (const BundleId id : old) GH_TRY_VOID(store::TouchBundle(tx, organization, id, now));
    return {};
  });
}

std::optional<std::string> SourceMaps::ReadFile(OrgId organization, const ReleaseFile& file) const {
  auto mapped = d_.blobs.Map(organization, file.checksum);
  if (!mapped || mapped->bytes().size() > kMaxScript) return std::nullopt;
  return std::string(mapped->bytes());
}

Result<void> SourceMaps::LocateInBundles(Search& search) const {
  std::vector<Search::Open> opened;
  const auto open = [&](const std::vector<ArtifactBundle>& rows) {
    opened.clear();
    for (const ArtifactBundle& row : rows) {
      auto file = d_.blobs.Map(search.organization, row.checksum);
      if (!file) continue;
      auto bundle = Bundle::Open(file->bytes());
      if (!bundle) continue;
      opened.push_back({std::move(*file), std::move(*bundle)});
    }
  };
  const auto read = [](const Bundle& bundle, const BundleFile* file) -> std::optional<std::string> {
    if (file == nullptr) return std::nullopt;
    auto text = bundle.Read(*file);
    if (!text || text->size() > kMaxScript) return std::nullopt;
    return std::move(*text);
  };

  const std::string& path = search.wanted.abs_path;
  open(search.by_debug_id);
  for (const Search::Open& one : opened) {
    const BundleFile* script =
        one.bundle.FindByDebugId(search.wanted.debug_id, FileType::kMinifiedSource);
    const BundleFile* map = one.bundle.FindByDebugId(search.wanted.debug_id, FileType::kSourceMap);
    if (script == nullptr && map == nullptr) continue;
    if (auto text = read(one.bundle, script)) {
      search.generated = std::make_unique<ScriptText>(std::move(*text));
    }
    search.found_by = "debug-id";
    search.SetReference(script == nullptr ? "" : script->source_map, path);
    if (auto text = read(one.bundle, map)) search.map_text = std::move(text);
    if (search.map_text) return {};
  }
  if (!search.found_by.empty()) return {};

  open(search.by_release);
  for (const std::string& name : UploadNames(path)) {
    for (const Search::Open& one : opened) {
      const BundleFile* script = one.bundle.FindByUrl(name);
      auto text = read(one.bundle, script);
      if (!text) continue;
      search.generated = std::make_unique<ScriptText>(std::move(*text));
      search.found_by = "release";
      search.SetReference(script->source_map, path);
      for (const std::string& map_name : search.map_names) {
        for (const Search::Open& other : opened) {
          if (search.map_text) return {};
          search.map_text = read(other.bundle, other.bundle.FindByUrl(map_name));
        }
      }
      return {};
    }
  }
  return {};
}

Result<void> SourceMaps::LocateInFiles(Search& search) const {
  for (const ReleaseFile& file : search.files) {
    auto text = ReadFile(search.organization, file);
    if (!text) continue;
    search.generated = std::make_unique<ScriptText>(std::move(*text));
    search.found_by = "release";
    std::string_view header;
    for (const auto& [name, value] : file.headers) {
      if (EqualsIgnoreCase(name, "sourcemap") || EqualsIgnoreCase(name, "x-sourcemap")) {
        header = value;
      }
    }
    search.SetReference(header, search.wanted.abs_path);
    return {};
  }
  return {};
}

Result<void> SourceMaps::Locate(Search& search) const {
  GH_TRY_VOID(LocateInBundles(search));
  if (search.found_by.empty()) return LocateInFiles(search);
  return {};
}

Task<SourceMaps::Found> SourceMaps::Find(const projects::Project& project, const Wanted& wanted,
                                         std::string version, std::string dist) {
  Search search;
  search.organization = project.organization;
  search.project = project.id;
  search.wanted = wanted;
  search.version = std::move(version);
  search.dist = std::move(dist);
  GH_CO_TRY_VOID(co_await Gather(search));
  GH_CO_TRY_VOID(co_await Touch(search.organization, search.by_debug_id));
  GH_CO_TRY_VOID(co_await Touch(search.organization, search.by_release));
  GH_CO_TRY_VOID(co_await d_.workers.Run([this, &search] { return Locate(search); }));
  if (!search.map_text && !search.map_names.empty() && !search.version.empty()) {
    GH_CO_TRY(search.map_files,
              co_await d_.db.Lookup(sql::Tenant::Of(search.organization), [&](sql::Tx& tx) {
                return store::ReleaseFilesByNames(tx, search.organization, search.version,
                                                  search.dist, search.map_names);
              }));
  }
  co_return co_await d_.workers.Run([this, &search]() -> Result<Found> {
    auto script = std::make_shared<Script>();
    script->found_by = search.found_by;
    script->map_url = search.map_url;
    for (const ReleaseFile& file : search.map_files) {
      if (!search.map_text) search.map_text = ReadFile(search.organization, file);
    }
    if (search.map_text) {
      auto map = SourceMap::Parse(*search.map_text);
      if (map) {
        script->map = std::make_unique<const SourceMap>(std::move(*map));
      } else {
        script->problem = kJsInvalidSource;
      }
    } else if (search.found_by.empty() || !search.reference.empty()) {
      script->problem = kJsNoSource;
    }
    script->generated = std::move(search.generated);
    return Found(std::move(script));
  });
}

Task<void> SourceMaps::Resolve(const projects::Project& project, json::Object& event) {
  // Known in memory as a rule, and for most projects the end of it.
  GH_CO_TRY(const bool has, co_await HasArtifacts(project));
  if (!has) co_return Result<void>();
  const std::vector<Wanted> wanted = WantedScripts(event);
  if (wanted.empty()) co_return Result<void>();
  const std::string version(json::GetString(event, "release").value_or(""));
  const std::string dist(json::GetString(event, "dist").value_or(""));
  std::vector<Found> found;
  bool any = false;
  for (const Wanted& one : wanted) {
    // Without either there is nothing by which it could be found.
    if (one.debug_id.empty() && version.empty()) {
      found.emplace_back();
      continue;
    }
    std::string key = KeyOf(project, one, version, dist);
    auto known = Known(key);
    if (!known) {
      GH_CO_TRY(known, co_await Find(project, one, version, dist));
      Remember(std::move(key), *known);
    }
    any = any || *known != nullptr;
    found.push_back(std::move(*known));
  }
  if (!any) co_return Result<void>();
  const ScriptOf script_of = [&](const Wanted& one) {
    const auto at = std::ranges::find(wanted, one);
    return at == wanted.end() ? nullptr : found[static_cast<std::size_t>(at - wanted.begin())];
  };
  co_return co_await d_.workers.Run([&]() -> Result<void> {
    ResolveFrames(event, script_of);
    return {};
  });
}

}  // namespace gatehouse::artifacts
