#include "platform/json/lenient.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "platform/json/builder.h"
#include "platform/json/lenient_check.h"
#include "platform/json/reasons.h"

namespace gatehouse::json {
namespace {

namespace bj = boost::json;
using bj::error_code;

class LenientBuilder : public Unbounded {
 public:
  explicit LenientBuilder(const Storage& storage) : stack_({}, buffer_, sizeof buffer_) {
    stack_.reset(storage);
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t n, error_code&) {
    stack_.push_object(n);
    return true;
  }
  bool on_key_part(bj::string_view s, std::size_t, error_code&) {
    stack_.push_chars(s);
    return true;
  }
  bool on_key(bj::string_view s, std::size_t, error_code&) {
    stack_.push_key(s);
    return true;
  }
  bool on_string_part(bj::string_view s, std::size_t, error_code&) {
    stack_.push_chars(s);
    return true;
  }
  bool on_string(bj::string_view s, std::size_t, error_code&) {
    stack_.push_string(s);
    return true;
  }
  bool on_number_part(bj::string_view s, error_code&) {
    number_.append(s.data(), s.size());
    return true;
  }
  bool on_int64(std::int64_t i, bj::string_view, error_code&) {
    number_.clear();
    stack_.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, bj::string_view, error_code&) {
    number_.clear();
    stack_.push_uint64(u);
    return true;
  }
  bool on_double(double d, bj::string_view s, error_code&) {
    // Boost's conversion may be off in the last digit and turns 1e400 into infinity.
    number_.append(s.data(), s.size());
    double exact = 0;
    auto [end, err] = std::from_chars(number_.data(), number_.data() + number_.size(), exact);
    number_.clear();
    if (err == std::errc()) {
      stack_.push_double(exact);
    } else if (std::isfinite(d) && std::fabs(d) <= 1) {
      stack_.push_double(d);  // too small: zero or the nearest denormal
    } else {
      stack_.push_null();
    }
    return true;
  }
  bool on_bool(bool b, error_code&) {
    stack_.push_bool(b);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(bj::string_view, error_code&) { return true; }
  bool on_comment(bj::string_view, error_code&) { return true; }

  Value Take() { return stack_.release(); }

 private:
  unsigned char buffer_[4096];  // of the stack's first growth
  bj::value_stack stack_;
  std::string number_;
};

// Takes everything and keeps nothing.
struct NoBuilder : Unbounded {
  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t, error_code&) { return true; }
  bool on_key_part(bj::string_view, std::size_t, error_code&) { return true; }
  bool on_key(bj::string_view, std::size_t, error_code&) { return true; }
  bool on_string_part(bj::string_view, std::size_t, error_code&) { return true; }
  bool on_string(bj::string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(bj::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, bj::string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, bj::string_view, error_code&) { return true; }
  bool on_double(double, bj::string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(bj::string_view, error_code&) { return true; }
  bool on_comment(bj::string_view, error_code&) { return true; }
};

template <class Parser>
Result<void> Feed(Parser& parser, std::string_view text) {
  error_code ec;
  std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (ec == bj::error::too_deep) return Fail(Code::kInvalidArgument, kDepth);
  if (ec) return Fail(Code::kInvalidArgument, kInvalid, ec.message());
  if (used != text.size()) return Fail(Code::kInvalidArgument, kInvalid, "text after the value");
  return {};
}

Result<Value> ParseOnce(std::string_view text, const LenientOptions& options) {
  bj::parse_options parse;
  parse.max_depth = options.max_depth;
  try {
    bj::basic_parser<LenientBuilder> parser(parse, options.storage);
    GH_TRY_VOID(Feed(parser, text));
    return parser.handler().Take();
  } catch (const std::length_error&) {
    return Fail(Code::kInvalidArgument, kTooLarge);
  }
}

Result<void> CheckOnce(std::string_view text, const LenientOptions& options) {
  bj::parse_options parse;
  parse.max_depth = options.max_depth;
  bj::basic_parser<NoBuilder> parser(parse);
  return Feed(parser, text);
}

// The value of the four hex digits at `at`, or -1.
int HexQuad(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  unsigned value = 0;
  auto [end, ec] = std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
  return ec == std::errc() && end == text.data() + at + 4 ? static_cast<int>(value) : -1;
}

bool IsHigh(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLow(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// The text with lone surrogate escapes replaced and, if allowed, non-finite words made null. Does
// not judge anything else: the parser does.
std::string Repair(std::string_view text, bool allow_non_finite) {
  std::string out;
  out.reserve(text.size() + 16);
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    char c = text[i];
    if (!in_string) {
      if (allow_non_finite && (c == 'N' || c == 'I' || c == '-')) {
        std::string_view rest = text.substr(i);
        std::size_t length = rest.starts_with("NaN")         ? 3
                             : rest.starts_with("Infinity")  ? 8
                             : rest.starts_with("-Infinity") ? 9
                                                             : 0;
        if (length > 0) {
          out += "null";
          i += length;
          continue;
        }
      }
      in_string = c == '"';
      out += c;
      ++i;
      continue;
    }
    if (c == '"') in_string = false;
    if (c != '\\' || i + 1 >= text.size()) {
      out += c;
      ++i;
      continue;
    }
    int unit = text[i + 1] == 'u' ? HexQuad(text, i + 2) : -1;
    if (unit < 0) {
      out.append(text, i, 2);
      i += 2;
      continue;
    }
    if (IsHigh(unit) && text.substr(i + 6, 2) == "\\u" && IsLow(HexQuad(text, i + 8))) {
      out.append(text, i, 12);
      i += 12;
      continue;
    }
    if (IsHigh(unit) || IsLow(unit)) {
      out += "\\ufffd";
    } else {
      out.append(text, i, 6);
    }
    i += 6;
  }
  return out;
}

}  // namespace

Result<Value> ParseLenient(std::string_view text, const LenientOptions& options) {
  if (text.size() > options.max_bytes) return Fail(Code::kInvalidArgument, kTooLarge);
  auto value = ParseOnce(text, options);
  if (value || !value.error().Is(kInvalid)) return value;
  std::string repaired = Repair(text, options.allow_non_finite);
  if (repaired == text) return value;
  return ParseOnce(repaired, options);
}

Result<void> CheckLenient(std::string_view text, const LenientOptions& options) {
  if (text.size() > options.max_bytes) return Fail(Code::kInvalidArgument, kTooLarge);
  auto checked = CheckOnce(text, options);
  if (checked || !checked.error().Is(kInvalid)) return checked;
  std::string repaired = Repair(text, options.allow_non_finite);
  if (repaired == text) return checked;
  return CheckOnce(repaired, options);
}

}  // namespace gatehouse::json
