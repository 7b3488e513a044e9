// An identity that nobody knows yet, or that belongs to another account than the session's: a
// person decides, on CSRF-protected pages of ours. No account is chosen by the e-mail a provider
// asserts.

#include "control/sso/errors.h"
#include "control/sso/mails.h"
#include "control/sso/policy.h"
#include "control/sso/service_impl.h"
#include "control/users/mails.h"

namespace gatehouse::sso {
namespace {

std::string NameOf(const identity::Assertion& a) {
  return !a.name.empty() ? a.name : !a.email.empty() ? a.email : a.subject;
}

}  // namespace

Task<Step> ServiceImpl::ConfirmPage(Client client, orgs::Organization organization,
                                    Pipeline pipeline, bool first_time) {
  const identity::Assertion& assertion = *pipeline.assertion;
  struct Facts {
    std::string provider_name;
    std::optional<identity::Identity> known;
    std::vector<users::User> candidates;
    std::optional<LinkProofStore::State> proof;
    std::optional<users::User> proven;
  };
  GH_CO_TRY(
      Facts facts,
      co_await d_.db.Lookup(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<Facts> {
        Facts f;
        GH_TRY(LiveProvider provider, RequireProvider(tx, pipeline, Access::kLook));
        f.provider_name = provider.name;
        GH_TRY(f.known, d_.identities.FindBySubject(tx, organization.id, provider.id,
                                                    assertion.issuer, assertion.subject));
        if (!assertion.email.empty()) {
          auto found = d_.users.FindActiveByVerifiedEmail(tx, assertion.email);
          if (found)
            f.candidates = std::move(*found);
          else if (found.error().code != Code::kInvalidArgument)
            return std::unexpected(found.error());
        }
        GH_TRY(f.proof, proofs_.Find(tx, pipeline));
        if (f.proof && f.proof->proven) {
          GH_TRY(users::User user, d_.users.Find(tx, f.proof->user));
          // A mailbox alone links nothing to an account with a second factor.
          if (user.is_active && !user.has_2fa) f.proven = std::move(user);
        }
        return f;
      }));

  UnknownIdentity input;
  input.asserted_email = assertion.email;
  input.provider_name = facts.provider_name;
  input.identity_name = NameOf(assertion);
  if (client.principal) input.principal = &*client.principal;
  input.candidates = std::move(facts.candidates);
  input.proven = std::move(facts.proven);
  input.linked_elsewhere =
      facts.known && (!client.principal || facts.known->user != client.principal->user.id);
  input.now = d_.clock.Now();
  UnknownDecision decision = DecideUnknown(input);

  const bool send_proof = decision.mail_proof_to && !facts.proof;
  if (first_time || send_proof) {
    GH_CO_TRY_VOID(
        co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<void> {
          if (first_time) {
            GH_TRY_VOID(RecordDecision(tx, client, pipeline, "asked", decision.reason, std::nullopt,
                                       pipeline.checks));
          }
          if (!send_proof) return {};
          const users::User& account = *decision.mail_proof_to;
          // Any organization's provider can name any address: few mails, and no word of theirs in
          // them.
          ratelimit::Limit limit{3, std::chrono::hours(1)};
          GH_TRY(auto verdict,
                 d_.limiter.Take(tx, "sso:proof:" + account.id.ToString(), limit, d_.clock.Now()));
          GH_TRY(auto sent, proofs_.Find(tx, pipeline));
          if (!verdict.allowed || sent) return {};
          GH_TRY(std::string token, proofs_.Create(tx, pipeline, account.id));
          std::int64_t id = d_.ids.NextValue();
          return effects_.Mail(
              tx, id, "link-proof-" + std::to_string(id), account.email,
              LinkProofMail(organization.slug,
                            options_.base_url + "/account/user-confirm/" + token + "/"));
        }));
  }
  Step step;
  step.confirm = std::move(decision.confirm);
  // At the return URL the page cannot be shown: it belongs under the organization's.
  if (first_time) step.redirect = "/auth/login/" + organization.slug + "/?flow=1";
  co_return step;
}

Task<Step> ServiceImpl::ShowConfirm(Client client, orgs::Organization organization) {
  GH_CO_TRY(Pipeline pipeline, co_await LoadVerified(client, organization.id, Flow::kLogin));
  co_return co_await ConfirmPage(client, std::move(organization), std::move(pipeline),
                                 /*first_time=*/false);
}

Task<Step> ServiceImpl::ConfirmLink(Client client, orgs::Organization organization) {
  Result<Step> done = co_await TryConfirmLink(client, organization);
  co_return co_await Explain(std::move(client), ContextOf(Flow::kLogin, organization.id),
                             std::move(done));
}

