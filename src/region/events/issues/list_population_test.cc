// The search compared with a plain filter over a random population: probing finds what walking
// finds, in the same order, on every page.

#include <algorithm>
#include <functional>
#include <set>

#include "base/rng.h"
#include "region/events/issues/issues_fixture.h"

namespace gatehouse::issues {
namespace {

constexpr Duration kHour = std::chrono::hours(1);

// What was sent, beside what the row of the issue says.
struct Sent {
  std::string words;
  std::set<std::string> releases = {};
  std::set<std::string> environments = {};
  std::set<std::string> browsers = {};
};

struct Condition {
  std::string text;
  std::function<bool(const Issue&, const Sent&)> holds;
};

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

class IssuePopulationTest : public IssuesFixture {
 protected:
  static constexpr int kIssues = 90;

  void SetUp() override {
    IssuesFixture::SetUp();
    if (IsSkipped()) return;
    projects_of_ = {shop_, Project("second"), Project("third")};
    ServiceImpl::Parts parts = Parts();
    parts.first_chunk = 1;
    probing_ = std::make_unique<ServiceImpl>(parts);
    parts.max_probed = 0;
    walking_ = std::make_unique<ServiceImpl>(parts);
    parts.max_probed = 20;
    parts.max_tagged = 10;
    mixed_ = std::make_unique<ServiceImpl>(parts);
    Populate();
  }

  std::size_t Below(std::size_t n) { return rng_.Next64() % n; }
  std::string OneOf(std::vector<std::string> values) { return values[Below(values.size())]; }

  void Populate() {
    int number = 1;
    std::vector<SeedEvent> batches[3];
    for (int i = 0; i < kIssues; ++i) {
      const std::string type = "T" + std::to_string(i);
      Sent& sent = sent_[type];
      std::vector<std::string> words;
      for (int k = 0; k < 4; ++k) {
        words.push_back(
            OneOf({"Socket", "closed", "timeout", "undefined", "\xC3\x84pfel", "100%_"}));
      }
      if (i == 41) words.emplace_back("Needle");
      for (const std::string& word : words) sent.words += (sent.words.empty() ? "" : " ") + word;
      const std::string logger = OneOf({"", "", "", "db", "dbx"});
      const std::string platform = Below(9) == 0 ? "python" : "node";
      const std::size_t events = 1 + Below(3);
      std::vector<SeedEvent> seeds;
      for (std::size_t k = 0; k < events; ++k) {
        const std::string release = OneOf({"", "r1", "r2", "s1"});
        const std::string environment = OneOf({"", "", "prod", "stage"});
        const std::string browser = OneOf({"Firefox", "Firefox", "Chrome", "Opera"});
        if (!release.empty()) sent.releases.insert(release);
        sent.environments.insert(environment);
        sent.browsers.insert(browser);
        std::string more = R"(,"tags":[["browser",")" + browser + "\"]]";
        if (!logger.empty()) more += R"(,"logger":")" + logger + "\"";
        seeds.push_back({.number = number++,
                         .type = type,
                         .value = sent.words,
                         .release = release,
                         .environment = environment,
                         .level = OneOf({"error", "error", "error", "warning", "fatal"}),
                         .ago = static_cast<std::int64_t>(Below(40)) * kHour,
                         .more = more,
                         .platform = platform});
      }
      std::vector<SeedEvent>& batch = batches[Below(3)];
      batch.insert(batch.end(), seeds.begin(), seeds.end());
    }
    for (std::size_t i = 0; i < 3; ++i) seeder_->Add(projects_of_[i], batches[i]);
    // As people and regressions leave them.
    Execute("UPDATE issues SET status = 'resolved', substatus = '' WHERE short_id % 5 = 1");
    Execute("UPDATE issues SET status = 'ignored' WHERE short_id % 7 = 2");
    Execute("UPDATE issues SET substatus = 'regressed' WHERE short_id % 6 = 3");
    Execute("UPDATE issues SET assignee = 'user:11' WHERE short_id % 8 = 4");
    Execute("UPDATE issues SET assignee = 'team:3' WHERE short_id % 9 = 5");
    Execute("UPDATE issues SET users_seen = short_id % 4");
    Execute("UPDATE issues SET priority = 25 WHERE short_id % 11 = 7");
    Execute(
        "INSERT INTO issue_marks (organization_id, issue_id, user_id, is_bookmarked, "
        "subscription_reason) SELECT organization_id, id, 10, 1, '' FROM issues WHERE short_id % "
        "10 = 6");
    for (const char* status : {"is:unresolved", "is:resolved", "is:ignored"}) {
      Query query;
      auto terms = ParseQuery(status, clock().Now());
      ASSERT_OK(terms);
      query.terms = *terms;
      query.limit = 100;
      query.viewer = UserId{10};
      Page page = List(query);
      ASSERT_FALSE(page.has_next);
      for (Issue& issue : page.issues) all_.push_back(std::move(issue));
    }
    ASSERT_EQ(all_.size(), static_cast<std::size_t>(kIssues));
  }

