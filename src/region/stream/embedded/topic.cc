#include "region/stream/embedded/topic.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "region/stream/errors.h"

namespace gatehouse::stream::embedded {
namespace {

constexpr std::string_view kSuffix = ".seg";
constexpr std::size_t kDigits = 20;
constexpr std::size_t kPage = 4096;
// Of the positions of groups, before they are written anew; its file is made so long at once.
constexpr std::int64_t kGroupsBytes = 64 << 10;

std::string SegmentName(Offset base) {
  const std::string number = std::to_string(base);
  return std::string(kDigits - number.size(), '0') + number + std::string(kSuffix);
}

// Up to the end of the page: then nobody has to read first what the page held before.
std::string_view PaddingAt(std::int64_t position) {
  static constexpr std::array<char, kPage> kZeros{};
  const std::size_t used = static_cast<std::size_t>(position) % kPage;
  return {kZeros.data(), used == 0 ? 0 : kPage - used};
}

std::optional<Offset> BaseOf(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  Offset base = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, base);
  if (error != std::errc() || end != name.data() + kDigits || base < 0) return std::nullopt;
  return base;
}

}  // namespace

Topic::Topic(Files& files, std::string folder, std::string parent, Limits limits)
    : files_(files), folder_(std::move(folder)), parent_(std::move(parent)), limits_(limits) {}

Result<std::int64_t> Topic::Open() {
  GH_TRY(const std::vector<std::string> names, files_.List(folder_));
  on_disk_ = true;
  std::int64_t cut = 0;
  GH_TRY_VOID(OpenSegments(names, cut));
  if (std::ranges::find(names, "groups.log") != names.end()) GH_TRY_VOID(OpenGroups());
  has_spare_ = std::ranges::find(names, "spare") != names.end();
  return cut;
}

Result<void> Topic::OpenSegments(const std::vector<std::string>& names, std::int64_t& cut) {
  for (const std::string& name : names) {
    const auto base = BaseOf(name);
    if (!base) continue;
    Segment segment;
    segment.base = *base;
    segment.path = folder_ + "/" + name;
    GH_TRY(std::unique_ptr<File> file, files_.Open(segment.path));
    segment.file = std::move(file);
    GH_TRY(segment.bytes, segment.file->Size());
    segments_.push_back(std::move(segment));
  }
  std::ranges::sort(segments_, {}, &Segment::base);
  for (bool removed = false; !segments_.empty();) {
    Segment& last = segments_.back();
    GH_TRY(Scan scan, ScanSegment(*last.file, last.base));
    if (!scan.head_ok) {
      // Its name came to the disk before its head did, so nothing in it was answered. That happens
      // to one file: a second one without a head is damage.
      if (removed) return Fail(Code::kDataLoss, kDamaged, last.path + ": no head");
      removed = true;
      next_ = last.base;
      cut += last.bytes;
      GH_TRY_VOID(files_.Remove(last.path));
      GH_TRY_VOID(files_.SyncFolder(folder_));
      segments_.pop_back();
      continue;
    }
    if (scan.end < last.bytes) {
      cut += last.bytes - scan.end;
      GH_TRY_VOID(last.file->Truncate(scan.end));
      GH_TRY_VOID(last.file->Sync());
    }
    last.bytes = scan.end;
    last.room = scan.end;
    last.mask = scan.mask;
    last.records = scan.records;
    last.first = scan.first;
    last.index = std::move(scan.index);
    last.indexed = true;
    next_ = last.base + last.records;
    break;
  }
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    Segment& segment = segments_[i];
    segment.records = segments_[i + 1].base - segment.base;
    GH_TRY(const std::optional<std::uint32_t> mask, ReadMask(*segment.file, segment.base));
    segment.mask = mask.value_or(0);
    FrameReader reader(*segment.file, static_cast<std::int64_t>(kHeadBytes), segment.bytes,
                       segment.mask);
    GH_TRY(const Frame frame, reader.Next());
    if (frame.state == FrameState::kWhole) segment.first = TimeOf(frame.body);
  }
  return {};
}

Result<void> Topic::OpenGroups() {
  GH_TRY(groups_file_, files_.Open(folder_ + "/groups.log"));
  GH_TRY(const std::int64_t size, groups_file_->Size());
  FrameReader reader(*groups_file_, 0, size, 0);
  while (true) {
    GH_TRY(const Frame frame, reader.Next());
    if (frame.state != FrameState::kWhole) break;
    const auto entry = DecodeBody(frame.body);
    if (!entry) break;
    Offset next = 0;
    const std::string& text = entry->second.payload;
    std::from_chars(text.data(), text.data() + text.size(), next);
    Offset& position = groups_[entry->second.key];
    // Never beyond what exists: what comes next would be passed over.
    position = std::min(std::max(position, next), next_);
  }
  groups_bytes_ = reader.position();
  if (groups_bytes_ < size) {
    GH_TRY_VOID(groups_file_->Truncate(groups_bytes_));
    GH_TRY_VOID(groups_file_->Sync());
  }
  return {};
}

