// Random operations against a model: what the collection answers, holds, lists, remembers and feeds
// is what a map kept by hand says.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/feed.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace banso::storage::conformance {

int ModelConformance() { return 1; }

namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;

constexpr int kOperations = 100'000;

using NotesByName = std::map<std::string, Note>;

// The model, and the operations on both.
class Model {
 public:
  explicit Model(unsigned seed) : random_(seed) {}

  // One random operation, in the transaction of `writer`. Says what went wrong, or nothing.
  std::string Step(Writer& writer) {
    switch (Pick(8)) {
      case 0:
      case 1:
        return Create(writer);
      case 2:
      case 3:
        return Update(writer);
      case 4:
        return Put(writer);
      case 5:
        return Delete(writer);
      case 6:
        return Get(writer);
      default:
        return List(writer);
    }
  }

  int Pick(int count) { return std::uniform_int_distribution<>(0, count - 1)(random_); }

  NotesByName notes;

 private:
  Note RandomNote() {
    Note note = MakeNote(absl::StrCat("s", Pick(3)), absl::StrCat("n", Pick(60)),
                         absl::StrCat("t", Pick(4)), Pick(5));
    if (Pick(3) == 0) note.set_topic(absl::StrCat("topic", Pick(40)));
    return note;
  }

  // A topic belongs to one note.
  bool TopicTaken(const Note& note) const {
    return !note.topic().empty() &&
           std::any_of(notes.begin(), notes.end(), [&note](const auto& other) {
             return other.first != note.name() && other.second.topic() == note.topic();
           });
  }

  // Compares the outcome of a write with the code expected, and takes it over.
  std::string Take(absl::string_view what, const Note& written, const absl::StatusOr<Note>& result,
                   absl::StatusCode expected) {
    if (result.status().code() != expected) {
      return absl::StrCat(what, " ", written.ShortDebugString(), ": ", result.status().ToString(),
                          " instead of ", absl::StatusCodeToString(expected));
    }
    if (!result.ok()) return "";
    if (result->title() != written.title() || result->rank() != written.rank() ||
        result->topic() != written.topic()) {
      return absl::StrCat(what, " stored ", result->ShortDebugString());
    }
    notes[written.name()] = *result;
    return "";
  }

  std::string Create(Writer& writer) {
    const Note note = RandomNote();
    const bool refused = notes.count(note.name()) > 0 || TopicTaken(note);
    return Take("create", note, Notes().Create(writer, note),
                refused ? absl::StatusCode::kAlreadyExists : absl::StatusCode::kOk);
  }

  std::string Update(Writer& writer) {
    const Note note = RandomNote();
    const auto present = notes.find(note.name());
    const bool stale = Pick(4) == 0;
    std::string etag = stale ? "stale" : "";
    if (!stale && present != notes.end() && Pick(2) == 0) etag = present->second.etag();
    absl::StatusCode expected = absl::StatusCode::kOk;
    if (present == notes.end()) {
      expected = absl::StatusCode::kNotFound;
    } else if (stale) {
      expected = absl::StatusCode::kAborted;
    } else if (TopicTaken(note)) {
      expected = absl::StatusCode::kAlreadyExists;
    }
    return Take("update", note, Notes().Update(writer, note, etag), expected);
  }

  std::string Put(Writer& writer) {
    const Note note = RandomNote();
    return Take("put", note, Notes().Put(writer, note),
                TopicTaken(note) ? absl::StatusCode::kAlreadyExists : absl::StatusCode::kOk);
  }

  std::string Delete(Writer& writer) {
    const std::string name = RandomNote().name();
    const absl::Status status = Notes().Delete(writer, name);
    const bool existed = notes.erase(name) > 0;
    if (status.code() == (existed ? absl::StatusCode::kOk : absl::StatusCode::kNotFound)) return "";
    return absl::StrCat("delete ", name, ": ", status.ToString());
  }

  std::string Get(Reader& reader) {
    const std::string name = RandomNote().name();
    const absl::StatusOr<std::optional<Note>> found = Notes().Find(reader, name);
    const auto expected = notes.find(name);
    if (!found.ok()) return found.status().ToString();
    if (found->has_value() != (expected != notes.end())) return absl::StrCat("get ", name);
    if (!found->has_value()) return "";
    if ((*found)->SerializeAsString() == expected->second.SerializeAsString()) return "";
    return absl::StrCat("get ", (*found)->ShortDebugString());
  }

