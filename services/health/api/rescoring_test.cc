#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "services/health/api/health_fixture.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/api/turn.h"
#include "services/health/domain/score.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/fact_catalog.h"
#include "services/health/store/mirror/mirror_hash.h"

// Which scores are worked out anew, and when.
namespace banso::health {
namespace {

using banso::testing::IsOk;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kReadiness[] = "plan.readiness";

// A model of one measure, with a band above 50 points.
v1::ScoreModel ModelOf(absl::string_view id, const v1::Measure& measure) {
  v1::ScoreModel model;
  model.set_name(absl::StrCat("scoreModels/", id));
  model.set_display_name(std::string(id));
  model.set_purpose("Tell who needs help");
  model.set_decision_served("Whom to call this week");
  model.set_owner("members/aoki");
  *model.add_measures() = measure;
  model.mutable_measures(0)->set_key(std::string(id));
  model.mutable_measures(0)->set_weight(1);
  model.mutable_measures(0)->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
  model.set_qualitative_share(0);
  model.set_minimum_coverage(0.5);
  model.add_bands()->set_key("red");
  v1::Band* green = model.add_bands();
  green->set_key("green");
  green->set_lower_edge(50);
  return model;
}

// Logins of four weeks; `target` of them are worth 100 points.
v1::ScoreModel LoginsModel(double target) {
  v1::Measure measure;
  measure.mutable_fact()->set_fact("metric.logins");
  type::v1::Window* window = measure.mutable_fact()->mutable_window();
  window->set_aggregation(type::v1::AGGREGATION_SUM);
  *window->mutable_trailing() = calendar::MakePeriod(4, type::v1::PERIOD_UNIT_WEEK);
  measure.add_curve();
  v1::CurvePoint* full = measure.add_curve();
  full->set_value(target);
  full->set_points(100);
  return ModelOf("logins", measure);
}

v1::ScoreModel ReadinessModel() {
  v1::Measure measure;
  measure.mutable_fact()->set_fact(kReadiness);
  for (const auto& [word, points] : {std::pair("ready", 100), {"behind", 20}}) {
    v1::WordPoints* entry = measure.add_words();
    entry->set_word(word);
    entry->set_points(points);
  }
  return ModelOf("readiness", measure);
}

class RescoringTest : public HealthFixture {
 protected:
  RescoringTest() {
    MakeMetric("logins");
    MakeMetric("calls", v1::METRIC_KIND_COUNTER, "crm");
    Follow("beta");
    fact::v1::FactType type;
    type.set_name(kReadiness);
    type.set_value_type(type::v1::VALUE_TYPE_TEXT);
    type.set_subject(fact::v1::SUBJECT_KIND_ONBOARDING);
    EXPECT_THAT(database_->Write(
                    Now(), [&](storage::Writer& writer) { return KeepFactTypes(writer, {type}); }),
                IsOk());
    Activate(LoginsModel(40));
    Activate(ReadinessModel());
    now_ = Noon(kApril1 + 1);
  }

  void Send(absl::string_view account, absl::string_view metric, absl::Time occurred,
            double value) {
    v1::Sample sample = MakeSample(absl::StrCat("s", ++samples_), metric, occurred, value);
    sample.set_account(absl::StrCat("accounts/", account));
    const auto stored = Ingest(Now(), {sample});
    ASSERT_THAT(stored, IsOk());
    ASSERT_EQ(stored->stored(), 1);
  }

  void Mirror(absl::string_view account, absl::string_view word,
              absl::string_view onboarding = "o1") {
    fact::v1::FactChange change;
    change.set_subject(absl::StrCat("accounts/", account, "/onboardings/", onboarding));
    change.set_fact(kReadiness);
    *change.mutable_value() = rule::TextValue(std::string(word));
    *change.mutable_occurred_time() = calendar::ToTimestamp(now_);
    *change.mutable_recorded_time() = calendar::ToTimestamp(now_);
    Write([&](storage::Writer& writer) { return store_.MirrorFact(writer, change); });
  }

