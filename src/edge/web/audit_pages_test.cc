// The audit log's page: filters, links, export, and what it says of the chain.

#include <gtest/gtest.h>

#include "core/audit/checkpoint.h"
#include "edge/web/testing/web_rig.h"

namespace gatehouse::web {
namespace {

using testing::Browser;
using testing::PasswordProof;
using testing::Town;

constexpr const char* kLog = "/organizations/acme/audit-log/";
constexpr const char* kExport = "/organizations/acme/audit-log/export/";

bool Has(const http::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

class AuditPagesTest : public ::testing::Test {
 protected:
  AuditPagesTest() {
    browser_.SignIn(town_.world.AddSession(town_.ada, {PasswordProof()}));
    browser_.Get("/organizations/");
  }
  void Record(OrgId organization, audit::Event event, UserId actor, std::optional<UserId> target,
              std::string correlation = "corr-1") {
    audit::Entry entry;
    entry.organization = organization;
    entry.event = event;
    entry.actor = actor;
    entry.actor_label = "label";
    entry.target_user = target;
    entry.correlation_id = std::move(correlation);
    entry.data["email"] = "<img src=x onerror=alert(1)>";
    entry.data["teams"] = json::Array{"red", "blue"};
    Write([&](sql::Tx& tx) { return town_.audit.Record(tx, entry); });
  }
  template <class F>
  void Write(F f) {
    ASSERT_TRUE(town_.database.db().WriteSync(sql::Tenant::All(), f).has_value());
  }
  void Seal() { ASSERT_TRUE(runtime::RunSync(town_.sealer.Seal()).has_value()); }
  static std::size_t Entries(const http::Response& page) {
    std::size_t n = 0;
    for (std::size_t at = 0;
         (at = page.body.find("<p class=\"log-head\">", at)) != std::string::npos; ++at) {
      ++n;
    }
    return n;
  }
  Town town_;
  Browser browser_{town_};
};

TEST_F(AuditPagesTest, FiltersByEventPeopleDayAndCorrelation) {
  const Timestamp begin = town_.clock.Now();
  Record(town_.acme, audit::Event::kMemberAdd, town_.ada, town_.bob);
  town_.clock.Advance(std::chrono::hours(48));
  Record(town_.acme, audit::Event::kMemberEdit, town_.bob, town_.ada, "corr-2");
  Record(town_.beta, audit::Event::kMemberEdit, town_.bob, town_.ada, "corr-2");
  auto all = browser_.Get(kLog);
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(Entries(all), 2u);
  EXPECT_FALSE(Has(all, "<img src=x"));
  EXPECT_TRUE(Has(all, "red, blue"));
  const std::string ada = town_.ada.ToString(), bob = town_.bob.ToString();
  for (const std::string& link : {"?actor=" + ada, "?actor=" + bob, "?target=" + ada,
                                  "?target=" + bob, std::string("?correlation=corr-2")}) {
    EXPECT_TRUE(Has(all, "href=\"" + std::string(kLog) + link + "\"")) << link;
    EXPECT_EQ(Entries(browser_.Get(kLog + link)), 1u) << link;
  }
  const std::string day = FormatIso8601(begin).substr(0, 10);
  EXPECT_EQ(Entries(browser_.Get(std::string(kLog) + "?to=" + day)), 1u);
  auto later = browser_.Get(std::string(kLog) +
                            "?from=" + FormatIso8601(town_.clock.Now()).substr(0, 10) + "&to=");
  EXPECT_EQ(Entries(later), 1u);
  EXPECT_TRUE(Has(later, "All entries"));
  auto none = browser_.Get(std::string(kLog) + "?event=sso.enable");
  EXPECT_EQ(Entries(none), 0u);
  EXPECT_TRUE(Has(none, "Nothing here."));
  EXPECT_FALSE(Has(none, "Export"));
  for (const char* wrong : {"?event=nothing", "?actor=x", "?target=-1", "?from=2026-02-30",
                            "?to=yesterday", "?before=0"}) {
    EXPECT_EQ(browser_.Get(std::string(kLog) + wrong).status, 400) << wrong;
  }
}

TEST_F(AuditPagesTest, ExportHandsOutWhatTheFilterFindsAndIsRecorded) {
  Record(town_.acme, audit::Event::kMemberAdd, town_.ada, town_.bob);
  Record(town_.acme, audit::Event::kMemberEdit, town_.ada, town_.bob);
  Record(town_.beta, audit::Event::kMemberAdd, town_.bob, town_.bob);
  auto page = browser_.Get(std::string(kLog) + "?event=member.add");
  EXPECT_TRUE(Has(page, "name=\"event\" value=\"member.add\""));
  EXPECT_EQ(browser_.PostRaw(kExport, {{"format", "csv"}}).status, 403);
  EXPECT_EQ(browser_.Get(kExport).status, 405);
  auto csv = browser_.Post(kExport, {{"format", "csv"}, {"event", "member.add"}});
  EXPECT_EQ(csv.status, 200);
  EXPECT_TRUE(csv.body.starts_with("seq,id,time,"));
  EXPECT_EQ(std::ranges::count(csv.body, '\n'), 2);
  EXPECT_TRUE(csv.headers.Get("Content-Type").starts_with("text/csv"));
  EXPECT_EQ(csv.headers.Get("Content-Disposition"), "attachment; filename=\"audit-acme.csv\"");
  EXPECT_TRUE(csv.headers.Get("Cache-Control").starts_with("no-store"));
  auto lines = browser_.Post(kExport, {{"format", "jsonl"}});
  EXPECT_EQ(std::ranges::count(lines.body, '\n'), 3);
  EXPECT_TRUE(Has(lines, "\"audit.export\""));
  EXPECT_FALSE(Has(lines, town_.beta.ToString()));
  EXPECT_EQ(browser_.Post(kExport, {{"format", "xml"}}).status, 400);
  EXPECT_EQ(browser_.Post("/organizations/beta/audit-log/export/", {{"format", "csv"}}).status,
            404);
}

TEST_F(AuditPagesTest, MembersExportNothing) {
  Browser member(town_);
  member.SignIn(town_.world.AddSession(town_.bob, {PasswordProof()}));
  member.Get("/organizations/");
  EXPECT_EQ(member.Post(kExport, {{"format", "csv"}}).status, 403);
}

TEST_F(AuditPagesTest, SaysWhetherTheChainIsIntactAndWhatProvesIt) {
  EXPECT_FALSE(Has(browser_.Get(kLog), "Intact"));
  Record(town_.acme, audit::Event::kMemberAdd, town_.ada, town_.bob);
  Record(town_.acme, audit::Event::kMemberEdit, town_.ada, town_.bob);
  Seal();
  auto page = browser_.Get(kLog);
  EXPECT_TRUE(Has(page, "Intact"));
  EXPECT_TRUE(Has(page, "Sealed through entry 2 of "));
  EXPECT_TRUE(Has(page, "<code>gatehouse audit verify --org acme</code>"));
  Write([](sql::Tx& tx) {
    return tx.Exec({"", "UPDATE audit_log SET actor_label = 'eve' WHERE event = 4"});
  });
  auto broken = browser_.Get(kLog);
  EXPECT_FALSE(Has(broken, "Intact"));
  EXPECT_TRUE(Has(broken, "The chain is broken at entry 2:"));
  EXPECT_TRUE(Has(broken, "the entry was changed"));
}

TEST_F(AuditPagesTest, PagesGoOnWithTheFilter) {
  for (int i = 0; i < 60; ++i) Record(town_.acme, audit::Event::kMemberAdd, town_.ada, town_.bob);
  auto first = browser_.Get(std::string(kLog) + "?event=member.add");
  EXPECT_EQ(Entries(first), 50u);
  const std::size_t at = first.body.find("rel=\"next\" href=\"") + 17;
  std::string next = first.body.substr(at, first.body.find('"', at) - at);
  for (std::size_t amp; (amp = next.find("&amp;")) != std::string::npos;) next.erase(amp + 1, 4);
  EXPECT_TRUE(next.starts_with(std::string(kLog) + "?event=member.add&before=")) << next;
  EXPECT_EQ(Entries(browser_.Get(next)), 10u);
}

}  // namespace
}  // namespace gatehouse::web
