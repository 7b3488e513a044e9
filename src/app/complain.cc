#include "app/complain.h"

#include <cstdio>

#include "edge/cli/commands.h"
#include "edge/web/messages.h"

namespace gatehouse::app {

std::string Complaint(const Error& error, bool as_json) {
  std::string sentence;
  // What the catalogue says to do next is about pages.
  if (web::HasMessage(error.reason)) {
    const web::Message& message = web::FindMessage(error.reason);
    sentence = std::string(message.title) + ". " + std::string(message.what);
  }
  return cli::FormatError(error, sentence, as_json);
}

int Complain(const Error& error, bool as_json) {
  std::fputs(Complaint(error, as_json).c_str(), stderr);
  return cli::ExitStatus(error);
}

}  // namespace gatehouse::app
