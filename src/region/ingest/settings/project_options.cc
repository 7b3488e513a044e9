#include "region/ingest/settings/project_options.h"

#include <algorithm>

#include "region/events/grouping/fingerprint.h"
#include "region/events/grouping/rules.h"
#include "region/ingest/settings/errors.h"
#include "region/ingest/settings/settings.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxRulesBytes = 64 * 1024;
constexpr std::size_t kMaxDomains = 1'000;
constexpr std::size_t kMaxDomain = 1'000;
constexpr std::int64_t kMaxResolveAge = 24 * 365;

std::unexpected<Error> InvalidOption(std::string_view name) {
  return Fail(Code::kInvalidArgument, kIntakeSettingsInvalid, std::string(name));
}

Result<void> Check(std::string_view name, const json::Value& value) {
  if (value.is_null()) return {};
  if (name == "filters") {
    if (!value.is_object()) return InvalidOption(name);
    return CheckFilters(value.get_object());
  }
  if (name == "scrubbing") {
    if (!value.is_object()) return InvalidOption(name);
    return CheckScrubbing(value.get_object());
  }
  if (name == "grouping.stack_rules" || name == "grouping.fingerprint_rules") {
    if (!value.is_string() || value.get_string().size() > kMaxRulesBytes)
      return InvalidOption(name);
    const std::string_view text = value.get_string();
    if (name == "grouping.stack_rules") {
      GH_TRY_VOID(grouping::Rules::Parse(text));
    } else {
      GH_TRY_VOID(grouping::FingerprintRules::Parse(text));
    }
    return {};
  }
  if (name == "allowed_domains") {
    const json::Array* list = value.if_array();
    const bool good = list != nullptr && list->size() <= kMaxDomains &&
                      std::ranges::all_of(*list, [](const json::Value& domain) {
                        return domain.is_string() && domain.get_string().size() <= kMaxDomain;
                      });
    if (!good) return InvalidOption(name);
  }
  if (name == "store_crash_reports") return CheckCrashReports(value);
  if (name == "resolve_age") {
    if (!value.is_int64() || value.get_int64() < 0 || value.get_int64() > kMaxResolveAge) {
      return InvalidOption(name);
    }
  }
  return {};
}

// Of "line 2, column 5: …".
std::size_t LineOf(std::string_view where) {
  constexpr std::string_view kLine = "line ";
  if (!where.starts_with(kLine)) return 0;
  std::size_t line = 0;
  for (const char c : where.substr(kLine.size())) {
    if (c < '0' || c > '9') break;
    line = line * 10 + static_cast<std::size_t>(c - '0');
  }
  return line;
}

}  // namespace

std::vector<OptionProblem> ProblemsOf(const json::Object& options) {
  std::vector<OptionProblem> problems;
  for (const auto& [name, value] : options) {
    auto checked = Check(name, value);
    if (checked) continue;
    const std::size_t line =
        std::string_view(name).starts_with("grouping.") ? LineOf(checked.error().detail) : 0;
    problems.push_back({.option = std::string(name),
                        .reason = checked.error().reason,
                        .where = std::move(checked.error().detail),
                        .line = line});
  }
  return problems;
}

Result<void> CheckOptions(const json::Object& options) {
  for (const auto& [name, value] : options) GH_TRY_VOID(Check(name, value));
  return {};
}

}  // namespace gatehouse::ingest
