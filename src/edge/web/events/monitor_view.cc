#include "edge/web/events/monitor_view.h"

#include <charconv>

#include "base/text.h"
#include "edge/web/events/when.h"
#include "region/monitors/policy.h"

namespace gatehouse::web {

namespace {

constexpr int kRunWidth = 8;

std::string TextOf(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : std::string();
}

// False: there is a text, and it is no number.
bool PutNumber(json::Object& config, std::string_view key, std::string_view text) {
  text = Trim(text);
  if (text.empty()) return true;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return false;
  config[key] = number;
  return true;
}

}  // namespace

StatusWord WordOf(std::string_view status) {
  if (status == "ok") return {"OK", "ok"};
  if (status == "error") return {"Failed", "bad"};
  if (status == "missed" || status == "missed_checkin") return {"Missed", "warn"};
  if (status == "timeout") return {"Timed out", "bad"};
  if (status == "in_progress") return {"Running", ""};
  return {"Waiting", ""};
}

void AddEnvironments(html::Data& data, const monitors::Monitor& monitor, bool may_change,
                     Timestamp now) {
  for (const monitors::Environment& one : monitor.environments) {
    html::Data& row = data.Add("ENVIRONMENT_ROW");
    const StatusWord word = WordOf(one.status);
    row.Set("NAME", one.name)
        .Set("STATUS", std::string(word.word))
        .Set("STATUS_CLASS", std::string(word.pill));
    if (one.is_muted) row.Show("IS_MUTED");
    if (may_change) row.Show(one.is_muted ? "MAY_UNMUTE" : "MAY_MUTE");
    if (one.last_check_in) AddTime(row, "LAST", *one.last_check_in, now);
    if (one.next_check_in && monitor.is_active) AddTime(row, "NEXT", *one.next_check_in, now);
  }
}

void AddStrip(html::Data& data, const std::vector<monitors::CheckIn>& newest_first) {
  if (newest_first.empty()) return;
  html::Data& strip = data.Add("STRIP");
  const std::size_t count = std::min(newest_first.size(), kStripRuns);
  std::size_t good = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const monitors::CheckIn& run = newest_first[count - 1 - i];
    if (run.status == "ok") ++good;
    const std::string_view pill = WordOf(run.status).pill;
    strip.Add("RUN")
        .Set("X", std::to_string((kStripRuns - count + i) * kRunWidth))
        .Set("CLASS", pill.empty() ? "idle" : std::string(pill));
  }
  strip.Set("WORDS", std::to_string(good) + " of the last " +
                         Counted(static_cast<std::int64_t>(count), "run", "runs") + " went well");
}

MonitorForm MonitorForm::Of(const monitors::Monitor& monitor) {
  MonitorForm form;
  form.name = monitor.name;
  form.slug = monitor.slug;
  const monitors::Config& config = monitor.config;
  form.is_crontab = config.schedule.is_crontab;
  if (form.is_crontab) {
    form.crontab = config.schedule.crontab;
  } else {
    form.interval = std::to_string(config.schedule.interval);
    form.unit = ingest::IntervalUnitName(config.schedule.unit);
  }
  form.margin = TextOf(config.checkin_margin);
  form.max_runtime = TextOf(config.max_runtime);
  form.failures = TextOf(config.failure_issue_threshold);
  form.recoveries = TextOf(config.recovery_threshold);
  form.timezone = config.timezone;
  return form;
}

MonitorForm MonitorForm::Typed(const http::Form& typed) {
  MonitorForm form;
  form.name = Trim(Field(typed, "name"));
  form.slug = Trim(Field(typed, "monitor_slug"));
  form.is_crontab = Field(typed, "schedule_type") != "interval";
  form.crontab = Trim(Field(typed, "crontab"));
  form.interval = Trim(Field(typed, "interval"));
  form.unit = Field(typed, "unit");
  form.margin = Trim(Field(typed, "margin"));
  form.max_runtime = Trim(Field(typed, "max_runtime"));
  form.failures = Trim(Field(typed, "failures"));
  form.recoveries = Trim(Field(typed, "recoveries"));
  form.timezone = Trim(Field(typed, "timezone"));
  return form;
}

std::optional<monitors::Config> MonitorForm::Config() const {
  json::Object config;
  if (is_crontab) {
    config["schedule_type"] = "crontab";
    config["schedule"] = crontab;
  } else {
    json::Object number;
    if (!PutNumber(number, "n", interval) || number.empty()) return std::nullopt;
    config["schedule_type"] = "interval";
    config["schedule"] = json::Array{number["n"], unit};
  }
  if (!PutNumber(config, "checkin_margin", margin) ||
      !PutNumber(config, "max_runtime", max_runtime) ||
      !PutNumber(config, "failure_issue_threshold", failures) ||
      !PutNumber(config, "recovery_threshold", recoveries)) {
    return std::nullopt;
  }
  if (!timezone.empty()) config["timezone"] = timezone;
  return monitors::ReadConfig(config);
}

void AddMonitorForm(html::Data& data, const MonitorForm& form) {
  html::Data& body = data.Include("MONITOR_FORM", "monitor_form.tpl");
  body.Set("NAME", form.name)
      .Set("SLUG", form.slug)
      .Set("CRONTAB", form.crontab)
      .Set("INTERVAL", form.interval)
      .Set("MARGIN", form.margin)
      .Set("MAX_RUNTIME", form.max_runtime)
      .Set("FAILURES", form.failures)
      .Set("RECOVERIES", form.recoveries)
      .Set("TIMEZONE", form.timezone);
  body.Show(form.is_crontab ? "BY_CRONTAB" : "BY_INTERVAL");
  for (const char* unit : {"minute", "hour", "day", "week", "month", "year"}) {
    html::Data& option = body.Add("UNIT_OPTION");
    option.Set("ID", unit);
    if (form.unit == unit) option.Show("CHOSEN");
  }
}

}  // namespace gatehouse::web
