#include "region/monitors/incidents/incident.h"

#include "platform/crypto/hash.h"
#include "region/events/grouping/grouping.h"

namespace gatehouse::monitors {
namespace {

std::string Text(const json::Object& data, std::string_view key) {
  return std::string(json::GetString(data, key).value_or(""));
}

std::string_view ReasonOf(std::string_view status) {
  if (status == "missed") return "A missed check-in was detected";
  if (status == "timeout") return "A timeout check-in was detected";
  return "An error check-in was detected";
}

json::Array FingerprintOf(const Occurrence& occurrence) {
  return {"monitor-check-in-failure", Text(occurrence.data, "guid"), occurrence.environment};
}

json::Object Bare(const Occurrence& occurrence) {
  return {{"type", "generic"},
          {"platform", "other"},
          {"level", "error"},
          {"fingerprint", FingerprintOf(occurrence)}};
}

}  // namespace

std::string IncidentHash(const Occurrence& occurrence) {
  json::Object event = Bare(occurrence);
  return std::string(grouping::Group(event, grouping::Config::Default()).Primary());
}

events::Incoming IncidentEvent(const Occurrence& occurrence, const projects::Project& project) {
  const json::Object& data = occurrence.data;
  const std::string slug = Text(data, "slug");
  const std::string status = Text(data, "status");
  const std::string_view reason = ReasonOf(status);
  const std::string title = "Monitor failure: " + slug;

  json::Object event = Bare(occurrence);
  event["event_id"] = crypto::Md5Hex("monitor incident " + occurrence.check_in);
  event["timestamp"] = static_cast<double>(occurrence.at.micros) / 1e6;
  event["received"] = static_cast<double>(occurrence.at.micros) / 1e6;
  event["title"] = title;
  event["culprit"] = reason;
  event["environment"] = occurrence.environment;
  event["logentry"] = json::Object{{"formatted", title + ". " + std::string(reason) + "."}};
  if (std::string release = Text(data, "release"); !release.empty()) event["release"] = release;
  event["tags"] =
      json::Array{json::Array{"monitor.id", Text(data, "guid")}, json::Array{"monitor.slug", slug}};
  json::Object monitor{{"type", "monitor"},
                       {"id", Text(data, "guid")},
                       {"slug", slug},
                       {"name", Text(data, "name")},
                       {"status", status}};
  for (const char* key : {"failures", "duration", "expected", "last", "config"}) {
    if (const json::Value* value = data.if_contains(key)) monitor[key] = *value;
  }
  json::Object contexts{{"monitor", std::move(monitor)}};
  if (std::string trace = Text(data, "trace_id"); !trace.empty()) {
    contexts["trace"] = json::Object{{"type", "trace"}, {"trace_id", trace}};
  }
  event["contexts"] = std::move(contexts);

  events::Incoming incoming{.project = project,
                            .event = std::move(event),
                            .grouping = {},
                            .received = occurrence.at,
                            .source = occurrence.id};
  incoming.grouping = grouping::Group(incoming.event, grouping::Config::Default());
  grouping::Headline& headline = incoming.grouping.headline;
  headline.type = kIncidentType;
  headline.title = title;
  headline.location.clear();
  headline.culprit = reason;
  headline.metadata = json::Object{{"title", title}, {"value", reason}};
  return incoming;
}

}  // namespace gatehouse::monitors
