#include "region/events/scrub/scrub.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "region/events/document/ip_literal.h"
#include "region/events/document/schema.h"
#include "region/events/document/value.h"
#include "region/events/scrub/redacted_text.h"

namespace gatehouse::events::scrub {
namespace {

constexpr std::string_view kFiltered = "[Filtered]";
constexpr std::string_view kSecretRule = "@password:filter";
constexpr std::string_view kFieldsRule = "strip-fields";
constexpr std::string_view kIpRule = "@ip:replace";

// Steps of user patterns over one event: about a tenth of a second.
constexpr std::uint64_t kPatternBudget = 5'000'000;

struct DefaultRule {
  BuiltIn kind;
  std::string_view id;
};
constexpr auto kDefaultRules = std::to_array<DefaultRule>({
    {BuiltIn::kCreditCard, "@creditcard:filter"},
    {BuiltIn::kPemKey, "@pemkey:filter"},
    {BuiltIn::kUrlAuth, "@urlauth:filter"},
    {BuiltIn::kUserPath, "@userpath:filter"},
    {BuiltIn::kSecretPair, "@password:filter"},
    {BuiltIn::kUsSsn, "@usssn:filter"},
    {BuiltIn::kBearer, "@bearer:filter"},
    {BuiltIn::kIban, "@iban:filter"},
});

ValueKind KindOf(const json::Value& value, const Node& node) {
  if (node.kind == Kind::kTime) return ValueKind::kDatetime;
  if (value.is_string()) return ValueKind::kString;
  if (value.is_bool()) return ValueKind::kBoolean;
  if (value.is_number()) return ValueKind::kNumber;
  if (value.is_array()) return ValueKind::kArray;
  if (value.is_object()) return ValueKind::kObject;
  return ValueKind::kNone;
}

bool ContainsIgnoreCase(std::string_view text, std::string_view lower) {
  auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  };
  return std::search(text.begin(), text.end(), lower.begin(), lower.end(), same) != text.end();
}

// Under a sensitive key these say nothing.
bool SaysNothing(const json::Value& value) {
  if (value.is_null() || value.is_bool() || IsEmptyContainer(value)) return true;
  if (!value.is_string()) return false;
  std::string_view text = Text(value);
  return text.empty() || text == "true" || text == "false" || text == "null" ||
         text == "undefined" || text == kFiltered;
}

// A list of [key, value] pairs, as headers and cookies are kept.
bool IsPairList(const json::Array& list) {
  bool any = false;
  for (const json::Value& item : list) {
    if (item.is_null()) continue;
    const json::Array* pair = item.if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string()) return false;
    any = true;
  }
  return any;
}

bool IsTyped(const Node& node) {
  return node.kind == Kind::kObject || node.kind == Kind::kMap || node.kind == Kind::kArray ||
         node.kind == Kind::kValues;
}

struct State {
  std::string_view key = {};     // of the value, or of the nearest container that has one
  std::string_view secret = {};  // id of the rule that takes everything below
  bool excluded = false;         // by the project's safe fields
  bool session_names = false;    // below cookies and headers
};

class Scrubber {
 public:
  Scrubber(const Rules& rules, Annotations& notes) : rules_(rules), notes_(notes) {}

  void Event(json::Object& event) {
    Path root;
    steps_.push_back({.role = Role::kEvent, .kind = ValueKind::kObject});
    for (auto& member : event) {
      Path path(root, member.key());
      Member(member.value(), ChildNode(EventNode(), member.key()), path, member.key(), {});
    }
    steps_.clear();
  }

  // True if the value would be changed at this place.
  bool Original(std::string_view name, json::Value& value) {
    const Node* node = &EventNode();
    State state;
    steps_.clear();
    steps_.push_back({.role = Role::kEvent, .kind = ValueKind::kObject});
    std::vector<std::string_view> parts = Split(name, '.');
    bool values = false;
    for (std::string_view part : parts) {
      bool index = !part.empty() && part.find_first_not_of("0123456789") == part.npos;
      if (part == "values" && node->kind == Kind::kValues) {
        values = true;
        continue;
      }
      node = index && (values || node->kind != Kind::kMap) ? &ElementNode(*node)
                                                           : &ChildNode(*node, part);
      values = false;
      if (!index) state = Under(state, part, false);
      steps_.push_back({.key = part, .role = node->role});
    }
    if (node->pii == Pii::kFalse) return false;
    json::Value copy = value;
    Path root;
    Path path(root, name);
    std::size_t before = changes_;
    const Node& free = FreeNode(node->default_rules ? node->pii : Pii::kMaybe);
    Visit(copy, free, path, state);
    return changes_ != before;
  }

