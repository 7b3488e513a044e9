#pragma once

// Reason slugs of the outbox. They reach operators (last_error, the parking audit entry), never a
// client.

#include <string_view>

namespace gatehouse::outbox {

inline constexpr std::string_view kPayloadInvalid = "outbox_payload_invalid";
inline constexpr std::string_view kHandlerFailed = "outbox_handler_failed";  // it threw

}  // namespace gatehouse::outbox
