// Collections: resources, etags, pages, filters, history.

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/history.h"
#include "common/storage/mutate.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace banso::storage::conformance {

int CollectionConformance() { return 1; }

namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Ids(const std::vector<Note>& notes) {
  std::vector<std::string> ids;
  for (const Note& note : notes) ids.push_back(note.name().substr(note.name().rfind('/') + 1));
  return ids;
}

absl::StatusOr<Page<Note>> List(Database& database, const ListQuery& query) {
  return Fetch<Page<Note>>(database, [&](Reader& reader) { return Notes().List(reader, query); });
}

// All pages, one after the other; `between` runs between two pages.
std::vector<std::string> ListAll(
    Database& database, ListQuery query, const std::function<void()>& between = [] {}) {
  std::vector<std::string> ids;
  do {
    const absl::StatusOr<Page<Note>> page = List(database, query);
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) break;
    for (std::string& id : Ids(page->items)) ids.push_back(std::move(id));
    query.page_token = page->next_page_token;
    between();
  } while (!query.page_token.empty());
  return ids;
}

TEST_P(ConformanceTest, CreatesAndReadsBack) {
  Note note = MakeNote("s", "a", "first");
  note.set_etag("from the caller");
  BANSO_ASSERT_OK_AND_ASSIGN(const Note created, Create(note));
  EXPECT_FALSE(created.etag().empty());
  EXPECT_NE(created.etag(), "from the caller");
  EXPECT_EQ(calendar::ToTime(created.create_time()), StartTime());
  EXPECT_EQ(calendar::ToTime(created.update_time()), StartTime());
  EXPECT_THAT(Get("shelves/s/notes/a"), IsOkAndHolds(EqualsProto(created)));
  Reopen();
  EXPECT_THAT(Get("shelves/s/notes/a"), IsOkAndHolds(EqualsProto(created)));
}

TEST_P(ConformanceTest, AdoptsWithTheTimeOfCreation) {
  const absl::Time created = StartTime() - absl::Hours(100);
  const auto adopt = [&](const std::string& id, std::optional<absl::Time> time) {
    Note note = MakeNote("s", id, "moved");
    if (time.has_value()) *note.mutable_create_time() = calendar::ToTimestamp(*time);
    const auto body = [&](Writer& writer) { return Notes().Adopt(writer, note).status(); };
    return db().Write(MakeCall(), body).status();
  };
  BANSO_ASSERT_OK(adopt("z", created));
  BANSO_ASSERT_OK(adopt("a", std::nullopt));
  BANSO_ASSERT_OK_AND_ASSIGN(const Note note, Get("shelves/s/notes/z"));
  EXPECT_EQ(calendar::ToTime(note.create_time()), created);
  EXPECT_EQ(calendar::ToTime(note.update_time()), StartTime());
  ListQuery query;
  query.order_by = "create_time";
  EXPECT_THAT(ListAll(db(), query), ElementsAre("z", "a"));
  EXPECT_THAT(adopt("z", created), StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_P(ConformanceTest, ACopyKeepsWhatItsOriginHas) {
  Kind<Note> kind = NoteKind();
  kind.copies = true;
  const Collection<Note> copies(kind);
  const auto put = [&](const Note& note) {
    return Mutate<Note>(db(), MakeCall(), note,
                        [&](Writer& writer) { return copies.Put(writer, note); });
  };
  Note note = MakeNote("s", "a", "first");
  note.set_etag("there");
  *note.mutable_create_time() = calendar::ToTimestamp(StartTime() - absl::Hours(9));
  EXPECT_THAT(put(note), IsOkAndHolds(EqualsProto(note)));
  *note.mutable_create_time() = calendar::ToTimestamp(StartTime() - absl::Hours(10));
  EXPECT_THAT(put(note), IsOkAndHolds(EqualsProto(note)));
  EXPECT_THAT(Get("shelves/s/notes/a"), IsOkAndHolds(EqualsProto(note)));
}

TEST_P(ConformanceTest, RefusesADuplicateAndKeepsTheFirst) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Note first, Create(MakeNote("s", "a", "first")));
  const absl::Status status = Create(MakeNote("s", "a", "second")).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("shelves/s/notes/a")));
  EXPECT_EQ(contract::Reason(status), contract::kReasonAlreadyExists);
  EXPECT_THAT(Get("shelves/s/notes/a"), IsOkAndHolds(EqualsProto(first)));
}

