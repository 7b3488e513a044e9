#include "region/events/normalize/normalize.h"

#include "region/events/normalize/passes.h"
#include "region/events/scrub/scrub.h"

namespace gatehouse::events {

std::span<const Breakdown> DefaultBreakdowns() {
  static const Breakdown kDefaults[] = {{"span_ops", {"http", "db", "browser", "resource", "ui"}}};
  return kDefaults;
}

Outcome Normalize(json::Object& event, const Context& context) {
  Annotations notes(event);
  if (context.renormalize) notes.SkipKnown();
  Pass pass{event, context, notes};
  pass.is_transaction =
      context.kind == ItemKind::kTransaction ||
      (context.kind == ItemKind::kFromEvent && TextMember(event, "type") == "transaction");

  ConvertLegacy(pass);
  if (pass.is_transaction) {
    if (Outcome outcome = ValidateTransaction(pass); !outcome.kept()) return outcome;
  }
  ShapeLogentry(pass);
  ShapeExceptions(pass);
  ShapeBreadcrumbs(pass);
  ShapeDebugImages(pass);
  Path root;
  CheckMembers(event, EventNode(), root, notes);
  if (Outcome outcome = CheckTimestamps(pass); !outcome.kept()) return outcome;

  NormalizeRequest(pass);
  NormalizeReports(pass);
  NormalizeContexts(pass);
  NormalizeIdentity(pass);
  NormalizeUser(pass);
  if (Outcome outcome = CorrectTimestamps(pass); !outcome.kept()) return outcome;
  NormalizeTags(pass);
  NormalizeFingerprint(pass);
  NormalizeLogentry(pass);
  NormalizeBreadcrumbs(pass);
  NormalizeExceptions(pass);
  NormalizeUserAgent(pass);
  NormalizeSdk(pass);
  NormalizeDebugMeta(pass);
  NormalizeTransaction(pass);
  NormalizeMeasurements(pass);
  NormalizeBreakdowns(pass);

  if (context.scrub != nullptr) scrub::Scrub(event, *context.scrub, notes);
  TrimEvent(event, notes);
  notes.Finish(event);
  return {};
}

}  // namespace gatehouse::events
