#pragma once

// The entries of an organization for another program: JSON Lines, or CSV (RFC 4180) that a
// spreadsheet does not run. Oldest first, in the order of the chain, each with its seq there; times
// in UTC; control characters escaped. What an export takes is fixed when it begins, and the next
// one goes on behind it without a gap, whatever is written meanwhile.
//
//   Sealer::Seal(), then in one transaction StartExport(), then ExportPage() until !more.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/audit/audit.h"
#include "platform/sql/sql.h"

namespace gatehouse::audit {

enum class Format { kJsonLines, kCsv };
std::optional<Format> ParseFormat(std::string_view name);  // "jsonl", "csv"
std::string_view FormatName(Format format);
std::string_view ContentType(Format format);

struct ExportRange {
  std::int64_t after = 0;    // seq: the cursor of the export before, 0 for everything
  std::int64_t through = 0;  // the cursor for the next export
};

// Who exports: actor, ip and correlation id of the audit entry.
struct Exporter {
  std::optional<UserId> actor = {};
  std::string actor_label = "";
  std::string ip = "";
  std::string correlation_id = "";
};

// Records the export (kAuditExport); nothing may be handed out if this fails. Entries that are not
// sealed yet, this one among them, belong to the next export.
Result<ExportRange> StartExport(sql::Tx& tx, const Log& log, OrgId organization, Format format,
                                std::int64_t after, const Exporter& exporter);

// The head line of a CSV file; "" for JSON Lines.
std::string ExportHeader(Format format);

struct Exported {
  std::string text;
  std::int64_t entries = 0;
  std::int64_t reached = 0;  // the seq to go on behind
  bool more = false;
};
// The next entries behind `range.after`; set that to `reached` for the next page.
Result<Exported> ExportPage(sql::Tx& tx, OrgId organization, Format format,
                            const ExportRange& range, std::size_t limit = 1000);

// What a filter finds, newest first as on a page, without the head line. In the same columns, but
// seq is empty (null): a selection is no part of a chain. Recorded like every export, with the
// filter; the cursor of `filter` is not looked at. `more`: there were older ones than `limit` took.
Result<Exported> ExportMatches(sql::Tx& tx, const Log& log, OrgId organization, Format format,
                               Filter filter, const Exporter& exporter,
                               std::int64_t limit = 10'000);

// A cell of CSV, quoted: what begins like a formula gets an apostrophe, control characters are
// written as \u00XX.
std::string CsvCell(std::string_view text);

}  // namespace gatehouse::audit
