#include "region/events/grouping/parametrize.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "region/events/grouping/codepoints.h"
#include "region/events/grouping/scan.h"

namespace gatehouse::grouping {
namespace scan {
namespace {

// 0 to 255, leading zeros in two digits at most; the end, or kNone.
std::size_t Octet(std::string_view text, std::size_t at) {
  const std::size_t end = Run(text, at, IsDigit);
  switch (end - at) {
    case 1:
    case 2:
      return end;
    case 3: {
      const char a = text[at], b = text[at + 1], c = text[at + 2];
      return a == '1' || (a == '2' && (b < '5' || (b == '5' && c <= '5'))) ? end : kNone;
    }
    default:
      return kNone;
  }
}

std::size_t Ipv4(std::string_view text, std::size_t at) {
  for (int i = 0; i < 4; ++i) {
    at = Octet(text, at);
    if (at == kNone) return kNone;
    if (i == 3) return AtWordBoundary(text, at) ? at : kNone;
    if (At(text, at) != '.') return kNone;
    ++at;
  }
  return kNone;
}

// One to four hexadecimal digits, as many as there are.
std::size_t Group(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < at + 4 && IsHexDigit(At(text, end))) ++end;
  return end == at ? kNone : end;
}

std::size_t Ipv6(std::string_view text, std::size_t at) {
  if (At(text, at) == ':') {
    if (At(text, at + 1) != ':') return kNone;
    // "::" and up to seven groups.
    std::size_t end = at + 1;
    for (int groups = 0; groups < 7 && At(text, end) == ':'; ++groups) {
      const std::size_t next = Group(text, end + 1);
      if (next == kNone) break;
      end = next;
    }
    return end == at + 1 ? at + 2 : end;
  }
  std::size_t end = at;
  int groups = 0;
  for (; groups < 7; ++groups) {
    const std::size_t next = Group(text, end);
    if (next == kNone || At(text, next) != ':') break;
    end = next + 1;
  }
  if (groups == 7) {
    if (const std::size_t last = Group(text, end); last != kNone) return last;
  }
  // What follows a "::" after the first group is not taken with it.
  if (groups > 0 && At(text, end) == ':') return end + 1;
  if (text.substr(at).starts_with("fe80:%")) {
    const std::size_t zone = Run(text, at + 6, IsAlnum);
    if (zone > at + 6) return zone;
  }
  return kNone;
}

}  // namespace

std::size_t Ip(std::string_view text, std::size_t at, bool boundary) {
  if (const std::size_t end = Ipv6(text, at); end != kNone) return end;
  return boundary && IsDigit(At(text, at)) ? Ipv4(text, at) : kNone;
}

}  // namespace scan

namespace {

using scan::At;
using scan::kNone;
using scan::Run;

// Top-level domains that make dotted words a host name; sorted.
constexpr auto kTopLevel = [] {
  std::array names = std::to_array<std::string_view>(
      {"com", "net",  "org", "jp", "de",   "uk",  "fr",   "br",   "it",   "ru",     "es",
       "me",  "gov",  "pl",  "ca", "au",   "cn",  "co",   "in",   "nl",   "edu",    "info",
       "eu",  "ch",   "id",  "at", "kr",   "cz",  "mx",   "be",   "tv",   "se",     "tr",
       "tw",  "al",   "ua",  "ir", "vn",   "cl",  "sk",   "ly",   "cc",   "to",     "no",
       "fi",  "us",   "pt",  "dk", "ar",   "hu",  "tk",   "gr",   "il",   "news",   "ro",
       "my",  "biz",  "ie",  "za", "nz",   "sg",  "ee",   "th",   "io",   "xyz",    "pe",
       "bg",  "hk",   "rs",  "lt", "link", "ph",  "club", "si",   "site", "mobi",   "by",
       "cat", "wiki", "la",  "ga", "xxx",  "cf",  "hr",   "ng",   "jobs", "online", "kz",
       "ug",  "gq",   "ae",  "is", "lv",   "pro", "fm",   "tips", "ms",   "sa",     "app"});
  std::ranges::sort(names);
  return names;
}();

bool IsTopLevel(std::string_view word) {
  if (word.size() < 2 || word.size() > 6) return false;
  std::array<char, 6> lower{};
  std::size_t upper = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (!IsAlpha(word[i])) return false;
    upper += word[i] <= 'Z' ? 1u : 0u;
    lower[i] = static_cast<char>(word[i] | 0x20);
  }
  if (upper != 0 && upper != word.size()) return false;
  return std::ranges::binary_search(kTopLevel, std::string_view(lower.data(), word.size()));
}

