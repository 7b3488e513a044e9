#pragma once

// Checkpoints: where the chains of the audit log stood at a time, in a file outside the database,
// because a chain alone cannot show that its end was cut off. One JSON object a line, signed by the
// installation (Ed25519, a JWS with detached payload: RFC 7515 appendix F, RFC 8037), and bound to
// the line before it by its hash:
//
//   {"v":1,"time":"2026-11-21T07:54:00.123456Z","heads":[{"organization":"7","seq":12,"mac":"…"}],
//    "previous":"<SHA-256 of the line before, hex>","signature":"…"}
//
// The payload is the line without its signature member.

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "core/audit/sealer.h"
#include "platform/crypto/jose.h"
#include "platform/json/json.h"

namespace gatehouse::audit {

struct Checkpoint {
  std::string time;
  std::vector<Head> heads;
  std::string previous;  // "" in the first line
};

// Immutable; thread-safe.
class CheckpointKey {
 public:
  // `seed` is 32 bytes, of the key ring: the same key after every start.
  static Result<CheckpointKey> FromSeed(std::string_view seed);
  // For auditors: the public key as a JWK.
  json::Object PublicJwk() const { return key_.PublicJwk(); }

  // Without a line end. Errors: kInternal "sign_failed".
  Result<std::string> Sign(const Checkpoint& checkpoint) const;
  bool Verify(std::string_view line) const;

 private:
  CheckpointKey(crypto::Jwk key, crypto::JwkSet keys)
      : key_(std::move(key)), public_(std::move(keys)) {}
  crypto::Jwk key_;
  crypto::JwkSet public_;
};

// The content of a line, whoever signed it. Strict: exactly what Sign writes.
// Errors: kInvalidArgument "audit_checkpoint_invalid".
Result<Checkpoint> ParseCheckpoint(std::string_view line);

// What is wrong with a file of checkpoints, and what it says otherwise.
struct CheckpointLine {
  std::int64_t number = 0;  // from 1
  Checkpoint checkpoint;
};
struct CheckpointFinding {
  std::int64_t line = 0;
  std::string text;
};
struct CheckpointContents {
  std::vector<CheckpointLine> lines;
  std::vector<CheckpointFinding> findings;
  // Lines cut off by a crash of the machine: the next one joins the one before.
  std::int64_t torn = 0;
};
// A file that does not exist is empty. Errors: kUnavailable "audit_checkpoints_unavailable".
Result<CheckpointContents> ReadCheckpoints(const std::filesystem::path& file,
                                           const CheckpointKey& key);
bool HasCheckpoints(const std::filesystem::path& file);

// The last line that is a checkpoint, and whether the file ends in the middle of a line.
struct CheckpointTail {
  std::string last;
  bool torn = false;
};

// Appends to the file; makes it (0600) and its folder (0700). Thread-safe, blocking.
class CheckpointFile {
 public:
  CheckpointFile(std::filesystem::path file, const CheckpointKey& key, const Clock& clock)
      : file_(std::move(file)), key_(key), clock_(clock) {}
  CheckpointFile(const CheckpointFile&) = delete;
  CheckpointFile& operator=(const CheckpointFile&) = delete;

  // The heads that moved since this process last wrote, durably; nothing when none did. Returns the
  // number of lines. Errors: kUnavailable "audit_checkpoints_unavailable", those of Sign.
  Result<std::size_t> Append(const std::vector<Head>& heads);
  // What this process last wrote of the organization's chain, and when; nullopt before it did.
  struct Written {
    Head head;
    Timestamp at;
  };
  std::optional<Written> Last(OrgId organization) const;
  const std::filesystem::path& file() const { return file_; }
  const CheckpointKey& key() const { return key_; }

 private:
  const std::filesystem::path file_;
  const CheckpointKey& key_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<OrgId, Written> written_;
  CheckpointTail tail_;
  std::uintmax_t size_ = 0;  // of the file when tail_ was true
};

}  // namespace gatehouse::audit
