#include "edge/web/messages.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "base/error.h"

namespace gatehouse::web {
namespace {

std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Slugs that no page can show: refusals to start, of the command line, and of machine protocols.
bool IsForOperators(const std::filesystem::path& file) {
  const std::string path = file.generic_string();
  return path.contains("/platform/config/") || path.contains("/app/") ||
         path.contains("/edge/cli/") || path.contains("/edge/idp/");
}

// Reads the sources, so that a slug added anywhere without words for it fails here.
TEST(MessagesTest, EveryReasonOfEveryErrorsFileHasWords) {
  const std::filesystem::path source = "src";
  ASSERT_TRUE(std::filesystem::is_directory(source)) << "run from the top of the tree";
  const std::regex constant(R"re(inline constexpr std::string_view k\w+\s*=\s*"([a-z0-9_]+)";)re");
  int files = 0;
  int slugs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source)) {
    if (entry.path().filename() != "errors.h" || IsForOperators(entry.path())) continue;
    ++files;
    const std::string text = ReadFile(entry.path());
    for (std::sregex_iterator it(text.begin(), text.end(), constant), end; it != end; ++it) {
      ++slugs;
      EXPECT_TRUE(HasMessage((*it)[1].str())) << entry.path() << ": " << (*it)[1];
    }
  }
  EXPECT_GE(files, 5);
  EXPECT_GE(slugs, 60);
}

TEST(MessagesTest, EveryReasonNamedInAHeaderHasWords) {
  // "kNotFound "organization_not_found"" as headers list their errors.
  const std::regex named(
      R"re(k(?:InvalidArgument|Unauthenticated|PermissionDenied|NotFound|AlreadyExists|Conflict|FailedPrecondition|ResourceExhausted|Unavailable|DataLoss)\s+(?://\s*)?"([a-z0-9_]+)")re");
  int slugs = 0;
  for (const char* folder : {"src/control", "src/region", "src/edge/access"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".h") continue;
      const std::string text = ReadFile(entry.path());
      for (std::sregex_iterator it(text.begin(), text.end(), named), end; it != end; ++it) {
        ++slugs;
        EXPECT_TRUE(HasMessage((*it)[1].str())) << entry.path() << ": " << (*it)[1];
      }
    }
  }
  EXPECT_GE(slugs, 20);
}

TEST(MessagesTest, EveryCodeHasWords) {
  for (Code code : {Code::kInvalidArgument, Code::kUnauthenticated, Code::kPermissionDenied,
                    Code::kNotFound, Code::kAlreadyExists, Code::kConflict,
                    Code::kFailedPrecondition, Code::kResourceExhausted, Code::kUnavailable,
                    Code::kDeadlineExceeded, Code::kCancelled, Code::kDataLoss, Code::kInternal}) {
    EXPECT_TRUE(HasMessage(CodeName(code))) << CodeName(code);
  }
}

TEST(MessagesTest, SlugsAreUniqueAndTextsAreSentences) {
  std::set<std::string_view> seen;
  for (const Message& message : Messages()) {
    EXPECT_TRUE(seen.insert(message.slug).second) << message.slug;
    EXPECT_FALSE(message.title.empty()) << message.slug;
    EXPECT_FALSE(message.title.ends_with('.')) << message.slug;
    EXPECT_TRUE(message.what.ends_with('.')) << message.slug;
    EXPECT_TRUE(message.next.empty() || message.next.ends_with('.')) << message.slug;
  }
  seen.clear();
  for (const Notice& notice : Notices()) {
    EXPECT_TRUE(seen.insert(notice.slug).second) << notice.slug;
    EXPECT_TRUE(notice.level == "ok" || notice.level == "info" || notice.level == "error");
  }
}

TEST(MessagesTest, UnknownSlugGetsTheGeneralMessage) {
  EXPECT_FALSE(HasMessage("no_such_slug"));
  EXPECT_FALSE(FindMessage("no_such_slug").title.empty());
  EXPECT_EQ(FindNotice("<script>"), nullptr);
  EXPECT_EQ(FindNotice(""), nullptr);
}

// Texts of the described system, word for word.
TEST(MessagesTest, KnownTextsAreVerbatim) {
  EXPECT_EQ(FindMessage("not_authed").what, "You must be authenticated to link accounts.");
  EXPECT_EQ(FindMessage("invalid_identity").what,
            "The provider did not return a valid user identity.");
  EXPECT_EQ(FindMessage("uid_mismatch").what,
            "There was an error encountered during authentication.");
  EXPECT_EQ(FindMessage("sso_failed").what,
            "There was an error encountered during authentication.");
  EXPECT_TRUE(FindMessage("sso_state_invalid")
                  .what.starts_with("Something unexpected happened during authentication."));
  EXPECT_EQ(FindNotice("identity_linked")->text,
            "You have successfully linked your account to your SSO provider.");
  EXPECT_EQ(FindNotice("sso_enabled")->text,
            "SSO has been configured for your organization and any existing members have been sent "
            "an email to link their accounts.");
  EXPECT_EQ(FindNotice("provider_disabled")->text, "SSO authentication has been disabled.");
  EXPECT_EQ(FindNotice("reminders_sent")->text,
            "A reminder email has been sent to members who have not yet linked their accounts.");
  EXPECT_EQ(FindNotice("sso_org_unknown")->text,
            "The organization does not exist or does not have Single Sign-On enabled.");
  EXPECT_EQ(FindNotice("session_expired")->text, "Your session has expired.");
}

TEST(MessagesTest, ChecksHavePlainWords) {
  EXPECT_NE(CheckLabel("id_token.audience"), "id_token.audience");
  EXPECT_EQ(CheckLabel("something.new"), "something.new");
}

// Reads the sources, so that a check without words fails here.
TEST(MessagesTest, EveryCheckOfEveryAdapterHasPlainWords) {
  const std::regex named(
      R"re("((?:discovery|jwks|callback|token|id_token|userinfo|settings|user|claims|identity|provider|account)\.[a-z_0-9]+)")re");
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("src/control/sso")) {
    if (entry.path().extension() != ".cc" || entry.path().string().contains("_test.")) continue;
    const std::string text = ReadFile(entry.path());
    for (std::sregex_iterator it(text.begin(), text.end(), named), end; it != end; ++it) {
      names.insert((*it)[1].str());
    }
  }
  // Made from the name of a member of the discovery document.
  for (const char* member :
       {"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"}) {
    names.insert("discovery." + std::string(member));
  }
  names.erase("jwks.json");  // a file
  EXPECT_GE(names.size(), 50u);
  for (const std::string& name : names) EXPECT_NE(CheckLabel(name), name);
}

}  // namespace
}  // namespace gatehouse::web
