#include "platform/json/json.h"

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/json/builder.h"
#include "platform/json/reasons.h"

namespace gatehouse::json {
namespace {

namespace bj = boost::json;
using bj::error_code;

// Builds the value from the parser's events. Boost's own builder keeps the last of two equal keys;
// this one refuses them.
class StrictBuilder : public Unbounded {
 public:
  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }

  bool on_array_begin(error_code&) {
    open_.emplace_back().value = bj::array();
    return true;
  }
  bool on_array_end(std::size_t, error_code& ec) { return Close(ec); }
  bool on_object_begin(error_code&) {
    open_.emplace_back().value = bj::object();
    return true;
  }
  bool on_object_end(std::size_t, error_code& ec) { return Close(ec); }

  bool on_key_part(bj::string_view s, std::size_t, error_code&) {
    text_.append(s.data(), s.size());
    return true;
  }
  bool on_key(bj::string_view s, std::size_t, error_code& ec) {
    text_.append(s.data(), s.size());
    Frame& frame = open_.back();
    if (frame.value.get_object().contains(text_)) {
      duplicate_ = true;
      return Refuse(ec);
    }
    frame.key.swap(text_);
    text_.clear();
    return true;
  }

  bool on_string_part(bj::string_view s, std::size_t, error_code&) {
    text_.append(s.data(), s.size());
    return true;
  }
  bool on_string(bj::string_view s, std::size_t, error_code&) {
    text_.append(s.data(), s.size());
    Put(bj::string(text_));
    text_.clear();
    return true;
  }

  bool on_number_part(bj::string_view s, error_code&) {
    text_.append(s.data(), s.size());
    return true;
  }
  bool on_int64(std::int64_t i, bj::string_view, error_code&) {
    text_.clear();
    Put(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, bj::string_view, error_code&) {
    text_.clear();
    Put(u);
    return true;
  }
  bool on_double(double d, bj::string_view s, error_code& ec) {
    // Boost's conversion may be off in the last digit and turns 1e400 into infinity.
    text_.append(s.data(), s.size());
    double exact = 0;
    auto [end, err] = std::from_chars(text_.data(), text_.data() + text_.size(), exact);
    text_.clear();
    if (err == std::errc()) {
      d = exact;
    } else if (!std::isfinite(d) || std::fabs(d) > 1) {
      return Refuse(ec);  // too large; too small becomes zero or the nearest denormal
    }
    Put(d);
    return true;
  }

  bool on_bool(bool b, error_code&) {
    Put(b);
    return true;
  }
  bool on_null(error_code&) {
    Put(nullptr);
    return true;
  }
  bool on_comment_part(bj::string_view, error_code&) { return true; }
  bool on_comment(bj::string_view, error_code&) { return true; }

  bool duplicate() const { return duplicate_; }
  bj::value Take() { return std::move(root_); }

 private:
  struct Frame {
    bj::value value;
    std::string key;  // of the member that is being read
  };

  static bool Refuse(error_code& ec) {
    ec = bj::error::syntax;
    return false;
  }

  void Put(bj::value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Frame& frame = open_.back(); frame.value.is_object()) {
      frame.value.get_object().emplace(frame.key, std::move(value));
    } else {
      frame.value.get_array().push_back(std::move(value));
    }
  }

  bool Close(error_code&) {
    bj::value done = std::move(open_.back().value);
    open_.pop_back();
    Put(std::move(done));
    return true;
  }

