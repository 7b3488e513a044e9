#include <algorithm>

#include "base/check.h"
#include "core/audit/audit.h"

namespace gatehouse::audit {

const std::vector<EventInfo>& Catalogue() {
  static const std::vector<EventInfo> kAll = {
      {Event::kMemberInvite, "MEMBER_INVITE", "member.invite", "invited member {email}"},
      {Event::kMemberAdd, "MEMBER_ADD", "member.add", "add member {email}"},
      {Event::kMemberAccept, "MEMBER_ACCEPT", "member.accept-invite",
       "accepted the membership invite"},
      {Event::kMemberEdit, "MEMBER_EDIT", "member.edit",
       "edited member {email} (role: {role}, teams: {teams_slugs|N/A})"},
      {Event::kMemberRemove, "MEMBER_REMOVE", "member.remove", "removed member {email}"},
      {Event::kMemberJoinTeam, "MEMBER_JOIN_TEAM", "member.join-team",
       "added {email} to team {team_slug}"},
      {Event::kMemberLeaveTeam, "MEMBER_LEAVE_TEAM", "member.leave-team",
       "removed {email} from team {team_slug}"},
      {Event::kMemberPending, "MEMBER_PENDING", "member.pending",
       "required member {email} to setup 2FA"},
      {Event::kOrgAdd, "ORG_ADD", "org.create", "created the organization"},
      {Event::kOrgEdit, "ORG_EDIT", "org.edit", "edited the organization setting: {k v, …}"},
      {Event::kOrgRemove, "ORG_REMOVE", "org.remove", "removed the organization"},
      {Event::kOrgRestore, "ORG_RESTORE", "org.restore", "restored the organization"},
      {Event::kTeamAdd, "TEAM_ADD", "team.create", "created team {slug}"},
      {Event::kTeamEdit, "TEAM_EDIT", "team.edit", "edited team {slug}"},
      {Event::kTeamRemove, "TEAM_REMOVE", "team.remove", "removed team {slug}"},
      {Event::kProjectAdd, "PROJECT_ADD", "project.create", "created project {slug}"},
      {Event::kProjectEdit, "PROJECT_EDIT", "project.edit", "edited project {slug}"},
      {Event::kProjectRemove, "PROJECT_REMOVE", "project.remove", "removed project {slug}"},
      {Event::kProjectKeyAdd, "PROJECTKEY_ADD", "projectkey.create",
       "added key {label} to project {project_slug}"},
      {Event::kProjectKeyEdit, "PROJECTKEY_EDIT", "projectkey.edit",
       "edited key {label} of project {project_slug}"},
      {Event::kProjectKeyRemove, "PROJECTKEY_REMOVE", "projectkey.remove",
       "removed key {label} from project {project_slug}"},
      {Event::kSsoEnable, "SSO_ENABLE", "sso.enable", "enabled sso ({provider})"},
      {Event::kSsoDisable, "SSO_DISABLE", "sso.disable", "disabled sso ({provider})"},
      {Event::kSsoEdit, "SSO_EDIT", "sso.edit", "edited sso settings: {k v, …}"},
      {Event::kSsoIdentityLink, "SSO_IDENTITY_LINK", "sso-identity.link",
       "linked their account to a new identity"},
      {Event::kApiKeyAdd, "APIKEY_ADD", "api-key.create", "added api key {label}"},
      {Event::kApiKeyEdit, "APIKEY_EDIT", "api-key.edit", "edited api key {label}"},
      {Event::kApiKeyRemove, "APIKEY_REMOVE", "api-key.remove", "removed api key {label}"},
      {Event::kSentryAppAdd, "SENTRY_APP_ADD", "sentry-app.add", "created sentry app {sentry_app}"},
      {Event::kSentryAppRemove, "SENTRY_APP_REMOVE", "sentry-app.remove",
       "removed sentry app {sentry_app}"},
      {Event::kSentryAppInstall, "SENTRY_APP_INSTALL", "sentry-app.install",
       "installed sentry app {sentry_app}"},
      {Event::kSentryAppUninstall, "SENTRY_APP_UNINSTALL", "sentry-app.uninstall",
       "uninstalled sentry app {sentry_app}"},
      {Event::kIntegrationRotateClientSecret, "INTEGRATION_ROTATE_CLIENT_SECRET",
       "integration.rotate-client-secret", "rotated the client secret of an integration"},
      {Event::kInternalIntegrationAdd, "INTERNAL_INTEGRATION_ADD", "internal-integration.create",
       "created internal integration {name}"},
      {Event::kInternalIntegrationDisabled, "INTERNAL_INTEGRATION_DISABLED",
       "internal-integration.disable", "disabled internal integration {name}"},
      {Event::kInternalIntegrationAddToken, "INTERNAL_INTEGRATION_ADD_TOKEN",
       "internal-integration.add-token", "added a token to internal integration {name}"},
      {Event::kInternalIntegrationRemoveToken, "INTERNAL_INTEGRATION_REMOVE_TOKEN",
       "internal-integration.remove-token", "removed a token from internal integration {name}"},
      {Event::kInviteRequestAdd, "INVITE_REQUEST_ADD", "invite-request.create",
       "request added to invite {email}"},
      {Event::kInviteRequestRemove, "INVITE_REQUEST_REMOVE", "invite-request.remove",
       "removed the invite request for {email}"},
      {Event::kOrgAuthTokenAdd, "ORGAUTHTOKEN_ADD", "org-auth-token.create",
       "added org auth token {name}"},
      {Event::kOrgAuthTokenRemove, "ORGAUTHTOKEN_REMOVE", "org-auth-token.remove",
       "removed org auth token {name}"},
      {Event::kSsoIdentityUnlink, "SSO_IDENTITY_UNLINK", "sso-identity.unlink",
       "unlinked an identity from an account"},
      {Event::kSsoRefused, "SSO_REFUSED", "sso.refused", "was refused by sso ({reason})"},
      {Event::kSsoSetupRefused, "SSO_SETUP_REFUSED", "sso.setup-refused",
       "was refused a change of sso ({reason})"},
      {Event::kSsoUnlock, "SSO_UNLOCK", "sso.unlock", "let members in without sso, from the host"},
      {Event::kOutboxParked, "OUTBOX_PARKED", "outbox.parked",
       "an effect could not be delivered: {category} ({reason})"},
      {Event::kUserCreate, "USER_CREATE", "user.create", "created the user {username}"},
      {Event::kTokenCreate, "TOKEN_CREATE", "token.create", "created the token {name}"},
      {Event::kTokenRemove, "TOKEN_REMOVE", "token.remove", "removed the token {name}"},
      {Event::kInviteRefused, "INVITE_REFUSED", "invite.refused",
       "was refused an invitation ({reason})"},
      {Event::kAuthRefused, "AUTH_REFUSED", "auth.refused", "was refused a log-in ({reason})"},
      {Event::kAuthzDenied, "AUTHZ_DENIED", "authz.denied", "was denied {route} ({reason})"},
      {Event::kTwoFactorAdd, "TWO_FACTOR_ADD", "two-factor.add", "added {kind} as second factor"},
      {Event::kTwoFactorRemove, "TWO_FACTOR_REMOVE", "two-factor.remove",
       "removed {kind} as second factor"},
      {Event::kTwoFactorReset, "TWO_FACTOR_RESET", "two-factor.reset",
       "removed all second factors of {username}"},
      {Event::kRecoveryCodesCreate, "RECOVERY_CODES_CREATE", "recovery-codes.create",
       "made new recovery codes"},
      {Event::kPasswordChange, "PASSWORD_CHANGE", "password.change", "changed the password"},
      {Event::kEmailAdd, "EMAIL_ADD", "email.add", "added the address {email}"},
      {Event::kEmailRemove, "EMAIL_REMOVE", "email.remove", "removed the address {email}"},
      {Event::kEmailPrimary, "EMAIL_PRIMARY", "email.primary", "made {email} the primary address"},
      {Event::kSessionsEnd, "SESSIONS_END", "sessions.end", "ended {sessions} sessions"},
      {Event::kAuditExport, "AUDIT_EXPORT", "audit.export", "exported {entries} audit entries"},
      {Event::kAuditRetention, "AUDIT_RETENTION", "audit.retention",
       "dropped {entries} audit entries past their retention"},
      {Event::kAuditAdopt, "AUDIT_ADOPT", "audit.adopt",
       "began the chain of the audit log with {entries} older entries"},
      {Event::kSsoIdentityInvalid, "SSO_IDENTITY_INVALID", "sso-identity.invalid",
       "lost the link to the sso provider ({reason})"},
      {Event::kSsoIdentityMigrate, "SSO_IDENTITY_MIGRATE", "sso-identity.migrate",
       "is known to the sso provider by a new id"},
      {Event::kIdentityLink, "IDENTITY_LINK", "identity.link", "linked an account at {provider}"},
      {Event::kIdentityUnlink, "IDENTITY_UNLINK", "identity.unlink",
       "unlinked an account at {provider}"},
      {Event::kIdentityInvalid, "IDENTITY_INVALID", "identity.invalid",
       "lost the link to an account at {provider} ({reason})"},
      {Event::kIdentityProviderAdd, "IDENTITY_PROVIDER_ADD", "identity-provider.add",
       "lets members link accounts at {provider}"},
      {Event::kIdentityProviderRemove, "IDENTITY_PROVIDER_REMOVE", "identity-provider.remove",
       "no longer lets members link accounts at {provider}"},
      {Event::kKeysRotate, "KEYS_ROTATE", "keys.rotate",
       "sealed {resealed} secrets with key {key}"},
  };
  return kAll;
}

const EventInfo* FindByApiName(std::string_view api_name) {
  const auto& all = Catalogue();
  auto found = std::ranges::find(all, api_name, &EventInfo::api_name);
  return found == all.end() ? nullptr : &*found;
}

const EventInfo& Info(Event event) {
  const auto& all = Catalogue();
  auto found = std::ranges::lower_bound(all, event, {}, &EventInfo::event);
  GH_CHECK(found != all.end() && found->event == event);
  return *found;
}

}  // namespace gatehouse::audit
