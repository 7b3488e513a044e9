// Setting up single sign-on, and changing the protocol settings of a configured provider: begin,
// the provider's answer, review, finish.

#include <algorithm>

#include "base/text.h"
#include "control/sso/errors.h"
#include "control/sso/policy.h"
#include "control/sso/service_impl.h"

namespace gatehouse::sso {
namespace {

json::Object SettingsToJson(const Adapter& adapter, const Settings& settings) {
  json::Object out;
  for (const SettingField& field : adapter.fields()) {
    if (field.kind == "secret" || field.kind == "choice") continue;
    for (const auto& [name, value] : settings) {
      if (name == field.name) out[name] = value;
    }
  }
  return out;
}

// What changed, for the audit entry: "issuer" -> "from A to B". Public settings only.
json::Object Difference(const json::Object& before, const json::Object& after) {
  json::Object out;
  for (const auto& [key, value] : after) {
    const json::Value* old = before.if_contains(key);
    if (old != nullptr && *old == value) continue;
    out[key] = "from " + (old != nullptr ? json::Serialize(*old) : "nothing") + " to " +
               json::Serialize(value);
  }
  return out;
}

std::string ConfigurePage(const orgs::Organization& organization) {
  return "/organizations/" + organization.slug + "/auth/configure/";
}

}  // namespace

Task<Step> ServiceImpl::BeginSetup(Client client, orgs::Organization organization, std::string kind,
                                   std::string display_name, Settings settings) {
  GH_CO_TRY_VOID(co_await RequireManager(client, organization.id));
  if (!client.principal->session) co_return Fail(Code::kUnauthenticated, kNotAuthed, "no session");
  Adapter* adapter = Find(kind);
  if (adapter == nullptr) co_return Fail(Code::kInvalidArgument, kProviderUnknown, kind);

  // The limit comes before the requests that the settings make us send.
  GH_CO_TRY_VOID(
      co_await d_.db.Write([&](sql::Tx& tx) -> Result<void> { return TakeStart(tx, client.ip); }));
  GH_CO_TRY(auto live, co_await d_.db.Read(sql::Tenant::Of(organization.id),
                                           [&](sql::Tx& tx) -> Result<std::optional<LiveProvider>> {
                                             return providers_.Find(tx, organization.id);
                                           }));
  if (live && live->kind != kind) co_return Fail(Code::kConflict, kProviderExists, live->kind);
  std::optional<json::Object> stored;
  if (live) stored = *live->config;
  if (display_name.empty()) display_name = live ? live->name : std::string(adapter->name());
  display_name = TruncateUtf8(display_name, 64);

  GH_CO_TRY(ConfigOutcome outcome, co_await adapter->BuildConfig(settings, stored));
  Step step;
  step.checks = outcome.checks;
  step.kind = kind;
  step.display_name = display_name;
  step.settings = SettingsToJson(*adapter, settings);
  if (!outcome.config) {
    if (outcome.errors.empty()) outcome.errors.push_back({"", kInvalidIdentity.data()});
    step.form_errors = std::move(outcome.errors);
    co_return step;
  }

  std::string state = d_.rng.Token();
  StartInput input{state, ReturnUrl(organization, *outcome.config), client.principal->user.email};
  GH_CO_TRY(Started started, co_await adapter->Start(*outcome.config, input));

  Pipeline pipeline;
  pipeline.flow = Flow::kSetup;
  pipeline.organization = organization.id;
  pipeline.user = client.principal->user.id;
  pipeline.browser_hash = PipelineStore::Hash(client.browser);
  pipeline.state_hash = PipelineStore::Hash(state);
  pipeline.kind = kind;
  if (live) {
    pipeline.provider = live->id;
    pipeline.revision = live->revision;
  }
  pipeline.signature = Signature(*adapter, Flow::kSetup, pipeline.provider, pipeline.revision);
  pipeline.flow_data = std::move(started.flow);
  pipeline.config = std::move(*outcome.config);
  pipeline.display_name = display_name;
  pipeline.settings = step.settings;
  pipeline.checks = outcome.checks;
  // All: a browser's eight flows are counted over all organizations.
  GH_CO_TRY_VOID(co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    Pipeline row = pipeline;
    return pipelines_.Put(tx, row);
  }));
  step.redirect = std::move(started.redirect_url);
  co_return step;
}

Task<Step> ServiceImpl::SetupCallback(Client client, orgs::Organization organization,
                                      Pipeline pipeline, CallbackOutcome outcome) {
  // The checks of the settings come first, then those of the log-in through them.
  pipeline.checks.insert(pipeline.checks.end(), outcome.checks.begin(), outcome.checks.end());
  pipeline.claims = std::move(outcome.claims);
  pipeline.second_factor = outcome.second_factor;
  pipeline.choice = std::move(outcome.choice);
  pipeline.flow_data.clear();
  if (outcome.assertion) {
    pipeline.stage = Stage::kVerified;
    pipeline.assertion = std::move(outcome.assertion);
  } else {
    pipeline.stage = Stage::kFailed;
    pipeline.reason = outcome.reason;
    pipeline.user_message = std::move(outcome.user_message);
  }
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<void> {
        if (pipeline.stage == Stage::kFailed) {
          GH_TRY_VOID(RecordRefusal(tx, client, pipeline, pipeline.reason, pipeline.checks));
        }
        Pipeline row = pipeline;
        return pipelines_.Put(tx, row);
      }));
  Step step;
  step.redirect = ConfigurePage(organization) + "?review=1";
  co_return step;
}

