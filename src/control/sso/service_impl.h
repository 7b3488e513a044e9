#pragma once

// The single sign-on service. One commit point per decision: the control transaction that takes the
// pipeline holds state, audit, decision record, session and the outbox rows of every region effect.
// The effects are drained before the answer.
//
// setup_flow.cc: begin, review, finish. login_flow.cc: begin, callback, known identities.
// confirm_flow.cc: identities nobody knows yet. settings.cc: a configured provider. enforcement.cc.

#include <memory>
#include <string>
#include <vector>

#include "control/identity/refresh.h"
#include "control/sso/decisions.h"
#include "control/sso/effects.h"
#include "control/sso/pipelines.h"
#include "control/sso/providers.h"
#include "control/sso/service.h"
#include "platform/ratelimit/ratelimit.h"

namespace gatehouse::sso {

struct Options {
  std::string base_url;                  // "https://gate.example.com", no trailing slash
  std::int64_t starts_per_minute = 300;  // per client IP; 0: unlimited
};

// Everything outlives the service.
struct Deps {
  sql::Database& db;  // control
  const Clock& clock;
  IdGenerator& ids;
  Rng& rng;
  const crypto::KeyRing& keys;
  const audit::Log& audit;
  const outbox::Outbox& outbox;  // control half
  outbox::Drainer& drainer;      // control half
  const users::Store& users;
  const authn::Store& sessions;
  authn::Service& authn;
  const identity::Store& identities;
  orgs::Service& orgs;
  ratelimit::RateLimiter& limiter;
};

// Also the way in which the identity module asks an organization's provider again.
class ServiceImpl final : public Service, public identity::ProviderPort {
 public:
  ServiceImpl(Deps deps, Options options, std::vector<std::unique_ptr<Adapter>> adapters);

  const std::vector<const Adapter*>& adapters() const override { return adapter_list_; }
  const Adapter* FindAdapter(std::string_view kind) const override { return Find(kind); }
  std::string RedirectUri(const orgs::Organization& organization) const override;
  std::string ClientKeysUri(const orgs::Organization& organization) const override;
  Task<json::Object> ClientKeys(OrgId organization) override;
  Task<Provider> GetProvider(OrgId organization) override;
  Task<std::optional<Provider>> FindProvider(OrgId organization) override;

  Task<Step> BeginSetup(Client client, orgs::Organization organization, std::string kind,
                        std::string display_name, Settings settings) override;
  Task<Step> ShowSetup(Client client, orgs::Organization organization) override;
  Task<Step> FinishSetup(Client client, orgs::Organization organization,
                         std::string choice = {}) override;
  Task<void> CancelSetup(Client client, orgs::Organization organization) override;

  Task<Step> BeginLogin(Client client, orgs::Organization organization, std::string next,
                        std::optional<invites::Ticket> ticket) override;
  Task<Step> Callback(Client client, std::string organization_slug,
                      std::vector<std::pair<std::string, std::string>> params) override;
  Task<Step> ShowConfirm(Client client, orgs::Organization organization) override;
  Task<Step> ConfirmLink(Client client, orgs::Organization organization) override;
  Task<Step> ConfirmNewUser(Client client, orgs::Organization organization) override;
  Task<Step> ConfirmLogin(Client client, orgs::Organization organization, std::string username,
                          std::string password) override;
  Task<std::string> ProveMailbox(Client client, std::string token) override;

  Task<void> ChangeSettings(Client client, orgs::Organization organization,
                            SettingsChange change) override;
  Task<void> RemindUnlinked(Client client, orgs::Organization organization) override;
  Task<Step> RotateSecret(Client client, orgs::Organization organization,
                          std::string secret) override;
  Task<void> Disable(Client client, orgs::Organization organization) override;
  Task<void> Unlock(OrgId organization, std::string operator_label) override;

  Task<void> ApplyMemberRemoved(OrgId organization, UserId user, orgs::Actor actor) override;

  Task<std::vector<LinkedIdentity>> IdentitiesOf(UserId user) override;
  Task<void> Unlink(Client client, IdentityId identity) override;

  Task<SsoState> QueryState(const authn::Principal& principal, OrgId organization,
                            const orgs::Member& member) override;
  Task<std::vector<Decision>> Decisions(OrgId organization, std::optional<std::int64_t> before,
                                        std::optional<std::string> correlation_id,
                                        std::size_t limit) override;

  // The kind, to speak to: for the linking of accounts. nullptr: unknown.
  Adapter* Kind(std::string_view kind) const { return Find(kind); }

  Task<identity::RefreshOutcome> AskProvider(OrgId organization, std::int64_t provider,
                                             json::Object data) override;
  Result<void> OnValidityChange(sql::Tx& tx, OrgId organization, std::int64_t provider, UserId user,
                                bool valid) override;
  // The member's flag does not say what the identity does: the region hears it again.
  Task<void> RepairLink(OrgId organization, UserId user);
  // The user is no member of the organization: ApplyMemberRemoved, for who finds out late.
  Task<void> ForgetNoMember(OrgId organization, UserId user);

