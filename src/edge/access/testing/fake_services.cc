#include "edge/access/testing/fake_services.h"

#include <algorithm>

namespace gatehouse::access::testing {

namespace {

class FakeUsers final : public users::Service {
 public:
  explicit FakeUsers(World& world) : w_(world) {}

  Task<users::User> Get(UserId id) override {
    auto found = w_.accounts.find(id);
    if (found == w_.accounts.end()) co_return Fail(Code::kNotFound, "user_not_found");
    co_return found->second.user;
  }
  Task<std::vector<users::User>> GetMany(std::vector<UserId> ids) override {
    std::vector<users::User> out;
    for (UserId id : ids) {
      if (auto found = w_.accounts.find(id); found != w_.accounts.end()) {
        out.push_back(found->second.user);
      }
    }
    co_return out;
  }
  Task<std::vector<std::pair<std::string, bool>>> Emails(UserId id) override {
    std::vector<std::pair<std::string, bool>> out;
    const users::User& user = w_.accounts.at(id).user;
    out.emplace_back(user.email, user.email_verified);
    for (const auto& other : w_.more_emails[id]) out.push_back(other);
    co_return out;
  }
  Task<std::vector<UserId>> FindByAnyEmail(std::string email) override {
    std::vector<UserId> out;
    for (const auto& [id, emails] : w_.more_emails) {
      for (const auto& [address, verified] : emails) {
        if (address == email) out.push_back(id);
      }
    }
    co_return out;
  }
  Task<bool> AnyUser() override { co_return !w_.accounts.empty(); }
  Task<users::User> Create(std::string email, std::string name, std::optional<std::string> password,
                           users::ClientInfo) override {
    UserId id = w_.AddUser(std::move(name), std::move(email), password.value_or(""));
    co_return w_.accounts.at(id).user;
  }
  Task<std::string> CreateFirstRunLink() override { co_return std::string("first"); }
  Task<users::User> FinishFirstRun(std::string token, std::string email, std::string name,
                                   std::string password, users::ClientInfo client) override {
    if (token != "good") co_return Fail(Code::kNotFound, "link_invalid");
    if (password.size() < 15) co_return Fail(Code::kInvalidArgument, "password_policy");
    co_return co_await Create(std::move(email), std::move(name), std::move(password),
                              std::move(client));
  }
  Task<users::Link> PeekLink(users::LinkPurpose, std::string token) override {
    if (token != "good") co_return Fail(Code::kNotFound, "link_invalid");
    co_return users::Link{1, std::nullopt, "ada@acme.example", kNow};
  }
  Task<void> StartRecovery(std::string email, users::ClientInfo) override {
    w_.Called("users.StartRecovery " + email);
    co_return Result<void>();
  }
  Task<users::User> FinishRecovery(std::string token, std::string password,
                                   users::ClientInfo) override {
    if (token != "good") co_return Fail(Code::kNotFound, "link_invalid");
    if (password.size() < 15) co_return Fail(Code::kInvalidArgument, "password_policy");
    co_return w_.accounts.begin()->second.user;
  }
  Task<void> ChangePassword(UserId id, std::string current, std::string fresh,
                            users::ClientInfo) override {
    if (w_.accounts.at(id).password != current) {
      co_return Fail(Code::kPermissionDenied, "password_wrong");
    }
    if (fresh.size() < 15) co_return Fail(Code::kInvalidArgument, "password_policy");
    w_.accounts.at(id).password = fresh;
    std::erase_if(w_.sessions, [id](const auto& s) { return s.second->user.id == id; });
    co_return Result<void>();
  }
  Task<void> Rename(UserId id, std::string name) override {
    w_.accounts.at(id).user.name = std::move(name);
    co_return Result<void>();
  }
  Task<void> SendEmailConfirmation(UserId id, std::string email, users::ClientInfo) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    w_.Called("users.SendEmailConfirmation " +
              (email.empty() ? w_.accounts.at(id).user.email : email));
    co_return Result<void>();
  }
  Task<void> AddEmail(UserId id, std::string email, users::ClientInfo) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    if (email.find('@') == std::string::npos) {
      co_return Fail(Code::kInvalidArgument, "email_invalid");
    }
    w_.more_emails[id].emplace_back(std::move(email), false);
    co_return Result<void>();
  }
  Task<void> RemoveEmail(UserId id, std::string email, users::ClientInfo) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    if (w_.accounts.at(id).user.email == email) {
      co_return Fail(Code::kFailedPrecondition, "email_is_primary");
    }
    if (std::erase_if(w_.more_emails[id], [&](const auto& e) { return e.first == email; }) == 0) {
      co_return Fail(Code::kNotFound, "email_not_found");
    }
    co_return Result<void>();
  }
  Task<users::User> SetPrimaryEmail(UserId id, std::string email, users::ClientInfo) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    users::User& user = w_.accounts.at(id).user;
    for (auto& [address, verified] : w_.more_emails[id]) {
      if (address != email) continue;
      if (!verified) co_return Fail(Code::kFailedPrecondition, "email_unverified");
      std::swap(address, user.email);
      ++user.session_epoch;
      std::erase_if(w_.sessions, [id](const auto& s) { return s.second->user.id == id; });
      co_return user;
    }
    if (user.email != email) co_return Fail(Code::kNotFound, "email_not_found");
    co_return user;
  }
  Task<std::vector<users::AccountEvent>> ListEvents(UserId id, std::optional<std::int64_t> before,
                                                    std::size_t limit) override {
    co_return w_.EventsOf(id, before, limit);
  }
  Task<users::User> ConfirmPassword(UserId id, std::string password, users::ClientInfo) override {
    if (w_.accounts.at(id).password != password) {
      co_return Fail(Code::kPermissionDenied, "password_wrong");
    }
    co_return w_.accounts.at(id).user;
  }
  Task<void> ConfirmEmail(UserId, std::string token) override {
    if (token != "good") co_return Fail(Code::kNotFound, "link_invalid");
    co_return Result<void>();
  }
  Task<users::User> CheckPassword(std::string username, std::string password,
                                  users::ClientInfo) override {
    for (const auto& [id, account] : w_.accounts) {
      if (account.user.email == username && account.password == password) co_return account.user;
    }
    co_return Fail(Code::kUnauthenticated, "login_failed");
  }

 private:
  World& w_;
};