Task<Step> ServiceImpl::ShowSetup(Client client, orgs::Organization organization) {
  GH_CO_TRY_VOID(co_await RequireManager(client, organization.id));
  GH_CO_TRY(Pipeline pipeline, co_await LoadVerified(client, organization.id, Flow::kSetup));
  if (pipeline.user != client.principal->user.id) {
    co_return Fail(Code::kPermissionDenied, kUidMismatch);
  }
  const Adapter* adapter = Find(pipeline.kind);
  Step step;
  step.kind = pipeline.kind;
  step.display_name = pipeline.display_name;
  step.settings = pipeline.settings;
  step.checks = pipeline.checks;
  if (pipeline.stage == Stage::kFailed) {
    step.form_errors = std::vector<FieldError>{{"", pipeline.reason}};
    step.provider_message = pipeline.user_message;
    co_return step;
  }
  Review review;
  review.checks = pipeline.checks;
  review.mapping = adapter->Mapping(pipeline.config, pipeline.claims);
  review.claims = pipeline.claims;
  review.public_config = adapter->PublicConfig(pipeline.config);
  review.subject = pipeline.assertion->subject;
  review.email = pipeline.assertion->email;
  review.choice = pipeline.choice;
  review.is_edit = pipeline.is_edit();
  review.clears_require_2fa = organization.require_2fa() && !review.is_edit;
  if (review.is_edit) {
    GH_CO_TRY(auto live, co_await FindProvider(organization.id));
    review.issuer_changed = live && live->issuer != adapter->Issuer(pipeline.config);
  }
  step.review = std::move(review);
  co_return step;
}

Task<void> ServiceImpl::CancelSetup(Client client, orgs::Organization organization) {
  GH_CO_TRY_VOID(co_await RequireManager(client, organization.id));
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<void> {
        return pipelines_.Cancel(tx, client.browser, organization.id, Flow::kSetup);
      });
}

Task<Step> ServiceImpl::FinishSetup(Client client, orgs::Organization organization,
                                    std::string choice) {
  Result<Step> done = co_await TryFinishSetup(client, organization, std::move(choice));
  // The person only has to choose: the set-up stays, and nothing is to be explained.
  if (!done && done.error().Is(kChoiceRequired)) co_return done;
  if (!done && done.error().Is(kStateInvalid)) {
    // A double click or the back button after success: there is nothing left to do.
    GH_CO_TRY(auto exists, co_await FindProvider(organization.id));
    Result<orgs::Member> manager = co_await RequireManager(client, organization.id);
    if (exists && manager) {
      Step step;
      step.redirect = ConfigurePage(organization);
      co_return step;
    }
  }
  co_return co_await Explain(std::move(client), ContextOf(Flow::kSetup, organization.id),
                             std::move(done));
}

