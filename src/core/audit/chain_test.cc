// Sealing, and what `verify` says after each attack on the tables. (AUDIT-01, AUDIT-02)

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "core/audit/checkpoint.h"
#include "core/audit/errors.h"
#include "core/audit/export.h"
#include "core/audit/retention.h"
#include "core/audit/verify.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::audit {
namespace {

using Kind = Finding::Kind;

class ChainTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (!IsSkipped()) sealer_ = NewSealer();
  }
  std::unique_ptr<Sealer> NewSealer(bool may_adopt = true) {
    return std::make_unique<Sealer>(db(), clock(), audit(), kKey, may_adopt);
  }
  std::int64_t Record(OrgId organization, Event event = Event::kOrgEdit) {
    Entry entry;
    if (organization) entry.organization = organization;
    entry.event = event;
    entry.actor_label = "ann";
    entry.ip = "192.0.2.1";
    entry.data["n"] = ++written_;
    auto id = Write([&](sql::Tx& tx) { return audit().Record(tx, entry); });
    EXPECT_OK(id);
    return id.value_or(0);
  }
  Sealed Seal() {
    auto sealed = Run(sealer_->Seal());
    EXPECT_OK(sealed);
    return sealed.value_or(Sealed{});
  }
  Verification Prove(const CheckpointContents& checkpoints = {},
                     std::optional<OrgId> organization = {}) {
    auto proof = Verify(db(), kKey, checkpoints, {.organization = organization});
    EXPECT_OK(proof);
    return proof.value_or(Verification{});
  }
  std::vector<Head> Heads() {
    auto heads = Run(sealer_->Heads());
    EXPECT_OK(heads);
    return heads.value_or(std::vector<Head>{});
  }
  // What a checkpoint of now would say.
  CheckpointContents Checkpoints() {
    CheckpointContents contents;
    contents.lines.push_back({1, Checkpoint{"", Heads(), ""}});
    return contents;
  }
  // `count` entries of organization 1, sealed; the other rows are there to be left alone.
  void Fill(int count) {
    Record(OrgId{2});
    Record(OrgId{});
    for (int i = 0; i < count; ++i) entries_.push_back(Record(OrgId{1}));
    Seal();
  }
  static std::string Describe(const Verification& proof) {
    std::string out;
    for (const Finding& f : proof.findings) {
      out += std::string(KindName(f.kind)) + " " + f.organization.ToString() + "/" +
             std::to_string(f.seq) + " " + f.text + "; ";
    }
    return out;
  }
  // The attack is found, at its place, and nothing else is blamed.
  void ExpectBroken(Kind kind, std::int64_t seq, const CheckpointContents& checkpoints = {}) {
    const Verification proof = Prove(checkpoints);
    ASSERT_FALSE(proof.findings.empty()) << "not found";
    const Finding& first = proof.findings.front();
    EXPECT_EQ(KindName(first.kind), KindName(kind)) << Describe(proof);
    EXPECT_EQ(first.organization, OrgId{1}) << Describe(proof);
    EXPECT_EQ(first.seq, seq) << Describe(proof);
    for (const Finding& finding : proof.findings) EXPECT_EQ(finding.organization, OrgId{1});
  }
  std::string Id(std::size_t index) const { return std::to_string(entries_[index]); }

  const std::string kKey{test::kAuditKey};
  std::unique_ptr<Sealer> sealer_;
  std::vector<std::int64_t> entries_;
  int written_ = 0;
};
GATEHOUSE_ON_ALL_ENGINES(ChainTest);

