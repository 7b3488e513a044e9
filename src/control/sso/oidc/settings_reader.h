#pragma once

// Reads a settings form field by field and collects what is wrong with it. Pure; never touches the
// network. The settings outlive the reader.

#include <string>
#include <string_view>
#include <vector>

#include "control/sso/adapter.h"

namespace gatehouse::sso::oidc {

class SettingsReader {
 public:
  explicit SettingsReader(const Settings& settings) : settings_(settings) {}

  // The first value as it was sent, "" if there is none.
  std::string_view Raw(std::string_view name) const;
  bool Checked(std::string_view name) const;
  // Trimmed text of at most `kMaxField` bytes without control bytes. Errors of the field:
  // "field_required", "field_too_long", "field_invalid".
  std::string Text(std::string_view name, bool required);
  // A client secret; left out, it is `stored`. Errors: those of Text, "secret_required" when there
  // was a stored one that is not good for these settings (`stored` is then "").
  std::string Secret(std::string_view name, std::string_view stored, bool is_edit);
  // One of `choices`; left out, the first. Error: "field_invalid".
  std::string Choice(std::string_view name, const std::vector<std::string_view>& choices);
  // Space-separated tokens (RFC 6749 §3.3), each once.
  std::vector<std::string> Tokens(std::string_view name);
  // A URL without user, query and fragment, of at most 255 bytes: what identities are keyed by.
  // Whether http is allowed for this origin is the egress guard's decision. Errors:
  // "field_required", "field_too_long", "url_invalid".
  std::string Base(std::string_view name, std::string_view text);

  // A URL without user and fragment, of at most 255 bytes. Errors: those of Base.
  std::string Endpoint(std::string_view name);

  void Refuse(std::string_view field, std::string_view reason);
  bool Failed(std::string_view field) const;
  std::vector<FieldError> TakeErrors() { return std::move(errors_); }

 private:
  std::string CheckedUrl(std::string_view name, std::string_view text, bool with_query);

  const Settings& settings_;
  std::vector<FieldError> errors_;
};

}  // namespace gatehouse::sso::oidc