class FakeAuthn final : public authn::Service {
 public:
  explicit FakeAuthn(World& world) : w_(world) {}

  Task<std::shared_ptr<const authn::Principal>> FromSession(std::string token) override {
    if (w_.down) co_return Fail(Code::kUnavailable, "database_unavailable");
    auto found = w_.sessions.find(token);
    if (found == w_.sessions.end()) co_return Fail(Code::kUnauthenticated, "session_invalid");
    co_return found->second;
  }
  Task<std::shared_ptr<const authn::Principal>> FromToken(std::string token) override {
    auto found = w_.tokens.find(token);
    if (found == w_.tokens.end()) co_return Fail(Code::kUnauthenticated, "token_invalid");
    co_return found->second;
  }
  Task<authn::LoginOutcome> LogIn(std::string username, std::string password,
                                  std::optional<SessionId>, std::string next,
                                  users::ClientInfo) override {
    for (const auto& [id, account] : w_.accounts) {
      if (account.user.email == username && account.password == password) {
        co_return w_.Begin(id, authn::ProofKind::kPassword, std::move(next));
      }
    }
    co_return Fail(Code::kUnauthenticated, "login_failed");
  }
  Task<authn::LoginOutcome> Start(UserId user, authn::ProofKind proof, std::optional<SessionId>,
                                  std::string next, users::ClientInfo) override {
    co_return w_.Begin(user, proof, std::move(next));
  }
  Task<authn::IssuedSession> Reissue(UserId user, SessionId, std::optional<authn::ProofKind> proof,
                                     users::ClientInfo) override {
    co_return w_.Issue(user, proof.value_or(authn::ProofKind::kPassword));
  }
  Task<authn::IssuedSession> StepUpByPassword(authn::Principal principal, std::string password,
                                              users::ClientInfo) override {
    if (w_.accounts.at(principal.user.id).password != password) {
      co_return Fail(Code::kPermissionDenied, "password_wrong");
    }
    co_return w_.Issue(principal.user.id, authn::ProofKind::kPassword);
  }
  Task<void> LogOut(UserId user, SessionId session, users::ClientInfo client) override {
    return EndSession(user, session, std::move(client));
  }
  Task<void> EndSession(UserId user, SessionId session, users::ClientInfo) override {
    auto gone = std::erase_if(w_.sessions, [&](const auto& s) {
      return s.second->user.id == user && s.second->session->id == session;
    });
    if (gone == 0) co_return Fail(Code::kNotFound, "session_not_found");
    co_return Result<void>();
  }
  Task<void> EndOthers(UserId user, SessionId keep, users::ClientInfo) override {
    std::erase_if(w_.sessions, [&](const auto& s) {
      return s.second->user.id == user && s.second->session->id != keep;
    });
    co_return Result<void>();
  }
  Task<std::vector<users::AccountEvent>> ListEvents(UserId user, std::optional<std::int64_t> before,
                                                    std::size_t limit) override {
    co_return w_.EventsOf(user, before, limit);
  }
  Task<std::vector<authn::Session>> List(UserId user) override {
    std::vector<authn::Session> out;
    for (const auto& [token, principal] : w_.sessions) {
      if (principal->user.id == user) out.push_back(*principal->session);
    }
    co_return out;
  }
  Task<std::vector<authn::ApiToken>> ListTokens(UserId) override {
    co_return std::vector<authn::ApiToken>();
  }
  Task<void> DeleteToken(UserId, std::int64_t) override {
    co_return Fail(Code::kNotFound, "token_not_found");
  }
  Task<std::string> CreateToken(UserId user, std::string, std::vector<std::string> scopes,
                                std::optional<Timestamp>) override {
    co_return w_.AddToken(user, std::move(scopes));
  }
  Task<std::int64_t> DeleteExpired() override { co_return std::int64_t{0}; }
  void Forget(UserId) override {}
  void ForgetAll() override {}