TEST_P(ChainTest, SealsEachOrganizationWithoutGapsAndProvesIt) {
  for (int i = 0; i < 1203; ++i) Record(OrgId{i % 3});
  EXPECT_EQ(Prove().waiting, 1203);
  const Sealed sealed = Seal();
  EXPECT_EQ(sealed.entries, 1204);  // and the mark of the beginning
  EXPECT_EQ(sealed.refused, 0);
  EXPECT_EQ(Seal().entries, 0);
  const Verification proof = Prove(Checkpoints());
  EXPECT_TRUE(proof.findings.empty()) << Describe(proof);
  EXPECT_EQ(proof.entries, 1204);
  EXPECT_EQ(proof.organizations, 2);
  EXPECT_EQ(proof.waiting, 0);
  EXPECT_EQ(proof.checkpoints, 1);
  EXPECT_EQ(Prove({}, OrgId{2}).entries, 401);
  EXPECT_EQ(Number("SELECT MAX(seq) FROM audit_chain WHERE organization_id = 1"), 401);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_unsealed"), 0);
}

TEST_P(ChainTest, EveryChangedColumnIsFound) {
  Fill(5);
  const std::vector<std::string> changes = {"event = 10",
                                            "actor_user_id = 9",
                                            "actor_label = 'eve'",
                                            "target_object = 1",
                                            "target_user_id = 1",
                                            "ip = NULL",
                                            "ip = ''",
                                            "data = '{}'",
                                            "correlation_id = 'x'",
                                            "created_at = created_at + 1",
                                            "mac = ''"};
  for (const std::string& change : changes) {
    SCOPED_TRACE(change);
    Execute("CREATE TABLE kept AS SELECT * FROM audit_log WHERE id = " + Id(2));
    Execute("UPDATE audit_log SET " + change + " WHERE id = " + Id(2));
    ExpectBroken(Kind::kAltered, 3);
    Execute("DELETE FROM audit_log WHERE id = " + Id(2) +
            ";\nINSERT INTO audit_log SELECT * FROM kept;\nDROP TABLE kept");
    EXPECT_TRUE(Prove().findings.empty());
  }
  Execute("UPDATE audit_log SET organization_id = 2 WHERE id = " + Id(2));
  ExpectBroken(Kind::kAltered, 3);
}

TEST_P(ChainTest, AnEntryMovedToAnotherIdIsFound) {
  Fill(5);
  Execute("UPDATE audit_log SET id = 1 WHERE id = " + Id(2));
  ExpectBroken(Kind::kDeleted, 3);
}

TEST_P(ChainTest, ADeletedEntryIsFound) {
  Fill(5);
  Execute("DELETE FROM audit_log WHERE id = " + Id(1));
  ExpectBroken(Kind::kDeleted, 2);
}

TEST_P(ChainTest, ADeletedEntryAndItsLinkLeaveAGap) {
  Fill(5);
  Execute("DELETE FROM audit_log WHERE id = " + Id(1) +
          ";\nDELETE FROM audit_chain WHERE entry_id = " + Id(1));
  ExpectBroken(Kind::kGap, 2);
}

TEST_P(ChainTest, AClosedGapIsFound) {
  Fill(5);
  Execute("DELETE FROM audit_log WHERE id = " + Id(1) +
          ";\nDELETE FROM audit_chain WHERE entry_id = " + Id(1) +
          ";\nUPDATE audit_chain SET seq = seq - 1 WHERE organization_id = 1 AND seq = 3"
          ";\nUPDATE audit_chain SET seq = seq - 1 WHERE organization_id = 1 AND seq = 4"
          ";\nUPDATE audit_chain SET seq = seq - 1 WHERE organization_id = 1 AND seq = 5");
  ExpectBroken(Kind::kRelinked, 2);
}

TEST_P(ChainTest, TheBeginningCannotBeCutOff) {
  Fill(5);
  Execute("DELETE FROM audit_log WHERE id = " + Id(0) +
          ";\nDELETE FROM audit_chain WHERE entry_id = " + Id(0));
  ExpectBroken(Kind::kGap, 1);
  // Neither by an anchor that nobody with the key wrote.
  Execute(
      "INSERT INTO audit_anchors (organization_id, seq, chain_mac, mac, dropped_at) "
      "VALUES (1, 1, 'x', 'y', 5)");
  ExpectBroken(Kind::kRelinked, 2);
}

