// What happened before.

#include "region/events/normalize/passes.h"

namespace gatehouse::events {

void ShapeBreadcrumbs(Pass& pass) {
  json::Value* value = pass.event.if_contains("breadcrumbs");
  if (value == nullptr) return;
  Path root;
  Path path(root, "breadcrumbs");
  if (value->is_null() || !ShapeValues(*value, path, pass.notes)) {
    pass.event.erase("breadcrumbs");
    return;
  }
  json::Object* breadcrumbs = value->if_object();
  json::Array* list = breadcrumbs == nullptr ? nullptr : ArrayMember(*breadcrumbs, "values");
  if (list == nullptr) return;
  bool only_nulls = true;
  for (json::Value& item : *list) {
    only_nulls = only_nulls && item.is_null();
    json::Object* crumb = item.if_object();
    if (crumb == nullptr || !crumb->contains("ty")) continue;
    json::Value type = std::move(Slot((*crumb), "ty"));
    crumb->erase("ty");
    if (Member(*crumb, "type") == nullptr) Slot((*crumb), "type") = std::move(type);
  }
  if (only_nulls) pass.event.erase("breadcrumbs");
}

void NormalizeBreadcrumbs(Pass& pass) {
  json::Object* breadcrumbs = ObjectMember(pass.event, "breadcrumbs");
  json::Array* list = breadcrumbs == nullptr ? nullptr : ArrayMember(*breadcrumbs, "values");
  if (list == nullptr) return;
  Path root;
  Path path(root, "breadcrumbs");
  Path values(path, "values");
  for (std::size_t i = 0; i < list->size(); ++i) {
    json::Object* crumb = (*list)[i].if_object();
    if (crumb == nullptr) continue;
    if (TextMember(*crumb, "type").empty()) SetText(Slot((*crumb), "type"), "default");
    json::Value& level = Slot((*crumb), "level");
    std::string_view parsed = level.is_null() ? "info" : ParseLevel(level);
    if (parsed.empty()) {
      Path item(values, i);
      Path place(item, "level");
      pass.notes.Invalid(place, &level, "unknown level");
      parsed = "info";
    }
    SetText(level, parsed);
  }
}

}  // namespace gatehouse::events
