#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/rule/value.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/portfolio/portfolio_api.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Points for log-ins of four weeks, 0 to 10, in three bands.
v1::ScoreModel Model() {
  v1::ScoreModel model;
  model.set_name("scoreModels/health");
  model.set_display_name("Health");
  model.set_purpose("Tests");
  model.set_decision_served("Tests");
  v1::Measure* measure = model.add_measures();
  measure->set_key("logins");
  measure->mutable_fact()->set_fact("metric.logins");
  measure->mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
  measure->add_curve();
  v1::CurvePoint* full = measure->add_curve();
  full->set_value(10);
  full->set_points(100);
  measure->set_weight(1);
  measure->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
  model.set_qualitative_share(0);
  model.set_minimum_coverage(0.5);
  const auto band = [&](const char* key, double edge) {
    v1::Band* entry = model.add_bands();
    entry->set_key(key);
    entry->set_lower_edge(edge);
  };
  band("red", 0);
  band("yellow", 40);
  band("green", 70);
  return model;
}

v1::MatrixPolicy TwelveClasses() {
  v1::MatrixPolicy policy;
  policy.set_name("matrixPolicies/classes");
  policy.set_display_name("Twelve classes");
  policy.set_score_model("scoreModels/health");
  for (const char* tier : {"S", "1", "2", "3"}) policy.add_tiers(tier);
  for (const char* tier : {"S", "1", "2", "3"}) {
    for (const char* band : {"red", "yellow", "green"}) {
      v1::CellAction* action = policy.add_actions();
      action->set_tier(tier);
      action->set_band(band);
      action->set_action(absl::StrCat("what is done for ", tier, " in ", band));
    }
  }
  return policy;
}

class PortfolioTest : public HealthFixture {
 protected:
  PortfolioTest() : portfolio_(*database_, store_) {
    MakeMetric("logins");
    HealthFixture::Activate(Model());
  }

  void Activate(const v1::MatrixPolicy& policy) {
    v1::SaveMatrixPolicyRequest save;
    *save.mutable_matrix_policy() = policy;
    save.set_reason("test");
    ASSERT_THAT(portfolio_.SaveMatrixPolicy(Now(), save), IsOk());
    v1::ActivateMatrixPolicyRequest activate;
    activate.set_name(absl::StrCat(policy.name(), "@1"));
    ASSERT_THAT(portfolio_.ActivateMatrixPolicy(Now(), activate), IsOk());
  }

  void Tell(absl::string_view account, absl::string_view fact, type::v1::Value value) {
    fact::v1::FactChange change;
    change.set_subject(absl::StrCat("accounts/", account));
    change.set_fact(std::string(fact));
    *change.mutable_value() = std::move(value);
    *change.mutable_occurred_time() = calendar::ToTimestamp(now_);
    *change.mutable_recorded_time() = calendar::ToTimestamp(now_);
    ASSERT_THAT(
        database_->Write(
            Now(), [&](storage::Writer& writer) { return store_.MirrorFact(writer, change); }),
        IsOk());
  }

  // A customer of a tier with so many log-ins; none at all when negative.
  void AddCustomer(const std::string& id, const char* tier, int logins,
                   const char* stage = "retention") {
    Follow(id);
    Tell(id, "account.lifecycle_stage", rule::TextValue(stage));
    if (*tier != 0) Tell(id, "account.tier", rule::TextValue(tier));
    Tell(id, "account.recurring_revenue", rule::NumberValue(1000));
    if (logins >= 0) Use(id, logins);
  }

  void Use(const std::string& id, int logins) {
    v1::Sample sample = MakeSample(absl::StrCat("s", ++samples_), "logins", now_, logins);
    sample.set_account(absl::StrCat("accounts/", id));
    ASSERT_THAT(Ingest(Now(), {sample}), IsOk());
  }

  void Sweep() { ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk()); }

  PortfolioApi portfolio_;
  int samples_ = 0;
};

