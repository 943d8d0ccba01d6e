#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/health/api/health_fixture.h"
#include "services/health/api/outcomes/outcomes_api.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Outcome;

class OutcomesTest : public HealthFixture {
 protected:
  OutcomesTest() {
    now_ = Noon(absl::CivilDay(2026, 6, 1));
    Follow("beta");
  }

  static Outcome Make(v1::OutcomeKind kind, absl::CivilDay day) {
    Outcome outcome;
    outcome.set_kind(kind);
    *outcome.mutable_occurred_time() = calendar::ToTimestamp(Noon(day));
    return outcome;
  }

  absl::StatusOr<Outcome> Create(absl::string_view account, absl::string_view id,
                                 const Outcome& outcome) {
    v1::CreateOutcomeRequest request;
    request.set_parent(absl::StrCat("accounts/", account));
    request.set_outcome_id(std::string(id));
    *request.mutable_outcome() = outcome;
    return outcomes_.CreateOutcome(Now(), request);
  }

  absl::StatusOr<v1::ImportOutcomesResponse> Import(const std::vector<Outcome>& rows) {
    v1::ImportOutcomesRequest message;
    message.mutable_outcomes()->Add(rows.begin(), rows.end());
    VectorSource<v1::ImportOutcomesRequest> source({message});
    return outcomes_.ImportOutcomes(Now(), source);
  }

  OutcomesApi outcomes_{*database_, store_, ids_};
};

TEST_F(OutcomesTest, ListsByTimeAndKindOverAllAccounts) {
  ASSERT_THAT(Create("acme", "late", Make(v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 5, 20))),
              IsOk());
  ASSERT_THAT(Create("beta", "early", Make(v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 5, 1))),
              IsOk());
  ASSERT_THAT(Create("beta", "renewed", Make(v1::OUTCOME_KIND_RENEWAL, absl::CivilDay(2026, 4, 9))),
              IsOk());
  v1::ListOutcomesRequest request;
  request.set_parent("accounts/-");
  request.add_kinds(v1::OUTCOME_KIND_CHURN);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListOutcomesResponse response,
                             outcomes_.ListOutcomes(Now(), request));
  std::vector<std::string> names;
  for (const Outcome& outcome : response.outcomes()) names.push_back(outcome.name());
  EXPECT_THAT(names, ElementsAre("accounts/beta/outcomes/early", "accounts/acme/outcomes/late"));
}

TEST_F(OutcomesTest, BecomesKnownWhenItIsStoredUnlessHistorySaysWhen) {
  const Outcome plain = Make(v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 5, 1));
  BANSO_ASSERT_OK_AND_ASSIGN(const Outcome now_known, Create("acme", "o1", plain));
  EXPECT_EQ(calendar::ToTime(now_known.known_time()), now_);
  Outcome history = plain;
  *history.mutable_known_time() = calendar::ToTimestamp(Noon(absl::CivilDay(2026, 5, 3)));
  BANSO_ASSERT_OK_AND_ASSIGN(const Outcome then_known, Create("acme", "o2", history));
  EXPECT_EQ(calendar::ToTime(then_known.known_time()), Noon(absl::CivilDay(2026, 5, 3)));
}

TEST_F(OutcomesTest, RefusesWhatCannotBe) {
  EXPECT_THAT(
      Create("acme", "o1", Make(v1::OUTCOME_KIND_CUSTOMER_RESULT, absl::CivilDay(2026, 5, 1))),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("outcome.result")));
  EXPECT_THAT(Create("acme", "o1", Make(v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 6, 2))),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("outcome.occurred_time")));
  Outcome before = Make(v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 5, 1));
  *before.mutable_known_time() = calendar::ToTimestamp(Noon(absl::CivilDay(2026, 4, 30)));
  EXPECT_THAT(Create("acme", "o1", before),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("outcome.known_time")));
  Outcome elsewhere = Make(v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 5, 1));
  elsewhere.set_onboarding("accounts/beta/onboardings/o1");
  EXPECT_THAT(Create("acme", "o1", elsewhere),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("accounts/acme")));
  EXPECT_THAT(Create("nobody", "o1", Make(v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 5, 1))),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(OutcomesTest, ImportsGoodRowsAndSaysWhatIsWrongWithTheOthers) {
  Outcome good = Make(v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 5, 1));
  good.set_name("accounts/acme/outcomes/c1");
  good.set_reason("price");
  Outcome unknown = good;
  unknown.set_name("accounts/nobody/outcomes/c1");
  Outcome no_kind = good;
  no_kind.set_name("accounts/acme/outcomes/c2");
  no_kind.clear_kind();
  Outcome changed = good;
  changed.set_reason("no_owner");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ImportOutcomesResponse response,
                             Import({good, unknown, no_kind, good, changed}));
  EXPECT_EQ(response.received(), 5);
  EXPECT_EQ(response.stored(), 1);
  EXPECT_EQ(response.duplicates(), 1);
  EXPECT_EQ(response.rejected(), 3);
  ASSERT_EQ(response.errors_size(), 3);
  EXPECT_EQ(response.errors(0).index(), 1);
  EXPECT_THAT(response.errors(0).message(), HasSubstr("account"));
  EXPECT_EQ(response.errors(0).reason(), "UNKNOWN_ACCOUNT");
  EXPECT_EQ(response.errors(1).field(), "kind");
  EXPECT_EQ(response.errors(1).reason(), "REQUIRED");
  EXPECT_EQ(response.errors(2).index(), 4);
  EXPECT_EQ(response.errors(2).field(), "name");
  EXPECT_EQ(response.errors(2).reason(), "NAME_TAKEN");
}

TEST_F(OutcomesTest, DeletesOneRecordedByMistakeAndMindsTheEtag) {
  BANSO_ASSERT_OK_AND_ASSIGN(
      const Outcome outcome,
      Create("acme", "o1", Make(v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 5, 1))));
  v1::DeleteOutcomeRequest request;
  request.set_name(outcome.name());
  request.set_etag("another");
  EXPECT_THAT(outcomes_.DeleteOutcome(Now(), request), StatusIs(absl::StatusCode::kAborted));
  request.set_etag(outcome.etag());
  EXPECT_THAT(outcomes_.DeleteOutcome(Now(), request), IsOk());
  v1::GetOutcomeRequest get;
  get.set_name(outcome.name());
  EXPECT_THAT(outcomes_.GetOutcome(Now(), get), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace banso::health
