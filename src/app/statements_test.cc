// Every statement of the tree is prepared on both engines, and few of them need a second text.

#include <set>

#include "app/all_statements.h"
#include "core/outbox/statements.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::app {
namespace {

constexpr std::size_t kMaxDiffering = 10;

std::vector<const sql::Statement*> Everything() {
  std::vector<const sql::Statement*> all = AllStatements();
  // The outbox has one set per half, in a struct.
  for (outbox::Half half : {outbox::Half::kControl, outbox::Half::kRegion}) {
    const outbox::Statements& s = outbox::StatementsOf(half);
    for (const sql::Statement* one : {&s.enqueue, &s.claim, &s.count_leased, &s.remove, &s.fail,
                                      &s.park, &s.postpone, &s.renew, &s.due, &s.depth}) {
      all.push_back(one);
    }
  }
  return all;
}

// The highest $n of a text.
std::size_t ParameterCount(std::string_view text) {
  std::size_t highest = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '$') continue;
    std::size_t n = 0;
    for (std::size_t k = i + 1; k < text.size() && text[k] >= '0' && text[k] <= '9'; ++k) {
      n = n * 10 + static_cast<std::size_t>(text[k] - '0');
    }
    highest = std::max(highest, n);
  }
  return highest;
}

class StatementTest : public test::MigratedDatabase {};
GATEHOUSE_ON_ALL_ENGINES(StatementTest);

TEST_P(StatementTest, EveryTextPrepares) {
  const auto all = Everything();
  ASSERT_GT(all.size(), 100u);
  for (const sql::Statement* statement : all) {
    const std::string text = "EXPLAIN " + std::string(statement->For(db().engine()));
    const std::vector<sql::Param> nothing(ParameterCount(text), sql::Param(nullptr));
    auto planned = Write([&](sql::Tx& tx) { return tx.Run(sql::Statement{"", text}, nothing); });
    EXPECT_TRUE(planned.has_value())
        << statement->name << ": " << (planned ? "" : planned.error().detail);
  }
}

TEST(StatementTableTest, NamesAreUniqueAndFewTextsDiffer) {
  std::set<std::string_view> names;
  std::size_t differing = 0;
  for (const sql::Statement* statement : Everything()) {
    EXPECT_FALSE(statement->name.empty()) << statement->text;
    EXPECT_TRUE(names.insert(statement->name).second) << statement->name;
    differing += statement->postgres.empty() ? 0 : 1;
  }
  EXPECT_LE(differing, kMaxDiffering);
}

}  // namespace
}  // namespace gatehouse::app
