#pragma once

// The compressed records of one day, one after another. A row of the day's database says where its
// record is, so a record that no row knows (a crash before the commit) is no harm. Kept out of the
// database so that it is written once and not through the write-ahead log as well.
//
// Threads: Append and Erase from one thread at a time, Read from any.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"

namespace gatehouse::eventstore::sqlite {

struct Place {
  std::int64_t at = 0;
  std::int64_t bytes = 0;
};

class PayloadFile {
 public:
  // Errors of all: kUnavailable "event_store_unavailable", kResourceExhausted "disk_full".
  static Result<std::unique_ptr<PayloadFile>> Open(const std::filesystem::path& file);
  ~PayloadFile();

  // Where the next record goes.
  std::int64_t end() const { return end_; }
  // Durable when it returns.
  Result<void> Append(const std::string& records);
  // kDataLoss "event_store_damaged" when the file is too short.
  Result<std::string> Read(Place place) const;
  // Overwrites with zeros; best effort.
  void Erase(std::span<const Place> places);

 private:
  PayloadFile(int fd, std::int64_t end, std::string name);
  int fd_;
  std::int64_t end_;
  std::string name_;
};

}  // namespace gatehouse::eventstore::sqlite
