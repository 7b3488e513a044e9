#include "control/users/mails.h"

#include <initializer_list>

namespace gatehouse::users {
namespace {

// `url` stands on its own after the first paragraph ("" for none).
Mail Compose(std::string subject, std::string what, std::string_view label, std::string_view url,
             std::initializer_list<std::string> rest) {
  mail::Draft draft{.subject = std::move(subject), .before = {std::move(what)}, .after = rest};
  if (!url.empty()) {
    draft.action = mail::Action{.label = std::string(label), .url = std::string(url)};
  }
  return mail::Compose(draft);
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
      "Choose a password", url,
      {"The link is valid for one hour and works once. Choosing a password ends every session of "
       "your account.",
       "If it was not you, do nothing: without the link your account stays as it is. Do not pass "
       "the link on."});
}

Mail PasswordChangedMail(std::string_view base_url, Timestamp at, std::string_view ip) {
  return Compose("Your Gatehouse password was changed",
                 "The password of your Gatehouse account was changed on " + FormatHuman(at) +
                     From(ip) + ". All other sessions of the account have ended.",
                 "", "",
                 {"If it was you, there is nothing to do.",
                  "If it was not you, set a new password at once at " + std::string(base_url) +
                      "/account/recover/ and tell your administrator."});
}

Mail ConfirmEmailMail(std::string_view url) {
  return Compose(
      "Confirm your e-mail address for Gatehouse",
      "Please confirm that this e-mail address belongs to your Gatehouse account. Log in and "
      "open this link:",
      "Confirm this address", url,
      {"The link is valid for 48 hours and works once.",
       "If you have no Gatehouse account, do nothing: the address stays unconfirmed."});
}

Mail AddressClaimedMail(std::string_view base_url) {
  return Compose(
      "Your e-mail address on Gatehouse",
      "Somebody, probably you, wants to add this e-mail address to a Gatehouse account. It belongs "
      "to another account already, so nothing was changed.",
      "", "",
      {"If it was you: log in at " + std::string(base_url) +
           "/account/ with the account that has the address, remove it there, and add it again.",
       "If it was not you, there is nothing to do."});
}

Mail AddressesChangedMail(std::string_view base_url, std::string_view what, Timestamp at,
                          std::string_view ip) {
  return Compose("The e-mail addresses of your Gatehouse account changed",
                 "On " + FormatHuman(at) + From(ip) +
                     " an e-mail address of your Gatehouse account was " + std::string(what) + ".",
                 "", "",
                 {"If it was you, there is nothing to do.",
                  "If it was not you, set a new password at once at " + std::string(base_url) +
                      "/account/recover/ and tell your administrator."});
}

}  // namespace gatehouse::users