  void Judge(absl::string_view account, absl::string_view model, absl::string_view band) {
    v1::CreateScoreOverrideRequest request;
    request.set_parent(absl::StrCat("accounts/", account, "/scores/", model));
    request.mutable_score_override()->set_band(std::string(band));
    request.mutable_score_override()->set_reason("The sponsor has left");
    *request.mutable_score_override()->mutable_expire_time() =
        calendar::ToTimestamp(now_ + absl::Hours(30));
    ASSERT_THAT(scoring_.CreateScoreOverride(Now(), request), IsOk());
  }

  void MoveAccount(absl::string_view id) {
    accounts::v1::Account account;
    account.set_name(absl::StrCat("accounts/", id));
    account.set_time_zone("Asia/Tokyo");
    account.set_lifecycle_stage(accounts::v1::LIFECYCLE_STAGE_RETENTION);
    Write([&](storage::Writer& writer) { return store_.FollowAccount(writer, account); });
  }

  void MoveOnboarding(absl::string_view account, accounts::v1::OnboardingState state) {
    accounts::v1::Onboarding onboarding;
    onboarding.set_name(absl::StrCat("accounts/", account, "/onboardings/o1"));
    onboarding.set_state(state);
    Write([&](storage::Writer& writer) { return store_.FollowOnboarding(writer, onboarding); });
  }

  void SetSource(const std::string& source) {
    v1::UpdateMetricRequest request;
    request.mutable_metric()->set_name("metrics/logins");
    request.mutable_metric()->set_source(source);
    request.mutable_update_mask()->add_paths("source");
    ASSERT_THAT(metrics_->UpdateMetric(Now(), request), IsOk());
  }

  void Write(const std::function<absl::Status(storage::Writer&)>& body) {
    ASSERT_THAT(database_->Write(Now(), body), IsOk());
  }

  void Evaluate() { ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk()); }

  Rules RulesNow() {
    Rules rules;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(rules, LoadRules(store_, reader, now_));
      return absl::OkStatus();
    }),
                IsOk());
    return rules;
  }

  // A turn of acme, which must be due, with what is known now.
  Turn BeginTurn(const Rules& rules) {
    std::optional<DueEvaluation> due;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(due, FindDue(reader, "accounts/acme", now_));
      return absl::OkStatus();
    }),
                IsOk());
    Turn turn(due.value());
    WorkOut(turn, rules);
    return turn;
  }

  void WorkOut(Turn& turn, const Rules& rules) {
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) {
      StoreFactReader facts(store_, reader);
      return turn.WorkOut(store_, reader, facts, rules, now_);
    }),
                IsOk());
  }

  // Whether the turn has ended.
  bool Save(Turn& turn, const Rules& rules) {
    bool ended = false;
    Write([&](storage::Writer& writer) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(ended, turn.Save(store_, writer, rules));
      return absl::OkStatus();
    });
    return ended;
  }

  // The stored scores, by name, as a list shows them.
  std::map<std::string, v1::Score> Stored() {
    v1::ListScoresRequest request;
    request.set_parent("accounts/-");
    const auto listed = health_->ListScores(Now(), request);
    EXPECT_THAT(listed, IsOk());
    std::map<std::string, v1::Score> scores;
    for (const v1::Score& score : listed->scores()) scores[score.name()] = score;
    return scores;
  }

  static std::map<std::string, std::string> Texts(const std::map<std::string, v1::Score>& scores) {
    std::map<std::string, std::string> texts;
    for (const auto& [name, score] : scores) texts[name] = score.DebugString();
    return texts;
  }

  ScoringApi scoring_{*database_, store_, ids_};
  int samples_ = 0;
};

TEST_F(RescoringTest, KeepsAScoreOfEveryModelInForce) {
  Send("acme", "logins", now_, 10);
  Mirror("acme", "ready");
  Evaluate();
  const auto scores = Stored();
  EXPECT_THAT(scores, SizeIs(4));
  EXPECT_NEAR(scores.at("accounts/acme/scores/logins").value(), 25, 1e-9);
  EXPECT_EQ(scores.at("accounts/acme/scores/logins").band(), "red");
  EXPECT_NEAR(scores.at("accounts/acme/scores/readiness").value(), 100, 1e-9);
  EXPECT_EQ(scores.at("accounts/acme/scores/readiness").band(), "green");
  EXPECT_FALSE(scores.at("accounts/beta/scores/readiness").has_value());
}