  // Removes expired pipelines and proofs, and decisions older than 30 days. A periodic job.
  Task<void> CleanUp();

 private:
  Adapter* Find(std::string_view kind) const;
  std::string ReturnUrl(const orgs::Organization& organization, const json::Object& config) const;
  Provider Publish(const LiveProvider& provider) const;

  // The member behind the client, who may write the organization's settings. Errors: not_authed,
  // uid_mismatch (no longer a member), forbidden.
  Task<orgs::Member> RequireManager(Client client, OrgId organization);
  Result<void> CheckFresh(const Pipeline& pipeline) const;
  Task<Pipeline> LoadVerified(Client client, OrgId organization, Flow flow);

  // What a refusal is recorded with when there is no pipeline.
  static Pipeline ContextOf(Flow flow, OrgId organization);
  // Passes a result on. A refusal that nobody has recorded yet gets its decision and its audit
  // entry here, and the draft of a set-up it ended goes.
  Task<Step> Explain(Client client, Pipeline context, Result<Step> result);
  Task<Step> TryFinishSetup(Client client, orgs::Organization organization, std::string choice);
  Task<Step> TryConfirmLink(Client client, orgs::Organization organization);
  Task<Step> TryConfirmNewUser(Client client, orgs::Organization organization);
  Task<Step> Answer(Client client, std::string organization_slug,
                    std::vector<std::pair<std::string, std::string>> params, Pipeline pipeline,
                    std::optional<LiveProvider> live);
  // One more pipeline begun by this network. Errors: rate_limited.
  Result<void> TakeStart(sql::Tx& tx, const std::string& ip) const;

  // Begins a log-in with `live`. std::nullopt: `unconfirmed`, which is `live` as it was seen last
  // and outlives the task, is not what the organization has, or it does not start.
  Task<std::optional<Step>> StartLogin(Client client, orgs::Organization organization,
                                       std::string next, std::optional<invites::Ticket> ticket,
                                       LiveProvider live, const SeenProvider* unconfirmed);

  // Records why and answers with the one refusal that outsiders see.
  Task<Step> RefuseLogin(Client client, Pipeline pipeline, std::string reason,
                         std::vector<Check> checks);
  // The rows of a refusal, for any flow.
  Result<void> RecordRefusal(sql::Tx& tx, const Client& client, const Pipeline& pipeline,
                             std::string_view reason, const std::vector<Check>& checks) const;

  Task<Step> SetupCallback(Client client, orgs::Organization organization, Pipeline pipeline,
                           CallbackOutcome outcome);
  Task<Step> LoginCallback(Client client, orgs::Organization organization, Pipeline pipeline,
                           LiveProvider provider);
  Task<Step> SignInKnown(Client client, orgs::Organization organization, Pipeline pipeline,
                         identity::Identity known);
  Task<Step> ConfirmPage(Client client, orgs::Organization organization, Pipeline pipeline,
                         bool first_time);
  Task<Step> CreateUser(Client client, orgs::Organization organization, Pipeline pipeline);

  // Shared pieces of the commit points; they run inside the control transaction.
  // Takes a pipeline whose row still stands. Errors: state_invalid.
  Result<void> TakeIfStanding(sql::Tx& tx, const Pipeline& pipeline) const;
  // The provider the pipeline began with. kDecide: it stays so until the transaction ends. Errors:
  // provider_changed.
  enum class Access { kLook, kDecide };
  Result<LiveProvider> RequireProvider(sql::Tx& tx, const Pipeline& pipeline,
                                       Access access = Access::kDecide) const;
  // What the provider's proof opens: a session, or the way to the account's second factor.
  Result<authn::LoginOutcome> IssueSession(sql::Tx& tx, const Client& client,
                                           const users::User& user, const LiveProvider& provider,
                                           IdentityId identity, const Pipeline& pipeline,
                                           std::string_view next) const;
  // The answer to it.
  static Step Landed(authn::LoginOutcome outcome, std::string next);
  // How the user becomes, or stays, a member.
  Result<void> LinkMember(sql::Tx& tx, const Client& client, const orgs::Organization& organization,
                          const users::User& user, bool is_member, const Pipeline& pipeline) const;
  Result<void> RecordDecision(sql::Tx& tx, const Client& client, const Pipeline& pipeline,
                              std::string_view outcome, std::string_view reason,
                              std::optional<UserId> user, const std::vector<Check>& checks) const;
  identity::Actor ActorFor(const Client& client, const users::User& user) const;

  // Delivers the organization's effects and forgets cached sessions: of these users, and of whoever
  // was logged in before.
  boost::asio::awaitable<void> Settle(Client client, OrgId organization, std::vector<UserId> users);

  std::string AfterLogin(const orgs::Organization& organization, const Pipeline& pipeline) const;

  Deps d_;
  Options options_;
  std::vector<std::unique_ptr<Adapter>> adapters_;
  std::vector<const Adapter*> adapter_list_;
  ProviderStore providers_;
  PipelineStore pipelines_;
  Answering answering_;
  LinkProofStore proofs_;
  DecisionStore decisions_;
  Effects effects_;
};

}  // namespace gatehouse::sso
