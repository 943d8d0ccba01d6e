// The schema of a store: its migrations, from every earlier one on, and whose store it is. The
// limits with which it is opened.

#include <atomic>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/fact_log.h"
#include "common/storage/feed.h"
#include "common/storage/history.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace banso::storage::conformance {

int SchemaConformance() { return 1; }

namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::Status CreateNote(Database& database, absl::string_view id, absl::string_view title = "") {
  return database
      .Write(MakeCall(),
             [&](Writer& w) { return Notes().Create(w, MakeNote("s", id, title)).status(); })
      .status();
}

absl::StatusOr<int64_t> CountOf(Database& database) {
  return Fetch<int64_t>(database, [](Reader& reader) { return Notes().Count(reader, ""); });
}

// The first column of the rows, as text.
std::vector<std::string> TextsOf(Database& database, absl::string_view sql) {
  std::vector<std::string> texts;
  BANSO_EXPECT_OK(database.Read([&](Reader& reader) {
    return reader.Query(sql, {}, [&](const Row& row) {
      texts.emplace_back(row.Text(0));
      return absl::OkStatus();
    });
  }));
  return texts;
}

// Puts into a store whatever its schema takes: facts, notes with a history and a recipe from the
// first migration on, plain rows from the second on.
void FillStore(Database& database, size_t migrations) {
  BANSO_ASSERT_OK(database.Write(MakeCall(), [&](Writer& writer) -> absl::Status {
    fact::v1::FactChange fact;
    fact.set_subject("accounts/acme");
    fact.set_fact("account.visits");
    fact.mutable_value()->set_number(7);
    BANSO_RETURN_IF_ERROR(FactLog().Record(writer, fact));
    if (migrations >= 1) {
      BANSO_RETURN_IF_ERROR(Notes().Create(writer, MakeNote("s", "a", "one", 1)).status());
      BANSO_RETURN_IF_ERROR(Notes().Update(writer, MakeNote("s", "a", "two", 2)).status());
      Recipe recipe;
      recipe.set_name("recipes/soup");
      recipe.set_text("water");
      BANSO_RETURN_IF_ERROR(Recipes().Save(writer, recipe, "first").status());
    }
    if (migrations < 2) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(
        writer.Execute("INSERT INTO owner (id, age) VALUES ('o', 30)", {}).status());
    const char* pet = migrations == 2 ? "INSERT INTO pet (id, owner) VALUES ('rex', 'o')"
                                      : "INSERT INTO pet (id, owner, called) "
                                        "VALUES ('rex', 'o', 'rex')";
    return writer.Execute(pet, {}).status();
  }));
}

// Expects what FillStore has put there.
void ExpectFilled(Database& database, size_t migrations) {
  fact::v1::GetFactsRequest request;
  request.add_subjects("accounts/acme");
  request.add_queries()->set_fact("account.visits");
  request.mutable_queries(0)->set_aggregation(type::v1::AGGREGATION_LATEST);
  const auto facts = Fetch<fact::v1::GetFactsResponse>(
      database, [&](Reader& reader) { return FactLog().Read(reader, request, StartTime()); });
  ASSERT_THAT(facts, IsOk());
  EXPECT_EQ(facts->readings(0).value().number(), 7);
  if (migrations >= 1) {
    const std::string name = "shelves/s/notes/a";
    HistoryQuery query;
    query.name = name;
    BANSO_ASSERT_OK_AND_ASSIGN(const auto history,
                               Fetch<Page<type::v1::Change>>(database, [&](Reader& reader) {
                                 return ListHistory(reader, query);
                               }));
    EXPECT_EQ(history.items.size(), 2u);
    BANSO_ASSERT_OK_AND_ASSIGN(const Note note, Fetch<Note>(database, [&](Reader& reader) {
                                 return Notes().Get(reader, name);
                               }));
    EXPECT_EQ(note.title(), "two");
    BANSO_ASSERT_OK_AND_ASSIGN(const Recipe recipe, Fetch<Recipe>(database, [&](Reader& reader) {
                                 return Recipes().Get(reader, "recipes/soup@1", StartTime());
                               }));
    EXPECT_EQ(recipe.text(), "water");
  }
  if (migrations < 2) return;
  // The third migration fills the column that it adds.
  EXPECT_THAT(TextsOf(database, "SELECT called FROM pet"), ElementsAre("rex"));
}

