#pragma once

// Makes the audit log tamper-evident: chains what Record wrote. Each organization has a chain of
// its own (0: entries of none) without gaps; every link's MAC covers the entry's MAC and the MAC of
// the link before it. So an entry that was changed, deleted, added or moved by whoever does not
// have the key is found by verify.h.
//
// An entry whose MAC is not right is never sealed. Entries of versions without MACs are taken in
// once, before anything else, and marked as such; the entry kAuditAdopt ends that for ever.
//
// Safe to run in several processes at once. Thread-safe.

#include <atomic>

#include "base/clock.h"
#include "core/audit/audit.h"
#include "core/audit/mac.h"
#include "platform/sql/sql.h"

namespace gatehouse::audit {

struct Sealed {
  std::int64_t entries = 0;  // in a chain now
  std::int64_t adopted = 0;  // of these, without a MAC of their own
  // Entries that were changed or deleted between their commit and now: evidence of tampering.
  std::int64_t refused = 0;
};

// The last link of a chain.
struct Head {
  OrgId organization;  // 0: entries without one
  std::int64_t seq = 0;
  std::string mac;

  bool operator==(const Head&) const = default;
};

struct Recent;

class Sealer {
 public:
  // `key` as for Log. `may_adopt` is false when checkpoints exist: then the chain began long ago,
  // whatever the database says.
  Sealer(sql::Database& db, const Clock& clock, const Log& log, std::string key, bool may_adopt)
      : db_(db), clock_(clock), log_(log), key_(std::move(key)), adoption_over_(!may_adopt) {}

  // Everything that waits. Cheap when nothing does. Errors: kUnavailable "audit_seal_contended",
  // those of Database.
  Task<Sealed> Seal();
  // Whether Seal() would find something. One read.
  Task<bool> Waiting();
  // Of every chain, by organization.
  Task<std::vector<Head>> Heads();
  // Whether the end of a chain holds (recent.h). `seen`: what the last checkpoint says of it.
  Task<Recent> CheckEnd(OrgId organization, std::optional<Head> seen, std::int64_t links = 200);

 private:
  Task<Sealed> Repeat(bool adopting);
  struct Position {
    bool last = false;    // nothing was left
    std::int64_t id = 0;  // the last entry that was adopted
  };
  // One transaction.
  Result<Sealed> SealBatch(sql::Tx& tx, Position& reached) const;
  Result<Sealed> AdoptBatch(sql::Tx& tx, std::int64_t after, Position& reached) const;

  sql::Database& db_;
  const Clock& clock_;
  const Log& log_;
  MacKey key_;
  std::atomic<bool> adoption_over_;
};

}  // namespace gatehouse::audit
