#pragma once

// Mail addresses. Stricter than RFC 5321: what is refused here never reaches a header or an SMTP
// command. For this module only.

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::mail {

struct Sender {
  std::string name;  // "" if none
  std::string address;
  std::string host;
};

std::optional<Sender> ParseSender(std::string_view text);

}  // namespace gatehouse::mail
