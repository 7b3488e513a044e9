#include "control/authn/factors/mails.h"

namespace gatehouse::factors {

mail::Composed ChangeMail(Change change, std::string_view what, std::int64_t left,
                          std::string_view base_url, Timestamp at, std::string_view ip) {
  std::string when = " on " + FormatHuman(at);
  if (!ip.empty()) when += " from the network address " + std::string(ip);
  const std::string others = " All other sessions of the account have ended.";
  std::string subject, deed;
  switch (change) {
    case Change::kAdded:
      subject = "A second factor was added to your Gatehouse account";
      deed =
          "You can now prove a log-in with " + std::string(what) + ", added" + when + "." + others;
      break;
    case Change::kRemoved:
      subject = "A second factor was removed from your Gatehouse account";
      deed = "You can no longer prove a log-in with " + std::string(what) + ", removed" + when +
             "." + others;
      break;
    case Change::kLastRemoved:
      subject = "Two-factor authentication of your Gatehouse account is off";
      deed = "The last second factor, " + std::string(what) + ", was removed" + when +
             ". The recovery codes are void, and a log-in needs no second step any more." + others;
      break;
    case Change::kReset:
      subject = "Two-factor authentication of your Gatehouse account was reset";
      deed = "An administrator removed all second factors and recovery codes of your account" +
             when + ". Every session has ended. Log in and set up a second factor again.";
      break;
    case Change::kRecoveryCodes:
      subject = "New recovery codes for your Gatehouse account";
      deed = "New recovery codes were made" + when + ". The old ones are void." + others;
      break;
    case Change::kRecoveryCodeUsed:
      subject = "A recovery code of your Gatehouse account was used";
      deed = "Somebody, probably you, proved a log-in with a recovery code" + when + ". " +
             std::to_string(left) + (left == 1 ? " code is" : " codes are") + " left.";
      break;
  }
  return mail::Compose(
      {.subject = std::move(subject),
       .before = {std::move(deed)},
       .action = mail::Action{.label = "Look at your second factors",
                              .url = mail::Url(base_url, "/account/two-factor/")},
       .after = {"If it was you, there is nothing to do.",
                 "If it was not you, set a new password at once at " +
                     mail::Url(base_url, "/account/recover/") + " and tell your administrator."}});
}

}  // namespace gatehouse::factors
