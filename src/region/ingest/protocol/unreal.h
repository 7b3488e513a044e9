#pragma once

// Crash containers of the Unreal Engine: zlib around a little-endian list of files.
//
//   container = ["CR1"] header *file [header]
//   header    = string string int32(size) int32(count)      the last one of the old form, without
//   file      = int32(index) string int32(size) bytes       the mark, is the one that counts
//   string    = uint32(size) bytes                          padded with NUL

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"
#include "region/ingest/protocol/minidump.h"

namespace gatehouse::ingest {

// What the query of the route says.
struct UnrealQuery {
  std::string user_id;      // "login|account|…"
  std::string app_version;  // release, if it is a valid one
  std::string environment;
};

struct UnrealCrash {
  std::vector<UploadedFile> files;  // views into `data`
  json::Object event;
  std::string data;  // unpacked
};

// Errors: kInvalidUnreal, kBodyTooLarge (more than `max_bytes` unpacked).
Result<UnrealCrash> ParseUnrealCrash(std::string_view body, const UnrealQuery& query,
                                     std::size_t max_bytes);

}  // namespace gatehouse::ingest
