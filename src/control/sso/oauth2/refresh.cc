// Refresh: from stored tokens to what the vendor says of the identity now.

#include <utility>

#include "base/text.h"
#include "control/identity/errors.h"
#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/labels.h"
#include "control/sso/oidc/peer.h"

namespace gatehouse::sso::oauth2 {
namespace {

using Kind = RefreshOutcome::Kind;

RefreshOutcome Outcome(Kind kind, std::string_view reason, std::string detail) {
  return RefreshOutcome{
      .kind = kind, .data = {}, .reason = std::string(reason), .detail = std::move(detail)};
}

// What a failed question about the person means for the identity.
RefreshOutcome Verdict(const Error& error) {
  std::string detail = std::string(error.reason);
  if (!error.detail.empty()) detail += ": " + error.detail;
  // The vendor withdrew the token, or a rule of the organization keeps the person out.
  if (error.Is(kTokenRefused)) {
    return Outcome(Kind::kInvalid, identity::kRefreshRefused, std::move(detail));
  }
  if (error.code == Code::kPermissionDenied && !error.Is(oidc::kUrlForbidden)) {
    return Outcome(Kind::kInvalid, identity::kRefreshForbidden, std::move(detail));
  }
  if (error.Is(oidc::kIss) || error.Is(oidc::kSub)) {
    return Outcome(Kind::kInvalid, identity::kRefreshOther, std::move(detail));
  }
  std::string_view reason =
      error.code == Code::kUnavailable ? identity::kRefreshFailed : identity::kRefreshGarbled;
  return Outcome(Kind::kUnavailable, reason, std::move(detail));
}

}  // namespace

Task<RefreshOutcome> OAuth2Adapter::Refresh(json::Object config, json::Object data) {
  GH_CO_TRY_VOID(CheckConfig(config));
  Inquiry inquiry(client_, clock_, keys_, config, options_.budget);
  inquiry.is_refresh = true;
  const std::string subject(oidc::MemberText(data, "subject"));
  const std::string refresh_token(oidc::MemberText(data, "refresh_token"));
  bool renewed = false;
  if (!refresh_token.empty()) {
    oidc::TokenGrant grant{.code = {}, .redirect_uri = {}, .refresh_token = refresh_token};
    Result<http::ClientResponse> answer = co_await inquiry.Send(TokenRequest(config, grant));
    if (!answer && oidc::IsOurs(answer.error())) co_return std::unexpected(answer.error());
    oidc::TokenRules rules = vendor_->token_rules();
    rules.id_token = false;  // need not come again
    oidc::RefreshAnswer read = oidc::ReadRefreshAnswer(answer, clock_.Now(), rules);
    if (!read.tokens) {
      std::vector<std::string> secrets = inquiry.Secrets();
      secrets.push_back(refresh_token);
      read.refused.detail = oidc::Conceal(std::move(read.refused.detail), secrets);
      co_return std::move(read.refused);
    }
    data = oidc::RenewedData(std::move(data), *read.tokens);
    inquiry.tokens = std::move(*read.tokens);
    renewed = true;
  } else {
    inquiry.tokens.access_token = oidc::MemberText(data, "access_token");
    // A token without an end is asked with; one that ends cannot be renewed.
    if (inquiry.tokens.access_token.empty() || data.contains("expires_at")) {
      co_return Outcome(Kind::kInvalid, identity::kMissingRefreshToken, "Missing refresh token");
    }
  }

  Result<Person> person = co_await vendor_->Ask(inquiry);
  RefreshOutcome out;
  if (!person) {
    if (oidc::IsOurs(person.error()) && !renewed) co_return std::unexpected(person.error());
    out = Verdict(person.error());
  } else if (!person->silent && !subject.empty() && person->subject != subject) {
    out = Outcome(Kind::kInvalid, identity::kRefreshOther, "another account answers");
  } else {
    // A linked account, whose configuration names no group, belongs to whatever it likes.
    bool has_rule = vendor_->group_rule() != nullptr && config.contains("org") && !person->silent;
    Result<void> group = has_rule ? CheckGroup(inquiry, *person) : Result<void>();
    out = group ? RefreshOutcome{.kind = Kind::kValid} : Verdict(group.error());
  }
  out.detail = oidc::Conceal(std::move(out.detail), inquiry.Secrets());
  // Renewed tokens are kept whatever came after: the old ones may be dead.
  if (out.kind == Kind::kValid || (renewed && out.kind == Kind::kUnavailable)) {
    out.data = std::move(data);
  }
  co_return out;
}

}  // namespace gatehouse::sso::oauth2
