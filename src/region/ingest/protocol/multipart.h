#pragma once

// multipart/form-data (RFC 7578) as clients upload files: bounded, without copies.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gatehouse::ingest {

struct Part {
  std::string name;
  std::optional<std::string> filename;  // as sent: see CleanFileName
  std::string content_type;             // may be empty
  std::string_view data;                // into the body
};

struct MultipartLimits {
  std::size_t parts = 200;
  std::size_t header_bytes = 8 * 1024;  // of one part
};

// The `boundary` of a multipart content type, or empty.
std::string BoundaryOf(std::string_view content_type);

// The parts of `body`, which must outlive them. What stands before the first delimiter and after
// the last is passed over. Error: kInvalidMultipart; nothing of a damaged body is returned.
Result<std::vector<Part>> ParseMultipart(std::string_view body, std::string_view boundary,
                                         MultipartLimits limits = {});

// A name fit for a list and a download: the last component of a path, without control characters
// and quotes, valid UTF-8, at most 255 bytes. Names that mean something to a file system ("", "..",
// "CON") become "file".
std::string CleanFileName(std::string_view name);

}  // namespace gatehouse::ingest