Task<Step> ServiceImpl::ConfirmNewUser(Client client, orgs::Organization organization) {
  Result<Step> done = co_await TryConfirmNewUser(client, organization);
  co_return co_await Explain(std::move(client), ContextOf(Flow::kLogin, organization.id),
                             std::move(done));
}

Task<Step> ServiceImpl::TryConfirmLink(Client client, orgs::Organization organization) {
  GH_CO_TRY(Pipeline pipeline, co_await LoadVerified(client, organization.id, Flow::kLogin));
  GH_CO_TRY(auto proof,
            co_await d_.db.Lookup(sql::Tenant::Of(organization.id),
                                  [&](sql::Tx& tx) -> Result<std::optional<LinkProofStore::State>> {
                                    return proofs_.Find(tx, pipeline);
                                  }));
  const bool by_mailbox = proof && proof->proven;
  if (!by_mailbox && (!client.principal || !client.principal->session)) {
    co_return Fail(Code::kUnauthenticated, kReauthRequired, "nobody is logged in");
  }
  const UserId target = by_mailbox ? proof->user : client.principal->user.id;
  GH_CO_TRY(auto member, co_await d_.orgs.CheckMembership(organization.id, target));

  struct Outcome {
    authn::LoginOutcome login;
    bool created = false;
    std::vector<UserId> affected;
  };
  GH_CO_TRY(
      Outcome done,
      co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<Outcome> {
        Outcome out;
        out.affected.push_back(target);
        GH_TRY(bool taken, pipelines_.Take(tx, pipeline));
        if (!taken) return Fail(Code::kInvalidArgument, kStateInvalid, "taken");
        GH_TRY(LiveProvider provider, RequireProvider(tx, pipeline));
        GH_TRY(users::User user, d_.users.Find(tx, target));
        if (!user.is_active) return Fail(Code::kPermissionDenied, kAccountInactive);

        const identity::Assertion& assertion = *pipeline.assertion;
        GH_TRY(auto known, d_.identities.FindBySubject(tx, organization.id, provider.id,
                                                       assertion.issuer, assertion.subject));
        const bool moves = known && known->user != target;
        if (by_mailbox) {
          if (user.has_2fa) {
            return Fail(Code::kUnauthenticated, kReauthRequired, "the second factor is missing");
          }
          if (moves) return Fail(Code::kConflict, kIdentityConflict, "linked to another account");
        } else if (!MayLink(*client.principal->session, user.has_2fa, moves, d_.clock.Now())) {
          return moves ? Fail(Code::kUnauthenticated, kRecentLoginRequired)
                       : Fail(Code::kUnauthenticated, kReauthRequired);
        }
        if (moves) {
          GH_TRY(users::User owner, d_.users.Find(tx, known->user));
          if (!owner.is_active) return Fail(Code::kPermissionDenied, kAccountInactive, "owner");
        }

        identity::Actor actor = ActorFor(client, user);
        GH_TRY(identity::Store::Attached attached,
               d_.identities.Attach(tx, organization.id, provider.id, target, assertion, actor));
        out.created = attached.created;
        if (attached.former_owner) {
          out.affected.push_back(*attached.former_owner);
          GH_TRY_VOID(d_.sessions.RevokeProofs(tx, provider.id, {*attached.former_owner}));
          GH_TRY(users::User former, d_.users.Find(tx, *attached.former_owner));
          if (!former.email.empty()) {
            std::int64_t id = d_.ids.NextValue();
            GH_TRY_VOID(effects_.Mail(tx, id, "identity-moved-" + std::to_string(id), former.email,
                                      IdentityMovedMail(provider.name, organization.name)));
          }
        }
        GH_TRY(out.login, IssueSession(tx, client, user, provider, attached.identity.id, pipeline,
                                       AfterLogin(organization, pipeline)));
        GH_TRY_VOID(LinkMember(tx, client, organization, user, member.has_value(), pipeline));
        GH_TRY_VOID(proofs_.DeleteFor(tx, pipeline));
        GH_TRY_VOID(RecordDecision(tx, client, pipeline, "accepted", moves ? "moved" : "linked",
                                   target, pipeline.checks));
        return out;
      }));
  co_await Settle(client, organization.id, done.affected);

  Step step = Landed(std::move(done.login), AfterLogin(organization, pipeline));
  step.flash = done.created ? "identity_linked" : "";
  co_return step;
}

