#ifndef BANSO_COMMON_SERVER_NOTES_SERVER_H_
#define BANSO_COMMON_SERVER_NOTES_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "common/server/client.h"
#include "common/server/facts_service.h"
#include "common/server/server.h"
#include "common/server/testdata/echo.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"

// A service with a store, for the tests of this folder.
namespace banso::server {

// Opens a store for notes; aborts when that fails.
std::unique_ptr<storage::Database> OpenNotes(const std::string& path, const std::string& service);

const storage::Collection<testdata::Note>& Notes();

// Creates or replaces `notes/{id}`; returns the store's position after it.
int64_t PutNote(storage::Database& database, const std::string& id, const std::string& text);
// The text of `notes/{id}`, or empty.
std::string GetNote(storage::Database& database, const std::string& id);
// How many notes there are.
int64_t CountNotes(storage::Database& database);

// Records that the account's fact has this number from now on; returns the position after it.
int64_t RecordFact(storage::Database& database, const std::string& subject, const std::string& fact,
                   double number);

inline constexpr char kWatchNotes[] = "banso.server.testdata.NotesService/WatchChanges";

// Serves WatchChanges of notes and FactsService from the store at `path`, under the name `notes`.
class NotesServer {
 public:
  // `port` 0 takes a free one.
  explicit NotesServer(const std::string& path, int port = 0, FactProvider* provider = nullptr);

  storage::Database& database() { return *database_; }
  ServerProcess& process() { return *process_; }

 private:
  calendar::TestClock clock_;
  storage::FactLog log_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<ServerProcess> process_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_NOTES_SERVER_H_