TEST_P(ChainTest, SwappedEntriesAreFound) {
  Fill(5);
  Execute("UPDATE audit_chain SET entry_id = 1 WHERE entry_id = " + Id(1) +
          ";\nUPDATE audit_chain SET entry_id = " + Id(1) + " WHERE entry_id = " + Id(2) +
          ";\nUPDATE audit_chain SET entry_id = " + Id(2) + " WHERE entry_id = 1");
  ExpectBroken(Kind::kRelinked, 2);
}

// AUDIT-01: an inserted row is never sealed.
TEST_P(ChainTest, AForgedEntryIsNeitherSealedNorAccepted) {
  Fill(3);
  const std::string forged =
      "INSERT INTO audit_log (id, organization_id, event, actor_label, data, correlation_id, "
      "created_at, mac) VALUES (77, 1, 11, 'ann', '{}', '', 5, ";
  for (const std::string& mac : {std::string("''"), std::string("'AAAA'"),
                                 "(SELECT mac FROM audit_log WHERE id = " + Id(0) + ")"}) {
    SCOPED_TRACE(mac);
    Execute(forged + mac + ")");
    EXPECT_EQ(Seal().entries, 0);
    const Verification proof = Prove();
    ASSERT_EQ(proof.findings.size(), 1u);
    EXPECT_EQ(proof.findings[0].kind, Kind::kInserted);
    EXPECT_EQ(proof.findings[0].entry_id, 77);
    // Queueing it does not help.
    Execute("INSERT INTO audit_unsealed (entry_id, refused) VALUES (77, 0)");
    const Sealed sealed = Seal();
    EXPECT_EQ(sealed.entries, 0);
    EXPECT_EQ(sealed.refused, 1);
    EXPECT_EQ(Prove().findings.size(), 1u);
    Execute("DELETE FROM audit_log WHERE id = 77;\nDELETE FROM audit_unsealed");
  }
  // A new process does not take it for an old entry.
  Execute(forged + "'')");
  sealer_ = NewSealer();
  EXPECT_EQ(Seal().adopted, 0);
  // Nor does it after the mark of the beginning is deleted.
  Execute("DELETE FROM audit_log WHERE event = 1022");
  sealer_ = NewSealer();
  EXPECT_EQ(Seal().adopted, 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_chain WHERE entry_id = 77"), 0);
}

TEST_P(ChainTest, TamperingBeforeSealingIsFound) {
  Fill(2);
  const std::string changed = std::to_string(Record(OrgId{1}));
  const std::string deleted = std::to_string(Record(OrgId{1}));
  const std::string hidden = std::to_string(Record(OrgId{1}));
  Execute("UPDATE audit_log SET data = '{}' WHERE id = " + changed +
          ";\nDELETE FROM audit_log WHERE id = " + deleted +
          ";\nDELETE FROM audit_unsealed WHERE entry_id = " + hidden);
  EXPECT_EQ(Seal().refused, 2);
  std::set<std::pair<std::string_view, std::string>> found;
  for (const Finding& finding : Prove().findings) {
    found.emplace(KindName(finding.kind), std::to_string(finding.entry_id));
  }
  EXPECT_EQ(found, (std::set<std::pair<std::string_view, std::string>>{
                       {"inserted", changed}, {"deleted", deleted}, {"unchained", hidden}}));
}

TEST_P(ChainTest, UnlinkedEntriesAreFoundWithoutACheckpoint) {
  Fill(3);
  Execute("DELETE FROM audit_chain WHERE organization_id = 1;\nDELETE FROM audit_heads");
  const Verification proof = Prove({}, OrgId{1});
  ASSERT_EQ(proof.findings.size(), 3u) << Describe(proof);
  for (const Finding& finding : proof.findings) EXPECT_EQ(finding.kind, Kind::kUnchained);
}

// AUDIT-02: the last ten rows.
TEST_P(ChainTest, ACutEndIsFoundByTheCheckpoint) {
  Fill(20);
  const CheckpointContents checkpoints = Checkpoints();
  Execute(
      "DELETE FROM audit_log WHERE id IN (SELECT entry_id FROM audit_chain WHERE "
      "organization_id = 1 AND seq > 10);\n"
      "DELETE FROM audit_chain WHERE organization_id = 1 AND seq > 10");
  ExpectBroken(Kind::kTruncated, 11);  // the note of the end is left
  Execute(
      "UPDATE audit_heads SET seq = 10, mac = (SELECT mac FROM audit_chain WHERE "
      "organization_id = 1 AND seq = 10) WHERE organization_id = 1");
  EXPECT_TRUE(Prove().findings.empty());  // which is why there are checkpoints
  ExpectBroken(Kind::kTruncated, 11, checkpoints);
  // The product goes on writing behind the cut.
  for (int i = 0; i < 30; ++i) Record(OrgId{1});
  Seal();
  ExpectBroken(Kind::kRewritten, 20, checkpoints);
}

TEST_P(ChainTest, AWholeChainThatIsGoneIsFoundByTheCheckpoint) {
  Fill(4);
  const CheckpointContents checkpoints = Checkpoints();
  Execute(
      "DELETE FROM audit_log WHERE organization_id = 1;\n"
      "DELETE FROM audit_chain WHERE organization_id = 1;\n"
      "DELETE FROM audit_heads WHERE organization_id = 1");
  EXPECT_TRUE(Prove().findings.empty());
  ExpectBroken(Kind::kTruncated, 1, checkpoints);
}

TEST_P(ChainTest, AnotherKeyMakesAnotherChain) {
  Fill(4);
  auto proof = Verify(db(), "not the key of this installation", {}, {});
  ASSERT_OK(proof);
  ASSERT_EQ(proof->findings.size(), 3u);
  EXPECT_EQ(proof->findings[1].kind, Kind::kAltered);
  EXPECT_EQ(proof->findings[1].seq, 1);
}

TEST_P(ChainTest, TheNoteOfTheEndIsNotBelieved) {
  Fill(4);
  Execute("UPDATE audit_heads SET mac = 'x' WHERE organization_id = 1");
  ExpectBroken(Kind::kRelinked, 4);
  Execute(
      "UPDATE audit_heads SET seq = 2, mac = (SELECT mac FROM audit_chain WHERE organization_id = "
      "1 AND seq = 2) WHERE organization_id = 1");
  ExpectBroken(Kind::kRelinked, 4);
  // The sealer goes on from the chain itself, and puts it right.
  Record(OrgId{1});
  Seal();
  EXPECT_TRUE(Prove().findings.empty());
}

TEST_P(ChainTest, NamesTheFirstOfManyBrokenPlacesAcrossThreads) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_OK(Write([&](sql::Tx& tx) -> Result<void> {
      for (int k = 0; k < 900; ++k) {
        Entry entry;
        entry.organization = OrgId{1};
        entry.event = Event::kOrgEdit;
        GH_TRY_VOID(audit().Record(tx, entry));
      }
      return {};
    }));
  }
  Seal();
  EXPECT_EQ(Prove().entries, 45'001);
  Execute(
      "UPDATE audit_log SET ip = 'x' WHERE id IN (SELECT entry_id FROM audit_chain WHERE "
      "organization_id = 1 AND seq IN (20001, 30000, 44000))");
  ExpectBroken(Kind::kAltered, 20001);
  Execute(
      "UPDATE audit_log SET ip = 'x' WHERE id IN (SELECT entry_id FROM audit_chain WHERE "
      "organization_id = 1 AND seq = 20000)");
  ExpectBroken(Kind::kAltered, 20000);
}

