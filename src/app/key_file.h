#pragma once

// Does the key file belong to this database? A server that made new keys for an old database, or
// took those of another one, could open no secret, and would look as if it worked.

#include <memory>

#include "platform/crypto/keyring.h"
#include "platform/sql/sql.h"

namespace gatehouse::app {

// The key ring of an installation; a fresh file only for a fresh database. REQUIRES: the schema is
// there. Errors: those of KeyRing::Load; kFailedPrecondition "key_file_missing" (the database is in
// use), "key_file_foreign" (it made none of the newest audit entries).
Result<std::unique_ptr<crypto::KeyRing>> LoadKeys(sql::Database& db,
                                                  const std::filesystem::path& file, Rng& rng);

}  // namespace gatehouse::app
