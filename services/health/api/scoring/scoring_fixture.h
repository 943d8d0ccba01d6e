#ifndef BANSO_SERVICES_HEALTH_API_SCORING_SCORING_FIXTURE_H_
#define BANSO_SERVICES_HEALTH_API_SCORING_SCORING_FIXTURE_H_

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/scoring/scoring_api.h"

namespace banso::health {

// The handlers of scoring over a store with the account `accounts/acme` and the counter `logins`.
class ScoringFixture : public HealthFixture {
 protected:
  ScoringFixture() { MakeMetric("logins"); }

  // Logins in 28 days, 0 to 40; or with `target` as the number that is worth 100 points.
  static v1::ScoreModel MakeModel(double target = 40) {
    v1::ScoreModel model;
    model.set_name("scoreModels/use");
    model.set_display_name("Use");
    model.set_purpose("Tell who stops using the product");
    model.set_decision_served("Whom to call this week");
    model.set_owner("members/aoki");
    v1::Measure* logins = model.add_measures();
    logins->set_key("logins");
    logins->mutable_fact()->set_fact("metric.logins");
    type::v1::Window* window = logins->mutable_fact()->mutable_window();
    window->set_aggregation(type::v1::AGGREGATION_SUM);
    *window->mutable_trailing() = calendar::MakePeriod(28, type::v1::PERIOD_UNIT_DAY);
    logins->add_curve();
    v1::CurvePoint* full = logins->add_curve();
    full->set_value(target);
    full->set_points(100);
    logins->set_weight(1);
    logins->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
    model.set_qualitative_share(0);
    model.set_minimum_coverage(0.5);
    model.add_bands()->set_key("red");
    v1::Band* green = model.add_bands();
    green->set_key("green");
    green->set_lower_edge(60);
    return model;
  }

  v1::Score Score() {
    v1::GetScoreRequest request;
    request.set_name("accounts/acme/scores/use");
    const auto score = health_->GetScore(Now(), request);
    EXPECT_THAT(score, banso::testing::IsOk());
    return score.value_or(v1::Score());
  }

  // A sample of an account on a day; an error when it is rejected.
  absl::Status Send(absl::string_view id, absl::string_view account, absl::CivilDay day,
                    double value, absl::string_view metric = "logins") {
    v1::Sample sample = MakeSample(id, metric, Noon(day), value);
    sample.set_account(absl::StrCat("accounts/", account));
    const auto response = Ingest(Now(), {sample});
    if (!response.ok()) return response.status();
    return response->rejected() == 0 ? absl::OkStatus()
                                     : absl::InternalError(response->errors(0).message());
  }

  ScoringApi scoring_{*database_, store_, ids_};
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SCORING_SCORING_FIXTURE_H_
