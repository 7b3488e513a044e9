#pragma once

// One topic of the embedded log: its segments on the disk, the positions of its groups and who
// waits for news.
//
// Threads: Open before all others; Write, CommitGroups and DropOld on its writer's thread only; the
// rest on any thread.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/runtime/runtime.h"
#include "region/stream/embedded/files.h"
#include "region/stream/embedded/segment.h"
#include "region/stream/types.h"

namespace gatehouse::stream::embedded {

class Topic {
 public:
  struct Limits {
    std::int64_t segment_bytes;
    Duration retention;
    std::int64_t keep_bytes;
    // Kept in these limits although no group has read it.
    bool needs_no_reader;
  };

  // `files` outlives the topic. Touches nothing on the disk: that is Open's and the first Write's.
  Topic(Files& files, std::string folder, std::string parent, Limits limits);

  // Reads what the folder holds. Returns the number of bytes cut off the newest segment.
  Result<std::int64_t> Open();

  // Appends frames, `records` in number, durably, and masks them. After an error none of them is to
  // be seen.
  Result<Offset> Write(std::span<std::string* const> frames, std::int64_t records, Timestamp now);
  // Durably sets positions that are greater than what is there. A new group begins at the given
  // position or at the oldest record.
  struct Move {
    std::string group;
    std::optional<Offset> next;  // none: join only
  };
  Result<void> CommitGroups(std::span<const Move> moves, Timestamp now);
  Result<void> DropOld(Timestamp now);
  // Cuts off what the newest file holds behind its end. The last call.
  void Close();

  Result<ReadResult> Read(Offset from, ReadLimits limits);
  TopicState State();
  std::optional<Offset> Position(const std::string& group);

  // false: the record is there already, or waiting has ended, and `resume` was not taken.
  bool Wait(Offset offset, runtime::Resume& resume);
  // Those whose record is there now; with `all` everybody, and nobody may wait from then on.
  std::vector<runtime::Resume> TakeWaiting(bool all);

 private:
  struct Segment {
    Offset base = 0;
    std::string path;
    std::shared_ptr<File> file;
    std::int64_t bytes = 0;  // durable, or of the whole file
    std::int64_t room = 0;   // of the newest: the length of its file
    std::int64_t records = 0;
    std::uint32_t mask = 0;
    Timestamp first = {};  // time of the first record
    bool indexed = false;
    std::vector<IndexEntry> index = {};
  };
  struct Piece {
    std::shared_ptr<File> file;
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::uint32_t mask = 0;
    Offset offset = 0;  // of the record at `from`
    Offset end = 0;     // of the first record of the next segment
  };

  Result<void> OpenSegments(const std::vector<std::string>& names, std::int64_t& cut);
  Result<void> OpenGroups();
  Result<void> RewriteGroups(Timestamp now);
  Result<void> StartSegment(Offset base);
  // Segments that nobody needs any more: those that hold only what is older than `before`, and the
  // oldest ones beyond the bytes to keep.
  Result<void> DropPassed(std::optional<Timestamp> before);
  Result<Piece> Find(Offset from);
  // The file of the next segment, with its head, under its name.
  Result<std::unique_ptr<File>> MakeFile(const std::string& path, const std::string& head);
  std::string SparePath() const { return folder_ + "/spare"; }
  void TakeBack();

  Files& files_;
  const std::string folder_;
  const std::string parent_;
  const Limits limits_;

  // Writer thread.
  bool on_disk_ = false;
  bool broken_ = false;         // an unsynced rest could not be taken back
  bool needs_segment_ = false;  // the newest file must not grow any more
  // A file that was dropped: the next segment is written over it, which touches nothing but data on
  // the disk, where a file that grows waits for the file system's journal.
  bool has_spare_ = false;
  std::unique_ptr<File> groups_file_;
  std::int64_t groups_bytes_ = 0;

  std::mutex mutex_;
  std::vector<Segment> segments_;  // by base; the last one grows
  Offset next_ = 0;
  std::map<std::string, Offset> groups_;
  std::vector<std::pair<Offset, runtime::Resume>> waiting_;
  bool no_waiting_ = false;
};

}  // namespace gatehouse::stream::embedded
