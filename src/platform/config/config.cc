#include "platform/config/config.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "base/check.h"
#include "base/text.h"
#include "platform/config/errors.h"
#include "platform/config/toml_file.h"
#include "platform/config/value.h"

namespace gatehouse::config {

namespace {

constexpr std::string_view kPrefix = "GATEHOUSE_";
// Names the configuration file; an option cannot, since the file is read to learn the options.
constexpr std::string_view kFileVariable = "GATEHOUSE_CONFIG";
// Variables of the test run, which starts real processes with its own environment.
constexpr std::string_view kTestPrefix = "GATEHOUSE_TEST_";
constexpr std::string_view kFileSuffix = "_file";
constexpr std::size_t kMaxFile = 1 << 20;

std::string VariableName(std::string_view option) {
  std::string name(kPrefix);
  for (char c : option) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::string FlagName(std::string_view option) {
  std::string name(option);
  std::ranges::replace(name, '_', '-');
  return "--" + name;
}

Result<std::string> ReadFile(const std::filesystem::path& path) {
  std::error_code ec;
  std::string text;
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path, ec)) {
    return Fail(Code::kInvalidArgument, kUnreadableFile, path.string() + " cannot be opened");
  }
  std::array<char, 4096> buffer{};
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMaxFile) {
      return Fail(Code::kInvalidArgument, kUnreadableFile, path.string() + " is larger than 1 MiB");
    }
  }
  return text;
}

// Single-character edits between two names.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

bool IsSnakeCase(std::string_view name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace

Environment ProcessEnvironment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    auto [name, value] = SplitOnce(*entry, '=');
    environment.emplace(name, value);
  }
  return environment;
}

std::string_view OriginName(Origin origin) {
  switch (origin) {
    case Origin::kDefault:
      return "default";
    case Origin::kFile:
      return "file";
    case Origin::kEnvironment:
      return "environment";
    case Origin::kFlag:
      return "flag";
  }
  return "";
}

// Applies the sources from the weakest to the strongest.
class Loader {
 public:
  static Result<Config> Load(std::span<const OptionSpec> table, const Sources& sources) {
    Config config;
    config.table_ = table;
    Loader loader(config);
    loader.ApplyDefaults();
    GH_TRY_VOID(loader.ApplyFile(sources));
    GH_TRY_VOID(loader.ApplyEnvironment(sources.environment));
    GH_TRY_VOID(loader.ApplyFlags(sources.flags));
    return config;
  }

 private:
  // An option, or the file that holds a secret option's value.
  struct Target {
    Config::Entry* entry = nullptr;
    bool from_file = false;
  };

  explicit Loader(Config& config) : config_(config) {}

  void ApplyDefaults() {
    for (const OptionSpec& spec : config_.table_) {
      GH_CHECK(IsSnakeCase(spec.name) && "option names are lower snake case");
      GH_CHECK(!spec.sentence.empty() && "an option has a sentence");
      GH_CHECK((!spec.secret || spec.type == Type::kString) && "a secret is text");
      Result<Value> value = ParseValue(spec, spec.default_text);
      GH_CHECK(value.has_value() && "a default is valid and within its bounds");
      bool fresh = config_.entries_.emplace(spec.name, Config::Entry{&spec, *value, {}}).second;
      GH_CHECK(fresh && "option names are unique");
    }
    for (const OptionSpec& spec : config_.table_) {
      if (!spec.secret) continue;
      GH_CHECK(!config_.entries_.contains(std::string(spec.name) + std::string(kFileSuffix)));
    }
  }

  Result<void> ApplyFile(const Sources& sources) {
    std::filesystem::path path;
    if (sources.file) {
      path = *sources.file;
    } else if (auto found = sources.environment.find(kFileVariable);
               found != sources.environment.end() && !found->second.empty()) {
      path = found->second;
    } else {
      return {};
    }
    GH_TRY(std::string text, ReadFile(path));
    Result<std::vector<TomlEntry>> entries = ParseToml(text);
    if (!entries) {
      Error error = std::move(entries).error();
      error.detail = path.string() + ", " + error.detail;
      return std::unexpected(std::move(error));
    }
    Begin(Origin::kFile);
    for (const TomlEntry& entry : *entries) {
      std::string place = path.string() + ", line " + std::to_string(entry.line) + ": " + entry.key;
      GH_TRY(Target target, Find(entry.key, place));
      GH_TRY(Value value, FromToml(*target.entry->spec, target.from_file, entry, place));
      GH_TRY_VOID(Set(target, std::move(value), place));
    }
    return {};
  }

