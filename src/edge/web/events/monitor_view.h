#pragma once

// Monitors as their pages show them: states, runs, the form of a configuration. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge/web/site.h"
#include "region/monitors/types.h"

namespace gatehouse::web {

// Of an environment or a run: the word, and the class of its pill.
struct StatusWord {
  std::string_view word;
  std::string_view pill;
};
StatusWord WordOf(std::string_view status);

// Fills {{#ENVIRONMENT_ROW}} for each environment of the monitor; with its button to mute it for
// those who may change it.
void AddEnvironments(html::Data& data, const monitors::Monitor& monitor, bool may_change,
                     Timestamp now);

// Fills {{#STRIP}}{{WORDS}}{{#RUN}}{{X}}{{CLASS}}: the newest runs, the newest at the right.
inline constexpr std::size_t kStripRuns = 30;
void AddStrip(html::Data& data, const std::vector<monitors::CheckIn>& newest_first);

// Fills {{>MONITOR_FORM}} (monitor_form.tpl) with what was typed.
struct MonitorForm {
  std::string name;
  std::string slug;
  bool is_crontab = true;
  std::string crontab = "0 * * * *";
  std::string interval = "1";
  std::string unit = "hour";
  std::string margin;
  std::string max_runtime;
  std::string failures;
  std::string recoveries;
  std::string timezone = "UTC";

  static MonitorForm Of(const monitors::Monitor& monitor);
  static MonitorForm Typed(const http::Form& form);
  // std::nullopt: no such schedule, number or time zone.
  std::optional<monitors::Config> Config() const;
};
void AddMonitorForm(html::Data& data, const MonitorForm& form);

}  // namespace gatehouse::web
