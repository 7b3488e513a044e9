#include "control/sso/service_impl.h"

#include <algorithm>

#include "control/sso/errors.h"
#include "control/users/buckets.h"

namespace gatehouse::sso {
namespace {

constexpr std::string_view kSecondFactorPage = "/auth/2fa/";

}  // namespace

ServiceImpl::ServiceImpl(Deps deps, Options options, std::vector<std::unique_ptr<Adapter>> adapters)
    : d_(deps),
      options_(std::move(options)),
      adapters_(std::move(adapters)),
      providers_(deps.clock, deps.keys),
      pipelines_(deps.clock, deps.ids, deps.keys),
      proofs_(deps.clock, deps.ids, deps.rng),
      decisions_(deps.clock, deps.ids),
      effects_(deps.outbox) {
  for (const auto& adapter : adapters_) adapter_list_.push_back(adapter.get());
}

Adapter* ServiceImpl::Find(std::string_view kind) const {
  for (const auto& adapter : adapters_) {
    if (adapter->kind() == kind) return adapter.get();
  }
  return nullptr;
}

std::string ServiceImpl::RedirectUri(const orgs::Organization& organization) const {
  return options_.base_url + "/auth/sso/" + organization.slug + "/";
}

std::string ServiceImpl::ReturnUrl(const orgs::Organization& organization,
                                   const json::Object& config) const {
  if (json::GetBool(config, "shared_return_url").value_or(false)) {
    return options_.base_url + "/auth/sso/";
  }
  return RedirectUri(organization);
}

std::string ServiceImpl::ClientKeysUri(const orgs::Organization& organization) const {
  return RedirectUri(organization) + "jwks.json";
}

Task<json::Object> ServiceImpl::ClientKeys(OrgId organization) {
  struct Configs {
    std::optional<LiveProvider> live;
    std::vector<Pipeline> drafts;
  };
  GH_CO_TRY(Configs configs,
            co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Configs> {
              Configs c;
              GH_TRY(c.live, providers_.Find(tx, organization));
              GH_TRY(c.drafts, pipelines_.ListSetups(tx, organization));
              return c;
            }));
  json::Array keys;
  auto add = [&](const std::string& kind, const json::Object& config) {
    const Adapter* adapter = Find(kind);
    if (adapter == nullptr) return;
    for (json::Value& key : adapter->ClientKeys(config)) {
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
    }
  };
  if (configs.live) add(configs.live->kind, *configs.live->config);
  for (const Pipeline& draft : configs.drafts) add(draft.kind, draft.config);
  json::Object set;
  set["keys"] = std::move(keys);
  co_return set;
}

Provider ServiceImpl::Publish(const LiveProvider& live) const {
  Provider p;
  p.id = live.id;
  p.organization = live.organization;
  p.kind = live.kind;
  p.name = live.name;
  p.issuer = live.issuer;
  p.revision = live.revision;
  p.allow_unlinked = live.allow_unlinked;
  if (const Adapter* adapter = Find(live.kind))
    p.public_config = adapter->PublicConfig(*live.config);
  p.created_at = live.created_at;
  p.updated_at = live.updated_at;
  return p;
}

Task<std::optional<Provider>> ServiceImpl::FindProvider(OrgId organization) {
  GH_CO_TRY(auto live,
            co_await d_.db.Lookup(sql::Tenant::Of(organization),
                                  [&](sql::Tx& tx) -> Result<std::optional<LiveProvider>> {
                                    return providers_.Find(tx, organization);
                                  }));
  if (!live) co_return std::optional<Provider>();
  co_return std::optional<Provider>(Publish(*live));
}

Task<Provider> ServiceImpl::GetProvider(OrgId organization) {
  GH_CO_TRY(auto provider, co_await FindProvider(organization));
  if (!provider) co_return Fail(Code::kNotFound, kSsoNotConfigured);
  co_return std::move(*provider);
}

