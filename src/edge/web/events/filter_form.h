#pragma once

// The form of inbound filters, as a project's and an organization's settings have it.

#include <string>

#include "edge/web/site.h"
#include "platform/json/json.h"

namespace gatehouse::web {

// Fills {{>FILTERS}} with filter_form.tpl. `own`: what is set here; `below`: what holds where
// nothing is (the organization's, for a project; empty for an organization).
void AddFilterForm(html::Data& body, const json::Object& own, const json::Object& below,
                   bool of_project);

// Every filter of the form by its name; null for one that is left to its default. `generic` that is
// no JSON is passed on as a text, which no service takes.
json::Object FiltersIn(const http::Form& form, bool of_project);

}  // namespace gatehouse::web
