#include "region/orgs/mails.h"

#include <vector>

#include "platform/html/html.h"

namespace gatehouse::orgs {
namespace {

std::string Plain(std::string_view words) {
  std::string out(words);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

// RFC 3986 §2.1; everything but the unreserved characters.
std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string Url(std::string_view base_url, std::string_view path) {
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  return std::string(base_url) + std::string(path);
}

std::string Actor(std::string_view label) {
  return label.empty() ? "An administrator" : Plain(label);
}

// Paragraphs, then the link, then paragraphs: the same words in both parts.
Mail Compose(const Organization& organization, const std::vector<std::string>& before,
             const std::string& url, const std::vector<std::string>& after) {
  Mail mail;
  mail.subject = "Action Required for " + Plain(organization.name);
  const auto paragraph = [&](const std::string& words) {
    mail.text += words + "\n\n";
    mail.html += "<p>" + html::Escape(words) + "</p>\n";
  };
  mail.html = "<!doctype html>\n<html lang=\"en\">\n<body>\n";
  for (const std::string& words : before) paragraph(words);
  const std::string escaped = html::Escape(url);
  mail.text += url + "\n\n";
  mail.html += "<p><a href=\"" + escaped + "\">" + escaped + "</a></p>\n";
  for (const std::string& words : after) paragraph(words);
  mail.html += "</body>\n</html>\n";
  return mail;
}

}  // namespace

Mail LinkMail(std::string_view base_url, const Organization& organization,
              std::string_view actor_label, std::string_view provider_name) {
  const std::string name = Plain(organization.name);
  return Compose(organization,
                 {Actor(actor_label) + " has set up single sign-on with " + Plain(provider_name) +
                      " for the organization " + name + ".",
                  "To keep your access, link your account. Follow this link and log in with " +
                      Plain(provider_name) + ":"},
                 Url(base_url, "/auth/login/" + organization.slug + "/"),
                 {"If you are not a member of " + name + ", you can ignore this message."});
}

Mail SsoDisabledMail(std::string_view base_url, const Organization& organization,
                     std::string_view actor_label, std::string_view provider_name,
                     std::string_view email) {
  const std::string name = Plain(organization.name);
  return Compose(organization,
                 {Actor(actor_label) + " has switched off single sign-on with " +
                      Plain(provider_name) + " for the organization " + name + ".",
                  "From now on you log in with your own password. If you have none, or do not "
                  "remember it, set one here:"},
                 Url(base_url, "/account/recover/?email=" + PercentEncode(email)),
                 {"Your membership and your role have not changed."});
}

json::Object MailPayload(std::string_view id, std::string_view to, const Mail& mail) {
  return {
      {"id", id}, {"to", to}, {"subject", mail.subject}, {"text", mail.text}, {"html", mail.html}};
}

}  // namespace gatehouse::orgs
