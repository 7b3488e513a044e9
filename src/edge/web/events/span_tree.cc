#include "edge/web/events/span_tree.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/text.h"
#include "edge/web/events/json_text.h"
#include "edge/web/events/listing.h"

namespace gatehouse::web {

namespace {

// Deeper ones are folded; they are indented no further than kMaxDepthShown.
constexpr std::size_t kFoldBelow = 6;
constexpr std::size_t kMaxDepthShown = 12;
constexpr std::size_t kMaxSpanText = 300;
constexpr std::int64_t kWidth = 1'000;

Timestamp Time(const json::Object& object, std::string_view key) {
  const auto seconds = json::GetNumber(object, key);
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0 || *seconds > 1e11) return {};
  return Timestamp{std::llround(*seconds * 1e6)};
}

std::string_view BarClass(const Span& span) {
  if (span.kind == "error") return "failed";
  if (!span.status.empty() && span.status != "ok" && span.status != "cancelled" &&
      span.status != "unknown") {
    return "failed";
  }
  return span.kind == "transaction" ? "whole" : "part";
}

void AddRow(html::Data& row, const SpanTree& tree, const SpanTree::Row& one) {
  const Span& span = one.span;
  html::Data& data = row.Include("SPAN_ROW", "span_row.tpl");
  const std::int64_t all = std::max<std::int64_t>((tree.end - tree.start).count(), 1);
  const auto place = [&](Timestamp at) {
    const double share = static_cast<double>((at - tree.start).count()) / static_cast<double>(all);
    return std::clamp<std::int64_t>(std::llround(share * static_cast<double>(kWidth)), 0, kWidth);
  };
  const std::int64_t x = std::min(place(span.start), kWidth - 4);
  data.Set("DEPTH", "d" + std::to_string(std::min(one.depth, kMaxDepthShown)))
      .Set("KIND", span.kind)
      .Set("TEXT", span.text.empty() ? (span.op.empty() ? "(no description)" : span.op) : span.text)
      .Set("X", std::to_string(x))
      .Set("WIDTH", std::to_string(std::max<std::int64_t>(place(span.end) - x, 4)))
      .Set("BAR", std::string(BarClass(span)))
      .Set("AFTER", ShownDuration(span.start - tree.start));
  if (span.end > span.start) data.Add("LENGTH").Set("LONG", ShownDuration(span.end - span.start));
  if (!span.text.empty()) data.SetIf("OP", span.op);
  if (span.status != "ok") data.SetIf("STATUS", span.status);
  data.SetIf("PROJECT", span.project);
  if (span.kind == "error") data.Show("IS_ERROR");
  if (span.kind == "log") data.Show("IS_LOG");
  if (span.url.empty()) {
    data.Show("PLAIN");
  } else {
    data.Add("LINK").Set("URL", span.url);
  }
}

}  // namespace

SpanTree Arrange(std::vector<Span> spans, std::size_t most) {
  SpanTree tree;
  if (spans.empty()) return tree;
  std::vector<std::size_t> order(spans.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&spans](std::size_t a, std::size_t b) {
    if (spans[a].start != spans[b].start) return spans[a].start < spans[b].start;
    return spans[a].end != spans[b].end ? spans[a].end > spans[b].end : a < b;
  });
  std::unordered_map<std::string, std::size_t> by_id;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (!spans[i].id.empty()) by_id.try_emplace(spans[i].id, i);
    if (spans[i].end < spans[i].start) spans[i].end = spans[i].start;
  }
  tree.start = spans[order.front()].start;
  std::vector<std::vector<std::size_t>> children(spans.size());
  std::vector<std::size_t> tops;
  for (const std::size_t i : order) {
    tree.end = std::max(tree.end, spans[i].end);
    const auto parent = by_id.find(spans[i].parent);
    if (spans[i].parent.empty() || parent == by_id.end() || parent->second == i) {
      tops.push_back(i);
    } else {
      children[parent->second].push_back(i);
    }
  }
  std::vector<bool> seen(spans.size(), false);
  const auto walk = [&](std::size_t top) {
    std::vector<std::pair<std::size_t, std::size_t>> open{{top, 0}};
    while (!open.empty()) {
      const auto [i, depth] = open.back();
      open.pop_back();
      if (seen[i]) continue;
      seen[i] = true;
      for (auto child = children[i].rbegin(); child != children[i].rend(); ++child) {
        open.emplace_back(*child, depth + 1);
      }
      if (tree.rows.size() < most) {
        tree.rows.push_back({std::move(spans[i]), depth});
      } else {
        ++tree.hidden;
      }
    }
  };
  for (const std::size_t top : tops) walk(top);
  // What is left hangs in a circle.
  for (const std::size_t i : order) walk(i);
  return tree;
}

std::vector<Span> SpansOf(const json::Object& transaction) {
  std::vector<Span> spans;
  Span whole{.start = Time(transaction, "start_timestamp"),
             .end = Time(transaction, "timestamp"),
             .kind = "transaction",
             .text = CutText(transaction, "transaction", kMaxSpanText)};
  if (const json::Object* contexts = json::GetObject(transaction, "contexts")) {
    if (const json::Object* trace = json::GetObject(*contexts, "trace")) {
      whole.id = CutText(*trace, "span_id", kMaxSpanText);
      whole.parent = CutText(*trace, "parent_span_id", kMaxSpanText);
      whole.op = CutText(*trace, "op", kMaxSpanText);
      whole.status = CutText(*trace, "status", kMaxSpanText);
    }
  }
  const std::string top = whole.id;
  spans.push_back(std::move(whole));
  const json::Array* list = json::GetArray(transaction, "spans");
  if (list == nullptr) return spans;
  for (const json::Value& value : *list) {
    const json::Object* one = value.if_object();
    if (one == nullptr) continue;
    Span span{.id = CutText(*one, "span_id", kMaxSpanText),
              .parent = CutText(*one, "parent_span_id", kMaxSpanText),
              .start = Time(*one, "start_timestamp"),
              .end = Time(*one, "timestamp"),
              .kind = "span",
              .op = CutText(*one, "op", kMaxSpanText),
              .text = CutText(*one, "description", kMaxSpanText),
              .status = CutText(*one, "status", kMaxSpanText)};
    if (span.parent.empty()) span.parent = top;
    spans.push_back(std::move(span));
  }
  return spans;
}

void AddSpanTree(html::Data& data, const SpanTree& tree) {
  html::Data& body = data.Include("SPAN_TREE", "span_tree.tpl");
  body.Set("TOTAL", ShownDuration(tree.end - tree.start));
  for (std::size_t i = 0; i < tree.rows.size();) {
    if (tree.rows[i].depth < kFoldBelow) {
      html::Data& row = body.Add("ROW");
      AddRow(row.Add("ONE"), tree, tree.rows[i]);
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < tree.rows.size() && tree.rows[end].depth >= kFoldBelow) ++end;
    html::Data& folded = body.Add("ROW").Add("DEEP");
    folded.Set("COUNT",
               std::to_string(end - i) + (end - i == 1 ? " deeper span" : " deeper spans"));
    for (; i < end; ++i) AddRow(folded.Add("INNER"), tree, tree.rows[i]);
  }
  if (tree.hidden > 0) {
    body.Add("HIDDEN")
        .Set("SHOWN", std::to_string(tree.rows.size()))
        .Set("ALL", std::to_string(tree.rows.size() + tree.hidden));
  }
}

}  // namespace gatehouse::web