  // All pages of the notes of a shelf with one rank, in a random order.
  std::string List(Reader& reader) {
    const std::string shelf = absl::StrCat("shelves/s", Pick(3));
    const int rank = Pick(5);
    const bool by_title = Pick(2) == 0;
    std::vector<std::pair<std::string, std::string>> expected;
    for (const auto& [name, note] : notes) {
      if (!absl::StartsWith(name, shelf) || note.rank() != rank) continue;
      expected.emplace_back(by_title ? note.title() : "", name);
    }
    std::sort(expected.begin(), expected.end());
    ListQuery query;
    query.parent = shelf;
    query.filters = {Equal("rank", rank)};
    query.order_by = by_title ? "title" : "";
    query.page_size = 1 + Pick(5);
    std::vector<std::pair<std::string, std::string>> listed;
    do {
      const absl::StatusOr<Page<Note>> page = Notes().List(reader, query);
      if (!page.ok()) return page.status().ToString();
      for (const Note& note : page->items) {
        listed.emplace_back(by_title ? note.title() : "", note.name());
      }
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    return listed == expected ? "" : absl::StrCat("list ", shelf, " of rank ", rank);
  }

  std::mt19937 random_;
};

// What a watcher makes of the feed.
void Apply(const std::vector<type::v1::WatchChangesResponse>& responses, NotesByName& followed) {
  for (const type::v1::WatchChangesResponse& response : responses) {
    if (!response.has_change()) continue;
    const type::v1::Change& change = response.change();
    if (change.operation() == type::v1::OPERATION_DELETED) {
      EXPECT_EQ(followed.erase(change.name()), 1u);
    } else {
      ASSERT_TRUE(change.resource().UnpackTo(&followed[change.name()]));
    }
  }
}

void Drain(ChangeFeed& feed, NotesByName& followed) {
  while (true) {
    const auto some = feed.Poll();
    ASSERT_THAT(some, IsOk());
    if (some->empty()) return;
    Apply(*some, followed);
  }
}

void ExpectEqual(const NotesByName& actual, const NotesByName& expected, const char* what) {
  SCOPED_TRACE(what);
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, note] : expected) {
    ASSERT_EQ(actual.count(name), 1u) << name;
    EXPECT_THAT(actual.at(name), EqualsProto(note));
  }
}

absl::StatusOr<NotesByName> AllNotes(Database& database) {
  return Fetch<NotesByName>(database, [](Reader& reader) -> absl::StatusOr<NotesByName> {
    NotesByName all;
    BANSO_RETURN_IF_ERROR(Notes().ForEach(reader, "", {}, [&](Note& note) {
      all.emplace(note.name(), note);
      return absl::OkStatus();
    }));
    return all;
  });
}

// The notes of the past, each as GetAt shows it.
void ExpectRemembers(Database& database, absl::Time time, const NotesByName& then,
                     const NotesByName& now) {
  BANSO_EXPECT_OK(database.Read([&](Reader& reader) -> absl::Status {
    for (const NotesByName* names : {&then, &now}) {
      for (const auto& [name, unused] : *names) {
        const absl::StatusOr<Note> past = Notes().GetAt(reader, name, time);
        EXPECT_EQ(past.ok(), then.count(name) > 0) << name;
        if (past.ok() && then.count(name) > 0) {
          EXPECT_THAT(*past, EqualsProto(then.at(name)));
        }
      }
    }
    return absl::OkStatus();
  }));
}

TEST_P(ConformanceTest, BehavesLikeAMapOverAHundredThousandRandomOperations) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  Model model(seed);
  absl::Time now = StartTime();
  NotesByName followed;
  type::v1::WatchChangesRequest request;
  request.set_start(type::v1::WATCH_START_SNAPSHOT);
  auto feed = ChangeFeed::Open(db(), {Notes().source()}, request);
  ASSERT_THAT(feed, IsOk());
  NotesByName past;
  absl::Time past_time = now;
  for (int done = 0; done < kOperations;) {
    now += absl::Seconds(1);
    const int operations = 1 + model.Pick(200);
    const bool refused = model.Pick(10) == 0;
    const NotesByName before = model.notes;
    std::string fault;
    const absl::Status status =
        db().Write(MakeCall(now),
                   [&](Writer& writer) -> absl::Status {
                     for (int i = 0; i < operations && fault.empty(); ++i) {
                       fault = model.Step(writer);
                     }
                     return refused ? absl::AbortedError("refused") : absl::OkStatus();
                   })
            .status();
    ASSERT_EQ(fault, "") << "among operations " << done << " to " << done + operations;
    ASSERT_EQ(status.ok(), !refused) << status;
    if (refused) model.notes = before;
    done += operations;
    if (model.Pick(20) == 0) Drain(**feed, followed);
    if (model.Pick(200) == 0) {
      ExpectRemembers(db(), past_time, past, model.notes);
      past = model.notes;
      past_time = now;
    }
    if (model.Pick(300) == 0) {
      // Watchers come back after a restart by their tokens.
      Drain(**feed, followed);
      request.set_resume_token((*feed)->Bookmark().resume_token());
      feed->reset();
      Reopen();
      feed = ChangeFeed::Open(db(), {Notes().source()}, request);
      ASSERT_THAT(feed, IsOk());
    }
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const NotesByName held, AllNotes(db()));
  ExpectEqual(held, model.notes, "held");
  Drain(**feed, followed);
  ExpectEqual(followed, model.notes, "followed");
  ExpectRemembers(db(), past_time, past, model.notes);
}

}  // namespace
}  // namespace banso::storage::conformance
