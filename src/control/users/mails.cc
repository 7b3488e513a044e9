#include "control/users/mails.h"

#include <initializer_list>

namespace gatehouse::users {
namespace {

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Paragraphs in both forms; `url` stands on its own after the first one ("" for none).
Mail Compose(std::string subject, std::string_view what, std::string_view url,
             std::initializer_list<std::string> rest) {
  Mail mail;
  mail.subject = std::move(subject);
  mail.text = std::string(what) + "\n";
  mail.html = "<p>" + EscapeHtml(what) + "</p>\n";
  if (!url.empty()) {
    std::string escaped = EscapeHtml(url);
    mail.text += "\n" + std::string(url) + "\n";
    mail.html += "<p><a href=\"" + escaped + "\">" + escaped + "</a></p>\n";
  }
  for (const std::string& paragraph : rest) {
    mail.text += "\n" + paragraph + "\n";
    mail.html += "<p>" + EscapeHtml(paragraph) + "</p>\n";
  }
  return mail;
}

std::string From(std::string_view ip) {
  return ip.empty() ? std::string() : " from the network address " + std::string(ip);
}

}  // namespace

Mail RecoveryMail(std::string_view url, bool has_password, std::string_view ip) {
  std::string_view verb = has_password ? "reset" : "set";
  return Compose(
      has_password ? "Reset your Gatehouse password" : "Set a password for Gatehouse",
      "Somebody, probably you, asked" + From(ip) + " to " + std::string(verb) +
          " the password of your Gatehouse account. Open this link to choose a password:",
      url,
      {"The link is valid for one hour and works once. Choosing a password ends every session of "
       "your account.",
       "If it was not you, do nothing: without the link your account stays as it is. Do not pass "
       "the "
       "link on."});
}

Mail PasswordChangedMail(std::string_view base_url, Timestamp at, std::string_view ip) {
  return Compose("Your Gatehouse password was changed",
                 "The password of your Gatehouse account was changed on " + FormatHuman(at) +
                     From(ip) + ". All other sessions of the account have ended.",
                 "",
                 {"If it was you, there is nothing to do.",
                  "If it was not you, set a new password at once at " + std::string(base_url) +
                      "/account/recover/ and tell your administrator."});
}

Mail ConfirmEmailMail(std::string_view url) {
  return Compose(
      "Confirm your e-mail address for Gatehouse",
      "Please confirm that this e-mail address belongs to your Gatehouse account. Log in and "
      "open this link:",
      url,
      {"The link is valid for 48 hours and works once.",
       "If you have no Gatehouse account, do nothing: the address stays unconfirmed."});
}

}  // namespace gatehouse::users
