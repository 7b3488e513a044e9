#pragma once

// The mails of this module: their texts, and the outbox payload that carries one. Pure.
//
// Names that people chose are quoted as plain words: control characters become spaces, and the HTML
// part is escaped.

#include <string>
#include <string_view>

#include "platform/json/json.h"
#include "region/orgs/types.h"

namespace gatehouse::orgs {

struct Mail {
  std::string subject;
  std::string text;
  std::string html;
};

// "Action Required": SSO was switched on, please link your account.
Mail LinkMail(std::string_view base_url, const Organization& organization,
              std::string_view actor_label, std::string_view provider_name);
// "Action Required": SSO was switched off, please make sure that you have a password.
Mail SsoDisabledMail(std::string_view base_url, const Organization& organization,
                     std::string_view actor_label, std::string_view provider_name,
                     std::string_view email);

// `id` is the mail's identity: the same id is the same mail.
json::Object MailPayload(std::string_view id, std::string_view to, const Mail& mail);

}  // namespace gatehouse::orgs
