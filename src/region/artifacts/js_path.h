#pragma once

// Paths and URLs of JavaScript files as stack traces, manifests and source maps write them. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::artifacts {

// `reference` as seen from `base`: URLs, rooted and relative paths; "." and ".." are resolved.
std::string JoinPath(std::string_view base, std::string_view reference);

// Under which names a release may hold the file of a stack frame, best first: as it is, without
// query and fragment, and both again with "~" in place of scheme and host.
std::vector<std::string> UploadNames(std::string_view abs_path);

// "webpack:///./src/a.js": "./src/a.js"; the text itself if it is nothing of webpack's.
std::string_view FileNameOf(std::string_view source);

// "https://shop.example/static/v1/app/cart.min.js": "app/cart". "<unknown module>" if nothing is
// left.
std::string ModuleOf(std::string_view abs_path);

// Does the file belong to somebody else's package?
bool IsVendored(std::string_view path);

}  // namespace gatehouse::artifacts
