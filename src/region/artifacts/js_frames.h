#pragma once

// Puts source files in the place of generated ones in the stack traces of a JavaScript event: file,
// line, function, in_app and the lines around; what came stands in raw_stacktrace. What cannot be
// found is told in the event's `errors`. Pure: what is known of the files comes from the caller.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json.h"
#include "region/artifacts/script_text.h"
#include "region/artifacts/source_map.h"

namespace gatehouse::artifacts {

// Types of entries in `errors`.
inline constexpr std::string_view kJsNoSource = "js_no_source";
inline constexpr std::string_view kJsInvalidSource = "js_invalid_source";
inline constexpr std::string_view kJsMissingContent = "js_missing_sources_content";
inline constexpr std::string_view kJsInvalidLocation = "js_invalid_sourcemap_location";

// What is known of one generated file. Immutable.
struct Script {
  std::unique_ptr<const ScriptText> generated;  // may be null
  std::unique_ptr<const SourceMap> map;         // may be null
  std::string map_url;                          // where `sources` of the map are seen from
  std::string_view found_by;                    // "debug-id", "release"
  // Why there is no map although there should be one: one of the types, or "".
  std::string_view problem;

  std::size_t memory() const;
};

// A generated file that the event's frames name.
struct Wanted {
  std::string abs_path;
  std::string debug_id;  // normal, or ""
  friend bool operator==(const Wanted&, const Wanted&) = default;
};

// Each once, at most a hundred. Empty: the event has no frame that a source map could explain.
std::vector<Wanted> WantedScripts(const json::Object& event);
// The same question, cheaply.
bool MayWantScripts(const json::Object& event);

// Null: nothing is known and nothing is to be said.
using ScriptOf = std::function<std::shared_ptr<const Script>(const Wanted&)>;
void ResolveFrames(json::Object& event, const ScriptOf& script_of);

}  // namespace gatehouse::artifacts
