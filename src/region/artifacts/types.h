#pragma once

// Values of uploads.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "region/releases/types.h"

namespace gatehouse {

using BundleId = StrongId<struct ArtifactBundleTag>;
using ReleaseFileId = StrongId<struct ReleaseFileTag>;
using DebugFileId = StrongId<struct DebugFileTag>;

}  // namespace gatehouse

namespace gatehouse::artifacts {

// What the protocol tells clients before they upload.
inline constexpr std::size_t kChunkBytes = 8u << 20;
inline constexpr std::size_t kChunksPerRequest = 64;
inline constexpr std::size_t kRequestBytes = 32u << 20;
inline constexpr std::size_t kFileBytes = 2ull << 30;

enum class AssemblyState { kNotFound, kCreated, kAssembling, kOk, kError };
std::string_view AssemblyStateName(AssemblyState state);

struct ArtifactBundle {
  BundleId id;
  std::string checksum;
  std::string bundle_id;  // a UUID
  std::int64_t size = 0;
  std::int64_t file_count = 0;
  Timestamp created_at;
  Timestamp used_at;
  // (version, dist): for the list.
  std::vector<std::pair<std::string, std::string>> releases = {};
};

struct ReleaseFile {
  ReleaseFileId id;
  std::string name;
  std::string dist;  // "" for none
  std::vector<std::pair<std::string, std::string>> headers;
  std::string checksum;
  std::int64_t size = 0;
  Timestamp created_at;
};

// What is read out of a debug information file.
struct DebugInfo {
  std::string debug_id;
  std::string code_id;
  std::string cpu;   // "x86_64", "arm64", …; "any"
  std::string type;  // "elf", "macho", …
  std::string kind;  // "exe", "dbg", "lib", "src", "none"
  std::vector<std::string> features;
};

struct DebugFile {
  DebugFileId id;
  ProjectId project;
  DebugInfo info;
  std::string name;
  std::string checksum;
  std::int64_t size = 0;
  Timestamp created_at;
};

}  // namespace gatehouse::artifacts
