#include "control/sso/service_impl.h"

#include "control/sso/errors.h"

namespace gatehouse::sso {

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
    p.public_config = adapter->PublicConfig(live.config);
  p.created_at = live.created_at;
  p.updated_at = live.updated_at;
  return p;
}

Task<std::optional<Provider>> ServiceImpl::FindProvider(OrgId organization) {
  GH_CO_TRY(auto live, co_await d_.db.Read([&](sql::Tx& tx) -> Result<std::optional<LiveProvider>> {
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
  GH_CO_TRY(auto pipeline, co_await d_.db.Read([&](sql::Tx& tx) -> Result<std::optional<Pipeline>> {
    return pipelines_.Find(tx, client.browser, organization, flow);
  }));
  if (!pipeline) co_return Fail(Code::kInvalidArgument, kStateInvalid, "no pipeline here");
  GH_CO_TRY_VOID(CheckFresh(*pipeline));
  co_return std::move(*pipeline);
}

Task<void> ServiceImpl::SavePipeline(Pipeline pipeline, std::string ip) {
  co_return co_await d_.db.Write([&](sql::Tx& tx) -> Result<void> {
    if (options_.starts_per_minute > 0) {
      ratelimit::Limit limit{options_.starts_per_minute, std::chrono::minutes(1)};
      GH_TRY(auto verdict, d_.limiter.Take(tx, "sso:start:" + ip, limit, d_.clock.Now()));
      if (!verdict.allowed) return Fail(Code::kResourceExhausted, kRateLimited, "sso start");
    }
    return pipelines_.Insert(tx, pipeline);
  });
}

Result<LiveProvider> ServiceImpl::RequireProvider(sql::Tx& tx, const Pipeline& p) const {
  GH_TRY(auto live, providers_.FindSealed(tx, p.organization));
  if (!live || p.provider != live->id || p.revision != live->revision) {
    return Fail(Code::kPermissionDenied, kProviderChanged);
  }
  return std::move(*live);
}

Result<authn::IssuedSession> ServiceImpl::IssueSession(sql::Tx& tx, const Client& client,
                                                       const users::User& user, OrgId organization,
                                                       ProviderId provider, std::int64_t revision,
                                                       IdentityId identity) const {
  authn::Proof proof;
  proof.kind = authn::ProofKind::kSso;
  proof.at = d_.clock.Now();
  proof.organization = organization;
  proof.provider = provider;
  proof.revision = revision;
  proof.identity = identity;
  std::optional<SessionId> previous;
  if (client.principal && client.principal->session) previous = client.principal->session->id;
  return d_.sessions.Create(tx, user, proof, previous, client.ip, client.user_agent);
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
  decision.checks = checks;
  return decisions_.Record(tx, pipeline.organization, pipeline.provider, decision);
}

identity::Actor ServiceImpl::ActorFor(const Client& client, const users::User& user) const {
  return identity::Actor{user.id, user.username, client.ip, client.correlation_id};
}

boost::asio::awaitable<void> ServiceImpl::Settle(OrgId organization, std::vector<UserId> users) {
  co_await d_.drainer.DrainShard({outbox::Scope::kOrganization, organization.value});
  for (UserId user : users) d_.authn.Forget(user);
}

std::string ServiceImpl::AfterLogin(const orgs::Organization& organization,
                                    const Pipeline& pipeline) const {
  return pipeline.next.empty() ? "/organizations/" + organization.slug + "/" : pipeline.next;
}

Task<void> ServiceImpl::CleanUp() {
  co_return co_await d_.db.Write([&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(pipelines_.DeleteExpired(tx));
    GH_TRY_VOID(proofs_.DeleteExpired(tx));
    GH_TRY_VOID(decisions_.DeleteOld(tx));
    return {};
  });
}

}  // namespace gatehouse::sso
