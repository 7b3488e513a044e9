#include "core/audit/verify.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <thread>

#include "core/audit/link.h"
#include "core/audit/statements.h"
#include "platform/crypto/hash.h"

namespace gatehouse::audit {
namespace {

constexpr std::int64_t kRange = 20'000;  // links that one thread takes at a time
constexpr std::int64_t kPage = 1000;     // links of one query
constexpr std::int64_t kMaxLoose = 100;
constexpr std::int64_t kMaxUnchained = 10'000;
constexpr std::int64_t kBehindAll = std::numeric_limits<std::int64_t>::max();

using Kind = Finding::Kind;

struct Anchor {
  std::int64_t seq = 0;
  std::string chain_mac;
  std::string mac;
  std::int64_t dropped_at = 0;
};

struct Chain {
  std::int64_t first = 0, last = 0, count = 0;  // 0: there is no link
  Anchor anchor;
  // What the last link is said to be beside the chain.
  std::int64_t head_seq = 0;
  std::string head_mac;
  // The latest retention that the chain tells of.
  std::int64_t dropped_through = 0;
  // What checkpoints say, by seq: MAC and line.
  std::multimap<std::int64_t, std::pair<std::string, std::int64_t>> seen;
};

// What one transaction saw.
struct Snapshot {
  std::map<std::int64_t, Chain> chains;
  std::int64_t entries = 0, links = 0, waiting = 0;
  std::vector<Finding> loose;
};

std::optional<std::int64_t> IdOf(const VerifyOptions& options) {
  return options.organization ? std::optional(options.organization->value) : std::nullopt;
}

Finding Broken(Kind kind, std::int64_t organization, std::int64_t seq, std::int64_t entry_id,
               std::string text) {
  return {kind, OrgId{organization}, seq, entry_id, std::move(text)};
}

Result<void> ReadLoose(sql::Tx& tx, const MacKey& key, const VerifyOptions& options,
                       Snapshot& out) {
  GH_TRY(const sql::Rows rows, tx.Query(kUnchained, {IdOf(options), kMaxUnchained}));
  for (const sql::Row row : rows) {
    const LogRow entry = ReadLogRow(row, 1);
    const std::int64_t organization = entry.organization.value_or(0);
    const bool genuine = crypto::ConstantTimeEqual(key.Entry(entry), entry.mac);
    if (genuine && !row.IsNull(0) && row.Int(0) == 0) {
      ++out.waiting;
      continue;
    }
    if (std::ssize(out.loose) >= kMaxLoose) break;
    out.loose.push_back(genuine ? Broken(Kind::kUnchained, organization, 0, entry.id,
                                         "the entry is genuine, but its link is gone")
                                : Broken(Kind::kInserted, organization, 0, entry.id,
                                         row.IsNull(0)
                                             ? "the entry was not written by this installation"
                                             : "the entry was changed before it was sealed"));
  }
  return {};
}

Result<Snapshot> ReadSnapshot(sql::Tx& tx, const MacKey& key, const VerifyOptions& options) {
  Snapshot out;
  GH_TRY(const sql::Rows anchors, tx.Query(kAnchors, {IdOf(options)}));
  for (const sql::Row row : anchors) {
    out.chains[row.Int(0)].anchor = {row.Int(1), row.String(2), row.String(3), row.Int(4)};
  }
  GH_TRY(const sql::Rows heads, tx.Query(kHeads));
  for (const sql::Row row : heads) {
    if (options.organization && row.Int(0) != options.organization->value) continue;
    Chain& chain = out.chains[row.Int(0)];
    chain.head_seq = row.Int(1);
    chain.head_mac = row.String(2);
  }
  GH_TRY(const sql::Rows chains, tx.Query(kChains, {IdOf(options)}));
  for (const sql::Row row : chains) {
    Chain& chain = out.chains[row.Int(0)];
    chain.first = row.Int(1);
    chain.last = row.Int(2);
    chain.count = row.Int(3);
    out.links += chain.count;
  }
  GH_TRY(const sql::Rows entries, tx.Query(kCountEntries, {IdOf(options)}));
  out.entries = entries.front().Int(0);
  // Every link is checked for its entry below. So there is no entry without a link when there are
  // as many of both: the search for them is for the other case.
  if (out.entries != out.links) GH_TRY_VOID(ReadLoose(tx, key, options, out));
  if (!options.organization) {
    GH_TRY(const sql::Rows lost, tx.Query(kLostBeforeSealing, {kMaxLoose}));
    for (const sql::Row row : lost) {
      out.loose.push_back(
          Broken(Kind::kDeleted, 0, 0, row.Int(0), "the entry was deleted before it was sealed"));
    }
  }
  return out;
}

// What the threads share.
class Walk {
 public:
  Walk(sql::Database& db, const MacKey& key, Snapshot& snapshot)
      : db_(db), key_(key), snapshot_(snapshot) {
    for (const auto& [organization, chain] : snapshot.chains) {
      for (std::int64_t at = chain.first; chain.count > 0 && at <= chain.last; at += kRange) {
        ranges_.push_back({organization, at, std::min(chain.last, at + kRange - 1)});
        // A seq out of all proportion: the gap is found at its beginning.
        if (chain.last - chain.first + 1 > chain.count) break;
      }
    }
    // Where links are missing the chain is one range.
    for (Range& range : ranges_) {
      const Chain& chain = snapshot.chains.at(range.organization);
      if (chain.last - chain.first + 1 > chain.count) range.last = chain.last;
    }
  }

