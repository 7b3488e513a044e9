#pragma once

// What a debug information file is, by its own bytes: ELF (build id), Mach-O (UUID, also of each
// part of a universal file), Breakpad symbols, PE and PDB, WebAssembly, ProGuard mappings, source
// bundles. Names, sizes and offsets in it are a stranger's: nothing is read beyond its bounds.

#include <string_view>
#include <vector>

#include "region/artifacts/types.h"

namespace gatehouse::artifacts {

// One for each object in the file. `name` is what the uploader calls it, `claimed` the debug id
// that they give; they count where the format has none of its own that we read (PDB, ProGuard).
// Errors: kInvalidArgument "debug_file_unknown".
Result<std::vector<DebugInfo>> ReadDebugInfo(std::string_view bytes, std::string_view name,
                                             std::string_view claimed);

}  // namespace gatehouse::artifacts