 private:
  World& w_;
};

class FakeOrgs final : public orgs::Service {
 public:
  explicit FakeOrgs(World& world) : w_(world) {}

  Task<orgs::Organization> GetBySlug(std::string slug) override {
    auto found = std::ranges::find(w_.organizations, slug, &orgs::Organization::slug);
    if (found == w_.organizations.end()) co_return Fail(Code::kNotFound, "organization_not_found");
    co_return *found;
  }
  Task<orgs::Organization> Get(OrgId id) override {
    auto found = std::ranges::find(w_.organizations, id, &orgs::Organization::id);
    if (found == w_.organizations.end()) co_return Fail(Code::kNotFound, "organization_not_found");
    co_return *found;
  }
  Task<std::pair<orgs::Organization, std::optional<orgs::Member>>> GetWithMember(
      std::string slug, UserId user) override {
    GH_CO_TRY(auto organization, co_await GetBySlug(std::move(slug)));
    GH_CO_TRY(auto member, co_await CheckMembership(organization.id, user));
    co_return std::pair(std::move(organization), std::move(member));
  }
  Task<std::optional<orgs::Member>> CheckMembership(OrgId organization, UserId user) override {
    for (const orgs::Member& member : w_.members) {
      if (member.organization == organization && member.user == user) {
        co_return std::optional(member);
      }
    }
    co_return std::nullopt;
  }
  Task<std::vector<orgs::OrgMembership>> ListForUser(UserId user) override {
    std::vector<orgs::OrgMembership> out;
    for (const orgs::Member& member : w_.members) {
      if (member.user != user) continue;
      GH_CO_TRY(auto organization, co_await Get(member.organization));
      out.push_back({std::move(organization), member});
    }
    co_return out;
  }
  Task<orgs::MemberPage> ListMembers(OrgId organization, std::optional<MemberId> after,
                                     std::size_t limit) override {
    orgs::MemberPage page;
    for (const orgs::Member& member : w_.members) {
      if (member.organization != organization) continue;
      ++page.total;
      if (after && member.id <= *after) continue;
      if (page.members.size() < limit) page.members.push_back(member);
    }
    co_return page;
  }
  Task<std::vector<orgs::Member>> Owners(OrgId) override { co_return std::vector<orgs::Member>(); }
  Task<std::int64_t> CountWithoutSso(OrgId organization) override {
    co_return std::ranges::count_if(w_.members, [&](const orgs::Member& member) {
      return member.organization == organization && !member.sso_linked();
    });
  }
  Task<orgs::Organization> Create(std::string slug, std::string name, orgs::UserCopy owner,
                                  orgs::Actor) override {
    if (!orgs::IsValidSlug(slug)) co_return Fail(Code::kInvalidArgument, "slug_invalid");
    if (std::ranges::find(w_.organizations, slug, &orgs::Organization::slug) !=
        w_.organizations.end()) {
      co_return Fail(Code::kAlreadyExists, "slug_taken");
    }
    OrgId id = w_.AddOrganization(std::move(slug), std::move(name));
    w_.AddMember(id, owner.user, "owner");
    co_return w_.organizations.back();
  }
  Task<orgs::Member> AddMember(OrgId, orgs::UserCopy, std::string, std::int64_t,
                               orgs::Actor) override {
    co_return Fail(Code::kInternal, "internal");
  }
  Task<orgs::Organization> UpdateFlags(OrgId id, json::Object flags, bool sso_active, std::int64_t,
                                       orgs::Actor) override {
    auto found = std::ranges::find(w_.organizations, id, &orgs::Organization::id);
    if (found == w_.organizations.end()) co_return Fail(Code::kNotFound, "organization_not_found");
    GH_CO_TRY_VOID(w_.TakeChange());
    const auto set = [&](std::string_view name, std::int64_t bit, bool when) {
      if (const json::Value* value = flags.if_contains(name); value != nullptr) {
        found->flags = value->as_bool() == when ? found->flags | bit : found->flags & ~bit;
      }
    };
    if (const json::Value* value = flags.if_contains("require_2fa");
        value != nullptr && value->as_bool() && sso_active) {
      co_return Fail(Code::kFailedPrecondition, "sso_active");
    }
    set("allow_joinleave", orgs::kAllowJoinLeave, true);
    set("require_2fa", orgs::kRequire2fa, true);
    set("require_email_verification", orgs::kRequireEmailVerification, true);
    set("allow_join_requests", orgs::kNoJoinRequests, false);
    set("events_member_admin", orgs::kMembersNoEventAdmin, false);
    set("alerts_member_write", orgs::kMembersNoAlertsWrite, false);
    set("allow_invites", orgs::kNoInvites, false);
    set("bind_invites_to_email", orgs::kBindInvitesToEmail, true);
    ++found->version;
    co_return *found;
  }
  Task<void> UpdateDefaultRole(OrgId id, std::string role, orgs::Actor) override {
    if (orgs::FindRole(role) == nullptr) co_return Fail(Code::kInvalidArgument, "role_unknown");
    for (orgs::Organization& organization : w_.organizations) {
      if (organization.id == id) organization.default_role = role;
    }
    co_return Result<void>();
  }
  Task<void> ApplyClearRequire2fa(std::int64_t, OrgId, orgs::Actor) override {
    co_return Result<void>();
  }
  Task<void> ApplyMarkInvalidSso(std::int64_t, OrgId, UserId) override { co_return Result<void>(); }
  Task<void> ApplySignal(std::int64_t, OrgId, std::string, std::string) override {
    co_return Result<void>();
  }
  Task<void> ApplySendLinkMails(std::int64_t, OrgId, orgs::Actor, std::string) override {
    co_return Result<void>();
  }
  Task<void> ApplyDefaultRole(std::int64_t, OrgId, std::string, orgs::Actor) override {
    co_return Result<void>();
  }
  Task<void> ApplySsoDisabled(std::int64_t, OrgId, orgs::Actor, std::string) override {
    co_return Result<void>();
  }

