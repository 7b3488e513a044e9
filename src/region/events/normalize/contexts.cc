// Contexts: their types, and what raw descriptions of systems and runtimes say.

#include <array>
#include <charconv>

#include "base/ascii.h"
#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

// "10.0.19041" at the start of the text: digits and dots, at least one dot.
std::string_view VersionPrefix(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() &&
         (IsDigit(text[i]) || (text[i] == '.' && i > 0 && IsDigit(text[i - 1])))) {
    ++i;
  }
  while (i > 0 && text[i - 1] == '.') --i;
  std::string_view version = text.substr(0, i);
  return version.find('.') == version.npos ? std::string_view() : version;
}

// Marketing names by "major.minor"; Windows 11 counts its builds from 22000.
std::string_view WindowsName(std::string_view major_minor, std::string_view build) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNames = {{
      {"5.1", "XP"},
      {"5.2", "XP"},
      {"6.0", "Vista"},
      {"6.1", "7"},
      {"6.2", "8"},
      {"6.3", "8.1"},
  }};
  for (const auto& [number, name] : kNames) {
    if (number == major_minor) return name;
  }
  if (major_minor != "10.0") return {};
  int number = 0;
  std::from_chars(build.data(), build.data() + build.size(), number);
  return number >= 22000 ? "11" : "10";
}

// ".NET Framework" by the release number of the registry.
std::string_view NetFramework(std::string_view build) {
  constexpr std::array<std::pair<int, std::string_view>, 21> kReleases = {{
      {378389, "4.5"},   {378675, "4.5.1"}, {378758, "4.5.1"}, {379893, "4.5.2"}, {393295, "4.6"},
      {393297, "4.6"},   {394254, "4.6.1"}, {394271, "4.6.1"}, {394802, "4.6.2"}, {394806, "4.6.2"},
      {460798, "4.7"},   {460805, "4.7"},   {461308, "4.7.1"}, {461310, "4.7.1"}, {461808, "4.7.2"},
      {461814, "4.7.2"}, {528040, "4.8"},   {528049, "4.8"},   {528209, "4.8"},   {528372, "4.8"},
      {528449, "4.8"},
  }};
  int number = 0;
  std::from_chars(build.data(), build.data() + build.size(), number);
  for (const auto& [release, version] : kReleases) {
    if (release == number) return version;
  }
  return {};
}

void NormalizeOs(json::Object& os) {
  std::string raw(Trim(TextMember(os, "raw_description")));
  if (raw.empty() || !TextMember(os, "name").empty() || !TextMember(os, "version").empty()) return;
  std::string_view text = raw;
  if (text.starts_with("Microsoft ")) text.remove_prefix(10);
  if (text.starts_with("Windows ")) {
    text.remove_prefix(8);
    if (text.starts_with("NT ")) text.remove_prefix(3);
    std::string version(VersionPrefix(text));
    auto parts = Split(version, '.');
    if (parts.size() < 3) return;
    std::string build(parts[2]);
    std::string_view name = WindowsName(std::string(parts[0]) + "." + std::string(parts[1]), build);
    SetText(Slot(os, "name"), "Windows");
    if (name.empty()) {
      SetText(Slot(os, "version"), version);
    } else {
      SetText(Slot(os, "version"), name);
      SetText(Slot(os, "build"), build);
    }
    return;
  }
  for (std::string_view prefix : {"Mac OS X ", "macOS "}) {
    if (!text.starts_with(prefix)) continue;
    text.remove_prefix(prefix.size());
    if (text.starts_with("Version ")) text.remove_prefix(8);
    std::string version(VersionPrefix(text));
    if (version.empty()) return;
    SetText(Slot(os, "name"), "macOS");
    SetText(Slot(os, "version"), version);
    std::size_t open = text.find('(');
    std::size_t close = text.find(')', open == text.npos ? 0 : open);
    if (open != text.npos && close != text.npos) {
      std::string_view build = text.substr(open + 1, close - open - 1);
      if (build.starts_with("Build ")) build.remove_prefix(6);
      SetText(Slot(os, "build"), std::string(build));
    }
    return;
  }
  std::size_t space = text.find(' ');
  if (space == text.npos || space == 0) return;
  std::string_view name = text.substr(0, space);
  for (char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) return;
  }
  std::string kernel(VersionPrefix(text.substr(space + 1)));
  if (kernel.empty()) return;
  std::string owned(name);
  SetText(Slot(os, "name"), owned);
  SetText(Slot(os, "kernel_version"), kernel);
}

void NormalizeRuntime(json::Object& runtime) {
  std::string raw(Trim(TextMember(runtime, "raw_description")));
  if (!raw.empty() && TextMember(runtime, "name").empty() &&
      TextMember(runtime, "version").empty()) {
    std::size_t at = raw.rfind(' ');
    while (at != raw.npos && at > 0 &&
           VersionPrefix(std::string_view(raw).substr(at + 1)).empty()) {
      at = raw.rfind(' ', at - 1);
    }
    if (at != raw.npos && at > 0) {
      std::string version(VersionPrefix(std::string_view(raw).substr(at + 1)));
      if (!version.empty()) {
        SetText(Slot(runtime, "name"), raw.substr(0, at));
        SetText(Slot(runtime, "version"), version);
      }
    }
  }
  if (TextMember(runtime, "name").starts_with(".NET Framework")) {
    std::string_view version = NetFramework(TextMember(runtime, "build"));
    if (!version.empty()) SetText(Slot(runtime, "version"), version);
  }
}

void NormalizeTrace(Pass& pass, json::Object& trace) {
  std::string_view status =
      trace.contains("status") ? SpanStatus(Slot(trace, "status")) : "unknown";
  SetText(Slot(trace, "status"), status);
  if (pass.is_transaction && TextMember(trace, "op").empty()) SetText(Slot(trace, "op"), "default");
}

}  // namespace

void NormalizeContexts(Pass& pass) {
  json::Object* contexts = ObjectMember(pass.event, "contexts");
  if (contexts == nullptr) return;
  contexts->erase("reprocessing");
  Path root;
  Path path(root, "contexts");
  for (auto it = contexts->begin(); it != contexts->end();) {
    std::string_view alias = it->key();
    Path place(path, alias);
    json::Object* context = it->value().if_object();
    if (context == nullptr) {
      if (it->value().is_null() && !pass.notes.HasErrors(place)) {
        it = contexts->erase(it);
      } else {
        ++it;
      }
      continue;
    }
    if (TextMember(*context, "type").empty()) {
      SetText(Slot((*context), "type"), IsKnownContext(alias) ? alias : "default");
    }
    std::string type(TextMember(*context, "type"));
    CheckMembers(*context, ContextNode(type), place, pass.notes);
    if (type == "os" || type == "client_os") NormalizeOs(*context);
    if (type == "runtime") NormalizeRuntime(*context);
    if (type == "trace") NormalizeTrace(pass, *context);
    ++it;
  }
  if (contexts->empty()) pass.event.erase("contexts");
}

}  // namespace gatehouse::events
