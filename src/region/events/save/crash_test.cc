// A batch, killed or failed at every statement and commit and then saved again, as the processor
// does: each event is counted once, and nothing is there by half.

#include <sys/wait.h>

#include <csignal>

#include "platform/sql/testing/faulty_database.h"
#include "region/events/save/save_fixture.h"

namespace gatehouse::events {
namespace {

class SaveCrashTest : public SaveFixture {
 protected:
  std::vector<Incoming> Batch(int round) {
    const int first = round * 10;
    const std::string release = "shop@1." + std::to_string(round);
    const std::string type = "Error" + std::to_string(round);
    std::vector<Incoming> batch;
    const auto add = [&](Sample sample) {
      sample.source = first + static_cast<int>(batch.size()) + 1;
      sample.type = type;
      batch.push_back(Event(sample));
    };
    add({.id = Id(first), .release = release, .environment = "prod", .dist = "web"});
    add({.id = Id(first + 1), .release = release, .environment = "e" + std::to_string(round)});
    add({.id = Id(first), .release = release});  // a duplicate
    add({.id = Id(first + 2), .release = release, .environment = "prod", .transaction = true});
    add({.id = Id(first + 3)});
    return batch;
  }
  // After any crash, once the batch has been saved again.
  void ExpectCountedOnce(int round, const std::string& moment) {
    SCOPED_TRACE(moment);
    auto saved = Run(manager_->Save(Batch(round)));
    ASSERT_OK(saved);
    ASSERT_EQ(saved->size(), 5u);
    EXPECT_EQ((*saved)[2].fate, Saved::Fate::kDuplicate);
    for (const std::size_t i : {0UL, 1UL, 3UL, 4UL}) {
      EXPECT_EQ((*saved)[i].fate, Saved::Fate::kSaved);
      EXPECT_EQ((*saved)[i].stored.group_id != 0, i != 3) << "it goes into the store in any case";
    }
    const std::string of = " WHERE title = 'Error" + std::to_string(round) + ": boom'";
    EXPECT_EQ(Number("SELECT COUNT(*) FROM issues" + of), 1);
    EXPECT_EQ(Number("SELECT times_seen FROM issues" + of), 3);
    const std::string release =
        "(SELECT id FROM releases WHERE version = 'shop@1." + std::to_string(round) + "')";
    EXPECT_EQ(Number("SELECT new_groups FROM release_projects WHERE release_id = " + release), 1);
    EXPECT_EQ(Number("SELECT COUNT(*) FROM distributions WHERE release_id = " + release), 1);
    EXPECT_EQ(Number("SELECT SUM(new_issues_count) FROM release_project_environments WHERE "
                     "release_id = " +
                     release),
              2);
    EXPECT_EQ(Number("SELECT last_short_id FROM projects WHERE id = 10"),
              Number("SELECT COUNT(*) FROM issues"))
        << "no short id is lost";
    EXPECT_EQ(Number("SELECT COUNT(*) FROM issues WHERE NOT EXISTS (SELECT 1 FROM issue_hashes h "
                     "WHERE h.issue_id = issues.id)"),
              0);
  }
};
GATEHOUSE_ON_ALL_ENGINES(SaveCrashTest);

TEST_P(SaveCrashTest, FailureAtEveryStatementCountsEachEventOnce) {
  for (std::size_t n = 1;; ++n) {
    sql::FaultyDatabase faulty(db());
    faulty.Arm(n, sql::Fault::kError);
    const int round = static_cast<int>(n);
    const bool saved = Run(Manager(faulty)->Save(Batch(round))).has_value();
    ExpectCountedOnce(round, "failed at " + std::to_string(n));
    if (HasFailure()) break;
    if (!faulty.fired()) {
      EXPECT_GT(n, 60u) << "a sweep that shrank proves less";
      break;  // it has no such moment
    }
    EXPECT_FALSE(saved);
  }
}

TEST_P(SaveCrashTest, KillAtEveryStatementCountsEachEventOnce) {
  for (std::size_t n = 1;; ++n) {
    const int round = static_cast<int>(n);
    // No thread may hold a lock at the fork: the child would wait for it for ever.
    CloseParts();
    database().Close();
    const pid_t child = fork();
    if (child == 0) {
      auto own = database().OpenAnother();
      sql::FaultyDatabase faulty(*own);
      faulty.Arm(n, sql::Fault::kKill);
      (void)runtime::RunSync(Manager(faulty)->Save(Batch(round)));
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    database().Reopen();
    OpenParts(db());
    // Ids are made of the time: the child has used up those of this moment.
    clock().Advance(std::chrono::seconds(1));
    ExpectCountedOnce(round, "killed at " + std::to_string(n));
    if (HasFailure()) break;
    if (WIFEXITED(status)) {
      EXPECT_GT(n, 60u) << "a sweep that shrank proves less";
      break;  // it has no such moment
    }
    ASSERT_EQ(WTERMSIG(status), SIGKILL);
  }
}

}  // namespace
}  // namespace gatehouse::events
