// Logging in through an organization's provider: begin, the provider's answer, identities that are
// known already.

#include "control/sso/errors.h"
#include "control/sso/service_impl.h"

namespace gatehouse::sso {
namespace {

// What every adapter calls the provider's "access_denied" (RFC 6749 §4.1.2.1).
constexpr std::string_view kAccessDenied = "oidc_access_denied";

}  // namespace

Task<Step> ServiceImpl::BeginLogin(Client client, orgs::Organization organization, std::string next,
                                   std::optional<invites::Ticket> ticket) {
  // With the provider as this process saw it last, which the transaction confirms: in the usual
  // case that saves reading it before.
  if (auto seen = providers_.LastSeen(organization.id)) {
    GH_CO_TRY(auto begun,
              co_await StartLogin(client, organization, next, ticket, seen->provider, seen.get()));
    if (begun) co_return std::move(*begun);
  }
  GH_CO_TRY(auto live,
            co_await d_.db.Lookup(sql::Tenant::Of(organization.id),
                                  [&](sql::Tx& tx) -> Result<std::optional<LiveProvider>> {
                                    return providers_.Find(tx, organization.id);
                                  }));
  if (!live) co_return Fail(Code::kNotFound, kSsoNotConfigured);
  GH_CO_TRY(auto begun,
            co_await StartLogin(std::move(client), std::move(organization), std::move(next),
                                std::move(ticket), std::move(*live), nullptr));
  co_return std::move(*begun);
}

Task<std::optional<Step>> ServiceImpl::StartLogin(Client client, orgs::Organization organization,
                                                  std::string next,
                                                  std::optional<invites::Ticket> ticket,
                                                  LiveProvider live,
                                                  const SeenProvider* unconfirmed) {
  Adapter* adapter = Find(live.kind);
  if (adapter == nullptr) {
    if (unconfirmed != nullptr) co_return std::optional<Step>();
    co_return Fail(Code::kNotFound, kSsoNotConfigured, live.kind);
  }

  std::string state = d_.rng.Token();
  StartInput input{state, ReturnUrl(organization, *live.config), ""};
  if (client.principal) input.login_hint = client.principal->user.email;
  Result<Started> started = co_await adapter->Start(*live.config, input);
  if (!started) {
    // Nobody is refused on the word of a provider that may be another one by now.
    if (unconfirmed != nullptr) co_return std::optional<Step>();
    co_return std::unexpected(std::move(started).error());
  }

  Pipeline pipeline;
  pipeline.flow = Flow::kLogin;
  pipeline.organization = organization.id;
  if (client.principal) pipeline.user = client.principal->user.id;
  pipeline.browser_hash = PipelineStore::Hash(client.browser);
  pipeline.state_hash = PipelineStore::Hash(state);
  pipeline.kind = live.kind;
  pipeline.provider = live.id;
  pipeline.revision = live.revision;
  pipeline.signature = Signature(*adapter, Flow::kLogin, live.id, live.revision);
  pipeline.flow_data = std::move(started->flow);
  pipeline.next = std::move(next);
  pipeline.ticket = std::move(ticket);
  // All: a browser's eight flows are counted over all organizations.
  GH_CO_TRY(const bool begun,
            co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<bool> {
              if (unconfirmed != nullptr) {
                GH_TRY(const bool still, providers_.IsStill(tx, *unconfirmed));
                if (!still) return false;
              }
              GH_TRY_VOID(TakeStart(tx, client.ip));
              Pipeline row = pipeline;
              GH_TRY_VOID(pipelines_.Put(tx, row));
              return true;
            }));
  if (!begun) co_return std::optional<Step>();

  Step step;
  step.redirect = std::move(started->redirect_url);
  co_return std::optional<Step>(std::move(step));
}

