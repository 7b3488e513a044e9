#include "platform/config/toml_file.h"

#include <toml++/toml.h>

#include <exception>

#include "platform/config/errors.h"

namespace gatehouse::config {

namespace {

std::string AtLine(const toml::source_region& where) {
  return "line " + std::to_string(where.begin.line) + ": ";
}

Result<TomlEntry> ReadEntry(std::string_view key, const toml::node& node) {
  TomlEntry entry{std::string(key), static_cast<int>(node.source().begin.line), {}};
  const std::string place = AtLine(node.source()) + entry.key;
  if (const auto* text = node.as_string()) {
    entry.value = text->get();
  } else if (const auto* number = node.as_integer()) {
    entry.value = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    entry.value = boolean->get();
  } else if (const auto* array = node.as_array()) {
    std::vector<std::string> list;
    for (const toml::node& item : *array) {
      const auto* item_text = item.as_string();
      if (item_text == nullptr) {
        return Fail(Code::kInvalidArgument, kInvalidValue,
                    place + ": every entry of the list must be text in quotes");
      }
      list.push_back(item_text->get());
    }
    entry.value = std::move(list);
  } else if (node.is_table()) {
    return Fail(Code::kInvalidArgument, kUnknownKey,
                place + ": there are no sections; write " + entry.key + "_… = at the top level");
  } else {
    return Fail(Code::kInvalidArgument, kInvalidValue,
                place + ": dates and fractions are not used");
  }
  return entry;
}

}  // namespace

Result<std::vector<TomlEntry>> ParseToml(std::string_view text) {
  try {
    toml::table table = toml::parse(text);
    std::vector<TomlEntry> entries;
    for (auto&& [key, node] : table) {
      GH_TRY(TomlEntry entry, ReadEntry(key.str(), node));
      entries.push_back(std::move(entry));
    }
    return entries;
  } catch (const toml::parse_error& e) {
    return Fail(Code::kInvalidArgument, kMalformedFile,
                AtLine(e.source()) + std::string(e.description()));
  } catch (const std::exception& e) {
    return Fail(Code::kInvalidArgument, kMalformedFile, e.what());
  }
}

}  // namespace gatehouse::config
