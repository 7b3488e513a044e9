#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "base/bytes.h"
#include "base/text.h"
#include "platform/mail/address.h"
#include "platform/mail/mail.h"

namespace gatehouse::mail {
namespace {

constexpr std::string_view kAddressInvalid = "mail_address_invalid";
constexpr std::string_view kHeaderInvalid = "mail_header_invalid";

constexpr std::size_t kMaxSubjectBytes = 900;

bool IsMessageId(std::string_view id) {
  return !id.empty() && id.size() <= 128 && id.front() != '.' &&
         std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

// "Sat, 21 Nov 2026 07:54:00 +0000"
std::string Rfc5322Date(Timestamp t) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::chrono::sys_seconds seconds{std::chrono::seconds(t.Seconds())};
  auto days = std::chrono::floor<std::chrono::days>(seconds);
  std::chrono::year_month_day date{days};
  std::chrono::hh_mm_ss time{seconds - days};
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d +0000",
                kDays[std::chrono::weekday(days).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

bool IsPlainAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// RFC 2047: encoded words of at most 75 characters, never cutting a UTF-8 sequence, one a line.
std::string EncodedWords(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string_view part = TruncateUtf8(text, 39);
    text.remove_prefix(part.size());
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + Base64Encode(part) + "?=";
  }
  return out;
}

// Text that would be taken for an encoded word is encoded too, so that it is shown as written.
std::string Unstructured(std::string_view text) {
  bool plain = IsPlainAscii(text) && text.size() <= 66 &&
               text.find("=?") == std::string_view::npos && Trim(text) == text;
  return plain ? std::string(text) : EncodedWords(text);
}

std::string FromHeader(const Sender& from) {
  if (from.name.empty()) return from.address;
  bool plain = IsPlainAscii(from.name) && from.name.find("=?") == std::string::npos;
  // The parser of senders refuses " and \, so quoting needs no escapes.
  return (plain ? "\"" + from.name + "\"" : EncodedWords(from.name)) + " <" + from.address + ">";
}

// RFC 2045 6.7, any line end in, CRLF out, lines of at most 76 characters.
std::string QuotedPrintable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16 + 8);
  std::size_t column = 0;
  auto newline_at = [&](std::size_t i) {
    return i >= text.size() || text[i] == '\n' || text[i] == '\r';
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (newline_at(i)) {
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      out += "\r\n";
      column = 0;
      continue;
    }
    bool blank = c == ' ' || c == '\t';
    bool literal = (c > ' ' && c <= '~' && c != '=') || (blank && !newline_at(i + 1));
    std::size_t width = literal ? 1 : 3;
    if (column + width > 75) {
      out += "=\r\n";
      column = 0;
    }
    if (literal) {
      out += c;
    } else {
      static constexpr std::string_view kHex = "0123456789ABCDEF";
      auto byte = static_cast<std::uint8_t>(c);
      out += '=';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
    column += width;
  }
  if (column > 0) out += "\r\n";
  return out;
}

std::string Part(std::string_view subtype, std::string_view body) {
  return "Content-Type: text/" + std::string(subtype) +
         "; charset=utf-8\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
         QuotedPrintable(body);
}

}  // namespace

Result<std::string> Format(const Message& message, const std::string& from) {
  auto sender = ParseSender(from);
  if (!sender) return Fail(Code::kInvalidArgument, kAddressInvalid, "sender");
  if (!IsAddress(message.to)) return Fail(Code::kInvalidArgument, kAddressInvalid, "recipient");
  if (!IsMessageId(message.id)) return Fail(Code::kInvalidArgument, kHeaderInvalid, "id");
  if (HasControl(message.subject) || !IsValidUtf8(message.subject) ||
      message.subject.size() > kMaxSubjectBytes) {
    return Fail(Code::kInvalidArgument, kHeaderInvalid, "subject");
  }
  std::string out = "Date: " + Rfc5322Date(message.date) + "\r\n";
  out += "From: " + FromHeader(*sender) + "\r\n";
  out += "To: " + message.to + "\r\n";
  out += "Subject: " + Unstructured(message.subject) + "\r\n";
  out += "Message-ID: <" + message.id + "@" + sender->host + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  if (message.html.empty()) return out + Part("plain", message.text);
  // "=_" cannot occur in quoted-printable text, so no part can contain the boundary.
  static constexpr std::string_view kBoundary = "=_gatehouse_part";
  std::string delimiter = "--" + std::string(kBoundary);
  out += "Content-Type: multipart/alternative; boundary=\"" + std::string(kBoundary) + "\"\r\n\r\n";
  out += delimiter + "\r\n" + Part("plain", message.text) + "\r\n";
  out += delimiter + "\r\n" + Part("html", message.html) + "\r\n";
  return out + delimiter + "--\r\n";
}

}  // namespace gatehouse::mail
