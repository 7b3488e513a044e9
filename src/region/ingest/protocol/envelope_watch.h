#pragma once

// Follows an envelope that comes in pieces and refuses it at the first thing that shows that it is
// damaged or that an item is too large, so that nobody unpacks the rest of it. Keeps one header
// line at most. What it lets pass may still be refused by ParseEnvelope and Admit.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "region/ingest/protocol/envelope_rules.h"

namespace gatehouse::ingest {

class EnvelopeWatch {
 public:
  explicit EnvelopeWatch(const EnvelopeLimits& limits) : limits_(limits) {}

  // Errors: those of ParseEnvelope, kBodyTooLarge for a header without an end, and the `too_large`
  // of an item type.
  Result<void> Take(std::string_view piece);

 private:
  enum class At { kHeader, kItemHeader, kPayload, kEndOfPayload, kLine, kEnd };

  Result<void> Begin();  // of an item: `line_` is its header
  Result<void> Count(std::size_t bytes);

  const EnvelopeLimits limits_;
  At at_ = At::kHeader;
  std::string line_;      // what there is of a header
  std::size_t left_ = 0;  // of a payload whose length is known
  std::size_t size_ = 0;  // of a payload that ends with its line, so far
  std::size_t max_ = 0;   // of the item
  ItemType type_ = ItemType::kUnknown;
  std::size_t items_ = 0;
  std::size_t attachments_ = 0;  // bytes
};

}  // namespace gatehouse::ingest
