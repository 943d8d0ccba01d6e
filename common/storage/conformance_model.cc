// Random operations against a model: what the store answers, holds, lists, remembers and feeds is
// what maps kept by hand say, also when persons are erased and what is old is forgotten meanwhile.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/conformance_model_kinds.h"
#include "common/storage/feed.h"
#include "common/storage/history.h"
#include "common/storage/retention.h"
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

// A state that a note got; none when it was deleted.
struct NoteState {
  absl::Time time;
  std::string name;
  std::optional<Note> note;
};

// The model, and the operations on both.
class Model {
 public:
  explicit Model(unsigned seed) : random_(seed) {}

  // One random operation, in the transaction of `writer`. Says what went wrong, or nothing.
  std::string Step(Writer& writer) {
    if (Pick(500) == 0) return Redact(writer);
    switch (Pick(12)) {
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
      case 7:
        return List(writer);
      case 8:
      case 9:
        return recipes_.Step(writer, random_);
      default:
        return facts_.Step(writer, random_);
    }
  }

  int Pick(int count) { return conformance::Pick(random_, count); }

  // What is meant to go with a transaction that is refused. Take it before the transaction.
  struct Memory {
    NotesByName notes;
    std::vector<NoteState> states;
    RecipeModel recipes;
    FactModel facts;
  };
  Memory Remember() const { return {notes, states, recipes_, facts_}; }
  void GoBackTo(Memory memory) {
    notes = std::move(memory.notes);
    states = std::move(memory.states);
    recipes_ = std::move(memory.recipes);
    facts_ = std::move(memory.facts);
  }

  // Forgets the states of before `time`.
  void Purge(absl::Time time) {
    const auto kept = std::find_if(states.begin(), states.end(),
                                   [time](const NoteState& state) { return state.time >= time; });
    states.erase(states.begin(), kept);
  }

  // Compares what the store remembers with the model: recipes and facts at `now` and `past`, each
  // note as it was at `past`, and the history of one.
  std::string CompareMemory(Reader& reader, absl::Time now, absl::Time past) {
    std::string fault = recipes_.Compare(reader, now, past);
    if (fault.empty()) fault = facts_.Compare(reader, now, past);
    if (fault.empty()) fault = CompareNotesAt(reader, past);
    if (fault.empty()) fault = CompareHistory(reader, RandomNote().name());
    return fault;
  }

  NotesByName notes;
  // All states that are remembered, in order.
  std::vector<NoteState> states;

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
  std::string Take(absl::string_view what, absl::Time at, const Note& written,
                   const absl::StatusOr<Note>& result, absl::StatusCode expected) {
    if (result.status().code() != expected) {
      return absl::StrCat(what, " ", written.ShortDebugString(), ": ", result.status().ToString(),
                          " instead of ", absl::StatusCodeToString(expected));
    }
    if (!result.ok()) return "";
    if (result->title() != written.title() || result->rank() != written.rank() ||
        result->topic() != written.topic()) {
      return absl::StrCat(what, " stored ", result->ShortDebugString());
    }
    // What is as it was is no change.
    Note& note = notes[written.name()];
    if (note.etag() != result->etag()) states.push_back({at, written.name(), *result});
    note = *result;
    return "";
  }