TEST_F(RescoringTest, LeavesAloneTheAccountsThatNothingHasHappenedTo) {
  Send("acme", "logins", now_, 10);
  Send("beta", "logins", now_, 10);
  Evaluate();
  // What a turn of beta would put right.
  v1::Score planted = Stored().at("accounts/beta/scores/logins");
  planted.set_value(99);
  Write([&](storage::Writer& writer) {
    return store_.scoring.SaveScore(writer, planted, calendar::ZoneOrUtc("Asia/Tokyo")).status();
  });
  Send("acme", "logins", now_, 10);
  Evaluate();
  EXPECT_NEAR(Stored().at("accounts/acme/scores/logins").value(), 50, 1e-9);
  EXPECT_EQ(Stored().at("accounts/beta/scores/logins").value(), 99);
  Send("beta", "logins", now_, 10);
  Evaluate();
  EXPECT_NEAR(Stored().at("accounts/beta/scores/logins").value(), 50, 1e-9);
}

TEST_F(RescoringTest, SeesWhatCameInAfterItsPassHadBegun) {
  Mirror("acme", "behind");
  const Call begun = Now();
  now_ += absl::Seconds(1);
  Mirror("acme", "ready");
  ASSERT_THAT(evaluator_->EvaluateDue(begun), IsOk());
  Evaluate();
  EXPECT_NEAR(Stored().at("accounts/acme/scores/readiness").value(), 100, 1e-9);
}

// A sweep has read the account, a call works it out with what has come since, and the sweep ends.
TEST_F(RescoringTest, DoesNotReplaceAScoreByAnOlderOne) {
  Send("acme", "logins", now_, 10);
  Rules rules = RulesNow();
  Turn slow = BeginTurn(rules);
  Send("acme", "logins", now_, 10);
  Evaluate();
  EXPECT_TRUE(Save(slow, rules));
  EXPECT_NEAR(Stored().at("accounts/acme/scores/logins").value(), 50, 1e-9);
  // While nobody has been faster it stores what it has, and the account stays due.
  Send("acme", "logins", now_, 10);
  Turn other = BeginTurn(rules);
  Send("acme", "logins", now_, 10);
  EXPECT_TRUE(Save(other, rules));
  EXPECT_NEAR(Stored().at("accounts/acme/scores/logins").value(), 75, 1e-9);
  EXPECT_THAT(Stored().at("accounts/acme/scores/logins").stale_because(), SizeIs(1));
  Evaluate();
  EXPECT_NEAR(Stored().at("accounts/acme/scores/logins").value(), 100, 1e-9);
}

// A turn takes several rounds, because a rule reads the score; a sweep that has read less stores
// its own between two of them.
TEST_F(RescoringTest, DoesNotEndATurnWhoseScoreAnOlderOneHasReplaced) {
  Send("acme", "logins", now_, 10);
  Rules rules = RulesNow();
  rules.facts_read[TurnStep::kSignals].insert("score.logins");
  Turn slow = BeginTurn(rules);
  Send("acme", "logins", now_, 10);
  Turn fast = BeginTurn(rules);
  EXPECT_FALSE(Save(fast, rules));
  EXPECT_FALSE(Save(slow, rules));
  for (Turn* turn : {&fast, &slow}) {
    WorkOut(*turn, rules);
    EXPECT_TRUE(Save(*turn, rules));
  }
  Evaluate();
  EXPECT_NEAR(Stored().at("accounts/acme/scores/logins").value(), 50, 1e-9);
  EXPECT_THAT(Stored().at("accounts/acme/scores/logins").stale_because(), IsEmpty());
}

