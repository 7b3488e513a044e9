#pragma once

// The fixture of every store and service test: a fresh database with the schema of both halves, and
// what modules are built from. Each body runs on each engine:
//
//   class WidgetTest : public test::MigratedDatabase {
//    protected:
//     Store store_{clock(), ids(), audit()};
//   };
//   GATEHOUSE_ON_ALL_ENGINES(WidgetTest);
//   TEST_P(WidgetTest, DoesThings) { auto got = Write([&](sql::Tx& tx) { return ...; }); }
//
// clock() stands still until advanced. ids(), rng(), audit() and the outboxes exist before SetUp;
// db() does not, so members that need it are made in SetUp.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rng.h"
#include "core/audit/audit.h"
#include "core/outbox/outbox.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::test {

// A row of an outbox table, as it is stored.
struct OutboxRow {
  std::int64_t id = 0;
  outbox::Shard shard{};
  outbox::Category category{};
  std::int64_t object_id = 0;
  json::Object payload;
  int attempts = 0;
  Timestamp scheduled_for;
  Timestamp leased_until;
  bool parked = false;
  std::string last_error;
};

// A row of audit_log, as it is stored.
struct AuditRow {
  std::optional<OrgId> organization;
  audit::Event event{};
  std::optional<UserId> actor;
  std::string actor_label;
  std::optional<std::int64_t> target_object;
  std::optional<UserId> target_user;
  json::Object data;
};

// The key of audit() and NewAuditLog().
inline constexpr std::string_view kAuditKey = "audit key of the tests, 32 bytes";
inline audit::Log NewAuditLog(const Clock& clock, IdGenerator& ids) {
  return audit::Log(clock, ids, std::string(kAuditKey));
}

class MigratedDatabase : public sql::DatabaseTest {
 protected:
  void SetUp() override;

  ManualClock& clock() { return clock_; }
  IdGenerator& ids() { return ids_; }
  Rng& rng() { return rng_; }
  const audit::Log& audit() { return audit_; }
  const outbox::Outbox& control_outbox() { return control_outbox_; }
  const outbox::Outbox& region_outbox() { return region_outbox_; }

  // Runs a task to its end on this thread.
  template <class T>
  Result<T> Run(Task<T> task) {
    return runtime::RunSync(std::move(task));
  }
  // A test looks at everybody's rows; a service names the tenant itself.
  template <class F>
  auto Write(F f) {
    return db().WriteSync(sql::Tenant::All(), std::move(f));
  }
  template <class F>
  auto Read(F f) {
    return db().ReadSync(sql::Tenant::All(), std::move(f));
  }

  // Everything in the table, oldest first.
  std::vector<OutboxRow> OutboxRows(outbox::Half half);
  std::vector<AuditRow> AuditRows();
  // What must hold in any database at rest and does not; seals the audit log first. Empty: all is
  // well.
  std::vector<std::string> BrokenInvariants();
  // First column of the first row of any query.
  std::int64_t Number(std::string_view query);

 private:
  ManualClock clock_;
  IdGenerator ids_{clock_, 1};
  SeededRng rng_{42};
  audit::Log audit_ = NewAuditLog(clock_, ids_);
  outbox::Outbox control_outbox_{outbox::Half::kControl, clock_, ids_};
  outbox::Outbox region_outbox_{outbox::Half::kRegion, clock_, ids_};
};

}  // namespace gatehouse::test

// Checks a Result and shows its error: ASSERT_OK(result); EXPECT_ERROR(kNotFound, "slug", result).
#define GATEHOUSE_SHOW_ERROR(result)                                       \
  ((result).has_value()                                                    \
       ? std::string("ok")                                                 \
       : std::string(::gatehouse::CodeName((result).error().code)) + " " + \
             std::string((result).error().reason) + " " + (result).error().detail)
#define EXPECT_OK(...)                                                     \
  do {                                                                     \
    const auto& gh_result = (__VA_ARGS__);                                 \
    EXPECT_TRUE(gh_result.has_value()) << GATEHOUSE_SHOW_ERROR(gh_result); \
  } while (false)
#define ASSERT_OK(...)                                                     \
  do {                                                                     \
    const auto& gh_result = (__VA_ARGS__);                                 \
    ASSERT_TRUE(gh_result.has_value()) << GATEHOUSE_SHOW_ERROR(gh_result); \
  } while (false)
#define EXPECT_ERROR(expected_code, slug, ...)                             \
  do {                                                                     \
    const auto& gh_result = (__VA_ARGS__);                                 \
    ASSERT_FALSE(gh_result.has_value());                                   \
    EXPECT_EQ(gh_result.error().code, ::gatehouse::Code::expected_code);   \
    EXPECT_EQ(gh_result.error().reason, slug) << gh_result.error().detail; \
  } while (false)
