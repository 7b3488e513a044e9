// Setting up single sign-on, reviewing what the provider said, and the settings afterwards. Every
// page here needs org:write; every change is a POST with a CSRF token.

#include <algorithm>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/access/errors.h"
#include "edge/web/organization.h"
#include "edge/web/settings_form.h"
#include "edge/web/site.h"
#include "edge/web/steps.h"
#include "platform/http/url.h"

namespace gatehouse::web {

namespace {

std::string ChoosePath(const access::OrgAccess& access) {
  return "/settings/" + access.organization.slug + "/auth/";
}

std::string ConfigurePath(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/auth/configure/";
}

// ---- choosing a provider ------------------------------------------------------------------------

Task<http::Response> ShowChoose(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
  if (provider) {
    co_return Go(ConfigurePath(access), Field(call.query, "flash"));
  }
  Page page("sso_choose.tpl", "Single sign-on");
  page.InOrg(access, "sso");
  html::Data& body = page.body();
  body.Set("ACTION", ConfigurePath(access)).Set("ORGANIZATION", access.organization.name);
  if (site.d.demo && site.d.sso.FindAdapter(site.d.demo->kind) != nullptr) {
    body.Add("DEMO")
        .Set("NAME", site.d.demo->idp_name)
        .Set("KIND", site.d.demo->kind)
        .Set("CSRF", site.d.guard.CsrfToken(call.visitor));
  }
  for (const sso::Adapter* adapter : site.d.sso.adapters()) {
    body.Add("ADAPTER")
        .Set("NAME", std::string(adapter->name()))
        .Set("KIND", std::string(adapter->kind()))
        .Set("SUMMARY", std::string(adapter->summary()));
  }
  co_return co_await site.Show(call, std::move(page));
}

// ---- the settings form --------------------------------------------------------------------------

Task<http::Response> FormPage(Site& site, Call& call, const access::OrgAccess& access,
                              const sso::Adapter& adapter, FormContent content, int status) {
  Page page("sso_form.tpl", content.is_edit ? "Change provider settings" : "Set up single sign-on");
  page.InOrg(access, "sso");
  html::Data& body = page.body();
  body.Set("ACTION", ConfigurePath(access))
      .Set("CANCEL_URL", content.is_edit ? ConfigurePath(access) : ChoosePath(access))
      .Set("KIND", std::string(adapter.kind()))
      .Set("ADAPTER", std::string(adapter.name()))
      .SetIf("KEYS_URI", adapter.has_client_keys() ? site.d.sso.ClientKeysUri(access.organization)
                                                   : std::string())
      .Set("DISPLAY_NAME", content.display_name)
      .Show(content.is_edit ? "EDIT" : "NEW");
  const std::string redirect_uri = site.d.sso.RedirectUri(access.organization);
  for (const sso::GuideStep& step : adapter.Guide(redirect_uri)) {
    html::Data& row = body.Add("GUIDE");
    row.Set("TEXT", step.text);
    if (step.value.empty()) continue;
    row.Add(step.value == redirect_uri ? "REDIRECT" : "COPY").Set("VALUE", step.value);
  }
  // Their words: shown as text to those who are setting it up, and to nobody else.
  if (!content.provider_message.empty()) body.Add("SAID").Set("TEXT", content.provider_message);
  bool open = false;
  const std::vector<sso::SettingField> fields = adapter.fields();
  for (const sso::FieldError& error : content.errors) {
    auto field = std::ranges::find(fields, error.field, &sso::SettingField::name);
    if (field == fields.end()) {
      AddError(body, error.reason);
    } else if (IsAdvanced(*field)) {
      open = true;
    }
  }
  if (!content.errors.empty()) body.Show("HAS_ERRORS");
  html::Data* advanced = nullptr;
  for (const sso::SettingField& field : fields) {
    if (field.kind == "choice") continue;
    if (!IsAdvanced(field)) {
      AddField(body.Add("FIELD"), field, content);
      continue;
    }
    if (advanced == nullptr) {
      advanced = &body.Add("ADVANCED");
      if (open) advanced->Show("OPEN");
    }
    AddField(advanced->Add("FIELD"), field, content);
  }
  AddChecks(body, content.checks);
  co_return co_await site.Show(call, std::move(page), status);
}

FormContent Rejected(sso::Step step, bool is_edit) {
  FormContent content;
  content.display_name = std::move(step.display_name);
  content.values = std::move(step.settings);
  content.errors = std::move(*step.form_errors);
  content.checks = std::move(step.checks);
  content.provider_message = std::move(step.provider_message);
  content.is_edit = is_edit;
  return content;
}

// ---- review -------------------------------------------------------------------------------------

// What is to be chosen; `problem` is a slug beside it, "" for none.
void AddChoice(html::Data& body, const sso::Choice& choice, std::string_view problem) {
  html::Data& data = body.Add("CHOICE");
  data.Set("LABEL", choice.label).Set("HELP", choice.help);
  for (const sso::Choice::Option& option : choice.options) {
    html::Data& row = data.Add("OPTION");
    row.Set("VALUE", option.value).Set("NAME", option.label);
    if (option.value == choice.selected) row.Show("SELECTED");
  }
  if (problem.empty()) return;
  data.Show("BAD");
  data.Add("FIELD_ERROR").Set("TEXT", FieldMessage(problem));
}

Task<http::Response> ReviewPage(Site& site, Call& call, const access::OrgAccess& access,
                                sso::Review review, std::string_view problem) {
  Page page("sso_review.tpl", "Review");
  page.InOrg(access, "sso");
  html::Data& body = page.body();
  body.Set("ACTION", ConfigurePath(access))
      .Set("ORGANIZATION", access.organization.name)
      .Set("SUBJECT", review.subject)
      .SetIf("EMAIL", review.email)
      .Show(review.is_edit ? "EDIT" : "NEW");
  for (const sso::Adapter::Mapped& mapped : review.mapping) {
    html::Data& row = body.Add("MAPPED");
    row.Set("FIELD", mapped.field).Set("CLAIM", mapped.claim);
    row.Add(mapped.value.empty() ? "NONE" : "SOME").Set("VALUE", mapped.value);
  }
  for (const auto& [name, value] : review.claims) {
    body.Add("CLAIM")
        .Set("NAME", std::string(name))
        .Set("VALUE", value.is_string() ? std::string(value.get_string()) : json::Serialize(value));
  }
  if (review.choice) AddChoice(body, *review.choice, problem);
  if (review.issuer_changed) body.Show("ISSUER_CHANGED");
  if (review.clears_require_2fa) body.Show("CLEARS_2FA");
  AddChecks(body, review.checks);
  co_return co_await site.Show(call, std::move(page), problem.empty() ? 200 : 400);
}

// The answer to a step of the set-up: the form again, the review, or wherever it leads.
// `problem` is what stood in the way of the last click.
Task<http::Response> Answer(Site& site, Call& call, const access::OrgAccess& access, sso::Step step,
                            std::string_view problem = {}) {
  if (step.form_errors) {
    const sso::Adapter* adapter = site.d.sso.FindAdapter(step.kind);
    if (adapter == nullptr) co_return Fail(Code::kInvalidArgument, "provider_unknown", step.kind);
    GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
    const int status = call.request.method == http::Method::kPost ? 400 : 200;
    FormContent content = Rejected(std::move(step), provider.has_value());
    co_return co_await FormPage(site, call, access, *adapter, std::move(content), status);
  }
  if (step.review) {
    co_return co_await ReviewPage(site, call, access, std::move(*step.review), problem);
  }
  co_return AnswerStep(site, call, std::move(step), ConfigurePath(access));
}

// ---- a configured provider ----------------------------------------------------------------------

Task<http::Response> SettingsPage(Site& site, Call& call, const access::OrgAccess& access,
                                  const sso::Provider& provider, std::string error_slug,
                                  std::string_view error_place, int status) {
  GH_CO_TRY(std::int64_t pending, co_await site.d.orgs.CountWithoutSso(access.organization.id));
  const sso::Adapter* adapter = site.d.sso.FindAdapter(provider.kind);
  Page page("sso_settings.tpl", "Single sign-on");
  page.InOrg(access, "sso");
  html::Data& body = page.body();
  const std::string& slug = access.organization.slug;
  if (!error_slug.empty()) AddError(body.Add(std::string(error_place)), error_slug);
  body.Set("ACTION", ConfigurePath(access))
      .Set("ORGANIZATION", access.organization.name)
      .Set("SLUG", slug)
      .Set("PROVIDER", provider.name)
      .Set("ADAPTER", adapter ? std::string(adapter->name()) : provider.kind)
      .Set("ISSUER", provider.issuer)
      .Set("LOGIN_URL", site.d.guard.base_url() + "/auth/login/" + slug + "/")
      .Set("REDIRECT_URI", site.d.sso.RedirectUri(access.organization))
      .Set("UPDATED", FormatHuman(provider.updated_at))
      .Set("PENDING", std::to_string(pending))
      .Show(provider.allow_unlinked ? "OPTIONAL" : "REQUIRED");
  if (pending > 0) {
    html::Data& some = body.Add("SOME_PENDING");
    some.Show(pending == 1 ? "ONE" : "MANY");
  } else {
    body.Show("NONE_PENDING");
  }
  // Nobody hands out more than they have.
  const int own = orgs::RolePriority(access.member.role);
  for (const orgs::Role& role : orgs::Roles()) {
    const bool current = role.id == access.organization.default_role;
    if (!current && (role.is_retired || orgs::RolePriority(role.id) > own)) continue;
    html::Data& option = body.Add("ROLE");
    option.Set("ID", std::string(role.id)).Set("NAME", std::string(role.name));
    if (current) option.Show("SELECTED");
  }
  if (adapter != nullptr) {
    for (const sso::SettingField& field : adapter->fields()) {
      const std::string value = ValueOf(provider.public_config, field);
      if (field.kind == "secret") {
        body.Show("SECRET");
      } else {
        const bool box = field.kind == "checkbox";
        const char* none = box ? "no" : "not set";
        const bool empty = value.empty() || (box && value == "false");
        body.Add("SETTING")
            .Set("LABEL", field.label)
            .Set("VALUE", empty ? none
                          : box ? "yes"
                                : value);
      }
    }
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowConfigure(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  if (call.query.Has("review")) {
    GH_CO_TRY(sso::Step step,
              co_await site.d.sso.ShowSetup(call.visitor.client, access.organization));
    co_return co_await Answer(site, call, access, std::move(step));
  }
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
  if (!provider) {
    const std::string kind = Field(call.query, "provider");
    if (kind.empty()) co_return Go(ChoosePath(access), Field(call.query, "flash"));
    const sso::Adapter* adapter = site.d.sso.FindAdapter(kind);
    if (adapter == nullptr) co_return Fail(Code::kInvalidArgument, "provider_unknown", kind);
    co_return co_await FormPage(site, call, access, *adapter, FormContent(), 200);
  }
  if (call.query.Has("edit")) {
    const sso::Adapter* adapter = site.d.sso.FindAdapter(provider->kind);
    if (adapter == nullptr) co_return Fail(Code::kInvalidArgument, "provider_unknown");
    FormContent content;
    content.display_name = provider->name;
    content.values = provider->public_config;
    content.is_edit = true;
    co_return co_await FormPage(site, call, access, *adapter, std::move(content), 200);
  }
  co_return co_await SettingsPage(site, call, access, *provider, "", "", 200);
}

Task<http::Response> Begin(Site& site, Call& call, const access::OrgAccess& access) {
  const std::string kind = Field(call.form, "provider");
  const sso::Adapter* adapter = site.d.sso.FindAdapter(kind);
  if (adapter == nullptr) co_return Fail(Code::kInvalidArgument, "provider_unknown", kind);
  std::string display_name(Trim(Field(call.form, "display_name")));
  sso::Settings settings;
  if (Field(call.form, "preset") == "demo") {
    if (!site.d.demo || site.d.demo->kind != kind) {
      co_return Fail(Code::kInvalidArgument, "bad_request", "no preset");
    }
    settings = site.d.demo->preset;
    if (display_name.empty()) display_name = site.d.demo->idp_name;
  } else {
    bool any = false;
    for (const sso::SettingField& field : adapter->fields()) {
      if (field.kind == "choice" || !call.form.Has(field.name)) continue;
      any = any || field.kind != "checkbox";
      std::string value = Field(call.form, field.name);
      // An empty secret keeps the stored one.
      if (field.kind == "secret" && value.empty()) continue;
      settings.emplace_back(field.name, std::move(value));
    }
    // Only the kind was chosen: here is its form.
    if (!any) {
      GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
      if (provider) co_return Go(ConfigurePath(access));
      co_return co_await FormPage(site, call, access, *adapter, FormContent(), 200);
    }
  }
  GH_CO_TRY(sso::Step step,
            co_await site.d.sso.BeginSetup(call.visitor.client, access.organization, kind,
                                           std::move(display_name), std::move(settings)));
  co_return co_await Answer(site, call, access, std::move(step));
}

Task<http::Response> ChangeSettings(Site& site, Call& call, const access::OrgAccess& access,
                                    const sso::Provider& provider) {
  sso::SettingsChange change;
  change.require_link = call.form.Has("require_link");
  if (call.form.Has("default_role")) change.default_role = Field(call.form, "default_role");
  auto changed = co_await site.d.sso.ChangeSettings(call.visitor.client, access.organization,
                                                    std::move(change));
  if (changed) co_return Go(ConfigurePath(access), "sso_settings_saved");
  const Error& error = changed.error();
  if (!error.Is("no_linked_owner") && !error.Is("role_too_high") && !error.Is("role_unknown")) {
    co_return std::unexpected(error);
  }
  co_return co_await SettingsPage(site, call, access, provider, std::string(error.reason),
                                  "SETTINGS_ERROR", FormStatus(error));
}

// Somebody else's set-up was faster: from now on single sign-on is required here, so the guard
// sends whoever is in the middle of their own away. They hear why.
Task<std::optional<http::Response>> SetUpMeanwhile(Site& site, Call& call) {
  const std::string slug = call.request.Param("slug");
  GH_CO_TRY(orgs::Organization organization, co_await site.d.orgs.GetBySlug(slug));
  auto own = co_await site.d.sso.ShowSetup(call.visitor.client, organization);
  if (!own) co_return std::nullopt;
  co_return Go("/auth/login/" + http::PercentEncode(slug) + "/", "sso_enabled_meanwhile");
}

Task<http::Response> PostConfigure(Site& site, Call& call) {
  auto entered = co_await Enter(site, call, "org:write");
  if (!entered && entered.error().Is(access::kSsoRequired)) {
    GH_CO_TRY(auto meanwhile, co_await SetUpMeanwhile(site, call));
    if (meanwhile) co_return *std::move(meanwhile);
  }
  GH_CO_TRY(auto access, std::move(entered));
  const sso::Client& client = call.visitor.client;
  const std::string op = Field(call.form, "op");
  if (op == "finish") {
    auto done =
        co_await site.d.sso.FinishSetup(client, access.organization, Field(call.form, "choice"));
    if (!done && done.error().Is("sso_choice_required")) {
      GH_CO_TRY(sso::Step again, co_await site.d.sso.ShowSetup(client, access.organization));
      co_return co_await Answer(site, call, access, std::move(again), "sso_choice_required");
    }
    GH_CO_TRY(sso::Step step, std::move(done));
    co_return co_await Answer(site, call, access, std::move(step));
  }
  if (op == "cancel") {
    GH_CO_TRY_VOID(co_await site.d.sso.CancelSetup(client, access.organization));
    co_return Go(ChoosePath(access), "setup_cancelled");
  }
  if (call.form.Has("init")) co_return co_await Begin(site, call, access);

  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
  if (!provider) co_return Fail(Code::kNotFound, "sso_not_configured");
  if (op == "settings") co_return co_await ChangeSettings(site, call, access, *provider);
  if (op == "reinvite") {
    GH_CO_TRY_VOID(co_await site.d.sso.RemindUnlinked(client, access.organization));
    co_return Go(ConfigurePath(access), "reminders_sent");
  }
  if (op == "rotate-secret") {
    std::string secret = Field(call.form, "secret");
    if (secret.empty()) {
      co_return co_await SettingsPage(site, call, access, *provider, "secret_required",
                                      "SECRET_ERROR", 400);
    }
    GH_CO_TRY(sso::Step step,
              co_await site.d.sso.RotateSecret(client, access.organization, std::move(secret)));
    co_return co_await Answer(site, call, access, std::move(step));
  }
  if (op == "disable") {
    if (!call.form.Has("confirm")) {
      co_return co_await SettingsPage(site, call, access, *provider, "confirm_required",
                                      "DISABLE_ERROR", 400);
    }
    GH_CO_TRY_VOID(co_await site.d.sso.Disable(client, access.organization));
    co_return Go(ChoosePath(access), "provider_disabled");
  }
  co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
}

}  // namespace

void RegisterSsoSetup(Site& site, http::Router& router) {
  site.Get(router, "/settings/{slug}/auth/", ShowChoose);
  site.Get(router, "/organizations/{slug}/auth/configure/", ShowConfigure);
  site.Post(router, "/organizations/{slug}/auth/configure/", PostConfigure);
}

}  // namespace gatehouse::web
