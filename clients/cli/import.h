#ifndef BANSO_CLIENTS_CLI_IMPORT_H_
#define BANSO_CLIENTS_CLI_IMPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "clients/cli/context.h"
#include "clients/cli/csv.h"
#include "clients/cli/profile.h"
#include "clients/cli/sheet.h"

// Tables that go into the suite. No row is left out in silence: what is refused, doubtful or empty
// is in the report.
namespace banso::cli {

// What the command line says about an import.
struct ImportOptions {
  SheetOptions sheet;
  // The other system whose ids the file has, such as `crm`.
  std::string system = "crm";
  // Accounts: the column with the id in that system. Empty: that of the field `id`, else that of
  // `display_name`.
  std::string id_column;
  // Nothing is stored; the report says what would be.
  bool dry_run = false;
  // Deals: the words of the stage column for a won and a lost deal; others are open.
  std::string won = "Won";
  std::string lost = "Lost";
  // Deals: members that do not exist are created from the names in the column of sales_owner.
  bool create_members = false;
  // Samples: rows whose day lies outside the contract that they name are refused.
  bool within_contract = false;
  // How many groups of problems are shown; 0: all.
  int show = 20;
  // A CSV file for every refused and doubtful row; empty: none is written.
  std::string problems_file;
  // How many calls are under way at a time.
  int parallel = 16;
};

// What became of a table.
struct ImportReport {
  // What a row is, such as `deals`.
  std::string what;
  bool dry_run = false;
  // Records of the file.
  int64_t rows = 0;
  int64_t created = 0;
  int64_t updated = 0;
  int64_t unchanged = 0;
  // Further counts with their names, such as `won`.
  std::vector<std::pair<std::string, int64_t>> others;
  // Why rows were refused, of which nothing is stored; a row may have several entries.
  std::vector<RowProblem> rejected;
  // What is missing of rows that are stored but for that, and why. They are not counted as created,
  // updated or unchanged.
  std::vector<RowProblem> partly;
  // What is doubtful about rows that were taken.
  std::vector<RowProblem> warnings;
  std::vector<ColumnProfile> columns;
  absl::Duration took;

  // How many rows were refused, and how many are stored in part.
  int64_t rejected_rows() const;
  int64_t partly_rows() const;
};

absl::StatusOr<ImportReport> ImportAccounts(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportDeals(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportContracts(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportSites(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportStakeholders(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportMembers(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportInteractions(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportOnboardings(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportOutcomes(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportSurveys(Context& context, const ImportOptions& options);
absl::StatusOr<ImportReport> ImportSamples(Context& context, const ImportOptions& options);

// Writes the report, and the file of problems if one is asked for; returns the exit code: kPartly
// when rows were refused or are stored in part.
int PrintReport(Context& context, const ImportOptions& options, const ImportReport& report);

// The day that counts as today: the one given, else the server's business day in the zone given.
absl::StatusOr<absl::CivilDay> TodayOf(Connection& connection, const SheetOptions& options);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_IMPORT_H_