TEST_P(ChainTest, TwoSealersSealEachEntryOnce) {
  for (int i = 0; i < 700; ++i) Record(OrgId{1 + i % 2});
  auto other_db = database().OpenAnother();
  Sealer other(*other_db, clock(), audit(), kKey, true);
  std::thread second([&] {
    for (int i = 0; i < 5; ++i) EXPECT_OK(runtime::RunSync(other.Seal()));
  });
  for (int i = 0; i < 5; ++i) Seal();
  second.join();
  Seal();
  const Verification proof = Prove();
  EXPECT_TRUE(proof.findings.empty()) << Describe(proof);
  EXPECT_EQ(proof.waiting, 0);
  EXPECT_GE(proof.entries, 701);
}

// A database in which somebody else is always faster.
class ContendedDatabase final : public sql::Database {
 public:
  explicit ContendedDatabase(sql::Database& inner) : inner_(inner) {}
  sql::Engine engine() const override { return inner_.engine(); }
  void Submit(sql::Access access, sql::Tenant tenant, sql::Job job,
              std::move_only_function<void(Result<void>)> done) override {
    if (access == sql::Access::kRead || --conflicts < 0) {
      return inner_.Submit(access, tenant, std::move(job), std::move(done));
    }
    done(Fail(Code::kAlreadyExists, "unique_violation"));
  }
  int conflicts = 0;