TEST_F(PortfolioTest, PutsEveryActiveAccountIntoOneOfTwelveClassesOrNone) {
  Activate(TwelveClasses());
  Tell("acme", "account.lifecycle_stage", rule::TextValue("prospect"));
  const std::vector<const char*> tiers = {"S", "1", "2", "3"};
  const std::vector<int> logins = {0, 5, 9, -1};
  std::map<std::pair<std::string, std::string>, int> expected;
  const std::vector<std::string> bands = {"red", "yellow", "green", ""};
  for (int i = 0; i < 64; ++i) {
    const size_t tier = static_cast<size_t>(i * 7 % 4);
    const size_t band = static_cast<size_t>((i / 3) % 4);
    AddCustomer(absl::StrCat("c", i), tiers[tier], logins[band]);
    ++expected[{tiers[tier], bands[band]}];
  }
  AddCustomer("lost", "S", 5, "churned");
  Sweep();
  v1::GetTierMatrixRequest request;
  request.set_matrix_policy("matrixPolicies/classes");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto matrix, portfolio_.GetTierMatrix(Now(), request));
  EXPECT_EQ(matrix.matrix_policy(), "matrixPolicies/classes@1");
  EXPECT_EQ(matrix.active_accounts(), 64);
  EXPECT_EQ(matrix.due_accounts(), 0);
  EXPECT_THAT(matrix.tiers(), ElementsAre("S", "1", "2", "3"));
  EXPECT_THAT(matrix.bands(), ElementsAre("red", "yellow", "green", ""));
  ASSERT_THAT(matrix.cells(), SizeIs(16));
  int64_t sum = 0;
  std::set<std::string> actions;
  for (const v1::MatrixCell& cell : matrix.cells()) {
    const int64_t accounts = expected[{cell.tier(), cell.band()}];
    EXPECT_EQ(cell.accounts(), accounts) << cell.tier() << " " << cell.band();
    sum += cell.accounts();
    if (accounts > 0) {
      EXPECT_EQ(Nth(cell.revenue(), 0).minor_units(), 1000 * accounts);
    }
    if (cell.band().empty()) continue;
    EXPECT_FALSE(cell.action().empty());
    actions.insert(cell.action());
  }
  EXPECT_EQ(sum, matrix.active_accounts());
  EXPECT_THAT(actions, SizeIs(12));
  Proves("CLS-01");
}

TEST_F(PortfolioTest, ShowsWhoMovedBetweenTwoDates) {
  Activate(TwelveClasses());
  AddCustomer("a", "S", 0);
  AddCustomer("b", "S", 9);
  Sweep();
  const absl::Time then = now_;
  now_ = Noon(kApril1 + 10);
  Use("a", 5);
  Tell("b", "account.tier", rule::TextValue("1"));
  AddCustomer("c", "3", 9);
  Sweep();
  v1::GetTierMatrixRequest request;
  request.set_matrix_policy("matrixPolicies/classes");
  *request.mutable_compare_to() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto matrix, portfolio_.GetTierMatrix(Now(), request));
  std::vector<std::string> moves;
  for (const v1::MatrixMove& move : matrix.moves()) {
    moves.push_back(absl::StrCat(move.entered() ? "new" : move.from_tier(), " ", move.from_band(),
                                 ">", move.to_tier(), " ", move.to_band(), " ", move.accounts()));
  }
  EXPECT_THAT(moves, ElementsAre("new >3 green 1", "S red>S yellow 1", "S green>1 green 1"));
  // The matrix of then.
  *request.mutable_as_of() = calendar::ToTimestamp(then);
  request.clear_compare_to();
  BANSO_ASSERT_OK_AND_ASSIGN(const auto before, portfolio_.GetTierMatrix(Now(), request));
  EXPECT_EQ(Nth(before.cells(), 0).accounts(), 1);
  EXPECT_EQ(Nth(before.cells(), 2).accounts(), 1);
}

TEST_F(PortfolioTest, ShowsTheTierThatNobodyHasAnyMore) {
  AddCustomer("a", "S", 0);
  Sweep();
  const absl::Time then = now_;
  now_ = Noon(kApril1 + 10);
  Tell("a", "account.tier", rule::TextValue("1"));
  Sweep();
  v1::GetTierMatrixRequest request;
  request.set_score_model("scoreModels/health");
  *request.mutable_compare_to() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto matrix, portfolio_.GetTierMatrix(Now(), request));
  // The fixture's account has none.
  EXPECT_THAT(matrix.tiers(), ElementsAre("1", "S", ""));
  ASSERT_THAT(matrix.moves(), SizeIs(1));
  EXPECT_EQ(matrix.moves(0).from_tier(), "S");
  EXPECT_EQ(matrix.moves(0).to_tier(), "1");
}

