#pragma once

// The pure half of saving: tags, times, levels and the search text of an event. No I/O.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "platform/json/json.h"

namespace gatehouse::events {

using Tag = std::pair<std::string, std::string>;

// The event's tags as they are stored: level, logger, environment and transaction set, release,
// dist and user under their internal names (sentry:release …), interface tags in place of those
// with the same key. Values are cut to 200 characters. Writes them into the event, too.
std::vector<Tag> PrepareTags(json::Object& event);

// "id:7", "username:ann", "email:…", "ip:…": the first that the user has; "" for none.
std::string UserTag(const json::Object& event);
// What else the event says of its user: searched by, shown nowhere (eventstore/user_tags.h).
std::vector<Tag> UserPartTags(const json::Object& event);

// 10 debug, 20 info, 30 warning, 40 error, 50 fatal. Unknown: error.
std::int64_t LevelNumber(std::string_view level);
std::string_view LevelName(std::int64_t number);
// 25 low, 50 medium, 75 high.
std::int64_t PriorityOf(std::string_view level);

// The event's own time; the time of arrival if it has none.
Timestamp TimeOf(const json::Object& event, Timestamp received);

// Message, then what metadata and culprit add to it: what people search in. At most 8,192 bytes.
std::string SearchMessage(const json::Object& event, const json::Object& metadata,
                          std::string_view culprit);

// Is any frame of the event from a minified file? (a JavaScript frame far out in a long line)
bool HasMinifiedFrames(const json::Object& event);

// At most 255 bytes, never half a character.
std::string_view CutTitle(std::string_view title);

// A title that says nothing never replaces one that does.
bool IsPlaceholderTitle(std::string_view title);

}  // namespace gatehouse::events
