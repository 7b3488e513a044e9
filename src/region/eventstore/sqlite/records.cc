#include "region/eventstore/sqlite/records.h"

#include "region/eventstore/errors.h"

namespace gatehouse::eventstore::sqlite {
namespace {

// What is larger brings enough repetition of its own.
constexpr std::size_t kDictionaryUpTo = 256 << 10;

}  // namespace

Records::Lease::Lease(Records& records) : records_(records) {
  std::lock_guard lock(records_.mutex_);
  if (records_.free_.empty()) {
    codec_ = std::make_unique<compress::ZstdCodec>();
  } else {
    codec_ = std::move(records_.free_.back());
    records_.free_.pop_back();
  }
}

Records::Lease::~Lease() {
  std::lock_guard lock(records_.mutex_);
  records_.free_.push_back(std::move(codec_));
}

void Records::Append(std::string& out, std::int64_t project_id, std::string_view record) {
  Dictionaries::Shared dictionary;
  if (record.size() <= kDictionaryUpTo) dictionary = dictionaries_.ForProject(project_id);
  Lease(*this).codec().Append(out, record, dictionary.get());
}

Result<std::string> Records::Read(std::int64_t project_id, const PayloadFile& file, Place place) {
  GH_TRY(const std::string frame, file.Read(place));
  Dictionaries::Shared dictionary;
  if (const std::uint32_t id = compress::DictionaryIdOf(frame); id != 0) {
    GH_TRY(dictionary, dictionaries_.Find(project_id, id));
  }
  auto record = Lease(*this).codec().Decode(frame, dictionary.get(), max_bytes_ + (1 << 20));
  if (!record) return Fail(Code::kDataLoss, kDamaged, record.error().detail);
  return std::move(*record);
}

}  // namespace gatehouse::eventstore::sqlite
