// "Store crash reports": how many minidumps an issue keeps, and what becomes of the others. What is
// said of files goes with the event they came with.

#include <gtest/gtest.h>

#include "region/ingest/intake/pipeline_fixture.h"

namespace gatehouse::ingest {
namespace {

class CrashReportsTest : public PipelineFixture {
 protected:
  void Keep(std::int64_t of_organization) {
    const json::Object change{
        {"attachments", json::Object{{"store_crash_reports", of_organization}}}};
    ASSERT_OK(Run(settings_->Update(acme_, change, By(acme_, ann_))));
  }
  void KeepOfProject(json::Value count) {
    projects::Edit edit;
    edit.options = {{"store_crash_reports", std::move(count)}};
    ASSERT_OK(Run(projects_->Update(acme_, shop_.id, std::move(edit), By(acme_, admin_))));
  }
  // Twelve bytes of a dump and a log of three.
  static std::string Crash(int number, std::string_view kind = "event.minidump") {
    return Error(HexId(number)) +
           Item("attachment", "MDMP12345678",
                ",\"attachment_type\":\"" + std::string(kind) + "\",\"filename\":\"dump\"") +
           Item("attachment", "log", R"(,"filename":"log.txt")");
  }
  void SendCrash(int number) {
    EXPECT_EQ(Send(Crash(number)).status, 200);
    Process();
  }
  std::size_t Dumps() {
    std::size_t count = 0;
    for (const auto& item : Items("attachment")) {
      count += FieldOf(item, "attachment_type") == "event.minidump";
    }
    return count;
  }
  std::string EventText(int number) {
    auto event = Run(store_->Get(shop_.id.value, HexId(number)));
    EXPECT_OK(event);
    return *event ? (*event)->payload : std::string();
  }
};
GATEHOUSE_ON_ALL_ENGINES(CrashReportsTest);

TEST_P(CrashReportsTest, NoneIsKeptUnlessSomebodySaysSo) {
  for (const char* kind : {"event.minidump", "event.applecrashreport"}) {
    EXPECT_EQ(Send(Crash(kind[6] == 'm' ? 1 : 2, kind)).status, 200);
  }
  Process();
  EXPECT_EQ(OnlyIssue().times_seen, 2) << "the events are kept";
  ASSERT_EQ(Items("attachment").size(), 2u) << "and so are other files";
  EXPECT_EQ(Items("attachment")[0].payload, "log");
  EXPECT_EQ(OutcomeCount("filtered", "crash-report-limit"), 24) << "bytes";
  EXPECT_EQ(OutcomeCount("accepted"), 2 + 6);
  EXPECT_EQ(EventText(1).find("stripped_crash"), std::string::npos) << "nobody wanted one";
}

TEST_P(CrashReportsTest, AnIssueKeepsSoManyAndSaysWhatWasStripped) {
  Keep(2);
  for (int i = 1; i <= 4; ++i) SendCrash(i);
  EXPECT_EQ(Dumps(), 2u);
  EXPECT_EQ(Items("attachment").size(), 6u);
  EXPECT_EQ(OutcomeCount("filtered", "crash-report-limit"), 24);
  EXPECT_EQ(OutcomeCount("accepted"), 4 + 2 * 12 + 4 * 3);
  EXPECT_EQ(EventText(2).find("stripped_crash"), std::string::npos);
  EXPECT_NE(EventText(3).find("\"stripped_crash\":true"), std::string::npos);
  // Of another issue there may be as many again.
  std::string other = Crash(5);
  other.replace(other.find("TypeError"), 9, "RangeOops");
  EXPECT_EQ(Send(other).status, 200);
  Process();
  EXPECT_EQ(Dumps(), 3u);
}

TEST_P(CrashReportsTest, SeveralOfOneBatchAreCountedOneByOne) {
  Keep(3);
  for (int i = 1; i <= 8; ++i) EXPECT_EQ(Send(Crash(i)).status, 200);
  Process();
  EXPECT_EQ(Dumps(), 3u);
  EXPECT_EQ(OutcomeCount("filtered", "crash-report-limit"), 5 * 12);
}

TEST_P(CrashReportsTest, TheProjectsOwnValueHoldsUnlessItIsUnset) {
  Keep(1);
  KeepOfProject(-1);
  for (int i = 1; i <= 3; ++i) SendCrash(i);
  EXPECT_EQ(Dumps(), 3u);
  KeepOfProject(0);
  SendCrash(4);
  EXPECT_EQ(Dumps(), 3u);
  KeepOfProject(nullptr);
  SendCrash(5);
  EXPECT_EQ(Dumps(), 3u) << "those that were kept without a limit count";
  Keep(4);
  SendCrash(6);
  SendCrash(7);
  EXPECT_EQ(Dumps(), 4u);
}

TEST_P(CrashReportsTest, WhatIsNotKeptIsNotCountedAgainstTheQuota) {
  ASSERT_OK(Run(settings_->Update(
      acme_, *json::ParseObject(R"({"quotas":{"attachment_bytes_per_second":2}})"),
      By(acme_, ann_))));
  // Twenty bytes in ten seconds: a dump and a log each take fifteen, of which twelve come back.
  for (int i = 1; i <= 3; ++i) SendCrash(i);
  EXPECT_EQ(Items("attachment").size(), 2u) << "three, six; then twenty-one would be too much";
  EXPECT_EQ(OutcomeCount("filtered", "crash-report-limit"), 24);
}

TEST_P(CrashReportsTest, TheFilesOfADiscardedIssueGoWithTheEventAndTheUnitComesBack) {
  ASSERT_OK(Run(projects_->UpdateKey(acme_, shop_.id, key_.public_key,
                                     {.rate_count = 2, .rate_seconds = 3600}, By(acme_, admin_))));
  Keep(-1);
  SendCrash(1);
  issues::Change discard;
  discard.discard = true;
  ASSERT_OK(Run(issues_->Update(acme_, {OnlyIssue().id}, discard, By(acme_, admin_))));
  const std::size_t before = Items("attachment").size();
  for (int i = 2; i <= 5; ++i) SendCrash(i);
  EXPECT_EQ(Items("attachment").size(), before);
  EXPECT_EQ(OutcomeCount("filtered", "discarded-hash"), 4 * (1 + 15)) << "events, and bytes";
}

TEST_P(CrashReportsTest, ADuplicateBringsNoFilesOfItsOwn) {
  Keep(-1);
  SendCrash(1);
  SendCrash(1);
  EXPECT_EQ(Items("attachment").size(), 2u);
  EXPECT_EQ(OutcomeCount("invalid", "duplicate"), 1 + 15);
}

TEST_P(CrashReportsTest, AMergeBringsTheCountAlong) {
  Keep(2);
  SendCrash(1);
  std::string other = Crash(2);
  other.replace(other.find("TypeError"), 9, "RangeOops");
  EXPECT_EQ(Send(other).status, 200);
  Process();
  std::vector<IssueId> both;
  const auto page = Run(issues_->List(acme_, {}));
  ASSERT_OK(page);
  for (const issues::Issue& issue : page->issues) both.push_back(issue.id);
  ASSERT_EQ(both.size(), 2u);
  issues::Change merge;
  merge.merge = true;
  ASSERT_OK(Run(issues_->Update(acme_, both, merge, By(acme_, admin_))));
  SendCrash(3);
  EXPECT_EQ(Dumps(), 2u);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_crash_reports"), 2);
  EXPECT_EQ(*Run(issues_->Delete(acme_, {OnlyIssue().id}, By(acme_, admin_))), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_crash_reports"), 0);
}

TEST_P(CrashReportsTest, WhatRetentionDropsMakesRoom) {
  Keep(1);
  SendCrash(1);
  clock().Advance(std::chrono::days(91));
  ASSERT_OK(Run(manager_->ForgetOld()));
  SendCrash(2);
  EXPECT_NE(EventText(2), "");
  EXPECT_EQ(EventText(2).find("stripped_crash"), std::string::npos);
}

TEST_P(CrashReportsTest, AFileThatComesAgainAfterACrashIsNeitherLostNorCountedTwice) {
  Keep(1);
  for (int i = 1; i <= 2; ++i) EXPECT_EQ(Send(Crash(i)).status, 200);
  Process();
  EXPECT_EQ(Dumps(), 1u);
  // The position in the stream is lost: another group reads all of it anew.
  ASSERT_OK(Run(stream_->Commit(std::string(kTopicIngest), "save", 0)));
  StartProcessor();
  Process();
  EXPECT_EQ(Dumps(), 1u);
  EXPECT_EQ(Items("attachment").size(), 3u);
  EXPECT_EQ(OutcomeCount("filtered", "crash-report-limit"), 12);
}

}  // namespace
}  // namespace gatehouse::ingest
