#include <gtest/gtest.h>

#include <map>
#include <string>

#include "region/ingest/quotas/active_limits.h"
#include "region/ingest/quotas/counter.h"
#include "region/ingest/quotas/enforce.h"
#include "region/ingest/quotas/quota.h"

namespace gatehouse::ingest {
namespace {

using enum DataCategory;

constexpr Scoping kScoping{.organization_id = 7, .project_id = 42, .key_id = 9};
constexpr Timestamp kNow = Timestamp{1'000'000'500'000};  // 1,000,000.5 s

std::optional<Quota> Parse(std::string_view text) { return ParseQuota(*json::ParseObject(text)); }

TEST(Quota, ParsesEveryKind) {
  for (
      std::string_view text : {
          R"({"categories":[],"scope":"organization","limit":0,"reasonCode":"go away"})",
          R"({"id":"o","categories":["error"],"scope":"organization","limit":4711,"window":42})",
          R"({"id":"p","categories":[],"scope":"project","scopeId":1,"limit":4711,"window":42})",
          R"({"id":"k","categories":["error","transaction"],"scope":"key","scopeId":1,"limit":1,"window":42,"reasonCode":"r"})",
          R"({"id":"u","categories":[],"scope":"organization","limit":null,"window":42})",
          R"({"id":"g","categories":["metric_bucket"],"scope":"global","limit":5,"window":1,"namespace":"spans"})",
      }) {
    auto quota = Parse(text);
    ASSERT_TRUE(quota) << text;
    EXPECT_EQ(json::Serialize(ToJson(*quota)), text);
  }
  EXPECT_EQ(Parse(R"({"id":"p","scope":"project","scopeId":"77","limit":1,"window":1})")->scope_id,
            77);
}

TEST(Quota, WhatCannotBeEnforcedIsRefused) {
  for (std::string_view text : {
           R"({"categories":[],"limit":42,"window":10})",
           R"({"id":"x","limit":42})",
           R"({"categories":["nonsense"],"limit":0})",
           R"({"scope":"planet","limit":0})",
           R"({"limit":-1})",
           R"({"limit":"1"})",
       }) {
    EXPECT_FALSE(Parse(text)) << text;
  }
  // A known category among unknown ones keeps the quota.
  EXPECT_EQ(Parse(R"({"categories":["nonsense","error"],"limit":0})")->categories,
            std::vector{kError});
}

TEST(Quota, MatchesScopeCategoryAndNamespace) {
  Quota quota;
  EXPECT_TRUE(Matches(quota, kScoping, kError));
  EXPECT_FALSE(Matches(quota, kScoping, kInternal));
  quota.categories = {kError};
  EXPECT_FALSE(Matches(quota, kScoping, kTransaction));
  quota.scope = LimitScope::kProject;
  quota.scope_id = 42;
  EXPECT_TRUE(Matches(quota, kScoping, kError));
  quota.scope_id = 43;
  EXPECT_FALSE(Matches(quota, kScoping, kError));
  quota.scope = LimitScope::kKey;
  quota.scope_id = 9;
  EXPECT_TRUE(Matches(quota, kScoping, kError));
  quota.categories = {kMetricBucket};
  quota.metric_namespace = "spans";
  EXPECT_FALSE(Matches(quota, kScoping, kMetricBucket));
  EXPECT_TRUE(Matches(quota, kScoping, kMetricBucket, "spans"));
}

TEST(Quota, SettingsProduceTheDocumentedQuotas) {
  EXPECT_TRUE(QuotasOf({}).empty());
  QuotaSettings settings;
  settings.project_per_minute = 10;
  settings.organization_per_minute = 100;
  settings.key_count = 5;
  settings.key_window = 30;
  settings.key_id = 9;
  settings.monitor_check_ins_per_minute = 6;
  settings.abuse_errors = 3;
  settings.abuse_attachments = -1;
  auto quotas = QuotasOf(settings);
  std::map<std::string, Quota> by_id;
  for (const Quota& quota : quotas) by_id[quota.id] = quota;
  EXPECT_EQ(by_id.at("p").limit, 10u);
  EXPECT_EQ(by_id.at("o").window, 60);
  EXPECT_EQ(by_id.at("k").scope_id, 9);
  EXPECT_EQ(by_id.at("k").window, 30);
  EXPECT_EQ(by_id.at("mrl").reason_code, "monitor_rate_limit");
  EXPECT_EQ(by_id.at("pae").limit, 30u);
  EXPECT_EQ(by_id.at("pae").window, 10);
  EXPECT_EQ(by_id.at("").limit, 0u);
  EXPECT_EQ(by_id.at("").reason_code, "disabled");
  EXPECT_EQ(by_id.at("").categories, std::vector{kAttachment});
}

TEST(Quota, LowerOfTheOrganizationsLimitsHolds) {
  auto of = [](std::int64_t minute, std::int64_t hour) {
    QuotaSettings settings;
    settings.organization_per_minute = minute;
    settings.organization_per_hour = hour;
    auto quotas = QuotasOf(settings);
    return quotas.empty() ? std::pair<std::uint64_t, std::int64_t>(0, 0)
                          : std::pair(*quotas[0].limit, quotas[0].window);
  };
  EXPECT_EQ(of(10, 1200), std::pair(std::uint64_t{10}, std::int64_t{60}));
  EXPECT_EQ(of(30, 1200), std::pair(std::uint64_t{1200}, std::int64_t{3600}));
  EXPECT_EQ(of(0, 1200), std::pair(std::uint64_t{1200}, std::int64_t{3600}));
  EXPECT_EQ(of(0, 0).second, 0);
}

// Counters kept in a map, the way that a store would.
struct Book {
  std::map<std::string, std::uint64_t> values;

