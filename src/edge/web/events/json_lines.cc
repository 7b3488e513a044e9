#include "edge/web/events/json_lines.h"

#include <cstddef>

#include "base/text.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxLines = 3000;
constexpr std::size_t kMaxLine = 2000;

class Writer {
 public:
  explicit Writer(JsonLines& out) : out_(out) {}

  void Write(const json::Value& value, std::string lead, std::size_t depth, std::string_view tail) {
    if (out_.cut) return;
    if (const json::Object* object = value.if_object(); object != nullptr && !object->empty()) {
      Line(depth, lead + "{");
      std::size_t left = object->size();
      for (const auto& [key, member] : *object) {
        Write(member, json::Serialize(json::Value(key)) + ": ", depth + 1, --left > 0 ? "," : "");
      }
      Line(depth, "}" + std::string(tail));
    } else if (const json::Array* array = value.if_array(); array != nullptr && !array->empty()) {
      Line(depth, lead + "[");
      std::size_t left = array->size();
      for (const json::Value& element : *array)
        Write(element, "", depth + 1, --left > 0 ? "," : "");
      Line(depth, "]" + std::string(tail));
    } else {
      Line(depth, lead + json::Serialize(value) + std::string(tail));
    }
  }

 private:
  void Line(std::size_t depth, const std::string& text) {
    if (out_.lines.size() == kMaxLines) {
      out_.cut = true;
      return;
    }
    std::string line(2 * depth, ' ');
    line += TruncateUtf8(text, kMaxLine);
    if (text.size() > kMaxLine) line += " …";
    out_.lines.push_back(std::move(line));
  }

  JsonLines& out_;
};

}  // namespace

JsonLines LinesOf(const json::Value& value) {
  JsonLines out;
  Writer(out).Write(value, "", 0, "");
  return out;
}

}  // namespace gatehouse::web
