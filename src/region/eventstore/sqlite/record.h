#pragma once

// The bytes of one event or item in a payload file, before compression: a version, the attributes
// that no query looks into, then the payload as it came.

#include <optional>
#include <string>
#include <string_view>

#include "region/eventstore/types.h"

namespace gatehouse::eventstore::sqlite {

std::string EncodeEvent(const StoredEvent& event);
// Without project, timestamp and group, which the row has. std::nullopt: not such bytes.
std::optional<StoredEvent> DecodeEvent(std::string_view bytes, bool with_payload);

std::string EncodeItem(const StoredItem& item);
std::optional<StoredItem> DecodeItem(std::string_view bytes, bool with_payload);

}  // namespace gatehouse::eventstore::sqlite
