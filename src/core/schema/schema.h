#pragma once

// The database schema that this binary carries: migrations/{control,region}/*.sql, in order. To be
// given to sql::Migrate with the set names and kTenantTables below. The texts live as long as the
// program.

#include <span>
#include <string_view>

#include "platform/sql/migrate.h"

namespace gatehouse::schema {

inline constexpr std::string_view kControlSet = "control";
inline constexpr std::string_view kRegionSet = "region";

// A row belongs to the organization that it names. Outbox rows name a shard, not an owner.
inline constexpr sql::TenantTables kTenantTables{.column = "organization_id",
                                                 .root = "organizations"};

std::span<const sql::Migration> ControlMigrations();
std::span<const sql::Migration> RegionMigrations();

}  // namespace gatehouse::schema
