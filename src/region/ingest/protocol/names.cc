#include "region/ingest/protocol/names.h"

#include "base/text.h"

namespace gatehouse::ingest {
namespace {

std::size_t Characters(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1u : 0u;
  return count;
}

}  // namespace

bool IsValidRelease(std::string_view release) {
  if (release.empty() || Characters(release) > 200) return false;
  if (release.find_first_of("\r\n\f\t/\\") != std::string_view::npos) return false;
  return release != "." && release != ".." && !EqualsIgnoreCase(release, "latest");
}

bool IsValidEnvironment(std::string_view environment) {
  if (environment.empty() || Characters(environment) > 64) return false;
  if (environment.find_first_of("\r\n\f/") != std::string_view::npos) return false;
  return !EqualsIgnoreCase(environment, "none");
}

std::string MonitorSlug(std::string_view text) {
  std::string out = AsciiLower(Trim(text));
  for (char& c : out) {
    bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!keep) c = '-';
  }
  std::size_t begin = out.find_first_not_of('-');
  if (begin == std::string::npos) return {};
  out = out.substr(begin, 50);
  out.resize(out.find_last_not_of('-') + 1);
  return out;
}

}  // namespace gatehouse::ingest
