#include "platform/http/egress.h"

#include <algorithm>

namespace gatehouse::http {
namespace {

std::unexpected<Error> Forbidden(std::string detail) {
  return Fail(Code::kPermissionDenied, "url_forbidden", std::move(detail));
}

}  // namespace

bool IsAllowedOrigin(const EgressPolicy& policy, const std::string& origin) {
  return std::ranges::any_of(policy.allowed_origins, [&](const std::string& allowed) {
    if (allowed == origin) return true;
    Result<Url> parsed = ParseUrl(allowed);
    return parsed && parsed->Origin() == origin;
  });
}

Result<Url> CheckedUrl(const EgressPolicy& policy, std::string_view text) {
  GH_TRY(Url url, ParseUrl(text));
  if (url.scheme != "https" && url.scheme != "http") return Forbidden("scheme " + url.scheme);
  if (url.has_userinfo) return Forbidden("userinfo");
  if (url.has_fragment) return Fail(Code::kInvalidArgument, "url_invalid", "fragment");
  if (IsAllowedOrigin(policy, url.Origin())) return url;
  if (url.scheme != "https") return Forbidden("not https");
  if (url.host_is_ip) return Forbidden("IP literal");
  if (url.host == "localhost" || url.host.ends_with(".localhost")) return Forbidden("localhost");
  return url;
}

std::string CheckedText(const Url& url) {
  std::string text = url.Origin();
  text += url.path.empty() ? "/" : url.path;
  if (!url.query.empty()) text += "?" + url.query;
  return text;
}

Result<void> CheckEgressUrl(const EgressPolicy& policy, std::string_view url) {
  GH_TRY_VOID(CheckedUrl(policy, url));
  return {};
}

}  // namespace gatehouse::http
