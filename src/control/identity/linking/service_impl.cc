#include "control/identity/linking/service_impl.h"

#include <algorithm>

#include "base/text.h"
#include "control/identity/errors.h"
#include "control/identity/linking/errors.h"
#include "control/identity/linking/sealed.h"
#include "control/identity/linking/statements.h"
#include "control/users/buckets.h"
#include "platform/crypto/hash.h"

namespace gatehouse::linking {
namespace {

constexpr Duration kPipelineLife = std::chrono::minutes(10);
constexpr ratelimit::Limit kStarts{30, std::chrono::minutes(10)};

identity::Actor ActorOf(const sso::Client& client) {
  identity::Actor actor{
      .user = {}, .label = "", .ip = client.ip, .correlation_id = client.correlation_id};
  if (client.principal) {
    actor.user = client.principal->user.id;
    actor.label = client.principal->user.username;
  }
  return actor;
}

std::string NameOf(const identity::Assertion& a) {
  return !a.name.empty() ? a.name : !a.email.empty() ? a.email : a.subject;
}

// What was granted, each once.
std::vector<std::string> ScopesOf(const json::Object& data) {
  std::vector<std::string> scopes;
  for (std::string_view one : Split(json::GetString(data, "scope").value_or(""), ' ')) {
    if (one.empty() || std::ranges::find(scopes, one) != scopes.end()) continue;
    scopes.emplace_back(one);
  }
  return scopes;
}

}  // namespace

std::string_view ReasonOf(const sso::CallbackOutcome& outcome) {
  if (outcome.checks.empty() || outcome.checks.back().name != "token.answer") return kLinkFailed;
  const sso::Check& check = outcome.checks.back();
  if (check.received == "peer_tls_failed") return kLinkTlsFailed;
  if (outcome.reason == "idp_unavailable") return kLinkUnreachable;
  return check.expected.starts_with("a JSON object") ? kLinkAnswerInvalid : kLinkFailed;
}

Place ServiceImpl::Named(identity::RpcProvider provider) const {
  const sso::Adapter* adapter = p_.sso.FindAdapter(provider.type);
  std::string name = adapter != nullptr ? std::string(adapter->name()) : provider.type;
  return {.provider = std::move(provider), .kind_name = std::move(name)};
}

std::vector<const sso::Adapter*> ServiceImpl::Kinds() const { return p_.sso.adapters(); }

// ---- places -------------------------------------------------------------------------------------

Task<void> ServiceImpl::RequireManager(sso::Client client, OrgId organization) {
  if (!client.principal) co_return Fail(Code::kUnauthenticated, kNotAuthed);
  GH_CO_TRY(auto member, co_await p_.orgs.CheckMembership(organization, client.principal->user.id));
  if (!member) co_return Fail(Code::kPermissionDenied, kNotMember, "not a member");
  if (!orgs::RoleHasScope(member->role, "org:write")) {
    co_return Fail(Code::kPermissionDenied, kForbidden, "role " + member->role);
  }
  co_return Result<void>();
}

Task<Service::Added> ServiceImpl::AddPlace(sso::Client client, OrgId organization, std::string kind,
                                           std::string external_id, std::string name,
                                           sso::Settings settings) {
  GH_CO_TRY_VOID(co_await RequireManager(client, organization));
  sso::Adapter* adapter = p_.sso.Kind(kind);
  if (adapter == nullptr) co_return Fail(Code::kInvalidArgument, kKindUnknown, kind);
  GH_CO_TRY(sso::ConfigOutcome built,
            co_await adapter->BuildConfig(std::move(settings), std::nullopt));
  Added added;
  added.errors = std::move(built.errors);
  added.checks = std::move(built.checks);
  if (!built.config) co_return added;
  identity::NewPlace place;
  place.type = std::move(kind);
  place.external_id = std::move(external_id);
  place.name = std::move(name);
  place.issuer = adapter->Issuer(*built.config);
  place.config = std::move(*built.config);
  GH_CO_TRY(identity::RpcProvider provider,
            co_await identities_->AddProvider(organization, std::move(place), ActorOf(client)));
  added.place = Named(std::move(provider));
  co_return added;
}

Task<void> ServiceImpl::RemovePlace(sso::Client client, OrgId organization,
                                    identity::PlaceId place) {
  GH_CO_TRY_VOID(co_await RequireManager(client, organization));
  co_return co_await identities_->RemoveProvider(organization, place, ActorOf(client));
}

Task<std::vector<Place>> ServiceImpl::Places(OrgId organization) {
  GH_CO_TRY(auto providers, co_await identities_->ListProviders(organization));
  std::vector<Place> places;
  for (identity::RpcProvider& provider : providers) places.push_back(Named(std::move(provider)));
  co_return places;
}

// ---- the person ---------------------------------------------------------------------------------

Task<std::vector<Service::Linkable>> ServiceImpl::PlacesFor(UserId user) {
  GH_CO_TRY(auto memberships, co_await p_.orgs.ListForUser(user));
  std::vector<Linkable> all;
  for (orgs::OrgMembership& membership : memberships) {
    GH_CO_TRY(auto places, co_await Places(membership.organization.id));
    for (Place& place : places) {
      all.push_back({.organization = membership.organization, .place = std::move(place)});
    }
  }
  co_return all;
}

Task<std::optional<Place>> ServiceImpl::FindPlace(OrgId organization, std::string kind,
                                                  std::string external_id) {
  GH_CO_TRY(auto provider, co_await identities_->GetProvider(organization, std::move(kind),
                                                             std::move(external_id)));
  if (!provider) co_return std::optional<Place>();
  co_return std::optional<Place>(Named(std::move(*provider)));
}

Task<std::optional<identity::LinkedStore::Place>> ServiceImpl::Open(OrgId organization,
                                                                    identity::PlaceId place) {
  co_return co_await p_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return p_.linked.FindPlace(tx, organization, place);
  });
}

