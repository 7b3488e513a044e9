#include <algorithm>

#include "edge/web/messages.h"

namespace gatehouse::web {

const std::vector<Notice>& Notices() {
  static const std::vector<Notice> all = {
      {"logged_out", "ok", "You are signed out."},
      {"session_expired", "info", "Your session has expired."},
      {"sso_org_unknown", "error",
       "The organization does not exist or does not have Single Sign-On enabled."},
      {"identity_linked", "ok", "You have successfully linked your account to your SSO provider."},
      {"sso_enabled", "ok",
       "SSO has been configured for your organization and any existing members have been sent an "
       "email to link their accounts."},
      {"provider_disabled", "ok", "SSO authentication has been disabled."},
      {"reminders_sent", "ok",
       "A reminder email has been sent to members who have not yet linked their accounts."},
      {"sso_settings_saved", "ok", "The single sign-on settings have been saved."},
      {"sso_edited", "ok", "The new provider settings are in use."},
      {"setup_cancelled", "info", "The set-up was cancelled. Nothing has changed."},
      {"password_changed", "ok", "Your password has been changed. Your other sessions have ended."},
      {"password_set", "ok", "Your new password is set and you are signed in."},
      {"account_linked", "ok", "Your account there is linked."},
      {"identity_disconnected", "ok", "It is disconnected."},
      {"identity_provider_added", "ok", "Members can link their accounts there now."},
      {"identity_provider_removed", "ok",
       "The provider is removed, and every account that was linked there."},
      {"name_saved", "ok", "Your name has been saved."},
      {"email_confirmed", "ok", "Your e-mail address is confirmed."},
      {"confirmation_sent", "ok", "We sent you a mail with a confirmation link."},
      {"session_ended", "ok", "That session has ended."},
      {"token_revoked", "ok", "The token is revoked. Whatever used it is locked out."},
      {"sessions_ended", "ok", "All your other sessions have ended."},
      {"role_saved", "ok", "The role has been changed."},
      {"teams_saved", "ok", "The teams have been changed."},
      {"member_removed", "ok", "The member has been removed."},
      {"organization_left", "ok", "You have left the organization."},
      {"invited", "ok", "The invitations are on their way."},
      {"invite_requested", "ok", "Your request is with those who can approve it."},
      {"invite_sent", "ok", "The mail with the link is on its way."},
      {"invite_revoked", "ok", "The invitation has been revoked. Its link no longer works."},
      {"request_approved", "ok", "The request has been approved."},
      {"request_rejected", "ok", "The request has been rejected."},
      {"team_created", "ok", "The team is ready."},
      {"team_saved", "ok", "The team has been changed."},
      {"team_deleted", "ok", "The team has been deleted."},
      {"team_joined", "ok", "Added to the team."},
      {"team_requested", "ok", "You asked to join. A team admin decides."},
      {"team_left", "ok", "Taken out of the team."},
      {"joined", "ok", "Welcome: you are a member now."},
      {"settings_saved", "ok", "The settings have been saved."},
      {"email_added", "ok", "We sent a mail to that address. Open its link to confirm it."},
      {"email_removed", "ok", "The address has been removed."},
      {"email_primary", "ok",
       "Mails go to that address from now on. Your other sessions have ended."},
      {"factor_added", "ok", "Your second factor is on. Your other sessions have ended."},
      {"codes_created", "ok", "New recovery codes. The old ones no longer work."},
      {"second_step_expired", "info", "That took too long. Please sign in again."},
      {"factor_renamed", "ok", "The name has been changed."},
      {"factor_removed", "ok", "It has been removed. Your other sessions have ended."},
      {"stepped_up", "ok", "Thank you. You can go on."},
      {"organization_created", "ok", "Your organization is ready."},
      {"welcome", "ok", "Welcome. Your account and your organization are ready."},
      {"logged_in", "ok", "You are signed in."},
      {"slug_taken", "error",
       "Your account is ready, but that short name is taken. Choose another one below."},
      {"slug_invalid", "error",
       "Your account is ready, but that short name cannot be used. Choose another one below."},
  };
  return all;
}

const Notice* FindNotice(std::string_view slug) {
  auto found = std::ranges::find(Notices(), slug, &Notice::slug);
  return found == Notices().end() ? nullptr : &*found;
}

std::string_view CheckLabel(std::string_view name) {
  static const std::vector<std::pair<std::string_view, std::string_view>> labels = {
      {"discovery.fetched", "The discovery document can be fetched"},
      {"discovery.document", "The discovery document can be read"},
      {"discovery.issuer", "It describes the issuer you entered"},
      {"discovery.response_types", "The provider offers the code flow"},
      {"discovery.grant_types", "The provider offers authorization codes"},
      {"discovery.id_token_algs", "The provider signs with an accepted algorithm"},
      {"discovery.auth_methods", "The provider offers the client authentication you chose"},
      {"jwks.fetched", "The signing keys can be fetched"},
      {"jwks.usable", "There is a signing key we accept"},
      {"callback.parameters", "The answer is well formed"},
      {"callback.issuer", "The answer came from the configured provider"},
      {"callback.code", "The answer holds a code"},
      {"token.answer", "The code was exchanged"},
      {"token.token_type", "The token type is right"},
      {"token.id_token", "There is an ID token"},
      {"token.access_token", "The access token belongs to the ID token"},
      {"id_token.alg", "The signing algorithm is accepted"},
      {"id_token.signature", "The signature is right"},
      {"id_token.typ", "It is an ID token"},
      {"id_token.claims", "The claims can be read"},
      {"id_token.issuer", "The issuer is the configured one"},
      {"id_token.audience", "It was issued for this application"},
      {"id_token.azp", "The authorized party is this application"},
      {"id_token.subject", "It names a person"},
      {"id_token.expires", "It has not expired"},
      {"id_token.issued_at", "It was issued just now"},
      {"id_token.not_before", "Its life has begun"},
      {"id_token.nonce", "It belongs to this sign-in"},
      {"userinfo.answer", "The profile can be read"},
      {"userinfo.subject", "The profile is about the same person"},
      {"settings.token_endpoint", "The settings can be used"},
      {"user.answer", "The provider says who it is"},
      {"user.subject", "It names an account"},
      {"user.email", "What it says of the e-mail address"},
      {"user.emails", "The e-mail addresses can be read"},
      {"user.primary_email", "There is one primary address"},
      {"user.organization", "The account belongs to the organization"},
      {"user.organizations", "The organizations can be read"},
      {"user.workspaces", "The workspaces can be read"},
      {"user.servers", "The servers can be read"},
      {"id_token.hd", "The domain is one of yours"},
      {"id_token.email", "There is an e-mail address"},
      {"id_token.tid", "It is of your directory"},
      {"id_token.oid", "It names an account of the directory"},
      {"claims.email", "There is an e-mail address"},
      {"claims.email_verified", "The e-mail address is verified"},
      {"identity.usable", "The identity can be stored"},
      {"provider.unchanged", "The settings are those the sign-in began with"},
      {"account.active", "The account is active"},
  };
  auto found =
      std::ranges::find(labels, name, &std::pair<std::string_view, std::string_view>::first);
  return found == labels.end() ? name : found->second;
}

}  // namespace gatehouse::web
