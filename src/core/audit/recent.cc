#include "core/audit/recent.h"

#include <algorithm>

#include "core/audit/link.h"
#include "core/audit/statements.h"

namespace gatehouse::audit {
namespace {

Finding At(Finding::Kind kind, OrgId organization, std::int64_t seq, std::string text) {
  return {kind, organization, seq, 0, std::move(text)};
}

}  // namespace

Result<Recent> CheckRecent(sql::Tx& tx, const MacKey& key, OrgId organization,
                           const std::optional<Head>& seen, std::int64_t links) {
  using Kind = Finding::Kind;
  Recent out;
  // The head first: what is sealed after this read is not looked at.
  GH_TRY(const sql::Rows heads, tx.Query(kHead, {organization}));
  Head head{organization, 0, ""};
  if (!heads.empty()) head = {organization, heads.front().Int(0), heads.front().String(1)};
  out.seq = head.seq;
  if (seen && seen->seq > head.seq) {
    out.finding = At(Kind::kTruncated, organization, head.seq + 1, "the end of the chain is gone");
    return out;
  }
  // One link more than is checked: its MAC is where the check begins.
  GH_TRY(const sql::Rows rows,
         tx.Query(kLinks, {organization, std::max<std::int64_t>(1, head.seq - links), head.seq,
                           links + 1}));
  std::string before;
  std::int64_t expected = 1;
  for (const sql::Row row : rows) {
    const bool base = out.links == 0 && expected == 1 && row.Int(0) != 1;
    if (!base) {
      out.finding = CheckLink(key, organization.value, row, expected, before);
      if (out.finding) return out;
      ++out.links;
      if (!row.IsNull(4)) out.sealed_through = Timestamp{ReadLogRow(row, 4).created_at};
    }
    expected = row.Int(0) + 1;
    before = row.String(3);
    if (seen && seen->seq == row.Int(0) && seen->mac != before) {
      out.finding = At(Kind::kRewritten, organization, row.Int(0),
                       "the chain is not the one that a checkpoint saw");
      return out;
    }
  }
  if (head.seq > 0 && (expected != head.seq + 1 || before != head.mac)) {
    out.finding = At(Kind::kTruncated, organization, expected, "the end of the chain is gone");
  }
  return out;
}

}  // namespace gatehouse::audit