Result<std::unique_ptr<File>> Topic::MakeFile(const std::string& path, const std::string& head) {
  const bool spare = std::exchange(has_spare_, false);
  GH_TRY(std::unique_ptr<File> file, files_.Open(spare ? SparePath() : path));
  // A leftover of a start that failed half-way.
  if (!spare) GH_TRY_VOID(file->Truncate(0));
  const std::array<std::string_view, 2> parts = {head,
                                                 PaddingAt(static_cast<std::int64_t>(head.size()))};
  auto done = file->Write(0, std::span(parts).first(spare ? 2 : 1));
  if (done) done = file->Sync();
  if (done && spare) done = files_.Rename(SparePath(), path);
  if (done) done = files_.SyncFolder(folder_);
  if (!done) {
    if (spare) (void)files_.Remove(SparePath());
    return std::unexpected(std::move(done).error());
  }
  return file;
}

Result<void> Topic::StartSegment(Offset base) {
  if (!on_disk_) {
    GH_TRY_VOID(files_.CreateFolder(folder_));
    GH_TRY_VOID(files_.SyncFolder(parent_));
    on_disk_ = true;
  }
  // Until this has succeeded nothing is written: a segment ends where a file with a greater base
  // says so, even if that file was made by half.
  needs_segment_ = true;
  Segment segment;
  segment.base = base;
  segment.path = folder_ + "/" + SegmentName(base);
  const std::string head = EncodeHead(base);
  segment.mask = DecodeHead(head)->mask;
  GH_TRY(std::unique_ptr<File> file, MakeFile(segment.path, head));
  segment.file = std::move(file);
  segment.indexed = true;
  GH_TRY(segment.room, segment.file->Size());
  segment.bytes = static_cast<std::int64_t>(head.size());
  needs_segment_ = false;
  std::lock_guard lock(mutex_);
  // An empty one with the same base is this file.
  if (!segments_.empty() && segments_.back().base == base) segments_.pop_back();
  segments_.push_back(std::move(segment));
  return {};
}

// Takes unsynced bytes back. If that fails nobody knows what the file ends with.
void Topic::TakeBack() {
  Segment& last = segments_.back();
  last.room = last.bytes;
  if (!last.file->Truncate(last.bytes)) broken_ = true;
}

Result<Offset> Topic::Write(std::span<std::string* const> frames, std::int64_t records,
                            Timestamp now) {
  if (broken_) return Fail(Code::kUnavailable, kUnavailable, folder_ + ": an earlier write failed");
  // next_, and segments_ as a list, are changed by this thread only.
  const Offset first = next_;
  if (segments_.empty() || needs_segment_ ||
      (segments_.back().bytes >= limits_.segment_bytes && segments_.back().records > 0)) {
    GH_TRY_VOID(StartSegment(first));
    // What cannot be removed now is removed when the next segment begins.
    (void)DropPassed(std::nullopt);
  }
  Segment& last = segments_.back();
  std::vector<std::string_view> parts;
  parts.reserve(frames.size() + 1);
  std::int64_t bytes = 0;
  for (std::string* const one : frames) {
    MaskFrames(*one, last.mask);
    parts.push_back(*one);
    bytes += static_cast<std::int64_t>(one->size());
  }
  if (last.bytes + bytes < last.room) parts.push_back(PaddingAt(last.bytes + bytes));
  if (auto written = last.file->Write(last.bytes, parts); !written) {
    TakeBack();
    return std::unexpected(std::move(written).error());
  }
  if (auto synced = last.file->Sync(); !synced) {
    // The kernel may have dropped the pages and called them clean: never sync this file again.
    TakeBack();
    needs_segment_ = true;
    return std::unexpected(std::move(synced).error());
  }

  std::lock_guard lock(mutex_);
  if (last.records == 0) last.first = now;
  if (last.index.empty() || last.bytes - last.index.back().position >= kIndexStep) {
    last.index.push_back({first, last.bytes});
  }
  last.bytes += bytes;
  last.records += records;
  next_ = first + records;
  return first;
}

