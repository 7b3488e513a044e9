#include "region/ingest/intake/intake.h"

#include <algorithm>

#include "platform/compress/decode.h"
#include "platform/compress/errors.h"
#include "region/ingest/intake/intake_impl.h"
#include "region/ingest/intake/parts.h"
#include "region/ingest/intake/records.h"
#include "region/ingest/protocol/auth.h"
#include "region/ingest/protocol/envelope_watch.h"
#include "region/ingest/protocol/origin.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/response.h"
#include "region/ingest/protocol/store.h"
#include "region/ingest/quotas/enforce.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxRatio = 500;
// And no larger than kAtOnce unpacked: dealt with where it came in.
constexpr std::size_t kAtOncePacked = 64 * 1024;
// A header line fits into it, however badly it is packed.
constexpr std::size_t kOpening = 4 * kMaxEnvelopeHeader;

std::vector<std::string> AllowedDomains(const projects::Project& project) {
  std::vector<std::string> domains;
  if (const json::Array* list = json::GetArray(project.options, "allowed_domains")) {
    for (const json::Value& domain : *list) {
      if (domain.is_string()) domains.emplace_back(domain.get_string());
    }
  }
  if (domains.empty()) domains.emplace_back("*");
  return domains;
}

std::string Micros(Timestamp time) { return std::to_string(time.micros); }

}  // namespace

struct Intake::Opening {
  EnvelopeHeader header;
  std::optional<std::string> whole;  // the body, if it was no longer than what was looked at
};

std::vector<Quota> Intake::QuotasOf(const Sender& sender) const {
  return ingest::QuotasOf(d_.installation, *sender.settings, sender.admission.key);
}

bool Intake::CanTakeMore() const { return !d_.backlog.IsFull(0); }

IntakeAnswer Intake::Refused(const Error& error) const {
  const Rejection& rejection = RejectionOf(error);
  IntakeAnswer answer{.status = rejection.status, .body = RejectedBody(error), .headers = {}};
  if (!RejectedHeader(error).empty()) {
    answer.headers.emplace_back("X-Sentry-Error", RejectedHeader(error));
  }
  answer.may_be_read = error.reason != kOriginRefused;
  if (error.reason == kOverloaded) {
    const std::string seconds = std::to_string(d_.backlog.RetryAfterSeconds());
    answer.headers.emplace_back("Retry-After", seconds);
    answer.headers.emplace_back("X-Sentry-Rate-Limits", seconds + "::project:backlog");
  }
  return answer;
}

void Intake::NoteInvalid(const IntakeRequest& request, const Sender& sender, const Error& error) {
  const Rejection& rejection = RejectionOf(error);
  if (rejection.outcome.empty()) return;
  Outcome outcome;
  outcome.timestamp = request.received;
  outcome.organization_id = sender.admission.project.organization.value;
  outcome.project_id = sender.admission.project.id.value;
  outcome.key_id = sender.admission.key.id.value;
  outcome.kind = error.reason == kOverloaded ? OutcomeKind::kRateLimited : OutcomeKind::kInvalid;
  outcome.reason = rejection.outcome;
  d_.outcomes.Add(outcome);
}

Task<Intake::Sender> Intake::Authenticate(const IntakeRequest& request,
                                          std::optional<std::string> dsn_key, std::string client) {
  std::optional<std::int64_t> project;
  if (!request.path_project.empty()) {
    GH_CO_TRY(project, ParseProjectId(request.path_project));
  }
  std::string key;
  if (dsn_key) {
    key = std::move(*dsn_key);
  } else {
    GH_CO_TRY(Auth auth, RequireAuth({.x_sentry_auth = request.x_sentry_auth,
                                      .authorization = request.authorization,
                                      .query = request.query,
                                      .path_key = request.path_key}));
    client = std::string(ClientName(auth, request.user_agent));
    key = std::move(auth.public_key);
  }
  GH_CO_TRY(auto admission, co_await d_.projects.Admit(std::move(key)));
  if (!admission) co_return Reject(kProjectMismatch, "unknown key");
  if (project && admission->project.id.value != *project) {
    co_return Reject(kProjectMismatch, "key of another project");
  }
  Sender sender{
      .admission = std::move(*admission), .client = std::move(client), .settings = nullptr};
  if (!sender.admission.key.is_active || !sender.admission.project.is_active) {
    const auto refused = Reject(kKeyDisabled);
    NoteInvalid(request, sender, refused.error());
    co_return refused;
  }
  const std::string_view origin = RequestOrigin(request.origin, request.referer);
  // Servers send none, and may always.
  if (!origin.empty() && !AllowedOrigins(AllowedDomains(sender.admission.project)).Allows(origin)) {
    const auto refused = Reject(kOriginRefused, std::string(origin));
    NoteInvalid(request, sender, refused.error());
    co_return refused;
  }
  // Before anything is unpacked: the flood of one costs the others little.
  if (d_.backlog.IsFull(sender.admission.project.id.value)) {
    const auto refused = Reject(kOverloaded);
    NoteInvalid(request, sender, refused.error());
    co_return refused;
  }
  GH_CO_TRY(sender.settings, co_await d_.settings.Of(sender.admission.project.organization));
  co_return sender;
}

