#include "region/ingest/filters/signatures.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "platform/json/text.h"

namespace gatehouse::ingest {
namespace {

// All in lower case.
constexpr auto kExtensionMessages = std::to_array<std::string_view>({
    "top.globals",
    "originalcreatenotification",
    "canvas.contentdocument",
    "myapp_removeallhighlights",
    "http://tt.epicplay.com",
    "can't find variable: zitereader",
    "jigsaw is not defined",
    "combosearch is not defined",
    "http://loading.retry.widdit.com/",
    "atomicfindclose",
    "fb_xd_fragment",
    "bmi_safeaddonload",
    "ebcallbackmessagereceived",
    "_gcrweb",
    "conduitpage",
    "null is not an object (evaluating 'elt.parentnode')",
    "plugin.setsuspendstate is not a function",
    "can't find variable: _autofillcallbackhandler",
    "should_do_lastpass_here",
    "webkit-masked-url",
    "extension context invalidated",
});
constexpr std::array<std::string_view, 5> kExtensionSchemes = {
    "chrome://", "chrome-extension://", "moz-extension://", "safari-extension://",
    "safari-web-extension://"};
constexpr auto kExtensionHosts = std::to_array<std::string_view>({
    "graph.facebook.com",
    "connect.facebook.net",
    "eatdifferent.com.woopra-ns.com",
    "static.woopra.com/js/woopra.js",
    "127.0.0.1:4001/isrunning",
    "webappstoolbarba.texthelp.com",
    "metrics.itunes.apple.com.edgesuite.net",
    "kaspersky-labs.com",
});

}  // namespace

bool IsExtensionMessage(std::string_view exception_value) {
  if (exception_value.empty()) return false;
  std::string text = AsciiLower(exception_value.substr(0, 8192));
  return std::ranges::any_of(kExtensionMessages,
                             [&](std::string_view known) { return text.contains(known); });
}

bool IsExtensionPath(std::string_view abs_path) {
  if (abs_path.empty()) return false;
  std::string text = AsciiLower(abs_path.substr(0, 2048));
  return std::ranges::any_of(kExtensionSchemes,
                             [&](std::string_view scheme) { return text.starts_with(scheme); }) ||
         std::ranges::any_of(kExtensionHosts,
                             [&](std::string_view host) { return text.contains(host); });
}

bool IsChunkLoadError(const json::Object& event) {
  bool hit = false;
  ForEachException(event, [&](const json::Object& exception) {
    if (json::TextOf(exception, "type") == "ChunkLoadError") hit = true;
    std::string_view value = json::TextOf(exception, "value");
    // "ChunkLoadError: Loading chunk 3662 failed.", "Loading CSS chunk …"
    if (value.starts_with("ChunkLoadError")) hit = true;
    if ((value.starts_with("Loading chunk ") || value.starts_with("Loading CSS chunk ")) &&
        value.contains("failed")) {
      hit = true;
    }
  });
  return hit;
}

bool IsReactHydrationError(const json::Object& event) {
  // Error ids of React 18's production build, as in "Minified React error #418; visit
  // https://reactjs.org/docs/error-decoder.html?invariant=418", and the sentences of its
  // development build.
  constexpr std::array<std::string_view, 5> kIds = {"418", "419", "422", "423", "425"};
  constexpr std::array<std::string_view, 6> kSentences = {
      "hydration failed because",
      "there was an error while hydrating",
      "text content does not match server-rendered html",
      "text content did not match",
      "the server could not finish this suspense boundary",
      "this suspense boundary received an update before it finished hydrating",
  };
  bool hit = false;
  ForEachException(event, [&](const json::Object& exception) {
    std::string text = AsciiLower(json::TextOf(exception, "value").substr(0, 2048));
    if (text.empty() || hit) return;
    for (std::string_view sentence : kSentences) hit = hit || text.contains(sentence);
    for (std::string_view start :
         {"react error #", "error-decoder.html?invariant=", "react.dev/errors/"}) {
      std::size_t at = text.find(start);
      if (at == std::string::npos) continue;
      std::string_view id = std::string_view(text).substr(at + start.size(), 4);
      bool longer = id.size() == 4 && id[3] >= '0' && id[3] <= '9';
      hit = hit || (!longer && std::ranges::find(kIds, id.substr(0, 3)) != kIds.end());
    }
  });
  return hit;
}

}  // namespace gatehouse::ingest