TEST_F(RescoringTest, SaysWhyAScoreIsStale) {
  struct Case {
    const char* because;
    std::function<void()> happens;
  };
  const std::vector<Case> cases = {
      {"samples have come in", [&] { Send("acme", "logins", now_, 1); }},
      {"plan.readiness has changed", [&] { Mirror("acme", "behind"); }},
      {"somebody has judged the score", [&] { Judge("acme", "logins", "red"); }},
      {"an onboarding has changed",
       [&] { MoveOnboarding("acme", accounts::v1::ONBOARDING_STATE_COMPLETED); }},
      {"the account has changed", [&] { MoveAccount("acme"); }},
      {"metrics/logins has changed", [&] { SetSource("crm"); }},
      {"scoreModels/logins@2 was put in force", [&] { Activate(LoginsModel(80)); }},
      {"scoreModels/logins@3 is in force", [&] { Activate(LoginsModel(20)); }},
      {"a new day has begun since", [&] { now_ += absl::Hours(24); }},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.because);
    Evaluate();
    ASSERT_THAT(Stored().at("accounts/acme/scores/logins").stale_because(), IsEmpty());
    each.happens();
    EXPECT_THAT(Stored().at("accounts/acme/scores/logins").stale_because(),
                Contains(std::string(each.because)));
  }
}

TEST_F(RescoringTest, ReadsTheOnboardingThatWasCreatedLastWhenItWasHeardOfFirst) {
  const absl::Time created = now_;
  for (const auto& [id, age] : {std::pair("o2", 1), {"o1", 9}}) {
    now_ += absl::Hours(1);
    accounts::v1::Onboarding onboarding;
    onboarding.set_name(absl::StrCat("accounts/acme/onboardings/", id));
    onboarding.set_state(accounts::v1::ONBOARDING_STATE_RUNNING);
    *onboarding.mutable_create_time() = calendar::ToTimestamp(created - absl::Hours(age));
    Write([&](storage::Writer& writer) { return store_.FollowOnboarding(writer, onboarding); });
    Mirror("acme", "ready", id);
  }
  Mirror("acme", "behind", "o1");
  Evaluate();
  EXPECT_EQ(Stored().at("accounts/acme/scores/readiness").value(), 100);
}

// Whatever happens, and however it is spread over sweeps: what is stored is
// what working out every account anew would store.
TEST_F(RescoringTest, StoresWhatWorkingOutEverythingAnewWouldStore) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto some = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  const std::vector<std::string> accounts = {"acme", "beta", "gamma"};
  Follow("gamma");
  const std::vector<std::function<void(const std::string&)>> steps = {
      [&](const std::string& account) {
        Send(account, some(1) == 0 ? "logins" : "calls", now_ - absl::Hours(some(600)), some(30));
      },
      [&](const std::string& account) { Mirror(account, some(1) == 0 ? "ready" : "behind"); },
      [&](const std::string& account) {
        MoveOnboarding(account, some(1) == 0 ? accounts::v1::ONBOARDING_STATE_RUNNING
                                             : accounts::v1::ONBOARDING_STATE_COMPLETED);
      },
      [&](const std::string& account) {
        Judge(account, some(1) == 0 ? "logins" : "readiness", some(1) == 0 ? "red" : "green");
      },
      [&](const std::string&) { SetSource(some(1) == 0 ? "product" : "crm"); },
      [&](const std::string&) { Activate(LoginsModel(20 + 20 * some(2))); },
      [&](const std::string&) {
        Write([&](storage::Writer& writer) { return store_.ForgetMirrored(writer, {"plan."}); });
      },
      [&](const std::string&) { now_ += absl::Minutes(some(2000)); },
      [&](const std::string&) { Evaluate(); },
  };
  for (int round = 0; round < 20; ++round) {
    for (int i = some(15); i >= 0; --i) {
      steps[static_cast<size_t>(some(static_cast<int>(steps.size()) - 1))](
          accounts[static_cast<size_t>(some(2))]);
    }
    Evaluate();
    const auto kept = Texts(Stored());
    ASSERT_THAT(kept, SizeIs(6));
    Write([](storage::Writer& writer) { return MarkAllDue(writer, "everything anew"); });
    Evaluate();
    ASSERT_EQ(Texts(Stored()), kept) << "round " << round;
  }
}