Task<Intake::Body> Intake::Decoded(IntakeRequest& request, std::size_t max, Kind kind) {
  const auto encoding = compress::ParseEncoding(request.content_encoding);
  if (!encoding) co_return Reject(kUnsupportedEncoding);
  const bool plain = *encoding == compress::Encoding::kIdentity;
  if (plain && request.body.size() > max) co_return Reject(kBodyTooLarge);
  if (request.body.size() <= (plain ? kAtOnce : kAtOncePacked)) {
    compress::Decoder decoder;
    auto text = decoder.Decode(*encoding, request.body,
                               {.max_out = std::min(max, kAtOnce), .max_ratio = kMaxRatio});
    if (text) {
      auto hold = unpacked_.Take(text->size());
      if (!hold) co_return Reject(kOverloaded);
      co_return Body{std::move(*text), std::move(*hold)};
    }
    if (!text.error().Is(compress::kTooLarge) || max <= kAtOnce) {
      co_return std::unexpected(std::move(text).error());
    }
  }
  GH_CO_TRY(Body body, co_await Work(kAtOnce + 1, [this, &request, max, kind] {
              return DecodedLarge(request, max, kind);
            }));
  request.body = {};
  if (request.owned_body != nullptr) std::string().swap(*request.owned_body);
  co_return body;
}

Result<Intake::Body> Intake::DecodedLarge(const IntakeRequest& request, std::size_t max,
                                          Kind kind) {
  const auto encoding = compress::ParseEncoding(request.content_encoding);
  if (!encoding) return Reject(kUnsupportedEncoding);
  EnvelopeWatch watch({.event = d_.max_event});
  compress::Decoder decoder;
  GH_TRY(const compress::Streamed streamed,
         decoder.Stream(*encoding, request.body, {.max_out = max, .max_ratio = kMaxRatio},
                        [&watch, kind](std::string_view piece) -> Result<bool> {
                          if (kind == Kind::kEnvelope) GH_TRY_VOID(watch.Take(piece));
                          return true;
                        }));
  auto hold = unpacked_.Take(streamed.bytes);
  if (!hold) return Reject(kOverloaded);
  if (*encoding == compress::Encoding::kIdentity && request.owned_body != nullptr) {
    return Body{std::move(*request.owned_body), std::move(*hold)};
  }
  GH_TRY(std::string text, decoder.Decode(*encoding, request.body,
                                          {.max_out = streamed.bytes, .expected = streamed.bytes}));
  return Body{std::move(text), std::move(*hold)};
}

Result<Intake::Opening> Intake::Open(const IntakeRequest& request) const {
  const auto encoding = compress::ParseEncoding(request.content_encoding);
  if (!encoding) return Reject(kUnsupportedEncoding);
  Opening opening;
  if (*encoding == compress::Encoding::kIdentity) {
    GH_TRY(opening.header, ParseEnvelopeHeader(request.body.substr(0, kOpening)));
    return opening;
  }
  std::string text;
  compress::Decoder decoder;
  auto streamed =
      decoder.Stream(*encoding, request.body.substr(0, kOpening), {.max_out = 2 * kOpening},
                     [&text](std::string_view piece) -> Result<bool> {
                       text += piece;
                       return text.size() <= kMaxEnvelopeHeader && !text.contains('\n');
                     });
  const bool cut = request.body.size() > kOpening;
  if (!streamed) {
    if (cut || streamed.error().Is(compress::kTooLarge)) return Reject(kEnvelopeBadHeader);
    return std::unexpected(std::move(streamed).error());
  }
  GH_TRY(opening.header, ParseEnvelopeHeader(text));
  if (streamed->whole && !cut) opening.whole = std::move(text);
  return opening;
}