  std::vector<Condition> Conditions() {
    const auto has_word = [](const std::string& word) {
      return [word](const Issue& issue, const Sent& sent) {
        return Lower(sent.words + " " + issue.title).find(Lower(word)) != std::string::npos;
      };
    };
    const auto in_release = [](const std::string& version) {
      return [version](const Issue&, const Sent& sent) { return sent.releases.contains(version); };
    };
    const Issue& one = all_[Below(all_.size())];
    const Timestamp now = clock().Now();
    return {
        {"level:warning", [](auto& i, auto&) { return i.level == "warning"; }},
        {"level:[fatal, warning]", [](auto& i, auto&) { return i.level != "error"; }},
        {"!level:error", [](auto& i, auto&) { return i.level != "error"; }},
        {"logger:db", [](auto& i, auto&) { return i.logger == "db"; }},
        {"logger:d*", [](auto& i, auto&) { return i.logger.starts_with("d"); }},
        {"!logger:[db, dbx]", [](auto& i, auto&) { return i.logger.empty(); }},
        {"!has:logger", [](auto& i, auto&) { return i.logger.empty(); }},
        {"platform.name:python", [](auto& i, auto&) { return i.platform == "python"; }},
        {"!platform.name:node", [](auto& i, auto&) { return i.platform == "python"; }},
        {"issue.category:error", [](auto&, auto&) { return true; }},
        {"issue.priority:medium", [](auto& i, auto&) { return i.priority == 50; }},
        {"issue.priority:low", [](auto& i, auto&) { return i.priority == 25; }},
        {"priority:[low, medium]", [](auto& i, auto&) { return i.priority != 75; }},
        {"!priority:high", [](auto& i, auto&) { return i.priority != 75; }},
        {"release:r1", in_release("r1")},
        {"!release:r1", [=](auto& i, auto& s) { return !in_release("r1")(i, s); }},
        {"release:r*",
         [=](auto& i, auto& s) { return in_release("r1")(i, s) || in_release("r2")(i, s); }},
        {"has:release", [](auto&, auto& s) { return !s.releases.empty(); }},
        {"!has:release", [](auto&, auto& s) { return s.releases.empty(); }},
        {"release:none", [](auto&, auto&) { return false; }},
        {"environment:prod", [](auto&, auto& s) { return s.environments.contains("prod"); }},
        {"!environment:prod", [](auto&, auto& s) { return !s.environments.contains("prod"); }},
        {"is:unresolved", [](auto& i, auto&) { return i.status == "unresolved"; }},
        {"!is:unresolved", [](auto& i, auto&) { return i.status != "unresolved"; }},
        {"is:regressed", [](auto& i, auto&) { return i.substatus == "regressed"; }},
        {"is:assigned", [](auto& i, auto&) { return !i.assignee.empty(); }},
        {"is:unassigned", [](auto& i, auto&) { return i.assignee.empty(); }},
        {"assigned:[user:11, none]",
         [](auto& i, auto&) { return i.assignee.empty() || i.assignee == "user:11"; }},
        {"assigned:team:3", [](auto& i, auto&) { return i.assignee == "team:3"; }},
        {"bookmarks:10", [](auto& i, auto&) { return i.marks.is_bookmarked; }},
        {"issue:" + one.short_id, [id = one.id](auto& i, auto&) { return i.id == id; }},
        {"title:\"" + one.title + "\"", [t = one.title](auto& i, auto&) { return i.title == t; }},
        {"title:T1*", [](auto& i, auto&) { return i.title.starts_with("T1"); }},
        {"timesSeen:>2", [](auto& i, auto&) { return i.times_seen > 2; }},
        {"timesSeen:<=1", [](auto& i, auto&) { return i.times_seen <= 1; }},
        {"userCount:>=3", [](auto& i, auto&) { return i.users_seen >= 3; }},
        {"lastSeen:-5h", [=](auto& i, auto&) { return i.last_seen >= now - 5 * kHour; }},
        {"age:+30h", [=](auto& i, auto&) { return i.first_seen <= now - 30 * kHour; }},
        {"needle", has_word("needle")},
        {"IMEOU", has_word("timeout")},
        {"\"socket closed\"", has_word("socket closed")},
        {"sock*timeout",
         [=](auto& i, auto& s) {
           const std::string text = Lower(s.words + " " + i.title);
           const std::size_t at = text.find("sock");
           return at != std::string::npos && text.find("timeout", at) != std::string::npos;
         }},
        {"\xC3\x84pfel", has_word("\xC3\x84pfel")},
        {"100%_", has_word("100%_")},
        {"nowhere", has_word("nowhere")},
        {"browser:Opera", [](auto&, auto& s) { return s.browsers.contains("Opera"); }},
        {"!browser:Firefox", [](auto&, auto& s) { return !s.browsers.contains("Firefox"); }},
        {"browser:[Chrome, Opera]",
         [](auto&, auto& s) {
           return s.browsers.contains("Opera") || s.browsers.contains("Chrome");
         }},
    };
  }