  Result<void> ApplyEnvironment(const Environment& environment) {
    Begin(Origin::kEnvironment);
    for (const auto& [name, text] : environment) {
      if (!name.starts_with(kPrefix) || name == kFileVariable || name.starts_with(kTestPrefix)) {
        continue;
      }
      std::string option = AsciiLower(std::string_view(name).substr(kPrefix.size()));
      // GATEHOUSE_Smtp_Host would never be set by the person who meant GATEHOUSE_SMTP_HOST.
      if (VariableName(option) != name) option = name;
      GH_TRY(Target target, Find(option, name));
      GH_TRY_VOID(SetText(target, text, name));
    }
    return {};
  }

  Result<void> ApplyFlags(const std::vector<std::pair<std::string, std::string>>& flags) {
    Begin(Origin::kFlag);
    for (const auto& [name, text] : flags) {
      std::string option = name;
      std::ranges::replace(option, '-', '_');
      const std::string place = FlagName(option);
      GH_TRY(Target target, Find(option, place));
      if (target.entry->spec->secret && !target.from_file) {
        return Fail(Code::kInvalidArgument, kSecretFlag,
                    place + ": a secret on the command line is visible to every user; use " +
                        place + "-file or " + VariableName(option));
      }
      GH_TRY_VOID(SetText(target, text, place));
    }
    return {};
  }

  void Begin(Origin origin) {
    origin_ = origin;
    seen_.clear();
  }

  Result<Target> Find(const std::string& name, const std::string& place) {
    if (auto found = config_.entries_.find(name); found != config_.entries_.end()) {
      return Target{&found->second, false};
    }
    if (name.ends_with(kFileSuffix)) {
      std::string_view secret = std::string_view(name).substr(0, name.size() - kFileSuffix.size());
      auto found = config_.entries_.find(secret);
      if (found != config_.entries_.end() && found->second.spec->secret) {
        return Target{&found->second, true};
      }
    }
    std::string detail = place + " is not an option";
    std::string lower = AsciiLower(name);
    if (lower.starts_with("gatehouse_")) lower.erase(0, kPrefix.size());
    std::string nearest;
    std::size_t best = std::max<std::size_t>(2, lower.size() / 3) + 1;
    auto consider = [&](std::string candidate) {
      std::size_t distance = Distance(lower, candidate);
      if (distance < best) {
        best = distance;
        nearest = std::move(candidate);
      }
    };
    if (lower.size() <= 64) {
      for (const OptionSpec& spec : config_.table_) {
        consider(std::string(spec.name));
        if (spec.secret) consider(std::string(spec.name) + std::string(kFileSuffix));
      }
    }
    if (!nearest.empty()) {
      detail += "; did you mean ";
      detail += origin_ == Origin::kFlag          ? FlagName(nearest)
                : origin_ == Origin::kEnvironment ? VariableName(nearest)
                                                  : nearest;
      detail += "?";
    }
    return Fail(Code::kInvalidArgument, kUnknownKey, std::move(detail));
  }

  Result<void> SetText(const Target& target, const std::string& text, const std::string& place) {
    if (target.from_file) return Set(target, Value(text), place);
    Result<Value> value = ParseValue(*target.entry->spec, text);
    if (!value) return Named(std::move(value).error(), place);
    return Set(target, std::move(*value), place);
  }

