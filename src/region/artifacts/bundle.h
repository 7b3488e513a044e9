#pragma once

// An artifact bundle: a ZIP archive with a manifest.json that says, for each file, under which URL
// the browser knew it, which debug id it carries and where its source map is.
//
// Errors: those of zip.h; kInvalidArgument "manifest_invalid".

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "region/artifacts/zip.h"

namespace gatehouse::artifacts {

// A UUID in any of its spellings, with an optional appendix, as lower-case text with hyphens.
std::optional<std::string> NormalDebugId(std::string_view text);

enum class FileType { kOther, kSource, kMinifiedSource, kSourceMap };

struct BundleFile {
  std::string path;  // in the archive
  std::string url;
  FileType type = FileType::kOther;
  std::string debug_id;    // normal, or ""
  std::string source_map;  // of the headers: a reference, or ""
};

class Bundle {
 public:
  // `bytes` outlives the bundle.
  static Result<Bundle> Open(std::string_view bytes);

  const std::vector<BundleFile>& files() const { return files_; }
  // "" if the manifest has none.
  const std::string& bundle_id() const { return bundle_id_; }
  const std::string& release() const { return release_; }
  const std::string& dist() const { return dist_; }
  // Each once.
  std::vector<std::string> DebugIds() const;

  const BundleFile* FindByUrl(std::string_view url) const;
  const BundleFile* FindByDebugId(std::string_view debug_id, FileType type) const;
  Result<std::string> Read(const BundleFile& file) const;

 private:
  explicit Bundle(Zip zip) : zip_(std::move(zip)) {}

  Zip zip_;
  std::string bundle_id_;
  std::string release_;
  std::string dist_;
  std::vector<BundleFile> files_;
  std::unordered_map<std::string, std::size_t> by_url_;
};

}  // namespace gatehouse::artifacts