Result<void> ServiceImpl::TakeIfStanding(sql::Tx& tx, const Pipeline& pipeline) const {
  if (!pipeline.row) return {};
  GH_TRY(const bool taken, pipelines_.Take(tx, pipeline));
  if (!taken) return Fail(Code::kInvalidArgument, kStateInvalid, "taken");
  return {};
}

Task<Step> ServiceImpl::RefuseLogin(Client client, Pipeline pipeline, std::string reason,
                                    std::vector<Check> checks) {
  GH_CO_TRY_VOID(co_await d_.db.Write(sql::Tenant::Of(pipeline.organization),
                                      [&](sql::Tx& tx) -> Result<void> {
                                        return RecordRefusal(tx, client, pipeline, reason, checks);
                                      }));
  // What the browser itself brought tells nobody anything new.
  if (reason == kAccessDenied) co_return Fail(Code::kInvalidArgument, kCancelled, reason);
  co_return Fail(Code::kPermissionDenied, kSsoFailed, reason);
}

Task<Step> ServiceImpl::Callback(Client client, std::string organization_slug,
                                 std::vector<std::pair<std::string, std::string>> params) {
  std::string state;
  for (const auto& [name, value] : params) {
    if (name == "state") state = value;
  }
  if (state.empty()) co_return Fail(Code::kInvalidArgument, kStateInvalid, "no state");

  // Of parallel copies one goes on. Where this process answers every callback its memory sees to
  // that, and the transaction that decides takes the pipeline: one commit less. Where several
  // processes share a database the row is taken first.
  const bool alone = d_.db.engine() == sql::Engine::kSqlite;
  const std::optional<Answering::Turn> turn =
      alone ? answering_.Enter(PipelineStore::Hash(state)) : std::nullopt;
  if (alone && !turn) co_return Fail(Code::kInvalidArgument, kStateInvalid, "being answered");
  struct Found {
    std::optional<Pipeline> pipeline;
    std::optional<LiveProvider> live;
  };
  auto find = [&](sql::Tx& tx) -> Result<Found> {
    Found f;
    GH_TRY(f.pipeline, pipelines_.FindByState(tx, state, client.browser));
    if (f.pipeline) {
      GH_TRY(f.live, providers_.Find(tx, f.pipeline->organization));
    }
    return f;
  };
  Found found;
  // All: the state says whose flow it is.
  if (alone) {
    GH_CO_TRY(found, co_await d_.db.Lookup(sql::Tenant::All(), find));
  }
  if (!alone || (found.pipeline && found.pipeline->flow == Flow::kSetup)) {
    GH_CO_TRY(found, co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<Found> {
      GH_TRY(Found f, find(tx));
      if (!f.pipeline) return f;
      GH_TRY(const bool taken, pipelines_.Take(tx, *f.pipeline));
      if (!taken) return Found{};
      f.pipeline->row.reset();
      if (f.pipeline->flow == Flow::kSetup) {
        // The draft stays while the provider answers, because it may fetch our keys from it; should
        // this process end here, the form says that the provider did not answer.
        Pipeline waiting = *f.pipeline;
        waiting.stage = Stage::kFailed;
        waiting.reason = kIdpUnavailable;
        GH_TRY_VOID(pipelines_.Put(tx, waiting));
      }
      return f;
    }));
  }
  if (!found.pipeline) co_return Fail(Code::kInvalidArgument, kStateInvalid, "unknown state");
  Pipeline context = ContextOf(found.pipeline->flow, found.pipeline->organization);
  context.id = found.pipeline->id;
  context.row = found.pipeline->row;
  context.provider = found.pipeline->provider;
  Result<Step> answered = co_await Answer(client, std::move(organization_slug), std::move(params),
                                          std::move(*found.pipeline), std::move(found.live));
  co_return co_await Explain(std::move(client), std::move(context), std::move(answered));
}