  static Result<Value> FromToml(const OptionSpec& spec, bool from_file, const TomlEntry& entry,
                                const std::string& place) {
    auto checked = [&](Value value) -> Result<Value> {
      Result<void> bounds = CheckBounds(spec, value);
      if (!bounds) return Named(std::move(bounds).error(), place);
      return value;
    };
    if (const auto* text = std::get_if<std::string>(&entry.value)) {
      if (from_file) return Value(*text);
      if (spec.type == Type::kString) return checked(Value(*text));
      if (spec.type == Type::kDuration) {
        Result<Value> value = ParseValue(spec, *text);
        if (!value) return Named(std::move(value).error(), place);
        return value;
      }
    } else if (const auto* number = std::get_if<std::int64_t>(&entry.value); number && !from_file) {
      if (spec.type == Type::kInt) return checked(Value(*number));
      if (spec.type == Type::kDuration) {
        Result<Value> value = ParseValue(spec, std::to_string(*number));
        if (!value) return Named(std::move(value).error(), place);
        return value;
      }
    } else if (const auto* boolean = std::get_if<bool>(&entry.value); boolean && !from_file) {
      if (spec.type == Type::kBool) return Value(*boolean);
    } else if (const auto* list = std::get_if<std::vector<std::string>>(&entry.value);
               list && !from_file) {
      if (spec.type == Type::kStrings) return checked(Value(*list));
    }
    std::string_view wanted = from_file ? TypeName(Type::kString) : TypeName(spec.type);
    return Fail(Code::kInvalidArgument, kInvalidValue,
                place + " must be " + std::string(wanted) +
                    (wanted == TypeName(Type::kString) ? " in quotes" : ""));
  }

  Result<void> Set(const Target& target, Value value, const std::string& place) {
    Config::Entry& entry = *target.entry;
    if (!seen_.insert(entry.spec->name).second) {
      return Fail(Code::kInvalidArgument, kInvalidValue,
                  place + ": " + std::string(entry.spec->name) + " is given twice in one source");
    }
    if (target.from_file) {
      GH_TRY(std::string secret, ReadFile(std::get<std::string>(value)));
      if (secret.ends_with('\n')) secret.pop_back();
      if (secret.ends_with('\r')) secret.pop_back();
      value = std::move(secret);
      Result<void> bounds = CheckBounds(*entry.spec, value);
      if (!bounds) return Named(std::move(bounds).error(), place);
    }
    entry.value = std::move(value);
    entry.origin = origin_;
    return {};
  }

  static std::unexpected<Error> Named(Error error, const std::string& place) {
    error.detail = place + ": " + error.detail;
    return std::unexpected(std::move(error));
  }

  Config& config_;
  Origin origin_ = Origin::kDefault;
  std::set<std::string_view> seen_;
};

Result<Config> Config::Load(std::span<const OptionSpec> table, const Sources& sources) {
  return Loader::Load(table, sources);
}

const Config::Entry& Config::Find(std::string_view name, Type type) const {
  auto found = entries_.find(name);
  GH_CHECK(found != entries_.end() && "the option is in the table");
  GH_CHECK(found->second.spec->type == type && "the option is read as its own type");
  return found->second;
}

const std::string& Config::String(std::string_view name) const {
  return std::get<std::string>(Find(name, Type::kString).value);
}
std::int64_t Config::Int(std::string_view name) const {
  return std::get<std::int64_t>(Find(name, Type::kInt).value);
}
bool Config::Bool(std::string_view name) const {
  return std::get<bool>(Find(name, Type::kBool).value);
}
const std::vector<std::string>& Config::Strings(std::string_view name) const {
  return std::get<std::vector<std::string>>(Find(name, Type::kStrings).value);
}
std::chrono::seconds Config::DurationSeconds(std::string_view name) const {
  return std::get<std::chrono::seconds>(Find(name, Type::kDuration).value);
}

Origin Config::OriginOf(std::string_view name) const {
  auto found = entries_.find(name);
  GH_CHECK(found != entries_.end() && "the option is in the table");
  return found->second.origin;
}

std::string Config::Describe() const {
  struct Writer {
    std::string operator()(const std::string& v) const { return "\"" + v + "\""; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::chrono::seconds v) const { return FormatDuration(v); }
    std::string operator()(const std::vector<std::string>& v) const { return Join(v, ", "); }
  };
  std::string out;
  for (const OptionSpec& spec : table_) {
    const Entry& entry = entries_.at(spec.name);
    std::string value = std::visit(Writer(), entry.value);
    if (spec.secret) value = String(spec.name).empty() ? "" : "[set]";
    out += std::string(spec.name) + " = " + value + "  (" + std::string(OriginName(entry.origin)) +
           ")\n";
  }
  return out;
}

}  // namespace gatehouse::config
