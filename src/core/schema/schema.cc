#include "core/schema/schema.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "base/check.h"
#include "embedded_migrations.h"

namespace gatehouse::schema {
namespace {

// The files of a folder, by number. Aborts on a name that is not NNNN_name.sql: that is a mistake
// of the build, found by the first test.
std::vector<sql::Migration> Collect(std::string_view set) {
  constexpr std::string_view kSuffix = ".sql";
  const std::string folder = std::string(set) + "/";
  std::vector<sql::Migration> found;
  for (const embedded::File& file : embedded::kFiles) {
    std::string_view name = file.name;
    if (!name.starts_with(folder)) continue;
    name.remove_prefix(folder.size());
    GH_CHECK(name.size() > 5 + kSuffix.size() && name[4] == '_' && name.ends_with(kSuffix));
    name.remove_suffix(kSuffix.size());
    int version = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + 4, version);
    GH_CHECK(error == std::errc() && end == name.data() + 4 && version > 0);
    found.push_back({.version = version, .name = name, .text = file.text});
  }
  std::ranges::sort(found, {}, &sql::Migration::version);
  return found;
}

}  // namespace

std::span<const sql::Migration> ControlMigrations() {
  static const std::vector<sql::Migration> kAll = Collect(kControlSet);
  return kAll;
}

std::span<const sql::Migration> RegionMigrations() {
  static const std::vector<sql::Migration> kAll = Collect(kRegionSet);
  return kAll;
}

}  // namespace gatehouse::schema
