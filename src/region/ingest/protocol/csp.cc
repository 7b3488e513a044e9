// Content Security Policy reports: which directive, what was blocked, and the sentence that says
// so.

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "platform/http/url.h"
#include "platform/json/text.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/security_report.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kSelf = "'self'";

// Noun and kind of sentence per directive. Directives without a noun are named themselves.
struct Directive {
  std::string_view name;
  std::string_view noun;  // of "Blocked 'noun' from", may be empty
};
constexpr std::array kDirectives = {
    Directive{"base-uri", ""},
    Directive{"block-all-mixed-content", ""},
    Directive{"child-src", "child"},
    Directive{"connect-src", "connect"},
    Directive{"default-src", ""},
    Directive{"fenced-frame-src", ""},
    Directive{"font-src", "font"},
    Directive{"form-action", ""},
    Directive{"frame-ancestors", ""},
    Directive{"frame-src", ""},
    Directive{"img-src", "image"},
    Directive{"manifest-src", "manifest"},
    Directive{"media-src", "media"},
    Directive{"navigate-to", ""},
    Directive{"object-src", "object"},
    Directive{"plugin-types", ""},
    Directive{"prefetch-src", ""},
    Directive{"referrer", ""},
    Directive{"report-to", ""},
    Directive{"report-uri", ""},
    Directive{"require-sri-for", ""},
    Directive{"require-trusted-types-for", ""},
    Directive{"sandbox", ""},
    Directive{"script-src", "script"},
    Directive{"script-src-attr", ""},
    Directive{"script-src-elem", "script"},
    Directive{"style-src", "style"},
    Directive{"style-src-attr", ""},
    Directive{"style-src-elem", "style"},
    Directive{"trusted-types", ""},
    Directive{"upgrade-insecure-requests", ""},
    Directive{"worker-src", ""},
};

const Directive* FindDirective(std::string_view name) {
  auto it = std::ranges::find(kDirectives, name, &Directive::name);
  return it == kDirectives.end() ? nullptr : &*it;
}

// Schemes whose URIs have a host: "ws" alone means "ws://", "data" alone means "data:".
bool UsesHost(std::string_view scheme) {
  constexpr std::array<std::string_view, 27> kSchemes = {
      "ftp",   "http",  "gopher", "nntp",     "telnet", "imap",  "wais",  "file",  "mms",
      "https", "shttp", "snews",  "prospero", "rtsp",   "rtspu", "rsync", "svn",   "svn+ssh",
      "sftp",  "nfs",   "git",    "git+ssh",  "ws",     "wss",   "ldap",  "ldaps", "rtmp"};
  return std::ranges::find(kSchemes, scheme) != kSchemes.end();
}

bool IsLocal(std::string_view uri) { return uri.empty() || uri == "self" || uri == kSelf; }

std::string JoinUri(std::string_view scheme, std::string_view host) {
  std::string out(scheme);
  if (!host.empty() || UsesHost(scheme)) return out + "://" + std::string(host);
  return out.empty() ? out : out + ":";
}

