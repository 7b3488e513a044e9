#include "region/artifacts/bundle.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "platform/json/json.h"
#include "platform/json/text.h"
#include "region/artifacts/errors.h"

namespace gatehouse::artifacts {
namespace {

constexpr std::size_t kMaxManifest = 32u << 20;
constexpr std::size_t kMaxUrl = 4096;

std::unexpected<Error> InvalidManifest(std::string_view detail) {
  return Fail(Code::kInvalidArgument, kManifestInvalid, std::string(detail));
}

FileType TypeOf(std::string_view name) {
  if (name == "source") return FileType::kSource;
  if (name == "minified_source") return FileType::kMinifiedSource;
  if (name == "source_map") return FileType::kSourceMap;
  return FileType::kOther;
}

}  // namespace

std::optional<std::string> NormalDebugId(std::string_view text) {
  std::string digits;
  for (const char c : Trim(text)) {
    if (c == '-' || c == '{' || c == '}') continue;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!hex) return std::nullopt;
    digits += c;
  }
  if (digits.size() < 32 || digits.size() > 40) return std::nullopt;
  digits = AsciiLower(digits);
  std::string out;
  for (std::size_t i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) out += '-';
    out += digits[i];
  }
  std::string_view appendix = std::string_view(digits).substr(32);
  while (appendix.starts_with('0')) appendix.remove_prefix(1);
  if (!appendix.empty()) out += "-" + std::string(appendix);
  return out;
}

Result<Bundle> Bundle::Open(std::string_view bytes) {
  GH_TRY(Zip zip, Zip::Open(bytes));
  const Zip::Member* member = zip.Find("manifest.json");
  if (member == nullptr || member->size > kMaxManifest) return InvalidManifest("no manifest");
  GH_TRY(const std::string text, zip.Read(*member));
  auto manifest = json::ParseObject(text, {.max_bytes = kMaxManifest});
  if (!manifest) return InvalidManifest(manifest.error().reason);
  Bundle bundle(std::move(zip));
  bundle.bundle_id_ = NormalDebugId(json::TextOf(*manifest, "debug_id")).value_or("");
  bundle.release_ = json::TextOf(*manifest, "release");
  bundle.dist_ = json::TextOf(*manifest, "dist");
  const json::Object* files = json::GetObject(*manifest, "files");
  if (files == nullptr) return InvalidManifest("no files");
  for (const auto& [path, value] : *files) {
    if (!value.is_object()) return InvalidManifest("file");
    if (bundle.zip_.Find(path) == nullptr) return InvalidManifest("file is missing");
    const json::Object& info = value.as_object();
    BundleFile file{.path = std::string(path),
                    .url = std::string(json::TextOf(info, "url")),
                    .type = TypeOf(json::GetString(info, "type").value_or("")),
                    .debug_id = {},
                    .source_map = {}};
    if (file.url.size() > kMaxUrl) return InvalidManifest("url");
    if (const json::Object* headers = json::GetObject(info, "headers")) {
      for (const auto& [name, header] : *headers) {
        if (!header.is_string()) continue;
        const std::string_view content = header.as_string();
        if (EqualsIgnoreCase(name, "debug-id")) {
          file.debug_id = NormalDebugId(content).value_or("");
        } else if (EqualsIgnoreCase(name, "sourcemap") || EqualsIgnoreCase(name, "x-sourcemap")) {
          file.source_map = content.substr(0, kMaxUrl);
        }
      }
    }
    if (!file.url.empty()) bundle.by_url_.emplace(file.url, bundle.files_.size());
    bundle.files_.push_back(std::move(file));
  }
  return bundle;
}

std::vector<std::string> Bundle::DebugIds() const {
  std::set<std::string> ids;
  for (const BundleFile& file : files_) {
    if (!file.debug_id.empty()) ids.insert(file.debug_id);
  }
  return {ids.begin(), ids.end()};
}

const BundleFile* Bundle::FindByUrl(std::string_view url) const {
  const auto found = by_url_.find(std::string(url));
  return found == by_url_.end() ? nullptr : &files_[found->second];
}

const BundleFile* Bundle::FindByDebugId(std::string_view debug_id, FileType type) const {
  const auto found = std::ranges::find_if(files_, [&](const BundleFile& file) {
    return file.type == type && file.debug_id == debug_id;
  });
  return found == files_.end() ? nullptr : &*found;
}

Result<std::string> Bundle::Read(const BundleFile& file) const {
  const Zip::Member* member = zip_.Find(file.path);
  if (member == nullptr) return InvalidManifest("file is missing");
  return zip_.Read(*member);
}

}  // namespace gatehouse::artifacts
