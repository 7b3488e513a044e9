#pragma once

// zstd (RFC 8878) for what we store ourselves: one state for many small texts, with a dictionary
// trained on texts of the same kind. Errors as in decode.h.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace gatehouse::compress {

// A trained dictionary, digested once for both directions. Immutable: threads may share it.
class Dictionary {
 public:
  // `bytes` as TrainDictionary returned them. `level` is the one that Encode will use with it.
  static Result<Dictionary> Load(std::string bytes, int level = 3);
  ~Dictionary();
  Dictionary(Dictionary&&) noexcept;
  Dictionary& operator=(Dictionary&&) noexcept;

  const std::string& bytes() const;
  // Stands in the head of each frame made with it; never zero.
  std::uint32_t id() const;

 private:
  friend class ZstdCodec;
  struct State;
  explicit Dictionary(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A dictionary of at most `max_bytes` from typical texts. Wants a hundred samples or more and about
// a hundred times `max_bytes` of them; kFailedPrecondition kInvalid when there is too little to
// learn from. Takes seconds of CPU for tens of MB.
Result<std::string> TrainDictionary(std::span<const std::string_view> samples,
                                    std::size_t max_bytes = 112 * 1024);

// The id of the dictionary that a frame was made with, 0 for none or if it is no zstd frame.
std::uint32_t DictionaryIdOf(std::string_view frame);

// Not thread-safe.
class ZstdCodec {
 public:
  ZstdCodec();
  ~ZstdCodec();

  // One frame with its size and a checksum. `level` is ignored with a dictionary.
  std::string Encode(std::string_view text, const Dictionary* dictionary = nullptr, int level = 3);
  // The same, at the end of `out`.
  void Append(std::string& out, std::string_view text, const Dictionary* dictionary = nullptr,
              int level = 3);
  // One frame, made with exactly this dictionary or with none.
  Result<std::string> Decode(std::string_view frame, const Dictionary* dictionary,
                             std::size_t max_out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::compress
