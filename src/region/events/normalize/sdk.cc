// The client library, and the name under which the product counts it.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kSynonyms = {{
    {"sentry.electron", "sentry.javascript.electron"},
    {"sentry.javascript.angular.ivy", "sentry.javascript.angular"},
    {"sentry.javascript.node.experimental", "sentry.javascript.node"},
    {"sentry.javascript.react.expo", "sentry.javascript.react"},
    {"sentry.javascript.react.native.expo", "sentry.javascript.react.native"},
    {"sentry.laravel", "sentry.php.laravel"},
    {"sentry.react", "sentry.javascript.react"},
    {"sentry.symfony", "sentry.php.symfony"},
    {"sentry.unity", "sentry.native.unity"},
}};

constexpr auto kTags = std::to_array<std::string_view>({
    "sentry.cocoa",
    "sentry.dart",
    "sentry.dotnet",
    "sentry.elixir",
    "sentry.go",
    "sentry.java",
    "sentry.javascript.angular",
    "sentry.javascript.browser",
    "sentry.javascript.capacitor",
    "sentry.javascript.cordova",
    "sentry.javascript.deno",
    "sentry.javascript.electron",
    "sentry.javascript.ember",
    "sentry.javascript.gatsby",
    "sentry.javascript.nextjs",
    "sentry.javascript.node",
    "sentry.javascript.react",
    "sentry.javascript.react.native",
    "sentry.javascript.remix",
    "sentry.javascript.serverless",
    "sentry.javascript.svelte",
    "sentry.javascript.sveltekit",
    "sentry.javascript.vue",
    "sentry.kubernetes",
    "sentry.native.android",
    "sentry.native.dotnet",
    "sentry.native.unity",
    "sentry.native.unreal",
    "sentry.objc",
    "sentry.perl",
    "sentry.php",
    "sentry.powershell",
    "sentry.python",
    "sentry.ruby",
    "sentry.rust",
    "sentry.swift",
});
static_assert(std::ranges::is_sorted(kTags));

}  // namespace

std::string SdkTag(std::string_view sdk_name) {
  std::string name;
  for (char c : sdk_name) {
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (word) {
      name += c;
    } else if (name.empty() || name.back() != '.') {
      name += '.';
    }
  }
  for (const auto& [from, to] : kSynonyms) {
    if (name == from) name = std::string(to);
  }
  auto parts = Split(name, '.');
  if (parts.size() < 2 || parts[0] != "sentry") return "other";
  std::size_t keep = parts[1] == "javascript" ? parts.size() : parts[1] == "native" ? 3 : 2;
  std::string tag = "sentry";
  for (std::size_t i = 1; i < parts.size() && i < keep; ++i) tag += "." + std::string(parts[i]);
  return std::ranges::binary_search(kTags, tag) ? tag : "other";
}

void NormalizeSdk(Pass& pass) {
  json::Object& event = pass.event;
  if (Member(event, "sdk") == nullptr && !event.contains("sdk") && !pass.context.client.empty()) {
    auto [name, version] = SplitOnce(pass.context.client, '/');
    if (!name.empty() && !version.empty()) {
      json::Object& sdk = MakeObject(event, "sdk");
      SetText(Slot(sdk, "name"), name);
      SetText(Slot(sdk, "version"), version);
    }
  }
  json::Object* sdk = ObjectMember(event, "sdk");
  if (sdk == nullptr) return;
  json::Value* address = sdk->if_contains("client_ip");
  if (address != nullptr && address->is_string() && Text(*address) == "{{auto}}") {
    sdk->erase("client_ip");
    address = nullptr;
  }
  if (address == nullptr && !pass.context.client_ip.empty()) {
    SetText(Slot((*sdk), "client_ip"), pass.context.client_ip);
  }
}

}  // namespace gatehouse::events
