#pragma once

// Whether lenient.h would read a text, without a value being built: for whoever has to say no at
// once and reads later.

#include "platform/json/lenient.h"

namespace gatehouse::json {

// Errors: those of ParseLenient, which accepts exactly what this accepts. options.storage is not
// used.
Result<void> CheckLenient(std::string_view text, const LenientOptions& options = {});

}  // namespace gatehouse::json
