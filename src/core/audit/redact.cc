#include "core/audit/redact.h"

#include <algorithm>
#include <array>
#include <string>

namespace gatehouse::audit {
namespace {

using std::string_view_literals::operator""sv;

// "clientSecret", "Client-Secret" and "client.secret" become "client_secret".
std::string SnakeCase(std::string_view name) {
  std::string out;
  bool was_lower = false;
  for (char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (upper) {
      if (was_lower) out += '_';
      out += static_cast<char>(c + ('a' - 'A'));
    } else {
      out += lower ? c : '_';
    }
    was_lower = lower;
  }
  return out;
}

bool HasWord(std::string_view name, std::string_view word) {
  for (std::size_t at = name.find(word); at != std::string_view::npos;
       at = name.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || name[at - 1] == '_') && (end == name.size() || name[end] == '_')) return true;
  }
  return false;
}

bool EndsWithWord(std::string_view name, std::string_view word) {
  return name.ends_with(word) &&
         (name.size() == word.size() || name[name.size() - word.size() - 1] == '_');
}

json::Value RedactValue(const json::Value& value);

json::Array RedactArray(const json::Array& values) {
  json::Array out;
  for (const json::Value& value : values) out.push_back(RedactValue(value));
  return out;
}

json::Value RedactValue(const json::Value& value) {
  if (const auto* object = value.if_object()) return Redact(*object);
  if (const auto* array = value.if_array()) return RedactArray(*array);
  if (const auto* text = value.if_string()) {
    const std::string_view view(*text);
    if (view.contains("PRIVATE KEY-----")) return json::Value(kRedacted);
  }
  return value;
}

}  // namespace

bool IsSecretName(std::string_view name) {
  const std::string snake = SnakeCase(name);
  constexpr std::array kAnywhere = {
      "secret"sv,       "secrets"sv,       "password"sv,       "passwd"sv,     "passphrase"sv,
      "credential"sv,   "credentials"sv,   "private_key"sv,    "privatekey"sv, "certificate_key"sv,
      "cert_key"sv,     "signing_key"sv,   "encryption_key"sv, "api_key"sv,    "apikey"sv,
      "clientsecret"sv, "code_verifier"sv, "hash_key"sv};
  constexpr std::array kAtTheEnd = {"token"sv,  "tokens"sv,        "token_hash"sv,
                                    "bearer"sv, "authorization"sv, "cookie"sv};
  return std::ranges::any_of(kAnywhere, [&](auto word) { return HasWord(snake, word); }) ||
         std::ranges::any_of(kAtTheEnd, [&](auto word) { return EndsWithWord(snake, word); });
}

json::Object Redact(const json::Object& data) {
  json::Object out;
  for (const auto& member : data) {
    const json::Value& value = member.value();
    const bool harmless = value.is_bool() || value.is_null();
    out[member.key()] =
        !harmless && IsSecretName(member.key()) ? json::Value(kRedacted) : RedactValue(value);
  }
  return out;
}

}  // namespace gatehouse::audit
