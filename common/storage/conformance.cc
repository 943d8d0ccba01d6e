#include "common/storage/conformance.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "common/testing/status_matchers.h"

namespace banso::storage::conformance {

Migrations Schema() {
  return {
      {1, "notes", R"sql(
        CREATE TABLE note ({resource}, title TEXT NOT NULL, topic TEXT NOT NULL,
                           rank BIGINT NOT NULL, due BIGINT);
        CREATE INDEX note_by_rank ON note (rank, name);
        CREATE UNIQUE INDEX note_by_topic ON note (topic) WHERE topic <> '';
        CREATE TABLE recipe ({revisions});
      )sql"},
      {2, "plain_tables", R"sql(
        CREATE TABLE owner (id TEXT NOT NULL PRIMARY KEY, age BIGINT NOT NULL CHECK (age >= 0));
        CREATE TABLE pet (
          id TEXT NOT NULL PRIMARY KEY,
          owner TEXT NOT NULL REFERENCES owner (id),
          weight DOUBLE PRECISION,
          picture {bytes}
        ) {clustered};
        CREATE TABLE counter (id {integer_key}, value BIGINT NOT NULL);
      )sql"},
      {3, "names", R"sql(
        ALTER TABLE pet ADD COLUMN called TEXT NOT NULL DEFAULT '';
        UPDATE pet SET called = id;
      )sql"},
  };
}

Kind<Note> NoteKind() {
  return {
      .table = "note",
      .pattern = "shelves/{shelf}/notes/{note}",
      .columns = {{"title", [](const Note& note) { return note.title(); }},
                  {"topic", [](const Note& note) { return note.topic(); }},
                  {"rank", [](const Note& note) { return note.rank(); }},
                  {"due",
                   [](const Note& note) {
                     return note.has_due_time() ? Value(calendar::ToTime(note.due_time()))
                                                : Value();
                   }}},
  };
}

const Collection<Note>& Notes() {
  static const auto& notes = *new Collection<Note>(NoteKind());
  return notes;
}

const RevisionedCollection<Recipe>& Recipes() {
  static const auto& recipes =
      *new RevisionedCollection<Recipe>({.table = "recipe", .pattern = "recipes/{recipe}"});
  return recipes;
}

Note MakeNote(absl::string_view shelf, absl::string_view id, absl::string_view title,
              int64_t rank) {
  Note note;
  note.set_name(absl::StrCat("shelves/", shelf, "/notes/", id));
  note.set_title(std::string(title));
  note.set_rank(rank);
  return note;
}

absl::Time StartTime() { return absl::FromUnixSeconds(1775000000); }

Call MakeCall(absl::Time now, absl::string_view request_id) {
  Call call;
  call.method = "banso.storage.conformance.NotesService/CreateNote";
  call.actor = "members/aoki";
  call.request_id = std::string(request_id);
  call.now = now;
  call.deadline = absl::Now() + absl::Minutes(1);
  return call;
}

ConformanceTest::ConformanceTest() : options_(OptionsFor("store")) { OpenDatabase(); }

OpenOptions ConformanceTest::OptionsFor(absl::string_view name) const {
  OpenOptions options;
  options.path = temp_dir_.File(absl::StrCat(name, ".db"));
  options.service = "notes";
  options.migrations = Schema();
  return options;
}

void ConformanceTest::OpenDatabase() {
  absl::StatusOr<std::unique_ptr<Database>> database = GetParam().open(options_);
  BANSO_CHECK(database.ok());
  database_ = *std::move(database);
}

void ConformanceTest::Reopen() {
  database_.reset();
  OpenDatabase();
}

std::unique_ptr<Database> ConformanceTest::OpenAnother() {
  absl::StatusOr<std::unique_ptr<Database>> database = GetParam().open(OptionsFor("another"));
  BANSO_CHECK(database.ok());
  return *std::move(database);
}

absl::StatusOr<Note> ConformanceTest::Create(const Note& note, absl::Time now) {
  return Mutate<Note>(db(), MakeCall(now), note,
                      [&](Writer& writer) { return Notes().Create(writer, note); });
}

absl::StatusOr<Note> ConformanceTest::Update(const Note& note, absl::string_view etag,
                                             absl::Time now) {
  return Mutate<Note>(db(), MakeCall(now), note,
                      [&](Writer& writer) { return Notes().Update(writer, note, etag); });
}

absl::Status ConformanceTest::Delete(absl::string_view name, absl::string_view etag,
                                     absl::Time now) {
  return db()
      .Write(MakeCall(now), [&](Writer& writer) { return Notes().Delete(writer, name, etag); })
      .status();
}

absl::StatusOr<Note> ConformanceTest::Get(absl::string_view name) {
  return Fetch<Note>(db(), [&](Reader& reader) { return Notes().Get(reader, name); });
}

int64_t ConformanceTest::CountNotes() {
  const absl::StatusOr<int64_t> count =
      Fetch<int64_t>(db(), [](Reader& reader) { return Notes().Count(reader, ""); });
  EXPECT_THAT(count, testing::IsOk());
  return count.value_or(-1);
}

}  // namespace banso::storage::conformance
