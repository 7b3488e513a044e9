#include "platform/config/value.h"

#include <charconv>
#include <limits>
#include <optional>

#include "base/text.h"
#include "platform/config/errors.h"

namespace gatehouse::config {

namespace {

constexpr std::int64_t kNoMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kNoMax = std::numeric_limits<std::int64_t>::max();

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr Unit kUnits[] = {{'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}};

std::unexpected<Error> Invalid(std::string detail) {
  return Fail(Code::kInvalidArgument, kInvalidValue, std::move(detail));
}

std::optional<std::int64_t> ParseInt(std::string_view text) {
  std::int64_t value = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || ec != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::string Quoted(const OptionSpec& spec, std::string_view text) {
  if (spec.secret) return "the value";
  return "\"" + std::string(TruncateUtf8(text, 80)) + "\"";
}

}  // namespace

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kString:
      return "text";
    case Type::kInt:
      return "number";
    case Type::kBool:
      return "true or false";
    case Type::kDuration:
      return "duration";
    case Type::kStrings:
      return "list";
  }
  return "";
}

Result<std::chrono::seconds> ParseDuration(std::string_view text) {
  std::int64_t scale = 1;
  std::string_view digits = text;
  for (const Unit& unit : kUnits) {
    if (!text.empty() && text.back() == unit.letter) {
      scale = unit.seconds;
      digits.remove_suffix(1);
    }
  }
  std::optional<std::int64_t> count = ParseInt(digits);
  if (!count || *count < 0 || *count > kNoMax / 1'000'000 / scale) {
    return Invalid("not a duration such as 90s, 15m, 12h or 30d");
  }
  return std::chrono::seconds(*count * scale);
}

std::string FormatDuration(std::chrono::seconds value) {
  for (const Unit& unit : kUnits) {
    if (value.count() != 0 && value.count() % unit.seconds == 0) {
      return std::to_string(value.count() / unit.seconds) + unit.letter;
    }
  }
  return "0s";
}

Result<Value> ParseValue(const OptionSpec& spec, std::string_view text) {
  Value value;
  switch (spec.type) {
    case Type::kString:
      value = std::string(text);
      break;
    case Type::kInt: {
      std::optional<std::int64_t> number = ParseInt(text);
      if (!number) return Invalid(Quoted(spec, text) + " is not a whole number");
      value = *number;
      break;
    }
    case Type::kBool:
      if (text != "true" && text != "false") {
        return Invalid(Quoted(spec, text) + " is neither true nor false");
      }
      value = text == "true";
      break;
    case Type::kDuration: {
      GH_TRY(std::chrono::seconds seconds, ParseDuration(text));
      value = seconds;
      break;
    }
    case Type::kStrings: {
      std::vector<std::string> list;
      if (!text.empty()) {
        for (std::string_view part : Split(text, ',')) list.emplace_back(Trim(part));
      }
      value = std::move(list);
      break;
    }
  }
  GH_TRY_VOID(CheckBounds(spec, value));
  return value;
}

Result<void> CheckBounds(const OptionSpec& spec, const Value& value) {
  std::int64_t measure = 0;
  switch (spec.type) {
    case Type::kString: {
      const auto& text = std::get<std::string>(value);
      if (text.find('\0') != std::string::npos || !IsValidUtf8(text)) {
        return Invalid("is not UTF-8 text");
      }
      if (!spec.choices.empty()) {
        for (std::string_view choice : Split(spec.choices, '|')) {
          if (text == choice) return {};
        }
        return Invalid(Quoted(spec, text) + " is not one of " + BoundsText(spec));
      }
      measure = static_cast<std::int64_t>(text.size());
      break;
    }
    case Type::kInt:
      measure = std::get<std::int64_t>(value);
      break;
    case Type::kBool:
      return {};
    case Type::kDuration:
      measure = std::get<std::chrono::seconds>(value).count();
      break;
    case Type::kStrings:
      for (const std::string& item : std::get<std::vector<std::string>>(value)) {
        if (item.empty()) return Invalid("has an empty entry");
        if (item.find('\0') != std::string::npos || !IsValidUtf8(item)) {
          return Invalid("has an entry that is not UTF-8 text");
        }
      }
      measure = static_cast<std::int64_t>(std::get<std::vector<std::string>>(value).size());
      break;
  }
  if (measure < spec.min || measure > spec.max) return Invalid("must be " + BoundsText(spec));
  return {};
}

std::string BoundsText(const OptionSpec& spec) {
  if (!spec.choices.empty()) {
    std::vector<std::string_view> choices = Split(spec.choices, '|');
    std::string text;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
      text += choices[i];
    }
    return text;
  }
  auto show = [&](std::int64_t bound) {
    return spec.type == Type::kDuration ? FormatDuration(std::chrono::seconds(bound))
                                        : std::to_string(bound);
  };
  std::string text;
  if (spec.min != kNoMin && spec.max != kNoMax) {
    text = show(spec.min) + " to " + show(spec.max);
  } else if (spec.min != kNoMin) {
    text = "at least " + show(spec.min);
  } else if (spec.max != kNoMax) {
    text = "at most " + show(spec.max);
  }
  if (!text.empty() && spec.type == Type::kString) text += " bytes";
  if (!text.empty() && spec.type == Type::kStrings) text += " entries";
  return text;
}

}  // namespace gatehouse::config