TEST_P(ConformanceTest, MigratesFromEveryEarlierSchemaAndKeepsTheData) {
  for (size_t migrations = 0; migrations <= Schema().size(); ++migrations) {
    SCOPED_TRACE(absl::StrCat("from schema ", migrations));
    OpenOptions options = OptionsFor(absl::StrCat("schema-", migrations));
    options.migrations.resize(migrations);
    std::string epoch;
    int64_t position = 0;
    {
      BANSO_ASSERT_OK_AND_ASSIGN(const auto old, GetParam().open(options));
      FillStore(*old, migrations);
      epoch = old->epoch();
      position = old->position();
    }
    options.migrations = Schema();
    BANSO_ASSERT_OK_AND_ASSIGN(const auto migrated, GetParam().open(options));
    EXPECT_EQ(migrated->epoch(), epoch);
    EXPECT_EQ(migrated->position(), position);
    ExpectFilled(*migrated, migrations);
    BANSO_EXPECT_OK(CreateNote(*migrated, "b", "new"));
    BANSO_EXPECT_OK(migrated->Write(MakeCall(), [](Writer& writer) -> absl::Status {
      BANSO_RETURN_IF_ERROR(
          writer.Execute("INSERT INTO owner (id, age) VALUES ('p', 1)", {}).status());
      return writer.Execute("INSERT INTO pet (id, owner, called) VALUES ('x', 'p', 'Max')", {})
          .status();
    }));
  }
}

TEST_P(ConformanceTest, RefusesANewerSchemaAndLeavesItAlone) {
  OpenOptions options = OptionsFor("own");
  BANSO_ASSERT_OK(CreateNote(*GetParam().open(options).value(), "a"));
  options.migrations.resize(1);
  const absl::Status status = GetParam().open(options).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr("service/3 `names`"), HasSubstr("knows only 1"),
                                     HasSubstr("newer version"))));
  EXPECT_EQ(contract::Reason(status), "SCHEMA_TOO_NEW");
  options.migrations = Schema();
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, GetParam().open(options));
  EXPECT_THAT(CountOf(*database), IsOkAndHolds(1));
}

TEST_P(ConformanceTest, RefusesAnOlderSchemaUnlessToldToMigrate) {
  OpenOptions options = OptionsFor("own");
  options.migrations.resize(1);
  BANSO_ASSERT_OK(GetParam().open(options));
  options.migrations = Schema();
  options.migrate = false;
  EXPECT_EQ(contract::Reason(GetParam().open(options).status()), "SCHEMA_TOO_OLD");
  options.migrate = true;
  BANSO_EXPECT_OK(GetParam().open(options));
  options.migrate = false;
  BANSO_EXPECT_OK(GetParam().open(options));
}

// Steps that were another ones than those of this program: renamed, edited, or folded into fewer.
TEST_P(ConformanceTest, RefusesAStoreThatHasHadOtherMigrations) {
  const OpenOptions options = OptionsFor("own");
  BANSO_ASSERT_OK(CreateNote(*GetParam().open(options).value(), "a"));
  OpenOptions renamed = options;
  renamed.migrations[1].name = "people";
  OpenOptions edited = options;
  edited.migrations[0].sql += "CREATE TABLE shelf (id TEXT NOT NULL PRIMARY KEY);";
  OpenOptions folded = options;
  folded.migrations = {{1, "notes", edited.migrations[0].sql}};
  struct Case {
    const OpenOptions& options;
    const char* says;
  };
  for (const Case& c :
       {Case{renamed,
             "has had service/2 `plain_tables`, where this program has service/2 `people`"},
        Case{edited, "has had another service/1 `notes` than that of this program"},
        Case{folded, "has had another service/1 `notes` than that of this program"}}) {
    const absl::Status status = GetParam().open(c.options).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition,
                                 AllOf(HasSubstr(c.says), HasSubstr("Use the program that made"))));
    EXPECT_EQ(contract::Reason(status), "SCHEMA_UNKNOWN");
  }
  OpenOptions commented = options;
  commented.migrations[0].sql =
      absl::StrCat("-- What people note.\n", options.migrations[0].sql, "\n\n  -- And no more.\n");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, GetParam().open(commented));
  EXPECT_THAT(CountOf(*database), IsOkAndHolds(1));
}

