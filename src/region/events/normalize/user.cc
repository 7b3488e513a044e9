// Who was affected, and from which address.

#include <vector>

#include "region/events/document/ip_literal.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

constexpr std::string_view kAuto = "{{auto}}";

void ResolveAddress(Pass& pass) {
  json::Object& event = pass.event;
  std::string_view client_ip = pass.context.client_ip;
  json::Value* remote = nullptr;
  if (json::Object* request = ObjectMember(event, "request")) {
    if (json::Object* env = ObjectMember(*request, "env")) remote = Member(*env, "REMOTE_ADDR");
    if (remote != nullptr && remote->is_string() && Text(*remote) == kAuto) {
      if (client_ip.empty()) {
        ObjectMember(*request, "env")->erase("REMOTE_ADDR");
        remote = nullptr;
      } else {
        SetText(*remote, client_ip);
      }
    }
  }
  json::Object* user = ObjectMember(event, "user");
  json::Value* address = user == nullptr ? nullptr : Member(*user, "ip_address");
  if (address != nullptr && address->is_string() && Text(*address) == kAuto) {
    if (client_ip.empty()) {
      user->erase("ip_address");
      address = nullptr;
    } else {
      SetText(*address, client_ip);
    }
  }
  if (address != nullptr) return;

  std::string found;
  if (remote != nullptr && remote->is_string() && IsIpAddress(Text(*remote))) {
    found = std::string(Text(*remote));
  } else if (!client_ip.empty()) {
    bool wanted = pass.context.kind == ItemKind::kSecurity || pass.context.kind == ItemKind::kNel;
    const json::Object* sdk = json::GetObject(event, "sdk");
    const json::Object* settings = sdk == nullptr ? nullptr : json::GetObject(*sdk, "settings");
    std::string_view infer = settings == nullptr ? "" : TextMember(*settings, "infer_ip");
    std::string_view platform = TextMember(event, "platform");
    if (!wanted && infer.empty()) {
      wanted = platform == "javascript" || platform == "cocoa" || platform == "objc";
    } else if (!wanted) {
      wanted = infer == "auto";
    }
    if (wanted) found = std::string(client_ip);
  }
  if (!found.empty()) SetText(Slot(MakeObject(event, "user"), "ip_address"), found);
}

}  // namespace

void MoveUnknownToData(json::Object& object, const Node& schema) {
  std::vector<std::string> unknown;
  for (const auto& member : object) {
    if (FindField(schema, member.key()) == nullptr) unknown.emplace_back(member.key());
  }
  for (const std::string& key : unknown) {
    json::Value moved = std::move(Slot(object, key));
    object.erase(key);
    if (moved.is_null()) continue;
    json::Object& data = MakeObject(object, "data");
    if (!data.contains(key)) Slot(data, key) = std::move(moved);
  }
}

void NormalizeReports(Pass& pass) {
  if (pass.context.kind != ItemKind::kSecurity && pass.context.kind != ItemKind::kNel) return;
  json::Object& event = pass.event;
  if (!pass.context.client_ip.empty()) {
    SetText(Slot(MakeObject(event, "user"), "ip_address"), pass.context.client_ip);
  }
  if (TextMember(event, "logger").empty()) {
    SetText(Slot(event, "logger"), pass.context.kind == ItemKind::kNel ? "nel" : "csp");
  }
  if (!pass.context.user_agent.empty() && HeaderValue(event, "User-Agent").empty()) {
    json::Value& headers = Slot(MakeObject(event, "request"), "headers");
    if (!headers.is_array()) headers.emplace_array();
    json::Array pair(event.storage());
    pair.emplace_back("User-Agent");
    pair.emplace_back(pass.context.user_agent);
    headers.get_array().emplace_back(std::move(pair));
  }
}

void NormalizeUser(Pass& pass) {
  if (json::Object* user = ObjectMember(pass.event, "user")) {
    MoveUnknownToData(*user, *FindField(EventNode(), "user"));
    for (std::string_view key : {"geo", "data"}) {
      json::Value* value = user->if_contains(key);
      if (value != nullptr && IsEmptyContainer(*value)) user->erase(key);
    }
  }
  ResolveAddress(pass);
  if (json::Object* user = ObjectMember(pass.event, "user"); user != nullptr && user->empty()) {
    pass.event.erase("user");
  }
}

}  // namespace gatehouse::events
