#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/contract/resource_name.h"
#include "services/health/api/scoring/backtest_fixture.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;

// Facts of every kind that a model can read, told of all accounts month by month, and put otherwise
// when everything is over.
class LeakTest : public BacktestFixture {
 protected:
  using ValueOf = std::function<double(int account)>;
  // Tells the values of a day at a time.
  using Tell = std::function<void(absl::CivilDay day, absl::Time recorded, const ValueOf& value)>;

  struct Kind {
    std::string name;
    type::v1::FactRef fact;
    Tell tell;
    // Whether the model is read by a scan of samples, too.
    bool is_planned = false;
    // Whether hindsight moves past scores: a clock that is moved now was another one then.
    bool shows_later = true;
  };

  static type::v1::FactRef Ref(absl::string_view fact,
                               std::optional<type::v1::Aggregation> of_28_days = std::nullopt) {
    type::v1::FactRef ref;
    ref.set_fact(std::string(fact));
    if (of_28_days.has_value()) {
      ref.mutable_window()->set_aggregation(*of_28_days);
      *ref.mutable_window()->mutable_trailing() =
          calendar::MakePeriod(28, type::v1::PERIOD_UNIT_DAY);
    }
    return ref;
  }

  Tell Samples(const std::string& metric) {
    return [this, metric](absl::CivilDay day, absl::Time recorded, const ValueOf& value) {
      std::vector<v1::Sample> samples;
      for (int i = 0; i < kAccounts; ++i) {
        const int number = static_cast<int>(value(i));
        samples.push_back(Of(i, metric, day, metric == "trained" ? number % 2 : number));
        samples.back().set_user(absl::StrCat("u", number % 5));
      }
      const auto response = Ingest(At(recorded), samples);
      ASSERT_THAT(response, IsOk());
      ASSERT_EQ(response->rejected(), 0) << response->ShortDebugString();
    };
  }

  // Facts of this service when `log` is its own, else mirrored ones.
  Tell Facts(const storage::FactLog& log, const std::string& fact, const std::string& person = "") {
    return
        [this, &log, fact, person](absl::CivilDay day, absl::Time recorded, const ValueOf& value) {
          const auto write = [&](storage::Writer& writer) -> absl::Status {
            for (int i = 0; i < kAccounts; ++i) {
              fact::v1::FactChange change;
              change.set_subject(absl::StrCat("accounts/a", i));
              change.set_fact(fact);
              if (!person.empty()) change.set_object(absl::StrCat(change.subject(), person));
              *change.mutable_value() = rule::NumberValue(value(i));
              *change.mutable_occurred_time() = calendar::ToTimestamp(Noon(day));
              *change.mutable_recorded_time() = calendar::ToTimestamp(recorded);
              BANSO_RETURN_IF_ERROR(&log == &store_.mirror ? log.Mirror(writer, change)
                                                           : log.Record(writer, change));
            }
            return absl::OkStatus();
          };
          ASSERT_THAT(database_->Write(At(recorded), write), IsOk());
        };
  }

  // Onboardings were running since their contract began; then it turns out to have begun later, and
  // they are over.
  Tell Onboardings() {
    return [this](absl::CivilDay day, absl::Time recorded, const ValueOf&) {
      if (recorded < now_) return;
      for (int i = 0; i < kAccounts; ++i) {
        FollowOnboarding(absl::StrCat("a", i), accounts::v1::ONBOARDING_STATE_HANDED_OFF, day,
                         recorded);
      }
    };
  }

  void KnowTypes() {
    Activate(ViewRubric());
    v1::Survey survey;
    survey.set_name("surveys/mood");
    survey.set_display_name("Mood");
    survey.add_questions()->set_key("overall");
    survey.mutable_questions(0)->set_high(100);
    std::vector<fact::v1::FactType> types(2);
    types[0].set_name("account.employees");
    types[1].set_name("plan.progress");
    for (fact::v1::FactType& type : types) {
      type.set_value_type(type::v1::VALUE_TYPE_NUMBER);
      type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
    }
    ASSERT_THAT(
        database_->Write(Now(),
                         [&](storage::Writer& writer) -> absl::Status {
                           BANSO_RETURN_IF_ERROR(
                               store_.surveys.surveys.Save(writer, survey, "test").status());
                           return KeepFactTypes(writer, types);
                         }),
        IsOk());
    MakeMetric("visits");
    MakeMetric("whole");
    MakeMetric("seats", v1::METRIC_KIND_GAUGE, "billing");
    MakeMetric("trained", v1::METRIC_KIND_FLAG, "billing");
    MakeMetric("people", v1::METRIC_KIND_DISTINCT_USERS);
    v1::CreateMetricRequest ratio;
    ratio.set_metric_id("rate");
    ratio.mutable_metric()->set_display_name("rate");
    ratio.mutable_metric()->set_kind(v1::METRIC_KIND_RATIO);
    ratio.mutable_metric()->set_source("derived");
    *ratio.mutable_metric()->mutable_ratio()->mutable_numerator() =
        Ref("metric.visits", type::v1::AGGREGATION_SUM);
    *ratio.mutable_metric()->mutable_ratio()->mutable_denominator() =
        Ref("metric.whole", type::v1::AGGREGATION_SUM);
    ASSERT_THAT(metrics_->CreateMetric(Now(), ratio), IsOk());
  }

