// The message catalogue, continued: kinds of single sign-on providers and their rules.

#include "edge/web/messages.h"

namespace gatehouse::web {

const std::vector<Message>& ProviderMessages() {
  static const std::vector<Message> all = {
      {"sso_choice_required", "Choose who may log in",
       "Nothing was chosen, or something that the provider did not offer you.",
       "Choose from the list."},

      // ---- OAuth 2
      {"oauth2_user", "The provider did not say who it is",
       "It answered the question about the account with something else than its documents.",
       "Check the user endpoint and the scopes, and look at the provider's log."},
      {"oauth2_token_refused", "The provider refused its own token",
       "It gave us a token, and does not accept it.",
       "Check the user endpoint and the scopes; if it stays, look at the provider's log."},
      {"oauth2_subject", "The provider named no account",
       "The id is missing, empty, longer than 255 bytes, or neither text nor a whole number.",
       "Check which member holds the id."},
      {"oauth2_nothing_to_choose", "There is nothing to choose from",
       "Your account belongs to no organization there that this application may see.",
       "Sign in as a member of it, and let the organization approve the application."},
      {"oauth2_config_invalid", "The stored settings are damaged", "They could not be read.",
       "Enter the settings again."},
      {"oauth2_flow_invalid", "This sign-in cannot continue", "Its stored state could not be read.",
       "Start again."},

      // ---- vendors
      {"github_organization", "Not a member of the organization",
       "You do not have access to the required GitHub organization.",
       "Invite the person on GitHub, or let the organization approve the application."},
      {"github_email_none", "No primary address on GitHub",
       "We were unable to find a primary email address associated with your GitHub account.",
       "Set one under Settings → Emails on GitHub."},
      {"github_email_many", "Several primary addresses on GitHub",
       "We were unable to find a single primary email address associated with your GitHub "
       "account.",
       "Set one under Settings → Emails on GitHub."},
      {"github_verified_email_none", "No verified address on GitHub",
       "We were unable to find a verified, primary email address associated with your GitHub "
       "account.",
       "Verify it under Settings → Emails on GitHub."},
      {"github_verified_email_many", "Several verified primary addresses on GitHub",
       "We were unable to find a single verified, primary email address associated with your "
       "GitHub account.",
       "Set one under Settings → Emails on GitHub."},
      {"gitlab_group", "Not a member of the group",
       "You do not have access to the required GitLab group.",
       "Add the person to the group; if it was renamed, choose it again in the settings."},
      {"google_domain", "Not one of your Google domains",
       "The domain for your Google account is not allowed to authenticate with this provider.",
       "Use the work account, or add the domain to the settings."},
      {"google_email", "Google gave no address",
       "Unable to fetch user information from Google.  Please check the log.",
       "Make sure that the scope “email” is allowed for the application."},
      {"entra_tenant", "An account of another directory",
       "It belongs to another Microsoft Entra directory than the one in the settings.",
       "Use the work account, or compare the directory (tenant) ID."},
      {"entra_object", "Entra named no account", "The ID token has no usable object id.",
       "Check the application's token configuration."},
      {"bitbucket_workspace", "Not a member of the workspace",
       "You do not have access to the required Bitbucket workspace.",
       "Add the person to the workspace."},
      {"slack_workspace", "Another Slack workspace",
       "You do not have access to the required Slack workspace.",
       "Sign in with the account of the right workspace."},
      {"discord_server", "Not a member of the server",
       "You do not have access to the required Discord server.",
       "Invite the person to the server."},
  };
  return all;
}

}  // namespace gatehouse::web