Task<IntakeAnswer> Intake::Accept(const IntakeRequest& request, Sender sender,
                                  ingest::Envelope envelope, std::string& text) {
  const projects::Admission& who = sender.admission;
  const std::size_t sent_items = envelope.items.size();
  const bool has_id = envelope.header.event_id.has_value();
  auto admitted = Admit(envelope, {.event = d_.max_event});
  if (!admitted) {
    NoteInvalid(request, sender, admitted.error());
    co_return Refused(admitted.error());
  }
  if (auto shallow = CheckDepth(envelope); !shallow) {
    NoteInvalid(request, sender, shallow.error());
    co_return Refused(shallow.error());
  }
  const std::optional<EventId> id = EnsureEventId(envelope, d_.rng);

  const Scoping scoping{.organization_id = who.project.organization.value,
                        .project_id = who.project.id.value,
                        .key_id = who.key.id.value};
  const std::vector<Quota> quotas = QuotasOf(sender);
  const Enforcement limited = Enforce(envelope, [&](DataCategory category, std::uint64_t quantity) {
    return d_.quotas.Take(quotas, scoping, category, quantity, request.received);
  });
  for (const Enforcement::Drop& drop : limited.drops) {
    Outcome outcome;
    outcome.timestamp = request.received;
    outcome.organization_id = scoping.organization_id;
    outcome.project_id = scoping.project_id;
    outcome.key_id = scoping.key_id;
    outcome.kind = OutcomeKind::kRateLimited;
    outcome.reason = drop.reason;
    outcome.category = drop.category;
    outcome.quantity = drop.quantity;
    d_.outcomes.Add(outcome);
  }
  const bool nothing_left = envelope.items.empty() && !limited.limits.empty();

  if (!envelope.items.empty()) {
    stream::Record record;
    record.key = std::to_string(who.project.id.value);
    record.headers = {{"project", record.key},
                      {"public_key", who.key.public_key},
                      {"received", Micros(request.received)},
                      {"ip", std::string(request.remote_ip)},
                      {"user_agent", std::string(request.user_agent)},
                      {"client", sender.client}};
    const bool as_sent = envelope.items.size() == sent_items && (has_id || !id) &&
                         limited.limits.empty() && limited.drops.empty();
    if (as_sent) {
      record.payload = std::move(text);
    } else {
      auto written = co_await Work(
          text.size(), [&envelope]() -> Result<std::string> { return Serialize(envelope); });
      if (!written) co_return Refused(written.error());
      record.payload = std::move(*written);
      envelope.items.clear();
      std::string().swap(text);
    }
    const std::size_t bytes = record.payload.size();
    const std::int64_t project = who.project.id.value;
    const Backlog::Place place = d_.backlog.Enter(project, bytes);
    if (!place.accepted) {
      const auto refused = Reject(kOverloaded);
      NoteInvalid(request, sender, refused.error());
      co_return Refused(refused.error());
    }
    std::vector<stream::Record> parts;
    if (bytes <= kPartBytes) {
      parts.push_back(std::move(record));
    } else {
      auto cut = co_await Work(bytes, [this, &record]() -> Result<std::vector<stream::Record>> {
        return SplitRecord(std::move(record), EventId::NewV4(d_.rng).ToString());
      });
      if (!cut) {
        d_.backlog.Done(project, place.topic, bytes);
        co_return Refused(cut.error());
      }
      parts = std::move(*cut);
    }
    auto appended = co_await d_.stream.Append(std::string(place.topic), std::move(parts));
    if (!appended) {
      // Nothing is acknowledged that is not on disk. Clients come again after the pause.
      d_.backlog.Done(project, place.topic, bytes);
      if (appended.error().reason == "overloaded") {
        const auto refused = Reject(kOverloaded);
        NoteInvalid(request, sender, refused.error());
        co_return Refused(refused.error());
      }
      co_return IntakeAnswer{.status = 503,
                             .body = RejectedBody("the server is overloaded", ""),
                             .headers = {{"Retry-After", "5"}}};
    }
  }

  IntakeAnswer answer;
  // Limits that others ran into hold for this client, too: it is told in any answer.
  std::vector<RateLimit> limits = d_.quotas.Active(scoping, request.received);
  if (limits.empty()) limits = limited.limits;
  if (!limits.empty()) {
    answer.headers.emplace_back("X-Sentry-Rate-Limits", FormatRateLimits(limits));
    answer.headers.emplace_back("Retry-After", std::to_string(RetryAfter(limits)));
  }
  if (limited.event_limited || nothing_left) {
    answer.status = 429;
    answer.body = RejectedBody(kRateLimitedDetail, "");
    answer.headers.emplace_back("X-Sentry-Error", kRateLimitedDetail);
    co_return answer;
  }
  answer.body = AcceptedBody(id);
  co_return answer;
}

Task<IntakeAnswer> Intake::AcceptWrapped(const IntakeRequest& request, Sender sender,
                                         std::string text) {
  // `text` stays where it is: the envelope's items are views into it.
  auto envelope = co_await Work(text.size(), [&text] { return ParseEnvelope(text); });
  if (!envelope) co_return Refused(envelope.error());
  co_return co_await Accept(request, std::move(sender), std::move(*envelope), text);
}

