// The message catalogue, continued: projects, events and issues.

#include "edge/web/messages.h"

namespace gatehouse::web {

const std::vector<Message>& EventMessages() {
  static const std::vector<Message> all = {
      {"project_not_found", "No such project",
       "There is no project with that name in this organization, or it was removed.",
       "Look at the list of projects."},
      {"project_key_not_found", "No such key", "The project has no key with that value.",
       "Look at the project's keys."},
      {"platform_invalid", "That platform is not a name",
       "A platform has lower-case letters, digits and hyphens, 64 at most.",
       "Choose one from the list."},
      {"rate_limit_invalid", "That limit does not work",
       "A limit is a number of events in a number of seconds, a day at most, or none of both.",
       "Give both numbers, or leave both empty."},
      {"option_unknown", "Unknown option", "The project has no option of that name.",
       "See the API reference for their names."},
      {"release_not_found", "No such release", "No event or tool has named that release here.",
       "Check its spelling."},
      {"issue_not_found", "No such issue",
       "It was removed, belongs to another organization, or never existed.",
       "Look at the list of issues."},
      {"issue_query_invalid", "That search cannot be read",
       "It has a word before a colon that is not a search key, an unknown value, or an open quote.",
       "Try is:unresolved, level:error, release:1.0, timesSeen:>10, or plain words."},
      {"issue_status_invalid", "Unknown status",
       "An issue is resolved, resolved in the next release, archived or unresolved.",
       "Choose one of these."},

      // ---- rules of a project
      {"enhancement_rules_invalid", "The stack rules cannot be read",
       "The log names the line and the column.", "Correct the line and save again."},
      {"fingerprint_rules_invalid", "The fingerprint rules cannot be read",
       "The log names the line and the column.", "Correct the line and save again."},
      {"scrub_settings_invalid", "The scrubbing settings cannot be read",
       "A value has another type than its setting wants.", "Correct it and save again."},
      {"scrub_rule_invalid", "A scrubbing rule cannot be read", "Its type or method is unknown.",
       "Correct it and save again."},
      {"scrub_pattern_invalid", "A pattern cannot be read",
       "It is no regular expression of the kind that is supported.",
       "Leave out look-around and back-references."},
      {"scrub_selector_invalid", "A selector cannot be read",
       "It names fields in a way that is not known.", "Correct it and save again."},

      // ---- intake and storage
      {"compression_invalid", "The data cannot be unpacked",
       "It is not what its Content-Encoding says, or ends too early.", "Send it again."},
      {"decoded_too_large", "The data is too large", "Unpacked it is more than the limit.",
       "Send less at once."},
      {"invalid_json", "That is no JSON object", "The event could not be read as JSON.",
       "Check what sends it."},
      {"event_too_large", "The event is too large", "It is more than the limit for one event.",
       "Send less data with it."},
      {"event_id_invalid", "That is no event id", "An event id is 32 hexadecimal digits.",
       "Check what sends it."},
      {"event_too_old", "The event is too old", "Events of that day are not kept any more.",
       "Check the clock of the sender."},
      {"event_too_new", "The event is from the future", "Its time is more than a day ahead.",
       "Check the clock of the sender."},
      {"event_group_deleted", "The issue was removed", "Its events are not kept any more.",
       "Look at the list of issues."},
      {"event_store_unavailable", "Events cannot be read at the moment",
       "The event store did not answer.", "Try again; the log has the cause."},
      {"event_store_damaged", "A stored event cannot be read", "Its file is damaged.",
       "Ask the operator to look at the log and the disk."},
      {"stream_topic_invalid", "Unknown stream", "The stream has no topic of that name.",
       "Ask the operator to look at the log."},
      {"stream_offset_invalid", "No such position", "The stream has no record there.",
       "Ask the operator to look at the log."},
      {"stream_record_too_large", "The data is too large",
       "One record is more than the stream takes.", "Send less at once."},
      {"stream_unavailable", "Nothing can be taken in at the moment",
       "The stream could not be written.", "Try again; the log has the cause."},
      {"stream_damaged", "A record of the stream cannot be read", "Its file is damaged.",
       "Ask the operator to look at the log and the disk."},
  };
  return all;
}

}  // namespace gatehouse::web
