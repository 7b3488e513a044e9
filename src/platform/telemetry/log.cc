#include "platform/telemetry/log.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <span>
#include <vector>

#include "base/text.h"

namespace gatehouse::telemetry {

namespace {

constexpr std::size_t kMaxValue = 4096;
constexpr std::string_view kRedacted = "[redacted]";
constexpr int kStallMs = 100;

struct Decoded {
  std::uint32_t point = 0;
  std::size_t length = 0;  // 0: not valid UTF-8 here
};

Decoded DecodeOne(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  if (!IsValidUtf8(text.substr(0, length))) return {};
  std::uint32_t point = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = (point << 6) | (byte(i) & 0x3Fu);
  return {point, length};
}

bool MustEscape(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point <= 0x9F) ||  // C0, DEL, C1 (CSI is U+009B)
         point == 0x2028 || point == 0x2029 ||                // line ends in JavaScript
         (point >= 0x202A && point <= 0x202E) ||              // text reordering
         (point >= 0x2066 && point <= 0x2069) || point == 0x200E || point == 0x200F ||
         point == 0xFEFF;
}

void AppendUnicodeEscape(std::string& out, std::uint32_t point) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(point >> shift) & 15u];
}

template <class T>
void AppendNumber(std::string& out, T value) {
  char buffer[32];
  auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, ec == std::errc() ? end : buffer);
}

// `quote_always` is JSON; the console form leaves simple words bare.
void AppendText(std::string& out, std::string_view text, bool quote_always) {
  bool plain = !quote_always && !text.empty();
  for (char c : text) {
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                std::string_view("_-.:/@+").find(c) != std::string_view::npos;
    plain = plain && word;
  }
  if (plain && text.size() <= kMaxValue) {
    out += text;
    return;
  }
  out += '"';
  if (text.size() > kMaxValue) {
    AppendEscaped(out, TruncateUtf8(text, kMaxValue));
    out += "[cut]";
  } else {
    AppendEscaped(out, text);
  }
  out += '"';
}

void AppendValue(std::string& out, const Field& field, bool json) {
  if (IsSensitive(field.name())) {
    if (json) out += '"';
    out += kRedacted;
    if (json) out += '"';
    return;
  }
  if (const auto* text = std::get_if<std::string_view>(&field.value())) {
    AppendText(out, *text, json);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value())) {
    AppendNumber(out, *number);
  } else if (const auto* real = std::get_if<double>(&field.value())) {
    if (std::isfinite(*real)) {
      AppendNumber(out, *real);
    } else {
      out += "null";
    }
  } else {
    out += std::get<bool>(field.value()) ? "true" : "false";
  }
}

std::string JsonLine(Timestamp time, Level level, std::string_view event,
                     std::span<const Field> fields) {
  std::string line = "{\"time\":\"" + FormatIso8601(time) + "\",\"level\":\"";
  line += LevelName(level);
  line += "\",\"event\":";
  AppendText(line, event, true);
  for (const Field& field : fields) {
    line += ',';
    AppendText(line, field.name(), true);
    line += ':';
    AppendValue(line, field, true);
  }
  line += "}\n";
  return line;
}

std::string ConsoleLine(Timestamp time, Level level, std::string_view event,
                        std::span<const Field> fields) {
  std::string line = FormatIso8601(time).substr(11, 12);  // 07:54:00.123
  line += ' ';
  line += LevelName(level);
  line.append(8 - LevelName(level).size(), ' ');
  AppendEscaped(line, event);
  for (const Field& field : fields) {
    line += ' ';
    AppendEscaped(line, field.name());
    line += '=';
    AppendValue(line, field, false);
  }
  line += '\n';
  return line;
}

}  // namespace

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

std::optional<Level> LevelFromName(std::string_view name) {
  for (Level level : {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError}) {
    if (name == LevelName(level)) return level;
  }
  return std::nullopt;
}

Level LevelOf(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kUnauthenticated:
    case Code::kPermissionDenied:
    case Code::kNotFound:
    case Code::kAlreadyExists:
    case Code::kFailedPrecondition:
    case Code::kCancelled:
      return Level::kInfo;
    case Code::kConflict:
    case Code::kResourceExhausted:
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
      return Level::kWarn;
    case Code::kDataLoss:
    case Code::kInternal:
      return Level::kError;
  }
  return Level::kError;
}

bool IsSensitive(std::string_view field_name) {
  std::string name = AsciiLower(field_name);
  for (std::string_view part :
       {"password", "secret", "token", "authorization", "cookie", "assertion"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  auto in_word = [&](std::size_t i) { return i < name.size() && name[i] >= 'a' && name[i] <= 'z'; };
  constexpr std::string_view kCode = "code";
  for (std::size_t at = name.find(kCode); at != std::string::npos; at = name.find(kCode, at + 1)) {
    bool starts = at == 0 || !in_word(at - 1);
    std::size_t end = at + kCode.size();
    if (end < name.size() && name[end] == 's') ++end;
    if (starts && !in_word(end)) return true;
  }
  return false;
}

void AppendEscaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    Decoded c = DecodeOne(text);
    if (c.length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
      continue;
    }
    if (c.point == '"' || c.point == '\\') {
      out += '\\';
      out += static_cast<char>(c.point);
    } else if (c.point == '\n') {
      out += "\\n";
    } else if (c.point == '\t') {
      out += "\\t";
    } else if (c.point == '\r') {
      out += "\\r";
    } else if (MustEscape(c.point)) {
      AppendUnicodeEscape(out, c.point);
    } else {
      out += text.substr(0, c.length);
    }
    text.remove_prefix(c.length);
  }
}

Logger::Logger(const Clock& clock, Options options)
    : clock_(clock), fd_(options.fd), format_(options.format), threshold_(options.threshold) {}

void Logger::Log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!Enabled(level)) return;
  std::span<const Field> all(fields.begin(), fields.size());
  Write(format_ == Format::kJson ? JsonLine(clock_.Now(), level, event, all)
                                 : ConsoleLine(clock_.Now(), level, event, all));
}

void Logger::LogError(std::string_view event, const Error& error,
                      std::initializer_list<Field> fields) {
  const Level level = LevelOf(error.code);
  if (!Enabled(level)) return;
  std::vector<Field> all(fields);
  all.emplace_back("kind", CodeName(error.code));
  all.emplace_back("reason", error.reason);
  if (!error.detail.empty()) all.emplace_back("detail", error.detail);
  Write(format_ == Format::kJson ? JsonLine(clock_.Now(), level, event, all)
                                 : ConsoleLine(clock_.Now(), level, event, all));
}

void Logger::Write(const std::string& line) {
  std::lock_guard lock(mutex_);
  std::string_view rest = line;
  std::string separated;
  if (torn_) rest = separated = "\n" + line;
  while (!rest.empty()) {
    ssize_t n = write(fd_, rest.data(), rest.size());
    if (n > 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
      torn_ = !rest.empty();
      stalled_ = false;
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      // A reader that stalls delays one entry; until it reads again the others are not waited for.
      pollfd wait{fd_, POLLOUT, 0};
      int ready = poll(&wait, 1, stalled_ ? 0 : kStallMs);
      if (ready > 0 && (wait.revents & POLLOUT) != 0) continue;
      stalled_ = true;
    }
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
}

}  // namespace gatehouse::telemetry
