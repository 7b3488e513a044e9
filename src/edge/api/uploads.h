#pragma once

// Files in one piece, as clients send them and as browsers get them.

#include <string>
#include <string_view>

#include "edge/api/api.h"
#include "region/artifacts/service.h"

namespace gatehouse::api {

// The parts of an upload: `file`, and the fields beside it.
struct Upload {
  std::string_view bytes;  // in the request
  artifacts::ReleaseFile file;
};
// Errors: kInvalidArgument "field_required", "field_invalid".
Result<Upload> ReadUpload(const Call& call);

// A file as a browser may have it: never shown, never interpreted.
http::Response Download(std::string bytes, std::string_view name);

}  // namespace gatehouse::api
