#pragma once

// Lets a write that has failed twice on a hot row have the database to itself, as far as this
// process goes: otherwise fresh writes overtake it until its re-runs are used up. Courtesy, not
// exclusion: nobody waits longer than kPatience. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace gatehouse::sql {

class Gate {
 public:
  static constexpr std::chrono::milliseconds kPatience{500};
  enum class Mode { kTogether, kAlone };

  class Pass {
   public:
    Pass(Gate& gate, Mode mode) : gate_(gate), mode_(mode), counted_(gate.Enter(mode)) {}
    ~Pass() {
      if (counted_) gate_.Leave(mode_);
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    Gate& gate_;
    const Mode mode_;
    const bool counted_;
  };

 private:
  // false: ran out of patience, goes on uncounted.
  bool Enter(Mode mode) {
    std::unique_lock lock(mutex_);
    if (mode == Mode::kTogether) {
      const bool in =
          changed_.wait_for(lock, kPatience, [this] { return !alone_ && waiting_ == 0; });
      if (in) ++together_;
      return in;
    }
    ++waiting_;
    const bool in =
        changed_.wait_for(lock, kPatience, [this] { return !alone_ && together_ == 0; });
    --waiting_;
    if (in) alone_ = true;
    if (!in) changed_.notify_all();
    return in;
  }

  void Leave(Mode mode) {
    std::lock_guard lock(mutex_);
    if (mode == Mode::kAlone) {
      alone_ = false;
    } else {
      --together_;
    }
    if (waiting_ != 0 || mode == Mode::kAlone) changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int together_ = 0;
  int waiting_ = 0;
  bool alone_ = false;
};

}  // namespace gatehouse::sql
