#pragma once

// The keyed MACs that make a changed audit log visible, over one canonical encoding: a label, then
// every field with its length. HMAC-SHA256 as base64url. Pure; thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/sql/sql.h"

namespace gatehouse::audit {

// A row of audit_log as it is stored, by reference.
struct LogRow {
  std::int64_t id = 0;
  std::optional<std::int64_t> organization;
  std::int64_t event = 0;
  std::optional<std::int64_t> actor;
  std::string_view actor_label;
  std::optional<std::int64_t> target_object;
  std::optional<std::int64_t> target_user;
  std::optional<std::string_view> ip;
  std::string_view data;
  std::string_view correlation_id;
  std::int64_t created_at = 0;
  std::string_view mac;  // not part of the encoding
};

inline constexpr std::size_t kLogRowColumns = 12;
// Columns first … first + 11: kLogRowColumns in the order of LogRow. Valid while the Rows live.
LogRow ReadLogRow(const sql::Row& row, std::size_t first);

class MacKey {
 public:
  // `key` is 32 bytes, of the key ring.
  explicit MacKey(std::string key) : key_(std::move(key)) {}

  // Of an entry. `adopted`: of one that was written without a MAC; the two never coincide.
  std::string Entry(const LogRow& row, bool adopted = false) const;
  // Of a link: `before` is the MAC of the link before it, "" at the beginning. `organization` is 0
  // for entries of none.
  std::string Link(std::int64_t organization, std::int64_t seq, std::int64_t entry_id, bool adopted,
                   std::string_view entry_mac, std::string_view before) const;
  // Of the place at which a chain was cut by retention.
  std::string Anchor(std::int64_t organization, std::int64_t seq, std::string_view chain_mac,
                     std::int64_t dropped_at) const;

 private:
  std::string key_;
};

}  // namespace gatehouse::audit