Task<orgs::Member> ServiceImpl::RequireManager(Client client, OrgId organization) {
  if (!client.principal) co_return Fail(Code::kUnauthenticated, kNotAuthed);
  GH_CO_TRY(auto member, co_await d_.orgs.CheckMembership(organization, client.principal->user.id));
  if (!member) co_return Fail(Code::kPermissionDenied, kUidMismatch, "not a member");
  if (!orgs::RoleHasScope(member->role, "org:write")) {
    co_return Fail(Code::kPermissionDenied, kForbidden, "role " + member->role);
  }
  co_return std::move(*member);
}

Result<void> ServiceImpl::CheckFresh(const Pipeline& p) const {
  const Adapter* adapter = Find(p.kind);
  if (adapter == nullptr || Signature(*adapter, p.flow, p.provider, p.revision) != p.signature) {
    return Fail(Code::kInvalidArgument, kStateInvalid, "step signature differs");
  }
  return {};
}

Task<Pipeline> ServiceImpl::LoadVerified(Client client, OrgId organization, Flow flow) {
  GH_CO_TRY(auto pipeline,
            co_await d_.db.Lookup(sql::Tenant::Of(organization),
                                  [&](sql::Tx& tx) -> Result<std::optional<Pipeline>> {
                                    return pipelines_.Find(tx, client.browser, organization, flow);
                                  }));
  if (!pipeline) co_return Fail(Code::kInvalidArgument, kStateInvalid, "no pipeline here");
  GH_CO_TRY_VOID(CheckFresh(*pipeline));
  co_return std::move(*pipeline);
}

Result<void> ServiceImpl::TakeStart(sql::Tx& tx, const std::string& ip) const {
  if (options_.starts_per_minute <= 0) return {};
  ratelimit::Limit limit{options_.starts_per_minute, std::chrono::minutes(1)};
  GH_TRY(auto verdict,
         d_.limiter.Take(tx, "sso:start:" + users::NetworkKey(ip), limit, d_.clock.Now()));
  if (!verdict.allowed) return Fail(Code::kResourceExhausted, kRateLimited, "sso start");
  return {};
}

Pipeline ServiceImpl::ContextOf(Flow flow, OrgId organization) {
  Pipeline context;
  context.flow = flow;
  context.organization = organization;
  return context;
}

Result<void> ServiceImpl::RecordRefusal(sql::Tx& tx, const Client& client, const Pipeline& pipeline,
                                        std::string_view reason,
                                        const std::vector<Check>& checks) const {
  // A refused callback is used up, as an accepted one is.
  if (pipeline.row == Stage::kAtProvider) GH_TRY_VOID(pipelines_.Take(tx, pipeline));
  audit::Entry entry;
  entry.organization = pipeline.organization;
  entry.event =
      pipeline.flow == Flow::kSetup ? audit::Event::kSsoSetupRefused : audit::Event::kSsoRefused;
  if (client.principal) {
    entry.actor = client.principal->user.id;
    entry.actor_label = client.principal->user.username;
  }
  entry.ip = client.ip;
  entry.correlation_id = client.correlation_id;
  if (pipeline.provider) entry.target_object = pipeline.provider->value;
  entry.data["reason"] = reason;
  GH_TRY_VOID(RecordDecision(tx, client, pipeline, "refused", reason, entry.actor, checks));
  GH_TRY_VOID(d_.audit.Record(tx, entry));
  return {};
}

Task<Step> ServiceImpl::Explain(Client client, Pipeline context, Result<Step> result) {
  if (result || result.error().Is(kSsoFailed) || result.error().Is(kCancelled)) co_return result;
  switch (result.error().code) {
    case Code::kInternal:
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kCancelled:
    case Code::kDataLoss:
    case Code::kResourceExhausted:
      co_return result;  // nobody was refused: something is broken or busy
    default:
      break;
  }
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(context.organization), [&](sql::Tx& tx) -> Result<void> {
        if (context.id != 0 && context.flow == Flow::kSetup) {
          GH_TRY_VOID(pipelines_.Remove(tx, context));
        }
        return RecordRefusal(tx, client, context, result.error().reason, context.checks);
      }));
  if (context.flow == Flow::kLogin && result.error().Is(kProviderChanged)) {
    co_return Fail(Code::kPermissionDenied, kSsoFailed, std::string(kProviderChanged));
  }
  co_return result;
}