Task<Step> ServiceImpl::Answer(Client client, std::string organization_slug,
                               std::vector<std::pair<std::string, std::string>> params,
                               Pipeline pipeline, std::optional<LiveProvider> live) {
  GH_CO_TRY_VOID(CheckFresh(pipeline));
  GH_CO_TRY(orgs::Organization organization, co_await d_.orgs.Get(pipeline.organization));
  if (!organization_slug.empty() && organization_slug != organization.slug) {
    co_return Fail(Code::kInvalidArgument, kStateInvalid, "another organization's return URL");
  }

  // The provider must be the one that the flow began with.
  std::optional<ProviderId> live_id;
  std::int64_t live_revision = 0;
  if (live) {
    live_id = live->id;
    live_revision = live->revision;
  }
  if (live_id != pipeline.provider || live_revision != pipeline.revision) {
    std::vector<Check> checks{{"provider.unchanged", false,
                               "revision " + std::to_string(pipeline.revision),
                               live_id ? "revision " + std::to_string(live_revision) : "none"}};
    if (pipeline.flow == Flow::kLogin) {
      co_return co_await RefuseLogin(client, std::move(pipeline), std::string(kProviderChanged),
                                     std::move(checks));
    }
    co_return Fail(Code::kConflict, live_id ? kProviderExists : kProviderChanged);
  }

  Adapter* adapter = Find(pipeline.kind);
  const json::Object& config = pipeline.flow == Flow::kSetup ? pipeline.config : *live->config;
  CallbackInput input{std::move(params), ReturnUrl(organization, config), pipeline.flow_data,
                      pipeline.flow == Flow::kSetup ? Purpose::kSetUp : Purpose::kLogIn};
  GH_CO_TRY(CallbackOutcome outcome, co_await adapter->Finish(config, std::move(input)));
  if (outcome.assertion) {
    if (auto valid = identity::Store::Validate(*outcome.assertion); !valid) {
      outcome.checks.push_back({"identity.usable", false, "a subject of 1 to 255 bytes",
                                std::to_string(outcome.assertion->subject.size()) + " bytes"});
      outcome.reason = valid.error().reason;
      outcome.assertion.reset();
    }
  }
  if (pipeline.flow == Flow::kSetup) {
    co_return co_await SetupCallback(client, std::move(organization), std::move(pipeline),
                                     std::move(outcome));
  }
  if (!outcome.assertion) {
    co_return co_await RefuseLogin(client, std::move(pipeline), std::move(outcome.reason),
                                   std::move(outcome.checks));
  }
  pipeline.assertion = std::move(outcome.assertion);
  pipeline.claims = std::move(outcome.claims);
  pipeline.checks = std::move(outcome.checks);
  pipeline.second_factor = outcome.second_factor;
  pipeline.flow_data.clear();
  pipeline.stage = Stage::kVerified;
  co_return co_await LoginCallback(client, std::move(organization), std::move(pipeline),
                                   std::move(*live));
}

