#include "edge/web/embedded.h"

#include <algorithm>

#include "base/check.h"
#include "embedded_web.h"
#include "platform/crypto/hash.h"

namespace gatehouse::web {

namespace {

constexpr std::string_view kTemplateFolder = "templates/";
constexpr std::string_view kStaticFolder = "static/";

std::string_view TypeOf(std::string_view name) {
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

}  // namespace

const std::vector<html::Embedded>& EmbeddedTemplates() {
  static const std::vector<html::Embedded> all = [] {
    std::vector<html::Embedded> out;
    for (const embedded::File& file : embedded::kFiles) {
      if (!file.name.starts_with(kTemplateFolder)) continue;
      out.push_back({file.name.substr(kTemplateFolder.size()), file.text});
    }
    return out;
  }();
  return all;
}

const std::vector<Asset>& Assets() {
  static const std::vector<Asset> all = [] {
    std::vector<Asset> out;
    for (const embedded::File& file : embedded::kFiles) {
      if (!file.name.starts_with(kStaticFolder)) continue;
      std::string_view name = file.name.substr(kStaticFolder.size());
      out.push_back({name, TypeOf(name), file.text, crypto::Sha256Hex(file.text).substr(0, 12)});
    }
    return out;
  }();
  return all;
}

const Asset* FindAsset(std::string_view name) {
  auto found = std::ranges::find(Assets(), name, &Asset::name);
  return found == Assets().end() ? nullptr : &*found;
}

std::string AssetUrl(std::string_view name) {
  const Asset* asset = FindAsset(name);
  GH_CHECK(asset != nullptr);
  return "/static/" + std::string(name) + "?v=" + asset->version;
}

}  // namespace gatehouse::web
