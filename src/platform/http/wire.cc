#include "platform/http/wire.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace gatehouse::http {
namespace {

bool IsTokenByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").contains(c));
}

bool IsSafeField(std::string_view name, std::string_view value) {
  if (name.empty() || !std::ranges::all_of(name, IsTokenByte)) return false;
  return std::ranges::all_of(value, [](char c) {
    auto b = static_cast<std::uint8_t>(c);
    return (b >= 0x20 && b != 0x7F) || c == '\t';
  });
}

bool IsServerField(std::string_view name) {
  switch (name.size()) {
    case 4:
      return EqualsIgnoreCase(name, "Date");
    case 10:
      return EqualsIgnoreCase(name, "Connection") || EqualsIgnoreCase(name, "Keep-Alive");
    case 14:
      return EqualsIgnoreCase(name, "Content-Length");
    case 16:
      return EqualsIgnoreCase(name, "X-Correlation-Id");
    case 17:
      return EqualsIgnoreCase(name, "Transfer-Encoding");
    default:
      return false;
  }
}

void AppendNumber(std::string& out, std::uint64_t value) {
  char digits[20];
  auto [end, ec] = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end);
}

}  // namespace

HeadScanner::State HeadScanner::Scan(std::string_view text) {
  for (;;) {
    std::size_t feed = text.find('\n', seen_);
    if (feed == std::string_view::npos) {
      seen_ = text.size();
      if (lines_ == 0 && text.size() > kMaxTarget + 32) return State::kTooLarge;
      return text.size() >= kMaxHead ? State::kTooLarge : State::kNeedMore;
    }
    if (feed == line_ || text[feed - 1] != '\r') return State::kBad;
    std::string_view line = text.substr(line_, feed - 1 - line_);
    if (line.empty()) {
      if (lines_ == 0) return State::kBad;
      line_ = feed + 1;
      return line_ > kMaxHead ? State::kTooLarge : State::kComplete;
    }
    if (line.front() == ' ' || line.front() == '\t' || line.contains('\r') || line.contains('\0')) {
      return State::kBad;
    }
    if (++lines_ > kMaxFields + 1) return State::kTooLarge;
    line_ = feed + 1;
    seen_ = line_;
  }
}

std::string_view DateCache::Get(Timestamp now) {
  std::int64_t second = now.Seconds();
  if (second == second_) return text_;
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto t = static_cast<std::time_t>(second);
  std::tm tm{};
  gmtime_r(&t, &tm);
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(tm.tm_wday)], tm.tm_mday,
                kMonths[static_cast<std::size_t>(tm.tm_mon)], tm.tm_year + 1900, tm.tm_hour,
                tm.tm_min, tm.tm_sec);
  second_ = second;
  text_ = buffer;
  return text_;
}

HostList::HostList(const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) {
    if (std::string text = AsciiLower(Trim(host)); !text.empty()) hosts_.push_back(std::move(text));
  }
}

bool HostList::Accepts(std::string_view host) const {
  // Without a port: "a.example:8000" -> "a.example", "[::1]:8000" -> "[::1]".
  std::size_t colon = host.rfind(':');
  std::string_view name = host;
  if (colon != std::string_view::npos && (host.front() != '[' || host[colon - 1] == ']')) {
    std::string_view port = host.substr(colon + 1);
    if (port.empty() || port.size() > 5 ||
        !std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; })) {
      return false;
    }
    name = host.substr(0, colon);
    if (name.contains(':') && !name.starts_with('[')) return false;
  }
  return std::ranges::any_of(hosts_, [&](const std::string& accepted) {
    return EqualsIgnoreCase(accepted, host) || EqualsIgnoreCase(accepted, name);
  });
}

bool WriteHead(std::string& out, const Response& response, const HeadOptions& options) {
  out.assign("HTTP/1.1 ");
  AppendNumber(out, static_cast<std::uint64_t>(response.status));
  out += ' ';
  out += ReasonPhrase(response.status);
  out += "\r\nDate: ";
  out += options.date;
  out += "\r\nX-Correlation-Id: ";
  out += options.correlation_id;
  for (const auto& [name, value] : response.headers.all()) {
    if (IsServerField(name)) continue;
    if (!IsSafeField(name, value)) return false;
    out += "\r\n";
    out += name;
    out += ": ";
    out += value;
  }
  if (options.has_content_length) {
    out += "\r\nContent-Length: ";
    AppendNumber(out, options.content_length);
  }
  if (options.connection == ConnectionField::kClose) {
    out += "\r\nConnection: close";
  } else if (options.connection == ConnectionField::kKeepAlive) {
    out += "\r\nConnection: keep-alive";
  }
  out += "\r\n\r\n";
  return true;
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

}  // namespace gatehouse::http