Task<Step> ServiceImpl::TryFinishSetup(Client client, orgs::Organization organization,
                                       std::string choice) {
  // Before the commit point: who is asking, may they, and what is there to finish.
  if (!client.principal || !client.principal->session) {
    co_return Fail(Code::kUnauthenticated, kNotAuthed);
  }
  GH_CO_TRY(Pipeline pipeline, co_await LoadVerified(client, organization.id, Flow::kSetup));
  if (pipeline.stage != Stage::kVerified) {
    co_return Fail(Code::kInvalidArgument, kStateInvalid, "not verified");
  }
  if (pipeline.user != client.principal->user.id) {
    co_return Fail(Code::kPermissionDenied, kUidMismatch);
  }
  GH_CO_TRY_VOID(co_await RequireManager(client, organization.id));
  Adapter* adapter = Find(pipeline.kind);
  if (pipeline.choice) {
    // Among what the provider offered this person, which the pipeline has kept sealed.
    const auto& options = pipeline.choice->options;
    auto chosen = std::ranges::find(options, choice, &Choice::Option::value);
    if (chosen == options.end()) co_return Fail(Code::kInvalidArgument, kChoiceRequired);
    pipeline.config = adapter->WithChoice(std::move(pipeline.config), *chosen);
  }
  const users::User& user = client.principal->user;
  const identity::Assertion& assertion = *pipeline.assertion;
  GH_CO_TRY_VOID(identity::Store::Validate(assertion));
  const std::string issuer = adapter->Issuer(pipeline.config);
  const json::Object public_config = adapter->PublicConfig(pipeline.config);

  struct Outcome {
    authn::LoginOutcome login;
    std::vector<UserId> affected;
    bool issuer_changed = false;
  };
  // The commit point: provider, identity of the session user, audit, session proof, decision, the
  // pipeline taken, and one outbox row per effect in the region. All of it or nothing.
  GH_CO_TRY(
      Outcome done,
      co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<Outcome> {
        Outcome out;
        out.affected.push_back(user.id);
        GH_TRY(bool taken, pipelines_.Take(tx, pipeline));
        if (!taken) return Fail(Code::kInvalidArgument, kStateInvalid, "taken");

        identity::Actor actor = ActorFor(client, user);
        LiveProvider provider;
        provider.id = pipeline.provider.value_or(ProviderId{});
        provider.organization = organization.id;
        provider.kind = pipeline.kind;
        provider.name = pipeline.display_name;
        provider.issuer = issuer;
        provider.config = std::make_shared<const json::Object>(pipeline.config);
        provider.revision = pipeline.revision;

        audit::Entry entry;
        entry.organization = organization.id;
        entry.actor = user.id;
        entry.actor_label = user.username;
        entry.ip = client.ip;
        entry.correlation_id = client.correlation_id;
        entry.data["provider"] = pipeline.kind;

        if (!pipeline.is_edit()) {
          provider.id = d_.ids.Next<ProviderId>();
          GH_TRY(bool inserted, providers_.Insert(tx, provider));
          if (!inserted) return Fail(Code::kConflict, kProviderExists);
          provider.revision = 1;
          entry.event = audit::Event::kSsoEnable;
          entry.data["config"] = public_config;
        } else {
          GH_TRY(auto live, providers_.Find(tx, organization.id));
          if (!live) return Fail(Code::kConflict, kProviderChanged, "disabled meanwhile");
          GH_TRY(bool replaced, providers_.Replace(tx, provider));
          if (!replaced) return Fail(Code::kConflict, kProviderChanged);
          provider.revision = pipeline.revision + 1;
          entry.event = audit::Event::kSsoEdit;
          entry.data["changes"] = Difference(adapter->PublicConfig(*live->config), public_config);
          // Set-up takes an identity from nobody: for that there is a confirmation page.
          GH_TRY(auto known, d_.identities.FindBySubject(tx, organization.id, live->id,
                                                         assertion.issuer, assertion.subject));
          if (known && known->user != user.id) {
            return Fail(Code::kConflict, kIdentityConflict, "linked to another account");
          }
          out.issuer_changed = live->issuer != issuer;
          if (out.issuer_changed) {
            // Another trust root: nobody's link says anything any more.
            GH_TRY(auto owners,
                   d_.identities.InvalidateAll(tx, organization.id, provider.id, "issuer_changed"));
            GH_TRY_VOID(d_.sessions.RevokeProofs(tx, provider.id, owners));
            out.affected.insert(out.affected.end(), owners.begin(), owners.end());
          } else if (adapter->Tightens(*live->config, pipeline.config)) {
            // Sessions of people whom the new settings may refuse must log in again.
            GH_TRY(auto owners, d_.identities.OwnersOf(tx, organization.id, provider.id));
            GH_TRY_VOID(d_.sessions.RevokeProofs(tx, provider.id, owners));
            out.affected.insert(out.affected.end(), owners.begin(), owners.end());
          }
        }
        entry.target_object = provider.id.value;

        // A new link, or another subject for an old one, needs the account's own credentials.
        GH_TRY(auto mine, d_.identities.FindByUser(tx, organization.id, provider.id, user.id));
        const bool same =
            mine && mine->issuer == assertion.issuer && mine->subject == assertion.subject;
        if (!same &&
            !MayLink(*client.principal->session, user.has_2fa, /*moves=*/false, d_.clock.Now())) {
          return Fail(Code::kUnauthenticated, kReauthRequired);
        }
        GH_TRY(identity::Store::Attached attached,
               d_.identities.Attach(tx, organization.id, provider.id, user.id, assertion, actor));
        GH_TRY_VOID(d_.audit.Record(tx, entry));
        GH_TRY(out.login, IssueSession(tx, client, user, provider, attached.identity.id, pipeline,
                                       ConfigurePage(organization)));
        Pipeline finished = pipeline;
        finished.provider = provider.id;
        GH_TRY_VOID(RecordDecision(tx, client, finished, "accepted",
                                   pipeline.is_edit() ? "sso_edited" : "sso_enabled", user.id,
                                   pipeline.checks));

        if (!pipeline.is_edit()) GH_TRY_VOID(effects_.ClearRequire2fa(tx, organization.id, actor));
        GH_TRY_VOID(effects_.MemberLinked(tx, organization.id, {.user = user}, actor));
        if (!pipeline.is_edit()) {
          GH_TRY_VOID(effects_.SsoEnabled(tx, organization.id, user.id, pipeline.kind));
        }
        if (!pipeline.is_edit() || out.issuer_changed) {
          GH_TRY_VOID(effects_.SendLinkMails(tx, organization.id, actor, provider.name));
        }
        return out;
      }));
  co_await Settle(client, organization.id, done.affected);

  Step step = Landed(std::move(done.login), ConfigurePage(organization));
  step.flash = pipeline.is_edit() ? "sso_edited" : "sso_enabled";
  co_return step;
}

}  // namespace gatehouse::sso
