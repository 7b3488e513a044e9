#pragma once

// The search grammar of the member list. Pure.
//
// A query is words separated by spaces; `key:value` is a condition, everything else free text, of
// which the words are searched for together. Values and free text may be "quoted" (\" and
// \\ inside). Conditions of one key are alternatives, different keys must all hold. A key that is
// not known, a value that its key cannot have and a text beyond kMaxQueryBytes find nothing.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace gatehouse::members {

inline constexpr std::size_t kMaxQueryBytes = 1000;
inline constexpr std::size_t kMaxTerms = 50;

struct Terms {
  bool nothing = false;  // finds nothing, whatever else it says
  std::string text;      // name or address contains this
  std::vector<std::string> emails;
  std::vector<MemberId> ids;
  std::vector<UserId> users;
  std::vector<std::string> scopes;
  std::vector<std::string> roles;
  std::optional<bool> invited;
  std::optional<bool> sso_linked;
  std::optional<bool> has_2fa;

  bool everything() const;
  friend bool operator==(const Terms&, const Terms&) = default;
};

Terms ParseSearch(std::string_view query);

}  // namespace gatehouse::members
