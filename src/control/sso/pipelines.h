#pragma once

// Pipeline state: durable, sealed, owned by one browser and bound to organization, provider,
// revision and step list. Taking a pipeline deletes its row, so that of any number of copies of a
// request exactly one goes on. Functions run in a control transaction.

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rng.h"
#include "control/sso/adapter.h"
#include "platform/crypto/keyring.h"
#include "platform/sql/sql.h"
#include "region/orgs/invites/service.h"

namespace gatehouse::sso {

enum class Flow { kSetup, kLogin };
std::string_view FlowName(Flow flow);

// Where a pipeline stands. Numbers are stored.
enum class Stage {
  kAtProvider = 0,  // waiting for the provider's answer; ten minutes
  kVerified = 1,    // an assertion was verified; waiting for a person's decision; one hour
  kFailed = 2,      // set-up only: the answer was refused, the form shows why; one hour
};

struct Pipeline {
  std::int64_t id = 0;
  Flow flow = Flow::kLogin;
  OrgId organization;
  std::optional<UserId> user;
  std::string browser_hash;
  std::string state_hash;
  std::string kind;
  std::optional<ProviderId> provider;
  std::int64_t revision = 0;
  Stage stage = Stage::kAtProvider;
  std::optional<Stage> row;  // the stage of its row; none: there is no row, or it was taken
  std::string signature;
  Timestamp created_at;
  Timestamp expires_at;

  // Sealed part.
  json::Object flow_data;                        // the adapter's: nonce, verifier, …
  json::Object config;                           // set-up: the configuration on trial
  std::string display_name;                      // set-up
  json::Object settings;                         // set-up: public settings, to fill the form again
  std::optional<identity::Assertion> assertion;  // from kVerified on
  json::Object claims;
  std::vector<Check> checks;
  std::optional<Choice> choice;           // set-up: open until the last click
  std::string user_message;               // kFailed: what the provider's refusal may show
  std::string reason;                     // kFailed
  std::string next;                       // log-in: where to go afterwards
  bool second_factor = false;             // log-in: the provider vouched for one
  std::optional<invites::Ticket> ticket;  // log-in: the invitation that the person followed

  bool is_edit() const { return flow == Flow::kSetup && provider.has_value(); }
};

// Fingerprint of what the pipeline assumes about the code and the configuration: flow, kind, step
// names, provider and revision. A different one means the pipeline is stale.
std::string Signature(const Adapter& adapter, Flow flow, std::optional<ProviderId> provider,
                      std::int64_t revision);

json::Array ChecksToJson(const std::vector<Check>& checks);
std::vector<Check> ChecksFromJson(const json::Array& array);

class PipelineStore {
 public:
  PipelineStore(const Clock& clock, IdGenerator& ids, const crypto::KeyRing& keys)
      : clock_(clock), ids_(ids), keys_(keys) {}

  static std::string Hash(std::string_view value);

  // Inserts, or replaces the row of the same id; at most eight live pipelines remain per browser,
  // the oldest are dropped. Sets id (when zero), created_at and expires_at.
  Result<void> Put(sql::Tx& tx, Pipeline& pipeline) const;
  // The pipeline that waits for this state in this browser. std::nullopt: unknown, expired, used,
  // or another browser's.
  Result<std::optional<Pipeline>> FindByState(sql::Tx& tx, std::string_view state,
                                              std::string_view browser) const;
  // The newest pipeline of this browser, organization and flow that is past the provider.
  Result<std::optional<Pipeline>> Find(sql::Tx& tx, std::string_view browser, OrgId organization,
                                       Flow flow) const;
  // Set-ups of the organization under way, newest first, at most eight.
  Result<std::vector<Pipeline>> ListSetups(sql::Tx& tx, OrgId organization) const;
  // By id, at any stage.
  Result<std::optional<Pipeline>> FindById(sql::Tx& tx, OrgId organization, std::int64_t id) const;
  // Takes a pipeline that was found. false: somebody else took it, or it has expired.
  Result<bool> Take(sql::Tx& tx, const Pipeline& pipeline) const;
  Result<void> Remove(sql::Tx& tx, const Pipeline& pipeline) const;
  Result<void> Cancel(sql::Tx& tx, std::string_view browser, OrgId organization, Flow flow) const;
  Result<std::int64_t> DeleteExpired(sql::Tx& tx) const;

 private:
  Result<Pipeline> Read(const sql::Row& row) const;

  const Clock& clock_;
  IdGenerator& ids_;
  const crypto::KeyRing& keys_;
};

// The callbacks that this process is answering, by state: of several copies one goes on, while the
// row stands until the transaction that decides. Any thread.
class Answering {
 public:
  // Held as long as the callback is being answered.
  class Turn {
   public:
    Turn(Answering& answering, std::string state)
        : answering_(&answering), state_(std::move(state)) {}
    Turn(Turn&& other) noexcept
        : answering_(std::exchange(other.answering_, nullptr)), state_(std::move(other.state_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (answering_ != nullptr) answering_->Leave(state_);
    }

   private:
    Answering* answering_;
    std::string state_;
  };

  // std::nullopt: a copy is being answered.
  std::optional<Turn> Enter(std::string state);

 private:
  void Leave(const std::string& state);

  std::mutex mutex_;
  std::unordered_set<std::string> states_;
};

// Mailbox proofs: a secret mailed to the stored address of an account without password. Bound to
// the pipeline, hence to browser, organization, provider and subject, and to the user.
class LinkProofStore {
 public:
  LinkProofStore(const Clock& clock, IdGenerator& ids, Rng& rng)
      : clock_(clock), ids_(ids), rng_(rng) {}

  struct State {
    UserId user;
    bool proven = false;
  };
  // Returns the secret to mail; lives ten minutes.
  Result<std::string> Create(sql::Tx& tx, const Pipeline& pipeline, UserId user) const;
  // Marks the proof as opened and returns (organization, pipeline id). Single use. Errors:
  // kInvalidArgument "link_proof_invalid".
  Result<std::pair<OrgId, std::int64_t>> Prove(sql::Tx& tx, std::string_view token) const;
  Result<std::optional<State>> Find(sql::Tx& tx, const Pipeline& pipeline) const;
  Result<void> DeleteFor(sql::Tx& tx, const Pipeline& pipeline) const;
  Result<std::int64_t> DeleteExpired(sql::Tx& tx) const;

 private:
  const Clock& clock_;
  IdGenerator& ids_;
  Rng& rng_;
};

}  // namespace gatehouse::sso
