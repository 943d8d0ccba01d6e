// Revisioned collections.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/storage/conformance.h"
#include "common/storage/mutate.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace banso::storage::conformance {

int RevisionConformance() { return 1; }

namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSoup[] = "recipes/soup";

Recipe MakeRecipe(absl::string_view text, absl::string_view name = kSoup) {
  Recipe recipe;
  recipe.set_name(std::string(name));
  recipe.set_text(std::string(text));
  return recipe;
}

absl::StatusOr<Recipe> Save(Database& database, const Recipe& recipe,
                            absl::string_view reason = "why", absl::string_view etag = "") {
  return Mutate<Recipe>(database, MakeCall(), recipe, [&](Writer& writer) {
    return Recipes().Save(writer, recipe, reason, etag);
  });
}

absl::StatusOr<Recipe> Activate(Database& database, absl::string_view name, absl::Time from,
                                absl::Time now = StartTime()) {
  return Mutate<Recipe>(database, MakeCall(now), Recipe(),
                        [&](Writer& writer) { return Recipes().Activate(writer, name, from); });
}

absl::StatusOr<Recipe> Read(Database& database, absl::string_view name,
                            absl::Time now = StartTime()) {
  return Fetch<Recipe>(database, [&](Reader& reader) { return Recipes().Get(reader, name, now); });
}

// The number in force at `time`; 0 for none.
int64_t InForce(Database& database, absl::Time time) {
  const absl::StatusOr<Recipe> recipe = Fetch<Recipe>(
      database, [&](Reader& reader) { return Recipes().Active(reader, kSoup, time); });
  return recipe.ok() ? recipe->revision().number() : 0;
}

std::string State(Database& database, absl::string_view name, absl::Time now = StartTime()) {
  const absl::StatusOr<Recipe> recipe = Read(database, name, now);
  if (!recipe.ok()) return recipe.status().ToString();
  return type::v1::RevisionState_Name(recipe->revision().state()).substr(15);
}

TEST_P(ConformanceTest, SavingMakesDraftRevisions) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Recipe first, Save(db(), MakeRecipe("water"), "begin"));
  EXPECT_THAT(first.revision(), EqualsProto(absl::StrCat(
                                    R"pb(number: 1
                                         state: REVISION_STATE_DRAFT
                                         author: "members/aoki"
                                         reason: "begin"
                                         create_time { seconds:)pb",
                                    absl::ToUnixSeconds(StartTime()), " }")));
  BANSO_ASSERT_OK_AND_ASSIGN(const Recipe second, Save(db(), MakeRecipe("salt")));
  EXPECT_EQ(second.revision().number(), 2);
  EXPECT_EQ(second.name(), kSoup);
  EXPECT_NE(second.etag(), first.etag());
  EXPECT_THAT(Read(db(), "recipes/soup@1"), IsOkAndHolds(EqualsProto(first)));
  EXPECT_THAT(Read(db(), kSoup), IsOkAndHolds(EqualsProto(second)));
}

TEST_P(ConformanceTest, SavingTheSameTwiceIsOneRevision) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Recipe first, Save(db(), MakeRecipe("water")));
  const int64_t before = db().position();
  EXPECT_THAT(Save(db(), first), IsOkAndHolds(EqualsProto(first)));
  EXPECT_THAT(Save(db(), MakeRecipe("water", "recipes/soup@1"), "other reason"),
              IsOkAndHolds(EqualsProto(first)));
  EXPECT_EQ(db().position(), before);
  BANSO_ASSERT_OK(Save(db(), MakeRecipe("salt")));
  BANSO_ASSERT_OK_AND_ASSIGN(const Recipe third, Save(db(), MakeRecipe("water")));
  EXPECT_EQ(third.revision().number(), 3) << "only the latest counts";
}

