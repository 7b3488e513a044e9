#include "app/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace gatehouse::app {
namespace {

void SetCoreLimit(bool allow) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = allow ? limit.rlim_max : 0;
  ::setrlimit(RLIMIT_CORE, &limit);
}

}  // namespace

void ForbidCoreDumps() {
  // Both: a core pattern that is a pipe does not ask for the limit.
  ::prctl(PR_SET_DUMPABLE, 0);
  SetCoreLimit(false);
}

void AllowCoreDumps() {
  ::prctl(PR_SET_DUMPABLE, 1);
  SetCoreLimit(true);
}

}  // namespace gatehouse::app