// What a policy would say about a URI: its host with a port that is not the scheme's own.
std::string NormalizeUri(std::string_view uri) {
  if (IsLocal(uri)) return std::string(kSelf);
  std::size_t colon = uri.find(':');
  // Browsers report the scheme alone: "data", "blob", "inline".
  if (colon == std::string_view::npos) return JoinUri(uri, "");
  if (uri.substr(colon).starts_with("://")) {
    auto url = http::ParseUrl(uri);
    if (!url) return std::string(uri);
    std::string host = url->host.find(':') == std::string::npos ? url->host : "[" + url->host + "]";
    bool web = url->scheme == "http" || url->scheme == "https";
    std::string out = web ? host : JoinUri(url->scheme, host);
    bool own_port = (url->scheme == "http" && url->port == "80") ||
                    (url->scheme == "https" && url->port == "443");
    if (!url->port.empty() && !own_port) out += ":" + url->port;
    return out;
  }
  std::string scheme = AsciiLower(uri.substr(0, colon));
  bool is_scheme = !scheme.empty() && std::ranges::all_of(scheme, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
  return is_scheme ? scheme + ":" : std::string(uri);
}

// One word of a directive's value. Firefox spells 'self' out; this brings it back.
std::string NormalizeValue(std::string_view value, std::string_view document_uri) {
  if (value == "'none'" || value == kSelf || value == "'unsafe-inline'" ||
      value == "'unsafe-eval'") {
    return std::string(value);
  }
  std::string document = NormalizeUri(document_uri);
  constexpr std::array<std::string_view, 7> kSchemes = {
      "data:", "mediastream:", "blob:", "filesystem:", "http:", "https:", "file:"};
  for (std::string_view scheme : kSchemes) {
    if (value.starts_with(scheme)) {
      return NormalizeUri(value) == document ? std::string(kSelf) : std::string(value);
    }
  }
  if (value == document) return std::string(kSelf);
  std::string_view scheme = document_uri.substr(0, document_uri.find(':'));
  if (scheme == "http" || scheme == "https" || scheme == document_uri) return std::string(value);
  return JoinUri(scheme, value);
}

std::string Culprit(std::string_view violated, std::string_view document_uri) {
  std::string out;
  for (std::string_view word : Split(violated, ' ')) {
    if (word.empty()) continue;
    if (out.empty()) {
      out = word;
    } else {
      out += " " + NormalizeValue(word, document_uri);
    }
  }
  return out;
}

std::string LocalMessage(const Directive& directive, std::string_view violated) {
  if (directive.name == "script-src") {
    if (violated.find("'unsafe-inline'") != std::string_view::npos) {
      return "Blocked unsafe inline 'script'";
    }
    if (violated.find("'unsafe-eval'") != std::string_view::npos) {
      return "Blocked unsafe eval() 'script'";
    }
    return "Blocked unsafe (eval() or inline) 'script'";
  }
  if (directive.name == "script-src-attr") return "Blocked unsafe 'script' element";
  if (directive.name == "script-src-elem") return "Blocked inline script attribute";
  if (directive.name == "style-src-elem") return "Blocked 'style' or 'link' element";
  if (directive.name == "style-src-attr") return "Blocked style attribute";
  std::string_view noun = directive.noun.empty() ? directive.name : directive.noun;
  return "Blocked inline '" + std::string(noun) + "'";
}

std::string RemoteMessage(const Directive& directive, std::string_view blocked) {
  std::string uri = "'" + NormalizeUri(blocked) + "'";
  if (directive.name == "form-action") return "Blocked 'form' action to " + uri;
  if (directive.name == "script-src-attr") return "Blocked inline script attribute from " + uri;
  if (directive.name == "style-src-attr") return "Blocked style attribute from " + uri;
  std::string_view noun = directive.noun.empty() ? directive.name : directive.noun;
  return "Blocked '" + std::string(noun) + "' from " + uri;
}

std::string SnakeCase(std::string_view kebab) {
  std::string out(kebab);
  std::ranges::replace(out, '-', '_');
  return out;
}

bool IsNumberKey(std::string_view key) {
  return key == "status-code" || key == "line-number" || key == "column-number";
}

json::Object Interface(const json::Object& report, std::string_view directive) {
  json::Object out;
  for (const auto& member : report) {
    std::string_view key(member.key().data(), member.key().size());
    const json::Value& value = member.value();
    if (value.is_null()) continue;
    if (IsNumberKey(key) && value.is_string()) {
      std::string_view text = json::TextOf(report, key);
      std::int64_t number = 0;
      auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (ec == std::errc() && end == text.data() + text.size()) out[SnakeCase(key)] = number;
      continue;
    }
    out[SnakeCase(key)] = value;
  }
  out["effective_directive"] = directive;
  if (!out.contains("blocked_uri")) out["blocked_uri"] = "self";
  return out;
}

// Stripe puts session keys into its URLs.
std::string_view BlockedUriTag(std::string_view uri) {
  if (!uri.starts_with("https://api.stripe.com/")) return uri;
  return uri.substr(0, uri.find_first_of("?#"));
}

}  // namespace

Result<json::Object> CspEvent(const json::Object& report) {
  std::string_view violated = Trim(json::TextOf(report, "violated-directive"));
  const Directive* directive = FindDirective(Trim(json::TextOf(report, "effective-directive")));
  if (directive == nullptr) directive = FindDirective(SplitOnce(violated, ' ').first);
  if (directive == nullptr) return Reject(kSecurityReport, "directive");
  if (violated.empty()) violated = directive->name;

  std::string_view document = json::TextOf(report, "document-uri");
  const json::Value* given = report.if_contains("blocked-uri");
  if (given != nullptr && !given->is_string() && !given->is_null()) {
    return Reject(kSecurityReport, "blocked-uri");
  }
  std::string_view blocked = given != nullptr && given->is_string()
                                 ? json::TextOf(report, "blocked-uri")
                                 : std::string_view("self");

  json::Object event;
  event["type"] = "csp";
  event["csp"] = Interface(report, directive->name);
  event["culprit"] = Culprit(violated, document);
  event["logentry"] =
      json::Object{{"formatted", IsLocal(blocked) ? LocalMessage(*directive, violated)
                                                  : RemoteMessage(*directive, blocked)}};
  if (!document.empty()) event["request"] = json::Object{{"url", json::Value(document)}};
  std::string_view referrer = json::TextOf(report, "referrer");
  if (!referrer.empty()) AddHeader(event, "Referer", referrer);
  json::Array tags;
  tags.push_back(json::Array{"effective-directive", json::Value(directive->name)});
  if (!blocked.empty()) {
    tags.push_back(json::Array{"blocked-uri", json::Value(BlockedUriTag(blocked))});
  }
  event["tags"] = std::move(tags);
  return event;
}

}  // namespace gatehouse::ingest
