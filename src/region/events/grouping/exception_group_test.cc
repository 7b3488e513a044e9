// Groups of exceptions: trees, and what only looks like one.

#include <gtest/gtest.h>

#include "platform/crypto/hash.h"
#include "region/events/grouping/grouping.h"

namespace gatehouse::grouping {
namespace {

using crypto::Md5Hex;

const Config& Base() {
  static const Config config = Config::Default();
  return config;
}

json::Object Event(std::string_view text) {
  auto parsed = json::ParseObject(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? std::move(*parsed) : json::Object();
}

std::string Member(const std::string& type, const std::string& ids, bool group = false) {
  return R"({"type":")" + type + R"(","value":"v","mechanism":{"type":"x",)" + ids +
         (group ? R"(,"is_exception_group":true)" : "") + "}}";
}

Grouping GroupOf(const std::string& members) {
  auto event = Event(R"({"exception":{"values":[)" + members + "]}}");
  return Group(event, Base());
}

TEST(ExceptionGroup, EqualMembersAreOneException) {
  const Grouping grouping = GroupOf(Member("A", R"("exception_id":2,"parent_id":0)") + "," +
                                    Member("A", R"("exception_id":1,"parent_id":0)") + "," +
                                    Member("Group", R"("exception_id":0)", true));
  EXPECT_EQ(grouping.Primary(), Md5Hex("Av"));
  EXPECT_EQ(grouping.main_exception_id, 1);
  EXPECT_EQ(grouping.headline.title, "A: v");
}

TEST(ExceptionGroup, DifferentMembersAreSortedAndTheGroupFollows) {
  const Grouping grouping = GroupOf(Member("B", R"("exception_id":2,"parent_id":0)") + "," +
                                    Member("A", R"("exception_id":1,"parent_id":0)") + "," +
                                    Member("Group", R"("exception_id":0)", true));
  EXPECT_EQ(grouping.Primary(), Md5Hex("BvAvGroupv"));
  EXPECT_EQ(grouping.main_exception_id, std::nullopt);
}

TEST(ExceptionGroup, NestedGroupsAreLookedThrough) {
  const Grouping grouping = GroupOf(Member("A", R"("exception_id":2,"parent_id":1)") + "," +
                                    Member("Inner", R"("exception_id":1,"parent_id":0)", true) +
                                    "," + Member("Group", R"("exception_id":0)", true));
  EXPECT_EQ(grouping.Primary(), Md5Hex("Av"));
}

TEST(ExceptionGroup, CausesOfTheOnlyMemberCount) {
  const Grouping grouping = GroupOf(Member("Cause", R"("exception_id":2,"parent_id":1)") + "," +
                                    Member("A", R"("exception_id":1,"parent_id":0)") + "," +
                                    Member("Group", R"("exception_id":0)", true));
  EXPECT_EQ(grouping.Primary(), Md5Hex("AvCausev"));
}

TEST(ExceptionGroup, OrderOfTheListDoesNotMatter) {
  const std::string a = Member("A", R"("exception_id":1,"parent_id":0)");
  const std::string b = Member("B", R"("exception_id":2,"parent_id":0)");
  const std::string g = Member("Group", R"("exception_id":0)", true);
  EXPECT_EQ(GroupOf(a + "," + g + "," + b).Primary(), GroupOf(b + "," + a + "," + g).Primary());
}

TEST(ExceptionGroup, IdsThatMakeNoTreeAreIgnored) {
  struct Case {
    const char* name;
    std::string members;
    std::string hashed;
  };
  for (const Case& c : {
           Case{"no ids",
                Member("A", R"("exception_id":1,"parent_id":0)") + "," +
                    Member("B", R"("source":"y")"),
                "AvBv"},
           Case{"no root",
                Member("A", R"("exception_id":1,"parent_id":5)") + "," +
                    Member("B", R"("exception_id":2,"parent_id":5)"),
                "AvBv"},
           Case{"own parent",
                Member("A", R"("exception_id":1,"parent_id":0)") + "," +
                    Member("B", R"("exception_id":0,"parent_id":0)", true),
                "AvBv"},
           Case{"cycle",
                Member("A", R"("exception_id":0,"parent_id":1)", true) + "," +
                    Member("B", R"("exception_id":1,"parent_id":0)", true),
                "AvBv"},
           Case{"cycle of causes",
                Member("A", R"("exception_id":1,"parent_id":0)") + "," +
                    Member("B", R"("exception_id":0,"parent_id":1)"),
                "AvBv"},
       }) {
    const Grouping grouping = GroupOf(c.members);
    EXPECT_EQ(grouping.Primary(), Md5Hex(c.hashed)) << c.name;
    EXPECT_EQ(grouping.main_exception_id, std::nullopt) << c.name;
  }
}

TEST(ExceptionGroup, ManyExceptionsOfOneIdAreNoBomb) {
  std::string members;
  for (int level = 1; level <= 12; ++level) {
    for (int copy = 0; copy < 20; ++copy) {
      members += Member("A",
                        R"("exception_id":)" + std::to_string(level) + R"(,"parent_id":)" +
                            std::to_string(level - 1),
                        true) +
                 ",";
    }
  }
  EXPECT_EQ(GroupOf(members + Member("G", R"("exception_id":0)", true)).hashes.size(), 1u);
}

TEST(Grouping, ReactErrorIsTitledByItsCause) {
  auto event = Event(R"({"platform":"javascript","exception":{"values":[
      {"type":"Error","value":"There was an error during concurrent rendering but React was able to recover by instead synchronously rendering the entire root.",
       "mechanism":{"type":"generic","exception_id":0}},
      {"type":"TypeError","value":"x is undefined",
       "mechanism":{"type":"chained","source":"cause","exception_id":1,"parent_id":0}}]}})");
  const Grouping grouping = Group(event, Base());
  EXPECT_EQ(grouping.main_exception_id, 1);
  EXPECT_EQ(grouping.headline.title, "TypeError: x is undefined");
}

}  // namespace
}  // namespace gatehouse::grouping
