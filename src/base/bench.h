#pragma once

// For benchmarks only: the processor time of this process, and the end of it at the first error.

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace gatehouse::bench {

// User and system, all threads.
inline double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

template <class T>
T Must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s %s\n", std::string(result.error().reason).c_str(),
                 result.error().detail.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace gatehouse::bench
