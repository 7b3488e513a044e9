#pragma once

// Grouping: which issue an error event belongs to, and why. (configuration newstyle:2023-01-11)
//
// An event is looked at from several sides ("variants": the application's frames, all frames, the
// message, ...). Each side is a tree of components and, when it has something to say, a hash.
// Events that share one of their hashes are one issue. A checksum or a fingerprint replaces or
// salts that.
//
// Pure: no I/O, no clock. Time: linear in the event times the number of rules. Thread-safe as long
// as no two calls share an event.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json.h"
#include "region/events/grouping/component.h"
#include "region/events/grouping/fingerprint.h"
#include "region/events/grouping/rules.h"

namespace gatehouse::grouping {

inline constexpr std::string_view kConfigId = "newstyle:2023-01-11";

// What a project groups by. The built-in sets are made once and shared; a project without rules of
// its own has none of the other two.
struct Config {
  std::shared_ptr<const Rules> built_in;
  std::shared_ptr<const Rules> project;
  std::shared_ptr<const FingerprintRules> built_in_fingerprints;
  std::shared_ptr<const FingerprintRules> project_fingerprints;

  // The built-in sets alone.
  static Config Default();
};

enum class VariantType {
  kComponent,
  kSaltedComponent,
  kChecksum,
  kHashedChecksum,
  kCustomFingerprint,
  kBuiltInFingerprint,
  kFallback,
};

struct Variant {
  std::string name;  // "app", "system", "default", "checksum", "custom-fingerprint", ...
  VariantType type = VariantType::kComponent;
  bool contributes = false;
  std::string hash;     // lower-case hexadecimal (a short checksum: itself); empty: none
  Component component;  // kComponent, kSaltedComponent
  std::vector<std::string> values;  // of a fingerprint or a checksum
};

// What a list of issues shows of an event.
struct Headline {
  std::string type;  // "error", "default", "csp", ...
  std::string title;
  std::string location;
  std::string culprit;
  json::Object metadata;
};

struct Grouping {
  std::vector<Variant> variants;    // "system" is the last of those with components
  std::vector<std::string> hashes;  // the first is the primary one; empty for transactions
  // What decided the fingerprint, as it is stored in `_fingerprint_info`; empty when nothing did.
  json::Object fingerprint_info;
  std::optional<std::int64_t> main_exception_id;
  std::string_view in_app_frame_mix;  // empty without frames
  Headline headline;
  std::unique_ptr<Arena> arena;  // of the components

  std::string_view Primary() const {
    return hashes.empty() ? std::string_view() : std::string_view(hashes.front());
  }
};

// REQUIRES: `event` is normalized. Prepares it (stack traces: stack.h; `fingerprint`,
// `_fingerprint_info` and `title` when a fingerprint rule matched) and groups it. Grouping an event
// again gives the same.
Grouping Group(json::Object& event, const Config& config);

// Writes what is stored with an event: `hashes`, `grouping_config`, `metadata`, `title`,
// `location`, `culprit`, `main_exception_id`.
void Store(const Grouping& grouping, json::Object& event);

// Everything, for people and programs: hashes, each variant with its tree, the fingerprint rule,
// the headline.
json::Object Explain(const Grouping& grouping);

}  // namespace gatehouse::grouping