Task<Step> ServiceImpl::LoginCallback(Client client, orgs::Organization organization,
                                      Pipeline pipeline, LiveProvider provider) {
  auto looked = co_await d_.db.Lookup(
      sql::Tenant::Of(organization.id),
      [&](sql::Tx& tx) -> Result<std::optional<identity::Store::Known>> {
        return d_.identities.FindByAssertion(tx, organization.id, provider.id, *pipeline.assertion);
      });
  if (looked && *looked && (*looked)->by_legacy_subject) {
    // The provider names the account anew, whoever sits at the browser: once, in its own commit.
    looked = co_await d_.db.Write(
        sql::Tenant::Of(organization.id),
        [&](sql::Tx& tx) -> Result<std::optional<identity::Store::Known>> {
          GH_TRY_VOID(RequireProvider(tx, pipeline));
          GH_TRY(auto again, d_.identities.FindByAssertion(tx, organization.id, provider.id,
                                                           *pipeline.assertion));
          if (!again || !again->by_legacy_subject) return again;
          const identity::Actor by{.user = {},
                                   .label = "provider",
                                   .ip = client.ip,
                                   .correlation_id = client.correlation_id};
          GH_TRY(again->identity,
                 d_.identities.Migrate(tx, again->identity, *pipeline.assertion, by));
          return again;
        });
  }
  if (!looked) {
    if (!looked.error().Is(kIdentityConflict)) co_return std::unexpected(looked.error());
    std::vector<Check> checks = pipeline.checks;
    checks.push_back({"identity.one_account", false, "one account by new and old subject", "two"});
    co_return co_await RefuseLogin(client, std::move(pipeline), std::string(kIdentityConflict),
                                   std::move(checks));
  }
  std::optional<identity::Identity> known;
  if (*looked) known = std::move((*looked)->identity);
  const bool somebody_else = known && client.principal && client.principal->session &&
                             client.principal->user.id != known->user;
  if (known && !somebody_else) {
    co_return co_await SignInKnown(client, std::move(organization), std::move(pipeline),
                                   std::move(*known));
  }
  // A person has to decide: keep the verified assertion for the confirmation page.
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY_VOID(TakeIfStanding(tx, pipeline));
        Pipeline row = pipeline;
        return pipelines_.Put(tx, row);
      }));
  co_return co_await ConfirmPage(client, std::move(organization), std::move(pipeline),
                                 /*first_time=*/true);
}

Task<Step> ServiceImpl::SignInKnown(Client client, orgs::Organization organization,
                                    Pipeline pipeline, identity::Identity known) {
  GH_CO_TRY(auto member, co_await d_.orgs.CheckMembership(organization.id, known.user));
  // An invitation that was followed is settled too, whatever else is.
  const bool settled = member && member->sso_linked() && !member->sso_invalid() && !pipeline.ticket;

  struct Outcome {
    bool inactive = false;
    authn::LoginOutcome login;
  };
  GH_CO_TRY(
      Outcome done,
      co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<Outcome> {
        Outcome out;
        GH_TRY_VOID(TakeIfStanding(tx, pipeline));
        GH_TRY(LiveProvider provider, RequireProvider(tx, pipeline));
        GH_TRY(auto identity, d_.identities.FindBySubject(tx, organization.id, provider.id,
                                                          pipeline.assertion->issuer,
                                                          pipeline.assertion->subject));
        if (!identity || identity->user != known.user) {
          return Fail(Code::kConflict, kIdentityConflict, "moved meanwhile");
        }
        GH_TRY(users::User user, d_.users.Find(tx, identity->user));
        if (!user.is_active) {
          out.inactive = true;
          authn::AccountEvent event;
          event.user = user.id;
          event.kind = "login-refused";
          event.detail = kAccountInactive;
          event.ip = client.ip;
          event.user_agent = client.user_agent;
          event.correlation_id = client.correlation_id;
          GH_TRY_VOID(d_.sessions.RecordEvent(tx, event));
          return out;
        }
        GH_TRY_VOID(d_.identities.Refresh(tx, *identity, *pipeline.assertion));
        GH_TRY(out.login, IssueSession(tx, client, user, provider, identity->id, pipeline,
                                       AfterLogin(organization, pipeline)));
        if (!settled) {
          GH_TRY_VOID(LinkMember(tx, client, organization, user, member.has_value(), pipeline));
        }
        GH_TRY_VOID(RecordDecision(tx, client, pipeline, "accepted", "known_identity", user.id,
                                   pipeline.checks));
        return out;
      }));
  if (done.inactive) {
    std::vector<Check> checks = pipeline.checks;
    checks.push_back({"account.active", false, "active", "deactivated"});
    co_return co_await RefuseLogin(client, std::move(pipeline), std::string(kAccountInactive),
                                   std::move(checks));
  }
  if (!settled) {
    co_await Settle(client, organization.id, {known.user});
  } else if (client.principal) {
    d_.authn.Forget(client.principal->user.id);
  }

  co_return Landed(std::move(done.login), AfterLogin(organization, pipeline));
}

}  // namespace gatehouse::sso
