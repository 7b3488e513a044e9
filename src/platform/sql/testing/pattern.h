#pragma once

// Databases for tests that start as copies of another one: copying is several times as fast as
// migrating.

#include "platform/sql/testing/test_database.h"

namespace gatehouse::sql {

// While it lives, the databases of its engine that this thread makes start as copies of `pattern`,
// which is closed (TestDatabase::Close) and outlives it. One at a time on a thread.
class StartingFrom {
 public:
  explicit StartingFrom(const TestDatabase& pattern);
  ~StartingFrom();
  StartingFrom(const StartingFrom&) = delete;
  StartingFrom& operator=(const StartingFrom&) = delete;
};

}  // namespace gatehouse::sql
