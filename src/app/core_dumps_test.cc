#include "app/core_dumps.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace gatehouse::app {
namespace {

// In a process of its own: the state is the process's.
template <class F>
int StatusOf(F f) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(f());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

rlimit CoreLimit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_CORE, &limit);
  return limit;
}

// AUDIT-06
TEST(CoreDumpsTest, AProcessThatDiesLeavesNone) {
  const int status = StatusOf([] {
    ForbidCoreDumps();
    if (::prctl(PR_GET_DUMPABLE) != 0 || CoreLimit().rlim_cur != 0) return 1;
    std::signal(SIGABRT, SIG_DFL);
    ::raise(SIGABRT);
    return 2;
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  EXPECT_FALSE(WCOREDUMP(status));
}

TEST(CoreDumpsTest, TheOperatorMayAllowThem) {
  const int status = StatusOf([] {
    ForbidCoreDumps();
    AllowCoreDumps();
    return ::prctl(PR_GET_DUMPABLE) == 1 && CoreLimit().rlim_cur == CoreLimit().rlim_max ? 0 : 1;
  });
  ASSERT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace gatehouse::app
