#include "platform/mail/compose.h"

#include "base/check.h"
#include "base/text.h"
#include "platform/html/html.h"

namespace gatehouse::mail {
namespace {

constexpr std::size_t kColumns = 72;
constexpr std::size_t kMaxSubject = 200;  // bytes

constexpr std::string_view kBody =
    "margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,"
    "Arial,sans-serif";
constexpr std::string_view kBox = "max-width:36em;margin:0 auto";
constexpr std::string_view kParagraph = "margin:0 0 16px;overflow-wrap:anywhere";
// Its own two colours, readable on each other whatever the theme does with the rest.
constexpr std::string_view kButton =
    "display:inline-block;padding:11px 20px;border-radius:6px;background:#0f766e;color:#ffffff;"
    "font-weight:600;text-decoration:none";
// No colour: the theme's own text, only fainter.
constexpr std::string_view kSmall =
    "margin:24px 0 0;padding-top:16px;border-top:1px solid rgba(128,128,128,.4);font-size:13px;"
    "opacity:.75;overflow-wrap:anywhere";
constexpr std::string_view kSmallLink =
    "margin:0 0 16px;font-size:13px;opacity:.75;overflow-wrap:anywhere";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// U+200E, U+200F, U+2028..U+202E, U+2066..U+2069: three bytes each.
bool TurnsText(std::string_view sequence) {
  if (sequence.size() < 3 || sequence[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(sequence[1]);
  const auto third = static_cast<unsigned char>(sequence[2]);
  if (second == 0x80) return third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE);
  return second == 0x81 && third >= 0xA6 && third <= 0xA9;
}

std::size_t Width(std::string_view word) {
  std::size_t width = 0;
  for (const char c : word) width += IsContinuation(c) ? 0 : 1;
  return width;
}

std::string Wrap(std::string_view words) {
  std::string out;
  std::size_t column = 0;
  for (const std::string_view word : Split(words, ' ')) {
    if (word.empty()) continue;
    const std::size_t width = Width(word);
    if (column > 0 && column + 1 + width > kColumns) {
      out += '\n';
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
  }
  return out;
}

std::string Tag(std::string_view name, std::string_view style, std::string_view inner) {
  return "<" + std::string(name) + " style=\"" + std::string(style) + "\">" + std::string(inner) +
         "</" + std::string(name) + ">\n";
}

}  // namespace

std::string Plain(std::string_view words, std::string_view otherwise) {
  std::string out;
  const bool utf8 = IsValidUtf8(words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto c = static_cast<unsigned char>(words[i]);
    if (c < 0x20 || c == 0x7F) {
      out += ' ';
    } else if (c < 0x80) {
      out += words[i];
    } else if (!utf8) {
      out += '?';
    } else if (TurnsText(words.substr(i))) {
      out += ' ';
      i += 2;
    } else if (c == 0xC2 && static_cast<unsigned char>(words[i + 1]) < 0xA0) {
      out += ' ';  // U+0080..U+009F
      ++i;
    } else {
      out += words[i];
    }
  }
  const std::string_view trimmed = Trim(out);
  return std::string(trimmed.empty() ? otherwise : trimmed);
}

std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string Url(std::string_view base_url, std::string_view path) {
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  return std::string(base_url) + std::string(path);
}

Composed Compose(const Draft& draft) {
  Composed mail;
  mail.subject = Plain(draft.subject);
  if (mail.subject.size() > kMaxSubject) {
    mail.subject = std::string(TruncateUtf8(mail.subject, kMaxSubject - 3)) + "…";
  }
  std::string body;
  const auto paragraph = [&](std::string_view words) {
    const std::string plain = Plain(words);
    if (plain.empty()) return;
    mail.text += Wrap(plain) + "\n\n";
    body += Tag("p", kParagraph, html::Escape(plain));
  };
  paragraph(draft.greeting);
  for (const std::string& words : draft.before) paragraph(words);
  if (draft.action) {
    const std::string& url = draft.action->url;
    // Ours, never somebody's words: a script here would run.
    GH_CHECK((url.starts_with("https://") || url.starts_with("http://")) && Plain(url) == url &&
             !url.contains(' '));
    const std::string escaped = html::Escape(url);
    mail.text += url + "\n\n";
    body += Tag("p", kParagraph,
                "<a href=\"" + escaped + "\" style=\"" + std::string(kButton) + "\">" +
                    html::Escape(Plain(draft.action->label, "Open")) + "</a>");
    body += Tag("p", kSmallLink,
                "<a href=\"" + escaped + "\" style=\"color:inherit\">" + escaped + "</a>");
  }
  for (const std::string& words : draft.after) paragraph(words);
  if (const std::string small = Plain(draft.small_print); !small.empty()) {
    // The mark in front of a signature: mail programs show what follows as such.
    mail.text += "-- \n" + Wrap(small) + "\n";
    body += Tag("p", kSmall, html::Escape(small));
  } else if (mail.text.ends_with("\n\n")) {
    mail.text.pop_back();
  }
  mail.html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>" +
      html::Escape(mail.subject) + "</title>\n</head>\n<body style=\"" + std::string(kBody) +
      "\">\n<div style=\"" + std::string(kBox) + "\">\n" + body + "</div>\n</body>\n</html>\n";
  return mail;
}

json::Object Payload(std::string_view id, std::string_view to, const Composed& mail) {
  return {
      {"id", id}, {"to", to}, {"subject", mail.subject}, {"text", mail.text}, {"html", mail.html}};
}

}  // namespace gatehouse::mail