  Result<void> Run(std::size_t threads) {
    std::vector<std::jthread> workers;
    for (std::size_t i = 1; i < threads && i < ranges_.size(); ++i) {
      workers.emplace_back([this] { Work(); });
    }
    Work();
    workers.clear();
    if (error_) return std::unexpected(*error_);
    return {};
  }

  std::int64_t entries = 0, adopted = 0;
  std::map<std::int64_t, Finding> first;  // of each organization

 private:
  struct Range {
    std::int64_t organization = 0, first = 0, last = 0;
  };
  struct Counts {
    std::int64_t entries = 0, adopted = 0, dropped_through = 0;
    std::optional<Finding> finding;
  };

  void Work() {
    for (;;) {
      const std::size_t at = next_.fetch_add(1);
      if (at >= ranges_.size() || failed_) return;
      auto counts = Check(ranges_[at]);
      std::lock_guard lock(mutex_);
      if (!counts) {
        error_ = counts.error();
        failed_ = true;
        return;
      }
      Merge(ranges_[at].organization, std::move(*counts));
    }
  }

  void Merge(std::int64_t organization, Counts counts) {
    entries += counts.entries;
    adopted += counts.adopted;
    Chain& chain = snapshot_.chains.at(organization);
    chain.dropped_through = std::max(chain.dropped_through, counts.dropped_through);
    if (!counts.finding) return;
    auto [found, added] = first.try_emplace(organization, *counts.finding);
    if (!added && counts.finding->seq < found->second.seq) {
      found->second = std::move(*counts.finding);
    }
  }

  Result<Counts> Check(const Range& range) const {
    const Chain& chain = snapshot_.chains.at(range.organization);
    Counts counts;
    std::string before = chain.anchor.chain_mac;
    bool was_adopted = true, skip = false;
    std::int64_t next = range.first, expected = chain.anchor.seq + 1;
    if (range.first != chain.first) {
      // The link before is another range's business; its MAC is this one's beginning.
      --next;
      skip = true;
    }
    while (next <= range.last) {
      GH_TRY(const sql::Rows rows, db_.ReadSync(sql::Tenant::All(), [&](sql::Tx& tx) {
        return tx.Query(kLinks, {range.organization, next, range.last, kPage});
      }));
      for (const sql::Row row : rows) {
        if (!skip) {
          auto finding = CheckLink(key_, range.organization, row, expected, before);
          if (!finding) finding = CheckSeen(chain, range.organization, row);
          if (!finding && row.Bool(2) && !was_adopted) {
            finding = Broken(Kind::kInserted, range.organization, row.Int(0), row.Int(1),
                             "an entry without a MAC stands behind one that has one");
          }
          if (finding) {
            counts.finding = std::move(finding);
            return counts;
          }
          ++counts.entries;
          counts.adopted += row.Bool(2) ? 1 : 0;
          NoteRetention(row, counts);
        }
        skip = false;
        was_adopted = row.Bool(2);
        expected = row.Int(0) + 1;
        before = row.String(3);
        next = expected;
      }
      if (rows.size() < static_cast<std::size_t>(kPage)) break;
    }
    if (expected <= range.last) {
      counts.finding = Broken(Kind::kGap, range.organization, expected, 0,
                              "link " + std::to_string(expected) + " is missing");
    }
    return counts;
  }

