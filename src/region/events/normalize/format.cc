// Puts parameters into a message: printf style if it has a percent sign, else curly braces.

#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

// Widths and parameters come from a client: what grows beyond this is left unformatted.
constexpr std::size_t kMaxFormatted = 64 * 1024;

class Arguments {
 public:
  explicit Arguments(const json::Value& params)
      : list_(params.if_array()), map_(params.if_object()) {}

  const json::Value* Next() { return At(next_++); }
  const json::Value* At(std::size_t index) const {
    return list_ != nullptr && index < list_->size() ? &(*list_)[index] : nullptr;
  }
  const json::Value* Named(std::string_view name) const {
    if (map_ != nullptr) return map_->if_contains(name);
    std::size_t index = 0;
    auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (ec != std::errc() || end != name.data() + name.size()) return nullptr;
    return At(index);
  }

 private:
  const json::Array* list_;
  const json::Object* map_;
  std::size_t next_ = 0;
};

std::string PlainArgument(const json::Value& value) {
  if (value.is_string()) return std::string(Text(value));
  return json::Serialize(value);
}

std::string Fixed(double number, std::size_t digits) {
  char buffer[400];
  auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed,
                                 static_cast<int>(digits));
  return ec == std::errc() ? std::string(buffer, end) : std::string();
}

std::string Based(const json::Value& value, int base, bool upper) {
  char buffer[72];
  std::to_chars_result result{};
  if (auto number = Integer(value)) {
    result = std::to_chars(buffer, buffer + sizeof buffer, *number, base);
  } else if (auto large = Unsigned(value)) {
    result = std::to_chars(buffer, buffer + sizeof buffer, *large, base);
  } else {
    return PlainArgument(value);
  }
  std::string text(buffer, result.ptr);
  if (upper) {
    for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return text;
}

// A number with at most three digits; false if it is longer.
bool ReadSmall(std::string_view text, std::size_t& i, std::size_t& number) {
  std::size_t start = i;
  number = 0;
  while (i < text.size() && IsDigit(text[i])) {
    number = number * 10 + static_cast<std::size_t>(text[i++] - '0');
    if (i - start > 3) return false;
  }
  return true;
}

std::optional<std::string> Printf(std::string_view format, Arguments arguments) {
  std::string out;
  for (std::size_t i = 0; i < format.size();) {
    if (format[i] != '%') {
      out += format[i++];
      continue;
    }
    if (++i >= format.size()) return std::nullopt;
    if (format[i] == '%') {
      out += '%';
      ++i;
      continue;
    }
    const json::Value* value = nullptr;
    bool named = format[i] == '(';
    if (named) {
      std::size_t close = format.find(')', i);
      if (close == format.npos) return std::nullopt;
      value = arguments.Named(format.substr(i + 1, close - i - 1));
      i = close + 1;
    }
    bool left = false;
    bool zero = false;
    bool plus = false;
    for (; i < format.size() && std::string_view("-+ #0").find(format[i]) != format.npos; ++i) {
      left = left || format[i] == '-';
      zero = zero || format[i] == '0';
      plus = plus || format[i] == '+';
    }
    std::size_t width = 0;
    std::size_t precision = 6;
    bool precise = false;
    if (!ReadSmall(format, i, width)) return std::nullopt;
    if (i < format.size() && format[i] == '.') {
      precise = true;
      if (!ReadSmall(format, ++i, precision)) return std::nullopt;
    }
    while (i < format.size() && std::string_view("hlLqjzt").find(format[i]) != format.npos) ++i;
    if (i >= format.size()) return std::nullopt;
    char conversion = format[i++];
    if (!named) value = arguments.Next();
    if (value == nullptr) return std::nullopt;
    std::string text;
    switch (conversion) {
      case 's':
      case 'r':
      case 'a':
      case '@':
        text = PlainArgument(*value);
        if (precise) text.resize(BytesOfChars(text, precision));
        break;
      case 'c':
      case 'p':
        text = PlainArgument(*value);
        break;
      case 'd':
      case 'i':
      case 'u':
        text = value->is_double() && std::fabs(value->get_double()) < 9e18
                   ? std::to_string(static_cast<std::int64_t>(value->get_double()))
                   : PlainArgument(*value);
        break;
      case 'x':
      case 'X':
        text = Based(*value, 16, conversion == 'X');
        break;
      case 'o':
        text = Based(*value, 8, false);
        break;
      case 'b':
        text = Based(*value, 2, false);
        break;
      case 'f':
      case 'F':
      case 'e':
      case 'E':
      case 'g':
      case 'G': {
        auto number = Number(*value);
        text = number && (conversion == 'f' || conversion == 'F' || precise)
                   ? Fixed(*number, std::min<std::size_t>(precision, 60))
                   : PlainArgument(*value);
        break;
      }
      default:
        return std::nullopt;
    }
    if (plus && Number(*value) && !text.starts_with('-')) text.insert(0, 1, '+');
    std::size_t chars = CountChars(text);
    if (chars < width) {
      if (left) {
        text.append(width - chars, ' ');
      } else {
        std::size_t sign = zero && (text.starts_with('-') || text.starts_with('+')) ? 1 : 0;
        text.insert(sign, width - chars, zero ? '0' : ' ');
      }
    }
    out += text;
    if (out.size() > kMaxFormatted) return std::nullopt;
  }
  return out;
}

std::optional<std::string> Curly(std::string_view format, Arguments arguments) {
  std::string out;
  for (std::size_t i = 0; i < format.size();) {
    char c = format[i];
    if (c == '}') {
      if (format.substr(i, 2) != "}}") return std::nullopt;
      out += '}';
      i += 2;
      continue;
    }
    if (c != '{') {
      out += c;
      ++i;
      continue;
    }
    if (format.substr(i, 2) == "{{") {
      out += '{';
      i += 2;
      continue;
    }
    std::size_t close = format.find('}', i);
    if (close == format.npos) return std::nullopt;
    std::string_view field = format.substr(i + 1, close - i - 1);
    field = field.substr(0, field.find_first_of(":!"));
    const json::Value* value = field.empty() ? arguments.Next() : arguments.Named(field);
    if (value == nullptr) return std::nullopt;
    out += PlainArgument(*value);
    if (out.size() > kMaxFormatted) return std::nullopt;
    i = close + 1;
  }
  return out;
}

}  // namespace

std::optional<std::string> FormatMessage(std::string_view message, const json::Value& params) {
  if (message.size() > kMaxFormatted) return std::nullopt;
  if (message.find('%') != message.npos) return Printf(message, Arguments(params));
  if (message.find('{') != message.npos) return Curly(message, Arguments(params));
  return std::nullopt;
}

}  // namespace gatehouse::events