// What the other services have told, and what they would tell whoever begins
// anew.
class Sources {
 public:
  using Effect = std::function<absl::Status(const Store&, storage::Writer&)>;

  explicit Sources(unsigned seed) : random_(seed) {}

  int Some(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }

  // Something happens there at `now`; returns what it means here.
  Effect Happen(absl::Time now) {
    const std::string account = absl::StrCat("accounts/a", Some(2));
    if (accounts_.count(account) == 0 || Some(9) == 0) return ChangeAccount(account);
    const std::string onboarding = absl::StrCat(account, "/onboardings/o", Some(2));
    if (onboardings_.count(onboarding) == 0 || Some(3) == 0) {
      return ChangeOnboarding(onboarding, now);
    }
    if (Some(19) == 0) {
      onboardings_.erase(onboarding);
      return [onboarding](const Store& store, storage::Writer& writer) {
        return store.ForgetOnboarding(writer, onboarding);
      };
    }
    const char* words[] = {"ready", "behind", nullptr};
    return ChangeFact(onboarding, kReadiness, words[Some(2)], now - absl::Hours(Some(30)), now);
  }

  // Everything from the beginning.
  std::vector<Effect> All() const {
    std::vector<Effect> effects;
    for (const auto& [name, account] : accounts_) effects.push_back(Follow(account));
    for (const auto& [name, onboarding] : onboardings_) effects.push_back(Follow(onboarding));
    for (const fact::v1::FactChange& change : facts_) effects.push_back(Follow(change));
    return effects;
  }

 private:
  static Effect Follow(const accounts::v1::Account& account) {
    return [account](const Store& store, storage::Writer& writer) {
      return store.FollowAccount(writer, account);
    };
  }
  static Effect Follow(const accounts::v1::Onboarding& onboarding) {
    return [onboarding](const Store& store, storage::Writer& writer) {
      return store.FollowOnboarding(writer, onboarding);
    };
  }
  static Effect Follow(const fact::v1::FactChange& change) {
    return [change](const Store& store, storage::Writer& writer) {
      return store.MirrorFact(writer, change);
    };
  }

  Effect ChangeAccount(const std::string& name) {
    accounts::v1::Account& account = accounts_[name];
    account.set_name(name);
    account.set_time_zone("Asia/Tokyo");
    account.set_display_name(absl::StrCat("Name ", ++changes_));
    account.set_etag(absl::StrCat(changes_));
    account.clear_external_ids();
    accounts::v1::ExternalId* id = account.add_external_ids();
    id->set_system("crm");
    id->set_id(absl::StrCat(name.substr(name.size() - 1), "-", Some(1)));
    return Follow(account);
  }

  // Its state is told as a fact, too.
  Effect ChangeOnboarding(const std::string& name, absl::Time now) {
    accounts::v1::Onboarding& onboarding = onboardings_[name];
    if (onboarding.name().empty()) {
      *onboarding.mutable_create_time() = calendar::ToTimestamp(now);
    }
    const bool running = Some(3) > 0;
    onboarding.set_name(name);
    onboarding.set_state(running ? accounts::v1::ONBOARDING_STATE_RUNNING
                                 : accounts::v1::ONBOARDING_STATE_COMPLETED);
    onboarding.set_etag(absl::StrCat(++changes_));
    *onboarding.mutable_update_time() = calendar::ToTimestamp(now);
    const Effect resource = Follow(onboarding);
    const Effect fact =
        ChangeFact(name, "account.onboarding.state", running ? "running" : "completed", now, now);
    return [resource, fact](const Store& store, storage::Writer& writer) -> absl::Status {
      BANSO_RETURN_IF_ERROR(resource(store, writer));
      return fact(store, writer);
    };
  }