TEST_P(ConformanceTest, RefusesABrokenUniqueIndex) {
  Note a = MakeNote("s", "a");
  a.set_topic("tea");
  Note b = MakeNote("s", "b");
  b.set_topic("tea");
  BANSO_ASSERT_OK(Create(a));
  EXPECT_THAT(Create(b), StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("topic")));
  b.set_topic("");
  BANSO_ASSERT_OK(Create(b));
  b.set_topic("tea");
  EXPECT_THAT(Update(b), StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("topic")));
  EXPECT_EQ(Get(b.name())->topic(), "");
}

TEST_P(ConformanceTest, NamesWhatIsMissing) {
  EXPECT_THAT(Get("shelves/s/notes/x"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("shelves/s/notes/x")));
  EXPECT_THAT(Update(MakeNote("s", "x")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Delete("shelves/s/notes/x"), StatusIs(absl::StatusCode::kNotFound));
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  const std::vector<std::string> names = {"shelves/s/notes/a", "shelves/s/notes/x"};
  BANSO_EXPECT_OK(db().Read([&](Reader& reader) {
    EXPECT_THAT(Notes().GetMany(reader, names),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr("notes/x")));
    EXPECT_THAT(Notes().Find(reader, names[1]), IsOkAndHolds(Eq(std::nullopt)));
    EXPECT_THAT(Notes().Exists(reader, names[0]), IsOkAndHolds(true));
    EXPECT_THAT(Notes().Exists(reader, names[1]), IsOkAndHolds(false));
    return absl::OkStatus();
  }));
}

TEST_P(ConformanceTest, GetsManyInTheOrderAsked) {
  for (const char* id : {"a", "b", "c"}) BANSO_ASSERT_OK(Create(MakeNote("s", id)));
  const std::vector<std::string> names = {"shelves/s/notes/c", "shelves/s/notes/a"};
  BANSO_ASSERT_OK_AND_ASSIGN(const std::vector<Note> notes,
                             Fetch<std::vector<Note>>(db(), [&](Reader& reader) {
                               return Notes().GetMany(reader, names);
                             }));
  EXPECT_THAT(Ids(notes), ElementsAre("c", "a"));
}

TEST_P(ConformanceTest, DeletesOnce) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  BANSO_EXPECT_OK(Delete("shelves/s/notes/a"));
  EXPECT_THAT(Delete("shelves/s/notes/a"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Get("shelves/s/notes/a"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ConformanceTest, StaleEtagIsRefused) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Note first, Create(MakeNote("s", "a", "first")));
  BANSO_ASSERT_OK_AND_ASSIGN(const Note second, Update(MakeNote("s", "a", "second"), first.etag()));
  EXPECT_NE(second.etag(), first.etag());
  const absl::Status lost = Update(MakeNote("s", "a", "lost"), first.etag()).status();
  EXPECT_THAT(lost, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(contract::Reason(lost), contract::kReasonEtagMismatch);
  EXPECT_THAT(Delete(first.name(), first.etag()), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(Get(first.name()), IsOkAndHolds(EqualsProto(second)));
  BANSO_EXPECT_OK(Delete(first.name(), second.etag()));
  BANSO_ASSERT_OK_AND_ASSIGN(const Note again, Create(MakeNote("s", "a", "first")));
  EXPECT_NE(again.etag(), first.etag()) << "a recreated resource must not match an old etag";
}

TEST_P(ConformanceTest, OfManyUpdatesWithOneEtagOneWins) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Note first, Create(MakeNote("s", "a", "first")));
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      if (Update(MakeNote("s", "a", absl::StrCat("by ", i)), first.etag()).ok()) ++won;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

TEST_P(ConformanceTest, UpdateWithoutAChangeWritesNothing) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Note first, Create(MakeNote("s", "a", "first")));
  const int64_t before = db().position();
  EXPECT_THAT(Update(MakeNote("s", "a", "first"), "", StartTime() + absl::Hours(1)),
              IsOkAndHolds(EqualsProto(first)));
  EXPECT_EQ(db().position(), before);
}

