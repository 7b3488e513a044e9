#pragma once

// The form of a kind of provider: its fields with their values, and what is wrong with them.
// Secrets are never sent back to a browser.

#include <string>
#include <string_view>
#include <vector>

#include "edge/web/site.h"

namespace gatehouse::web {

// What the form shows: values of an earlier try, of the live configuration, or the defaults.
struct FormContent {
  std::string display_name;
  json::Object values;
  std::vector<sso::FieldError> errors;
  std::vector<sso::Check> checks;
  std::string provider_message = {};  // what the provider said in its own words, "" if nothing
  bool is_edit = false;
};

// The text beside a field. `slug` is a reason of the catalogue.
std::string FieldMessage(std::string_view slug);

// The value as text; the default while nothing has been entered.
std::string ValueOf(const json::Object& values, const sso::SettingField& field);

// Optional fields with a sensible default stay out of the way, unless something is wrong with one.
bool IsAdvanced(const sso::SettingField& field);

void AddField(html::Data& section, const sso::SettingField& field, const FormContent& content);

}  // namespace gatehouse::web