  std::string Create(Writer& writer) {
    const Note note = RandomNote();
    const bool refused = notes.count(note.name()) > 0 || TopicTaken(note);
    return Take("create", writer.now(), note, Notes().Create(writer, note),
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
    return Take("update", writer.now(), note, Notes().Update(writer, note, etag), expected);
  }

  std::string Put(Writer& writer) {
    const Note note = RandomNote();
    return Take("put", writer.now(), note, Notes().Put(writer, note),
                TopicTaken(note) ? absl::StatusCode::kAlreadyExists : absl::StatusCode::kOk);
  }

  std::string Delete(Writer& writer) {
    const std::string name = RandomNote().name();
    const absl::Status status = Notes().Delete(writer, name);
    const bool existed = notes.erase(name) > 0;
    if (existed) states.push_back({writer.now(), name, std::nullopt});
    if (status.code() == (existed ? absl::StatusCode::kOk : absl::StatusCode::kNotFound)) return "";
    return absl::StrCat("delete ", name, ": ", status.ToString());
  }

  // Erases the title from a note, which is a change when it had one, and from all that is
  // remembered of it.
  std::string Redact(Writer& writer) {
    const std::string name = RandomNote().name();
    const absl::Status status =
        Notes().Redact(writer, name, [](Note& note) { note.clear_title(); });
    if (!status.ok()) return absl::StrCat("redact ", name, ": ", status.ToString());
    for (NoteState& state : states) {
      if (state.name == name && state.note.has_value()) state.note->clear_title();
    }
    const auto present = notes.find(name);
    if (present == notes.end()) return "";
    Note expected = present->second;
    expected.clear_title();
    return Take("redact", writer.now(), expected, Notes().Get(writer, name), absl::StatusCode::kOk);
  }

  std::string CompareNotesAt(Reader& reader, absl::Time time) const {
    std::map<std::string, std::optional<Note>> then;
    for (const NoteState& state : states) {
      auto& last = then[state.name];
      if (state.time <= time) last = state.note;
    }
    for (const auto& [name, expected] : then) {
      const absl::StatusOr<Note> past = Notes().GetAt(reader, name, time);
      if (past.ok() != expected.has_value() ||
          (past.ok() && past->SerializeAsString() != expected->SerializeAsString())) {
        return absl::StrCat("remembers of ", name, ": ",
                            past.ok() ? past->ShortDebugString() : past.status().ToString());
      }
    }
    return "";
  }

  // All pages of the history of one note.
  std::string CompareHistory(Reader& reader, const std::string& name) {
    HistoryQuery query;
    query.name = name;
    query.page_size = 1 + Pick(50);
    auto state = states.rbegin();
    do {
      const auto page = ListHistory(reader, query);
      if (!page.ok()) return page.status().ToString();
      for (const type::v1::Change& change : page->items) {
        state = std::find_if(state, states.rend(),
                             [&](const NoteState& one) { return one.name == name; });
        const std::string what = change.ShortDebugString();
        if (state == states.rend()) return absl::StrCat("too much history: ", what);
        const bool deleted = change.operation() == type::v1::OPERATION_DELETED;
        Note note;
        if (deleted == state->note.has_value() || !change.resource().UnpackTo(&note) ||
            (!deleted && note.SerializeAsString() != state->note->SerializeAsString())) {
          return absl::StrCat("history: ", what);
        }
        ++state;
      }
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    const bool more =
        std::any_of(state, states.rend(), [&](const NoteState& one) { return one.name == name; });
    return more ? absl::StrCat("too little history of ", name) : "";
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
  RecipeModel recipes_;
  FactModel facts_;
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

void ExpectRemembers(Database& database, Model& model, absl::Time now, absl::Time past) {
  std::string fault;
  BANSO_EXPECT_OK(database.Read([&](Reader& reader) {
    fault = model.CompareMemory(reader, now, past);
    return absl::OkStatus();
  }));
  EXPECT_EQ(fault, "");
}

// One transaction of random operations, which is refused now and then. Returns how many.
int RunTransaction(Database& database, Model& model, absl::Time now) {
  const int operations = 1 + model.Pick(200);
  const bool refused = model.Pick(20) == 0;
  std::optional<Model::Memory> before;
  if (refused) before = model.Remember();
  std::string fault;
  const absl::Status status =
      database
          .Write(MakeCall(now),
                 [&](Writer& writer) -> absl::Status {
                   for (int i = 0; i < operations && fault.empty(); ++i) fault = model.Step(writer);
                   return refused ? absl::AbortedError("refused") : absl::OkStatus();
                 })
          .status();
  EXPECT_EQ(fault, "");
  EXPECT_EQ(status.ok(), !refused) << status;
  if (refused) model.GoBackTo(*std::move(before));
  return operations;
}

// A watcher of the notes who comes back by its token after a restart.
class Watcher {
 public:
  explicit Watcher(Database& database) {
    request_.set_start(type::v1::WATCH_START_SNAPSHOT);
    request_.add_kinds(Note::descriptor()->full_name());
    Open(database);
  }

  void Drain() { conformance::Drain(*feed_, followed_); }
  void Leave() {
    Drain();
    request_.set_resume_token(feed_->Bookmark().resume_token());
    feed_.reset();
  }
  void Open(Database& database) {
    auto feed = ChangeFeed::Open(database, {Notes().source()}, request_);
    ASSERT_THAT(feed, IsOk());
    feed_ = *std::move(feed);
  }

  const NotesByName& known() const { return followed_; }

 private:
  type::v1::WatchChangesRequest request_;
  std::unique_ptr<ChangeFeed> feed_;
  NotesByName followed_;
};

TEST_P(ConformanceTest, BehavesLikeAMapOverAHundredThousandRandomOperations) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  Model model(seed);
  Watcher watcher(db());
  absl::Time now = StartTime();
  absl::Time past = now;
  for (int done = 0; done < kOperations && !HasFailure();) {
    now += absl::Seconds(1);
    done += RunTransaction(db(), model, now);
    if (model.Pick(20) == 0) watcher.Drain();
    if (model.Pick(100) == 0) {
      ExpectRemembers(db(), model, now, past);
      past = now;
    }
    if (model.Pick(200) == 0) {
      // Who has read everything is not overtaken.
      watcher.Drain();
      BANSO_EXPECT_OK(PurgeChanges(db(), MakeCall(now), past));
      model.Purge(past);
    }
    if (model.Pick(300) == 0) {
      watcher.Leave();
      Reopen();
      watcher.Open(db());
    }
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const NotesByName held, AllNotes(db()));
  ExpectEqual(held, model.notes, "held");
  watcher.Drain();
  ExpectEqual(watcher.known(), model.notes, "followed");
  ExpectRemembers(db(), model, now, past);
}

}  // namespace
}  // namespace banso::storage::conformance