Result<void> Topic::CommitGroups(std::span<const Move> moves, Timestamp now) {
  std::map<std::string, Offset> changed;
  {
    std::lock_guard lock(mutex_);
    for (const Move& move : moves) {
      const auto known = groups_.find(move.group);
      const Offset start = segments_.empty() ? next_ : segments_.front().base;
      const Offset wanted = move.next.value_or(start);
      if (wanted > next_) return Fail(Code::kInvalidArgument, kInvalidOffset);
      if (known != groups_.end() && (!move.next || wanted <= known->second)) continue;
      Offset& to = changed.try_emplace(move.group, wanted).first->second;
      to = std::max(to, wanted);
    }
  }
  if (changed.empty()) return {};
  if (!on_disk_ || !groups_file_ || groups_bytes_ > kGroupsBytes) {
    if (segments_.empty()) GH_TRY_VOID(StartSegment(next_));
    GH_TRY_VOID(RewriteGroups(now));
  }
  std::string frames;
  for (const auto& [group, next] : changed) {
    AppendFrame(frames, now, Record{.key = group, .payload = std::to_string(next)});
  }
  const std::string_view part = frames;
  auto done = groups_file_->Write(groups_bytes_, {&part, 1});
  if (done) done = groups_file_->Sync();
  if (!done) {
    // The next commit writes a new file; what is in this one counts up to its first bad frame.
    groups_file_.reset();
    return done;
  }
  groups_bytes_ += static_cast<std::int64_t>(frames.size());
  std::lock_guard lock(mutex_);
  for (const auto& [group, next] : changed) groups_[group] = next;
  return {};
}

Result<void> Topic::RewriteGroups(Timestamp now) {
  groups_file_.reset();
  const std::string path = folder_ + "/groups.log";
  GH_TRY(std::unique_ptr<File> file, files_.Open(path + ".new"));
  GH_TRY_VOID(file->Truncate(0));
  std::string frames;
  for (const auto& [group, next] : groups_) {
    AppendFrame(frames, now, Record{.key = group, .payload = std::to_string(next)});
  }
  // With room for those to come; zeros are no frame.
  const std::string zeros(static_cast<std::size_t>(kGroupsBytes), '\0');
  const std::array<std::string_view, 2> parts = {frames, zeros};
  GH_TRY_VOID(file->Write(0, parts));
  GH_TRY_VOID(file->Sync());
  GH_TRY_VOID(files_.Rename(path + ".new", path));
  GH_TRY_VOID(files_.SyncFolder(folder_));
  groups_file_ = std::move(file);
  groups_bytes_ = static_cast<std::int64_t>(frames.size());
  return {};
}

Result<void> Topic::DropOld(Timestamp now) {
  if (segments_.empty() || broken_) return {};
  const Timestamp before = now - limits_.retention;
  Offset passed = next_;
  for (const auto& [group, position] : groups_) passed = std::min(passed, position);
  // The segment that grows, too, once nothing has come for so long.
  Segment& last = segments_.back();
  if (last.records > 0 && passed == next_ && last.first < before &&
      (!groups_.empty() || limits_.needs_no_reader)) {
    FrameReader reader(*last.file, last.index.back().position, last.bytes, last.mask);
    Timestamp newest = last.first;
    while (true) {
      GH_TRY(const Frame frame, reader.Next());
      if (frame.state != FrameState::kWhole) break;
      newest = TimeOf(frame.body);
    }
    if (newest < before) GH_TRY_VOID(StartSegment(next_));
  }
  return DropPassed(before);
}

Result<void> Topic::DropPassed(std::optional<Timestamp> before) {
  if (groups_.empty() && !limits_.needs_no_reader) return {};
  Offset passed = next_;
  for (const auto& [group, position] : groups_) passed = std::min(passed, position);
  std::int64_t bytes = 0;
  for (const Segment& segment : segments_) bytes += segment.bytes;
  bool dropped = false;
  bool spare = false;
  while (segments_.size() > 1) {
    const Segment& oldest = segments_.front();  // until it is gone
    const Segment& second = segments_[1];
    // Everything in a segment is older than the first record of the next one.
    const bool old =
        before && (second.records > 0 ? second.first < *before : oldest.first < *before);
    if (second.base > passed || (!old && bytes <= limits_.keep_bytes)) break;
    // Not one that somebody is reading, nor one that grew far beyond the others.
    bool reusable = !has_spare_ && !spare && oldest.bytes <= 2 * limits_.segment_bytes;
    bytes -= oldest.bytes;
    Segment gone;
    {
      std::lock_guard lock(mutex_);
      reusable = reusable && oldest.file.use_count() == 1;
      gone = std::move(segments_.front());
      segments_.erase(segments_.begin());
    }
    if (auto done = reusable ? files_.Rename(gone.path, SparePath()) : files_.Remove(gone.path);
        !done) {
      std::lock_guard lock(mutex_);
      segments_.insert(segments_.begin(), std::move(gone));
      return done;
    }
    spare = spare || reusable;
    dropped = true;
  }
  if (dropped) GH_TRY_VOID(files_.SyncFolder(folder_));
  // Only now does its old name not come back.
  has_spare_ = has_spare_ || spare;
  return {};
}

