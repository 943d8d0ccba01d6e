#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/health_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::CivilDay kStart(2026, 4, 1);

// One (or `number`) or more interviews within 30 days of the contract's start.
v1::SuccessDefinition FirstInterview(int number = 1) {
  v1::SuccessDefinition definition;
  definition.set_name("successDefinitions/first-interview");
  definition.set_display_name("An interview within 30 days");
  type::v1::Comparison* compare = definition.mutable_condition()->mutable_compare();
  compare->mutable_fact()->set_fact("metric.interviews");
  type::v1::Window* window = compare->mutable_fact()->mutable_window();
  window->set_aggregation(type::v1::AGGREGATION_SUM);
  window->mutable_from_clock()->set_clock(type::v1::CLOCK_CONTRACT_START);
  *window->mutable_from_clock()->mutable_length() =
      calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  compare->set_op(type::v1::OPERATOR_GE);
  *compare->add_values() = rule::NumberValue(number);
  definition.set_clock(type::v1::CLOCK_CONTRACT_START);
  *definition.mutable_due() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  return definition;
}

class SuccessLabelsTest : public HealthFixture {
 protected:
  SuccessLabelsTest() { MakeMetric("interviews"); }

  absl::StatusOr<v1::SuccessLabel> Get(absl::string_view account = "acme",
                                       absl::string_view revision = "") {
    v1::GetSuccessLabelRequest request;
    request.set_name(absl::StrCat("accounts/", account,
                                  "/onboardings/o1/successLabels/first-interview", revision));
    return success_->GetSuccessLabel(Now(), request);
  }

  void Interview(absl::string_view account, absl::Time occurred) {
    v1::Sample sample =
        MakeSample(absl::StrCat("i-", absl::ToUnixMicros(occurred)), "interviews", occurred);
    sample.set_account(absl::StrCat("accounts/", account));
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse response, Ingest(Now(), {sample}));
    ASSERT_EQ(response.stored(), 1);
  }
};

TEST_F(SuccessLabelsTest, TakesAnEventOnDay30ForSuccessAndOnDay31ForFailure) {
  const absl::TimeZone tokyo = calendar::ZoneOrUtc("Asia/Tokyo");
  Follow("beta");
  Activate(FirstInterview());
  now_ = Noon(kStart + 40);
  // Both have logged in, so that the product is known to report.
  MakeMetric("logins");
  v1::Sample of_beta = MakeSample("l", "logins", Noon(kStart + 1));
  of_beta.set_account("accounts/beta");
  ASSERT_THAT(Ingest(Now(), {MakeSample("l", "logins", Noon(kStart + 1)), of_beta}), IsOk());
  // The last minute of day 30, and the first of day 31, in Tokyo.
  Interview("acme", calendar::StartOfDay(kStart + 31, tokyo) - absl::Minutes(1));
  Interview("beta", calendar::StartOfDay(kStart + 31, tokyo) + absl::Minutes(1));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel met, Get("acme"));
  EXPECT_EQ(met.state(), v1::SUCCESS_STATE_MET);
  EXPECT_EQ(met.days_to_success(), 30);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel missed, Get("beta"));
  EXPECT_EQ(missed.state(), v1::SUCCESS_STATE_MISSED);
  // The window rule is stated.
  EXPECT_EQ(missed.clock(), type::v1::CLOCK_CONTRACT_START);
  EXPECT_EQ(calendar::ToDay(missed.clock_date()), kStart);
  EXPECT_EQ(calendar::ToDay(missed.due_date()), kStart + 30);
  EXPECT_THAT(missed.explanation().rule(), HasSubstr("within 30 days of contract start"));
  Proves("LAP-07");
}

