#pragma once

// The mail of an outbox row: payload {id, to, subject, text, html}, dated when it was written.

#include "core/outbox/outbox.h"
#include "platform/mail/mail.h"

namespace gatehouse::app {

inline mail::Message MailOf(const outbox::Message& row, Timestamp now) {
  auto text = [&](std::string_view key) {
    return std::string(json::GetString(row.payload, key).value_or(""));
  };
  return mail::Message{text("id"), text("to"), text("subject"), text("text"), text("html"), now};
}

}  // namespace gatehouse::app
