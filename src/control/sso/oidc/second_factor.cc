#include "control/sso/oidc/second_factor.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::array<std::string_view, 8> kEnough = {"mfa", "otp", "hwk",  "swk",
                                                     "sc",  "fpt", "face", "iris"};
constexpr std::array<std::string_view, 3> kKnows = {"pwd", "pin", "kba"};
constexpr std::array<std::string_view, 3> kHas = {"sms", "tel", "pop"};
constexpr std::array<std::string_view, 2> kIs = {"retina", "vbm"};
constexpr std::size_t kMaxMethods = 32;

template <std::size_t N>
bool AnyOf(const std::vector<std::string>& methods, const std::array<std::string_view, N>& names) {
  return std::ranges::any_of(methods, [&names](const std::string& method) {
    return std::ranges::find(names, method) != names.end();
  });
}

}  // namespace

SecondFactor ReadSecondFactor(const json::Object& claims,
                              const std::vector<std::string>& accepted_acr) {
  std::vector<std::string> methods;
  if (const json::Array* amr = json::GetArray(claims, "amr")) {
    for (const json::Value& method : *amr) {
      if (methods.size() >= kMaxMethods) break;
      if (const auto* text = method.if_string()) methods.emplace_back(text->data(), text->size());
    }
  }
  std::string acr(json::GetString(claims, "acr").value_or(""));

  SecondFactor out;
  int kinds = (AnyOf(methods, kKnows) ? 1 : 0) + (AnyOf(methods, kHas) ? 1 : 0) +
              (AnyOf(methods, kIs) ? 1 : 0);
  out.vouched = AnyOf(methods, kEnough) || kinds >= 2 ||
                (!acr.empty() && std::ranges::find(accepted_acr, acr) != accepted_acr.end());
  out.received = "acr " + (acr.empty() ? std::string("absent") : acr) + "; amr " +
                 (methods.empty() ? std::string("absent") : Join(methods, " "));
  return out;
}

}  // namespace gatehouse::sso::oidc
