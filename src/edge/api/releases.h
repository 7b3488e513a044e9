#pragma once

// Releases as the API shows them; what the files of releases.cc, release_files.cc and
// chunk_upload.cc share.

#include <optional>
#include <string>
#include <vector>

#include "edge/api/api.h"
#include "region/artifacts/service.h"
#include "region/releases/service.h"

namespace gatehouse::api {

// A body that may be longer than others: commits with their files, lists of chunks.
Result<json::Object> LargeBody(const Call& call);

// {"error": text}: how routes of uploads refuse.
http::Response UploadError(std::string_view text, int status = 400);
// The same for what a service refused; std::nullopt: no error of uploads.
std::optional<http::Response> UploadRefusal(const Error& error);

// Projects by slug or id; empty when one of them is not the organization's.
Task<std::vector<projects::Project>> ReadProjects(Call& call, std::vector<std::string> slugs);

json::Object Encode(const releases::Detail& detail);
json::Object Encode(const releases::Deploy& deploy);
json::Object Encode(const releases::Commit& commit);
json::Value EncodeVersion(const releases::Release& release);
json::Object Encode(const artifacts::ReleaseFile& file);
json::Object Encode(const artifacts::DebugFile& file);
json::Object Encode(const artifacts::ArtifactBundle& bundle);

}  // namespace gatehouse::api