void Topic::Close() {
  if (segments_.empty() || broken_) return;
  Segment& last = segments_.back();
  if (last.room > last.bytes) (void)last.file->Truncate(last.bytes);
}

// Under mutex_ except while an old segment is indexed for the first time.
Result<Topic::Piece> Topic::Find(Offset from) {
  std::unique_lock lock(mutex_);
  auto after = std::ranges::upper_bound(segments_, from, {}, &Segment::base);
  if (after == segments_.begin()) return Fail(Code::kUnavailable, kUnavailable, "just dropped");
  Segment* segment = &*std::prev(after);
  if (!segment->indexed) {
    const std::shared_ptr<File> file = segment->file;
    const Offset base = segment->base;
    lock.unlock();
    GH_TRY(Scan scan, ScanSegment(*file, base));
    lock.lock();
    const auto found = std::ranges::find(segments_, base, &Segment::base);
    if (found == segments_.end()) return Fail(Code::kUnavailable, kUnavailable, "just dropped");
    found->index = std::move(scan.index);
    found->indexed = true;
    segment = &*found;
  }
  Piece piece;
  piece.file = segment->file;
  piece.to = segment->bytes;
  piece.mask = segment->mask;
  piece.end = segment->base + segment->records;
  piece.offset = segment->base;
  piece.from = static_cast<std::int64_t>(kHeadBytes);
  const auto entry = std::ranges::upper_bound(segment->index, from, {}, &IndexEntry::offset);
  if (entry != segment->index.begin()) {
    piece.offset = std::prev(entry)->offset;
    piece.from = std::prev(entry)->position;
  }
  return piece;
}

Result<ReadResult> Topic::Read(Offset from, ReadLimits limits) {
  if (from < 0) return Fail(Code::kInvalidArgument, kInvalidOffset);
  ReadResult out;
  Offset end = 0;
  {
    std::lock_guard lock(mutex_);
    if (!segments_.empty()) from = std::max(from, segments_.front().base);
    end = next_;
  }
  out.next = from;
  std::size_t bytes = 0;
  while (out.next < end && out.records.size() < limits.max_records) {
    GH_TRY(Piece piece, Find(out.next));
    FrameReader reader(*piece.file, piece.from, piece.to, piece.mask);
    while (out.next < piece.end && out.records.size() < limits.max_records) {
      GH_TRY(const Frame frame, reader.Next());
      auto record = frame.state == FrameState::kWhole && piece.offset >= out.next
                        ? DecodeBody(frame.body)
                        : std::nullopt;
      if (frame.state != FrameState::kWhole || (piece.offset >= out.next && !record)) {
        // Whole records before it are handed out first.
        if (!out.records.empty()) return out;
        return Fail(Code::kDataLoss, kDamaged,
                    folder_ + ": record " + std::to_string(piece.offset) +
                        " cannot be read; whole again from " + std::to_string(piece.end));
      }
      if (piece.offset++ < out.next) continue;
      bytes += frame.bytes;
      if (bytes > limits.max_bytes && !out.records.empty()) return out;
      out.records.push_back({out.next, record->first, std::move(record->second)});
      ++out.next;
    }
  }
  return out;
}

TopicState Topic::State() {
  std::lock_guard lock(mutex_);
  TopicState state{.first = next_, .next = next_};
  if (!segments_.empty()) state.first = segments_.front().base;
  for (const Segment& segment : segments_) state.bytes += segment.bytes;
  return state;
}

std::optional<Offset> Topic::Position(const std::string& group) {
  std::lock_guard lock(mutex_);
  const auto found = groups_.find(group);
  if (found == groups_.end()) return std::nullopt;
  return found->second;
}

bool Topic::Wait(Offset offset, runtime::Resume& resume) {
  std::lock_guard lock(mutex_);
  if (no_waiting_ || offset < next_) return false;
  waiting_.emplace_back(offset, std::move(resume));
  return true;
}

std::vector<runtime::Resume> Topic::TakeWaiting(bool all) {
  std::lock_guard lock(mutex_);
  no_waiting_ = no_waiting_ || all;
  std::vector<runtime::Resume> out;
  for (auto& [offset, resume] : waiting_) {
    if (all || offset < next_) out.push_back(std::move(resume));
  }
  std::erase_if(waiting_, [this, all](const auto& entry) { return all || entry.first < next_; });
  return out;
}

}  // namespace gatehouse::stream::embedded
