#pragma once

// The schema pass: every value that has the wrong type becomes null with an error entry, lenient
// types are brought to their stored form, unknown attributes go, keep their place or are reported
// as their object's schema says. Never rejects an event.

#include "region/events/document/annotations.h"
#include "region/events/document/schema.h"

namespace gatehouse::events {

void Check(json::Value& value, const Node& node, const Path& path, Annotations& notes);
// The members of an object whose node is known; used for the event itself.
void CheckMembers(json::Object& object, const Node& node, const Path& path, Annotations& notes);

// Brings a values-list to {"values": […]}; false if there is nothing in it (the caller removes it).
bool ShapeValues(json::Value& value, const Path& path, Annotations& notes);

}  // namespace gatehouse::events