  QuotaDecision Ask(std::span<const Quota> quotas, std::uint64_t quantity, Timestamp now,
                    const Scoping& scoping = kScoping) {
    CounterPlan plan = PlanCounters(quotas, scoping, kError, now);
    std::vector<std::uint64_t> used;
    for (const Counter& counter : plan.counters) {
      std::uint64_t refunded = values[counter.refund_key];
      std::uint64_t value = values[counter.key];
      used.push_back(value - std::min(refunded, value));
    }
    QuotaDecision decision = Decide(plan, used, quantity, now);
    if (decision.accepted) {
      for (const Counter& counter : plan.counters) values[counter.key] += quantity;
    }
    return decision;
  }
};

Quota Limited(std::string id, std::uint64_t limit, std::int64_t window,
              LimitScope scope = LimitScope::kProject) {
  Quota quota;
  quota.id = std::move(id);
  quota.limit = limit;
  quota.window = window;
  quota.scope = scope;
  quota.reason_code = "r_" + quota.id;
  return quota;
}

TEST(Counter, KeysSlotsAndExpiry) {
  std::vector<Quota> quotas = {Limited("p", 1, 60), Limited("o", 1, 60, LimitScope::kOrganization),
                               Limited("g", 1, 10, LimitScope::kGlobal)};
  CounterPlan plan = PlanCounters(quotas, kScoping, kError, kNow);
  ASSERT_EQ(plan.counters.size(), 3u);
  EXPECT_EQ(plan.counters[0].key, "quota:p{7}42:16666");
  EXPECT_EQ(plan.counters[0].refund_key, "r:quota:p{7}42:16666");
  EXPECT_EQ(plan.counters[1].key, "quota:o{7}:16666");
  EXPECT_EQ(plan.counters[2].key, "quota:g{}:100000");
  EXPECT_EQ(plan.counters[0].window_end, Timestamp::FromSeconds(16667 * 60 + 7));
  EXPECT_EQ(plan.counters[0].expiry, Timestamp::FromSeconds(16667 * 60 + 67));
}

TEST(Counter, WindowsOfOrganizationsAreShifted) {
  std::vector<Quota> quotas = {Limited("p", 1, 60)};
  Scoping other = kScoping;
  other.organization_id = 60 + 8;
  auto one = PlanCounters(quotas, kScoping, kError, kNow).counters[0].window_end;
  auto two = PlanCounters(quotas, other, kError, kNow).counters[0].window_end;
  EXPECT_EQ(two - one, std::chrono::seconds(1));
}

TEST(Counter, ExactlyTheLimitPassesAndRetryIsRoundedUp) {
  std::vector<Quota> quotas = {Limited("p", 3, 60)};
  Book book;
  Timestamp now = Timestamp::FromSeconds(16'666 * 60 + 7);  // the window has just begun
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(book.Ask(quotas, 1, now).accepted);
  now = now + std::chrono::milliseconds(10'100);
  QuotaDecision decision = book.Ask(quotas, 1, now);
  EXPECT_FALSE(decision.accepted);
  ASSERT_EQ(decision.limits.size(), 1u);
  EXPECT_EQ(decision.limits[0].retry_after, 50);  // 49.9
  EXPECT_EQ(decision.limits[0].reason_code, "r_p");
  EXPECT_TRUE(book.Ask(quotas, 1, now + std::chrono::seconds(50)).accepted);
}

TEST(Counter, OneExceededQuotaCountsNothing) {
  std::vector<Quota> quotas = {Limited("a", 2, 60), Limited("b", 100, 60)};
  Book book;
  for (int i = 0; i < 5; ++i) (void)book.Ask(quotas, 1, kNow);
  for (const auto& [key, value] : book.values) {
    EXPECT_EQ(value, key.starts_with("r:") ? 0u : 2u) << key;
  }
  std::vector<Quota> both = {Limited("a", 2, 60), Limited("b", 2, 3600)};
  QuotaDecision decision = book.Ask(both, 3, kNow);
  EXPECT_EQ(decision.limits.size(), 2u);
}

TEST(Counter, RefundsGiveRoomAgain) {
  std::vector<Quota> quotas = {Limited("a", 1, 60)};
  Book book;
  EXPECT_TRUE(book.Ask(quotas, 1, kNow).accepted);
  EXPECT_FALSE(book.Ask(quotas, 1, kNow).accepted);
  book.values[PlanCounters(quotas, kScoping, kError, kNow).counters[0].refund_key] = 1;
  EXPECT_TRUE(book.Ask(quotas, 1, kNow).accepted);
}

TEST(Counter, RejectAllUnlimitedAndHugeQuantities) {
  Quota reject;
  reject.limit = 0;
  reject.reason_code = "disabled";
  Quota unlimited = Limited("u", 0, 60);
  unlimited.limit = std::nullopt;
  Book book;
  std::vector<Quota> quotas = {unlimited};
  EXPECT_TRUE(book.Ask(quotas, 1'000'000'000, kNow).accepted);
  quotas.push_back(reject);
  QuotaDecision decision = book.Ask(quotas, 1, kNow);
  EXPECT_FALSE(decision.accepted);
  EXPECT_EQ(decision.limits[0].retry_after, 60);
  std::vector<Quota> small = {Limited("s", 10, 60)};
  EXPECT_FALSE(book.Ask(small, ~std::uint64_t{0}, kNow).accepted);
  EXPECT_TRUE(book.Ask(small, 0, kNow).accepted);
  EXPECT_TRUE(book.Ask(small, 10, kNow).accepted);
  EXPECT_FALSE(book.Ask(small, 0, kNow).accepted);
}

TEST(ActiveLimits, ReplacesKeepsLaterAndCleans) {
  ActiveLimits active;
  active.Add({10, {kError, kTransaction}, LimitScope::kProject, "a", {}}, kScoping, kNow);
  active.Add({5, {kTransaction, kError}, LimitScope::kProject, "b", {}}, kScoping, kNow);
  EXPECT_EQ(active.size(), 1u);
  EXPECT_EQ(active.Find(kScoping, kError, kNow)[0].retry_after, 10);
  active.Add({20, {kTransaction, kError}, LimitScope::kProject, "b", {}}, kScoping, kNow);
  active.Add({7, {}, LimitScope::kKey, "", {}}, kScoping, kNow);
  EXPECT_EQ(active.size(), 2u);
  EXPECT_EQ(RetryAfter(active.Find(kScoping, kError, kNow)), 20);
  EXPECT_EQ(RetryAfter(active.Find(kScoping, kSession, kNow)), 7);
  EXPECT_TRUE(active.Find(kScoping, kInternal, kNow).empty());

  Scoping other{.organization_id = 7, .project_id = 43, .key_id = 10};
  EXPECT_TRUE(active.All(other, kNow).empty());
  Timestamp later = kNow + std::chrono::milliseconds(7500);
  EXPECT_EQ(active.All(kScoping, later)[0].retry_after, 13);
  active.Clean(later);
  EXPECT_EQ(active.size(), 1u);
}

// Refuses the named categories and remembers what it was asked.
struct Limiter {
  std::map<DataCategory, std::string> refuse;
  std::map<DataCategory, std::uint64_t> asked;

  Enforcement Run(Envelope& envelope) {
    return Enforce(envelope, [this](DataCategory category, std::uint64_t quantity) {
      asked[category] += quantity;
      std::vector<RateLimit> out;
      if (auto it = refuse.find(category); it != refuse.end()) {
        out.push_back({30, {category}, LimitScope::kProject, it->second, {}});
      }
      return out;
    });
  }
};

std::string Names(const Envelope& envelope) {
  std::string out;
  for (const EnvelopeItem& item : envelope.items) {
    out += std::string(item.type_name()) + (IsRateLimited(item) ? "! " : " ");
  }
  return out;
}

constexpr std::string_view kMixed =
    "{}\n{\"type\":\"event\"}\n{}\n{\"type\":\"attachment\"}\n12345\n{\"type\":\"user_report\"}\n{}"
    "\n"
    "{\"type\":\"session\"}\n{}\n{\"type\":\"client_report\"}\n{}\n"
    "{\"type\":\"attachment\",\"attachment_type\":\"event.minidump\"}\nMDMP\n";

TEST(Enforce, NoLimitsRemoveNothing) {
  auto envelope = ParseEnvelope(kMixed);
  Limiter limiter;
  Enforcement result = limiter.Run(*envelope);
  EXPECT_EQ(Names(*envelope), "event attachment user_report session client_report attachment ");
  EXPECT_TRUE(result.limits.empty());
  EXPECT_FALSE(result.event_limited);
  EXPECT_EQ(limiter.asked.at(kAttachment), 9u);
  EXPECT_EQ(limiter.asked.at(kAttachmentItem), 2u);
  EXPECT_FALSE(limiter.asked.contains(kInternal));
}

TEST(Enforce, ErrorLimitTakesDependentsAndMarksTheCrash) {
  auto envelope = ParseEnvelope(kMixed);
  Limiter limiter{{{kError, "q"}}, {}};
  Enforcement result = limiter.Run(*envelope);
  EXPECT_EQ(Names(*envelope), "session client_report attachment! ");
  EXPECT_TRUE(result.event_limited);
  EXPECT_EQ(RetryAfter(result.limits), 30);
  std::map<DataCategory, std::uint64_t> dropped;
  for (const auto& drop : result.drops) {
    dropped[drop.category] += drop.quantity;
    EXPECT_EQ(drop.reason, "q");
  }
  EXPECT_EQ(dropped.at(kError), 1u);
  EXPECT_EQ(dropped.at(kAttachment), 9u);
  EXPECT_EQ(dropped.at(kAttachmentItem), 2u);
  EXPECT_FALSE(limiter.asked.contains(kAttachment));  // not counted again
}

TEST(Enforce, AttachmentLimitKeepsTheEvent) {
  for (DataCategory category : {kAttachment, kAttachmentItem}) {
    auto envelope = ParseEnvelope(kMixed);
    Limiter limiter{{{category, "q"}}, {}};
    Enforcement result = limiter.Run(*envelope);
    EXPECT_EQ(Names(*envelope), "event user_report session client_report attachment! ");
    EXPECT_FALSE(result.event_limited);
  }
}

TEST(Enforce, BareCrashCountsAsAnError) {
  auto envelope =
      ParseEnvelope("{}\n{\"type\":\"attachment\",\"attachment_type\":\"event.minidump\"}\nMDMP\n");
  Limiter limiter{{{kError, "q"}}, {}};
  Enforcement result = limiter.Run(*envelope);
  EXPECT_TRUE(result.event_limited);
  EXPECT_EQ(Names(*envelope), "attachment! ");
}

TEST(Enforce, TransactionTakesItsProfile) {
  auto envelope = ParseEnvelope(
      "{}\n{\"type\":\"transaction\"}\n{}\n{\"type\":\"profile\"}\n{}\n{\"type\":\"session\"}\n{}");
  Limiter limiter{{{kTransaction, "q"}}, {}};
  Enforcement result = limiter.Run(*envelope);
  EXPECT_EQ(Names(*envelope), "session ");
  EXPECT_EQ(result.drops.size(), 2u);
}

TEST(Enforce, SessionsGoWithoutAnOutcomeAndContainersCountTheirItems) {
  auto envelope = ParseEnvelope(
      "{}\n{\"type\":\"session\"}\n{}\n"
      "{\"type\":\"log\",\"item_count\":58,\"content_type\":\"application/"
      "vnd.sentry.items.log+json\"}\n"
      "{\"items\":[]}\n{\"type\":\"check_in\"}\n{}");
  Limiter limiter{{{kSession, "s"}, {kLogByte, "l"}}, {}};
  Enforcement result = limiter.Run(*envelope);
  EXPECT_EQ(Names(*envelope), "check_in ");
  EXPECT_EQ(limiter.asked.at(kLogItem), 58u);
  ASSERT_EQ(result.drops.size(), 2u);
  EXPECT_EQ(result.drops[0].quantity, 58u);
  EXPECT_EQ(result.drops[1].category, kLogByte);
}

}  // namespace
}  // namespace gatehouse::ingest