 private:
  World& w_;
};

class FakeAdapter final : public sso::Adapter {
 public:
  std::string_view kind() const override { return "oidc"; }
  std::string_view name() const override { return "OpenID Connect"; }
  std::vector<std::string_view> setup_steps() const override { return {"redirect", "callback"}; }
  std::vector<std::string_view> login_steps() const override { return {"redirect", "callback"}; }
  std::vector<sso::SettingField> fields() const override {
    return {
        {.name = "issuer",
         .label = "Issuer URL",
         .help = "The address of your identity provider, exactly as its discovery document spells "
                 "it.",
         .kind = "url"},
        {.name = "client_id", .label = "Client ID", .help = "From the application you registered."},
        {.name = "client_secret",
         .label = "Client secret",
         .help = "Leave empty to keep the stored one.",
         .kind = "secret",
         .required = false},
        {.name = "auth_method",
         .label = "Client authentication",
         .help = "How we prove who we are.",
         .kind = "select",
         .required = false,
         .choices = {"client_secret_basic", "client_secret_post"},
         .initial = "client_secret_basic"},
        {.name = "use_userinfo",
         .label = "Always ask the userinfo endpoint",
         .help = "It is asked anyway when the ID token has no e-mail address.",
         .kind = "checkbox",
         .required = false},
    };
  }
  Task<sso::ConfigOutcome> BuildConfig(sso::Settings, std::optional<json::Object>) override {
    co_return sso::ConfigOutcome();
  }
  json::Object PublicConfig(const json::Object& config) const override { return config; }
  std::string Issuer(const json::Object&) const override { return "https://idp.example"; }
  std::vector<Mapped> Mapping(const json::Object&, const json::Object&) const override {
    return {};
  }
  Task<sso::Started> Start(json::Object, sso::StartInput) override {
    co_return Fail(Code::kUnavailable, "idp_unavailable");
  }
  Task<sso::CallbackOutcome> Finish(json::Object, sso::CallbackInput) override {
    co_return sso::CallbackOutcome();
  }
};

