#include "edge/web/scope_words.h"

namespace gatehouse::web {

const std::vector<ScopeGroup>& ScopeGroups() {
  static const std::vector<ScopeGroup> kGroups = {
      {"Organization",
       {{"org:read", "See your organizations and their settings."},
        {"org:write", "Also change the settings, and read and export the audit log."},
        {"org:admin", "Also set the role that new members get."},
        {"org:integrations", "Install and change integrations."},
        {"org:ci", "What a build needs: make releases and upload their files."}}},
      {"Members",
       {{"member:read", "See members, their roles and teams, and invitations."},
        {"member:write", "Also invite people and change roles and teams."},
        {"member:admin", "Also remove members and renew invitations."}}},
      {"Teams",
       {{"team:read", "See teams and who is in them."},
        {"team:write", "Also create and rename teams, and decide who is in them."},
        {"team:admin", "Also delete teams."}}},
      {"Projects",
       {{"project:read", "See projects and their keys."},
        {"project:write", "Also create projects and change their settings."},
        {"project:admin", "Also delete projects."},
        {"project:releases", "Make releases and upload their files."}}},
      {"Events and alerts",
       {{"event:read", "See issues and events."},
        {"event:write", "Also resolve, assign and comment on issues."},
        {"event:admin", "Also delete issues."},
        {"alerts:read", "See alert rules."},
        {"alerts:write", "Also create and change alert rules."}}},
      {"You",
       {{"openid", "Learn which account is yours."},
        {"profile", "Learn your name."},
        {"email", "Learn your e-mail address."}}},
  };
  return kGroups;
}

}  // namespace gatehouse::web
