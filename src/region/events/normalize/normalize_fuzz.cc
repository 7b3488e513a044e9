// Any bytes: what is read as an event is normalized and scrubbed without a crash, and the result
// can be written, read again and normalized again.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "platform/json/lenient.h"
#include "region/events/document/event_json.h"
#include "region/events/normalize/normalize.h"
#include "region/events/scrub/rules.h"

namespace {

const gatehouse::events::scrub::Rules& StrictRules() {
  using namespace gatehouse::events::scrub;
  static const Rules kRules = [] {
    Settings settings;
    settings.scrub_ip_addresses = true;
    settings.sensitive_fields = {"fieldx"};
    settings.exclude_fields = {"safe"};
    settings.pii_config =
        gatehouse::json::ParseLenient(
            R"({"rules":{"p":{"type":"pattern","pattern":"(b+)c|x\\d{2,5}","replaceGroups":[1]}},
                "vars":{"hashKey":"k"},
                "applications":{"$string && !extra.**":["@common:mask","p"],
                                "**.hash":["@anything:hash"],"user.ip_address":["@ip:hash"]}})")
            ->as_object();
    return Rules::Compile(settings).value();
  }();
  return kRules;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static const events::scrub::Rules kDefaults;
  for (const events::scrub::Rules* rules : {&kDefaults, &StrictRules()}) {
    json::Arena arena;
    auto event = events::Parse(text, {.allow_nan = true, .storage = json::Storage(&arena)});
    if (!event) return 0;
    events::Context context;
    context.received = Timestamp::FromSeconds(1'700'000'000);
    context.sent_at = Timestamp::FromSeconds(1'600'000'000);
    context.client_ip = "198.51.100.4";
    context.client = "sentry.test/1.0";
    context.exclusive_times = true;
    context.new_event_id = [] { return std::string(32, 'a'); };
    context.scrub = rules;
    if (!events::Normalize(*event, context).kept()) return 0;
    std::string once = json::Serialize(*event);
    GH_CHECK(IsValidUtf8(once));
    auto again = events::Parse(once, {.max_bytes = once.size()});
    GH_CHECK(again.has_value());
    context.renormalize = true;
    GH_CHECK(events::Normalize(*again, context).kept());
  }
  return 0;
}