Task<std::string> ServiceImpl::Start(sso::Client client, OrgId organization,
                                     identity::PlaceId place, bool popup) {
  if (!client.principal) co_return Fail(Code::kUnauthenticated, kNotAuthed);
  const UserId user = client.principal->user.id;
  GH_CO_TRY(auto member, co_await p_.orgs.CheckMembership(organization, user));
  if (!member) co_return Fail(Code::kPermissionDenied, kNotMember, "not a member");
  GH_CO_TRY(auto found, co_await Open(organization, place));
  sso::Adapter* adapter = found ? p_.sso.Kind(found->provider.type) : nullptr;
  if (adapter == nullptr) co_return Fail(Code::kNotFound, identity::kProviderNotFound);

  std::string state = p_.rng.Token();
  sso::StartInput input{state, RedirectUri(), ""};
  GH_CO_TRY(sso::Started started,
            co_await adapter->Start(std::move(found->config), std::move(input)));
  const std::int64_t id = p_.ids.NextValue();
  json::Object data;
  data["flow"] = std::move(started.flow);
  data["popup"] = popup;
  const std::string sealed =
      p_.keys.Seal(kPipelinePurpose, PipelineBinding(id, organization), json::Serialize(data));
  const std::string browser = crypto::Sha256Hex(client.browser);
  const Timestamp now = p_.clock.Now();
  // All: a browser's eight flows are counted over all organizations.
  GH_CO_TRY_VOID(co_await p_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(auto verdict, p_.limiter.Take(tx, "link:start:" + user.ToString(), kStarts, now));
    if (!verdict.allowed) return Fail(Code::kResourceExhausted, kRateLimited, "links begun");
    GH_TRY_VOID(tx.Exec(sqls::kTrim, {browser}));
    GH_TRY_VOID(
        tx.Exec(sqls::kInsert, {id, organization, place, user, browser, crypto::Sha256Hex(state),
                                sealed, now, now + kPipelineLife}));
    return {};
  }));
  co_return std::move(started.redirect_url);
}

