// Dates and times in text. A shape describes one spelling: 'd' a digit, 'D' one or two digits,
// 's' a space character, 'S' one or more of them, '0'..'9' a digit up to that, 'M' a month, 'W' a
// day of the week, 'F' its full name, 'z' a named zone or offset; everything else is itself.

#include <array>

#include "region/events/grouping/codepoints.h"
#include "region/events/grouping/scan.h"

namespace gatehouse::grouping::scan {
namespace {

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
constexpr std::array<std::string_view, 7> kFullDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

bool OneOf(std::string_view text, std::size_t at, std::string_view names) {
  if (at + 3 > text.size()) return false;
  for (std::size_t i = 0; i < names.size(); i += 3) {
    if (text.compare(at, 3, names.substr(i, 3)) == 0) return true;
  }
  return false;
}

std::size_t Digits(std::string_view text, std::size_t at, std::size_t least, std::size_t most) {
  std::size_t end = at;
  while (end < at + most && IsDigit(At(text, end))) ++end;
  return end < at + least ? kNone : end;
}

std::size_t Space(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kNone;
  const CodePoint c = Decode(text, at);
  return IsSpace(c.value) ? at + c.bytes : kNone;
}

// +0100, UT, GMT, EST .. PDT, or a military letter.
std::size_t Zone(std::string_view text, std::size_t at) {
  const char c = At(text, at);
  if (c == '+' || c == '-') {
    const bool ok = IsDigit(At(text, at + 1)) && IsDigit(At(text, at + 2)) &&
                    At(text, at + 3) >= '0' && At(text, at + 3) <= '5' && IsDigit(At(text, at + 4));
    return ok ? at + 5 : kNone;
  }
  const std::string_view rest = text.substr(std::min(at, text.size()));
  if (rest.starts_with("UT")) return at + 2;
  if (rest.starts_with("GMT")) return at + 3;
  if ((c == 'E' || c == 'C' || c == 'M' || c == 'P') && At(text, at + 2) == 'T' &&
      (At(text, at + 1) == 'S' || At(text, at + 1) == 'D')) {
    return at + 3;
  }
  return c >= 'A' && c <= 'Z' && c != 'J' ? at + 1 : kNone;
}

std::size_t Shape(std::string_view text, std::size_t at, std::string_view shape) {
  for (const char want : shape) {
    if (at == kNone) return kNone;
    const char c = At(text, at);
    switch (want) {
      case 'd':
        at = IsDigit(c) ? at + 1 : kNone;
        break;
      case 'D':
        at = Digits(text, at, 1, 2);
        break;
      case 's':
        at = Space(text, at);
        break;
      case 'S':
        at = Space(text, at);
        while (at != kNone && Space(text, at) != kNone) at = Space(text, at);
        break;
      case 'M':
        at = OneOf(text, at, kMonths) ? at + 3 : kNone;
        break;
      case 'W':
        at = OneOf(text, at, kDays) ? at + 3 : kNone;
        break;
      case 'z':
        at = Zone(text, at);
        break;
      default:
        if (want >= '0' && want <= '9') {
          at = c >= '0' && c <= want ? at + 1 : kNone;
        } else {
          at = c == want ? at + 1 : kNone;
        }
    }
  }
  return at;
}

std::size_t Fraction(std::string_view text, std::size_t at) {
  if (At(text, at) != '.' || !IsDigit(At(text, at + 1))) return at;
  return Run(text, at + 1, IsDigit);
}

// Mon, 02 Jan 2006 15:04:05 MST
std::size_t Rfc822(std::string_view text, std::size_t at) {
  const std::size_t month = Shape(text, at, "W,sDsMs");
  if (month == kNone) return kNone;
  // A year of two to four digits, the longest first.
  for (std::size_t digits = 4; digits >= 2; --digits) {
    if (Digits(text, month, digits, digits) == kNone) continue;
    const std::size_t minutes = Shape(text, month + digits, "sD:D");
    if (minutes == kNone) continue;
    const std::size_t seconds = Shape(text, minutes, ":D");
    if (seconds != kNone) {
      if (const std::size_t end = Shape(text, seconds, "sz"); end != kNone) return end;
    }
    if (const std::size_t end = Shape(text, minutes, "sz"); end != kNone) return end;
  }
  return kNone;
}

// Mon Jan 02, 1999
std::size_t Calendar(std::string_view text, std::size_t at) {
  const std::size_t day = Shape(text, at, "Ws");
  const std::size_t comma = Shape(text, day == kNone ? at : day, "Ms3d,s");
  return comma == kNone ? kNone : Digits(text, comma, 2, 4);
}

// Monday, 02-Jan-06 15:04:05 MST
std::size_t Rfc850(std::string_view text, std::size_t at) {
  for (const std::string_view day : kFullDays) {
    if (text.substr(at).starts_with(day)) {
      return Shape(text, at + day.size(), ",sdd-M-ddsdd:dd:ddsz");
    }
  }
  return kNone;
}

// 2006-01-02T15:04:05.123Z07:00
std::size_t Rfc3339(std::string_view text, std::size_t at) {
  std::size_t end = Shape(text, at, "dddd-dd-ddTdd:dd:dd");
  if (end == kNone) return kNone;
  end = Fraction(text, end);
  if (At(text, end) == 'Z') ++end;
  const std::size_t sign = At(text, end) == '+' || At(text, end) == '-' ? end + 1 : end;
  const std::size_t offset = Shape(text, sign, "dd:dd");
  return offset == kNone ? end : offset;
}

// 2006-01-02 15:04:05.123, 20060102 15:04:05
std::size_t DateTime(std::string_view text, std::size_t at) {
  std::size_t end = Digits(text, at, 4, 4);
  for (const std::string_view part : {"1d", "3d"}) {
    if (end == kNone) return kNone;
    end = Shape(text, At(text, end) == '-' ? end + 1 : end, part);
  }
  if (end == kNone) return kNone;
  end = Shape(text, end, "s2d:5d:5d");
  return end == kNone ? kNone : Fraction(text, end);
}

// 3:04, 15:04:05, 3:04PM
std::size_t Kitchen(std::string_view text, std::size_t at) {
  std::size_t end = Shape(text, at, "D:dd");
  if (end == kNone) return kNone;
  if (const std::size_t seconds = Shape(text, end, ":dd"); seconds != kNone) end = seconds;
  const char half = static_cast<char>(At(text, end) | 0x20);
  if ((half == 'a' || half == 'p') && (At(text, end + 1) | 0x20) == 'm') end += 2;
  return end;
}

// Jan 2 15:04:05 2006, with or without the day of the week.
std::size_t Ctime(std::string_view text, std::size_t at) {
  const std::size_t day = Shape(text, at, "WS");
  return Shape(text, day == kNone ? at : day, "MSDSdd:dd:ddSdddd");
}

// 1 to 31, with or without a leading zero.
std::size_t DayOfMonth(std::string_view text, std::size_t at) {
  if (!IsDigit(At(text, at))) return kNone;
  if (!IsDigit(At(text, at + 1))) return at + 1;
  const char tens = text[at], ones = text[at + 1];
  const bool ok = tens == '0' ? ones > '0' : tens < '3' || (tens == '3' && ones < '2');
  return ok ? at + 2 : kNone;
}

// 02 Jan 2006 15:04:05 +0100, with or without the day of the week; any run of spaces.
std::size_t LooseRfc822(std::string_view text, std::size_t at) {
  const std::size_t weekday = Shape(text, at, "W,S");
  const std::size_t day = DayOfMonth(text, weekday == kNone ? at : weekday);
  const std::size_t year = Shape(text, day, "SMS");
  // From 1900 on.
  if (year == kNone || At(text, year) < '1') return kNone;
  if (At(text, year) == '1' && At(text, year + 1) != '9') return kNone;
  const std::size_t hour = Shape(text, year, "ddddS");
  if (hour == kNone || (At(text, hour) == '2' && At(text, hour + 1) > '3')) return kNone;
  const std::size_t minutes = Shape(text, hour, "2d:5d");
  if (minutes == kNone) return kNone;
  const bool leap = text.substr(minutes).starts_with(":60");
  const std::size_t seconds = leap ? minutes + 3 : Shape(text, minutes, ":5d");
  if (seconds != kNone) {
    if (const std::size_t end = Shape(text, seconds, "Sz"); end != kNone) return end;
  }
  return Shape(text, minutes, "Sz");
}

// datetime.datetime(2006, 1, 2)
std::size_t PythonRepr(std::string_view text, std::size_t at) {
  constexpr std::string_view kWord = "datetime";
  if (!text.substr(at).starts_with(kWord) || At(text, at + 8) == '\n' ||
      !text.substr(std::min(at + 9, text.size())).starts_with("datetime(")) {
    return kNone;
  }
  // No repr is longer; a missing bracket must not cost the rest of the text.
  const std::string_view rest = text.substr(at + 18, 1024);
  const std::size_t end = rest.find_first_of(")\n");
  return end == rest.npos || rest[end] == '\n' ? kNone : at + 18 + end + 1;
}

}  // namespace

std::size_t Date(std::string_view text, std::size_t at) {
  using Scanner = std::size_t (*)(std::string_view, std::size_t);
  const char c = text[at];
  if (IsDigit(c)) {
    for (const Scanner scan : {Rfc3339, DateTime, Kitchen}) {
      if (const std::size_t end = scan(text, at); end != kNone) return end;
    }
    if (const std::size_t end = Shape(text, at, "dddd-1d-3d"); end != kNone) return end;
    return AtWordBoundary(text, at) ? LooseRfc822(text, at) : kNone;
  }
  if (c == 'd') return PythonRepr(text, at);
  if (c < 'A' || c > 'W') return kNone;
  for (const Scanner scan : {Rfc822, Calendar, Rfc850}) {
    if (const std::size_t end = scan(text, at); end != kNone) return end;
  }
  if (!AtWordBoundary(text, at)) return kNone;
  const std::size_t end = Ctime(text, at);
  return end != kNone ? end : LooseRfc822(text, at);
}

}  // namespace gatehouse::grouping::scan
