#pragma once

// The scrubbing settings of a project, read, checked and compiled. A Rules object is immutable and
// thread-safe; compile one per project and keep it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"
#include "region/events/scrub/matchers.h"
#include "region/events/scrub/pattern.h"
#include "region/events/scrub/selector.h"

namespace gatehouse::events::scrub {

enum class Method { kDefault, kRemove, kReplace, kMask, kHash };

struct Redaction {
  Method method = Method::kDefault;
  std::string text = "[Filtered]";  // of kReplace
};

// One thing to look for and what happens to it.
struct Rule {
  enum class Kind { kBuiltIn, kPattern, kPair, kAnything };
  std::string id;  // as it appears in remarks
  Kind kind = Kind::kAnything;
  BuiltIn built_in = BuiltIn::kIp;
  std::optional<Pattern> pattern;   // of values, or of the keys of pairs
  bool secret_keys = false;         // kPair: the built-in keys instead of a pattern
  std::vector<std::size_t> groups;  // replaced groups of a pattern; empty: the whole match
  Redaction redaction;
};

struct Application {
  Selector selector;
  std::vector<std::shared_ptr<const Rule>> rules;
};

// Plain values, as a project keeps them.
struct Settings {
  bool scrub_data = true;
  bool scrub_defaults = true;
  bool scrub_ip_addresses = false;
  std::vector<std::string> sensitive_fields;
  std::vector<std::string> exclude_fields;
  json::Object pii_config;  // {rules, vars, applications}; empty: none
};

// Reads {scrubData, scrubDefaults, scrubIpAddresses, sensitiveFields, excludeFields, piiConfig}.
// Errors: kInvalidArgument "scrub_settings_invalid".
Result<Settings> ParseSettings(const json::Object& project);

class Rules {
 public:
  // The default rule set and nothing else.
  Rules() = default;

  // Errors: kInvalidArgument "scrub_rule_invalid", "scrub_pattern_invalid",
  // "scrub_selector_invalid"; the detail names the rule.
  static Result<Rules> Compile(const Settings& project);
  // What the organization demands holds for each project: its switches and lists are united with
  // the project's, and both advanced configurations apply, rule ids prefixed by their owner.
  static Result<Rules> Compile(const Settings& organization, const Settings& project);

  bool defaults() const { return scrub_data_ && scrub_defaults_; }
  bool scrub_ip_addresses() const { return scrub_ip_addresses_; }
  // Lower case.
  const std::vector<std::string>& sensitive_fields() const { return sensitive_fields_; }
  const std::vector<std::string>& exclude_fields() const { return exclude_fields_; }
  const std::vector<Application>& applications() const { return applications_; }
  const std::string& hash_key() const { return hash_key_; }

  // Nothing is ever changed by these rules.
  bool empty() const {
    return !defaults() && sensitive_fields_.empty() && !scrub_ip_addresses_ &&
           applications_.empty();
  }

 private:
  Result<void> AddConfig(const json::Object& config, std::string_view prefix);
  void AddLists(const Settings& settings);

  bool scrub_data_ = true;
  bool scrub_defaults_ = true;
  bool scrub_ip_addresses_ = false;
  std::vector<std::string> sensitive_fields_;
  std::vector<std::string> exclude_fields_;
  std::vector<Application> applications_;
  std::string hash_key_;
};

// The text that a default redaction of this kind leaves: "[email]".
std::string_view DefaultText(BuiltIn kind);

}  // namespace gatehouse::events::scrub