 private:
  sql::Database& inner_;
};

TEST_P(ChainTest, ASealerThatIsAlwaysTooLateSaysSo) {
  Fill(1);
  Record(OrgId{1});
  ContendedDatabase contended(db());
  Sealer late(contended, clock(), audit(), kKey, false);
  contended.conflicts = 1000;
  EXPECT_ERROR(kUnavailable, kSealContended, Run(late.Seal()));
  contended.conflicts = 3;
  const auto sealed = Run(late.Seal());
  ASSERT_OK(sealed);
  EXPECT_EQ(sealed->entries, 1);
}

TEST_P(ChainTest, OldEntriesAreAdoptedOnce) {
  for (int i = 0; i < 1100; ++i) Record(OrgId{i % 2});
  // As a version without MACs left them.
  Execute("UPDATE audit_log SET mac = '';\nDELETE FROM audit_unsealed");
  Record(OrgId{1});
  const Sealed sealed = Seal();
  EXPECT_EQ(sealed.adopted, 1100);
  EXPECT_EQ(sealed.entries, 1102);
  const Verification proof = Prove();
  EXPECT_TRUE(proof.findings.empty()) << Describe(proof);
  EXPECT_EQ(proof.adopted, 1100);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log WHERE event = 1022 AND data LIKE "
                   "'%\"entries\":1100%'"),
            1);
  // An adopted entry is as safe as another.
  Execute(
      "UPDATE audit_log SET data = '{}' WHERE id = (SELECT entry_id FROM audit_chain WHERE "
      "organization_id = 1 AND seq = 7)");
  ExpectBroken(Kind::kAltered, 7);
}

TEST_P(ChainTest, NothingIsAdoptedWhereCheckpointsExist) {
  Record(OrgId{1});
  Execute("UPDATE audit_log SET mac = '';\nDELETE FROM audit_unsealed");
  sealer_ = NewSealer(/*may_adopt=*/false);
  EXPECT_EQ(Seal().entries, 0);
  EXPECT_EQ(Prove().findings.size(), 1u);
}

// ---- retention

class RetentionTest : public ChainTest {
 protected:
  Dropped Apply(Duration keep) {
    auto dropped = Run(ApplyRetention(db(), clock(), audit(), *sealer_, kKey, keep));
    EXPECT_OK(dropped);
    return dropped.value_or(Dropped{});
  }
};
GATEHOUSE_ON_ALL_ENGINES(RetentionTest);