 private:
  // What a key says about everything below it.
  State Under(State state, std::string_view key, bool exact_names) const {
    state.key = key;
    if (exact_names) state.session_names = true;
    if (!state.excluded) {
      for (const std::string& field : rules_.exclude_fields()) {
        if (EqualsIgnoreCase(key, field)) state.excluded = true;
      }
    }
    if (state.excluded) {
      state.secret = {};
    } else if (state.secret.empty()) {
      if (rules_.defaults() && (IsSecretKey(key) || (state.session_names && IsSessionName(key)))) {
        state.secret = kSecretRule;
      } else {
        for (const std::string& field : rules_.sensitive_fields()) {
          if (ContainsIgnoreCase(key, field)) state.secret = kFieldsRule;
        }
      }
    }
    return state;
  }

  void Member(json::Value& value, const Node& node, const Path& path, std::string_view key,
              const State& parent) {
    State state = Under(parent, key, false);
    if (key == "cookies" || key == "headers" || key == "Cookie" || key == "Set-Cookie") {
      state.session_names = true;
    }
    steps_.push_back({.key = key});
    Visit(value, node, path, state);
    steps_.pop_back();
  }

  void Element(json::Value& value, const Node& node, const Path& path, std::size_t index,
               const State& state) {
    steps_.push_back({.index = index, .is_index = true});
    Visit(value, node, path, state);
    steps_.pop_back();
  }

  void Visit(json::Value& value, const Node& declared, const Path& path, const State& state) {
    if (value.is_null()) return;
    const Node& node = IsContextElement(declared) && value.is_object()
                           ? ContextNode(TextMember(value.get_object(), "type"))
                           : declared;
    steps_.back().role = node.role;
    steps_.back().kind = KindOf(value, node);
    if (node.pii != Pii::kFalse) {
      for (const Application& application : rules_.applications()) {
        if (!application.selector.Matches(steps_, node.pii)) continue;
        for (const auto& rule : application.rules) {
          ApplyRule(value, node, *rule, path, state);
          if (value.is_null()) return;
        }
      }
    }
    bool defaults = node.pii == Pii::kTrue && node.default_rules;
    if (defaults && !state.secret.empty() && !SaysNothing(value) && !IsTyped(node)) {
      return Filter(value, path, state.secret);
    }
    if (value.is_string()) {
      if (defaults) ScrubText(value, path, state);
    } else if (value.is_int64() || value.is_uint64()) {
      if (defaults) ScrubNumber(value, path, state);
    } else if (json::Object* object = value.if_object()) {
      for (auto& member : *object) {
        if (node.kind == Kind::kValues && member.key() == "values" && member.value().is_array()) {
          Path list(path, "values");
          steps_.push_back({.key = "values", .kind = ValueKind::kArray});
          VisitList(member.value().get_array(), node, list, state);
          steps_.pop_back();
          continue;
        }
        Path child(path, member.key());
        Member(member.value(), ChildNode(node, member.key()), child, member.key(), state);
      }
    } else if (json::Array* list = value.if_array()) {
      VisitList(*list, node, path, state);
    }
  }

  void VisitList(json::Array& list, const Node& node, const Path& path, const State& state) {
    const Node& element = ElementNode(node);
    bool pairs = !IsTyped(node) && IsPairList(list);
    for (std::size_t i = 0; i < list.size(); ++i) {
      Path item(path, i);
      json::Array* pair = pairs ? list[i].if_array() : nullptr;
      if (pair == nullptr) {
        Element(list[i], element, item, i, state);
        continue;
      }
      std::string key(Text((*pair)[0]));
      Path place(item, 1);
      State under = Under(state, key, false);
      // A selector names the value of a pair by its key.
      if (EqualsIgnoreCase(key, "user-agent")) under.excluded = true;
      steps_.push_back({.key = key});
      Visit((*pair)[1], element, place, under);
      steps_.pop_back();
    }
  }

  void Filter(json::Value& value, const Path& path, std::string_view rule) {
    ++changes_;
    if (value.is_string()) notes_.OriginalLength(path, CountChars(Text(value)));
    SetText(value, kFiltered);
    notes_.Remark(path, rule, RemarkKind::kSubstituted, 0, kFiltered.size());
  }