  static std::int64_t KeyOfIssue(Sort sort, const Issue& issue) {
    switch (sort) {
      case Sort::kFirstSeen:
        return issue.first_seen.micros;
      case Sort::kTimesSeen:
        return issue.times_seen;
      case Sort::kUsersSeen:
        return issue.users_seen;
      case Sort::kLastSeen:
        break;
    }
    return issue.last_seen.micros;
  }

  // In the order of the list.
  std::vector<std::int64_t> Expected(const Query& query, const std::vector<Condition>& conditions) {
    std::vector<std::pair<std::int64_t, std::int64_t>> found;
    for (const Issue& issue : all_) {
      const Sent& sent = sent_.at(issue.title.substr(0, issue.title.find(':')));
      if (!query.projects.empty() &&
          std::ranges::find(query.projects, issue.project) == query.projects.end()) {
        continue;
      }
      if (query.from && issue.last_seen < *query.from) continue;
      if (query.to && issue.first_seen >= *query.to) continue;
      if (!query.environments.empty() &&
          std::ranges::none_of(query.environments, [&](const std::string& name) {
            return sent.environments.contains(name);
          })) {
        continue;
      }
      if (std::ranges::all_of(conditions, [&](auto& one) { return one.holds(issue, sent); })) {
        found.emplace_back(KeyOfIssue(query.sort, issue), issue.id.value);
      }
    }
    std::ranges::sort(found, std::greater());
    std::vector<std::int64_t> ids;
    for (const auto& [key, id] : found) ids.push_back(id);
    return ids;
  }

  // Forth to the end and back to the beginning.
  void ExpectPages(ServiceImpl& service, Query query, const std::vector<std::int64_t>& expected,
                   const std::string& what) {
    SCOPED_TRACE(what);
    std::vector<std::int64_t> forth;
    std::vector<Page> pages;
    do {
      auto page = Run(service.List(acme_, query));
      ASSERT_OK(page);
      ASSERT_LT(pages.size(), 200u) << what;
      for (const Issue& issue : page->issues) forth.push_back(issue.id.value);
      pages.push_back(std::move(*page));
      query.after = pages.back().next;
    } while (pages.back().has_next);
    ASSERT_EQ(forth, expected) << what;
    EXPECT_FALSE(pages.front().has_previous) << what;
    if (pages.front().total_is_exact) {
      EXPECT_EQ(pages.front().total, static_cast<std::int64_t>(expected.size())) << what;
    }
    if (pages.back().issues.empty()) return;  // nothing to go back from
    std::vector<std::int64_t> back;
    for (const Issue& issue : pages.back().issues) back.push_back(issue.id.value);
    query.after = pages.back().previous;
    for (int n = 0; n < 200; ++n) {
      auto page = Run(service.List(acme_, query));
      ASSERT_OK(page);
      std::vector<std::int64_t> ids;
      for (const Issue& issue : page->issues) ids.push_back(issue.id.value);
      back.insert(back.begin(), ids.begin(), ids.end());
      if (!page->has_previous) break;
      query.after = page->previous;
    }
    EXPECT_EQ(back, expected) << what;
  }

