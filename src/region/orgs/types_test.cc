#include "region/orgs/types.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace gatehouse::orgs {
namespace {

TEST(Roles, AreOrderedFromMemberToOwner) {
  std::vector<std::string_view> ids;
  for (const Role& role : Roles()) {
    EXPECT_EQ(RolePriority(role.id), static_cast<int>(ids.size()));
    EXPECT_EQ(FindRole(role.id), &role);
    EXPECT_FALSE(role.name.empty());
    EXPECT_FALSE(role.description.empty());
    ids.push_back(role.id);
  }
  EXPECT_EQ(ids, (std::vector<std::string_view>{"member", "admin", "manager", "owner"}));
  EXPECT_EQ(RolePriority("root"), -1);
  EXPECT_EQ(RolePriority(""), -1);
  EXPECT_EQ(RolePriority("Owner"), -1);
  EXPECT_EQ(FindRole("billing"), nullptr);
  for (const Role& role : Roles()) {
    EXPECT_EQ(role.is_retired, role.id == "admin");
    EXPECT_EQ(role.is_global, role.id == "manager" || role.id == "owner");
  }
}

// The table of the specification, one letter per role: m, a, g (manager), o.
TEST(Roles, HaveExactlyTheScopesOfTheTable) {
  const std::map<std::string_view, std::string_view> table = {
      {"org:read", "mago"},        {"org:write", "go"},      {"org:admin", "o"},
      {"org:integrations", "ago"}, {"member:read", "mago"},  {"member:write", "go"},
      {"member:admin", "go"},      {"team:read", "mago"},    {"team:write", "ago"},
      {"team:admin", "ago"},       {"project:read", "mago"}, {"project:releases", "mago"},
      {"project:write", "ago"},    {"project:admin", "ago"}, {"event:read", "mago"},
      {"event:write", "mago"},     {"event:admin", "mago"},  {"alerts:read", "mago"},
      {"alerts:write", "mago"}};
  const std::map<std::string_view, char> letters = {
      {"member", 'm'}, {"admin", 'a'}, {"manager", 'g'}, {"owner", 'o'}};
  for (const Role& role : Roles()) {
    std::size_t expected = 0;
    for (const auto& [scope, roles] : table) {
      const bool has = roles.contains(letters.at(role.id));
      expected += has ? 1 : 0;
      EXPECT_EQ(RoleHasScope(role.id, scope), has) << role.id << " " << scope;
    }
    EXPECT_EQ(role.scopes.size(), expected) << role.id;
  }
  EXPECT_FALSE(RoleHasScope("owner", "org:ci"));
  EXPECT_FALSE(RoleHasScope("nobody", "org:read"));
}

TEST(Scopes, AreUniqueAndCoverTheRoles) {
  const std::set<std::string_view> all(AllScopes().begin(), AllScopes().end());
  EXPECT_EQ(all.size(), AllScopes().size());
  EXPECT_EQ(all.size(), 23u);
  for (const Role& role : Roles()) {
    for (std::string_view scope : role.scopes) EXPECT_TRUE(all.contains(scope)) << scope;
  }
}

TEST(Scopes, AHigherOneIncludesTheLowerOnesOfItsResourceOnly) {
  EXPECT_TRUE(ScopesInclude({"org:read"}, "org:read"));
  EXPECT_TRUE(ScopesInclude({"org:write"}, "org:read"));
  EXPECT_TRUE(ScopesInclude({"org:admin"}, "org:read"));
  EXPECT_TRUE(ScopesInclude({"org:admin"}, "org:write"));
  EXPECT_TRUE(ScopesInclude({"org:admin"}, "org:integrations"));
  EXPECT_TRUE(ScopesInclude({"alerts:write"}, "alerts:read"));
  EXPECT_TRUE(ScopesInclude({"team:read", "event:admin"}, "event:write"));
  EXPECT_FALSE(ScopesInclude({"org:read"}, "org:write"));
  EXPECT_FALSE(ScopesInclude({"org:write"}, "org:admin"));
  EXPECT_FALSE(ScopesInclude({"org:write"}, "org:integrations"));
  EXPECT_FALSE(ScopesInclude({"org:admin"}, "org:ci"));
  EXPECT_FALSE(ScopesInclude({"project:admin"}, "project:releases"));
  EXPECT_FALSE(ScopesInclude({"team:admin"}, "member:read"));
  EXPECT_FALSE(ScopesInclude({"org:admin"}, "openid"));
  EXPECT_FALSE(ScopesInclude({}, "org:read"));
  EXPECT_FALSE(ScopesInclude({"org:everything"}, "org:everything"))
      << "unknown scopes grant nothing";
  EXPECT_FALSE(ScopesInclude({""}, ""));
}

TEST(Slug, OneSpellingOfOneKind) {
  for (std::string_view slug : {"acme", "a", "a1", "1a", "acme-2", "a--b", "authors", "x-auth"}) {
    EXPECT_TRUE(IsValidSlug(slug)) << slug;
  }
  EXPECT_TRUE(IsValidSlug(std::string(50, 'a')));
  for (std::string_view slug :
       {"",       "-",     "-acme",   "acme-",   "123",      "0",
        "Acme",   "ac me", "ac_me",   "ac.me",   "acme/",    "äcme",
        "api",    "auth",  "login",   "account", "settings", "organizations",
        "static", "saml",  "healthz", "."}) {
    EXPECT_FALSE(IsValidSlug(slug)) << slug;
  }
  EXPECT_FALSE(IsValidSlug(std::string(51, 'a')));
  EXPECT_FALSE(IsValidSlug(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace gatehouse::orgs