class FakeSso final : public sso::Service {
 public:
  explicit FakeSso(World& world) : w_(world), adapters_{&adapter_} {}

  const std::vector<const sso::Adapter*>& adapters() const override { return adapters_; }
  const sso::Adapter* FindAdapter(std::string_view kind) const override {
    return kind == adapter_.kind() ? &adapter_ : nullptr;
  }
  std::string ClientKeysUri(const orgs::Organization& organization) const override {
    return RedirectUri(organization) + "jwks.json";
  }
  Task<json::Object> ClientKeys(OrgId) override { co_return json::Object{{"keys", json::Array()}}; }
  std::string RedirectUri(const orgs::Organization& organization) const override {
    return "https://gate.example/auth/sso/" + organization.slug + "/";
  }
  Task<sso::Provider> GetProvider(OrgId organization) override {
    auto found = w_.providers.find(organization);
    if (found == w_.providers.end()) co_return Fail(Code::kNotFound, "sso_not_configured");
    co_return found->second;
  }
  Task<std::optional<sso::Provider>> FindProvider(OrgId organization) override {
    auto found = w_.providers.find(organization);
    if (found == w_.providers.end()) co_return std::nullopt;
    co_return std::optional(found->second);
  }
  Task<sso::Step> BeginSetup(sso::Client, orgs::Organization organization, std::string, std::string,
                             sso::Settings settings) override {
    w_.last_settings = std::move(settings);
    co_return Next("BeginSetup", organization.slug);
  }
  Task<sso::Step> ShowSetup(sso::Client, orgs::Organization organization) override {
    co_return Next("ShowSetup", organization.slug);
  }
  Task<sso::Step> FinishSetup(sso::Client, orgs::Organization organization,
                              std::string choice) override {
    co_return Next("FinishSetup",
                   organization.slug + (choice.empty() ? std::string() : " " + choice));
  }
  Task<void> CancelSetup(sso::Client, orgs::Organization organization) override {
    co_return Change("CancelSetup", organization.slug);
  }
  Task<sso::Step> BeginLogin(sso::Client, orgs::Organization organization, std::string next,
                             std::optional<invites::Ticket> ticket) override {
    w_.last_next = std::move(next);
    w_.last_ticket = std::move(ticket);
    co_return Next("BeginLogin", organization.slug);
  }
  Task<sso::Step> Callback(sso::Client, std::string slug,
                           std::vector<std::pair<std::string, std::string>> params) override {
    w_.last_params = std::move(params);
    co_return Next("Callback", slug);
  }
  Task<sso::Step> ShowConfirm(sso::Client, orgs::Organization organization) override {
    co_return Next("ShowConfirm", organization.slug);
  }
  Task<sso::Step> ConfirmLink(sso::Client, orgs::Organization organization) override {
    co_return Next("ConfirmLink", organization.slug);
  }
  Task<sso::Step> ConfirmNewUser(sso::Client, orgs::Organization organization) override {
    co_return Next("ConfirmNewUser", organization.slug);
  }
  Task<sso::Step> ConfirmLogin(sso::Client, orgs::Organization organization, std::string,
                               std::string) override {
    co_return Next("ConfirmLogin", organization.slug);
  }
  Task<std::string> ProveMailbox(sso::Client, std::string token) override {
    if (token != "good") co_return Fail(Code::kNotFound, "link_proof_invalid");
    co_return std::string("acme");
  }
  Task<void> ChangeSettings(sso::Client, orgs::Organization organization,
                            sso::SettingsChange) override {
    co_return Change("ChangeSettings", organization.slug);
  }
  Task<void> RemindUnlinked(sso::Client, orgs::Organization organization) override {
    co_return Change("RemindUnlinked", organization.slug);
  }
  Task<sso::Step> RotateSecret(sso::Client, orgs::Organization organization, std::string) override {
    co_return Next("RotateSecret", organization.slug);
  }
  Task<void> Disable(sso::Client, orgs::Organization organization) override {
    co_return Change("Disable", organization.slug);
  }
  Task<void> Unlock(OrgId, std::string) override { co_return Result<void>(); }
  Task<std::vector<sso::LinkedIdentity>> IdentitiesOf(UserId user) override {
    std::vector<sso::LinkedIdentity> out;
    for (const sso::LinkedIdentity& one : w_.identities) {
      if (one.identity.user == user) out.push_back(one);
    }
    co_return out;
  }
  Task<void> Unlink(sso::Client client, IdentityId id) override {
    for (const sso::LinkedIdentity& one : w_.identities) {
      if (one.identity.id != id || one.identity.user != client.principal->user.id) continue;
      if (one.needed_by_organization || one.needed_by_account) {
        co_return Fail(Code::kFailedPrecondition, "identity_needed");
      }
      std::erase_if(w_.identities, [id](const auto& i) { return i.identity.id == id; });
      co_return Result<void>();
    }
    co_return Fail(Code::kNotFound, "identity_not_found");
  }
  Task<void> ApplyMemberRemoved(OrgId, UserId, orgs::Actor) override { co_return Result<void>(); }
  Task<sso::SsoState> QueryState(const authn::Principal& principal, OrgId organization,
                                 const orgs::Member& member) override {
    sso::SsoState state;
    auto provider = w_.providers.find(organization);
    state.provider_exists = provider != w_.providers.end();
    state.required = state.provider_exists && !provider->second.allow_unlinked;
    state.valid = !state.required || (member.sso_linked() && !member.sso_invalid());
    state.completed = !principal.session || principal.session->SsoProof(organization) != nullptr;
    state.own_proof = principal.session && principal.session->OwnProof() != nullptr;
    co_return state;
  }
  Task<std::vector<sso::Decision>> Decisions(OrgId, std::optional<std::int64_t> before,
                                             std::optional<std::string> correlation_id,
                                             std::size_t limit) override {
    std::vector<sso::Decision> out;
    for (const sso::Decision& decision : w_.decisions) {
      if (before && decision.id >= *before) continue;
      if (correlation_id && decision.correlation_id != *correlation_id) continue;
      if (out.size() < limit) out.push_back(decision);
    }
    co_return out;
  }