  void Store(json::Value& value, const RedactedText& text, std::size_t chars, const Path& path,
             std::string_view kept = {}) {
    ++changes_;
    notes_.OriginalLength(path, chars);
    SetText(value, text.Join() + std::string(kept));
    text.Annotate(path, notes_);
  }

  void ScrubText(json::Value& value, const Path& path, const State& state) {
    if (state.excluded) return;
    std::string_view text = Text(value);
    for (const std::string& field : rules_.sensitive_fields()) {
      if (ContainsIgnoreCase(text, field)) return Filter(value, path, kFieldsRule);
    }
    if (!rules_.defaults() && !rules_.scrub_ip_addresses()) return;
    Hints hints = Scan(text);
    std::optional<RedactedText> redacted;
    auto apply = [&](BuiltIn kind, std::string_view rule, std::string_view replacement) {
      if (!hints.May(kind)) return;
      if (!redacted) {
        if (!Find(kind, Text(value), 0)) return;
        redacted.emplace(Text(value), notes_.OwnRemarks(path));
      }
      redacted->Apply(kind, rule, replacement);
    };
    if (rules_.defaults()) {
      auto pair =
          hints.May(BuiltIn::kSecretPair) ? Find(BuiltIn::kSecretPair, text, 0) : std::nullopt;
      // A text that is nothing but "key: value" goes as a whole.
      if (pair && IsWholePair(text)) return Filter(value, path, kSecretRule);
      for (const DefaultRule& rule : kDefaultRules) apply(rule.kind, rule.id, kFiltered);
    }
    if (rules_.scrub_ip_addresses()) apply(BuiltIn::kIp, kIpRule, "[ip]");
    if (redacted && redacted->changed()) {
      std::size_t chars = CountChars(Text(value));
      Store(value, *redacted, chars, path);
    }
  }

  // One word, a sign and a value, on one line and without anything that looks like a sentence or
  // URL.
  static bool IsWholePair(std::string_view text) {
    std::size_t sign = text.find_first_of(":=");
    if (sign == text.npos || sign == 0 || sign > 64) return false;
    std::string_view key = Trim(text.substr(0, sign));
    return key.find_first_of(" /\\?&;,") == key.npos && IsSecretKey(key) &&
           text.find('\n') == text.npos;
  }

  void ScrubNumber(json::Value& value, const Path& path, const State& state) {
    if (state.excluded || !rules_.defaults()) return;
    // Fewer than fifteen characters.
    const json::Value& number = value;
    if (const std::int64_t* small = number.if_int64()) {
      if (*small < 100'000'000'000'000 && *small > -10'000'000'000'000) return;
    }
    std::string digits = json::Serialize(value);
    if (digits.size() < 15 || !Find(BuiltIn::kCreditCard, digits, 0)) return;
    Filter(value, path, "@creditcard:filter");
  }

  void ApplyRule(json::Value& value, const Node& node, const Rule& rule, const Path& path,
                 const State& state) {
    if (rule.kind == Rule::Kind::kPair) {
      bool hit = rule.secret_keys
                     ? IsSecretKey(state.key)
                     : rule.pattern->Search(state.key, 0, budget_).has_value() || budget_ == 0;
      if (!hit || SaysNothing(value)) return;
    }
    if (value.is_string()) {
      std::string_view text = Text(value);
      std::size_t chars = CountChars(text);
      std::size_t base = 0;
      if (node.image_path) {
        std::size_t slash = text.find_last_of("/\\");
        if (slash == text.npos) return;
        base = slash + 1;
      } else {
        base = text.size();
      }
      std::string kept(text.substr(base));
      RedactedText redacted(node.image_path ? text.substr(0, base - 1) : text,
                            notes_.OwnRemarks(path));
      redacted.Apply(rule, rules_.hash_key(), budget_);
      if (!redacted.changed()) return;
      if (node.image_path) kept.insert(0, 1, text[base - 1]);
      bool removed = rule.redaction.method == Method::kRemove && !node.image_path &&
                     (rule.kind == Rule::Kind::kAnything || rule.kind == Rule::Kind::kPair);
      bool dropped = rule.kind == Rule::Kind::kAnything && !node.image_path &&
                     rule.redaction.method == Method::kDefault;
      if (removed || dropped) return Remove(value, path, rule);
      return Store(value, redacted, chars, path, kept);
    }
    bool whole = rule.kind == Rule::Kind::kAnything || rule.kind == Rule::Kind::kPair;
    if (value.is_object() || value.is_array()) {
      if (!whole) return;
      if (rule.redaction.method == Method::kReplace && !IsTyped(node)) {
        return Replace(value, path, rule);
      }
      return Remove(value, path, rule);
    }
    if (value.is_bool() && !whole) return;
    std::string text = json::Serialize(value);
    if (!whole) {
      RedactedText redacted(text, nullptr);
      redacted.Apply(rule, rules_.hash_key(), budget_);
      if (!redacted.changed()) return;
      std::size_t chars = text.size();
      return Store(value, redacted, chars, path);
    }
    if (rule.redaction.method == Method::kRemove || rule.redaction.method == Method::kDefault) {
      return Remove(value, path, rule);
    }
    Replace(value, path, rule);
  }

