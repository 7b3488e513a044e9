#pragma once

// Typed options. One table describes every option; from it come the values, the reference page and
// the example file, so that the three cannot disagree.
//
// A value comes from the first source that has one: flag, environment variable, configuration file,
// default. The option "smtp_host" is the flag --smtp-host, the variable GATEHOUSE_SMTP_HOST and the
// file key smtp_host. Anything unknown in any source refuses to start: a misspelt option would
// otherwise run with its default and nobody would notice.
//
// Written forms in flags and variables: true|false; decimal integers; durations such as 90s, 15m,
// 12h, 30d (a bare number is seconds); lists separated by commas. The file uses TOML's own types.
//
// A secret option has a companion <name>_file whose content, less one final newline, is the value.
// A secret is refused on the command line and never printed.
//
// This module knows no option of the product: the table is a parameter. A loaded Config never
// changes and may be read by any thread.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

namespace gatehouse::config {

enum class Type { kString, kInt, kBool, kDuration, kStrings };

struct OptionSpec {
  std::string_view name;  // lower snake case, unique
  Type type = Type::kString;
  std::string_view default_text = {};  // in the written form of a variable
  std::string_view sentence = {};      // what it does, one sentence
  std::string_view example = {};       // in the written form of a variable
  bool secret = false;                 // strings only
  bool restart = true;                 // false: a running process takes a new value
  // Inclusive bounds: of the number, of a duration in seconds, of a string's bytes, of a list's
  // entries.
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  // The only values a string may have, "a|b|c"; empty means any.
  std::string_view choices = {};
};

using Environment = std::map<std::string, std::string, std::less<>>;

// The variables of this process. The one place that reads them.
Environment ProcessEnvironment();

struct Sources {
  // Name (dashes or underscores, no leading dashes) and text, in the order given.
  std::vector<std::pair<std::string, std::string>> flags;
  Environment environment;
  // Without it, the variable GATEHOUSE_CONFIG names the file; without both there is none.
  std::optional<std::filesystem::path> file;
};

enum class Origin { kDefault, kFile, kEnvironment, kFlag };

class Config {
 public:
  // `table` and its texts must live as long as the Config. A malformed table is a CHECK
  // failure.
  // Errors: kInvalidArgument with one of errors.h; the detail names the option and the source, and
  // never holds a secret's value.
  static Result<Config> Load(std::span<const OptionSpec> table, const Sources& sources);

  // Asking for a name that is not in the table, or as another type, is a CHECK failure.
  const std::string& String(std::string_view name) const;
  std::int64_t Int(std::string_view name) const;
  bool Bool(std::string_view name) const;
  const std::vector<std::string>& Strings(std::string_view name) const;
  std::chrono::seconds DurationSeconds(std::string_view name) const;

  Origin OriginOf(std::string_view name) const;

  // One line per option, "name = value  (origin)", for `config show`. Secrets read "[set]" or "".
  std::string Describe() const;

 private:
  using Value =
      std::variant<std::string, std::int64_t, bool, std::chrono::seconds, std::vector<std::string>>;
  struct Entry {
    const OptionSpec* spec = nullptr;
    Value value;
    Origin origin = Origin::kDefault;
  };
  friend class Loader;

  const Entry& Find(std::string_view name, Type type) const;

  std::span<const OptionSpec> table_;
  std::map<std::string_view, Entry, std::less<>> entries_;
};

std::string_view OriginName(Origin origin);

// The reference page: a Markdown table of every option.
std::string DescribeMarkdown(std::span<const OptionSpec> table);
// An example file: every option with its sentence, commented out at its default.
std::string ExampleToml(std::span<const OptionSpec> table);

}  // namespace gatehouse::config