  std::vector<Kind> Kinds() {
    type::v1::FactRef from_clock = Ref("metric.logins");
    from_clock.mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    type::v1::ClockRange& range = *from_clock.mutable_window()->mutable_from_clock();
    range.set_clock(type::v1::CLOCK_CONTRACT_START);
    *range.mutable_length() = calendar::MakePeriod(720, type::v1::PERIOD_UNIT_DAY);
    return {
        {"counter", Ref("metric.visits", type::v1::AGGREGATION_SUM), Samples("visits"), true},
        {"gauge", Ref("metric.seats"), Samples("seats"), true},
        {"flag", Ref("metric.trained"), Samples("trained"), true},
        {"people", Ref("metric.people", type::v1::AGGREGATION_DISTINCT_USERS), Samples("people"),
         true},
        // Its numerator is the counter's.
        {"ratio", Ref("metric.rate"),
         [whole = Samples("whole")](absl::CivilDay day, absl::Time recorded, const ValueOf& value) {
           whole(day, recorded, [&](int account) { return value(account) * value(account); });
         }},
        {"judgement", Ref("assessment.view"), Facts(store_.facts, "assessment.view")},
        {"survey", Ref("survey.mood.overall"),
         Facts(store_.facts, "survey.mood.overall", "/stakeholders/sato")},
        {"account", Ref("account.employees"), Facts(store_.mirror, "account.employees")},
        {"plan", Ref("plan.progress"), Facts(store_.mirror, "plan.progress")},
        {"onboarding", from_clock, Onboardings(), false, false},
    };
  }

  // A model of that fact alone; `selective` ones are read account by account.
  v1::ScoreModel ModelOf(const Kind& kind, bool selective) {
    v1::ScoreModel model = MakeModel(100);
    model.set_name(absl::StrCat("scoreModels/", kind.name, selective ? "-read" : ""));
    *model.mutable_measures(0)->mutable_fact() = kind.fact;
    if (selective) {
      type::v1::Comparison* always = model.mutable_applies_if()->mutable_compare();
      *always->mutable_fact() = Ref("metric.logins", type::v1::AGGREGATION_SUM);
      always->set_op(type::v1::OPERATOR_GE);
      *always->add_values() = rule::NumberValue(0);
    }
    return model;
  }

  v1::Score ScoreThen(absl::string_view model, std::optional<absl::Time> known_at) {
    v1::GetScoreRequest request;
    request.set_name(absl::StrCat("accounts/a0/scores/", contract::LastId(model)));
    const absl::Time then = Noon(Month(10) + 20);
    *request.mutable_as_of() = calendar::ToTimestamp(then);
    if (known_at.has_value()) *request.mutable_known_at() = calendar::ToTimestamp(*known_at);
    const auto score = health_->GetScore(Now(), request);
    EXPECT_THAT(score, IsOk());
    return score.value_or(v1::Score());
  }
};

TEST_F(LeakTest, HidesWhatWasRecordedLaterOfEveryKindHoweverItIsRead) {
  KnowTypes();
  Live();
  const std::vector<Kind> kinds = Kinds();
  const auto value = [](int account, int month) { return 10.0 + (account * 7 + month * 3) % 30; };
  for (int month = 0; month < kMonths; ++month) {
    for (const Kind& kind : kinds) {
      kind.tell(Month(month), Noon(Month(month)) + absl::Minutes(1),
                [&](int account) { return value(account, month); });
    }
  }
  struct Seen {
    const Kind* kind;
    std::string model;
    std::string report;
    v1::Score then;
    v1::Score hindsight;
  };
  const absl::Time then = Noon(Month(10) + 20);
  std::vector<Seen> seen;
  for (const Kind& kind : kinds) {
    for (const bool selective : {false, true}) {
      if (selective && !kind.is_planned) continue;
      const v1::ScoreModel model = ModelOf(kind, selective);
      Activate(model);
      const v1::BacktestReport report = Run(MakeReplay(), model.name());
      EXPECT_TRUE(report.out_of_time().discrimination().has_auc()) << model.name();
      seen.push_back({&kind, model.name(), report.SerializeAsString(),
                      ScoreThen(model.name(), then), ScoreThen(model.name(), std::nullopt)});
      EXPECT_TRUE(seen.back().then.has_value()) << model.name();
    }
  }
  // Now everything turns out to have been otherwise, a day after it was told.
  now_ += absl::Hours(1);
  for (int month = 0; month < kMonths; ++month) {
    for (const Kind& kind : kinds) {
      kind.tell(Month(month) + 1, now_, [&](int account) { return 99 - value(account, month); });
    }
  }
  for (const Seen& before : seen) {
    SCOPED_TRACE(before.model);
    EXPECT_EQ(Run(MakeReplay(), before.model).SerializeAsString(), before.report);
    EXPECT_EQ(ScoreThen(before.model, then).value(), before.then.value());
    // With hindsight it is seen: the test would notice.
    if (!before.kind->shows_later) continue;
    EXPECT_NE(ScoreThen(before.model, std::nullopt).value(), before.hindsight.value());
  }
}

// What was recorded later must not move a past score, or a backtest would find what it planted.
TEST_F(LeakTest, DoesNotSeeWhatWasRecordedLater) {
  Live();
  const v1::BacktestReport before = Run(MakeReplay());
  // Somebody repairs the past: the silent accounts did log in, it turns out.
  now_ += absl::Hours(1);
  std::vector<v1::Sample> late;
  for (int i = kAccounts / 2; i < kAccounts; ++i) {
    for (int month = 0; month < kMonths; ++month) late.push_back(Of(i, "logins", Month(month), 60));
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse stored, Ingest(Now(), late));
  ASSERT_EQ(stored.rejected(), 0);
  const v1::BacktestReport after = Run(MakeReplay());
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  EXPECT_GT(before.out_of_time().discrimination().cases(), 100);
}

}  // namespace
}  // namespace banso::health
