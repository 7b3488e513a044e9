#pragma once

// One stored event as pages show it. Pure: what an SDK sent goes into templates as text, cut where
// it is endless. Everything here is bounded: frames, breadcrumbs, keys, lengths.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/html/html.h"
#include "platform/json/json.h"
#include "region/eventstore/types.h"

namespace gatehouse::web {

// The class of the pill that shows a level.
std::string_view LevelPill(std::string_view level);

// The stored event itself; nullopt when it cannot be read.
std::optional<json::Object> PayloadOf(const eventstore::StoredEvent& event);

// For a template that has {{>EVENT_TOP}} (what went wrong: problems of processing, message, report,
// exceptions with their stacks, threads, breadcrumbs) and {{>EVENT_MORE}} (request, user, contexts,
// extra data, packages, SDK) where the event belongs.
void AddEvent(html::Data& data, const json::Object& payload);

// For {{>EVENT_TAGS}}: the tags of the event, each with how often its values are (`known`; may be
// empty). `search` is the list of issues that a value links to, "" for no links; `all` the page of
// all tags, which may be "".
void AddEventTags(html::Data& data, const eventstore::StoredEvent& event,
                  const std::vector<eventstore::TagSummary>& known, std::string_view search,
                  std::string_view all);

// Keys as people know them: "sentry:release" is "release". And back.
std::string ShownTag(std::string_view key);
std::string StoredTag(std::string_view shown);

// `browser:"Firefox 3"`: what finds issues with this tag; nullopt when no search can say it.
std::optional<std::string> SearchTerm(std::string_view shown_key, std::string_view value);

// A share as whole percent, never 0 for what is there, and never 100 for what is not all.
int Percent(std::int64_t part, std::int64_t whole);

// A value as people read it: texts as they are, everything else as JSON, at most `max` bytes.
std::string Shown(const json::Value& value, std::size_t max);

// For {{#name}}{{KEY}}{{VALUE}}: the members of an object, `max_keys` at most.
void AddFields(html::Data& data, std::string_view name, const json::Object& object,
               std::size_t max_keys);

}  // namespace gatehouse::web
