#include "control/sso/oauth2/oauth2_adapter.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "control/sso/oauth2/errors.h"
#include "control/sso/oidc/authorization.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/labels.h"
#include "control/sso/oidc/peer.h"
#include "platform/crypto/hash.h"

namespace gatehouse::sso::oauth2 {
namespace {

using oidc::MemberText;

constexpr std::size_t kMaxSubject = 255;
constexpr std::size_t kMaxOptions = 500;

std::string Shown(const json::Value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  const json::Array* list = value.if_array();
  if (list == nullptr) return json::Serialize(value);
  std::vector<std::string> parts;
  for (const json::Value& item : *list) parts.push_back(Shown(item));
  return Join(parts, " ");
}

bool IsSubject(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSubject && IsValidUtf8(text) && !HasControl(text);
}

// The group of the config, "" if there is none.
std::string GroupId(const json::Object& config) {
  const json::Object* group = json::GetObject(config, "org");
  return group != nullptr ? IdText(*group, "id") : std::string();
}

std::string GroupName(const json::Object& config) {
  const json::Object* group = json::GetObject(config, "org");
  return group != nullptr ? std::string(MemberText(*group, "name")) : std::string();
}

}  // namespace

std::string IdText(const json::Object& object, std::string_view member) {
  if (auto text = json::GetString(object, member)) return std::string(*text);
  if (auto number = json::GetInt(object, member)) return std::to_string(*number);
  return {};
}

OAuth2Adapter::OAuth2Adapter(std::unique_ptr<const Vendor> vendor, http::Client& client,
                             const Clock& clock, Rng& rng, OAuth2Options options)
    : vendor_(std::move(vendor)),
      client_(client),
      clock_(clock),
      rng_(rng),
      options_(options),
      keys_(client, clock) {}

std::vector<std::string_view> OAuth2Adapter::setup_steps() const {
  if (vendor_->group_rule() == nullptr) return {"configure", "redirect", "callback", "review"};
  return {"configure", "redirect", "callback", "select-organization", "review"};
}

std::vector<SettingField> OAuth2Adapter::fields() const {
  std::vector<SettingField> out = {
      {.name = "client_id",
       .label = "Client ID",
       .help = "From the application that you registered at the provider."},
      {.name = "client_secret",
       .label = "Client secret",
       .help = "From the same place. Leave it empty later to keep the stored one.",
       .kind = "secret",
       .required = false},
  };
  for (SettingField& field : vendor_->fields()) out.push_back(std::move(field));
  if (const GroupRule* rule = vendor_->group_rule()) {
    out.push_back({.name = "organization",
                   .label = std::string(rule->label),
                   .help = "Chosen on the review page.",
                   .kind = "choice",
                   .required = false});
  }
  return out;
}

Task<ConfigOutcome> OAuth2Adapter::BuildConfig(Settings settings,
                                               std::optional<json::Object> stored) {
  ConfigOutcome out;
  oidc::SettingsReader reader(settings);
  json::Object config;
  config["client_id"] = reader.Text("client_id", true);
  vendor_->Read(reader, config);
  // A stored secret is never sent to another place or for another client.
  bool same_client = stored &&
                     MemberText(*stored, "client_id") == MemberText(config, "client_id") &&
                     vendor_->EndpointsOf(*stored).token == vendor_->EndpointsOf(config).token;
  config["client_secret"] = reader.Secret(
      "client_secret", same_client ? MemberText(*stored, "client_secret") : std::string_view(),
      stored.has_value());
  // The group stays until another is chosen on the review page.
  if (stored && vendor_->group_rule() != nullptr && stored->contains("org") &&
      vendor_->Issuer(*stored) == vendor_->Issuer(config)) {
    config["org"] = stored->at("org");
  }
  out.errors = reader.TakeErrors();
  oidc::Checks checks;
  if (out.errors.empty()) {
    checks.Add("settings.token_endpoint", true, "where the code is exchanged",
               vendor_->EndpointsOf(config).token);
    out.config = std::move(config);
  }
  out.checks = checks.Take();
  co_return out;
}

Result<void> OAuth2Adapter::CheckConfig(const json::Object& config) const {
  if (MemberText(config, "client_id").empty() || MemberText(config, "client_secret").empty() ||
      vendor_->EndpointsOf(config).token.empty() || vendor_->Issuer(config).empty()) {
    return Fail(Code::kInternal, kConfigInvalid, "a required member is missing");
  }
  return {};
}

json::Object OAuth2Adapter::PublicConfig(const json::Object& config) const {
  json::Object out;
  for (const SettingField& field : fields()) {
    if (field.kind == "secret") continue;
    if (field.kind == "choice") {
      out[field.name] = GroupName(config);
      continue;
    }
    const json::Value* value = config.if_contains(field.name);
    if (value != nullptr && value->is_bool()) {
      out[field.name] = *value;
    } else {
      out[field.name] = value != nullptr ? Shown(*value) : std::string();
    }
  }
  return out;
}

std::string OAuth2Adapter::Issuer(const json::Object& config) const {
  return vendor_->Issuer(config);
}

bool OAuth2Adapter::Tightens(const json::Object& before, const json::Object& after) const {
  if (vendor_->group_rule() != nullptr && GroupId(before) != GroupId(after)) return true;
  return vendor_->Tightens(before, after);
}

json::Object OAuth2Adapter::WithChoice(json::Object config, const Choice::Option& option) const {
  return vendor_->Adopt(std::move(config), option);
}

std::vector<Adapter::Mapped> OAuth2Adapter::Mapping(const json::Object& config,
                                                    const json::Object& claims) const {
  std::vector<Mapped> out;
  for (const auto& [field, claim] : vendor_->Mapping(config)) {
    out.push_back({field, claim, oidc::Shown(claims, claim)});
  }
  return out;
}

Task<Started> OAuth2Adapter::Start(json::Object config, StartInput input) {
  GH_CO_TRY_VOID(CheckConfig(config));
  Started started;
  started.flow["issuer"] = vendor_->Issuer(config);
  std::vector<std::pair<std::string, std::string>> params = {
      {"response_type", "code"},
      {"client_id", std::string(MemberText(config, "client_id"))},
      {"redirect_uri", std::move(input.redirect_uri)},
      {"state", std::move(input.state)},
  };
  if (std::string scopes = vendor_->Scopes(config); !scopes.empty()) {
    params.emplace_back("scope", std::move(scopes));
  }
  if (vendor_->has_id_token()) {
    std::string nonce = rng_.Token(32);
    started.flow["nonce"] = nonce;
    params.emplace_back("nonce", std::move(nonce));
  }
  if (vendor_->UsesPkce(config)) {
    std::string verifier = rng_.Token(32);
    params.emplace_back("code_challenge", Base64UrlEncode(crypto::Sha256(verifier)));
    params.emplace_back("code_challenge_method", "S256");
    started.flow["verifier"] = std::move(verifier);
  }
  for (auto& param : vendor_->AuthorizationParams(config)) params.push_back(std::move(param));
  if (vendor_->has_id_token() && oidc::IsLoginHint(input.login_hint)) {
    params.emplace_back("login_hint", std::move(input.login_hint));
  }
  started.redirect_url = oidc::WithParameters(vendor_->EndpointsOf(config).authorization, params);
  co_return started;
}

http::ClientRequest OAuth2Adapter::TokenRequest(const json::Object& config,
                                                const oidc::TokenGrant& grant) const {
  http::ClientRequest request = oidc::GrantRequest(vendor_->EndpointsOf(config).token, grant);
  oidc::AddClientSecret(request, vendor_->AuthMethod(config), MemberText(config, "client_id"),
                        MemberText(config, "client_secret"));
  return request;
}

Task<CallbackOutcome> OAuth2Adapter::Finish(json::Object config, CallbackInput input) {
  GH_CO_TRY_VOID(CheckConfig(config));
  // A live config has its group; without one nobody could be told from anybody.
  if (input.purpose == Purpose::kLogIn && vendor_->group_rule() != nullptr &&
      GroupId(config).empty()) {
    co_return Fail(Code::kInternal, kConfigInvalid, "no organization");
  }
  Inquiry inquiry(client_, clock_, keys_, config, options_.budget);
  inquiry.nonce = MemberText(input.flow, "nonce");
  inquiry.verifier = MemberText(input.flow, "verifier");
  if (MemberText(input.flow, "issuer").empty() ||
      (vendor_->has_id_token() && inquiry.nonce.empty()) ||
      (vendor_->UsesPkce(config) && MemberText(input.flow, "verifier").empty())) {
    co_return Fail(Code::kInternal, kFlowInvalid);
  }

  Result<Person> person = co_await Run(inquiry, input);
  CallbackOutcome out;
  Result<void> decided = person ? CheckPerson(inquiry, *person) : std::unexpected(person.error());
  if (decided && vendor_->group_rule() != nullptr) {
    if (input.purpose == Purpose::kSetUp) {
      Result<Choice> choice = OfferGroups(inquiry, *person);
      if (choice) {
        out.choice = std::move(*choice);
      } else {
        decided = std::unexpected(choice.error());
      }
    } else if (!GroupId(config).empty()) {
      decided = CheckGroup(inquiry, *person);
    }
  }
  if (decided && input.purpose == Purpose::kSetUp && !out.choice) {
    out.choice = vendor_->Suggest(config, *person);
  }
  if (!decided && oidc::IsOurs(decided.error())) co_return std::unexpected(decided.error());
  if (decided) {
    identity::Assertion assertion;
    assertion.issuer = vendor_->Issuer(config);
    assertion.subject = person->subject;
    assertion.legacy_subject = std::move(person->legacy_subject);
    assertion.email = std::move(person->email);
    assertion.email_verified = person->email_verified;
    assertion.name = std::move(person->name);
    assertion.data = inquiry.tokens.ToData();
    if (std::string asked = vendor_->Scopes(config);
        !assertion.data.contains("scope") && !asked.empty()) {
      assertion.data["scope"] = std::move(asked);  // granted as asked for, by RFC 6749 §5.1
    }
    // What a refresh compares with.
    assertion.data["subject"] = assertion.subject;
    out.assertion = std::move(assertion);
  } else {
    out.reason = decided.error().reason;
  }
  out.user_message = std::move(inquiry.user_message);
  out.claims = oidc::RedactClaims(inquiry.claims);
  out.checks = inquiry.checks.Take();
  oidc::Conceal(out, inquiry.Secrets());
  co_return out;
}

Task<Person> OAuth2Adapter::Run(Inquiry& inquiry, const CallbackInput& input) {
  const std::string issuer = vendor_->Issuer(inquiry.config());
  const std::string said = vendor_->AnswerIssuer(inquiry.config());
  oidc::AuthorizationAnswer answer = oidc::ReadAuthorizationAnswer(
      {.issuer = issuer, .flow_issuer = MemberText(input.flow, "issuer"), .iss = said},
      input.params, inquiry.checks);
  inquiry.user_message = answer.user_message;
  if (!answer.reason.empty()) co_return inquiry.Refuse(answer.reason);
  inquiry.code = std::move(answer.code);
  GH_CO_TRY_VOID(co_await Exchange(inquiry, input));
  co_return co_await vendor_->Ask(inquiry);
}

// One request, never repeated: a code is good for one try.
Task<void> OAuth2Adapter::Exchange(Inquiry& inquiry, const CallbackInput& input) {
  oidc::TokenGrant grant{.code = inquiry.code,
                         .redirect_uri = input.redirect_uri,
                         .verifier = std::string(MemberText(input.flow, "verifier"))};
  http::ClientRequest request = TokenRequest(inquiry.config(), grant);
  const std::string url = request.url;
  Result<http::ClientResponse> answer = co_await inquiry.Send(std::move(request));
  if (!answer) {
    inquiry.checks.Add("token.answer", false, "an answer from " + url, answer.error().reason);
    co_return std::unexpected(oidc::PeerError(answer.error()));
  }
  const oidc::TokenRules rules = vendor_->token_rules();
  auto tokens = oidc::ParseTokenAnswer(*answer, clock_.Now(), inquiry.checks, rules);
  if (!tokens) {
    inquiry.user_message = oidc::TokenErrorText(*answer, rules);
    co_return std::unexpected(tokens.error());
  }
  inquiry.tokens = std::move(*tokens);
  co_return Result<void>();
}

Result<void> OAuth2Adapter::CheckPerson(Inquiry& inquiry, const Person& person) const {
  if (!inquiry.checks.Add("user.subject", IsSubject(person.subject), "an id of 1 to 255 bytes",
                          person.subject.empty() ? "absent" : person.subject)) {
    return inquiry.Refuse(kSubject);
  }
  // Only a label: a vendor without addresses can log people in.
  inquiry.checks.Add("user.email", true, "an e-mail address, or none",
                     person.email.empty()    ? "none"
                     : person.email_verified ? person.email + ", verified"
                                             : person.email);
  return {};
}

Result<void> OAuth2Adapter::CheckGroup(Inquiry& inquiry, const Person& person) const {
  const GroupRule& rule = *vendor_->group_rule();
  const std::string wanted = GroupId(inquiry.config());
  bool open = std::ranges::any_of(vendor_->FurtherGroups(inquiry.config()),
                                  [&](const Group& group) { return group.id == wanted; });
  bool belongs = open || std::ranges::any_of(
                             person.groups, [&](const Group& group) { return group.id == wanted; });
  // The others are nobody's business here.
  if (!inquiry.checks.Add(
          "user.organization", belongs && !wanted.empty(), GroupName(inquiry.config()),
          belongs
              ? "belongs to it"
              : "belongs to " + std::to_string(person.groups.size()) + ", but not to this one")) {
    return inquiry.Forbid(rule.refusal, rule.message);
  }
  return {};
}

Result<Choice> OAuth2Adapter::OfferGroups(Inquiry& inquiry, const Person& person) const {
  const GroupRule& rule = *vendor_->group_rule();
  Choice choice{.label = std::string(rule.label), .help = std::string(rule.help), .options = {}};
  std::vector<Group> groups = person.groups;
  for (Group& group : vendor_->FurtherGroups(inquiry.config())) groups.push_back(std::move(group));
  const std::string current = GroupId(inquiry.config());
  for (const Group& group : groups) {
    bool known = std::ranges::any_of(
        choice.options, [&](const Choice::Option& option) { return option.value == group.id; });
    if (group.id.empty() || known || choice.options.size() == kMaxOptions) continue;
    std::string label = oidc::Redact(group.name);
    choice.options.push_back({group.id, label.empty() ? group.id : std::move(label)});
    if (group.id == current) choice.selected = current;
  }
  if (!inquiry.checks.Add("user.organization", !choice.options.empty(), "something to choose from",
                          std::to_string(choice.options.size()) + " to choose from")) {
    return inquiry.Forbid(kNothingToChoose, rule.message);
  }
  return choice;
}

}  // namespace gatehouse::sso::oauth2
