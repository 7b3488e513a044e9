#pragma once

// Outgoing mail. A Mailer is called only by the outbox worker: a Message is delivered at least
// once, and carries a stable Message-ID so that a repeat can be recognized. (RFC 5322, 2045, 3207)

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::mail {

struct Message {
  std::string id;  // unique, 1-128 of A-Z a-z 0-9 . _ - and not starting with "."; "<id@host>"
  std::string to;  // one address
  std::string subject;
  std::string text;
  std::string html;  // may be empty
  Timestamp date;
};

// Errors: kInvalidArgument "mail_address_invalid" (not exactly one address) or
// "mail_header_invalid" (CR, LF, other control characters or invalid UTF-8 in a header value):
// never retried; kUnavailable "mail_unavailable" (retried by the outbox).
class Mailer {
 public:
  virtual ~Mailer() = default;
  virtual Task<void> Send(Message message) = 0;
};

struct SmtpOptions {
  std::string url;  // smtp://host:587 or smtps://host:465
  std::string username;
  std::string password;
  std::string from;         // "Gatehouse <gatehouse@example.com>"
  bool require_tls = true;  // smtp:// without STARTTLS is refused before anything is said
  std::string ca_file;      // PEM; "" for the system's certificates
};
// Blocks a thread of `pool` for each message, 30 seconds at most. `pool` must outlive the mailer.
std::unique_ptr<Mailer> NewSmtpMailer(SmtpOptions options, runtime::WorkerPool& pool);

// Writes each message to <folder>/<id>.json, replacing an earlier copy of the same id: the default
// of a fresh installation and the demo's mailbox.
std::unique_ptr<Mailer> NewFileMailer(std::filesystem::path folder, std::string from);

// The messages of a folder written by the file mailer, newest first, at most `limit`.
Result<std::vector<Message>> ReadMailFolder(const std::filesystem::path& folder, std::size_t limit);

// MIME text of a message (multipart/alternative when html is set). Header values are checked and
// RFC 2047-encoded. Errors: kInvalidArgument "mail_address_invalid", "mail_header_invalid".
Result<std::string> Format(const Message& message, const std::string& from);

// One plain address "local@host": ASCII, no quoting, no comments, at most 254 bytes.
bool IsAddress(std::string_view text);
// "Name <address>" or "address": check the configured sender with it at start.
bool IsSender(std::string_view text);

}  // namespace gatehouse::mail