  std::vector<Frame> open_;
  std::string text_;  // parts of the current key, string or number
  bj::value root_;
  bool duplicate_ = false;
};

// How a character is written in a string: 0 as it is, 'u' by its number.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (std::size_t i = 0; i < 0x20; ++i) escapes[i] = 'u';
  escapes['\b'] = 'b';
  escapes['\t'] = 't';
  escapes['\n'] = 'n';
  escapes['\f'] = 'f';
  escapes['\r'] = 'r';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

// In one go and at the end of one string, for about a third of the time of Boost's serializer,
// which writes numbers as "4.15E1". Recursive: values are as deep as parsers let them be.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void Write(const Value& value) {
    switch (value.kind()) {
      case bj::kind::null:
        out_ += "null";
        return;
      case bj::kind::bool_:
        out_ += value.get_bool() ? "true" : "false";
        return;
      case bj::kind::int64:
        return Number(value.get_int64());
      case bj::kind::uint64:
        return Number(value.get_uint64());
      case bj::kind::double_:
        return Double(value.get_double());
      case bj::kind::string:
        return Text({value.get_string().data(), value.get_string().size()});
      case bj::kind::array: {
        char before = '[';
        for (const Value& item : value.get_array()) {
          out_ += before;
          before = ',';
          Write(item);
        }
        out_ += before == '[' ? "[]" : "]";
        return;
      }
      case bj::kind::object:
        return Write(value.get_object());
    }
  }

  void Write(const Object& object) {
    char before = '{';
    for (const auto& entry : object) {
      out_ += before;
      before = ',';
      Text({entry.key().data(), entry.key().size()});
      out_ += ':';
      Write(entry.value());
    }
    out_ += before == '{' ? "{}" : "}";
  }

 private:
  template <class T>
  void Number(T number) {
    char buffer[24];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
    out_.append(buffer, end);
  }

  // The shortest text that reads as the same number, and as no integer: "41.5", "120.0", "1e+30".
  void Double(double number) {
    if (!std::isfinite(number)) {
      // JSON has no word for them.
      out_ += std::isnan(number) ? "null" : number < 0 ? "-1e99999" : "1e99999";
      return;
    }
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
    const std::string_view text(buffer, end);
    out_ += text;
    if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
  }

  void Text(std::string_view text) {
    out_ += '"';
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char escape = kEscapes[static_cast<unsigned char>(text[i])];
      if (escape == 0) continue;
      out_.append(text, from, i - from);
      from = i + 1;
      out_ += '\\';
      out_ += escape;
      if (escape != 'u') continue;
      constexpr std::string_view kDigits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(text[i]);
      out_ += "00";
      out_ += kDigits[byte >> 4];
      out_ += kDigits[byte & 15];
    }
    out_.append(text, from);
    out_ += '"';
  }

  std::string& out_;
};

}  // namespace

Result<Value> Parse(std::string_view text, Limits limits) {
  if (text.size() > limits.max_bytes) return Fail(Code::kInvalidArgument, kTooLarge);
  bj::parse_options options;
  options.max_depth = limits.max_depth;
  try {
    bj::basic_parser<StrictBuilder> parser(options);
    error_code ec;
    std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
    if (parser.handler().duplicate()) return Fail(Code::kInvalidArgument, kDuplicateKey);
    if (ec == bj::error::too_deep) return Fail(Code::kInvalidArgument, kDepth);
    if (ec) return Fail(Code::kInvalidArgument, kInvalid, ec.message());
    if (used != text.size()) return Fail(Code::kInvalidArgument, kInvalid, "text after the value");
    return parser.handler().Take();
  } catch (const std::length_error&) {
    return Fail(Code::kInvalidArgument, kTooLarge);
  }
}

Result<Object> ParseObject(std::string_view text, Limits limits) {
  GH_TRY(Value value, Parse(text, limits));
  if (!value.is_object()) return Fail(Code::kInvalidArgument, kInvalid, "not an object");
  return std::move(value.get_object());
}

std::string Serialize(const Value& value) {
  std::string out;
  Writer(out).Write(value);
  return out;
}

std::string Serialize(const Object& value) {
  std::string out;
  out.reserve(512);
  Writer(out).Write(value);
  return out;
}

std::optional<std::string_view> GetString(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const bj::string& text = value->get_string();
  return std::string_view(text.data(), text.size());
}

std::optional<std::int64_t> GetInt(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  // Values built in code may hold a small unsigned number; the parser makes only large ones.
  if (value->is_uint64() && std::in_range<std::int64_t>(value->get_uint64())) {
    return static_cast<std::int64_t>(value->get_uint64());
  }
  return std::nullopt;
}

std::optional<double> GetNumber(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_double()) return value->get_double();
  if (value->is_int64()) return static_cast<double>(value->get_int64());
  if (value->is_uint64()) return static_cast<double>(value->get_uint64());
  return std::nullopt;
}

std::optional<bool> GetBool(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

const Object* GetObject(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const Array* GetArray(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

}  // namespace gatehouse::json
