#pragma once

// The commits of a release: what is stored of them, and what their messages promise. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace gatehouse::releases {

struct FileChange {
  std::string path;
  char type = 'M';  // A, M, D
  friend bool operator==(const FileChange&, const FileChange&) = default;
};

struct Commit {
  std::string id;
  std::string repository;
  std::string message = {};
  std::string author_name = {};
  std::string author_email = {};
  Timestamp at = {};
  std::vector<FileChange> changes = {};
  friend bool operator==(const Commit&, const Commit&) = default;
};

// As they are to be stored: newest first, each once, without those whose message has #skipsentry,
// repositories and addresses filled in. Errors: kInvalidArgument "commit_invalid" (detail: the
// field that is too long or empty).
Result<std::vector<Commit>> PrepareCommits(std::vector<Commit> commits,
                                           std::string_view default_repository);

// The text of the column, and back. What cannot be read is no commits.
std::string EncodeCommits(const std::vector<Commit>& commits);
std::vector<Commit> DecodeCommits(std::string_view text);

// The issues that a message says it fixes: "fixes SHOP-1, SHOP-2 and WEB-3A" → (slug, number).
std::vector<std::pair<std::string, std::int64_t>> FixedIssues(std::string_view message);

// "a..b" → {a, b}; "b" → {"", b}.
std::pair<std::string, std::string> SplitRange(std::string_view commit);

}  // namespace gatehouse::releases
