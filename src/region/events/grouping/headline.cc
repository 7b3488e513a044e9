#include "region/events/grouping/headline.h"

#include <algorithm>
#include <array>

#include "region/events/grouping/codepoints.h"
#include "region/events/grouping/fingerprint.h"
#include "region/events/grouping/function_name.h"
#include "region/events/grouping/strategies.h"

namespace gatehouse::grouping {
namespace {

constexpr std::size_t kMaxTitleLine = 100;
constexpr std::size_t kMaxType = 128;
constexpr std::size_t kMaxValue = 1024;
constexpr std::size_t kMaxCulprit = 200;

// The type in the event where it says what kind it is, else what its parts say.
std::string TypeOf(const json::Object& event) {
  const std::string_view type = TextOf(event, "type");
  if (!type.empty() && type != "default" && type != "error") return std::string(type);
  if (!ListOf(event, "exception").empty()) return "error";
  for (const std::string_view report : {"csp", "hpkp", "expectct", "expectstaple"}) {
    if (json::GetObject(event, report) != nullptr) return std::string(report);
  }
  return "default";
}

std::string_view MessageOf(const json::Object& event) {
  const json::Object* entry = json::GetObject(event, "logentry");
  if (entry == nullptr) return {};
  const std::string_view formatted = TextOf(*entry, "formatted");
  return formatted.empty() ? TextOf(*entry, "message") : formatted;
}

std::string DefaultTitle(const json::Object& event) {
  const std::string_view message = TrimSpace(MessageOf(event));
  return message.empty() ? "<unlabeled event>" : Shorten(FirstLine(message), kMaxTitleLine);
}

const json::Object* MainException(const json::Object& event,
                                  std::optional<std::int64_t> main_exception_id) {
  const auto list = ListOf(event, "exception");
  const json::Object* last = nullptr;
  for (const json::Value& value : list) {
    const json::Object* exception = value.if_object();
    if (exception == nullptr) continue;
    last = exception;
    const json::Object* mechanism = json::GetObject(*exception, "mechanism");
    if (main_exception_id && mechanism != nullptr &&
        json::GetInt(*mechanism, "exception_id") == main_exception_id) {
      return exception;
    }
  }
  return last;
}

bool IsSynthetic(const json::Object& exception) {
  const json::Object* mechanism = json::GetObject(exception, "mechanism");
  return mechanism != nullptr && json::GetBool(*mechanism, "synthetic").value_or(false);
}

void ErrorHeadline(const json::Object& event, std::optional<std::int64_t> main_exception_id,
                   Headline& out) {
  const json::Object* exception = MainException(event, main_exception_id);
  // A message that was given a stack trace: where it was sent from says less than the message.
  bool is_message = false;
  if (exception != nullptr) {
    is_message = IsSynthetic(*exception) && TextOf(*exception, "type").empty();
    out.metadata["value"] = Shorten(TextOf(*exception, "value"), kMaxValue);
    if (!IsSynthetic(*exception)) {
      const std::string_view type = TextOf(*exception, "type");
      out.metadata["type"] = Shorten(type.empty() ? "Error" : type, kMaxType);
    }
    if (const json::Object* frame = CrashFrame(event, /*named=*/true)) {
      std::string_view file = TextOf(*frame, "filename");
      if (file.empty()) file = TextOf(*frame, "abs_path");
      if (!file.empty()) out.metadata["filename"] = file;
      out.metadata["function"] = TextOf(*frame, "function");
    }
    out.metadata["display_title_with_tree_label"] = false;
  }
  out.title = TextOf(out.metadata, "type");
  if (!out.title.empty()) {
    const std::string_view value = TextOf(out.metadata, "value");
    if (!value.empty()) out.title += ": " + Shorten(FirstLine(value), kMaxTitleLine);
  } else {
    std::string said = Shorten(FirstLine(TrimSpace(MessageOf(event))), kMaxTitleLine);
    if (said.empty()) said = Shorten(FirstLine(TextOf(out.metadata, "value")), kMaxTitleLine);
    const std::string function(TextOf(out.metadata, "function"));
    out.title = is_message || function.empty() ? said : function;
    if (out.title.empty()) out.title = function.empty() ? "<unknown>" : function;
  }
  out.location = TextOf(out.metadata, "filename");
}

void ReportHeadline(const json::Object& event, const std::string& type, Headline& out) {
  const json::Object* report = json::GetObject(event, type);
  const std::string_view message = MessageOf(event);
  out.metadata["message"] = message;
  if (type == "csp") {
    out.location = NormalizedBlockedUri(report != nullptr ? TextOf(*report, "blocked_uri") : "");
    out.metadata["uri"] = out.location;
    out.metadata["directive"] = report != nullptr ? TextOf(*report, "effective_directive") : "";
  } else {
    out.location = report != nullptr ? TextOf(*report, "hostname") : "";
    out.metadata["origin"] = out.location;
  }
  out.title = message.empty() ? "<untitled>" : std::string(message);
}

void TransactionHeadline(const json::Object& event, Headline& out) {
  const json::Object* contexts = json::GetObject(event, "contexts");
  const json::Object* trace = contexts != nullptr ? json::GetObject(*contexts, "trace") : nullptr;
  std::string_view title = trace != nullptr ? TextOf(*trace, "description") : "";
  const std::string_view transaction = TextOf(event, "transaction");
  if (title.empty()) title = transaction;
  out.location = transaction;
  out.title = title.empty() ? "<untitled>" : std::string(title);
  out.metadata["title"] = out.title;
  out.metadata["location"] = out.location;
}

void FeedbackHeadline(const json::Object& event, Headline& out) {
  const json::Object* contexts = json::GetObject(event, "contexts");
  const json::Object* feedback =
      contexts != nullptr ? json::GetObject(*contexts, "feedback") : nullptr;
  if (feedback != nullptr) {
    for (const std::string_view key : {"contact_email", "message", "name", "source"}) {
      if (const std::string_view value = TextOf(*feedback, key); !value.empty()) {
        out.metadata[key] = value;
      }
    }
  }
  out.title = "User Feedback";
}

std::string FrameCulprit(const json::Object& frame, std::string_view platform) {
  if (const std::string_view own = TextOf(frame, "platform"); !own.empty()) platform = own;
  std::string function(TextOf(frame, "function"));
  if (function.empty()) function = "?";
  if (platform == "objc" || platform == "cocoa" || platform == "native") return function;
  std::string_view place = TextOf(frame, "module");
  if (place.empty()) place = TextOf(frame, "filename");
  if (place.empty()) return {};
  if (platform == "javascript" || platform == "node") {
    return function + "(" + std::string(place) + ")";
  }
  return std::string(place) + " in " + function;
}

std::string StackCulprit(const json::Array& frames, std::string_view platform) {
  std::string last;
  for (std::size_t i = frames.size(); i-- > 0;) {
    const json::Object* frame = frames[i].if_object();
    if (frame == nullptr) continue;
    const bool in_app = json::GetBool(*frame, "in_app").value_or(false);
    if (!in_app && !last.empty()) continue;
    std::string culprit = FrameCulprit(*frame, platform);
    if (culprit.empty()) continue;
    if (in_app) return culprit;
    last = std::move(culprit);
  }
  return last;
}

const json::Array* FramesOf(const json::Object& holder) {
  const json::Object* stack = json::GetObject(holder, "stacktrace");
  const json::Array* frames = stack != nullptr ? json::GetArray(*stack, "frames") : nullptr;
  return frames != nullptr && !frames->empty() ? frames : nullptr;
}

std::string GeneratedCulprit(const json::Object& event, std::string_view type) {
  const std::string_view platform = TextOf(event, "platform");
  const json::Array* frames = nullptr;
  const json::Object* last = nullptr;
  for (const json::Value& value : ListOf(event, "exception")) {
    const json::Object* exception = value.if_object();
    if (exception == nullptr) continue;
    last = exception;
    if (const json::Array* own = FramesOf(*exception)) frames = own;
  }
  if (last != nullptr && IsSynthetic(*last)) return {};
  if (frames == nullptr) frames = FramesOf(event);
  std::string culprit = frames != nullptr ? StackCulprit(*frames, platform) : std::string();
  if (culprit.empty() && type == "nel") culprit = NelCulprit(event);
  if (culprit.empty()) {
    if (const json::Object* request = json::GetObject(event, "request")) {
      culprit = TextOf(*request, "url");
    }
  }
  return culprit;
}

}  // namespace

std::string NelCulprit(const json::Object& event) {
  constexpr auto kTexts = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"dns.unreachable", "The DNS server is unreachable"},
      {"dns.name_not_resolved", "The DNS server knows no address of this name"},
      {"dns.failed", "The request to the DNS server failed"},
      {"dns.address_changed", "The address of the server changed since its policy was received"},
      {"tcp.timed_out", "The TCP connection to the server timed out"},
      {"tcp.closed", "The TCP connection was closed by the server"},
      {"tcp.reset", "The TCP connection was reset"},
      {"tcp.refused", "The TCP connection was refused by the server"},
      {"tcp.aborted", "The TCP connection was aborted"},
      {"tcp.address_invalid", "The IP address is invalid"},
      {"tcp.address_unreachable", "The IP address is unreachable"},
      {"tcp.failed", "The TCP connection failed"},
      {"tls.version_or_cipher_mismatch", "The two sides have no TLS version or cipher in common"},
      {"tls.bad_client_auth_cert", "The client's TLS certificate was refused"},
      {"tls.cert.name_invalid", "The server's TLS certificate is for another name"},
      {"tls.cert.date_invalid", "The server's TLS certificate is not valid at this time"},
      {"tls.cert.authority_invalid", "The issuer of the server's TLS certificate is not trusted"},
      {"tls.cert.invalid", "The server's TLS certificate is invalid"},
      {"tls.cert.revoked", "The server's TLS certificate was revoked"},
      {"tls.cert.pinned_key_not_in_cert_chain", "The server's TLS keys are not the pinned ones"},
      {"tls.protocol.error", "The TLS connection was aborted by a protocol error"},
      {"tls.failed", "The TLS connection failed"},
      {"http.protocol.error", "The connection was aborted by an HTTP protocol error"},
      {"http.response.invalid", "The response was empty, cut short or badly encoded"},
      {"http.response.redirect_loop", "The request was aborted because of a redirect loop"},
      {"http.failed", "The connection failed because of an HTTP error"},
      {"abandoned", "The user left before the response was complete"},
  });
  const json::Object* contexts = json::GetObject(event, "contexts");
  const json::Object* nel = contexts != nullptr ? json::GetObject(*contexts, "nel") : nullptr;
  if (nel == nullptr) return {};
  const std::string_view type = TextOf(*nel, "error_type");
  if (type == "http.error") {
    const json::Object* response = json::GetObject(*contexts, "response");
    const auto status = response != nullptr ? json::GetInt(*response, "status_code") : std::nullopt;
    return "The server's response had the status code " +
           (status ? std::to_string(*status) : std::string("?"));
  }
  const auto* text =
      std::ranges::find(kTexts, type, &std::pair<std::string_view, std::string_view>::first);
  return std::string(text != kTexts.end() ? text->second : type);
}

