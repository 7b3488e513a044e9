#pragma once

// The form of what is scrubbed, as a project's and an organization's settings have it.

#include "edge/web/site.h"
#include "platform/json/json.h"

namespace gatehouse::web {

// Fills {{>PRIVACY}} with privacy_form.tpl. `own`: the option "scrubbing" of a project, or what an
// organization demands of all; `below`: what the organization demands, for a project.
void AddPrivacyForm(html::Data& body, const json::Object& own, const json::Object& below,
                    bool of_project);

// What differs from the defaults. Rules that are no JSON are passed on as a text, which no service
// takes.
json::Object PrivacyIn(const http::Form& form, bool of_project);

}  // namespace gatehouse::web