Task<Return> ServiceImpl::Finish(sso::Client client,
                                 std::vector<std::pair<std::string, std::string>> params) {
  if (!client.principal) co_return Fail(Code::kUnauthenticated, kNotAuthed);
  const UserId user = client.principal->user.id;
  std::string state;
  for (const auto& [name, value] : params) {
    if (name == "state") state = value;
  }
  if (state.empty()) co_return Fail(Code::kInvalidArgument, kLinkStateInvalid, "no state");
  struct Taken {
    OrgId organization;
    identity::PlaceId place;
    json::Object data;
  };
  // All: the state says whose flow it is. Another person's or browser's is as unknown as none.
  GH_CO_TRY(
      auto taken,
      co_await p_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::optional<Taken>> {
        GH_TRY(sql::Rows rows,
               tx.Query(sqls::kTake, {crypto::Sha256Hex(state), crypto::Sha256Hex(client.browser),
                                      user, p_.clock.Now()}));
        if (rows.empty()) return std::nullopt;
        const sql::Row row = rows.front();
        Taken t{row.As<OrgId>(1), row.As<identity::PlaceId>(2), {}};
        GH_TRY(std::string opened,
               p_.keys.Open(kPipelinePurpose, PipelineBinding(row.Int(0), t.organization),
                            row.Text(3)));
        GH_TRY(t.data, json::ParseObject(opened));
        return std::optional(std::move(t));
      }));
  if (!taken) co_return Fail(Code::kInvalidArgument, kLinkStateInvalid, "unknown state");
  GH_CO_TRY(auto member, co_await p_.orgs.CheckMembership(taken->organization, user));
  if (!member) co_return Fail(Code::kPermissionDenied, kNotMember, "not a member");
  GH_CO_TRY(auto place, co_await Open(taken->organization, taken->place));
  sso::Adapter* adapter = place ? p_.sso.Kind(place->provider.type) : nullptr;
  if (adapter == nullptr) co_return Fail(Code::kNotFound, identity::kProviderNotFound);

  Return out;
  out.provider_name = place->provider.name;
  out.popup = json::GetBool(taken->data, "popup").value_or(false);
  sso::CallbackInput input;
  input.params = std::move(params);
  input.redirect_uri = RedirectUri();
  input.purpose = sso::Purpose::kLink;
  if (const json::Object* flow = json::GetObject(taken->data, "flow")) input.flow = *flow;
  GH_CO_TRY(sso::CallbackOutcome outcome,
            co_await adapter->Finish(std::move(place->config), std::move(input)));
  if (!outcome.assertion || !identity::Store::Validate(*outcome.assertion)) {
    out.reason = ReasonOf(outcome);
    out.text = std::move(outcome.user_message);
    co_return out;
  }
  out.account_name = NameOf(*outcome.assertion);
  identity::NewLink link;
  link.provider = place->provider.id;
  link.user = user;
  link.external_id = outcome.assertion->subject;
  link.name = out.account_name;
  link.scopes = ScopesOf(outcome.assertion->data);
  link.data = std::move(outcome.assertion->data);
  // Somebody else's account stays where it is: the person hears of the conflict.
  GH_CO_TRY(identity::LinkOutcome linked,
            co_await identities_->LinkIdentity(taken->organization, std::move(link),
                                               /*reattach=*/false, ActorOf(client)));
  using Kind = identity::LinkOutcome::Kind;
  if (linked.kind == Kind::kLinkedToOther) {
    out.kind = Return::Kind::kLinkedToOther;
    out.reason = kLinkedToOther;
  } else if (linked.kind == Kind::kOtherAccount) {
    out.kind = Return::Kind::kOtherAccount;
    out.reason = kOtherAccountLinked;
  } else {
    out.kind = Return::Kind::kLinked;
  }
  co_return out;
}

Task<std::vector<Account>> ServiceImpl::AccountsOf(UserId user) {
  GH_CO_TRY(auto linked, co_await identities_->ListOfUser(user));
  std::vector<Account> accounts;
  for (identity::RpcIdentity& one : linked) {
    const sso::Adapter* adapter = p_.sso.FindAdapter(one.idp_type);
    accounts.push_back(
        {.id = one.id,
         .organization = one.organization,
         .user = one.user_id,
         .kind = one.idp_type,
         .kind_name = adapter != nullptr ? std::string(adapter->name()) : one.idp_type,
         .provider_name = std::move(one.idp_name),
         .external_id = std::move(one.external_id),
         .name = std::move(one.name),
         .status = one.status,
         .state = one.state,
         .state_reason = std::move(one.state_reason),
         .verified_at = one.verified_at,
         .synced_at = one.synced_at,
         .created_at = one.created_at});
  }
  co_return accounts;
}

Task<void> ServiceImpl::Disconnect(sso::Client client, identity::LinkedId id) {
  if (!client.principal) co_return Fail(Code::kUnauthenticated, kNotAuthed);
  co_return co_await identities_->Disconnect(client.principal->user.id, id, ActorOf(client));
}

// ---- asked again --------------------------------------------------------------------------------

Task<identity::RefreshOutcome> ServiceImpl::AskProvider(OrgId organization, std::int64_t provider,
                                                        json::Object data) {
  GH_CO_TRY(auto place, co_await Open(organization, identity::PlaceId{provider}));
  sso::Adapter* adapter = place ? p_.sso.Kind(place->provider.type) : nullptr;
  if (adapter == nullptr) co_return Fail(Code::kNotFound, identity::kProviderNotFound);
  co_return co_await adapter->Refresh(std::move(place->config), std::move(data));
}

Result<void> ServiceImpl::OnValidityChange(sql::Tx&, OrgId, std::int64_t, UserId, bool) {
  return {};
}

Task<void> ServiceImpl::CleanUp() {
  // All: everybody's rows grow old.
  co_return co_await p_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(sqls::kDeleteExpired, {p_.clock.Now()}));
    return {};
  });
}

}  // namespace gatehouse::linking