  void ExpectAll(Query query, const std::vector<Condition>& conditions) {
    std::string text;
    for (const Condition& one : conditions) text += (text.empty() ? "" : " ") + one.text;
    auto terms = ParseQuery(text, clock().Now());
    ASSERT_OK(terms);
    query.terms = std::move(*terms);
    const std::vector<std::int64_t> expected = Expected(query, conditions);
    text += " sort " + std::to_string(static_cast<int>(query.sort)) + " limit " +
            std::to_string(query.limit) + " projects " + std::to_string(query.projects.size()) +
            (query.from ? " from" : "") + (query.to ? " to" : "");
    ExpectPages(*probing_, query, expected, "probing " + text);
    ExpectPages(*mixed_, query, expected, "mixed " + text);
    ExpectPages(*walking_, query, expected, "walking " + text);
  }

  SeededRng rng_{11};
  std::vector<projects::Project> projects_of_;
  std::map<std::string, Sent> sent_;
  std::vector<Issue> all_;
  std::unique_ptr<ServiceImpl> probing_, walking_, mixed_;
};
GATEHOUSE_ON_ALL_ENGINES(IssuePopulationTest);

TEST_P(IssuePopulationTest, EachConditionFindsWhatAPlainFilterFinds) {
  for (const Condition& one : Conditions()) {
    ExpectAll({.limit = 7}, {one});
    if (HasFatalFailure()) return;
  }
}

TEST_P(IssuePopulationTest, ConditionsTogetherFindWhatAPlainFilterFinds) {
  const std::vector<Condition> conditions = Conditions();
  for (int round = 0; round < 40; ++round) {
    std::vector<Condition> some;
    for (std::size_t n = 1 + Below(3); n > 0; --n)
      some.push_back(conditions[Below(conditions.size())]);
    Query query;
    query.sort = static_cast<Sort>(Below(4));
    query.limit = 3 + Below(30);
    for (std::size_t n = Below(3); n > 0; --n) {
      const ProjectId id = projects_of_[n].id;
      query.projects.push_back(id);
    }
    if (Below(4) == 0) query.environments = {"prod", "stage"};
    // Tags are looked for in the time that is asked about, which the plain filter does not know.
    const bool has_tag = std::ranges::any_of(
        some, [](const Condition& one) { return one.text.find("browser") != std::string::npos; });
    if (!has_tag && Below(4) == 0) query.from = clock().Now() - 20 * kHour;
    if (!has_tag && Below(4) == 0) query.to = clock().Now() - 10 * kHour;
    ExpectAll(query, some);
    if (HasFatalFailure()) return;
  }
}

TEST_P(IssuePopulationTest, TheLatestReleaseIsTheSameByBothWays) {
  for (const char* text : {"release:latest", "first-release:latest", "release:[latest, r1]"}) {
    auto terms = ParseQuery(text, clock().Now());
    ASSERT_OK(terms);
    Query query{.terms = *terms, .limit = 100};
    auto walked = Run(walking_->List(acme_, query));
    auto probed = Run(probing_->List(acme_, query));
    ASSERT_OK(walked);
    ASSERT_OK(probed);
    std::vector<std::string> a, b;
    for (const Issue& issue : walked->issues) a.push_back(issue.title);
    for (const Issue& issue : probed->issues) b.push_back(issue.title);
    EXPECT_EQ(a, b) << text;
    EXPECT_FALSE(a.empty()) << text;
  }
}

}  // namespace
}  // namespace gatehouse::issues
