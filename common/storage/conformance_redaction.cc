// Erasing a person: from a resource, its history, the answers kept for repeated calls, and facts.

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/fact_log.h"
#include "common/storage/mutate.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace banso::storage::conformance {

int RedactionConformance() { return 1; }

namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;

absl::Status Redact(Database& database, const std::vector<std::string>& names) {
  return database
      .Write(MakeCall(),
             [&](Writer& writer) -> absl::Status {
               for (const std::string& name : names) {
                 BANSO_RETURN_IF_ERROR(
                     Notes().Redact(writer, name, [](Note& note) { note.clear_title(); }));
               }
               return absl::OkStatus();
             })
      .status();
}

// The tables whose bytes hold `text` anywhere.
std::vector<std::string> TablesThatHold(Database& database, absl::string_view text) {
  std::vector<std::string> tables;
  EXPECT_THAT(database.Read([&](Reader& reader) -> absl::Status {
    for (const char* sql :
         {"SELECT data FROM note", "SELECT title FROM note", "SELECT resource FROM change",
          "SELECT reply FROM request", "SELECT value FROM fact_change"}) {
      BANSO_RETURN_IF_ERROR(reader.Query(sql, {}, [&](const Row& row) {
        if (absl::StrContains(row.Blob(0), text)) tables.emplace_back(sql);
        return absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }),
              IsOk());
  return tables;
}

TEST_P(ConformanceTest, RedactsTheResourceAndItsWholeHistory) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "kept", "secret one", 1)));
  BANSO_ASSERT_OK(Update(MakeNote("s", "kept", "secret two", 2)));
  BANSO_ASSERT_OK(Create(MakeNote("s", "gone", "secret three", 3)));
  BANSO_ASSERT_OK(Delete("shelves/s/notes/gone"));
  EXPECT_THAT(TablesThatHold(db(), "secret"), ::testing::Not(::testing::IsEmpty()));
  BANSO_ASSERT_OK(Redact(db(), {"shelves/s/notes/kept", "shelves/s/notes/gone"}));
  BANSO_ASSERT_OK_AND_ASSIGN(const Note kept, Get("shelves/s/notes/kept"));
  EXPECT_EQ(kept.title(), "");
  EXPECT_EQ(kept.rank(), 2);
  EXPECT_THAT(TablesThatHold(db(), "secret"), ::testing::IsEmpty());
}

// Calls `method` under a request id of its own; the answer holds notes wherever one can be.
absl::StatusOr<ShelveNotesResponse> Shelve(Database& database, absl::string_view method,
                                           const std::vector<Note>& notes) {
  Call call = MakeCall(StartTime(), absl::StrCat("shelve-", method));
  call.method = absl::StrCat("banso.storage.conformance.NotesService/", method);
  return Mutate<ShelveNotesResponse>(database, call, CreateNoteRequest(),
                                     [&](Writer&) -> absl::StatusOr<ShelveNotesResponse> {
                                       ShelveNotesResponse response;
                                       *response.mutable_first() = notes[0];
                                       for (const Note& note : notes) {
                                         *response.add_others() = note;
                                         (*response.mutable_by_topic())[note.name()] = note;
                                       }
                                       return response;
                                     });
}

TEST_P(ConformanceTest, RedactsTheAnswersKeptForRepeatedCalls) {
  const Note secret = MakeNote("s", "a", "secret", 1);
  const Note other = MakeNote("s", "ab", "public", 2);
  CreateNoteRequest request;
  *request.mutable_note() = secret;
  request.set_request_id("req-1");
  const auto create = [&] {
    return Mutate<Note>(db(), MakeCall(StartTime(), "req-1"), request,
                        [&](Writer& writer) { return Notes().Create(writer, secret); });
  };
  BANSO_ASSERT_OK(create());
  BANSO_ASSERT_OK(Shelve(db(), "ShelveNotes", {secret, other}));
  BANSO_ASSERT_OK(Redact(db(), {secret.name()}));

  // The call is still answered and not done again, without what was erased.
  EXPECT_THAT(TablesThatHold(db(), "secret"), ::testing::IsEmpty());
  BANSO_ASSERT_OK_AND_ASSIGN(const Note answer, create());
  EXPECT_EQ(answer.title(), "");
  EXPECT_EQ(answer.rank(), 1);
  BANSO_ASSERT_OK_AND_ASSIGN(const ShelveNotesResponse shelved,
                             Shelve(db(), "ShelveNotes", {other}));
  const Note redacted = MakeNote("s", "a", "", 1);
  EXPECT_THAT(shelved.first(), EqualsProto(redacted));
  EXPECT_THAT(shelved.others(), ::testing::ElementsAre(EqualsProto(redacted), EqualsProto(other)));
  EXPECT_THAT(shelved.by_topic().at(redacted.name()), EqualsProto(redacted));
  EXPECT_THAT(shelved.by_topic().at(other.name()), EqualsProto(other));
}

TEST_P(ConformanceTest, ForgetsAnswersOfAnUnknownFormThatNameAnErasedResource) {
  const Note secret = MakeNote("s", "a", "secret");
  const Note other = MakeNote("s", "b", "public");
  BANSO_ASSERT_OK(Shelve(db(), "NoSuchMethod", {secret}));
  BANSO_ASSERT_OK(Shelve(db(), "NoSuchOther", {other}));
  BANSO_ASSERT_OK(Redact(db(), {secret.name()}));
  EXPECT_THAT(TablesThatHold(db(), "secret"), ::testing::IsEmpty());
  BANSO_ASSERT_OK_AND_ASSIGN(const ShelveNotesResponse kept, Shelve(db(), "NoSuchOther", {secret}));
  EXPECT_THAT(kept.first(), EqualsProto(other));
}

TEST_P(ConformanceTest, ErasesFactsOfASubjectOrOfOneObject) {
  const auto record = [&](absl::string_view subject, absl::string_view object) {
    return db()
        .Write(MakeCall(),
               [&](Writer& writer) {
                 fact::v1::FactChange change;
                 change.set_subject(std::string(subject));
                 change.set_fact("account.note");
                 change.set_object(std::string(object));
                 change.mutable_value()->set_text(absl::StrCat(subject, " secret ", object));
                 return FactLog().Record(writer, change);
               })
        .status();
  };
  for (const char* subject : {"accounts/a", "accounts/b"}) {
    for (const char* object : {"", "tanaka", "sato"}) BANSO_ASSERT_OK(record(subject, object));
  }
  const auto erase = [&](const std::function<absl::StatusOr<int64_t>(Writer&)>& body) {
    int64_t erased = 0;
    BANSO_EXPECT_OK(db().Write(MakeCall(), [&](Writer& writer) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(erased, body(writer));
      return absl::OkStatus();
    }));
    return erased;
  };
  EXPECT_EQ(erase([](Writer& w) { return FactLog().EraseObject(w, "accounts/a", "tanaka"); }), 1);
  EXPECT_THAT(TablesThatHold(db(), "accounts/a secret tanaka"), ::testing::IsEmpty());
  EXPECT_EQ(TablesThatHold(db(), "secret").size(), 5u);
  EXPECT_EQ(erase([](Writer& w) { return FactLog().Erase(w, "accounts/b"); }), 3);
  EXPECT_EQ(TablesThatHold(db(), "secret").size(), 2u);
}

}  // namespace
}  // namespace banso::storage::conformance
