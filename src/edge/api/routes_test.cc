// The route table against itself, the OpenAPI document and the page in docs/.

#include "edge/api/routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "embedded_api.h"

namespace gatehouse::api {
namespace {

using Operation = std::pair<std::string, std::string>;  // method, path

std::set<Operation> OfTable() {
  std::set<Operation> all;
  for (const Route& route : Routes()) {
    all.emplace(AsciiLower(http::MethodName(route.method)), route.pattern);
  }
  return all;
}

struct Document {
  std::set<Operation> operations;
  std::set<std::string> ids;
};

// The document is written by rule: paths at two spaces, methods at four, their members at six.
Document ReadDocument() {
  Document document;
  std::string path, method;
  bool inside = false;
  for (std::string_view line : Split(embedded::FindFile("openapi.yaml")->text, '\n')) {
    if (line == "paths:")
      inside = true;
    else if (!line.empty() && line.front() != ' ')
      inside = false;
    if (!inside) continue;
    if (line.starts_with("  /") && line.ends_with(':')) {
      path = line.substr(2, line.size() - 3);
    } else if (line.starts_with("    ") && line[4] != ' ' && line.ends_with(':')) {
      method = line.substr(4, line.size() - 5);
      if (method != "parameters") document.operations.emplace(method, path);
    } else if (constexpr std::string_view kId = "      operationId: "; line.starts_with(kId)) {
      EXPECT_TRUE(document.ids.emplace(line.substr(kId.size())).second) << line;
    }
  }
  return document;
}

TEST(RoutesTest, DocumentHasExactlyTheRoutesOfTheTable) {
  const Document document = ReadDocument();
  const std::set<Operation> table = OfTable();
  ASSERT_GT(table.size(), 60u);
  for (const auto& [method, path] : table) {
    EXPECT_TRUE(document.operations.contains({method, path}))
        << "not in api/openapi.yaml: " << method << " " << path;
  }
  for (const auto& [method, path] : document.operations) {
    EXPECT_TRUE(table.contains({method, path})) << "no such route: " << method << " " << path;
  }
  std::set<std::string> ids;
  for (const Route& route : Routes()) {
    EXPECT_TRUE(ids.emplace(route.operation).second) << route.operation;
  }
  EXPECT_EQ(ids, document.ids);
}

TEST(RoutesTest, PageInDocsIsCurrent) {
  std::ifstream file("docs/routes.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), DescribeRoutes()) << "run: gatehouse routes > docs/routes.md";
}

TEST(RoutesTest, EachRouteIsThereOnce) { EXPECT_EQ(OfTable().size(), Routes().size()); }

// Whoever adds a row that anybody may call, or that asks for no scope, has to say so here, too.
TEST(RoutesTest, RoutesWithoutScopesAreKnown) {
  const std::set<std::string_view> anyone = {
      "getDocument",  "getSelf",       "logInBasic",   "getAuthConfig", "logIn",
      "validateAuth", "requestToJoin", "lookAtInvite", "getClientKeys", "getRoot"};
  // The last two enter the organization of the issue in their handler.
  const std::set<std::string_view> any_caller = {"listOrganizations", "getUser",
                                                 "listProjects",      "listRegions",
                                                 "getIssueById",      "listEventsOfIssueById"};
  // Sessions that need not be one's own: what is shown or done concerns the session itself.
  const std::set<std::string_view> any_session = {"verifySelf", "logOut", "getStepUpChallenge",
                                                  "acceptInvite"};
  for (const Route& route : Routes()) {
    SCOPED_TRACE(route.operation);
    const bool in_organization = route.pattern.find("{organization}") != std::string_view::npos;
    switch (route.who) {
      case Who::kAnyone:
        EXPECT_TRUE(anyone.contains(route.operation));
        EXPECT_EQ(route.scopes, "");
        break;
      case Who::kCaller:
        EXPECT_EQ(route.scopes.empty(), any_caller.contains(route.operation));
        EXPECT_EQ(route.scopes.empty(), !in_organization);
        break;
      case Who::kSession:
        EXPECT_EQ(route.proof == Proof::kNone, any_session.contains(route.operation));
        EXPECT_EQ(route.scopes, "");
        break;
    }
    EXPECT_EQ(route.other_users, route.operation == "removeAuthenticator");
  }
}

TEST(RoutesTest, ScopesAreKnownAndProofsNeedASession) {
  for (const Route& route : Routes()) {
    SCOPED_TRACE(route.operation);
    for (std::string_view scope : Split(route.scopes, '|')) {
      if (route.scopes.empty()) continue;
      EXPECT_NE(std::ranges::find(orgs::AllScopes(), scope), orgs::AllScopes().end()) << scope;
    }
    if (route.proof != Proof::kNone) EXPECT_EQ(route.who, Who::kSession);
    EXPECT_FALSE(route.summary.empty());
    // Changing something by GET would be open to any link.
    if (route.method == http::Method::kGet) {
      for (std::string_view verb : {"create", "delete", "remove", "set", "update", "end"}) {
        EXPECT_FALSE(route.operation.starts_with(verb));
      }
    }
  }
}

}  // namespace
}  // namespace gatehouse::api
