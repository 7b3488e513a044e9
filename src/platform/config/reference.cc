// What people read about the options, generated from the table.

#include <string>

#include "base/text.h"
#include "platform/config/config.h"
#include "platform/config/value.h"

namespace gatehouse::config {

namespace {

std::string Code(std::string_view text) {
  return text.empty() ? std::string() : "`" + std::string(text) + "`";
}

std::string Cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string TomlText(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string TomlValue(Type type, std::string_view text) {
  switch (type) {
    case Type::kInt:
    case Type::kBool:
      return std::string(text);
    case Type::kString:
    case Type::kDuration:
      return TomlText(text);
    case Type::kStrings: {
      std::vector<std::string> items;
      if (!text.empty()) {
        for (std::string_view item : Split(text, ',')) items.push_back(TomlText(Trim(item)));
      }
      return "[" + Join(items, ", ") + "]";
    }
  }
  return {};
}

}  // namespace

std::string DescribeMarkdown(std::span<const OptionSpec> table) {
  std::string out = "| option | type | default | what it does |\n|---|---|---|---|\n";
  for (const OptionSpec& spec : table) {
    std::string type(TypeName(spec.type));
    if (std::string bounds = BoundsText(spec); !bounds.empty()) type += ", " + bounds;
    std::string text(spec.sentence);
    if (!spec.example.empty()) text += " Example: " + Code(spec.example) + ".";
    if (spec.secret) {
      text += " Secret: not accepted as a flag; " + Code(std::string(spec.name) + "_file") +
              " names a file that holds it.";
    }
    if (!spec.restart) text += " Takes effect without a restart.";
    out += "| " + Code(spec.name) + " | " + Cell(type) + " | " + Cell(Code(spec.default_text)) +
           " | " + Cell(text) + " |\n";
  }
  return out;
}

std::string ExampleToml(std::span<const OptionSpec> table) {
  std::string out;
  for (const OptionSpec& spec : table) {
    if (!out.empty()) out += "\n";
    out += "# " + std::string(spec.sentence) + "\n";
    if (std::string bounds = BoundsText(spec); !bounds.empty()) {
      out += "# (" + std::string(TypeName(spec.type)) + ", " + bounds + ")\n";
    }
    if (spec.secret) {
      out += "#" + std::string(spec.name) + "_file = " + TomlText(spec.example) + "\n";
    } else {
      out += "#" + std::string(spec.name) + " = " + TomlValue(spec.type, spec.default_text) + "\n";
    }
  }
  return out;
}

}  // namespace gatehouse::config
