// Tags that contexts and mechanisms give.

#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

using Tags = std::vector<std::pair<std::string, std::string>>;

std::string Printed(const json::Object& object, std::string_view key) {
  const json::Value* value = Member(object, key);
  if (value == nullptr || value->is_object() || value->is_array()) return {};
  if (value->is_bool()) return value->get_bool() ? "yes" : "no";
  return LenientText(*value).value_or("");
}

void Add(Tags& tags, std::string_view key, std::string value) {
  if (!value.empty()) tags.emplace_back(std::string(key), std::move(value));
}

void AddContext(Tags& tags, const std::string& alias, const json::Object& context) {
  std::string_view type = TextMember(context, "type");
  if (type == "os" || type == "client_os" || type == "runtime" || type == "browser") {
    std::string name = Printed(context, "name");
    std::string version = Printed(context, "version");
    if (!name.empty() && !version.empty()) Add(tags, alias, name + " " + version);
    Add(tags, alias + ".name", name);
    if (type == "os" || type == "client_os")
      Add(tags, alias + ".rooted", Printed(context, "rooted"));
  } else if (type == "device") {
    Add(tags, alias, Printed(context, "model"));
    Add(tags, alias + ".family", Printed(context, "family"));
  } else if (type == "app") {
    Add(tags, alias + ".device", Printed(context, "device_app_hash"));
  } else if (type == "gpu") {
    Add(tags, alias + ".name", Printed(context, "name"));
    Add(tags, alias + ".vendor", Printed(context, "vendor_name"));
  } else if (type == "monitor") {
    Add(tags, alias + ".id", Printed(context, "id"));
    Add(tags, alias + ".slug", Printed(context, "slug"));
  }
}

}  // namespace

Tags InterfaceTags(const json::Object& event) {
  Tags tags;
  if (const json::Object* contexts = json::GetObject(event, "contexts")) {
    for (const auto& member : *contexts) {
      if (const json::Object* context = member.value().if_object()) {
        AddContext(tags, std::string(member.key()), *context);
      }
    }
  }
  const json::Object* exception = json::GetObject(event, "exception");
  const json::Array* values = exception == nullptr ? nullptr : json::GetArray(*exception, "values");
  if (values == nullptr || values->empty()) return tags;
  const json::Object* last = values->back().if_object();
  const json::Object* mechanism = last == nullptr ? nullptr : json::GetObject(*last, "mechanism");
  if (mechanism == nullptr) return tags;
  Add(tags, "mechanism", Printed(*mechanism, "type"));
  Add(tags, "handled", Printed(*mechanism, "handled"));
  return tags;
}

}  // namespace gatehouse::events
