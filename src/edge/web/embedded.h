#pragma once

// What is compiled into the binary: templates/*.tpl and static/*. Immutable.

#include <string>
#include <string_view>
#include <vector>

#include "platform/html/html.h"

namespace gatehouse::web {

const std::vector<html::Embedded>& EmbeddedTemplates();

struct Asset {
  std::string_view name;  // "gatehouse.css"
  std::string_view type;
  std::string_view text;
  std::string version;  // of the content: part of the URL and of the ETag
};
const std::vector<Asset>& Assets();
const Asset* FindAsset(std::string_view name);
// "/static/gatehouse.css?v=0123456789ab". REQUIRES: the asset exists.
std::string AssetUrl(std::string_view name);

}  // namespace gatehouse::web