TEST_F(PortfolioTest, IsOneRowOfBandsWithoutTiers) {
  AddCustomer("a", "", 0);
  AddCustomer("b", "", 9);
  Sweep();
  v1::GetTierMatrixRequest request;
  request.set_score_model("scoreModels/health");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto matrix, portfolio_.GetTierMatrix(Now(), request));
  EXPECT_THAT(matrix.tiers(), ElementsAre(""));
  EXPECT_THAT(matrix.cells(), SizeIs(4));
  // The fixture's account, of which no lifecycle is known, has no score.
  EXPECT_EQ(Nth(matrix.cells(), 3).accounts(), 1);
  EXPECT_EQ(matrix.active_accounts(), 3);
  request.clear_score_model();
  EXPECT_THAT(portfolio_.GetTierMatrix(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(PortfolioTest, ReadsBandsAndModelsThatComeWithAPolicy) {
  v1::SaveMatrixPolicyRequest save;
  *save.mutable_matrix_policy() = TwelveClasses();
  save.mutable_matrix_policy()->mutable_actions(0)->set_band("blue");
  save.set_reason("test");
  EXPECT_THAT(portfolio_.SaveMatrixPolicy(Now(), save),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasSubstr("matrix_policy.actions[0].band"),
                                        HasSubstr("red, yellow, green"))));
  fact::v1::FactType* type = save.add_additional_fact_types();
  type->set_name("score.health.band");
  type->add_values("blue");
  EXPECT_THAT(portfolio_.SaveMatrixPolicy(Now(), save), IsOk());

  save.mutable_matrix_policy()->set_score_model("scoreModels/helth");
  EXPECT_THAT(portfolio_.SaveMatrixPolicy(Now(), save),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("scoreModels/helth")));
  save.add_additional_resources("scoreModels/helth");
  EXPECT_THAT(portfolio_.SaveMatrixPolicy(Now(), save), IsOk());
}

// What was recorded later, of whatever day, is not seen by who asks what was known.
TEST_F(PortfolioTest, ShowsThePortfolioAsItWasKnown) {
  for (int i = 0; i < 6; ++i) AddCustomer(absl::StrCat("c", i), "1", 8);
  const absl::Time then = now_;
  now_ += absl::Hours(24 * 3);
  // Of that time, but recorded three days later: c0 had churned, c1 was in tier 2 and used nothing
  // more; c2 had used it much more.
  const auto tell_late = [&](absl::string_view account, absl::string_view fact, const char* word) {
    fact::v1::FactChange change;
    change.set_subject(absl::StrCat("accounts/", account));
    change.set_fact(std::string(fact));
    *change.mutable_value() = rule::TextValue(word);
    *change.mutable_occurred_time() = calendar::ToTimestamp(then);
    *change.mutable_recorded_time() = calendar::ToTimestamp(now_);
    ASSERT_THAT(
        database_->Write(
            Now(), [&](storage::Writer& writer) { return store_.MirrorFact(writer, change); }),
        IsOk());
  };
  tell_late("c0", "account.lifecycle_stage", "churned");
  tell_late("c1", "account.tier", "2");
  v1::Sample sample = MakeSample("late", "logins", then, 50);
  sample.set_account("accounts/c2");
  ASSERT_THAT(Ingest(Now(), {sample}), IsOk());

  v1::GetTierMatrixRequest matrix;
  matrix.set_score_model("scoreModels/health");
  *matrix.mutable_as_of() = calendar::ToTimestamp(then);
  const auto in_tier_1 = [&] {
    const auto response = portfolio_.GetTierMatrix(Now(), matrix);
    EXPECT_THAT(response, IsOk());
    int64_t accounts = 0;
    for (const v1::MatrixCell& cell : response->cells()) {
      if (cell.tier() == "1") accounts += cell.accounts();
    }
    return accounts;
  };
  EXPECT_EQ(in_tier_1(), 4);
  *matrix.mutable_known_at() = calendar::ToTimestamp(then);
  EXPECT_EQ(in_tier_1(), 6);

  v1::GetCoverageRequest coverage;
  coverage.mutable_condition()->mutable_compare()->mutable_fact()->set_fact("metric.logins");
  coverage.mutable_condition()
      ->mutable_compare()
      ->mutable_fact()
      ->mutable_window()
      ->set_aggregation(type::v1::AGGREGATION_SUM);
  coverage.mutable_condition()->mutable_compare()->set_op(type::v1::OPERATOR_GE);
  *coverage.mutable_condition()->mutable_compare()->add_values() = rule::NumberValue(20);
  *coverage.mutable_as_of() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::GetCoverageResponse covered,
                             portfolio_.GetCoverage(Now(), coverage));
  EXPECT_EQ(covered.met(), 1);
  *coverage.mutable_known_at() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::GetCoverageResponse known,
                             portfolio_.GetCoverage(Now(), coverage));
  EXPECT_EQ(known.met(), 0);
  EXPECT_EQ(known.accounts(), covered.accounts() + 1);

  v1::GetBenchmarkRequest benchmark;
  benchmark.set_account("accounts/c2");
  *benchmark.mutable_reading() = coverage.condition().compare().fact();
  *benchmark.mutable_as_of() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::GetBenchmarkResponse beside,
                             portfolio_.GetBenchmark(Now(), benchmark));
  EXPECT_EQ(beside.value(), 58);
  *benchmark.mutable_known_at() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(beside, portfolio_.GetBenchmark(Now(), benchmark));
  EXPECT_EQ(beside.value(), 8);
}

