#include "edge/web/settings_form.h"

#include "edge/web/messages.h"

namespace gatehouse::web {

std::string FieldMessage(std::string_view slug) {
  const Message& message = FindMessage(slug);
  return std::string(message.title) + ". " + std::string(message.what) + " " +
         std::string(message.next);
}

std::string ValueOf(const json::Object& values, const sso::SettingField& field) {
  const json::Value* value = values.if_contains(field.name);
  if (value == nullptr) return values.empty() ? field.initial : std::string();
  if (const auto* text = value->if_string()) return std::string(*text);
  if (const bool* flag = value->if_bool()) return *flag ? "true" : "";
  return json::Serialize(*value);
}

void AddField(html::Data& section, const sso::SettingField& field, const FormContent& content) {
  html::Data& data = section.Include("INPUT", "sso_field.tpl");
  const std::string value = ValueOf(content.values, field);
  data.Set("NAME", field.name).Set("LABEL", field.label).SetIf("HELP", field.help);
  for (const sso::FieldError& error : content.errors) {
    if (error.field != field.name) continue;
    data.Show("BAD");
    data.Add("FIELD_ERROR").Set("TEXT", FieldMessage(error.reason));
  }
  if (field.kind == "checkbox") {
    html::Data& box = data.Add("CHECKBOX");
    if (value == "true" || value == "on" || value == "1" || value == "yes") box.Show("CHECKED");
  } else if (field.kind == "select") {
    html::Data& select = data.Add("SELECT");
    for (const std::string& choice : field.choices) {
      html::Data& option = select.Add("OPTION");
      option.Set("VALUE", choice);
      if (choice == value) option.Show("SELECTED");
    }
  } else {
    html::Data& text = data.Add("TEXT");
    text.Set("TYPE", field.kind == "secret" ? "password" : field.kind == "url" ? "url" : "text");
    // A secret is never sent back to a browser.
    text.Set("VALUE", field.kind == "secret" ? "" : value);
    if (field.required) text.Show("REQUIRED");
    if (field.kind == "secret" && content.is_edit) text.Show("KEEP");
  }
}

bool IsAdvanced(const sso::SettingField& field) {
  return !field.required && field.kind != "secret";
}

}  // namespace gatehouse::web