TEST_P(RetentionTest, DropsWhatIsOldAndStillProves) {
  Fill(1500);
  clock().Advance(std::chrono::hours(48));
  for (int i = 0; i < 5; ++i) Record(OrgId{1});
  const CheckpointContents before = Checkpoints();
  EXPECT_EQ(Apply(std::chrono::hours(72)).entries, 0);
  const Dropped dropped = Apply(std::chrono::hours(24));
  // All of organization 1, none of 2: a last link stays. The mark stands last in the chain of none.
  EXPECT_EQ(dropped.entries, 1501);
  EXPECT_EQ(dropped.organizations, 2);
  EXPECT_EQ(Number("SELECT MIN(seq) FROM audit_chain WHERE organization_id = 1"), 1501);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log WHERE organization_id = 1"), 6);
  Seal();
  Verification proof = Prove(before);
  EXPECT_TRUE(proof.findings.empty()) << Describe(proof);
  auto found =
      Read([](sql::Tx& tx) { return Query(tx, OrgId{1}, {.event = Event::kAuditRetention}); });
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(json::GetInt(found->front().data, "through_seq"), 1500);
  EXPECT_EQ(json::GetInt(found->front().data, "entries"), 1500);
  // A second time, the retention's own entry becoming old, too.
  clock().Advance(std::chrono::hours(48));
  Record(OrgId{1});
  EXPECT_EQ(Apply(std::chrono::hours(24)).organizations, 2);
  Seal();
  proof = Prove(before);
  EXPECT_TRUE(proof.findings.empty()) << Describe(proof);
}

TEST_P(RetentionTest, AnAttackerCannotPretendIt) {
  Fill(10);
  clock().Advance(std::chrono::hours(48));
  for (int i = 0; i < 10; ++i) Record(OrgId{1});
  Apply(std::chrono::hours(24));
  EXPECT_TRUE(Prove().findings.empty());
  // A little more than retention dropped.
  Execute("CREATE TABLE kept AS SELECT * FROM audit_anchors");
  Execute(
      "DELETE FROM audit_log WHERE id IN (SELECT entry_id FROM audit_chain WHERE "
      "organization_id = 1 AND seq <= 12)");
  Execute(
      "UPDATE audit_anchors SET seq = 12, chain_mac = (SELECT mac FROM audit_chain WHERE "
      "organization_id = 1 AND seq = 12) WHERE organization_id = 1;\n"
      "DELETE FROM audit_chain WHERE organization_id = 1 AND seq <= 12");
  ExpectBroken(Kind::kAnchor, 12);
  Execute("DELETE FROM audit_anchors;\nINSERT INTO audit_anchors SELECT * FROM kept");
  ExpectBroken(Kind::kGap, 11);
  Execute("DELETE FROM audit_anchors WHERE organization_id = 1");
  ExpectBroken(Kind::kGap, 1);
}

TEST_P(RetentionTest, ALinkWithoutItsEntryStays) {
  Fill(10);
  Execute("DELETE FROM audit_log WHERE id = " + Id(3));
  clock().Advance(std::chrono::hours(48));
  Apply(std::chrono::hours(24));
  Seal();
  EXPECT_EQ(Number("SELECT MIN(seq) FROM audit_chain WHERE organization_id = 1"), 4);
  ExpectBroken(Kind::kDeleted, 4);
}

// ---- export

class ExportTest : public ChainTest {
 protected:
  std::string Export(Format format, std::int64_t after = 0, std::size_t limit = 1000) {
    Seal();
    auto range = Write([&](sql::Tx& tx) {
      return StartExport(tx, audit(), OrgId{1}, format, after,
                         {.actor = UserId{7}, .actor_label = "ann", .correlation_id = "x-1"});
    });
    EXPECT_OK(range);
    through_ = range->through;
    std::string text = ExportHeader(format);
    for (bool more = true; more;) {
      auto page =
          Read([&](sql::Tx& tx) { return ExportPage(tx, OrgId{1}, format, *range, limit); });
      EXPECT_OK(page);
      text += page->text;
      range->after = page->reached;
      more = page->more;
    }
    return text;
  }
  std::int64_t through_ = 0;
};
GATEHOUSE_ON_ALL_ENGINES(ExportTest);