TEST_F(SuccessLabelsTest, RelabelsUnderANewRevisionAndKeepsTheOldLabels) {
  Activate(FirstInterview());
  now_ = Noon(kStart + 40);
  Interview("acme", Noon(kStart + 5));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel first, Get());
  EXPECT_EQ(first.state(), v1::SUCCESS_STATE_MET);
  EXPECT_EQ(first.success_definition(), "successDefinitions/first-interview@1");

  Activate(FirstInterview(2));
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel second, Get());
  EXPECT_EQ(second.state(), v1::SUCCESS_STATE_MISSED);
  EXPECT_EQ(second.success_definition(), "successDefinitions/first-interview@2");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel kept, Get("acme", "@1"));
  EXPECT_EQ(kept.SerializeAsString(), first.SerializeAsString());

  v1::ListSuccessLabelsRequest list;
  list.set_parent("accounts/-/onboardings/-");
  list.set_success_definition("successDefinitions/first-interview@1");
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ListSuccessLabelsResponse labels,
                             success_->ListSuccessLabels(Now(), list));
  ASSERT_THAT(labels.success_labels(), SizeIs(1));
  EXPECT_EQ(labels.success_labels(0).state(), v1::SUCCESS_STATE_MET);
  EXPECT_EQ(labels.success_labels(0).name(), first.name());
  list.set_success_definition("successDefinitions/first-interview");
  list.add_states(v1::SUCCESS_STATE_MISSED);
  BANSO_ASSERT_OK_AND_ASSIGN(labels, success_->ListSuccessLabels(Now(), list));
  ASSERT_THAT(labels.success_labels(), SizeIs(1));
  EXPECT_EQ(labels.success_labels(0).success_definition(), "successDefinitions/first-interview@2");
  Proves("LAP-06");
}

TEST_F(SuccessLabelsTest, IsUndecidedUntilTheDueDayAndThenMissed) {
  Activate(FirstInterview());
  MakeMetric("logins");
  now_ = Noon(kStart + 10);
  ASSERT_THAT(Ingest(Now(), {MakeSample("l", "logins", Noon(kStart + 2))}), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel open, Get());
  EXPECT_EQ(open.state(), v1::SUCCESS_STATE_UNDECIDED);
  EXPECT_THAT(open.undecided_because(), HasSubstr("2026-05-01"));
  now_ = Noon(kStart + 31);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel missed, Get());
  EXPECT_EQ(missed.state(), v1::SUCCESS_STATE_MISSED);
  // A late sample turns it, and the fact with it.
  Interview("acme", Noon(kStart + 20));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel met, Get());
  EXPECT_EQ(met.state(), v1::SUCCESS_STATE_MET);
  EXPECT_EQ(met.days_to_success(), 20);
  fact::v1::GetFactsRequest request;
  request.add_subjects("accounts/acme/onboardings/o1");
  request.add_queries()->set_fact("success.first_interview");
  fact::v1::GetFactsResponse facts;
  ASSERT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(facts, store_.facts.Read(reader, request, now_));
    return absl::OkStatus();
  }),
              IsOk());
  EXPECT_TRUE(Nth(facts.readings(), 0).value().flag());
}

TEST_F(SuccessLabelsTest, DoesNotTakeASilentSourceForFailure) {
  Activate(FirstInterview());
  now_ = Noon(kStart + 40);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel label, Get());
  EXPECT_EQ(label.state(), v1::SUCCESS_STATE_UNDECIDED);
  EXPECT_THAT(label.undecided_because(), HasSubstr("the due day has passed"));
}

TEST_F(SuccessLabelsTest, NamesWhatIsWrongWithADefinition) {
  v1::SaveSuccessDefinitionRequest save;
  *save.mutable_success_definition() = FirstInterview();
  save.mutable_success_definition()
      ->mutable_condition()
      ->mutable_compare()
      ->mutable_fact()
      ->set_fact("metric.interview");
  *save.mutable_success_definition()->mutable_due() =
      calendar::MakePeriod(2, type::v1::PERIOD_UNIT_YEAR);
  save.set_reason("test");
  const absl::Status status = success_->SaveSuccessDefinition(Now(), save).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  const auto violations = contract::FieldViolations(status);
  ASSERT_THAT(violations, SizeIs(2));
  EXPECT_EQ(violations[0].field, "success_definition.condition.compare.fact.fact");
  EXPECT_THAT(violations[0].description, HasSubstr("did you mean metric.interviews?"));
  EXPECT_EQ(violations[1].field, "success_definition.due");
}

TEST_F(SuccessLabelsTest, KnowsNoLabelOfAnUnknownOnboarding) {
  Activate(FirstInterview());
  EXPECT_THAT(Get("nobody"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace banso::health
