#ifndef BANSO_COMMON_STORAGE_CONFORMANCE_H_
#define BANSO_COMMON_STORAGE_CONFORMANCE_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/storage/collection.h"
#include "common/storage/conformance_types.pb.h"
#include "common/storage/database.h"
#include "common/storage/open.h"
#include "common/storage/revisions.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"

// What every engine must do. A test of an engine says:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, ConformanceTest,
//                            ::testing::Values(Engine{"sqlite", OpenSqlite, BackUpSqlite,
//                                                     RestoreSqlite}));
namespace banso::storage::conformance {

// How an engine is opened.
struct Engine {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<Database>>(const OpenOptions&)> open;
  // Copy a store to a file and put it in place, as BackUpSqlite and RestoreSqlite do.
  std::function<absl::Status(const OpenOptions& store, const std::string& backup)> back_up;
  std::function<absl::Status(const std::string& backup, const OpenOptions& store)> restore;
  // Whether writes that wait are committed together. Then the suite makes sure that some were.
  bool commits_groups = true;

  friend void PrintTo(const Engine& engine, std::ostream* out) { *out << engine.name; }
};

// The schema of the resources below.
Migrations Schema();
Kind<Note> NoteKind();
const Collection<Note>& Notes();
const RevisionedCollection<Recipe>& Recipes();

// A note `shelves/{shelf}/notes/{id}`.
Note MakeNote(absl::string_view shelf, absl::string_view id, absl::string_view title = "",
              int64_t rank = 0);

// The time at which the tests begin.
absl::Time StartTime();

// A call of `members/aoki` at `now`.
Call MakeCall(absl::Time now = StartTime(), absl::string_view request_id = "");

// A store of its own for each test, open from the beginning.
class ConformanceTest : public ::testing::TestWithParam<Engine> {
 protected:
  ConformanceTest();

  Database& db() { return *database_; }
  const OpenOptions& options() const { return options_; }
  // Closes the store and opens it again.
  void Reopen();
  // Opens a second, empty store.
  std::unique_ptr<Database> OpenAnother();
  // For a store of its own called `name`, with all migrations, in the test's folder.
  OpenOptions OptionsFor(absl::string_view name) const;
  // A file in the test's folder.
  std::string File(absl::string_view name) const { return temp_dir_.File(name); }

  // Each runs in a transaction of its own.
  absl::StatusOr<Note> Create(const Note& note, absl::Time now = StartTime());
  absl::StatusOr<Note> Update(const Note& note, absl::string_view etag = "",
                              absl::Time now = StartTime());
  absl::Status Delete(absl::string_view name, absl::string_view etag = "",
                      absl::Time now = StartTime());
  absl::StatusOr<Note> Get(absl::string_view name);
  int64_t CountNotes();

 private:
  void OpenDatabase();

  testing::TempDir temp_dir_;
  OpenOptions options_;
  std::unique_ptr<Database> database_;
};

// Defined one in each file of the suite, so that the linker takes all of them.
int DatabaseConformance();
int SchemaConformance();
int CollectionConformance();
int FeedConformance();
int RevisionConformance();
int FactConformance();
int RedactionConformance();
int BackupConformance();
int ModelConformance();
inline const int kConformanceFiles =
    DatabaseConformance() + SchemaConformance() + CollectionConformance() + FeedConformance() +
    RevisionConformance() + FactConformance() + RedactionConformance() + BackupConformance() +
    ModelConformance();

}  // namespace banso::storage::conformance

#endif  // BANSO_COMMON_STORAGE_CONFORMANCE_H_
