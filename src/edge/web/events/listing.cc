#include "edge/web/events/listing.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "edge/web/events/events.h"

namespace gatehouse::web {

namespace {

struct KnownPeriod {
  std::string_view id;
  std::string_view name;
  std::chrono::hours length;
};
constexpr KnownPeriod kPeriods[] = {
    {"1h", "Last hour", std::chrono::hours(1)},
    {"24h", "Last 24 hours", std::chrono::hours(24)},
    {"7d", "Last 7 days", std::chrono::hours(24 * 7)},
    {"14d", "Last 14 days", std::chrono::hours(24 * 14)},
    {"30d", "Last 30 days", std::chrono::hours(24 * 30)},
    {"90d", "Last 90 days", std::chrono::hours(24 * 90)},
};

template <class Number>
std::optional<Number> NumberOf(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string Rounded(double number, int digits, std::string_view unit) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return std::string(text.data(), static_cast<std::size_t>(std::max(size, 0))) + " " +
         std::string(unit);
}

}  // namespace

std::string ListCursor::ToString() const {
  return std::to_string(at.micros) + "-" + std::to_string(skip);
}

ListCursor ListCursor::Parse(std::string_view text) {
  const auto [time, skip] = SplitOnce(text, '-');
  const auto micros = NumberOf<std::int64_t>(time);
  const auto rows = NumberOf<std::size_t>(skip);
  if (!micros || !rows || *micros <= 0 || *rows > 1'000'000) return {};
  return {Timestamp{*micros}, *rows};
}

Task<Chosen> ChooseProjects(Site& site, Call& call, const access::OrgAccess& access,
                            std::int64_t flags, html::Data& body) {
  GH_CO_TRY(auto all, co_await site.d.events->projects.List(access.organization.id));
  Chosen chosen;
  const std::string wanted = Field(call.query, "project");
  if (!wanted.empty()) {
    GH_CO_TRY(auto one, co_await site.d.events->projects.Get(access.organization.id, wanted));
    chosen.slug = one.slug;
    chosen.projects.push_back(std::move(one));
  }
  for (projects::Project& project : all) {
    html::Data& option = body.Add("PROJECT_OPTION");
    option.Set("SLUG", project.slug).Set("NAME", project.name);
    if (project.slug == chosen.slug) option.Show("CHOSEN");
    if (!chosen.slug.empty() || (flags != 0 && (project.flags & flags) == 0)) continue;
    if (chosen.projects.size() == kMaxProjects) {
      chosen.some_missing = true;
      continue;
    }
    chosen.projects.push_back(std::move(project));
  }
  body.Set("PROJECT_SLUG", chosen.slug);
  co_return chosen;
}

Period ChoosePeriod(const Call& call, std::string_view otherwise, html::Data& body) {
  const std::string wanted = Field(call.query, "period");
  const bool known =
      std::ranges::any_of(kPeriods, [&](const auto& one) { return one.id == wanted; });
  const std::string_view id = known ? std::string_view(wanted) : otherwise;
  Period chosen{.id = {}, .length = kPeriods[1].length};
  for (const KnownPeriod& one : kPeriods) {
    html::Data& option = body.Add("PERIOD_OPTION");
    option.Set("ID", std::string(one.id)).Set("NAME", std::string(one.name));
    if (one.id != id) continue;
    option.Show("CHOSEN");
    chosen = {.id = std::string(one.id), .length = one.length};
  }
  return chosen;
}

std::string SlugOf(const std::vector<projects::Project>& projects, std::int64_t id) {
  for (const projects::Project& project : projects) {
    if (project.id.value == id) return project.slug;
  }
  return {};
}

std::string ShownDuration(Duration duration) {
  const std::int64_t micros = std::max<std::int64_t>(duration.count(), 0);
  const auto number = static_cast<double>(micros);
  if (micros < 1'000) return std::to_string(micros) + " µs";
  if (micros < 10'000) return Rounded(number / 1e3, 1, "ms");
  if (micros < 1'000'000) return Rounded(number / 1e3, 0, "ms");
  if (micros < 60'000'000) return Rounded(number / 1e6, 2, "s");
  const std::int64_t seconds = micros / 1'000'000;
  if (seconds < 3'600) {
    return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  }
  return std::to_string(seconds / 3'600) + " h " + std::to_string(seconds / 60 % 60) + " min";
}

std::string ShownNumber(double number) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.10g", number);
  return std::string(text.data(), static_cast<std::size_t>(std::max(size, 0)));
}

std::string ShownShare(double share) {
  const double percent = std::clamp(share, 0.0, 1.0) * 100;
  if (percent == 0 || percent == 100) return Rounded(percent, 0, "%");
  return Rounded(std::clamp(percent, 0.01, 99.99), 2, "%");
}

std::string OrgPath(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/";
}

std::string_view FieldOf(const std::vector<std::pair<std::string, std::string>>& fields,
                         std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

bool IsTraceId(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace gatehouse::web