Task<IntakeAnswer> Intake::Envelope(IntakeRequest request) {
  auto found = FindAuth({.x_sentry_auth = request.x_sentry_auth,
                         .authorization = request.authorization,
                         .query = request.query,
                         .path_key = request.path_key});
  if (!found) co_return Refused(found.error());
  // Who is not known pays for no unpacking, unless the envelope itself has to say who it is: then
  // its first line is read and no more.
  std::optional<std::string> whole;
  auto sender = Result<Sender>(Reject(kMissingAuth));
  if (*found) {
    sender = co_await Authenticate(request, std::nullopt, "");
  } else {
    auto opening = Open(request);
    if (!opening) co_return Refused(opening.error());
    if (!opening->header.dsn) co_return Refused(sender.error());
    sender = co_await Authenticate(request, opening->header.dsn->public_key,
                                   std::string(request.user_agent));
    whole = std::move(opening->whole);
  }
  if (!sender) co_return Refused(sender.error());
  Result<Body> decoded = Body();
  if (whole) {
    decoded->text = std::move(*whole);
  } else {
    decoded = co_await Decoded(request, d_.max_envelope, Kind::kEnvelope);
  }
  if (!decoded) {
    NoteInvalid(request, *sender, decoded.error());
    co_return Refused(decoded.error());
  }
  std::string& text = decoded->text;
  auto envelope = text.size() <= kAtOnce
                      ? ParseEnvelope(text)
                      : co_await Work(text.size(), [&text] { return ParseEnvelope(text); });
  if (!envelope) {
    NoteInvalid(request, *sender, envelope.error());
    co_return Refused(envelope.error());
  }
  const projects::Admission& who = sender->admission;
  auto agreed =
      CheckAgreement(envelope->header, {.public_key = who.key.public_key,
                                        .project_id = who.project.id.value,
                                        .origin = RequestOrigin(request.origin, request.referer)});
  if (!agreed) {
    NoteInvalid(request, *sender, agreed.error());
    co_return Refused(agreed.error());
  }
  co_return co_await Accept(request, std::move(*sender), std::move(*envelope), text);
}

Task<IntakeAnswer> Intake::Tunnel(IntakeRequest request) {
  auto opening = Open(request);
  if (!opening) co_return Refused(opening.error());
  const EnvelopeHeader& header = opening->header;
  if (!header.dsn) co_return Refused(Reject(kMissingAuth).error());
  auto sender =
      co_await Authenticate(request, header.dsn->public_key, std::string(request.user_agent));
  if (!sender) co_return Refused(sender.error());
  if (header.dsn->project_id != sender->admission.project.id.value) {
    co_return Refused(Reject(kProjectMismatch).error());
  }
  Result<Body> decoded = Body();
  if (opening->whole) {
    decoded->text = std::move(*opening->whole);
  } else {
    decoded = co_await Decoded(request, d_.max_envelope, Kind::kEnvelope);
  }
  if (!decoded) {
    NoteInvalid(request, *sender, decoded.error());
    co_return Refused(decoded.error());
  }
  co_return co_await AcceptWrapped(request, std::move(*sender), std::move(decoded->text));
}

Task<IntakeAnswer> Intake::Store(IntakeRequest request) {
  auto sender = co_await Authenticate(request, std::nullopt, "");
  if (!sender) co_return Refused(sender.error());
  auto decoded = co_await Decoded(request, d_.max_event);
  if (!decoded) {
    NoteInvalid(request, *sender, decoded.error());
    co_return Refused(decoded.error());
  }
  if (request.content_type.starts_with("application/x-sentry-envelope")) {
    co_return co_await AcceptWrapped(request, std::move(*sender), std::move(decoded->text));
  }
  auto event = ParseStore(std::move(decoded->text), sender->client, d_.max_event, d_.rng);
  if (!event) {
    NoteInvalid(request, *sender, event.error());
    co_return Refused(event.error());
  }
  EnvelopeWriter writer(json::Object{{"event_id", event->event_id.ToString()}});
  writer.Add({{"type", InfoOf(event->type).name}}, event->payload);
  co_return co_await AcceptWrapped(request, std::move(*sender), writer.Take());
}

Task<IntakeAnswer> Intake::StorePixel(IntakeRequest request) {
  auto body = StoreBodyOfQuery(request.query);
  if (body) {
    IntakeRequest with_body = request;
    with_body.body = *body;
    with_body.owned_body = nullptr;
    with_body.content_encoding = {};
    with_body.content_type = {};
    GH_CO_TRY_VOID(co_await Store(with_body));
  }
  co_return IntakeAnswer{
      .content_type = "image/gif", .body = std::string(TransparentGif()), .headers = {}};
}

}  // namespace gatehouse::ingest
