#include "platform/compress/zstd.h"

#include <zdict.h>
#include <zstd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"
#include "platform/compress/errors.h"

namespace gatehouse::compress {
namespace {

struct FreeCCtx {
  void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
};
struct FreeDCtx {
  void operator()(ZSTD_DCtx* d) const { ZSTD_freeDCtx(d); }
};
struct FreeCDict {
  void operator()(ZSTD_CDict* c) const { ZSTD_freeCDict(c); }
};
struct FreeDDict {
  void operator()(ZSTD_DDict* d) const { ZSTD_freeDDict(d); }
};

}  // namespace

struct Dictionary::State {
  std::string bytes;
  std::uint32_t id = 0;
  std::unique_ptr<ZSTD_CDict, FreeCDict> encode;
  std::unique_ptr<ZSTD_DDict, FreeDDict> decode;
};

Dictionary::Dictionary(std::unique_ptr<State> state) : state_(std::move(state)) {}
Dictionary::~Dictionary() = default;
Dictionary::Dictionary(Dictionary&&) noexcept = default;
Dictionary& Dictionary::operator=(Dictionary&&) noexcept = default;

Result<Dictionary> Dictionary::Load(std::string bytes, int level) {
  auto state = std::make_unique<State>();
  state->bytes = std::move(bytes);
  state->id = ZDICT_getDictID(state->bytes.data(), state->bytes.size());
  if (state->id == 0) return Fail(Code::kInvalidArgument, kInvalid, "not a zstd dictionary");
  state->encode.reset(ZSTD_createCDict(state->bytes.data(), state->bytes.size(), level));
  state->decode.reset(ZSTD_createDDict(state->bytes.data(), state->bytes.size()));
  if (!state->encode || !state->decode) {
    return Fail(Code::kInvalidArgument, kInvalid, "damaged zstd dictionary");
  }
  return Dictionary(std::move(state));
}

const std::string& Dictionary::bytes() const { return state_->bytes; }
std::uint32_t Dictionary::id() const { return state_->id; }

Result<std::string> TrainDictionary(std::span<const std::string_view> samples,
                                    std::size_t max_bytes) {
  std::string all;
  std::vector<std::size_t> sizes;
  sizes.reserve(samples.size());
  for (std::string_view sample : samples) {
    if (sample.empty()) continue;
    all += sample;
    sizes.push_back(sample.size());
  }
  std::string out(max_bytes, '\0');
  std::size_t size = ZDICT_trainFromBuffer(out.data(), out.size(), all.data(), sizes.data(),
                                           static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size)) {
    return Fail(Code::kFailedPrecondition, kInvalid, ZDICT_getErrorName(size));
  }
  out.resize(size);
  return out;
}

std::uint32_t DictionaryIdOf(std::string_view frame) {
  return ZSTD_getDictID_fromFrame(frame.data(), frame.size());
}

struct ZstdCodec::State {
  std::unique_ptr<ZSTD_CCtx, FreeCCtx> encode;
  std::unique_ptr<ZSTD_DCtx, FreeDCtx> decode;
};

ZstdCodec::ZstdCodec() : state_(std::make_unique<State>()) {}
ZstdCodec::~ZstdCodec() = default;

std::string ZstdCodec::Encode(std::string_view text, const Dictionary* dictionary, int level) {
  std::string out;
  Append(out, text, dictionary, level);
  out.shrink_to_fit();
  return out;
}

void ZstdCodec::Append(std::string& out, std::string_view text, const Dictionary* dictionary,
                       int level) {
  if (!state_->encode) {
    state_->encode.reset(ZSTD_createCCtx());
    GH_CHECK(state_->encode != nullptr);
    ZSTD_CCtx_setParameter(state_->encode.get(), ZSTD_c_checksumFlag, 1);
  }
  ZSTD_CCtx* c = state_->encode.get();
  ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
  // nullptr takes a dictionary of an earlier call away.
  ZSTD_CCtx_refCDict(c, dictionary != nullptr ? dictionary->state_->encode.get() : nullptr);
  const std::size_t before = out.size();
  const std::size_t most = before + ZSTD_compressBound(text.size());
  if (out.capacity() < most) out.reserve(std::max(most, out.capacity() * 2));
  out.resize_and_overwrite(most, [most](char*, std::size_t) { return most; });
  const std::size_t size =
      ZSTD_compress2(c, out.data() + before, most - before, text.data(), text.size());
  GH_CHECK(!ZSTD_isError(size));
  out.resize(before + size);
}

Result<std::string> ZstdCodec::Decode(std::string_view frame, const Dictionary* dictionary,
                                      std::size_t max_out) {
  unsigned long long announced = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (announced == ZSTD_CONTENTSIZE_ERROR || announced == ZSTD_CONTENTSIZE_UNKNOWN) {
    return Fail(Code::kInvalidArgument, kInvalid, "not a frame with its size");
  }
  if (announced > max_out) return Fail(Code::kResourceExhausted, kTooLarge);
  if (!state_->decode) {
    state_->decode.reset(ZSTD_createDCtx());
    GH_CHECK(state_->decode != nullptr);
  }
  ZSTD_DCtx* d = state_->decode.get();
  std::string out;
  // Not the size it is called with: libstdc++ 12 tells twice the capacity there.
  out.resize_and_overwrite(announced, [announced](char*, std::size_t) { return announced; });
  std::size_t size =
      dictionary != nullptr
          ? ZSTD_decompress_usingDDict(d, out.data(), out.size(), frame.data(), frame.size(),
                                       dictionary->state_->decode.get())
          : ZSTD_decompressDCtx(d, out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(size)) return Fail(Code::kInvalidArgument, kInvalid, ZSTD_getErrorName(size));
  if (size != announced) return Fail(Code::kInvalidArgument, kInvalid, "size differs");
  return out;
}

}  // namespace gatehouse::compress