TEST_P(ExportTest, JsonLinesGoOnBehindTheCursor) {
  Fill(5);
  const std::string first = Export(Format::kJsonLines, 0, 2);
  EXPECT_EQ(std::ranges::count(first, '\n'), 5);
  EXPECT_EQ(through_, 5);
  auto object = json::ParseObject(first.substr(0, first.find('\n')));
  ASSERT_OK(object);
  EXPECT_EQ(json::GetInt(*object, "seq"), 1);
  EXPECT_EQ(json::GetString(*object, "id"), Id(0));
  EXPECT_EQ(json::GetString(*object, "time"), FormatIso8601(clock().Now()));
  EXPECT_EQ(json::GetString(*object, "event"), "org.edit");
  EXPECT_EQ(json::GetString(*object, "actor"), "ann");
  EXPECT_TRUE(object->at("actor_id").is_null());
  EXPECT_EQ(json::GetInt(*json::GetObject(*object, "data"), "n"), 3);
  // The export is an entry itself, the first of the next one.
  const std::string second = Export(Format::kJsonLines, through_);
  EXPECT_EQ(std::ranges::count(second, '\n'), 1);
  EXPECT_TRUE(second.contains("\"audit.export\"")) << second;
  EXPECT_TRUE(
      second.contains("\"data\":{\"format\":\"jsonl\",\"entries\":5,\"after\":0,\"through\":5}"))
      << second;
  EXPECT_TRUE(second.contains("\"correlation_id\":\"x-1\"")) << second;
}

TEST_P(ExportTest, SpreadsheetsRunNothing) {
  Entry entry;
  entry.organization = OrgId{1};
  entry.event = Event::kOrgEdit;
  entry.actor_label = "=HYPERLINK(\"http://evil\")";
  entry.data["name"] = "line\nbreak \x1b[31m \xC2\x9b, \"quoted\"";
  entry.correlation_id = "@SUM(1)";
  ASSERT_OK(Write([&](sql::Tx& tx) { return audit().Record(tx, entry); }));
  const std::string csv = Export(Format::kCsv);
  EXPECT_TRUE(csv.starts_with("seq,id,time,")) << csv;
  EXPECT_TRUE(csv.contains("\"'=HYPERLINK(\"\"http://evil\"\")\"")) << csv;
  EXPECT_TRUE(csv.contains("\"'@SUM(1)\"\r\n")) << csv;
  EXPECT_FALSE(csv.contains('\x1b'));
  EXPECT_EQ(std::ranges::count(csv, '\n'), 2);
  const std::string lines = Export(Format::kJsonLines);
  EXPECT_FALSE(lines.contains("\xC2\x9b"));
  EXPECT_TRUE(lines.contains("\\u009b")) << lines;
}

// AUDIT-04: an export that cannot be recorded does not begin.
TEST_P(ExportTest, FailsWithoutItsEntry) {
  Fill(1);
  auto range = Write([&](sql::Tx& tx) -> Result<ExportRange> {
    GH_TRY_VOID(tx.Exec({"", "DROP TABLE audit_unsealed"}));
    return StartExport(tx, audit(), OrgId{1}, Format::kCsv, 0, {});
  });
  EXPECT_FALSE(range.has_value());
}

TEST(CsvCell, EveryBeginningOfAFormulaIsDefused) {
  for (char c : std::string_view("=+-@")) {
    EXPECT_EQ(CsvCell(std::string(1, c) + "x"), std::string("\"'") + c + "x\"");
  }
  EXPECT_EQ(CsvCell("\t=1"), "\"'\\u0009=1\"");
  EXPECT_EQ(CsvCell("\r"), "\"'\\u000d\"");
  EXPECT_EQ(CsvCell("a=b"), "\"a=b\"");
  EXPECT_EQ(CsvCell("a\"b,c"), "\"a\"\"b,c\"");
  EXPECT_EQ(CsvCell(""), "\"\"");
  EXPECT_EQ(CsvCell("é\x7f"), "\"é\\u007f\"");
}

}  // namespace
}  // namespace gatehouse::audit
