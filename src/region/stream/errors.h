#pragma once

// Reason slugs of the event stream. stream.h says when each is returned.

#include <string_view>

namespace gatehouse::stream {

inline constexpr std::string_view kOverloaded = "overloaded";
inline constexpr std::string_view kInvalidTopic = "stream_topic_invalid";
inline constexpr std::string_view kInvalidOffset = "stream_offset_invalid";
inline constexpr std::string_view kRecordTooLarge = "stream_record_too_large";
inline constexpr std::string_view kUnavailable = "stream_unavailable";
inline constexpr std::string_view kDiskFull = "disk_full";
inline constexpr std::string_view kDamaged = "stream_damaged";
inline constexpr std::string_view kStopping = "stopping";

}  // namespace gatehouse::stream
