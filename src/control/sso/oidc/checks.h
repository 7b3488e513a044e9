#pragma once

// The chain of checks that explains a decision, and the redaction of what goes into it. Values are
// cut to 300 bytes, control bytes become spaces, and anything that looks like a token is left out.

#include <string>
#include <string_view>
#include <vector>

#include "control/sso/adapter.h"
#include "platform/json/json.h"

namespace gatehouse::sso::oidc {

class Checks {
 public:
  // Appends a row and returns `passed`.
  bool Add(std::string_view name, bool passed, std::string_view expected,
           std::string_view received);
  const std::vector<Check>& rows() const { return rows_; }
  std::vector<Check> Take() { return std::move(rows_); }

 private:
  std::vector<Check> rows_;
};

// Text fit for a check row, a review page or an audit entry.
std::string Redact(std::string_view text);

// A JSON value as the text of a check row: strings as they are, absent members as "absent".
std::string Shown(const json::Object& object, std::string_view member);

// Claims for the review page: one-time values (nonce, hashes) are dropped, long values cut.
json::Object RedactClaims(const json::Object& claims);

// `text` with each of `secrets` replaced by "[secret]": a provider may repeat what it was sent in
// an error text or a document. Secrets of less than six bytes are left: they would blot out words.
std::string Conceal(std::string text, const std::vector<std::string>& secrets);
// The same for everything that an outcome shows.
void Conceal(CallbackOutcome& outcome, const std::vector<std::string>& secrets);

}  // namespace gatehouse::sso::oidc
