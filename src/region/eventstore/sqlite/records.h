#pragma once

// Records as they lie in a payload file: compressed with the project's dictionary. Thread-safe.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/compress/zstd.h"
#include "region/eventstore/sqlite/dictionaries.h"
#include "region/eventstore/sqlite/payload_file.h"

namespace gatehouse::eventstore::sqlite {

class Records {
 public:
  // `dictionaries` outlives it.
  Records(Dictionaries& dictionaries, std::size_t max_bytes)
      : dictionaries_(dictionaries), max_bytes_(max_bytes) {}

  // Adds the record to `out`, compressed.
  void Append(std::string& out, std::int64_t project_id, std::string_view record);
  // kDataLoss "event_store_damaged".
  Result<std::string> Read(std::int64_t project_id, const PayloadFile& file, Place place);

 private:
  // A codec of its own for each thread that wants one at the moment.
  class Lease {
   public:
    explicit Lease(Records& records);
    ~Lease();
    compress::ZstdCodec& codec() { return *codec_; }

   private:
    Records& records_;
    std::unique_ptr<compress::ZstdCodec> codec_;
  };

  Dictionaries& dictionaries_;
  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<compress::ZstdCodec>> free_;
};

}  // namespace gatehouse::eventstore::sqlite
