#pragma once

// The words of a mail, as plain text and as HTML. Pure.
//
// Every part is plain words: nothing is markup, and nothing in a part can become a header, a tag or
// another link. Control characters and marks that turn the direction of text become spaces, what is
// not UTF-8 becomes '?', and a subject that is too long is cut. So names that people chose may
// stand in every part but `Action::url`.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json.h"

namespace gatehouse::mail {

struct Action {
  std::string label;  // "Accept the invitation"
  std::string url;    // absolute, http or https; shown in full, on a line of its own
};

struct Draft {
  std::string subject;
  std::string greeting = "Hello,";  // "": none
  std::vector<std::string> before;  // paragraphs
  std::optional<Action> action = {};
  std::vector<std::string> after = {};
  std::string small_print = "";  // why this mail came and what to do with it; "": none
};

struct Composed {
  std::string subject;  // fit for Message::subject
  std::string text;     // lines of at most 72 characters, longer words and links excepted
  std::string html;     // inline styles, no image, no remote content; follows a dark theme
};
Composed Compose(const Draft& draft);

// What an outbox row of a mail holds. `id` is the mail's identity: the same id is the same mail.
json::Object Payload(std::string_view id, std::string_view to, const Composed& mail);

// Words as the parts above show them, without white space around them; `otherwise` if that is
// nothing.
std::string Plain(std::string_view words, std::string_view otherwise = "");
// RFC 3986 §2.1: everything but the unreserved characters. For values inside a link.
std::string PercentEncode(std::string_view text);
// `base_url` with or without a slash at its end, `path` with one at its beginning.
std::string Url(std::string_view base_url, std::string_view path);

}  // namespace gatehouse::mail
