#include "control/sso/oidc/checks.h"

#include <algorithm>

#include "base/text.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::size_t kMaxShown = 300;
constexpr std::size_t kMaxClaims = 100;
constexpr std::size_t kShortestSecret = 6;
constexpr std::string_view kConcealed = "[secret]";

// A compact JWS or JWE: "eyJ…" with at least two dots.
bool LooksLikeToken(std::string_view text) {
  return text.starts_with("eyJ") && std::ranges::count(text, '.') >= 2;
}

}  // namespace

std::string Redact(std::string_view text) {
  if (LooksLikeToken(text)) return "[token]";
  if (!IsValidUtf8(text)) return "[not UTF-8]";
  std::string out(TruncateUtf8(text, kMaxShown));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

bool Checks::Add(std::string_view name, bool passed, std::string_view expected,
                 std::string_view received) {
  if (rows_.empty()) rows_.reserve(32);
  rows_.push_back(Check{.name = std::string(name),
                        .passed = passed,
                        .expected = Redact(expected),
                        .received = received.empty() ? "empty" : Redact(received)});
  return passed;
}

std::string Shown(const json::Object& object, std::string_view member) {
  const json::Value* value = object.if_contains(member);
  if (value == nullptr) return "absent";
  if (value->is_string()) return Redact({value->get_string().data(), value->get_string().size()});
  return Redact(json::Serialize(*value));
}

json::Object RedactClaims(const json::Object& claims) {
  json::Object out;
  for (const auto& member : claims) {
    std::string_view name(member.key().data(), member.key().size());
    if (name == "nonce" || name == "at_hash" || name == "c_hash" || name == "s_hash") continue;
    if (out.size() == kMaxClaims) break;
    const json::Value& value = member.value();
    if (value.is_string() || value.is_structured()) {
      std::string text = Shown(claims, name);
      // A short list or object keeps its form, a long one becomes cut text.
      if (value.is_structured() && text.size() < kMaxShown && text != "[token]") {
        out.emplace(Redact(name), value);
      } else {
        out.emplace(Redact(name), std::string_view(text));
      }
    } else {
      out.emplace(Redact(name), value);
    }
  }
  return out;
}

std::string Conceal(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() < kShortestSecret) continue;
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), kConcealed);
      at += kConcealed.size();
    }
  }
  return text;
}

void Conceal(CallbackOutcome& outcome, const std::vector<std::string>& secrets) {
  for (Check& check : outcome.checks) {
    check.expected = Conceal(std::move(check.expected), secrets);
    check.received = Conceal(std::move(check.received), secrets);
  }
  outcome.user_message = Conceal(std::move(outcome.user_message), secrets);
  const std::string text = json::Serialize(outcome.claims);
  std::string clean = Conceal(text, secrets);
  if (clean == text) return;
  auto parsed = json::ParseObject(clean);
  outcome.claims = parsed ? std::move(*parsed) : json::Object();
}

}  // namespace gatehouse::sso::oidc