Task<Step> ServiceImpl::TryConfirmNewUser(Client client, orgs::Organization organization) {
  GH_CO_TRY(Pipeline pipeline, co_await LoadVerified(client, organization.id, Flow::kLogin));
  // The identity may have an owner: the one the page offered to continue as, or one who won a race.
  for (int attempt = 0;; ++attempt) {
    GH_CO_TRY(auto known,
              co_await d_.db.Lookup(sql::Tenant::Of(organization.id),
                                    [&](sql::Tx& tx) -> Result<std::optional<identity::Identity>> {
                                      GH_TRY(LiveProvider provider,
                                             RequireProvider(tx, pipeline, Access::kLook));
                                      return d_.identities.FindBySubject(
                                          tx, organization.id, provider.id,
                                          pipeline.assertion->issuer, pipeline.assertion->subject);
                                    }));
    if (known) {
      co_return co_await SignInKnown(client, organization, pipeline, std::move(*known));
    }
    Result<Step> created = co_await CreateUser(client, organization, pipeline);
    if (created || !created.error().Is(kIdentityConflict) || attempt > 0) co_return created;
  }
}

Task<Step> ServiceImpl::CreateUser(Client client, orgs::Organization organization,
                                   Pipeline pipeline) {
  struct Outcome {
    authn::LoginOutcome login;
    UserId user;
  };
  GH_CO_TRY(
      Outcome done,
      co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<Outcome> {
        Outcome out;
        GH_TRY(bool taken, pipelines_.Take(tx, pipeline));
        if (!taken) return Fail(Code::kInvalidArgument, kStateInvalid, "taken");
        GH_TRY(LiveProvider provider, RequireProvider(tx, pipeline));
        const identity::Assertion& assertion = *pipeline.assertion;
        GH_TRY(auto known, d_.identities.FindBySubject(tx, organization.id, provider.id,
                                                       assertion.issuer, assertion.subject));
        if (known) return Fail(Code::kConflict, kIdentityConflict, "linked meanwhile");

        // The provider vouches for the person, not for a mailbox: the address starts unverified.
        users::NewUser fresh;
        fresh.name = assertion.name;
        if (users::NormalizeEmail(assertion.email)) fresh.email = assertion.email;
        GH_TRY(users::User user, d_.users.Create(tx, fresh));
        out.user = user.id;
        identity::Actor actor = ActorFor(client, user);
        GH_TRY(identity::Store::Attached attached,
               d_.identities.Attach(tx, organization.id, provider.id, user.id, assertion, actor));
        GH_TRY(out.login, IssueSession(tx, client, user, provider, attached.identity.id, pipeline,
                                       AfterLogin(organization, pipeline)));
        GH_TRY_VOID(LinkMember(tx, client, organization, user, /*is_member=*/false, pipeline));
        if (!user.email.empty()) {
          GH_TRY(std::string token,
                 d_.users.CreateLink(tx, user.id, users::LinkPurpose::kConfirmEmail, user.email));
          std::int64_t id = d_.ids.NextValue();
          GH_TRY_VOID(
              effects_.Mail(tx, id, "confirm-email-" + std::to_string(id), user.email,
                            users::ConfirmEmailMail(options_.base_url + "/account/confirm-email/" +
                                                    token + "/")));
        }
        GH_TRY_VOID(
            RecordDecision(tx, client, pipeline, "accepted", "new_user", user.id, pipeline.checks));
        return out;
      }));
  co_await Settle(client, organization.id, {done.user});

  co_return Landed(std::move(done.login), AfterLogin(organization, pipeline));
}

Task<Step> ServiceImpl::ConfirmLogin(Client client, orgs::Organization organization,
                                     std::string username, std::string password) {
  GH_CO_TRY_VOID(co_await LoadVerified(client, organization.id, Flow::kLogin));
  std::optional<SessionId> previous;
  if (client.principal && client.principal->session) previous = client.principal->session->id;
  // Back here afterwards: the pipeline waits, and the page offers the link to a full session.
  const std::string page = "/auth/login/" + organization.slug + "/?flow=1";
  users::ClientInfo info{
      .ip = client.ip, .user_agent = client.user_agent, .correlation_id = client.correlation_id};
  GH_CO_TRY(authn::LoginOutcome outcome,
            co_await d_.authn.LogIn(std::move(username), std::move(password), previous, page,
                                    std::move(info)));
  co_return Landed(std::move(outcome), page);
}

Task<std::string> ServiceImpl::ProveMailbox(Client client, std::string token) {
  // All: the token says whose flow it is.
  GH_CO_TRY(OrgId organization,
            co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<OrgId> {
              GH_TRY(auto proof, proofs_.Prove(tx, token));
              GH_TRY(auto pipeline, pipelines_.FindById(tx, proof.first, proof.second));
              // Another browser's flow: refused, and the transaction leaves the proof unused.
              if (!pipeline || pipeline->browser_hash != PipelineStore::Hash(client.browser)) {
                return Fail(Code::kInvalidArgument, kLinkProofInvalid,
                            "another browser or flow ended");
              }
              return proof.first;
            }));
  GH_CO_TRY(orgs::Organization found, co_await d_.orgs.Get(organization));
  co_return found.slug;
}

}  // namespace gatehouse::sso