constexpr auto kLocalPart = [] {
  std::array<bool, 256> set{};
  for (const char c : std::string_view(".!#$%&'*+/=?^_`{|}~-"))
    set[static_cast<unsigned char>(c)] = true;
  for (int c = 0; c < 128; ++c) {
    if (IsAlnum(static_cast<char>(c))) set[static_cast<std::size_t>(c)] = true;
  }
  return set;
}();

bool IsLocalPart(char c) { return kLocalPart[static_cast<unsigned char>(c)]; }
bool IsLabel(char c) { return IsAlnum(c) || c == '-'; }

// One text being read from left to right. Remembers how far fruitless look-aheads went, so that
// each byte is looked at a bounded number of times.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::string Run() {
    std::string out;
    out.reserve(text_.size());
    while (at_ < text_.size()) {
      end_ = kNone;
      if (const std::size_t end = Encoding(); end != kNone) {
        out += text_.substr(at_, end - at_);
        at_ = end;
        continue;
      }
      const std::string_view name = Find();
      if (name.empty()) {
        out += text_[at_++];
        continue;
      }
      out += '<';
      out += name;
      out += '>';
      at_ = end_;
    }
    return out;
  }

 private:
  bool Take(std::size_t end) {
    end_ = end;
    return end != kNone;
  }

  // utf-8 is a name, its number never varies.
  std::size_t Encoding() const {
    if ((text_[at_] | 0x20) != 'u' || !EqualsIgnoreCase(text_.substr(at_, 4), "utf-")) return kNone;
    const std::size_t end = scan::Run(text_, at_ + 4, IsDigit);
    const bool whole = end > at_ + 4 && AtWordBoundary(text_, at_) && AtWordBoundary(text_, end);
    return whole ? end : kNone;
  }

  // The name of what starts at at_, and end_; empty when nothing does. The order is part of the
  // format.
  std::string_view Find() {
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) >= 0x80 || c == ' ') return {};
    if (Take(Email())) return "email";
    const bool word = IsAlnum(c) || c == '_';
    const bool boundary = (word || c == '-') && AtWordBoundary(text_, at_);
    if (boundary) {
      if (Take(Url())) return "url";
      if (Take(Hostname())) return "hostname";
    }
    if ((c == ':' || IsHexDigit(c)) && Take(scan::Ip(text_, at_, boundary))) return "ip";
    if (boundary && IsHexDigit(c)) {
      if (Take(Uuid())) return "uuid";
      if (Take(HexRun(40))) return "sha1";
      if (Take(HexRun(32))) return "md5";
    }
    if (IsAlnum(c) && Take(scan::Date(text_, at_))) return "date";
    if (IsDigit(c)) {
      if (Take(Milliseconds(boundary)) || Take(Seconds())) return "duration";
      if (boundary && Take(Hexadecimal())) return "hex";
    }
    if (c == '-' || (boundary && IsDigit(c))) {
      if (Take(Float())) return "float";
      if (Take(Integer())) return "int";
    }
    if (at_ > 0 && text_[at_ - 1] == '=') {
      if ((c == '\'' || c == '"') && Take(Quoted())) return "quoted_str";
      for (const std::string_view value : {"True", "true", "False", "false"}) {
        if (text_.substr(at_).starts_with(value) && Take(at_ + value.size())) return "bool";
      }
    }
    return {};
  }

  std::size_t Email() {
    if (!IsLocalPart(text_[at_])) return kNone;
    if (at_ >= local_end_) local_end_ = scan::Run(text_, at_, IsLocalPart);
    if (At(text_, local_end_) != '@') return kNone;
    std::size_t end = scan::Run(text_, local_end_ + 1, IsLabel);
    if (end == local_end_ + 1) return kNone;
    while (At(text_, end) == '.' && IsLabel(At(text_, end + 1))) {
      end = scan::Run(text_, end + 1, IsLabel);
    }
    return end;
  }

  std::size_t Url() const {
    const std::string_view rest = text_.substr(at_);
    std::size_t at = kNone;
    for (const std::string_view scheme : {"ws://", "wss://", "http://", "https://", "ftp://"}) {
      if (rest.starts_with(scheme)) at = at_ + scheme.size();
    }
    if (at == kNone || at >= text_.size()) return kNone;
    const CodePoint first = Decode(text_, at);
    if (IsSpace(first.value) || std::string_view("/$.?#").find(text_[at]) != kNone) return kNone;
    at += first.bytes;
    if (at >= text_.size() || text_[at] == '\n') return kNone;
    at += Decode(text_, at).bytes;
    while (at < text_.size()) {
      const CodePoint c = Decode(text_, at);
      if (IsSpace(c.value)) break;
      at += c.bytes;
    }
    return at;
  }

  // Labels and dots up to the first top-level domain.
  std::size_t Hostname() {
    std::size_t label = at_;
    std::size_t first_dot = kNone;
    while (true) {
      // One more than a label may have is enough to see that it has too many.
      const std::size_t dot = scan::Run(text_.substr(0, label + 64), label, IsLabel);
      if (dot == label || dot > label + 63 || At(text_, dot) != '.') break;
      if (first_dot == kNone) {
        first_dot = dot;
        if (dot >= no_host_first_ && dot <= no_host_last_) return kNone;
      }
      const std::size_t word = scan::Run(text_.substr(0, dot + 8), dot + 1, IsAlpha);
      if (IsTopLevel(text_.substr(dot + 1, word - dot - 1)) && AtWordBoundary(text_, word)) {
        return word;
      }
      label = dot + 1;
      last_dot_ = dot;
    }
    if (first_dot != kNone) {
      no_host_first_ = first_dot;
      no_host_last_ = last_dot_;
    }
    return kNone;
  }

  std::size_t HexRun(std::size_t length) const {
    if (at_ + length > text_.size()) return kNone;
    for (std::size_t i = at_; i < at_ + length; ++i) {
      if (!IsHexDigit(text_[i])) return kNone;
    }
    return AtWordBoundary(text_, at_ + length) ? at_ + length : kNone;
  }

  std::size_t Uuid() const {
    if (At(text_, at_ + 8) != '-' || at_ + 36 > text_.size()) return kNone;
    for (std::size_t i = 0; i < 36; ++i) {
      const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? text_[at_ + i] != '-' : !IsHexDigit(text_[at_ + i])) return kNone;
    }
    return AtWordBoundary(text_, at_ + 36) ? at_ + 36 : kNone;
  }

  std::size_t Milliseconds(bool boundary) const {
    if (!boundary) return kNone;
    const std::size_t end = scan::Run(text_, at_, IsDigit);
    return At(text_, end) == 'm' && At(text_, end + 1) == 's' ? end + 2 : kNone;
  }

  // One digit, not all of them: so are the published hashes.
  std::size_t Seconds() const {
    std::size_t end = at_ + 1;
    if (At(text_, end) == '.') {
      const std::size_t fraction = scan::Run(text_, end + 1, IsDigit);
      if (fraction == end + 1) return kNone;
      end = fraction;
    }
    return At(text_, end) == 's' && AtWordBoundary(text_, end + 1) ? end + 1 : kNone;
  }

  std::size_t Hexadecimal() const {
    if (text_[at_] != '0' || (At(text_, at_ + 1) | 0x20) != 'x') return kNone;
    const std::size_t end = scan::Run(text_, at_ + 2, IsHexDigit);
    return end > at_ + 2 && AtWordBoundary(text_, end) ? end : kNone;
  }

  std::size_t Float() const {
    const std::size_t start = text_[at_] == '-' ? at_ + 1 : at_;
    const std::size_t dot = scan::Run(text_, start, IsDigit);
    if (dot == start || At(text_, dot) != '.') return kNone;
    const std::size_t end = scan::Run(text_, dot + 1, IsDigit);
    return end > dot + 1 && AtWordBoundary(text_, end) ? end : kNone;
  }

  std::size_t Integer() const {
    const std::size_t start = text_[at_] == '-' ? at_ + 1 : at_;
    const std::size_t end = scan::Run(text_, start, IsDigit);
    return end > start && AtWordBoundary(text_, end) ? end : kNone;
  }

  std::size_t Quoted() const {
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    return end == kNone || end == at_ + 1 ? kNone : end + 1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t end_ = kNone;
  std::size_t local_end_ = 0;  // end of the run of address characters around at_
  // Dots from the first to the last of these lead to no host name.
  std::size_t no_host_first_ = kNone;
  std::size_t no_host_last_ = 0;
  std::size_t last_dot_ = 0;
};

}  // namespace

std::string Parametrize(std::string_view text) { return Scanner(text).Run(); }

std::string NormalizeMessage(std::string_view message) {
  std::string kept;
  int count = 0;
  for (const std::string_view line : Lines(message, message.size() + 1)) {
    if (line.empty() || IsBlank(line)) continue;
    if (count == 1) kept += '\n';
    kept += line;
    if (++count == 2) break;
  }
  if (kept != message) kept += "...";
  return Parametrize(kept);
}

}  // namespace gatehouse::grouping
