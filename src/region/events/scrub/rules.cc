#include "region/events/scrub/rules.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "region/events/scrub/errors.h"

namespace gatehouse::events::scrub {
namespace {

constexpr std::size_t kMaxRules = 200;
constexpr std::size_t kMaxApplications = 200;
constexpr std::size_t kMaxFields = 500;
constexpr int kMaxReferences = 8;

struct BuiltInName {
  std::string_view name;
  BuiltIn kind;
  std::string_view text;
};
constexpr auto kBuiltIns = std::to_array<BuiltInName>({
    {"ip", BuiltIn::kIp, "[ip]"},
    {"email", BuiltIn::kEmail, "[email]"},
    {"creditcard", BuiltIn::kCreditCard, "[creditcard]"},
    {"pemkey", BuiltIn::kPemKey, "[pemkey]"},
    {"urlauth", BuiltIn::kUrlAuth, "[auth]"},
    {"url_auth", BuiltIn::kUrlAuth, "[auth]"},
    {"usssn", BuiltIn::kUsSsn, "[us-ssn]"},
    {"us_ssn", BuiltIn::kUsSsn, "[us-ssn]"},
    {"userpath", BuiltIn::kUserPath, "[user]"},
    {"imei", BuiltIn::kImei, "[imei]"},
    {"mac", BuiltIn::kMac, "[mac]"},
    {"uuid", BuiltIn::kUuid, "[uuid]"},
    {"iban", BuiltIn::kIban, "[iban]"},
    {"bearer", BuiltIn::kBearer, "[bearer]"},
});

// What "@common" stands for.
constexpr std::array<BuiltIn, 6> kCommon = {BuiltIn::kIp,         BuiltIn::kEmail,
                                            BuiltIn::kCreditCard, BuiltIn::kPemKey,
                                            BuiltIn::kUrlAuth,    BuiltIn::kUserPath};

const BuiltInName* FindBuiltIn(std::string_view name) {
  auto it = std::ranges::find(kBuiltIns, name, &BuiltInName::name);
  return it == kBuiltIns.end() ? nullptr : &*it;
}

std::unexpected<Error> BadRule(std::string_view id, std::string_view why) {
  return Fail(Code::kInvalidArgument, kRuleInvalid, std::string(id) + ": " + std::string(why));
}

Result<std::vector<std::string>> Names(const json::Object& object, std::string_view key) {
  std::vector<std::string> names;
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return names;
  const json::Array* list = value->if_array();
  if (list == nullptr || list->size() > kMaxFields) {
    return Fail(Code::kInvalidArgument, kSettingsInvalid, std::string(key));
  }
  for (const json::Value& item : *list) {
    if (!item.is_string()) return Fail(Code::kInvalidArgument, kSettingsInvalid, std::string(key));
    const auto& text = item.get_string();
    std::string_view name = Trim({text.data(), text.size()});
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

Result<bool> Flag(const json::Object& object, std::string_view key, bool absent) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return absent;
  if (!value->is_bool()) return Fail(Code::kInvalidArgument, kSettingsInvalid, std::string(key));
  return value->get_bool();
}

Result<Method> ParseMethod(std::string_view name, std::string_view id) {
  if (name.empty() || name == "default") return Method::kDefault;
  if (name == "remove") return Method::kRemove;
  if (name == "replace" || name == "filter") return Method::kReplace;
  if (name == "mask") return Method::kMask;
  if (name == "hash") return Method::kHash;
  return BadRule(id, "unknown method");
}

using RuleList = std::vector<std::shared_ptr<const Rule>>;

class ConfigReader {
 public:
  ConfigReader(const json::Object& rules, std::string_view prefix)
      : rules_(rules), prefix_(prefix) {}

  Result<void> Resolve(std::string_view name, RuleList& out, int depth) {
    if (depth > kMaxReferences) return BadRule(name, "references in a circle");
    if (out.size() > kMaxRules) return BadRule(name, "too many rules");
    if (name.starts_with('@')) return ResolveBuiltIn(name, out);
    const json::Value* value = rules_.if_contains(name);
    if (value == nullptr) return BadRule(name, "no such rule");
    const json::Object* spec = value->if_object();
    if (spec == nullptr) return BadRule(name, "expected an object");
    std::string id = prefix_ + std::string(name);
    std::string_view type = json::GetString(*spec, "type").value_or("");
    if (type == "alias") {
      auto target = json::GetString(*spec, "rule");
      if (!target) return BadRule(name, "alias without rule");
      return Resolve(*target, out, depth + 1);
    }
    if (type == "multiple") {
      const json::Array* list = json::GetArray(*spec, "rules");
      if (list == nullptr) return BadRule(name, "multiple without rules");
      for (const json::Value& item : *list) {
        if (!item.is_string()) return BadRule(name, "expected a rule id");
        const auto& text = item.get_string();
        GH_TRY_VOID(Resolve({text.data(), text.size()}, out, depth + 1));
      }
      return {};
    }
    auto rule = std::make_shared<Rule>();
    rule->id = id;
    GH_TRY(rule->redaction, ReadRedaction(*spec, name));
    if (type == "pattern") {
      auto pattern = json::GetString(*spec, "pattern");
      if (!pattern) return BadRule(name, "pattern without pattern");
      GH_TRY(Pattern compiled, Pattern::Compile(*pattern));
      rule->kind = Rule::Kind::kPattern;
      if (const json::Array* groups = json::GetArray(*spec, "replaceGroups")) {
        for (const json::Value& group : *groups) {
          if (!group.is_int64() || group.get_int64() < 0 ||
              static_cast<std::size_t>(group.get_int64()) > compiled.groups()) {
            return BadRule(name, "no such group");
          }
          rule->groups.push_back(static_cast<std::size_t>(group.get_int64()));
        }
      }
      rule->pattern = std::move(compiled);
    } else if (type == "redact_pair" || type == "redactPair") {
      auto pattern = json::GetString(*spec, "keyPattern");
      if (!pattern) return BadRule(name, "redact_pair without keyPattern");
      GH_TRY(Pattern compiled, Pattern::Compile(*pattern, true));
      rule->kind = Rule::Kind::kPair;
      rule->pattern = std::move(compiled);
    } else if (type == "anything") {
      rule->kind = Rule::Kind::kAnything;
    } else if (type == "password") {
      rule->kind = Rule::Kind::kPair;
      rule->secret_keys = true;
    } else if (const BuiltInName* known = FindBuiltIn(type)) {
      rule->kind = Rule::Kind::kBuiltIn;
      rule->built_in = known->kind;
    } else {
      return BadRule(name, "unknown type");
    }
    out.push_back(std::move(rule));
    return {};
  }

 private:
  // "@email", "@email:hash", "@common:filter", "@anything:remove"
  static Result<void> ResolveBuiltIn(std::string_view name, RuleList& out) {
    auto [kind, suffix] = SplitOnce(name.substr(1), ':');
    Rule rule;
    rule.id = std::string(name);
    GH_TRY(rule.redaction.method, ParseMethod(suffix, name));
    auto push = [&] { out.push_back(std::make_shared<const Rule>(rule)); };
    if (kind == "anything") {
      rule.kind = Rule::Kind::kAnything;
      push();
    } else if (kind == "password") {
      rule.kind = Rule::Kind::kPair;
      rule.secret_keys = true;
      push();
    } else if (kind == "common") {
      rule.kind = Rule::Kind::kBuiltIn;
      for (BuiltIn part : kCommon) {
        rule.built_in = part;
        push();
      }
    } else if (const BuiltInName* known = FindBuiltIn(kind)) {
      rule.kind = Rule::Kind::kBuiltIn;
      rule.built_in = known->kind;
      push();
    } else {
      return BadRule(name, "no such built-in rule");
    }
    return {};
  }

  static Result<Redaction> ReadRedaction(const json::Object& spec, std::string_view name) {
    Redaction redaction;
    const json::Value* value = spec.if_contains("redaction");
    if (value == nullptr || value->is_null()) return redaction;
    const json::Object* object = value->if_object();
    if (object == nullptr) return BadRule(name, "redaction: expected an object");
    GH_TRY(redaction.method, ParseMethod(json::GetString(*object, "method").value_or(""), name));
    if (auto text = json::GetString(*object, "text")) {
      if (text->size() > 200) return BadRule(name, "redaction: text too long");
      redaction.text = std::string(*text);
    }
    return redaction;
  }

  const json::Object& rules_;
  std::string prefix_;
};

}  // namespace

std::string_view DefaultText(BuiltIn kind) {
  auto it = std::ranges::find(kBuiltIns, kind, &BuiltInName::kind);
  return it == kBuiltIns.end() ? "[Filtered]" : it->text;
}

Result<Settings> ParseSettings(const json::Object& project) {
  Settings settings;
  GH_TRY(settings.scrub_data, Flag(project, "scrubData", true));
  GH_TRY(settings.scrub_defaults, Flag(project, "scrubDefaults", true));
  GH_TRY(settings.scrub_ip_addresses, Flag(project, "scrubIpAddresses", false));
  GH_TRY(settings.sensitive_fields, Names(project, "sensitiveFields"));
  GH_TRY(settings.exclude_fields, Names(project, "excludeFields"));
  const json::Value* config = project.if_contains("piiConfig");
  if (config != nullptr && !config->is_null()) {
    const json::Object* object = config->if_object();
    if (object == nullptr) return Fail(Code::kInvalidArgument, kSettingsInvalid, "piiConfig");
    settings.pii_config = *object;
  }
  return settings;
}

void Rules::AddLists(const Settings& settings) {
  if (settings.scrub_data) {
    for (const std::string& name : settings.sensitive_fields) {
      sensitive_fields_.push_back(AsciiLower(name));
    }
  }
  for (const std::string& name : settings.exclude_fields) {
    exclude_fields_.push_back(AsciiLower(name));
  }
}

Result<void> Rules::AddConfig(const json::Object& config, std::string_view prefix) {
  if (config.empty()) return {};
  if (const json::Object* vars = json::GetObject(config, "vars")) {
    if (auto key = json::GetString(*vars, "hashKey")) hash_key_ = std::string(*key);
  }
  static const json::Object kNone;
  const json::Object* rules = json::GetObject(config, "rules");
  if (rules == nullptr && config.contains("rules") && !config.at("rules").is_null()) {
    return Fail(Code::kInvalidArgument, kRuleInvalid, "rules: expected an object");
  }
  ConfigReader reader(rules == nullptr ? kNone : *rules, prefix);
  // Rules that no application names are checked as well: a bad one is refused when it is saved.
  if (rules != nullptr) {
    if (rules->size() > kMaxRules) return Fail(Code::kInvalidArgument, kRuleInvalid, "too many");
    for (const auto& member : *rules) {
      RuleList unused;
      GH_TRY_VOID(reader.Resolve(member.key(), unused, 0));
    }
  }
  const json::Object* applications = json::GetObject(config, "applications");
  if (applications == nullptr) return {};
  if (applications->size() > kMaxApplications) {
    return Fail(Code::kInvalidArgument, kRuleInvalid, "too many applications");
  }
  for (const auto& member : *applications) {
    GH_TRY(Selector selector, Selector::Parse(member.key()));
    Application application{std::move(selector), {}};
    const json::Array* names = member.value().if_array();
    if (names == nullptr) {
      return Fail(Code::kInvalidArgument, kRuleInvalid, "applications: expected an array");
    }
    for (const json::Value& name : *names) {
      if (!name.is_string()) {
        return Fail(Code::kInvalidArgument, kRuleInvalid, "applications: expected a rule id");
      }
      const auto& text = name.get_string();
      GH_TRY_VOID(reader.Resolve({text.data(), text.size()}, application.rules, 0));
    }
    applications_.push_back(std::move(application));
  }
  return {};
}

Result<Rules> Rules::Compile(const Settings& project) {
  Rules rules;
  rules.scrub_data_ = project.scrub_data;
  rules.scrub_defaults_ = project.scrub_defaults;
  rules.scrub_ip_addresses_ = project.scrub_ip_addresses;
  rules.AddLists(project);
  GH_TRY_VOID(rules.AddConfig(project.pii_config, ""));
  return rules;
}

Result<Rules> Rules::Compile(const Settings& organization, const Settings& project) {
  Rules rules;
  rules.scrub_data_ = organization.scrub_data || project.scrub_data;
  rules.scrub_defaults_ = organization.scrub_defaults || project.scrub_defaults;
  rules.scrub_ip_addresses_ = organization.scrub_ip_addresses || project.scrub_ip_addresses;
  rules.AddLists(organization);
  rules.AddLists(project);
  GH_TRY_VOID(rules.AddConfig(organization.pii_config, "organization:"));
  GH_TRY_VOID(rules.AddConfig(project.pii_config, "project:"));
  return rules;
}

}  // namespace gatehouse::events::scrub
