// Source maps of strangers, and frames that are looked up in them.

#include <cstddef>
#include <cstdint>

#include "region/artifacts/js_frames.h"
#include "region/artifacts/source_map.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  using namespace gatehouse::artifacts;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)SourceMapReference(text);
  (void)DebugIdComment(text);
  auto map = SourceMap::Parse(text);
  if (!map) return 0;
  for (const SourceMap::Token& token : map->tokens()) {
    (void)map->Source(token);
    (void)map->Name(token);
    (void)map->SourceContent(token.source);
    if (map->Find(token.line, token.column) == nullptr) __builtin_trap();
  }
  auto script = std::make_shared<Script>();
  script->generated = std::make_unique<const ScriptText>(std::string(text));
  script->map = std::make_unique<const SourceMap>(std::move(*map));
  script->map_url = "https://shop.example/static/app.js.map";
  json::Array frames;
  for (int line = 1; line < 4; ++line) {
    for (int column = 1; column < 100; column += 7) {
      frames.push_back(json::Object{{"abs_path", "https://shop.example/static/app.js"},
                                    {"function", "a.b"},
                                    {"lineno", line},
                                    {"colno", column}});
    }
  }
  json::Object event{{"platform", "javascript"},
                     {"stacktrace", json::Object{{"frames", std::move(frames)}}}};
  ResolveFrames(event, [&](const Wanted&) { return script; });
  return 0;
}