  // Without a word: it is withdrawn.
  Effect ChangeFact(const std::string& subject, const std::string& fact, const char* word,
                    absl::Time occurred, absl::Time recorded) {
    fact::v1::FactChange& change = facts_.emplace_back();
    change.set_subject(subject);
    change.set_fact(fact);
    if (word != nullptr) *change.mutable_value() = rule::TextValue(word);
    *change.mutable_occurred_time() = calendar::ToTimestamp(occurred);
    *change.mutable_recorded_time() = calendar::ToTimestamp(recorded);
    return Follow(change);
  }

  std::mt19937 random_;
  int changes_ = 0;
  std::map<std::string, accounts::v1::Account> accounts_;
  std::map<std::string, accounts::v1::Onboarding> onboardings_;
  std::vector<fact::v1::FactChange> facts_;
};

class MirrorTest : public RescoringTest {
 protected:
  // The accounts of the fixture are no source's.
  MirrorTest() {
    Write([&](storage::Writer& writer) -> absl::Status {
      BANSO_RETURN_IF_ERROR(store_.ForgetFollowed(writer));
      return store_.ForgetMirrored(writer, {"account."});
    });
  }

  // Takes over some effects as a follower does: in transactions of a few, of
  // which some fail halfway and are tried again, and some come twice. Now and
  // then everybody is evaluated.
  void TakeOver(Sources& sources, const std::vector<Sources::Effect>& effects) {
    size_t begin = 0;
    while (begin < effects.size()) {
      const size_t end = std::min(effects.size(), begin + 1 + static_cast<size_t>(sources.Some(5)));
      const auto apply = [&](storage::Writer& writer) -> absl::Status {
        for (size_t i = begin; i < end; ++i) BANSO_RETURN_IF_ERROR(effects[i](store_, writer));
        return absl::OkStatus();
      };
      if (sources.Some(3) == 0) {
        const size_t broken = begin + (end - begin) / 2;
        const auto fail = [&](storage::Writer& writer) -> absl::Status {
          for (size_t i = begin; i < broken; ++i) BANSO_RETURN_IF_ERROR(effects[i](store_, writer));
          return absl::AbortedError("the process died");
        };
        ASSERT_FALSE(database_->Write(Now(), fail).ok());
      }
      Write(apply);
      if (sources.Some(3) == 0) Write(apply);
      if (sources.Some(7) == 0) Evaluate();
      begin = end;
    }
  }

  std::string Hash() {
    std::string hash;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(hash, MirrorHash(reader));
      return absl::OkStatus();
    }),
                IsOk());
    return hash;
  }
};

TEST_F(MirrorTest, IsTheSameWithTheSameScoresWhenItIsTakenOverAgain) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  Sources sources(seed);
  for (int i = 0; i < 150; ++i) {
    now_ += absl::Minutes(sources.Some(30));
    TakeOver(sources, {sources.Happen(now_)});
  }
  Evaluate();
  const std::string hash = Hash();
  const auto scores = Stored();
  EXPECT_THAT(scores, SizeIs(6));
  EXPECT_THAT(hash, SizeIs(64));

  // What nobody has told is in it.
  fact::v1::FactChange stray;
  stray.set_subject("accounts/a0/onboardings/o0");
  stray.set_fact(kReadiness);
  *stray.mutable_value() = rule::TextValue("ready");
  *stray.mutable_occurred_time() = calendar::ToTimestamp(now_);
  *stray.mutable_recorded_time() = calendar::ToTimestamp(now_ - absl::Seconds(1));
  Write([&](storage::Writer& writer) { return store_.MirrorFact(writer, stray); });
  Evaluate();
  EXPECT_NE(Hash(), hash);

  Write([&](storage::Writer& writer) -> absl::Status {
    BANSO_RETURN_IF_ERROR(store_.ForgetFollowed(writer));
    return store_.ForgetMirrored(writer, {"account.", "plan."});
  });
  TakeOver(sources, sources.All());
  Evaluate();
  EXPECT_EQ(Hash(), hash);
  for (const auto& [name, score] : Stored()) {
    EXPECT_TRUE(SameNumbers(score, scores.at(name))) << score.DebugString() << "was\n"
                                                     << scores.at(name).DebugString();
  }
}

}  // namespace
}  // namespace banso::health
