#include "region/ingest/protocol/envelope_watch.h"

#include <algorithm>

#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {

Result<void> EnvelopeWatch::Count(std::size_t bytes) {
  if (type_ == ItemType::kUnknown) return {};
  if (bytes > max_) return Reject(InfoOf(type_).too_large.slug);
  if (type_ == ItemType::kAttachment && attachments_ + bytes > limits_.attachments_together) {
    return Reject(InfoOf(type_).too_large.slug);
  }
  return {};
}

Result<void> EnvelopeWatch::Begin() {
  if (items_++ == kMaxEnvelopeItems) return Reject(kEnvelopeTooManyItems);
  GH_TRY(const ItemStart start, ParseItemStart(line_));
  line_.clear();
  type_ = start.item.type;
  max_ = type_ == ItemType::kUnknown ? 0 : MaxItemBytes(start.item, limits_);
  size_ = 0;
  if (!start.length) {
    at_ = At::kLine;
    return {};
  }
  left_ = *start.length;
  GH_TRY_VOID(Count(left_));
  if (type_ == ItemType::kAttachment) attachments_ += left_;
  at_ = left_ == 0 ? At::kEndOfPayload : At::kPayload;
  return {};
}

Result<void> EnvelopeWatch::Take(std::string_view piece) {
  while (!piece.empty()) {
    switch (at_) {
      case At::kHeader:
      case At::kItemHeader: {
        const std::size_t end = piece.find('\n');
        line_ += piece.substr(0, end);
        if (line_.size() > kMaxEnvelopeHeader) return Reject(kBodyTooLarge);
        if (end == std::string_view::npos) return {};
        piece.remove_prefix(end + 1);
        if (at_ == At::kHeader) {
          GH_TRY_VOID(ParseEnvelopeHeader(line_));
          line_.clear();
          at_ = At::kItemHeader;
        } else if (line_.empty() && piece.empty()) {
          at_ = At::kEnd;  // the line end that may stand at the very end
        } else {
          GH_TRY_VOID(Begin());
        }
        break;
      }
      case At::kEnd:
        return Reject(kEnvelopeBadItemHeader);
      case At::kPayload: {
        const std::size_t bytes = std::min(left_, piece.size());
        piece.remove_prefix(bytes);
        left_ -= bytes;
        if (left_ == 0) at_ = At::kEndOfPayload;
        break;
      }
      case At::kEndOfPayload:
        if (piece.front() != '\n') return Reject(kEnvelopeNoNewline);
        piece.remove_prefix(1);
        at_ = At::kItemHeader;
        break;
      case At::kLine: {
        const std::size_t end = piece.find('\n');
        const std::size_t bytes = std::min(end, piece.size());
        size_ += bytes;
        GH_TRY_VOID(Count(size_));
        piece.remove_prefix(bytes);
        if (end == std::string_view::npos) return {};
        piece.remove_prefix(1);
        if (type_ == ItemType::kAttachment) attachments_ += size_;
        at_ = At::kItemHeader;
        break;
      }
    }
  }
  return {};
}

}  // namespace gatehouse::ingest
