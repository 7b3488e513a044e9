#pragma once

// Reason slugs of the event store. event_store.h says when each is returned.

#include <string_view>

namespace gatehouse::eventstore {

inline constexpr std::string_view kOverloaded = "overloaded";
inline constexpr std::string_view kInvalidEventId = "event_id_invalid";
inline constexpr std::string_view kTooOld = "event_too_old";
inline constexpr std::string_view kTooNew = "event_too_new";
inline constexpr std::string_view kTooLarge = "event_too_large";
inline constexpr std::string_view kGroupDeleted = "event_group_deleted";
inline constexpr std::string_view kDamaged = "event_store_damaged";
inline constexpr std::string_view kUnavailable = "event_store_unavailable";
inline constexpr std::string_view kDiskFull = "disk_full";

}  // namespace gatehouse::eventstore
