#pragma once

// The English message catalogue: every reason slug a person can meet, with what happened and what
// to do next, and the one-line notices that follow a redirect. Another language is another table.
//
// Pure data; thread-safe. Messages hold no secrets and name no cause that the slug does not name.

#include <optional>
#include <string_view>
#include <vector>

namespace gatehouse::web {

struct Message {
  std::string_view slug;
  std::string_view title;
  std::string_view what;  // what happened
  std::string_view next;  // what to do
};

// The message of a reason slug; a general one for a slug that is not in the catalogue.
const Message& FindMessage(std::string_view slug);
bool HasMessage(std::string_view slug);
const std::vector<Message>& Messages();
// The part of it about members, invitations, second factors and addresses.
const std::vector<Message>& PeopleMessages();
// About kinds of providers and their rules.
const std::vector<Message>& ProviderMessages();
// About linked accounts and their tokens.
const std::vector<Message>& IdentityMessages();
// Projects, events and issues.
const std::vector<Message>& EventMessages();

// A notice shown once after a redirect (?flash=slug). Only slugs of this list are shown, so a link
// from elsewhere cannot put words on a page.
struct Notice {
  std::string_view slug;
  std::string_view level;  // "ok", "info", "error"
  std::string_view text;
};
const Notice* FindNotice(std::string_view slug);
const std::vector<Notice>& Notices();

// Plain words for the name of a check ("discovery.issuer"); the name itself when there are none.
std::string_view CheckLabel(std::string_view name);

}  // namespace gatehouse::web