TEST_P(ConformanceTest, ModifyStoresWhatItsBodyAllows) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a", "first", 1)));
  const auto modify = [&](const std::function<absl::Status(Note&)>& change) {
    return db()
        .Write(MakeCall(StartTime() + absl::Hours(1)),
               [&](Writer& writer) {
                 return Notes().Modify(writer, "shelves/s/notes/a", "", change).status();
               })
        .status();
  };
  EXPECT_THAT(modify([](Note& note) {
                note.set_rank(100);
                return absl::FailedPreconditionError("not now");
              }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Get("shelves/s/notes/a")->rank(), 1);
  BANSO_ASSERT_OK(modify([](Note& note) {
    note.set_rank(note.rank() + 1);
    return absl::OkStatus();
  }));
  BANSO_ASSERT_OK_AND_ASSIGN(const Note note, Get("shelves/s/notes/a"));
  EXPECT_EQ(note.rank(), 2);
  EXPECT_EQ(calendar::ToTime(note.create_time()), StartTime());
  EXPECT_EQ(calendar::ToTime(note.update_time()), StartTime() + absl::Hours(1));
}

TEST_P(ConformanceTest, ImportsThousandsInOneTransaction) {
  constexpr int kRows = 5000;
  const auto import = [&](absl::string_view title) {
    return db().Write(MakeCall(), [&](Writer& writer) -> absl::Status {
      for (int i = 0; i < kRows; ++i) {
        const Note note = MakeNote("s", absl::StrCat("n", i), i % 2 == 0 ? "same" : title);
        BANSO_RETURN_IF_ERROR(Notes().Put(writer, note).status());
      }
      return absl::OkStatus();
    });
  };
  EXPECT_THAT(import("first"), IsOkAndHolds(kRows));
  EXPECT_THAT(import("first"), IsOkAndHolds(kRows)) << "a repeated import changes nothing";
  EXPECT_THAT(import("second"), IsOkAndHolds(kRows + kRows / 2));
  EXPECT_EQ(CountNotes(), kRows);
}

TEST_P(ConformanceTest, PagesInEveryOrderAreComplete) {
  // Ranks, titles and due times repeat, and some due times are missing.
  std::vector<Note> notes;
  for (int i = 0; i < 40; ++i) {
    Note note = MakeNote("s", absl::StrCat("n", i), absl::StrCat("t", i % 3), i % 4);
    if (i % 5 != 0) {
      *note.mutable_due_time() = calendar::ToTimestamp(StartTime() + absl::Hours(i % 7));
    }
    BANSO_ASSERT_OK_AND_ASSIGN(note, Create(note));
    notes.push_back(note);
  }
  const auto due = [](const Note& n) { return n.has_due_time() ? n.due_time().seconds() : -1; };
  using Less = std::function<bool(const Note&, const Note&)>;
  const std::vector<std::pair<std::string, Less>> orders = {
      {"", [](const Note& a, const Note& b) { return a.name() < b.name(); }},
      {"name desc", [](const Note& a, const Note& b) { return a.name() > b.name(); }},
      {"rank, name",
       [](const Note& a, const Note& b) {
         return std::pair(a.rank(), a.name()) < std::pair(b.rank(), b.name());
       }},
      {"rank desc",
       [](const Note& a, const Note& b) {
         return std::pair(-a.rank(), a.name()) < std::pair(-b.rank(), b.name());
       }},
      {"due",
       [due](const Note& a, const Note& b) {
         return std::pair(due(a), a.name()) < std::pair(due(b), b.name());
       }},
      {"due desc, title desc, name desc",
       [due](const Note& a, const Note& b) {
         return std::tuple(due(a), a.title(), a.name()) > std::tuple(due(b), b.title(), b.name());
       }},
  };
  for (const auto& [order_by, less] : orders) {
    std::vector<Note> expected = notes;
    std::sort(expected.begin(), expected.end(), less);
    for (const int page_size : {1, 7, 40, 100}) {
      ListQuery query;
      query.order_by = order_by;
      query.page_size = page_size;
      EXPECT_THAT(ListAll(db(), query), ElementsAreArray(Ids(expected)))
          << order_by << " by " << page_size;
    }
  }
}

