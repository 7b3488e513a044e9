#pragma once

// A search as SQL: conditions on issues, and probes that say which few issues may meet them. Every
// value is bound. Pure.

#include <deque>
#include <string>
#include <vector>

#include "platform/sql/sql.h"
#include "region/events/issues/types.h"

namespace gatehouse::issues {

// A statement under construction: what it binds, in order. Stays where it is: texts are bound by
// reference.
class Binder {
 public:
  Binder() = default;
  Binder(const Binder&) = delete;
  Binder& operator=(const Binder&) = delete;

  std::string Bind(sql::Param value) {
    params_.push_back(value);
    return "$" + std::to_string(params_.size());
  }
  std::string BindText(std::string text) { return Bind(texts_.emplace_back(std::move(text))); }
  template <class Ids>
  std::string BindIds(const Ids& ids) {
    std::string list;
    for (const auto& id : ids) list += (list.empty() ? "" : ", ") + Bind(id);
    return list;
  }
  sql::Params params() const { return params_; }

 private:
  std::vector<sql::Param> params_;
  std::deque<std::string> texts_;
};

// The column that a list is in the order of.
std::string_view KeyOf(Sort sort);

// The statuses that the search may find, so that each is a walk of its own.
std::vector<std::string> StatusesOf(const Terms& terms);

// Everything but status, project and tags, of the issue `i`; "" for nothing.
std::string Filter(Binder& b, const Query& query);

// What of the search limits the key of its order.
std::string KeyLimits(Binder& b, const Query& query);

// A statement that finds, from an index or from the narrow table, all issues of the organization
// that may meet one of the conditions or several; at most the bound number of ids.
struct Probe {
  Binder binder = {};
  std::string text = {};
};
// Those that find least come first.
std::deque<Probe> ProbesFor(OrgId organization, const Query& query, std::size_t limit);

}  // namespace gatehouse::issues
