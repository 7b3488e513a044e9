// The end of a chain, as a page checks it, and what a filter hands out.

#include "core/audit/recent.h"

#include <gtest/gtest.h>

#include "core/audit/checkpoint.h"
#include "core/audit/export.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::audit {
namespace {

using Kind = Finding::Kind;

class RecentTest : public test::MigratedDatabase {
 protected:
  std::int64_t Record(OrgId organization, Event event = Event::kOrgEdit, UserId actor = UserId{5}) {
    Entry entry;
    entry.organization = organization;
    entry.event = event;
    entry.actor = actor;
    entry.actor_label = "ann";
    auto id = Write([&](sql::Tx& tx) { return audit().Record(tx, entry); });
    EXPECT_OK(id);
    return id.value_or(0);
  }
  void Fill(int count) {
    Record(OrgId{2});
    for (int i = 0; i < count; ++i) entries_.push_back(Record(OrgId{1}));
    EXPECT_OK(Run(Sealing().Seal()));
  }
  Sealer& Sealing() {
    if (!sealer_) {
      sealer_ =
          std::make_unique<Sealer>(db(), clock(), audit(), std::string(test::kAuditKey), true);
    }
    return *sealer_;
  }
  Recent Look(std::optional<Head> seen = {}, std::int64_t links = 200) {
    auto recent = Run(Sealing().CheckEnd(OrgId{1}, std::move(seen), links));
    EXPECT_OK(recent);
    return recent.value_or(Recent{});
  }
  void Attack(const std::string& text) {
    ASSERT_OK(Write([&](sql::Tx& tx) { return tx.Exec({"", text}); }));
  }
  void ExpectBroken(const Recent& recent, Kind kind, std::int64_t seq) {
    ASSERT_TRUE(recent.finding.has_value());
    EXPECT_EQ(KindName(recent.finding->kind), KindName(kind)) << recent.finding->text;
    EXPECT_EQ(recent.finding->seq, seq);
  }
  std::string Id(std::size_t index) const { return std::to_string(entries_[index]); }

  std::unique_ptr<Sealer> sealer_;
  std::vector<std::int64_t> entries_;
};
GATEHOUSE_ON_ALL_ENGINES(RecentTest);

TEST_P(RecentTest, AnIntactEndIsSaidToBeOne) {
  EXPECT_EQ(Look().seq, 0);
  EXPECT_FALSE(Look().finding.has_value());
  Fill(7);
  const Recent whole = Look();
  EXPECT_FALSE(whole.finding.has_value());
  EXPECT_EQ(whole.seq, 7);
  EXPECT_EQ(whole.links, 7);
  EXPECT_EQ(whole.sealed_through, clock().Now());
  const Recent part = Look({}, 3);
  EXPECT_FALSE(part.finding.has_value()) << part.finding->text;
  EXPECT_EQ(part.links, 3);
  // What waits is not sealed, and not wrong.
  Record(OrgId{1});
  EXPECT_EQ(Look().seq, 7);
  EXPECT_FALSE(Look().finding.has_value());
}

TEST_P(RecentTest, AChangedEntryIsNamed) {
  Fill(7);
  Attack("UPDATE audit_log SET actor_label = 'eve' WHERE id = " + Id(4));
  ExpectBroken(Look(), Kind::kAltered, 5);
  // Further back than is looked: that is what verify is for.
  EXPECT_FALSE(Look({}, 2).finding.has_value());
}

TEST_P(RecentTest, ADeletedEntryAndACutEndAreNamed) {
  Fill(7);
  const std::vector<Head> heads = *Run(Sealing().Heads());
  Attack("DELETE FROM audit_log WHERE id = " + Id(6));
  ExpectBroken(Look(), Kind::kDeleted, 7);
  Attack("DELETE FROM audit_chain WHERE organization_id = 1 AND seq = 7");
  ExpectBroken(Look(), Kind::kTruncated, 7);
  // The note of the end goes back too: the checkpoint knows better.
  Attack(
      "UPDATE audit_heads SET seq = 6, mac = (SELECT mac FROM audit_chain WHERE organization_id = "
      "1 "
      "AND seq = 6) WHERE organization_id = 1");
  EXPECT_FALSE(Look().finding.has_value());
  for (const Head& head : heads) {
    if (head.organization == OrgId{1}) ExpectBroken(Look(head), Kind::kTruncated, 7);
  }
  ExpectBroken(Look(Head{OrgId{1}, 6, "another"}), Kind::kRewritten, 6);
}

TEST_P(RecentTest, WhatAFilterFindsIsExportedNewestFirstAndRecorded) {
  for (int i = 0; i < 4; ++i) Record(OrgId{1});
  Record(OrgId{1}, Event::kMemberAdd, UserId{6});
  Record(OrgId{2}, Event::kMemberAdd, UserId{6});
  const auto matches = [&](Filter filter, Format format, std::int64_t limit = 10'000) {
    auto found = Write([&](sql::Tx& tx) {
      return ExportMatches(tx, audit(), OrgId{1}, format, filter, {.actor_label = "olga"}, limit);
    });
    EXPECT_OK(found);
    return found.value_or(Exported{});
  };
  const Exported one = matches({.event = Event::kMemberAdd}, Format::kJsonLines);
  EXPECT_EQ(one.entries, 1);
  EXPECT_FALSE(one.more);
  EXPECT_TRUE(one.text.starts_with("{\"seq\":null,")) << one.text;
  EXPECT_TRUE(one.text.contains("\"actor_id\":\"6\""));
  const Exported csv = matches({.actor = UserId{5}}, Format::kCsv, 3);
  EXPECT_EQ(csv.entries, 3);
  EXPECT_TRUE(csv.more);
  EXPECT_TRUE(csv.text.starts_with(",\""));
  EXPECT_FALSE(matches({.actor = UserId{5}}, Format::kCsv, 4).more);
  // Each of them is an entry of its own.
  const Exported all = matches({.event = Event::kAuditExport}, Format::kJsonLines);
  EXPECT_EQ(all.entries, 3);
  EXPECT_TRUE(all.text.contains("\"filter\":{\"event\":\"member.add\"}")) << all.text;
  EXPECT_TRUE(all.text.contains("\"actor\":\"olga\""));
}

TEST_P(RecentTest, AnExportThatCannotBeRecordedHandsOutNothing) {
  Record(OrgId{1});
  auto found = Write([&](sql::Tx& tx) -> Result<Exported> {
    GH_TRY_VOID(tx.Exec({"", "DROP TABLE audit_unsealed"}));
    return ExportMatches(tx, audit(), OrgId{1}, Format::kCsv, {}, {});
  });
  EXPECT_FALSE(found.has_value());
}

TEST(CheckpointFileLast, TellsWhatThisProcessWrote) {
  const auto folder = std::filesystem::temp_directory_path() / "gatehouse_checkpoint_last";
  std::filesystem::remove_all(folder);
  ManualClock clock;
  auto key = CheckpointKey::FromSeed(std::string(32, 's'));
  ASSERT_OK(key);
  CheckpointFile file(folder / "checkpoints.jsonl", *key, clock);
  EXPECT_FALSE(file.Last(OrgId{1}).has_value());
  ASSERT_OK(file.Append({{OrgId{1}, 12, "mac"}}));
  ASSERT_TRUE(file.Last(OrgId{1}).has_value());
  EXPECT_EQ(file.Last(OrgId{1})->head.seq, 12);
  EXPECT_EQ(file.Last(OrgId{1})->at, clock.Now());
  EXPECT_FALSE(file.Last(OrgId{2}).has_value());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace gatehouse::audit
