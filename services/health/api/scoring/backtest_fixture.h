#ifndef BANSO_SERVICES_HEALTH_API_SCORING_BACKTEST_FIXTURE_H_
#define BANSO_SERVICES_HEALTH_API_SCORING_BACKTEST_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/health/api/scoring/scoring_fixture.h"

namespace banso::health {

// Forty accounts over two years; half of them fall silent one after the other, and each churns 50
// days after its last silent month began.
class BacktestFixture : public ScoringFixture {
 protected:
  static constexpr int kAccounts = 40;
  static constexpr int kMonths = 24;

  BacktestFixture() {
    MakeMetric("churns", v1::METRIC_KIND_COUNTER, "crm");
    Activate(MakeModel());
  }

  static bool Churns(int account) { return account >= kAccounts / 2; }
  static int SilentFrom(int account) { return Churns(account) ? 3 + (account * 5) % 17 : kMonths; }
  static absl::CivilDay Month(int month) { return kApril1 + 30 * month; }

  // A sample of an account, with an id of its own.
  v1::Sample Of(int account, absl::string_view metric, absl::CivilDay day, double value) {
    v1::Sample sample = MakeSample(absl::StrCat("s", next_++), metric, Noon(day), value);
    sample.set_account(absl::StrCat("accounts/a", account));
    return sample;
  }

  // Stores samples a minute after noon of a day.
  void Store(absl::CivilDay day, const std::vector<v1::Sample>& samples) {
    const auto response = Ingest(At(Noon(day) + absl::Minutes(1)), samples);
    ASSERT_THAT(response, banso::testing::IsOk());
    ASSERT_EQ(response->rejected(), 0);
  }

  // Everybody tells the CRM every month that it is alive, and logs in until it falls silent.
  void Live() {
    for (int i = 0; i < kAccounts; ++i) Follow(absl::StrCat("a", i));
    for (int month = 0; month < kMonths; ++month) {
      std::vector<v1::Sample> samples;
      for (int i = 0; i < kAccounts; ++i) {
        samples.push_back(Of(i, "churns", Month(month), 0));
        if (month < SilentFrom(i)) samples.push_back(Of(i, "logins", Month(month), 30));
      }
      Store(Month(month), samples);
    }
    for (int i = 0; i < kAccounts; ++i) {
      if (!Churns(i)) continue;
      const absl::CivilDay day = Month(SilentFrom(i)) + 50;
      Store(day, {Of(i, "churns", day, 1)});
    }
    now_ = Noon(Month(kMonths));
  }

  static v1::Replay MakeReplay() {
    v1::Replay replay;
    type::v1::Comparison* compare = replay.mutable_event()->mutable_compare();
    compare->mutable_fact()->set_fact("metric.churns");
    compare->mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    compare->set_op(type::v1::OPERATOR_GE);
    *compare->add_values() = rule::NumberValue(1);
    *replay.mutable_horizon() = calendar::MakePeriod(45, type::v1::PERIOD_UNIT_DAY);
    *replay.mutable_step() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
    *replay.mutable_from() = calendar::ToDate(kApril1 + 20);
    replay.set_minimum_events(5);
    return replay;
  }

  // What an owner thinks of an account: the fact `assessment.view`.
  static v1::Rubric ViewRubric() {
    v1::Rubric rubric;
    rubric.set_name("rubrics/view");
    rubric.set_display_name("View of the owner");
    v1::RubricItem* item = rubric.add_items();
    item->set_key("view");
    item->set_display_name("View");
    for (const int rating : {1, 3, 5}) {
      v1::Anchor* anchor = item->add_anchors();
      anchor->set_rating(rating);
      anchor->set_meaning(absl::StrCat("looks like ", rating));
    }
    return rubric;
  }

  v1::BacktestReport Run(const v1::Replay& replay, absl::string_view model = "scoreModels/use") {
    v1::BacktestModelRequest request;
    request.set_score_model(std::string(model));
    *request.mutable_replay() = replay;
    const auto report = scoring_.BacktestModel(Now(), request);
    EXPECT_THAT(report, banso::testing::IsOk());
    return report.value_or(v1::BacktestReport());
  }

  int next_ = 0;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SCORING_BACKTEST_FIXTURE_H_
