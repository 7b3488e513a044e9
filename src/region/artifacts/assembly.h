#pragma once

// The text of an assembly's request, as its row keeps it.

#include <string>
#include <string_view>

#include "base/error.h"
#include "region/artifacts/service.h"

namespace gatehouse::artifacts {

std::string Encode(const BundleRequest& request);
std::string Encode(const DebugFileRequest& request);
// Errors: those of json::Parse; kInvalidArgument "assemble_invalid".
Result<BundleRequest> DecodeBundle(std::string_view text);
Result<DebugFileRequest> DecodeDebugFile(std::string_view text);

// Errors: kInvalidArgument "assemble_invalid".
Result<void> Check(std::string_view checksum, const std::vector<std::string>& chunks);

// What an error means to who uploaded: the text of an assembly that failed.
std::string DetailOf(const Error& error);

}  // namespace gatehouse::artifacts
