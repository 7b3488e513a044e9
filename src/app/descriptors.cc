#include "app/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace gatehouse::app {

std::size_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

std::size_t ConnectionsFor(std::size_t descriptors) {
  const std::size_t left =
      descriptors > kReservedDescriptors ? descriptors - kReservedDescriptors : 0;
  return std::clamp<std::size_t>(left, 64, 10'000);
}

}  // namespace gatehouse::app