 private:
  Result<sso::Step> Next(std::string_view what, const std::string& slug) {
    w_.Called("sso." + std::string(what) + " " + slug);
    if (w_.steps.empty()) return Fail(Code::kInvalidArgument, "sso_state_invalid");
    Result<sso::Step> step = std::move(w_.steps.front());
    w_.steps.pop_front();
    return step;
  }
  Result<void> Change(std::string_view what, const std::string& slug) {
    w_.Called("sso." + std::string(what) + " " + slug);
    return std::exchange(w_.next_change, Result<void>());
  }

  World& w_;
  FakeAdapter adapter_;
  std::vector<const sso::Adapter*> adapters_;
};

}  // namespace

UserId World::AddUser(std::string name, std::string email, std::string password) {
  UserId id{next_id++};
  users::User user;
  user.id = id;
  user.username = email;
  user.name = std::move(name);
  user.email = std::move(email);
  user.email_verified = true;
  user.has_password = !password.empty();
  user.created_at = kNow;
  accounts[id] = {std::move(user), std::move(password)};
  return id;
}

OrgId World::AddOrganization(std::string slug, std::string name) {
  orgs::Organization organization;
  organization.id = OrgId{next_id++};
  organization.slug = std::move(slug);
  organization.name = std::move(name);
  organization.status = "active";
  organization.default_role = "member";
  organization.created_at = kNow;
  organizations.push_back(organization);
  return organization.id;
}

