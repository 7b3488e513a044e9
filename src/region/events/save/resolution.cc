#include "region/events/save/resolution.h"

#include "region/releases/policy.h"

namespace gatehouse::events {

bool Covers(const Resolution& resolution, const std::optional<releases::Release>& of_current,
            const std::optional<releases::Release>& event, bool follows_semver) {
  if (!event) return true;
  if (!resolution.current_version.empty()) {
    if (follows_semver && event->semantic) {
      const auto current = releases::ParseSemanticVersion(resolution.current_version);
      if (current) return releases::Compare(*current, *event->semantic) >= 0;
    }
    if (event->version == resolution.current_version) return true;
    return of_current && event->created_at < of_current->created_at;
  }
  if (!resolution.release) return false;
  const releases::Release& resolved = *resolution.release;
  if (resolution.type == "in_next_release") {
    return resolved.id == event->id || resolved.created_at > event->created_at;
  }
  if (resolved.id == event->id) return false;
  if (follows_semver && event->semantic && resolved.semantic) {
    return releases::Compare(*resolved.semantic, *event->semantic) > 0;
  }
  return resolved.created_at >= event->created_at;
}

}  // namespace gatehouse::events
