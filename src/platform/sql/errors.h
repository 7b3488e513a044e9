#pragma once

// Reason slugs of the database layer. sql.h says when each is returned.

#include <string_view>

namespace gatehouse::sql {

inline constexpr std::string_view kUniqueViolation = "unique_violation";
inline constexpr std::string_view kForeignKeyViolation = "foreign_key_violation";
inline constexpr std::string_view kSerializationFailure = "serialization_failure";
inline constexpr std::string_view kDatabaseUnavailable = "database_unavailable";
inline constexpr std::string_view kDatabaseNotDurable = "database_not_durable";
inline constexpr std::string_view kDiskFull = "disk_full";
inline constexpr std::string_view kSqlError = "sql_error";
inline constexpr std::string_view kInvalidText = "invalid_text";
inline constexpr std::string_view kOverloaded = "overloaded";
inline constexpr std::string_view kInternal = "internal";
inline constexpr std::string_view kSchemaNewer = "schema_newer";
inline constexpr std::string_view kSchemaChanged = "schema_changed";

}  // namespace gatehouse::sql