TEST_P(ConformanceTest, PagesNeitherSkipNorRepeatUnderWrites) {
  std::set<std::string> stay;
  for (int i = 100; i < 200; ++i) {
    const std::string id = absl::StrCat("n", i);
    BANSO_ASSERT_OK(Create(MakeNote("s", id, "", i % 10)));
    if (i % 3 != 0) stay.insert(id);
  }
  for (const char* order_by : {"", "rank desc"}) {
    int step = 0;
    ListQuery query;
    query.page_size = 7;
    query.order_by = order_by;
    const std::vector<std::string> ids = ListAll(db(), query, [&] {
      // Inserts before, within and behind the page, and deletes around it.
      for (int i = 0; i < 5; ++i) {
        const int at = (step * 37 + i * 13) % 1000;
        Create(MakeNote("s", absl::StrCat("n", at, "x", step), "", at % 10)).status().IgnoreError();
        const int doomed = 100 + ((step * 3 + i) * 3) % 100;
        if (doomed % 3 == 0) Delete(absl::StrCat("shelves/s/notes/n", doomed)).IgnoreError();
      }
      ++step;
    });
    const std::set<std::string> unique(ids.begin(), ids.end());
    EXPECT_EQ(unique.size(), ids.size()) << "an item was repeated";
    for (const std::string& id : stay) EXPECT_EQ(unique.count(id), 1u) << id << " was skipped";
  }
}

TEST_P(ConformanceTest, FiltersByColumns) {
  for (int i = 0; i < 6; ++i) {
    Note note = MakeNote("s", absl::StrCat("n", i), i < 3 ? "a_b%c" : "axbyc", i);
    if (i == 4) *note.mutable_due_time() = calendar::ToTimestamp(StartTime());
    BANSO_ASSERT_OK(Create(note));
  }
  struct Case {
    const char* name;
    std::vector<Filter> filters;
    std::vector<std::string> expected;
  };
  const Case cases[] = {
      {"none", {}, {"n0", "n1", "n2", "n3", "n4", "n5"}},
      {"equal", {Equal("rank", 3)}, {"n3"}},
      {"not equal", {NotEqual("rank", 3)}, {"n0", "n1", "n2", "n4", "n5"}},
      {"between", {AtLeast("rank", 1), Less("rank", 3)}, {"n1", "n2"}},
      {"above and at most", {Greater("rank", 3), AtMost("rank", 4)}, {"n4"}},
      {"in", {In("rank", {5, 0, 7})}, {"n0", "n5"}},
      {"in nothing", {In("rank", {})}, {}},
      {"enums", {InEnums("rank", std::vector<int>{2, 3})}, {"n2", "n3"}},
      {"contains is literal", {Contains("title", "_b%")}, {"n0", "n1", "n2"}},
      {"starts with", {StartsWith("title", "ax")}, {"n3", "n4", "n5"}},
      {"null", {IsNull("due"), Greater("rank", 3)}, {"n5"}},
      {"not null", {IsNotNull("due")}, {"n4"}},
      {"time", {Equal("due", StartTime())}, {"n4"}},
      {"null compares false", {NotEqual("due", StartTime())}, {}},
      {"any of", {AnyOf({Equal("rank", 0), AtLeast("rank", 5)})}, {"n0", "n5"}},
      {"any of nothing", {AnyOf({})}, {}},
      {"sql", {Where("rank % $two = 1", {{"two", 2}}), Less("rank", 5)}, {"n1", "n3"}},
  };
  for (const Case& c : cases) {
    ListQuery query;
    query.filters = c.filters;
    query.page_size = 2;
    EXPECT_THAT(ListAll(db(), query), ElementsAreArray(c.expected)) << c.name;
    EXPECT_THAT(
        Fetch<int64_t>(db(), [&](Reader& reader) { return Notes().Count(reader, "", c.filters); }),
        IsOkAndHolds(static_cast<int64_t>(c.expected.size())))
        << c.name;
    EXPECT_THAT(Ids(*Fetch<std::vector<Note>>(
                    db(), [&](Reader& reader) { return Notes().All(reader, "", c.filters); })),
                ElementsAreArray(c.expected))
        << c.name;
  }
}

