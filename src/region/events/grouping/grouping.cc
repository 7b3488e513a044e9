#include "region/events/grouping/grouping.h"

#include <algorithm>
#include <array>

#include "platform/crypto/hash.h"
#include "region/events/grouping/codepoints.h"
#include "region/events/grouping/headline.h"
#include "region/events/grouping/stack.h"
#include "region/events/grouping/strategies.h"

namespace gatehouse::grouping {
namespace {

constexpr std::string_view kDefault = "{{ default }}";
constexpr std::size_t kHashLength = 32;

std::vector<std::string> TextsOf(const json::Array* list) {
  std::vector<std::string> texts;
  if (list == nullptr) return texts;
  for (const json::Value& value : *list) {
    if (value.is_string()) texts.emplace_back(value.get_string());
  }
  return texts;
}

json::Array ToArray(const std::vector<std::string>& texts) {
  json::Array list;
  for (const std::string& text : texts) list.push_back(json::Value(text));
  return list;
}

// What the client sent as the fingerprint, also when a rule has replaced it since.
std::vector<std::string> ClientFingerprint(const json::Object& event) {
  if (const json::Object* info = json::GetObject(event, "_fingerprint_info")) {
    if (const json::Array* client = json::GetArray(*info, "client_fingerprint")) {
      return TextsOf(client);
    }
  }
  return TextsOf(json::GetArray(event, "fingerprint"));
}

json::Object Describe(const FingerprintRules::Rule& rule, const std::vector<std::string>& client) {
  json::Array matchers;
  for (const auto& matcher : rule.matchers) {
    const std::string key = (matcher.negated ? "!" : "") + matcher.written;
    matchers.push_back(json::Array{json::Value(key), json::Value(matcher.pattern)});
  }
  json::Object attributes;
  if (rule.title) attributes["title"] = *rule.title;
  json::Object matched{{"matchers", std::move(matchers)},
                       {"fingerprint", ToArray(rule.fingerprint)},
                       {"attributes", std::move(attributes)},
                       {"text", rule.Text()}};
  if (rule.built_in) matched["is_builtin"] = true;
  return json::Object{{"client_fingerprint", ToArray(client)},
                      {"matched_rule", std::move(matched)}};
}

// Replaces the fingerprint by that of the first rule that matches.
void ApplyFingerprintRules(json::Object& event, const std::vector<Stack>& stacks,
                           const Config& config, Grouping& out) {
  const std::vector<std::string> client = ClientFingerprint(event);
  for (const FingerprintRules* rules :
       {config.project_fingerprints.get(), config.built_in_fingerprints.get()}) {
    const auto* rule = rules != nullptr ? rules->Find(event, stacks) : nullptr;
    if (rule == nullptr) continue;
    out.fingerprint_info = Describe(*rule, client);
    if (rule->title) event["title"] = ExpandVariables(*rule->title, event);
    event["fingerprint"] = ToArray(rule->fingerprint);
    event["_fingerprint_info"] = out.fingerprint_info;
    return;
  }
  if (event.if_contains("_fingerprint_info") != nullptr) {
    // Grouped before, by rules that are gone.
    event["fingerprint"] = ToArray(client);
    event.erase("_fingerprint_info");
  }
}

bool IsHash(std::string_view text) {
  return text.size() == kHashLength && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

void GroupByChecksum(std::string_view checksum, Grouping& out) {
  if (IsHash(checksum)) {
    out.variants.push_back({.name = "checksum",
                            .type = VariantType::kChecksum,
                            .contributes = true,
                            .hash = std::string(checksum),
                            .component = {},
                            .values = {std::string(checksum)}});
    return;
  }
  out.variants.push_back({.name = "hashed-checksum",
                          .type = VariantType::kHashedChecksum,
                          .contributes = true,
                          .hash = crypto::Md5Hex(checksum),
                          .component = {},
                          .values = {std::string(checksum)}});
  if (CountCodePoints(checksum) > kHashLength) return;
  out.variants.push_back({.name = "checksum",
                          .type = VariantType::kChecksum,
                          .contributes = true,
                          .hash = std::string(checksum),
                          .component = {},
                          .values = {std::string(checksum)}});
}

std::string SaltedText(const Component& component, const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    if (IsDefaultVariable(value)) {
      AppendLeaves(component, text);
    } else {
      text += value;
    }
  }
  return text;
}

void GroupByComponents(const json::Object& event, const std::vector<Stack>& stacks, Grouping& out) {
  Strategies strategies = RunStrategies(event, stacks, *out.arena);
  out.main_exception_id = strategies.main_exception_id;
  std::vector<std::string> fingerprint = TextsOf(json::GetArray(event, "fingerprint"));
  if (fingerprint.empty()) fingerprint.emplace_back(kDefault);
  const auto defaults = std::ranges::count_if(
      fingerprint, [](const std::string& value) { return IsDefaultVariable(value); });
  const bool plain = defaults == 1 && fingerprint.size() == 1;
  if (!plain) {
    for (std::string& value : fingerprint) {
      if (!IsDefaultVariable(value)) value = ResolveValue(value, event);
    }
  }

  bool any = false;
  for (Side& side : strategies.sides) {
    if (defaults == 0) side.component.Silence("custom fingerprint takes precedence");
    Variant variant;
    variant.name = side.variant;
    variant.component = side.component;
    variant.contributes = side.component.contributes;
    if (variant.contributes) {
      any = true;
      variant.hash = crypto::Md5Hex(plain ? HashText(side.component)
                                          : SaltedText(side.component, fingerprint));
    }
    if (!plain && defaults != 0) {
      variant.type = VariantType::kSaltedComponent;
      variant.values = fingerprint;
    }
    out.variants.push_back(std::move(variant));
  }
  if (defaults == 0) {
    const json::Object* rule = json::GetObject(out.fingerprint_info, "matched_rule");
    const bool built_in = rule != nullptr && rule->if_contains("is_builtin") != nullptr;
    std::string text;
    for (const std::string& value : fingerprint) text += value;
    Variant variant;
    variant.name = built_in ? "built-in-fingerprint" : "custom-fingerprint";
    variant.type = built_in ? VariantType::kBuiltInFingerprint : VariantType::kCustomFingerprint;
    variant.contributes = true;
    variant.hash = crypto::Md5Hex(text);
    variant.values = std::move(fingerprint);
    out.variants.push_back(std::move(variant));
  } else if (!any) {
    Variant variant;
    variant.name = "fallback";
    variant.type = VariantType::kFallback;
    variant.contributes = true;
    variant.hash = crypto::Md5Hex("");
    out.variants.push_back(std::move(variant));
  }
}

std::string_view TypeName(VariantType type) {
  switch (type) {
    case VariantType::kComponent:
      return "component";
    case VariantType::kSaltedComponent:
      return "salted-component";
    case VariantType::kChecksum:
      return "checksum";
    case VariantType::kHashedChecksum:
      return "hashed-checksum";
    case VariantType::kCustomFingerprint:
      return "custom-fingerprint";
    case VariantType::kBuiltInFingerprint:
      return "built-in-fingerprint";
    case VariantType::kFallback:
      return "fallback";
  }
  return "";
}

// What the variant looks at, in words: "in-app exception stack trace".
std::string DescriptionOf(const Variant& variant) {
  switch (variant.type) {
    case VariantType::kChecksum:
    case VariantType::kHashedChecksum:
      return "checksum sent by the client";
    case VariantType::kCustomFingerprint:
      return "custom fingerprint";
    case VariantType::kBuiltInFingerprint:
      return "built-in fingerprint";
    case VariantType::kFallback:
      return "nothing to group by";
    case VariantType::kComponent:
    case VariantType::kSaltedComponent:
      break;
  }
  std::string text = variant.type == VariantType::kSaltedComponent ? "modified " : "";
  text += variant.name == "app" ? "in-app " : "";
  const Component* shown = nullptr;
  for (const Component& part : variant.component.parts) {
    if (shown == nullptr || (part.contributes && !shown->contributes)) shown = &part;
  }
  if (shown == nullptr) return text + "whole event";
  text += shown->id == "chained-exception" ? "chained exceptions" : shown->id;
  const bool traced = std::ranges::any_of(shown->parts, [](const Component& part) {
    return part.id == "stacktrace" && part.contributes;
  });
  return traced ? text + " stack trace" : text;
}

json::Object ToJson(const Variant& variant, const Grouping& grouping) {
  json::Object out;
  out["key"] = variant.name;
  out["type"] = TypeName(variant.type);
  out["description"] = DescriptionOf(variant);
  out["contributes"] = variant.contributes;
  out["hash"] = variant.hash.empty() ? json::Value() : json::Value(variant.hash);
  if (!variant.values.empty()) out["values"] = ToArray(variant.values);
  if (variant.type == VariantType::kComponent || variant.type == VariantType::kSaltedComponent) {
    out["component"] = ToJson(variant.component);
    out["config"] = json::Object{{"id", kConfigId}};
  }
  const bool fingerprinted = variant.type == VariantType::kCustomFingerprint ||
                             variant.type == VariantType::kBuiltInFingerprint ||
                             variant.type == VariantType::kSaltedComponent;
  if (!fingerprinted || grouping.fingerprint_info.empty()) return out;
  const auto client = TextsOf(json::GetArray(grouping.fingerprint_info, "client_fingerprint"));
  if (client.size() > 1 || (client.size() == 1 && !IsDefaultVariable(client[0]))) {
    out["client_values"] = ToArray(client);
  }
  if (const json::Object* rule = json::GetObject(grouping.fingerprint_info, "matched_rule")) {
    out["matched_rule"] = rule->at("text");
  }
  return out;
}

}  // namespace

Config Config::Default() {
  Config config;
  config.built_in = std::make_shared<const Rules>(Rules::BuiltIn());
  config.built_in_fingerprints =
      std::make_shared<const FingerprintRules>(FingerprintRules::BuiltIn());
  return config;
}

Grouping Group(json::Object& event, const Config& config) {
  Grouping out;
  out.arena = std::make_unique<Arena>();
  // What is added to the event below must not move the stack traces that were found before.
  event.reserve(event.size() + 8);
  std::vector<const Rules*> rules;
  for (const Rules* set : {config.built_in.get(), config.project.get()}) {
    if (set != nullptr) rules.push_back(set);
  }
  const std::vector<Stack> stacks = PrepareStacks(event, rules, *out.arena);
  out.in_app_frame_mix = FrameMix(stacks);
  ApplyFingerprintRules(event, stacks, config, out);
  if (const std::string_view type = TextOf(event, "type"); type != "transaction") {
    const std::string_view checksum = TextOf(event, "checksum");
    if (!checksum.empty()) {
      GroupByChecksum(checksum, out);
    } else {
      GroupByComponents(event, stacks, out);
    }
  }
  for (const Variant& variant : out.variants) {
    if (!variant.hash.empty() && std::ranges::find(out.hashes, variant.hash) == out.hashes.end()) {
      out.hashes.push_back(variant.hash);
    }
  }
  // With all frames comes last, whatever stands beside it.
  const auto system = std::ranges::find(out.variants, "system", &Variant::name);
  if (system != out.variants.end() && !system->hash.empty()) {
    std::erase(out.hashes, system->hash);
    out.hashes.push_back(system->hash);
  }
  out.headline = MakeHeadline(event, out.main_exception_id);
  return out;
}

void Store(const Grouping& grouping, json::Object& event) {
  event["hashes"] = ToArray(grouping.hashes);
  event["grouping_config"] = json::Object{{"id", kConfigId}};
  event["type"] = grouping.headline.type;
  event["metadata"] = grouping.headline.metadata;
  event["title"] = grouping.headline.title;
  event["location"] =
      grouping.headline.location.empty() ? json::Value() : json::Value(grouping.headline.location);
  event["culprit"] = grouping.headline.culprit;
  if (grouping.main_exception_id) event["main_exception_id"] = *grouping.main_exception_id;
}

json::Object Explain(const Grouping& grouping) {
  json::Object variants;
  for (const Variant& variant : grouping.variants) {
    variants[variant.name] = ToJson(variant, grouping);
  }
  const std::string_view primary = grouping.Primary();
  const Headline& head = grouping.headline;
  json::Object out;
  out["config"] = kConfigId;
  out["primary_hash"] = primary.empty() ? json::Value() : json::Value(primary);
  out["hashes"] = ToArray(grouping.hashes);
  out["type"] = head.type;
  out["title"] = head.title;
  out["culprit"] = head.culprit;
  out["location"] = head.location.empty() ? json::Value() : json::Value(head.location);
  out["metadata"] = head.metadata;
  out["fingerprint"] =
      grouping.fingerprint_info.empty() ? json::Value() : json::Value(grouping.fingerprint_info);
  out["in_app_frame_mix"] =
      grouping.in_app_frame_mix.empty() ? json::Value() : json::Value(grouping.in_app_frame_mix);
  out["variants"] = std::move(variants);
  return out;
}

}  // namespace gatehouse::grouping
