#pragma once

// How many unpacked bytes all requests together may hold at a time: beyond it the next one is
// refused before memory is taken for it.

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace gatehouse::ingest {

// Thread-safe. Outlives what it gave.
class UnpackBudget {
 public:
  // Gives its bytes back at its end.
  class Hold {
   public:
    Hold() = default;
    Hold(Hold&& other) noexcept
        : of_(std::exchange(other.of_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Hold& operator=(Hold&& other) noexcept {
      if (this != &other) {
        Release();
        of_ = std::exchange(other.of_, nullptr);
        bytes_ = std::exchange(other.bytes_, 0);
      }
      return *this;
    }
    ~Hold() { Release(); }

   private:
    friend class UnpackBudget;
    Hold(UnpackBudget& of, std::size_t bytes) : of_(&of), bytes_(bytes) {}
    void Release() {
      if (of_ != nullptr) of_->used_.fetch_sub(bytes_, std::memory_order_relaxed);
      of_ = nullptr;
    }
    UnpackBudget* of_ = nullptr;
    std::size_t bytes_ = 0;
  };

  explicit UnpackBudget(std::size_t max) : max_(max) {}
  UnpackBudget(const UnpackBudget&) = delete;
  UnpackBudget& operator=(const UnpackBudget&) = delete;

  // std::nullopt: too much is held already.
  std::optional<Hold> Take(std::size_t bytes) {
    const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
    if (before > max_ || bytes > max_ - before) {
      used_.fetch_sub(bytes, std::memory_order_relaxed);
      return std::nullopt;
    }
    return Hold(*this, bytes);
  }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t max_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace gatehouse::ingest
