#include "region/ingest/protocol/crash_event.h"

#include <algorithm>
#include <utility>

#include "region/ingest/protocol/msgpack.h"
#include "region/ingest/protocol/time_text.h"

namespace gatehouse::ingest {
namespace {

std::vector<json::Value> Breadcrumbs(std::string_view bytes) {
  std::vector<json::Value> out;
  auto values = ParseMsgpackSequence(bytes);
  if (!values) return out;
  for (json::Value& value : *values) {
    if (value.is_object()) {
      out.push_back(std::move(value));
    } else if (value.is_array()) {
      for (json::Value& inner : value.get_array()) {
        if (inner.is_object()) out.push_back(std::move(inner));
      }
    }
  }
  return out;
}

Timestamp TimeOf(const json::Value& breadcrumb) {
  const json::Value* time = breadcrumb.get_object().if_contains("timestamp");
  return time == nullptr ? Timestamp{} : ParseTime(*time).value_or(Timestamp{});
}

}  // namespace

json::Object CrashEvent(const CrashParts& parts) {
  json::Object event;
  if (!parts.payload.empty()) {
    if (auto read = ParseMsgpack(parts.payload); read && read->is_object()) {
      event = std::move(read->get_object());
    }
  }
  for (const auto& [key, value] : parts.form) {
    json::Value* known = event.if_contains(key);
    if (known == nullptr) {
      event[key] = value;
    } else if (key == "extra" && known->is_object() && value.is_object()) {
      for (const auto& [name, extra] : value.get_object()) {
        if (!known->get_object().contains(name)) known->get_object()[name] = extra;
      }
    }
  }
  std::vector<json::Value> all;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(parts.breadcrumbs.size(), 2); ++i) {
    std::vector<json::Value> some = Breadcrumbs(parts.breadcrumbs[i]);
    longest = std::max(longest, some.size());
    std::ranges::move(some, std::back_inserter(all));
  }
  if (all.empty()) return event;
  // In order of time; those of one moment as they came.
  std::vector<std::pair<Timestamp, std::size_t>> order;
  for (std::size_t i = 0; i < all.size(); ++i) order.emplace_back(TimeOf(all[i]), i);
  std::ranges::sort(order);
  json::Array values;
  for (std::size_t i = order.size() - std::min(longest, order.size()); i < order.size(); ++i) {
    values.push_back(std::move(all[order[i].second]));
  }
  event["breadcrumbs"] = json::Object{{"values", std::move(values)}};
  return event;
}

}  // namespace gatehouse::ingest