TEST_P(ConformanceTest, SaveWithAStaleEtagIsRefused) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Recipe first, Save(db(), MakeRecipe("water")));
  BANSO_ASSERT_OK(Save(db(), MakeRecipe("salt"), "", first.etag()));
  EXPECT_THAT(Save(db(), MakeRecipe("pepper"), "", first.etag()),
              StatusIs(absl::StatusCode::kAborted));
}

TEST_P(ConformanceTest, ActivatingPutsInForceAndSupersedes) {
  const absl::Time now = StartTime();
  BANSO_ASSERT_OK(Save(db(), MakeRecipe("water")));
  BANSO_ASSERT_OK(Save(db(), MakeRecipe("salt")));
  EXPECT_THAT(Fetch<Recipe>(db(), [&](Reader& r) { return Recipes().Active(r, kSoup, now); }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  BANSO_ASSERT_OK_AND_ASSIGN(const Recipe first, Activate(db(), "recipes/soup@1", now));
  EXPECT_EQ(first.revision().state(), type::v1::REVISION_STATE_ACTIVE);
  EXPECT_EQ(first.revision().activated_by(), "members/aoki");
  EXPECT_EQ(calendar::ToTime(first.revision().active_from()), now);
  EXPECT_EQ(Read(db(), kSoup)->revision().number(), 1) << "the one in force, not the latest";
  BANSO_ASSERT_OK(Activate(db(), "recipes/soup@2", now + absl::Hours(1), now + absl::Hours(1)));
  EXPECT_EQ(State(db(), "recipes/soup@1", now + absl::Hours(1)), "SUPERSEDED");
  EXPECT_EQ(State(db(), "recipes/soup@2", now + absl::Hours(1)), "ACTIVE");
  EXPECT_EQ(InForce(db(), now - absl::Hours(1)), 0);
  EXPECT_EQ(InForce(db(), now), 1);
  EXPECT_EQ(InForce(db(), now + absl::Hours(1)), 2);
}

TEST_P(ConformanceTest, ActivationMayLieAheadOrGoBack) {
  const absl::Time now = StartTime();
  for (const char* text : {"water", "salt", "pepper"})
    BANSO_ASSERT_OK(Save(db(), MakeRecipe(text)));
  BANSO_ASSERT_OK(Activate(db(), "recipes/soup@1", now));
  BANSO_ASSERT_OK(Activate(db(), "recipes/soup@2", now + absl::Hours(24)));
  EXPECT_EQ(State(db(), "recipes/soup@1"), "ACTIVE");
  EXPECT_EQ(State(db(), "recipes/soup@2"), "DRAFT") << "not yet in force";
  EXPECT_EQ(State(db(), "recipes/soup@2", now + absl::Hours(24)), "ACTIVE") << "without a sweep";
  EXPECT_EQ(State(db(), "recipes/soup@1", now + absl::Hours(24)), "SUPERSEDED");

  // Going back to the first one keeps what was in force before.
  const absl::Time later = now + absl::Hours(48);
  BANSO_ASSERT_OK(Activate(db(), "recipes/soup@1", later, later));
  EXPECT_EQ(InForce(db(), now), 1);
  EXPECT_EQ(InForce(db(), now + absl::Hours(25)), 2);
  EXPECT_EQ(InForce(db(), later), 1);

  // A date in the past: from then on it was this one.
  BANSO_ASSERT_OK(Activate(db(), "recipes/soup@3", now + absl::Hours(12), later));
  EXPECT_EQ(InForce(db(), now + absl::Hours(11)), 1);
  EXPECT_EQ(InForce(db(), now + absl::Hours(25)), 3);
  EXPECT_EQ(InForce(db(), later), 3);
}

TEST_P(ConformanceTest, ActivatingAgainChangesNothing) {
  BANSO_ASSERT_OK(Save(db(), MakeRecipe("water")));
  BANSO_ASSERT_OK_AND_ASSIGN(const Recipe active, Activate(db(), "recipes/soup@1", StartTime()));
  const int64_t before = db().position();
  EXPECT_THAT(Activate(db(), "recipes/soup@1", StartTime()), IsOkAndHolds(EqualsProto(active)));
  EXPECT_EQ(db().position(), before);
}

TEST_P(ConformanceTest, DeactivatingLeavesNoneInForce) {
  BANSO_ASSERT_OK(Save(db(), MakeRecipe("water")));
  BANSO_ASSERT_OK(Activate(db(), "recipes/soup@1", StartTime()));
  const absl::Time later = StartTime() + absl::Hours(1);
  BANSO_ASSERT_OK(db().Write(MakeCall(later),
                             [](Writer& writer) { return Recipes().Deactivate(writer, kSoup); }));
  EXPECT_EQ(InForce(db(), StartTime()), 1);
  EXPECT_EQ(InForce(db(), later), 0);
  EXPECT_EQ(State(db(), "recipes/soup@1", later), "SUPERSEDED");
}

TEST_P(ConformanceTest, NamesRevisionsThatAreMissing) {
  EXPECT_THAT(Read(db(), kSoup), StatusIs(absl::StatusCode::kNotFound));
  BANSO_ASSERT_OK(Save(db(), MakeRecipe("water")));
  EXPECT_THAT(Read(db(), "recipes/soup@2"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("soup@2")));
  EXPECT_THAT(Activate(db(), "recipes/soup@2", StartTime()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Activate(db(), kSoup, StartTime()), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Read(db(), "recipes/soup@x"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(ConformanceTest, ListsResourcesAndRevisionsInPages) {
  for (const char* name : {"recipes/a", "recipes/b", "recipes/c"}) {
    for (const char* text : {"1", "2", "3"}) BANSO_ASSERT_OK(Save(db(), MakeRecipe(text, name)));
  }
  BANSO_ASSERT_OK(Activate(db(), "recipes/b@1", StartTime()));
  const auto list = [&](bool revisions, absl::string_view name) {
    std::vector<std::string> found;
    ListQuery query;
    query.page_size = 2;
    do {
      const auto page = Fetch<Page<Recipe>>(db(), [&](Reader& reader) {
        return revisions ? Recipes().ListRevisions(reader, name, query, StartTime())
                         : Recipes().List(reader, query, StartTime());
      });
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      for (const Recipe& recipe : page->items) {
        found.push_back(absl::StrCat(recipe.name().substr(8), "@", recipe.revision().number()));
      }
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    return found;
  };
  EXPECT_THAT(list(false, ""), ElementsAre("a@3", "b@1", "c@3"));
  EXPECT_THAT(list(true, "recipes/b"), ElementsAre("b@3", "b@2", "b@1"));
  EXPECT_THAT(list(true, ""),
              ElementsAre("a@3", "a@2", "a@1", "b@3", "b@2", "b@1", "c@3", "c@2", "c@1"));
  EXPECT_THAT(list(true, "recipes/none"), IsEmpty());
  BANSO_ASSERT_OK_AND_ASSIGN(const std::vector<Recipe> active,
                             Fetch<std::vector<Recipe>>(db(), [](Reader& reader) {
                               return Recipes().AllActive(reader, StartTime());
                             }));
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(active[0].name(), "recipes/b");
}

TEST_P(ConformanceTest, DeletesAllRevisions) {
  for (const char* text : {"1", "2"}) BANSO_ASSERT_OK(Save(db(), MakeRecipe(text)));
  BANSO_ASSERT_OK(Activate(db(), "recipes/soup@1", StartTime()));
  const auto remove = [&](absl::string_view etag) {
    return db()
        .Write(MakeCall(), [&](Writer& w) { return Recipes().Delete(w, kSoup, etag); })
        .status();
  };
  EXPECT_THAT(remove("stale"), StatusIs(absl::StatusCode::kAborted));
  BANSO_EXPECT_OK(remove(""));
  EXPECT_THAT(remove(""), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Read(db(), "recipes/soup@1"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(InForce(db(), StartTime()), 0);
}

}  // namespace
}  // namespace banso::storage::conformance
