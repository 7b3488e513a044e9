#include "core/audit/export.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/audit/statements.h"

namespace gatehouse::audit {
namespace {

// C0, DEL and C1: what a terminal or a log reader might obey.
std::string EscapeControls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    if (c < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04x}", c);
    } else if (c == 0xC2 && next >= 0x80 && next < 0xA0) {
      out += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out;
}

bool BeginsLikeAFormula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r\n").contains(text.front());
}

std::string_view NameOf(Event event) {
  const auto& all = Catalogue();
  const auto found = std::ranges::find(all, event, &EventInfo::event);
  return found == all.end() ? std::string_view("unknown") : found->api_name;
}

std::string IdText(const std::optional<std::int64_t>& id) { return id ? std::to_string(*id) : ""; }
std::string IdText(const std::optional<UserId>& id) { return id ? id->ToString() : ""; }

template <class Id>
json::Value IdJson(const std::optional<Id>& id) {
  // As text: 64 bits are more than a reader in JavaScript has.
  return id ? json::Value(IdText(id)) : json::Value(nullptr);
}

// `seq`: absent when the line is not one of a chain.
std::string JsonLine(std::optional<std::int64_t> seq, const Stored& entry) {
  const json::Object object{{"seq", seq ? json::Value(*seq) : json::Value(nullptr)},
                            {"id", std::to_string(entry.id)},
                            {"time", FormatIso8601(entry.created_at)},
                            {"event", NameOf(entry.event)},
                            {"actor", entry.actor_label},
                            {"actor_id", IdJson(entry.actor)},
                            {"target_id", IdJson(entry.target_object)},
                            {"target_user_id", IdJson(entry.target_user)},
                            {"ip", entry.ip},
                            {"note", entry.note},
                            {"data", entry.data},
                            {"correlation_id", entry.correlation_id}};
  // In JSON text a control character above C0 stands inside a string: the escape means the same.
  return EscapeControls(json::Serialize(object)) + "\n";
}

std::string CsvLine(std::optional<std::int64_t> seq, const Stored& entry) {
  std::string out = IdText(seq);
  for (const std::string& cell :
       {std::to_string(entry.id), FormatIso8601(entry.created_at), std::string(NameOf(entry.event)),
        entry.actor_label, IdText(entry.actor), IdText(entry.target_object),
        IdText(entry.target_user), entry.ip, entry.note, json::Serialize(entry.data),
        entry.correlation_id}) {
    out += ',';
    out += CsvCell(cell);
  }
  return out + "\r\n";
}

std::string Line(Format format, std::optional<std::int64_t> seq, const Stored& entry) {
  return format == Format::kCsv ? CsvLine(seq, entry) : JsonLine(seq, entry);
}

Entry ExportEntry(OrgId organization, const Exporter& exporter, json::Object data) {
  Entry entry;
  entry.organization = organization;
  entry.event = Event::kAuditExport;
  entry.actor = exporter.actor;
  entry.actor_label = exporter.actor_label;
  entry.ip = exporter.ip;
  entry.correlation_id = exporter.correlation_id;
  entry.data = std::move(data);
  return entry;
}

json::Object FilterData(const Filter& filter) {
  json::Object data;
  if (filter.event) data["event"] = NameOf(*filter.event);
  if (filter.actor) data["actor"] = filter.actor->ToString();
  if (filter.target_user) data["target"] = filter.target_user->ToString();
  if (!filter.correlation_id.empty()) data["correlation_id"] = filter.correlation_id;
  if (filter.since) data["since"] = FormatIso8601(*filter.since);
  if (filter.until) data["until"] = FormatIso8601(*filter.until);
  return data;
}

}  // namespace

std::optional<Format> ParseFormat(std::string_view name) {
  if (name == "jsonl") return Format::kJsonLines;
  if (name == "csv") return Format::kCsv;
  return std::nullopt;
}

std::string_view FormatName(Format format) {
  return format == Format::kJsonLines ? "jsonl" : "csv";
}

std::string_view ContentType(Format format) {
  return format == Format::kJsonLines ? "application/jsonl; charset=utf-8"
                                      : "text/csv; charset=utf-8; header=present";
}

std::string CsvCell(std::string_view text) {
  std::string out = "\"";
  if (BeginsLikeAFormula(text)) out += '\'';
  for (char c : EscapeControls(text)) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string ExportHeader(Format format) {
  if (format == Format::kJsonLines) return "";
  return "seq,id,time,event,actor,actor_id,target_id,target_user_id,ip,note,data,correlation_"
         "id\r\n";
}

Result<ExportRange> StartExport(sql::Tx& tx, const Log& log, OrgId organization, Format format,
                                std::int64_t after, const Exporter& exporter) {
  GH_TRY(const sql::Rows last, tx.Query(kLastLink, {organization}));
  ExportRange range{after, last.empty() ? 0 : last.front().Int(0)};
  range.through = std::max(range.through, after);
  GH_TRY(const sql::Rows count, tx.Query(kCountLinks, {organization, after, range.through}));
  GH_TRY_VOID(log.Record(tx, ExportEntry(organization, exporter,
                                         {{"format", FormatName(format)},
                                          {"entries", count.front().Int(0)},
                                          {"after", after},
                                          {"through", range.through}})));
  return range;
}

Result<Exported> ExportPage(sql::Tx& tx, OrgId organization, Format format,
                            const ExportRange& range, std::size_t limit) {
  Exported page;
  page.reached = range.after;
  GH_TRY(const sql::Rows rows,
         tx.Query(kLinks, {organization, range.after + 1, range.through, limit}));
  for (const sql::Row row : rows) {
    page.reached = row.Int(0);
    if (row.IsNull(4)) continue;  // verify names it
    page.text += Line(format, row.Int(0), Decode(ReadLogRow(row, 4)));
    ++page.entries;
  }
  page.more = rows.size() == limit && page.reached < range.through;
  return page;
}

Result<Exported> ExportMatches(sql::Tx& tx, const Log& log, OrgId organization, Format format,
                               Filter filter, const Exporter& exporter, std::int64_t limit) {
  Exported out;
  json::Object data = FilterData(filter);
  filter.before_id.reset();
  while (out.entries < limit) {
    filter.limit = static_cast<std::size_t>(std::min<std::int64_t>(limit - out.entries, 500));
    GH_TRY(const std::vector<Stored> entries, Query(tx, organization, filter));
    for (const Stored& entry : entries) out.text += Line(format, std::nullopt, entry);
    out.entries += std::ssize(entries);
    if (entries.size() < filter.limit) break;
    filter.before_id = entries.back().id;
  }
  if (out.entries >= limit && filter.before_id) {
    filter.limit = 1;
    GH_TRY(const std::vector<Stored> older, Query(tx, organization, filter));
    out.more = !older.empty();
  }
  json::Object all{{"format", FormatName(format)}, {"entries", out.entries}};
  if (!data.empty()) all["filter"] = std::move(data);
  GH_TRY_VOID(log.Record(tx, ExportEntry(organization, exporter, std::move(all))));
  return out;
}

}  // namespace gatehouse::audit