  void Replace(json::Value& value, const Path& path, const Rule& rule) {
    ++changes_;
    Replacement made = Redact(json::Serialize(value), rule, rules_.hash_key());
    SetText(value, made.text);
    notes_.Remark(path, rule.id, made.kind, 0, CountChars(made.text));
  }

  void Remove(json::Value& value, const Path& path, const Rule& rule) {
    ++changes_;
    value = nullptr;
    notes_.Remark(path, rule.id, RemarkKind::kRemoved);
  }

  const Rules& rules_;
  Annotations& notes_;
  std::vector<Step> steps_;
  std::uint64_t budget_ = kPatternBudget;
  std::size_t changes_ = 0;
};

void RemoveAddress(json::Object& object, std::string_view key, const Path& parent,
                   Annotations& notes) {
  json::Value* value = Member(object, key);
  if (value == nullptr) return;
  Path path(parent, key);
  *value = nullptr;
  notes.Remark(path, "@ip:remove", RemarkKind::kRemoved);
}

void RemoveAddresses(json::Object& event, Annotations& notes) {
  Path root;
  if (json::Object* user = ObjectMember(event, "user")) {
    RemoveAddress(*user, "ip_address", Path(root, "user"), notes);
  }
  if (json::Object* sdk = ObjectMember(event, "sdk")) {
    RemoveAddress(*sdk, "client_ip", Path(root, "sdk"), notes);
  }
  if (json::Object* request = ObjectMember(event, "request")) {
    if (json::Object* env = ObjectMember(*request, "env")) {
      Path path(root, "request");
      RemoveAddress(*env, "REMOTE_ADDR", Path(path, "env"), notes);
    }
  }
  if (json::Array* spans = ArrayMember(event, "spans")) {
    Path path(root, "spans");
    for (std::size_t i = 0; i < spans->size(); ++i) {
      json::Object* span = (*spans)[i].if_object();
      json::Object* tags = span == nullptr ? nullptr : ObjectMember(*span, "sentry_tags");
      if (tags == nullptr) continue;
      Path item(path, i);
      RemoveAddress(*tags, "user.ip", Path(item, "sentry_tags"), notes);
    }
  }
}

// A hashed address is no address any more, but it still tells users apart.
void MovePseudonym(json::Object& event, Annotations& notes) {
  json::Object* user = ObjectMember(event, "user");
  json::Value* address = user == nullptr ? nullptr : Member(*user, "ip_address");
  if (address == nullptr || !address->is_string() || IsIpAddress(Text(*address))) return;
  std::string text(Text(*address));
  user->erase("ip_address");
  bool hash = text.size() == 40 && text.find_first_not_of("0123456789ABCDEF") == text.npos;
  if (!hash || !TextMember(*user, "id").empty()) return;
  SetText(Slot((*user), "id"), text);
  Path root;
  Path path(root, "user");
  notes.Move(Path(path, "ip_address"), Path(path, "id"));
}

}  // namespace

void Scrub(json::Object& event, const Rules& rules, Annotations& notes) {
  if (rules.empty()) return;
  if (rules.scrub_ip_addresses()) RemoveAddresses(event, notes);
  Scrubber scrubber(rules, notes);
  scrubber.Event(event);
  if (!rules.applications().empty()) MovePseudonym(event, notes);
  json::Object nothing;
  Annotations unused(nothing);
  Scrubber reviewer(rules, unused);
  notes.ReviewOriginals([&](std::string_view name, json::Value& original) {
    return !reviewer.Original(name, original);
  });
}

}  // namespace gatehouse::events::scrub
