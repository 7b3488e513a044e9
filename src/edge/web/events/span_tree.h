#pragma once

// What happened within a transaction or a trace, as one tree by time. Pure.

#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.h"
#include "platform/html/html.h"
#include "platform/json/json.h"

namespace gatehouse::web {

struct Span {
  std::string id = {};      // "" for what nothing else can be a child of
  std::string parent = {};  // "" for none
  Timestamp start = {};
  Timestamp end = {};
  std::string kind = {};  // "transaction", "span", "error", "log"
  std::string op = {};
  std::string text = {};
  std::string status = {};
  std::string project = {};  // shown where several are
  std::string url = {};      // of this site, "" for none
};

struct SpanTree {
  struct Row {
    Span span;
    std::size_t depth = 0;
  };
  std::vector<Row> rows = {};  // parents before children, those of one parent by their start
  std::size_t hidden = 0;      // beyond the limit
  Timestamp start = {};
  Timestamp end = {};
};

inline constexpr std::size_t kMaxSpans = 500;

// A span whose parent is not there, or is below itself, stands at the top. No span is shown twice,
// whatever the ids say.
SpanTree Arrange(std::vector<Span> spans, std::size_t most = kMaxSpans);

// The spans of a transaction, the transaction itself first.
std::vector<Span> SpansOf(const json::Object& transaction);

// For {{>SPAN_TREE}} (span_tree.tpl).
void AddSpanTree(html::Data& data, const SpanTree& tree);

}  // namespace gatehouse::web
