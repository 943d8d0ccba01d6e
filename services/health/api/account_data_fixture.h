#ifndef BANSO_SERVICES_HEALTH_API_ACCOUNT_DATA_FIXTURE_H_
#define BANSO_SERVICES_HEALTH_API_ACCOUNT_DATA_FIXTURE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/health/api/health_fixture.h"

namespace banso::health {

// What is judged and counted of accounts, and what success is by that.
class AccountDataFixture : public HealthFixture {
 protected:
  // The items `needs` and `search`; judgements hold for 30 days.
  static v1::Rubric MakeRubric() {
    v1::Rubric rubric;
    rubric.set_name("rubrics/scouting");
    rubric.set_display_name("Scouting readiness");
    for (const char* key : {"needs", "search"}) {
      v1::RubricItem* item = rubric.add_items();
      item->set_key(key);
      item->set_display_name(key);
      *item->mutable_valid_for() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
      for (const int rating : {1, 3, 5}) {
        v1::Anchor* anchor = item->add_anchors();
        anchor->set_rating(rating);
        anchor->set_meaning(absl::StrCat("looks like ", rating));
      }
    }
    return rubric;
  }

  // At least `number` of a metric within `days` of the contract's start.
  static v1::SuccessDefinition AtLeast(absl::string_view id, absl::string_view fact, int number,
                                       int days) {
    v1::SuccessDefinition definition;
    definition.set_name(absl::StrCat("successDefinitions/", id));
    definition.set_display_name(std::string(id));
    type::v1::Comparison* compare = definition.mutable_condition()->mutable_compare();
    compare->mutable_fact()->set_fact(std::string(fact));
    type::v1::Window* window = compare->mutable_fact()->mutable_window();
    window->set_aggregation(type::v1::AGGREGATION_SUM);
    window->mutable_from_clock()->set_clock(type::v1::CLOCK_CONTRACT_START);
    *window->mutable_from_clock()->mutable_length() =
        calendar::MakePeriod(days, type::v1::PERIOD_UNIT_DAY);
    compare->set_op(type::v1::OPERATOR_GE);
    *compare->add_values() = rule::NumberValue(number);
    definition.set_clock(type::v1::CLOCK_CONTRACT_START);
    *definition.mutable_due() = calendar::MakePeriod(days, type::v1::PERIOD_UNIT_DAY);
    return definition;
  }

  void Judge(absl::string_view account, absl::string_view item, int rating,
             absl::string_view rater = "aoki") {
    v1::CreateAssessmentRequest request;
    request.set_parent(absl::StrCat("accounts/", account));
    request.mutable_assessment()->set_item(std::string(item));
    request.mutable_assessment()->set_rating(rating);
    request.mutable_assessment()->set_evidence("seen");
    request.mutable_assessment()->set_rater(absl::StrCat("members/", rater));
    ASSERT_THAT(assessments_->CreateAssessment(Now(), request), banso::testing::IsOk());
  }

  // A sample of `metric` with `value` on a day; counts how many there were.
  void Count(absl::string_view account, absl::string_view metric, absl::CivilDay day,
             double value = 1) {
    v1::Sample sample = MakeSample(absl::StrCat("s-", ++samples_), metric, Noon(day), value);
    sample.set_account(absl::StrCat("accounts/", account));
    const auto stored = Ingest(Now(), {sample});
    ASSERT_THAT(stored, banso::testing::IsOk());
    ASSERT_EQ(stored->stored(), 1);
  }

 private:
  int samples_ = 0;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_ACCOUNT_DATA_FIXTURE_H_
