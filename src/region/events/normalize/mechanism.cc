// How an exception was caught, with the names of operating-system numbers.

#include <vector>

#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

OsHint HintOf(std::string_view name) {
  std::string lower = AsciiLower(name.substr(0, 16));
  if (lower == "ios" || lower == "watchos" || lower == "tvos" || lower == "macos" ||
      lower == "mac os x" || lower == "darwin") {
    return OsHint::kDarwin;
  }
  if (lower == "linux" || lower == "android") return OsHint::kLinux;
  if (lower == "windows") return OsHint::kWindows;
  return OsHint::kUnknown;
}

// Moves members of a legacy object into `meta`, under the names of today.
void Regroup(json::Object& mechanism, std::string_view legacy, std::string_view today,
             std::initializer_list<std::pair<std::string_view, std::string_view>> renames) {
  json::Value* value = mechanism.if_contains(legacy);
  if (value == nullptr) return;
  json::Value moved = std::move(*value);
  mechanism.erase(legacy);
  json::Object* old = moved.if_object();
  if (old == nullptr) return;
  json::Object& meta = MakeObject(mechanism, "meta");
  if (Member(meta, today) != nullptr) return;
  json::Object& target = MakeObject(meta, today);
  for (auto& member : *old) {
    std::string_view key = member.key();
    for (const auto& [from, to] : renames) {
      if (key == from) key = to;
    }
    if (!member.value().is_null()) Slot(target, key) = std::move(member.value());
  }
}

std::optional<std::int64_t> IntegerMember(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value == nullptr ? std::nullopt : Integer(*value);
}

void FillName(json::Object& object, std::string_view key, std::string_view name) {
  if (!name.empty() && TextMember(object, key).empty()) SetText(Slot(object, key), name);
}

}  // namespace

OsHint FindOsHint(const json::Object& event) {
  if (const json::Object* debug_meta = json::GetObject(event, "debug_meta")) {
    if (const json::Object* info = json::GetObject(*debug_meta, "sdk_info")) {
      OsHint hint = HintOf(TextMember(*info, "sdk_name"));
      if (hint != OsHint::kUnknown) return hint;
    }
  }
  if (const json::Object* contexts = json::GetObject(event, "contexts")) {
    if (const json::Object* os = json::GetObject(*contexts, "os")) {
      return HintOf(TextMember(*os, "name"));
    }
  }
  return OsHint::kUnknown;
}

void NormalizeMechanism(json::Object& mechanism, OsHint os) {
  Regroup(mechanism, "posix_signal", "signal",
          {{"signal", "number"}, {"name", "name"}, {"code_name", "code_name"}});
  Regroup(mechanism, "mach_exception", "mach_exception", {{"exception_name", "name"}});
  MoveUnknownToData(mechanism,
                    *FindField(*FindField(EventNode(), "exception")->element, "mechanism"));
  json::Object* meta = ObjectMember(mechanism, "meta");
  if (meta == nullptr) return;
  if (json::Object* error = ObjectMember(*meta, "errno")) {
    if (auto number = IntegerMember(*error, "number")) {
      FillName(*error, "name", ErrnoName(*number, os));
    }
  }
  if (json::Object* signal = ObjectMember(*meta, "signal")) {
    if (auto number = IntegerMember(*signal, "number")) {
      FillName(*signal, "name", SignalName(*number, os));
      if (auto code = IntegerMember(*signal, "code")) {
        FillName(*signal, "code_name", SignalCodeName(*number, *code, os));
      }
    }
  }
  if (json::Object* mach = ObjectMember(*meta, "mach_exception")) {
    if (auto number = IntegerMember(*mach, "exception")) {
      FillName(*mach, "name", MachExceptionName(*number));
    }
  }
  if (IsDeeplyEmpty(Slot(mechanism, "meta"))) mechanism.erase("meta");
}

}  // namespace gatehouse::events
