#ifndef BANSO_COMMON_STORAGE_MIGRATION_H_
#define BANSO_COMMON_STORAGE_MIGRATION_H_

#include <string>
#include <vector>

namespace banso::storage {

// One forward step of a schema: a file NNN_name.sql, compiled in by banso_embed_sql
// (cmake/EmbedSql.cmake). Applied once, in a transaction of its own; never edited afterwards.
//
// SQL statements, each ended by `;`. Column types are TEXT, BIGINT, DOUBLE PRECISION and {bytes}.
// The engine replaces these words:
//   {bytes}            the type of raw bytes
//   {integer_key}      BIGINT PRIMARY KEY, in the engine's fastest form
//   {clustered}        behind `)`: rows are kept in the order of the primary key, where the engine
//                      can; for tables of many small rows
//   {resource}         the columns of a Collection's table: name (primary key), revision, position,
//                      create_time, update_time, data
//   {revisions}        the columns of a RevisionedCollection's table, and its primary key; further
//                      columns come before it
//   {fact_log}         the columns of a FactLog's table
// For example:
//   CREATE TABLE account ({resource}, stage BIGINT NOT NULL, owner TEXT NOT NULL);
//   CREATE INDEX account_by_owner ON account (owner, name);
struct Migration {
  // 1, 2, 3, ... without gaps.
  int number = 0;
  // What it does; the file's name without number and ending.
  std::string name;
  std::string sql;
};

using Migrations = std::vector<Migration>;

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_MIGRATION_H_
