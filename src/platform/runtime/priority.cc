#include "platform/runtime/priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace gatehouse::runtime {
namespace {

// Each step is about a quarter less than the one before.
constexpr int kSteps = 5;

}  // namespace

void LowerPriority() {
  // On Linux a thread has a nice value of its own, and its thread id is the process that is meant.
  const auto thread = static_cast<id_t>(::gettid());
  const int now = ::getpriority(PRIO_PROCESS, thread);
  (void)::setpriority(PRIO_PROCESS, thread, now + kSteps);
}

}  // namespace gatehouse::runtime
