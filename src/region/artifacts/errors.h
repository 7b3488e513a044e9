#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::artifacts {

inline constexpr std::string_view kChecksumMismatch = "checksum_mismatch";
inline constexpr std::string_view kChunkTooLarge = "chunk_too_large";
inline constexpr std::string_view kUploadTooLarge = "upload_too_large";
inline constexpr std::string_view kTooManyChunks = "too_many_chunks";
// No archive, a damaged one, or one that wants to be something else: names that leave it, parts
// that overlap, sizes that lie.
inline constexpr std::string_view kArchiveInvalid = "archive_invalid";
inline constexpr std::string_view kArchiveTooLarge = "archive_too_large";
inline constexpr std::string_view kManifestInvalid = "manifest_invalid";
inline constexpr std::string_view kSourceMapInvalid = "source_map_invalid";
inline constexpr std::string_view kDebugFileUnknown = "debug_file_unknown";
inline constexpr std::string_view kArtifactNotFound = "artifact_not_found";
inline constexpr std::string_view kArtifactExists = "artifact_exists";
inline constexpr std::string_view kArtifactNameInvalid = "artifact_name_invalid";
inline constexpr std::string_view kAssembleInvalid = "assemble_invalid";
// The file system said no.
inline constexpr std::string_view kBlobUnavailable = "blob_unavailable";

}  // namespace gatehouse::artifacts
