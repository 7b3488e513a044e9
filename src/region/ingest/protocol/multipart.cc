#include "region/ingest/protocol/multipart.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "platform/http/form.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

// The value of `parameter` in "type; a=b; c=\"d\\\"e\"".
std::optional<std::string> Parameter(std::string_view header, std::string_view parameter) {
  std::size_t at = header.find(';');
  while (at != std::string_view::npos && at < header.size()) {
    ++at;
    while (at < header.size() && (header[at] == ' ' || header[at] == '\t')) ++at;
    std::size_t equals = header.find_first_of("=;", at);
    if (equals == std::string_view::npos) return std::nullopt;
    if (header[equals] == ';') {
      at = equals;
      continue;
    }
    std::string_view name = Trim(header.substr(at, equals - at));
    std::string value;
    at = equals + 1;
    if (at < header.size() && header[at] == '"') {
      for (++at; at < header.size() && header[at] != '"'; ++at) {
        // A backslash escapes a quote alone: Windows clients send whole paths.
        if (header[at] == '\\' && at + 1 < header.size() && header[at + 1] == '"') ++at;
        value += header[at];
      }
      if (at == header.size()) return std::nullopt;
      at = header.find(';', at);
    } else {
      std::size_t end = header.find(';', at);
      value = Trim(header.substr(at, end == std::string_view::npos ? end : end - at));
      at = end;
    }
    if (EqualsIgnoreCase(name, parameter)) return value;
  }
  return std::nullopt;
}

// RFC 8187: UTF-8''percent%20encoded.
std::optional<std::string> ExtendedValue(std::string_view text) {
  if (!EqualsIgnoreCase(text.substr(0, 6), "utf-8'")) return std::nullopt;
  std::size_t quote = text.find('\'', 6);
  if (quote == std::string_view::npos) return std::nullopt;
  return http::PercentDecode(text.substr(quote + 1), false);
}

Result<Part> ParseHead(std::string_view head) {
  Part part;
  bool named = false;
  while (!head.empty()) {
    std::size_t end = head.find("\r\n");
    std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Reject(kInvalidMultipart, "header");
    std::string_view name = Trim(line.substr(0, colon));
    std::string_view value = Trim(line.substr(colon + 1));
    if (EqualsIgnoreCase(name, "content-type")) {
      part.content_type = Printable(value, 256);
    } else if (EqualsIgnoreCase(name, "content-disposition")) {
      auto field = Parameter(value, "name");
      if (!field) return Reject(kInvalidMultipart, "no name");
      part.name = std::move(*field);
      named = true;
      part.filename = Parameter(value, "filename");
      if (auto extended = Parameter(value, "filename*")) {
        if (auto decoded = ExtendedValue(*extended)) part.filename = std::move(*decoded);
      }
    }
  }
  if (!named) return Reject(kInvalidMultipart, "no disposition");
  return part;
}

}  // namespace

std::string BoundaryOf(std::string_view content_type) {
  if (!EqualsIgnoreCase(Trim(content_type).substr(0, 10), "multipart/")) return {};
  auto boundary = Parameter(content_type, "boundary");
  // RFC 2046 §5.1.1: 1 to 70 characters; some clients use a few more.
  if (!boundary || boundary->size() > 200) return {};
  return std::move(*boundary);
}

Result<std::vector<Part>> ParseMultipart(std::string_view body, std::string_view boundary,
                                         MultipartLimits limits) {
  if (boundary.empty()) return Reject(kInvalidMultipart, "no boundary");
  std::string delimiter = "\r\n--" + std::string(boundary);
  std::string_view first = std::string_view(delimiter).substr(2);
  if (body.starts_with(first)) {
    body.remove_prefix(first.size());
  } else {
    std::size_t at = body.find(delimiter);
    if (at == std::string_view::npos) return Reject(kInvalidMultipart, "no delimiter");
    body.remove_prefix(at + delimiter.size());
  }
  std::vector<Part> parts;
  while (true) {
    // After a delimiter: the end, or blanks and a line end.
    if (body.starts_with("--")) return parts;
    std::size_t blanks = body.find_first_not_of(" \t");
    if (blanks == std::string_view::npos) return Reject(kInvalidMultipart, "cut off");
    body.remove_prefix(blanks);
    if (!body.starts_with("\r\n")) return Reject(kInvalidMultipart, "delimiter");
    body.remove_prefix(2);
    if (parts.size() == limits.parts) return Reject(kInvalidMultipart, "too many parts");

    std::size_t head_end = body.substr(0, limits.header_bytes + 4).find("\r\n\r\n");
    if (head_end == std::string_view::npos) return Reject(kInvalidMultipart, "head");
    GH_TRY(Part part, ParseHead(body.substr(0, head_end)));
    // The line end of an empty body is also that of the delimiter.
    body.remove_prefix(head_end + 2);
    std::size_t end = body.find(delimiter);
    if (end == std::string_view::npos) return Reject(kInvalidMultipart, "cut off");
    part.data = end < 2 ? std::string_view() : body.substr(2, end - 2);
    body.remove_prefix(end + delimiter.size());
    parts.push_back(std::move(part));
  }
}

std::string CleanFileName(std::string_view name) {
  std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string out = Printable(Trim(name), 255);
  std::erase_if(out, [](char c) { return c == '"' || c == '?' || c == '*' || c == ':'; });
  while (!out.empty() && (out.back() == '.' || out.back() == ' ')) out.pop_back();
  std::string stem = AsciiLower(std::string_view(out).substr(0, out.find('.')));
  constexpr std::array<std::string_view, 4> kDevices = {"con", "prn", "aux", "nul"};
  bool device = std::ranges::find(kDevices, stem) != kDevices.end() ||
                (stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) &&
                 stem[3] >= '0' && stem[3] <= '9');
  if (out.empty() || device) return "file";
  return out;
}

}  // namespace gatehouse::ingest