  // Whether those who noted this link saw the same.
  static std::optional<Finding> CheckSeen(const Chain& chain, std::int64_t organization,
                                          const sql::Row& row) {
    if (row.Int(0) == chain.head_seq && row.Text(3) != chain.head_mac) {
      return Broken(Kind::kRelinked, organization, row.Int(0), row.Int(1),
                    "the note of the chain's end was changed");
    }
    const auto [begin, end] = chain.seen.equal_range(row.Int(0));
    for (auto it = begin; it != end; ++it) {
      if (it->second.first == row.Text(3)) continue;
      return Broken(
          Kind::kRewritten, organization, row.Int(0), row.Int(1),
          "the checkpoint in line " + std::to_string(it->second.second) + " saw another chain");
    }
    return std::nullopt;
  }

  static void NoteRetention(const sql::Row& row, Counts& counts) {
    if (row.Int(6) != static_cast<std::int64_t>(Event::kAuditRetention)) return;
    const auto data = json::ParseObject(row.Text(12));
    if (!data) return;
    counts.dropped_through =
        std::max(counts.dropped_through, json::GetInt(*data, "through_seq").value_or(0));
  }

  sql::Database& db_;
  const MacKey& key_;
  Snapshot& snapshot_;
  std::vector<Range> ranges_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::optional<Error> error_;
};

// What concerns a chain as a whole: where it begins and ends.
std::optional<Finding> CheckEnds(const MacKey& key, std::int64_t organization, const Chain& chain) {
  const Anchor& anchor = chain.anchor;
  if (anchor.seq != 0) {
    const std::string mac =
        key.Anchor(organization, anchor.seq, anchor.chain_mac, anchor.dropped_at);
    if (!crypto::ConstantTimeEqual(mac, anchor.mac)) {
      return Broken(Kind::kAnchor, organization, anchor.seq, 0,
                    "the mark that retention left was changed");
    }
    if (chain.dropped_through < anchor.seq) {
      return Broken(
          Kind::kAnchor, organization, anchor.seq, 0,
          "no entry of the chain tells of a retention through " + std::to_string(anchor.seq));
    }
  }
  for (const auto& [seq, what] : chain.seen) {
    const auto& [mac, line] = what;
    if (seq == anchor.seq && mac != anchor.chain_mac) {
      return Broken(Kind::kRewritten, organization, seq, 0,
                    "the checkpoint in line " + std::to_string(line) + " saw another chain");
    }
  }
  const std::int64_t last = std::max(chain.last, anchor.seq);
  if (!chain.seen.empty() && chain.seen.rbegin()->first > last) {
    const auto& [seq, what] = *chain.seen.rbegin();
    return Broken(Kind::kTruncated, organization, last + 1, 0,
                  "the chain ends at " + std::to_string(last) + "; the checkpoint in line " +
                      std::to_string(what.second) + " saw " + std::to_string(seq) + " entries");
  }
  if (chain.head_seq > last) {
    return Broken(Kind::kTruncated, organization, last + 1, 0,
                  "the chain ends at " + std::to_string(last) + ", but had " +
                      std::to_string(chain.head_seq) + " entries");
  }
  if (chain.head_seq < last) {
    return Broken(Kind::kRelinked, organization, last, 0,
                  "the note of the chain's end was changed");
  }
  return std::nullopt;
}

void AddSeen(const CheckpointContents& checkpoints, const VerifyOptions& options,
             Snapshot& snapshot) {
  for (const CheckpointLine& line : checkpoints.lines) {
    for (const Head& head : line.checkpoint.heads) {
      if (options.organization && head.organization != *options.organization) continue;
      snapshot.chains[head.organization.value].seen.emplace(head.seq,
                                                            std::pair(head.mac, line.number));
    }
  }
}

Result<Verification> VerifyOnce(sql::Database& db, const MacKey& key,
                                const CheckpointContents& checkpoints,
                                const VerifyOptions& options) {
  Verification out;
  // Every organization's entries: the proof is of the whole log.
  auto read = [&](sql::Tx& tx) { return ReadSnapshot(tx, key, options); };
  GH_TRY(Snapshot snapshot, db.ReadSync(sql::Tenant::All(), read));
  AddSeen(checkpoints, options, snapshot);
  Walk walk(db, key, snapshot);
  GH_TRY_VOID(walk.Run(options.threads));
  for (const auto& [organization, chain] : snapshot.chains) {
    out.organizations += organization == 0 ? 0 : 1;
    // A broken link is named before what follows from it.
    if (const auto found = walk.first.find(organization); found != walk.first.end()) {
      out.findings.push_back(std::move(found->second));
    } else if (auto finding = CheckEnds(key, organization, chain)) {
      out.findings.push_back(std::move(*finding));
    }
  }
  std::ranges::move(snapshot.loose, std::back_inserter(out.findings));
  std::ranges::sort(out.findings, {}, [](const Finding& finding) {
    return std::tuple(finding.organization, finding.seq == 0 ? kBehindAll : finding.seq,
                      finding.entry_id);
  });
  out.entries = walk.entries;
  out.adopted = walk.adopted;
  out.waiting = snapshot.waiting;
  return out;
}

}  // namespace

std::optional<Finding> CheckLink(const MacKey& key, std::int64_t organization, const sql::Row& row,
                                 std::int64_t expected_seq, std::string_view before) {
  const std::int64_t seq = row.Int(0), id = row.Int(1);
  const bool adopted = row.Bool(2);
  if (seq != expected_seq) {
    return Broken(Kind::kGap, organization, expected_seq, 0,
                  "links " + std::to_string(expected_seq) + " to " + std::to_string(seq - 1) +
                      " are missing");
  }
  if (row.IsNull(4)) {
    return Broken(Kind::kDeleted, organization, seq, id, "the entry was deleted");
  }
  const LogRow entry = ReadLogRow(row, 4);
  const std::string entry_mac = key.Entry(entry, adopted);
  const std::string_view stored = adopted ? std::string_view() : std::string_view(entry_mac);
  const bool as_written = entry.mac == stored && entry.organization.value_or(0) == organization;
  const std::string link = key.Link(organization, seq, id, adopted, entry_mac, before);
  if (as_written && crypto::ConstantTimeEqual(link, row.Text(3))) return std::nullopt;
  // An adopted entry has no MAC of its own: a link that does not fit speaks of either.
  if (!as_written || adopted) {
    return Broken(Kind::kAltered, organization, seq, id, "the entry was changed");
  }
  return Broken(Kind::kRelinked, organization, seq, id, "the link was changed");
}

std::string_view KindName(Finding::Kind kind) {
  switch (kind) {
    case Kind::kAltered:
      return "altered";
    case Kind::kDeleted:
      return "deleted";
    case Kind::kInserted:
      return "inserted";
    case Kind::kUnchained:
      return "unchained";
    case Kind::kGap:
      return "gap";
    case Kind::kRelinked:
      return "relinked";
    case Kind::kTruncated:
      return "truncated";
    case Kind::kRewritten:
      return "rewritten";
    case Kind::kAnchor:
      return "anchor";
    case Kind::kCheckpoints:
      return "checkpoints";
  }
  return "";
}

Result<Verification> Verify(sql::Database& db, const std::string& key,
                            const CheckpointContents& checkpoints, const VerifyOptions& options) {
  const MacKey mac_key(key);
  GH_TRY(Verification out, VerifyOnce(db, mac_key, checkpoints, options));
  // Retention may have cut a chain while it was read; what is really broken stays broken.
  if (!out.findings.empty()) {
    GH_TRY(out, VerifyOnce(db, mac_key, checkpoints, options));
  }
  out.checkpoints = std::ssize(checkpoints.lines);
  out.torn_checkpoints = checkpoints.torn;
  for (const CheckpointFinding& finding : checkpoints.findings) {
    out.findings.push_back({Kind::kCheckpoints, OrgId{0}, 0, 0,
                            "line " + std::to_string(finding.line) + ": " + finding.text});
  }
  return out;
}

}  // namespace gatehouse::audit
