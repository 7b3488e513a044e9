#include "region/events/issues/event_search.h"

#include "region/events/issues/errors.h"

namespace gatehouse::issues {

Result<void> NarrowEvents(const Terms& terms, eventstore::EventQuery& query) {
  for (const Term& term : terms.terms) {
    const bool plain = term.op == Op::kIs && !term.negated && term.values.size() == 1 &&
                       !HasWildcard(term.values.front());
    const auto refuse = [&term] {
      return Fail(Code::kInvalidArgument, kIssueQueryInvalid, term.key);
    };
    if (!plain) return refuse();
    const std::string& value = term.values.front();
    switch (term.field) {
      case Field::kRelease:
        query.release = value;
        break;
      case Field::kEnvironment:
        query.environment = value;
        break;
      case Field::kLevel:
        query.tags.emplace_back("level", value);
        break;
      case Field::kLogger:
        query.tags.emplace_back("logger", value);
        break;
      case Field::kTag:
        query.tags.emplace_back(term.key, value);
        break;
      default:
        return refuse();
    }
  }
  if (!terms.texts.empty()) {
    query.text.clear();
    for (const std::string& text : terms.texts) {
      query.text += (query.text.empty() ? "" : " ") + text;
    }
  }
  return {};
}

}  // namespace gatehouse::issues