Result<LiveProvider> ServiceImpl::RequireProvider(sql::Tx& tx, const Pipeline& p,
                                                  Access access) const {
  GH_TRY(auto live, access == Access::kDecide ? providers_.Hold(tx, p.organization)
                                              : providers_.FindSealed(tx, p.organization));
  if (!live || p.provider != live->id || p.revision != live->revision) {
    return Fail(Code::kPermissionDenied, kProviderChanged);
  }
  return std::move(*live);
}

Result<authn::LoginOutcome> ServiceImpl::IssueSession(sql::Tx& tx, const Client& client,
                                                      const users::User& user,
                                                      const LiveProvider& provider,
                                                      IdentityId identity, const Pipeline& pipeline,
                                                      std::string_view next) const {
  authn::Proof proof;
  proof.kind = authn::ProofKind::kSso;
  proof.at = d_.clock.Now();
  proof.organization = provider.organization;
  proof.provider = provider.id;
  proof.revision = provider.revision;
  proof.identity = identity;
  std::optional<SessionId> previous;
  if (client.principal && client.principal->session) previous = client.principal->session->id;
  return d_.sessions.Begin(tx, user, proof, previous, client.ip, client.user_agent, next,
                           pipeline.second_factor, client.correlation_id);
}

Step ServiceImpl::Landed(authn::LoginOutcome outcome, std::string next) {
  Step step;
  step.session = std::move(outcome.session);
  step.pending_token = std::move(outcome.pending_token);
  step.redirect = step.session ? std::move(next) : std::string(kSecondFactorPage);
  return step;
}

Result<void> ServiceImpl::LinkMember(sql::Tx& tx, const Client& client,
                                     const orgs::Organization& organization,
                                     const users::User& user, bool is_member,
                                     const Pipeline& pipeline) const {
  Effects::Linked linked{.user = user};
  if (!is_member) linked.add_with_role = organization.default_role;
  // An address that the provider does not call verified says nothing about the mailbox (H8, L3).
  if (pipeline.assertion && pipeline.assertion->email_verified) {
    linked.verified_email = pipeline.assertion->email;
  }
  linked.ticket = pipeline.ticket;
  return effects_.MemberLinked(tx, organization.id, linked, ActorFor(client, user));
}

Result<void> ServiceImpl::RecordDecision(sql::Tx& tx, const Client& client,
                                         const Pipeline& pipeline, std::string_view outcome,
                                         std::string_view reason, std::optional<UserId> user,
                                         const std::vector<Check>& checks) const {
  Decision decision;
  decision.flow = FlowName(pipeline.flow);
  decision.outcome = outcome;
  decision.reason = reason;
  decision.correlation_id = client.correlation_id;
  decision.user = user;
  if (pipeline.assertion) {
    decision.subject = pipeline.assertion->subject;
    decision.email = pipeline.assertion->email;
  }
  decision.ip = client.ip;
  return decisions_.Record(tx, pipeline.organization, pipeline.provider, decision, checks);
}

identity::Actor ServiceImpl::ActorFor(const Client& client, const users::User& user) const {
  return identity::Actor{user.id, user.username, client.ip, client.correlation_id};
}

boost::asio::awaitable<void> ServiceImpl::Settle(Client client, OrgId organization,
                                                 std::vector<UserId> users) {
  co_await d_.drainer.DrainShard({outbox::Scope::kOrganization, organization.value});
  for (UserId user : users) d_.authn.Forget(user);
  if (client.principal) d_.authn.Forget(client.principal->user.id);
}

std::string ServiceImpl::AfterLogin(const orgs::Organization& organization,
                                    const Pipeline& pipeline) const {
  return pipeline.next.empty() ? "/organizations/" + organization.slug + "/" : pipeline.next;
}

Task<void> ServiceImpl::CleanUp() {
  // All: everybody's rows grow old.
  co_return co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(pipelines_.DeleteExpired(tx));
    GH_TRY_VOID(proofs_.DeleteExpired(tx));
    GH_TRY_VOID(decisions_.DeleteOld(tx));
    return {};
  });
}

}  // namespace gatehouse::sso
