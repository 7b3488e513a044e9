#include "region/ingest/protocol/user_report.h"

#include "base/text.h"
#include "platform/json/text.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

// The first `limit` characters.
std::string_view Characters(std::string_view text, std::size_t limit) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    bool starts = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (starts && limit-- == 0) break;
  }
  return text.substr(0, at);
}

}  // namespace

Result<UserReport> ParseUserReport(std::string_view payload) {
  auto object = ParsePayloadObject(payload, 1024 * 1024);
  if (!object) return Reject(kInvalidUserReport, "not an object");
  auto id = EventId::ParseUsable(json::TextOf(*object, "event_id"));
  if (!id) return Reject(kInvalidUserReport, "event_id");
  UserReport out;
  out.event_id = *id;
  out.name = Characters(Trim(json::TextOf(*object, "name")), 128);
  out.email = Characters(Trim(json::TextOf(*object, "email")), 75);
  out.comments = Characters(json::TextOf(*object, "comments"), kMaxFeedbackMessage);
  return out;
}

bool CompleteFeedback(json::Object& event) {
  json::Value* contexts = event.if_contains("contexts");
  if (contexts == nullptr || !contexts->is_object()) return false;
  json::Value* value = contexts->get_object().if_contains("feedback");
  if (value == nullptr || !value->is_object()) return false;
  json::Object& feedback = value->get_object();
  std::string_view message = json::TextOf(feedback, "message");
  if (Trim(message).empty()) return false;
  std::string_view cut = Characters(message, kMaxFeedbackMessage);
  if (cut.size() != message.size()) feedback["message"] = std::string(cut);
  if (const json::Object* user = json::GetObject(event, "user")) {
    for (auto [to, from] : {std::pair{"contact_email", "email"}, std::pair{"name", "name"}}) {
      if (!json::TextOf(feedback, to).empty()) continue;
      std::string_view text = json::TextOf(*user, from);
      if (!text.empty()) feedback[to] = std::string(text);
    }
  }
  event["type"] = "feedback";
  return true;
}

}  // namespace gatehouse::ingest
