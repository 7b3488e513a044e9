#pragma once

// Names of files and folders that last: a power cut forgets a name whose folder was not synced.
// Errors: kUnavailable "event_store_unavailable", kResourceExhausted "disk_full".

#include <filesystem>

#include "base/error.h"

namespace gatehouse::eventstore::sqlite {

// With its parents; durable when it returns.
Result<void> MakeFolder(const std::filesystem::path& folder);
// Makes what was created, renamed or removed in it durable.
Result<void> SyncFolder(const std::filesystem::path& folder);

}  // namespace gatehouse::eventstore::sqlite
