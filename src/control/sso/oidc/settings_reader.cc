#include "control/sso/oidc/settings_reader.h"

#include <algorithm>

#include "base/text.h"
#include "control/sso/oidc/errors.h"
#include "platform/http/url.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::size_t kMaxBase = 255;  // identities store it
constexpr std::size_t kMaxField = 1024;

// RFC 6749 §3.3: %x21 / %x23-5B / %x5D-7E, separated by single spaces.
bool IsScopeToken(std::string_view token) {
  return !token.empty() && std::ranges::all_of(token, [](char c) {
    return c >= 0x21 && c <= 0x7E && c != '"' && c != '\\';
  });
}

}  // namespace

std::string_view SettingsReader::Raw(std::string_view name) const {
  for (const auto& [key, value] : settings_) {
    if (key == name) return value;
  }
  return {};
}

bool SettingsReader::Checked(std::string_view name) const {
  std::string_view value = Raw(name);
  return value == "on" || value == "true" || value == "1" || value == "yes";
}

void SettingsReader::Refuse(std::string_view field, std::string_view reason) {
  errors_.push_back({std::string(field), std::string(reason)});
}

bool SettingsReader::Failed(std::string_view field) const {
  return std::ranges::find(errors_, field, &FieldError::field) != errors_.end();
}

std::string SettingsReader::Text(std::string_view name, bool required) {
  std::string value(Trim(Raw(name)));
  if (value.empty()) {
    if (required) Refuse(name, kFieldRequired);
  } else if (value.size() > kMaxField) {
    Refuse(name, kFieldTooLong);
  } else if (!IsValidUtf8(value) || HasControl(value)) {
    Refuse(name, kFieldInvalid);
  }
  return value;
}

std::string SettingsReader::Secret(std::string_view name, std::string_view stored, bool is_edit) {
  std::string value(Raw(name));
  if (value.empty()) value = stored;
  if (value.empty()) {
    Refuse(name, is_edit ? kSecretRequired : kFieldRequired);
  } else if (value.size() > kMaxField) {
    Refuse(name, kFieldTooLong);
  } else if (!IsValidUtf8(value) || HasControl(value)) {
    Refuse(name, kFieldInvalid);
  }
  return value;
}

std::string SettingsReader::Choice(std::string_view name,
                                   const std::vector<std::string_view>& choices) {
  std::string_view value = Raw(name);
  if (value.empty()) return std::string(choices.front());
  if (std::ranges::find(choices, value) == choices.end()) Refuse(name, kFieldInvalid);
  return std::string(value);
}

std::vector<std::string> SettingsReader::Tokens(std::string_view name) {
  std::vector<std::string> tokens;
  std::string_view text = Trim(Raw(name));
  if (text.size() > kMaxField) {
    Refuse(name, kFieldTooLong);
    return tokens;
  }
  for (std::string_view token : Split(text, ' ')) {
    if (token.empty()) continue;
    if (!IsScopeToken(token)) {
      Refuse(name, kFieldInvalid);
      return tokens;
    }
    if (std::ranges::find(tokens, token) == tokens.end()) tokens.emplace_back(token);
  }
  return tokens;
}

std::string SettingsReader::Base(std::string_view name, std::string_view text) {
  return CheckedUrl(name, Trim(text), /*with_query=*/false);
}

std::string SettingsReader::Endpoint(std::string_view name) {
  return CheckedUrl(name, Trim(Raw(name)), /*with_query=*/true);
}

std::string SettingsReader::CheckedUrl(std::string_view name, std::string_view text,
                                       bool with_query) {
  if (text.empty()) {
    Refuse(name, kFieldRequired);
  } else if (text.size() > kMaxBase) {
    Refuse(name, kFieldTooLong);
  } else {
    auto url = http::ParseUrl(text);
    if (!url || (url->scheme != "https" && url->scheme != "http") || url->has_userinfo ||
        url->has_fragment || (!with_query && text.contains('?'))) {
      Refuse(name, kUrlInvalid);
    }
  }
  return std::string(text);
}

}  // namespace gatehouse::sso::oidc