// A store of a program that kept no digests: what has the names of this program's steps is opened,
// and of what has more nobody can say that it is newer.
TEST_P(ConformanceTest, DoesNotCallAStoreNewerOfWhichItKnowsTooLittle) {
  OpenOptions options = OptionsFor("own");
  {
    BANSO_ASSERT_OK_AND_ASSIGN(const auto database, GetParam().open(options));
    BANSO_ASSERT_OK(database->Write(MakeCall(), [](Writer& writer) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(
          const int64_t removed,
          writer.Execute("DELETE FROM meta WHERE key >= 'migration:' AND key < 'migration;'", {}));
      EXPECT_EQ(removed, static_cast<int64_t>(Schema().size()) + 1);
      return absl::OkStatus();
    }));
  }
  BANSO_EXPECT_OK(GetParam().open(options));
  options.migrations.resize(1);
  const absl::Status status = GetParam().open(options).status();
  EXPECT_EQ(contract::Reason(status), "SCHEMA_UNKNOWN");
  EXPECT_THAT(status.message(), AllOf(HasSubstr("service/3 `names`"), HasSubstr("knows only 1"),
                                      ::testing::Not(HasSubstr("newer"))));
}

TEST_P(ConformanceTest, FailedMigrationLeavesTheStoreAsItWas) {
  const OpenOptions options = OptionsFor("own");
  BANSO_ASSERT_OK(GetParam().open(options));
  OpenOptions broken = options;
  broken.migrations.push_back(
      {4, "broken", "CREATE TABLE half (id TEXT); INSERT INTO nosuch VALUES (1);"});
  EXPECT_FALSE(GetParam().open(broken).ok());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, GetParam().open(options));
  EXPECT_THAT(database->Read([](Reader& reader) {
    return reader.Query("SELECT id FROM half", {}, [](const Row&) { return absl::OkStatus(); });
  }),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_P(ConformanceTest, RefusesTheStoreOfAnotherService) {
  OpenOptions options = OptionsFor("own");
  BANSO_ASSERT_OK(GetParam().open(options));
  options.service = "accounts";
  EXPECT_THAT(GetParam().open(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("`notes`"), HasSubstr("`accounts`"))));
}

TEST_P(ConformanceTest, FullStoreRefusesInWordsAndGoesOnReading) {
  OpenOptions options = OptionsFor("small");
  options.max_pages = 200;
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, GetParam().open(options));
  const std::string big(50000, 'x');
  absl::Status status;
  int64_t stored = 0;
  for (; stored < 100; ++stored) {
    status = CreateNote(*database, absl::StrCat("n", stored), big);
    if (!status.ok()) break;
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("full")));
  EXPECT_EQ(contract::Reason(status), "STORAGE_FULL");
  EXPECT_GT(stored, 0);
  EXPECT_THAT(CountOf(*database), IsOkAndHolds(stored));
  EXPECT_EQ(database->position(), stored);
}

TEST_P(ConformanceTest, RefusesMoreWaitingWritesThanAllowed) {
  OpenOptions options = OptionsFor("own");
  options.max_waiting_writes = 1;
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, GetParam().open(options));
  std::latch running(1);
  std::latch finish(1);
  std::thread busy([&] {
    BANSO_EXPECT_OK(database->Write(MakeCall(), [&](Writer&) {
      running.count_down();
      finish.wait();
      return absl::OkStatus();
    }));
  });
  running.wait();
  // Of two more, one waits and the other is refused at once.
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      const absl::Status status = CreateNote(*database, "n");
      if (status.ok()) return;
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
      ++refused;
      finish.count_down();
    });
  }
  for (std::thread& thread : threads) thread.join();
  busy.join();
  EXPECT_EQ(refused, 1);
}

}  // namespace
}  // namespace banso::storage::conformance
