// The message of an event.

#include "region/events/normalize/passes.h"

namespace gatehouse::events {

void ShapeLogentry(Pass& pass) {
  json::Value* value = pass.event.if_contains("logentry");
  if (value == nullptr) return;
  if (value->is_null() || (value->is_bool() && !value->get_bool())) {
    pass.event.erase("logentry");
    return;
  }
  if (value->is_object()) {
    if (IsDeeplyEmpty(*value)) pass.event.erase("logentry");
    return;
  }
  std::string text = value->is_string() ? std::string(Text(*value)) : json::Serialize(*value);
  SetText(Slot(value->emplace_object(), "message"), text);
}

void NormalizeLogentry(Pass& pass) {
  json::Object* entry = ObjectMember(pass.event, "logentry");
  if (entry == nullptr) return;
  Path root;
  Path path(root, "logentry");
  if (json::Value* params = entry->if_contains("params")) {
    Path place(path, "params");
    if (params->is_null()) {
      entry->erase("params");
    } else if (!params->is_array() && !params->is_object()) {
      pass.notes.Reject(*params, place, "expected an array or object");
    }
  }
  json::Value* message = Member(*entry, "message");
  json::Value* formatted = Member(*entry, "formatted");
  if (message == nullptr && formatted == nullptr) {
    json::Value& whole = Slot(pass.event, "logentry");
    if (IsDeeplyEmpty(whole) && !pass.notes.HasErrors(path)) {
      // Nothing was said; a member that was refused has its own entry.
      pass.event.erase("logentry");
      return;
    }
    return pass.notes.Reject(whole, path, "no message present");
  }
  if (formatted == nullptr && message != nullptr) {
    if (const json::Value* params = Member(*entry, "params")) {
      if (auto text = FormatMessage(Text(*message), *params)) {
        SetText(Slot((*entry), "formatted"), *text);
        message = Member(*entry, "message");
        formatted = Member(*entry, "formatted");
      }
    }
  }
  if (message == nullptr) {
    entry->erase("message");
  } else if (formatted == nullptr || Text(*formatted) == Text(*message)) {
    json::Value moved = std::move(*message);
    entry->erase("message");
    Slot((*entry), "formatted") = std::move(moved);
  }
}

}  // namespace gatehouse::events