void World::AddMember(OrgId organization, UserId user, std::string role, std::int64_t flags) {
  orgs::Member member;
  member.id = MemberId{next_id++};
  member.organization = organization;
  member.user = user;
  member.email = accounts.at(user).user.email;
  member.role = std::move(role);
  member.flags = flags;
  member.created_at = kNow;
  members.push_back(std::move(member));
}

sso::Provider& World::AddProvider(OrgId organization, bool allow_unlinked) {
  sso::Provider provider;
  provider.id = ProviderId{next_id++};
  provider.organization = organization;
  provider.kind = "oidc";
  provider.name = "Acme ID";
  provider.issuer = "https://idp.example";
  provider.revision = 1;
  provider.allow_unlinked = allow_unlinked;
  provider.public_config["issuer"] = "https://idp.example";
  provider.public_config["client_id"] = "gatehouse";
  provider.created_at = provider.updated_at = kNow;
  return providers[organization] = std::move(provider);
}

std::string World::AddSession(UserId user, std::vector<authn::Proof> proofs) {
  auto principal = std::make_shared<authn::Principal>();
  principal->user = accounts.at(user).user;
  authn::Session session;
  session.id = SessionId{next_id++};
  session.user = user;
  session.proofs = std::move(proofs);
  session.ip = "192.0.2.1";
  session.user_agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/141.0";
  session.created_at = session.last_seen_at = kNow;
  session.expires_at = kNow + std::chrono::hours(24);
  principal->session = std::move(session);
  std::string token = "session-" + std::to_string(next_id++);
  sessions[token] = std::move(principal);
  return token;
}

std::string World::AddToken(UserId user, std::vector<std::string> scopes) {
  auto principal = std::make_shared<authn::Principal>();
  principal->user = accounts.at(user).user;
  principal->scopes = std::move(scopes);
  principal->token_id = next_id++;
  std::string token = "ghp_" + std::to_string(next_id++);
  tokens[token] = std::move(principal);
  return token;
}

authn::IssuedSession World::Issue(UserId user, authn::ProofKind kind) {
  authn::Proof proof;
  proof.kind = kind;
  proof.at = kNow;
  std::vector<authn::Proof> proofs(1, proof);
  std::string token = AddSession(user, std::move(proofs));
  return {token, *sessions.at(token)->session};
}

authn::LoginOutcome World::Begin(UserId user, authn::ProofKind proof, std::string next) {
  if (!accounts.at(user).user.has_2fa) return {Issue(user, proof), ""};
  return {std::nullopt, AddPending(user, std::move(next))};
}

std::vector<users::AccountEvent> World::EventsOf(UserId user, std::optional<std::int64_t> before,
                                                 std::size_t limit) const {
  std::vector<users::AccountEvent> out;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (event->user != user || (before && event->id >= *before)) continue;
    if (out.size() < limit) out.push_back(*event);
  }
  return out;
}

authn::Proof PasswordProof() { return {.kind = authn::ProofKind::kPassword, .at = kNow}; }

authn::Proof SsoProof(OrgId organization) {
  authn::Proof proof;
  proof.kind = authn::ProofKind::kSso;
  proof.at = kNow;
  proof.organization = organization;
  return proof;
}

std::unique_ptr<users::Service> NewFakeUsers(World& world) {
  return std::make_unique<FakeUsers>(world);
}
std::unique_ptr<authn::Service> NewFakeAuthn(World& world) {
  return std::make_unique<FakeAuthn>(world);
}
std::unique_ptr<orgs::Service> NewFakeOrgs(World& world) {
  return std::make_unique<FakeOrgs>(world);
}
std::unique_ptr<sso::Service> NewFakeSso(World& world) { return std::make_unique<FakeSso>(world); }

}  // namespace gatehouse::access::testing