TEST_F(PortfolioTest, CountsAnAccountOnceHoweverManyOfItsPeopleCame) {
  MakeMetric("meetings");
  Tell("acme", "account.lifecycle_stage", rule::TextValue("churned"));
  std::vector<v1::Sample> samples;
  const auto attend = [&](int account, const char* user) {
    v1::Sample sample = MakeSample(absl::StrCat("m", samples.size()), "meetings", now_);
    sample.set_account(absl::StrCat("accounts/c", account));
    sample.set_user(user);
    samples.push_back(sample);
  };
  for (int i = 0; i < 240; ++i) {
    AddCustomer(absl::StrCat("c", i), "1", -1);
    if (i >= 120) continue;
    attend(i, "tanaka");
    // Some send two people, and some come twice.
    if (i % 3 == 0) attend(i, "suzuki");
    if (i % 4 == 0) attend(i, "tanaka");
  }
  ASSERT_THAT(Ingest(Now(), samples), IsOk());
  v1::GetCoverageRequest request;
  type::v1::Comparison* compare = request.mutable_condition()->mutable_compare();
  compare->mutable_fact()->set_fact("metric.meetings");
  compare->mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
  compare->set_op(type::v1::OPERATOR_GE);
  *compare->add_values() = rule::NumberValue(1);
  request.mutable_people()->set_fact("metric.meetings");
  request.mutable_people()->mutable_window()->set_aggregation(type::v1::AGGREGATION_DISTINCT_USERS);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto coverage, portfolio_.GetCoverage(Now(), request));
  EXPECT_EQ(coverage.accounts(), 240);
  EXPECT_EQ(coverage.met(), 120);
  EXPECT_EQ(coverage.not_met() + coverage.unknown(), 120);
  EXPECT_EQ(coverage.share().value(), 0.5);
  EXPECT_EQ(coverage.share().n(), 240);
  EXPECT_LT(coverage.share().low(), 0.5);
  EXPECT_GT(coverage.share().high(), 0.5);
  // 120, and the second of every third account.
  EXPECT_EQ(coverage.people(), 160);
  Proves("HRM-02");
}

TEST_F(PortfolioTest, ComparesWithPeersOnlyWhenThereAreFive) {
  const auto segment = [&](const std::string& id, const char* value) {
    Tell(id, "account.segment", rule::TextValue(value));
  };
  segment("acme", "SMB");
  Use("acme", 3);
  for (int i = 1; i <= 4; ++i) {
    AddCustomer(absl::StrCat("p", i), "1", i);
    segment(absl::StrCat("p", i), "SMB");
  }
  // A peer that was never measured, and customers of another segment.
  AddCustomer("silent", "1", -1);
  segment("silent", "SMB");
  for (int i = 1; i <= 9; ++i) {
    AddCustomer(absl::StrCat("big", i), "S", 50);
    segment(absl::StrCat("big", i), "Enterprise");
  }
  v1::GetBenchmarkRequest request;
  request.set_account("accounts/acme");
  request.mutable_reading()->set_fact("metric.logins");
  request.mutable_reading()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
  request.add_peer_facts("account.segment");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto few, portfolio_.GetBenchmark(Now(), request));
  EXPECT_EQ(few.state(), v1::BENCHMARK_STATE_SUPPRESSED);
  EXPECT_EQ(few.value(), 3);
  EXPECT_EQ(few.n(), 0);
  EXPECT_FALSE(few.has_median() || few.has_percentile());
  AddCustomer("p5", "1", 10);
  segment("p5", "SMB");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto shown, portfolio_.GetBenchmark(Now(), request));
  EXPECT_EQ(shown.state(), v1::BENCHMARK_STATE_SHOWN);
  EXPECT_EQ(shown.n(), 5);
  EXPECT_EQ(shown.unknown(), 1);
  EXPECT_EQ(shown.median(), 3);
  // Two of 1, 2, 3, 4, 10 are below, one is equal.
  EXPECT_NEAR(shown.percentile(), 50, 1e-12);
  EXPECT_THAT(shown.peers_share(), ElementsAre("account.segment = \"SMB\""));
  // An age that none exceeds changes nothing; only then every account is read by itself.
  v1::GetBenchmarkRequest aged = request;
  *aged.mutable_reading()->mutable_max_age() = calendar::MakePeriod(300, type::v1::PERIOD_UNIT_DAY);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::GetBenchmarkResponse same, portfolio_.GetBenchmark(Now(), aged));
  same.set_reading(shown.reading());
  EXPECT_EQ(same.ShortDebugString(), shown.ShortDebugString());
  request.mutable_reading()->set_fact("metric.nothing");
  EXPECT_THAT(portfolio_.GetBenchmark(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::health