Headline MakeHeadline(const json::Object& event, std::optional<std::int64_t> main_exception_id) {
  Headline out;
  out.type = TypeOf(event);
  if (out.type == "error") {
    ErrorHeadline(event, main_exception_id, out);
  } else if (out.type == "csp" || out.type == "hpkp" || out.type == "expectct" ||
             out.type == "expectstaple") {
    ReportHeadline(event, out.type, out);
  } else if (out.type == "transaction") {
    TransactionHeadline(event, out);
  } else if (out.type == "feedback") {
    FeedbackHeadline(event, out);
  } else if (out.type == "generic") {
    out.title = "<untitled>";
  } else {
    out.title = DefaultTitle(event);
    out.metadata["title"] = out.title;
    if (out.type == "nel") {
      const json::Object* request = json::GetObject(event, "request");
      out.location = request != nullptr ? TextOf(*request, "url") : "";
      out.metadata["uri"] = out.location;
    }
  }
  if (const std::string_view custom = TextOf(event, "title"); !custom.empty()) {
    out.title = custom;
    out.metadata["title"] = custom;
  }
  out.culprit = TextOf(event, "culprit");
  if (out.culprit.empty()) out.culprit = TextOf(event, "transaction");
  if (out.culprit.empty()) out.culprit = GeneratedCulprit(event, out.type);
  out.culprit = Shorten(out.culprit, kMaxCulprit);
  return out;
}

}  // namespace gatehouse::grouping
