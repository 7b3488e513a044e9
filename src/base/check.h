#pragma once

// CHECK(condition): aborts with file and line when a programming error is found. It never sees user
// input: whatever a client can cause is an Error value.

namespace gatehouse {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace gatehouse

#define GH_CHECK(condition)                                     \
  do {                                                          \
    if (!(condition)) [[unlikely]]                              \
      ::gatehouse::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)
