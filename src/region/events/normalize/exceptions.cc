// Exceptions, threads and the stack traces that belong to them.

#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

json::Array* Values(json::Object& event, std::string_view name) {
  json::Object* list = ObjectMember(event, name);
  return list == nullptr ? nullptr : ArrayMember(*list, "values");
}

void EraseIfEmpty(json::Object& object, std::string_view name) {
  const json::Value* value = object.if_contains(name);
  if (value != nullptr && (value->is_null() || IsEmptyContainer(*value))) object.erase(name);
}

// "ValueError: unauthorized" in `value` alone.
void SplitTypeFromValue(json::Object& exception) {
  std::string_view value = TextMember(exception, "value");
  std::size_t colon = value.find(':');
  if (colon == 0 || colon == value.npos || value.find('\n') != value.npos) return;
  for (char c : value.substr(0, colon)) {
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || static_cast<unsigned char>(c) >= 0x80;
    if (!word) return;
  }
  std::string type(value.substr(0, colon));
  std::string rest(Trim(value.substr(colon + 1)));
  SetText(Slot(exception, "type"), type);
  if (!rest.empty()) SetText(Slot(exception, "value"), rest);
}

void LimitTraces(json::Object& owner, const Path& path, Annotations& notes) {
  for (std::string_view name : {"stacktrace", "raw_stacktrace"}) {
    if (json::Object* stacktrace = ObjectMember(owner, name)) {
      Path place(path, name);
      LimitFrames(*stacktrace, place, notes);
    }
  }
}

void NormalizeTraces(json::Object& owner, const Path& path, Annotations& notes) {
  for (std::string_view name : {"stacktrace", "raw_stacktrace"}) {
    if (json::Object* stacktrace = ObjectMember(owner, name)) {
      Path place(path, name);
      NormalizeStacktrace(*stacktrace, name == "raw_stacktrace", place, notes);
    }
  }
}

}  // namespace

void ShapeExceptions(Pass& pass) {
  json::Object& event = pass.event;
  Path root;
  EraseIfEmpty(event, "stacktrace");
  LimitTraces(event, root, pass.notes);
  for (std::string_view name : {"exception", "threads"}) {
    json::Value* value = event.if_contains(name);
    if (value == nullptr) continue;
    Path path(root, name);
    if (value->is_null() || !ShapeValues(*value, path, pass.notes)) {
      event.erase(name);
      continue;
    }
    json::Array* list = Values(event, name);
    if (list == nullptr) continue;
    Path values(path, "values");
    for (std::size_t i = 0; i < list->size(); ++i) {
      json::Object* object = (*list)[i].if_object();
      if (object == nullptr) continue;
      Path item(values, i);
      LimitTraces(*object, item, pass.notes);
      EraseIfEmpty(*object, "stacktrace");
      EraseIfEmpty(*object, "raw_stacktrace");
      json::Object* mechanism = ObjectMember(*object, "mechanism");
      if (mechanism == nullptr) continue;
      if (IsDeeplyEmpty(Slot((*object), "mechanism"))) {
        object->erase("mechanism");
      } else if (Member(*mechanism, "type") == nullptr &&
                 (mechanism->contains("posix_signal") || mechanism->contains("mach_exception") ||
                  mechanism->contains("relevant_address"))) {
        SetText(Slot((*mechanism), "type"), "generic");
      }
    }
  }
}

void NormalizeExceptions(Pass& pass) {
  json::Object& event = pass.event;
  Path root;
  json::Array* exceptions = Values(event, "exception");
  if (exceptions != nullptr && exceptions->size() == 1) {
    json::Object* only = (*exceptions)[0].if_object();
    if (only != nullptr && Member(*only, "stacktrace") == nullptr) {
      if (json::Value* stacktrace = Member(event, "stacktrace")) {
        json::Value moved = std::move(*stacktrace);
        event.erase("stacktrace");
        Path list(root, "exception");
        Path values(list, "values");
        Path item(values, std::size_t{0});
        pass.notes.Move(Path(root, "stacktrace"), Path(item, "stacktrace"));
        Slot((*only), "stacktrace") = std::move(moved);
      }
    }
  }
  if (exceptions != nullptr) {
    OsHint os = FindOsHint(event);
    Path path(root, "exception");
    Path values(path, "values");
    for (std::size_t i = 0; i < exceptions->size(); ++i) {
      json::Object* exception = (*exceptions)[i].if_object();
      if (exception == nullptr) continue;
      Path item(values, i);
      std::string_view type = TextMember(*exception, "type");
      std::string_view value = TextMember(*exception, "value");
      if (type.empty() && value.empty()) {
        (*exceptions)[i] = nullptr;
        pass.notes.Add(item, kMissingAttribute, nullptr, {{"attribute", "type or value"}});
        continue;
      }
      if (type.empty()) SplitTypeFromValue(*exception);
      NormalizeTraces(*exception, item, pass.notes);
      if (json::Object* mechanism = ObjectMember(*exception, "mechanism")) {
        NormalizeMechanism(*mechanism, os);
      }
    }
  }

  if (json::Array* threads = Values(event, "threads")) {
    Path path(root, "threads");
    Path values(path, "values");
    bool empty = true;
    for (std::size_t i = 0; i < threads->size(); ++i) {
      json::Object* thread = (*threads)[i].if_object();
      if (thread == nullptr) continue;
      Path item(values, i);
      NormalizeTraces(*thread, item, pass.notes);
      empty = empty && thread->empty();  // a refused member stays as null and counts
    }
    if (empty) event.erase("threads");
  }
  if (json::Object* stacktrace = ObjectMember(event, "stacktrace")) {
    Path place(root, "stacktrace");
    NormalizeStacktrace(*stacktrace, false, place, pass.notes);
  }
}

}  // namespace gatehouse::events