TEST_P(ConformanceTest, ListsTheChildrenOfAParent) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  BANSO_ASSERT_OK(Create(MakeNote("s-2", "b")));
  BANSO_ASSERT_OK(Create(MakeNote("s2", "c")));
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"shelves/s", {"a"}},           {"shelves/s2", {"c"}}, {"shelves/none", {}},
      {"shelves/-", {"b", "a", "c"}}, {"", {"b", "a", "c"}},
  };
  for (const auto& [parent, expected] : cases) {
    ListQuery query;
    query.parent = parent;
    EXPECT_THAT(ListAll(db(), query), ElementsAreArray(expected)) << parent;
  }
  ListQuery wrong;
  wrong.parent = "books/s";
  EXPECT_THAT(List(db(), wrong), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(ConformanceTest, PageSizeHasADefaultAndALimit) {
  BANSO_ASSERT_OK(db().Write(MakeCall(), [](Writer& writer) -> absl::Status {
    for (int i = 0; i < 1200; ++i) {
      BANSO_RETURN_IF_ERROR(Notes().Create(writer, MakeNote("s", absl::StrCat("n", i))).status());
    }
    return absl::OkStatus();
  }));
  ListQuery query;
  EXPECT_EQ(List(db(), query)->items.size(), 50u);
  query.page_size = 5000;
  EXPECT_EQ(List(db(), query)->items.size(), 1000u);
}

TEST_P(ConformanceTest, LastFullPageHasNoToken) {
  for (const char* id : {"a", "b"}) BANSO_ASSERT_OK(Create(MakeNote("s", id)));
  ListQuery query;
  query.page_size = 2;
  EXPECT_THAT(List(db(), query)->next_page_token, IsEmpty());
}

TEST_P(ConformanceTest, PageTokenBelongsToItsQueryAndStore) {
  for (const char* id : {"a", "b", "c"}) BANSO_ASSERT_OK(Create(MakeNote("s", id)));
  ListQuery query;
  query.page_size = 1;
  query.filters = {AtLeast("rank", 0)};
  query.page_token = List(db(), query)->next_page_token;
  query.page_size = 2;
  EXPECT_THAT(Ids(List(db(), query)->items), ElementsAre("b", "c")) << "the size may change";

  ListQuery other_filter = query;
  other_filter.filters = {AtLeast("rank", -1)};
  ListQuery other_order = query;
  other_order.order_by = "rank";
  ListQuery other_parent = query;
  other_parent.parent = "shelves/s";
  ListQuery garbage = query;
  garbage.page_token = "garbage";
  for (const ListQuery& wrong : {other_filter, other_order, other_parent, garbage}) {
    EXPECT_THAT(List(db(), wrong),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")));
  }
  const std::unique_ptr<Database> another = OpenAnother();
  EXPECT_THAT(List(*another, query), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(ConformanceTest, RefusesAnUnknownOrder) {
  for (const char* order_by : {"colour", "rank,", "rank descending", "data", "rank; DROP TABLE"}) {
    ListQuery query;
    query.order_by = order_by;
    EXPECT_THAT(List(db(), query),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("order_by")))
        << order_by;
  }
}

TEST_P(ConformanceTest, ShowsAResourceAsItWas) {
  const absl::Time t0 = StartTime();
  BANSO_ASSERT_OK_AND_ASSIGN(const Note first, Create(MakeNote("s", "a", "first"), t0));
  BANSO_ASSERT_OK_AND_ASSIGN(const Note second,
                             Update(MakeNote("s", "a", "second"), "", t0 + absl::Hours(1)));
  BANSO_ASSERT_OK(Delete(first.name(), "", t0 + absl::Hours(2)));
  const auto at = [&](absl::Duration after) {
    return Fetch<Note>(
        db(), [&](Reader& reader) { return Notes().GetAt(reader, first.name(), t0 + after); });
  };
  EXPECT_THAT(at(-absl::Microseconds(1)), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(at(absl::ZeroDuration()), IsOkAndHolds(EqualsProto(first)));
  EXPECT_THAT(at(absl::Hours(1) - absl::Microseconds(1)), IsOkAndHolds(EqualsProto(first)));
  EXPECT_THAT(at(absl::Hours(1)), IsOkAndHolds(EqualsProto(second)));
  EXPECT_THAT(at(absl::Hours(2)), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ConformanceTest, ListsTheHistoryNewestFirst) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a", "1")));
  BANSO_ASSERT_OK(Create(MakeNote("s", "ab")));
  BANSO_ASSERT_OK(Update(MakeNote("s", "a", "2")));
  BANSO_ASSERT_OK(Delete("shelves/s/notes/a"));
  HistoryQuery query;
  query.name = "shelves/s/notes/a";
  query.page_size = 2;
  BANSO_ASSERT_OK(db().Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const Page<type::v1::Change> newest, ListHistory(reader, query));
    query.page_token = newest.next_page_token;
    BANSO_ASSIGN_OR_RETURN(const Page<type::v1::Change> oldest, ListHistory(reader, query));
    EXPECT_EQ(newest.items.size(), 2u);
    EXPECT_EQ(newest.items[0].operation(), type::v1::OPERATION_DELETED);
    EXPECT_EQ(newest.items[0].revision(), 3);
    EXPECT_EQ(newest.items[0].actor(), "members/aoki");
    EXPECT_EQ(newest.items[1].operation(), type::v1::OPERATION_UPDATED);
    EXPECT_EQ(oldest.items.size(), 1u);
    EXPECT_EQ(oldest.items[0].operation(), type::v1::OPERATION_CREATED);
    EXPECT_EQ(oldest.next_page_token, "");
    Note note;
    EXPECT_TRUE(oldest.items[0].resource().UnpackTo(&note));
    EXPECT_EQ(note.title(), "1");
    HistoryQuery everything;
    BANSO_ASSIGN_OR_RETURN(const Page<type::v1::Change> all, ListHistory(reader, everything));
    EXPECT_EQ(all.items.size(), 4u);
    HistoryQuery by_nobody;
    by_nobody.actor = "members/nobody";
    BANSO_ASSIGN_OR_RETURN(const Page<type::v1::Change> none, ListHistory(reader, by_nobody));
    EXPECT_EQ(none.items.size(), 0u);
    return absl::OkStatus();
  }));
}

// Texts are bytes to a store: it neither folds case nor composes characters. What comes in through
// the contract has been brought to normalization form C before.
TEST_P(ConformanceTest, KeepsCaseAndUnicodeFormsApart) {
  const std::vector<std::string> titles = {"Caf\u00e9",
                                           "Cafe\u0301",
                                           "caf\u00e9",
                                           "CAF\u00c9",
                                           "\uff76\uff8c\uff6a",
                                           "\u30ab\u30d5\u30a7",
                                           "\U00020bb7\u91ce\u5bb6"};
  for (size_t i = 0; i < titles.size(); ++i) {
    Note note = MakeNote("s", absl::StrCat("n", i), titles[i]);
    note.set_topic(titles[i]);
    BANSO_ASSERT_OK(Create(note));
  }
  for (size_t i = 0; i < titles.size(); ++i) {
    const std::string id = absl::StrCat("n", i);
    BANSO_ASSERT_OK_AND_ASSIGN(const Note note, Get(absl::StrCat("shelves/s/notes/", id)));
    EXPECT_EQ(note.title(), titles[i]);
    ListQuery query;
    query.filters = {Equal("title", titles[i])};
    EXPECT_THAT(ListAll(db(), query), ElementsAre(id)) << titles[i];
    Note twin = MakeNote("s", absl::StrCat("twin", i));
    twin.set_topic(titles[i]);
    EXPECT_THAT(Create(twin), StatusIs(absl::StatusCode::kAlreadyExists)) << titles[i];
  }
  // In the order of their bytes.
  ListQuery by_title;
  by_title.order_by = "title";
  EXPECT_THAT(ListAll(db(), by_title), ElementsAre("n3", "n1", "n0", "n2", "n5", "n4", "n6"));
  ListQuery begins;
  begins.filters = {StartsWith("title", "Caf\u00e9")};
  EXPECT_THAT(ListAll(db(), begins), ElementsAre("n0"));
}

TEST_P(ConformanceTest, CollectionFitsItsTable) {
  BANSO_EXPECT_OK(db().Read([](Reader& reader) { return Notes().CheckSchema(reader); }));
  BANSO_EXPECT_OK(db().Read([](Reader& reader) { return Recipes().CheckSchema(reader); }));
  const Collection<Note> misfit({.table = "note",
                                 .pattern = "shelves/{shelf}/notes/{note}",
                                 .columns = {{"colour", [](const Note&) { return Value(); }}}});
  EXPECT_THAT(db().Read([&](Reader& reader) { return misfit.CheckSchema(reader); }),
              StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace banso::storage::conformance
