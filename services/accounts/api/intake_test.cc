#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/intake_api.h"
#include "services/accounts/domain/deal.h"
#include "services/accounts/domain/member.h"

namespace banso::accounts {
namespace {

using ::banso::testing::Nth;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::IntakeReview;

// Takes on nobody with fewer than five users, lets those who need SAML wait, and wants a lead per
// site from the large ones.
constexpr char kPolicy[] = R"pb(
  acceptance_policy {
    name: "acceptancePolicies/p"
    rules {
      key: "too_small"
      when {
        compare {
          fact { fact: "account.expected_users" }
          op: OPERATOR_LT
          values { number: 5 }
        }
      }
      verdict: INTAKE_VERDICT_DECLINE
      reason: "Fewer than five users never get going"
    }
    rules {
      key: "saml"
      when {
        compare {
          fact { fact: "account.purchase.options" }
          op: OPERATOR_IN
          values { text: "saml" }
        }
      }
      verdict: INTAKE_VERDICT_WAIT
      reason: "SAML is being built"
      feature: "saml_sign_on"
    }
    rules {
      key: "sites"
      when {
        compare {
          fact { fact: "account.sites" }
          op: OPERATOR_GE
          values { number: 10 }
        }
      }
      verdict: INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS
      reason: "Sites need leads"
      conditions: "A lead per site"
    }
  }
  reason: "agreed"
)pb";

class IntakeTest : public ApiTest {
 protected:
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Response> (IntakeApi::*handler)(const Call&,
                                                                              const Request&),
                               const std::string& request) {
    IntakeApi api(*database_, store_, ids_);
    return DoOn(api, handler, request);
  }
  void ActivatePolicy() {
    BANSO_ASSERT_OK(Ask(&IntakeApi::SaveAcceptancePolicy, kPolicy));
    BANSO_ASSERT_OK(Ask(&IntakeApi::ActivateAcceptancePolicy, "name: 'acceptancePolicies/p@1'"));
  }
  // An account with an open deal `d1`.
  void CreateProspect(const std::string& id, const std::string& fields) {
    BANSO_ASSERT_OK(Do(
        &AccountsApi::CreateAccount,
        absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' ", fields, " }")));
    BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal,
                       absl::StrCat("parent: 'accounts/", id,
                                    "' deal_id: 'd1' deal { sales_owner: 'members/sato' }")));
  }
  absl::StatusOr<IntakeReview> Question(const std::string& id, const std::string& review = "r1") {
    return Ask(
        &IntakeApi::CreateIntakeReview,
        absl::StrCat("parent: 'accounts/", id, "' intake_review_id: '", review,
                     "' intake_review { deal: 'accounts/", id, "/deals/d1' question: 'May we?' }"));
  }
  // Of `aoki`, who does not sell.
  absl::StatusOr<IntakeReview> Answer(const std::string& id, const std::string& rest,
                                      const std::string& review = "r1") {
    const std::string actor = std::exchange(actor_, "members/aoki");
    auto result = Ask(
        &IntakeApi::DecideIntakeReview,
        absl::StrCat("name: 'accounts/", id, "/intakeReviews/", review, "' reason: 'so' ", rest));
    actor_ = actor;
    return result;
  }
  IntakeReview Get(const std::string& id) {
    const auto review = Ask(&IntakeApi::GetIntakeReview,
                            absl::StrCat("name: 'accounts/", id, "/intakeReviews/r1'"));
    EXPECT_THAT(review, banso::testing::IsOk());
    return review.value_or(IntakeReview());
  }
};

TEST_F(IntakeTest, AnswersInTimeAndCarriesTheConditionsIntoTheOnboardingThatIsHandedOver) {
  Proves("LX-29");
  ActivatePolicy();
  CreateProspect("acme", "expected_users: 50 adoption { sites: 12 } purchase { options: 'sso' }");
  BANSO_ASSERT_OK_AND_ASSIGN(const IntakeReview asked, Question("acme"));
  EXPECT_EQ(asked.state(), v1::INTAKE_STATE_ASKED);
  EXPECT_EQ(asked.asked_by(), "members/sato");
  EXPECT_EQ(asked.policy(), "acceptancePolicies/p@1");
  EXPECT_EQ(asked.suggestion(), v1::INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS);
  ASSERT_EQ(asked.findings_size(), 1);
  EXPECT_EQ(asked.findings(0).rule(), "sites");
  EXPECT_THAT(asked.findings(0).conditions(), ElementsAre("A lead per site"));
  EXPECT_THAT(asked.findings(0).readings(), ElementsAre(HasSubstr("account.sites = 12")));
  // Asked on Wednesday 25 March 2026: two business days are Friday.
  EXPECT_EQ(asked.answer_by().day(), 27);
  now_ += absl::Hours(30);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const IntakeReview decided,
      Answer("acme",
             "verdict: INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS "
             "conditions { key: 'leads' text: 'A lead per site before the kickoff' }"));
  EXPECT_TRUE(decided.in_time());
  EXPECT_EQ(decided.state(), v1::INTAKE_STATE_DECIDED);
  EXPECT_EQ(decided.decided_by(), "members/aoki");
  BANSO_ASSERT_OK(Do(&DealsApi::WinDeal,
                     "name: 'accounts/acme/deals/d1' contract_start { year: 2026 month: 4 day: 1 "
                     "}"));
  actor_ = "services/handoff";
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::Onboarding onboarding,
      Do(&OnboardingsApi::CreateOnboarding,
         "parent: 'accounts/acme' onboarding_id: 'o1' onboarding { kind: ONBOARDING_KIND_INITIAL "
         "owner: 'members/aoki' deal: 'accounts/acme/deals/d1' } contract_start { year: 2026 "
         "month: 4 day: 1 }"));
  EXPECT_EQ(onboarding.intake_review(), "accounts/acme/intakeReviews/r1");
  ASSERT_EQ(onboarding.intake_conditions_size(), 1);
  EXPECT_EQ(onboarding.intake_conditions(0).text(), "A lead per site before the kickoff");
  const auto facts =
      FactChangesOf("accounts/acme/onboardings/o1", "account.onboarding.intake_conditions");
  ASSERT_EQ(facts.size(), 1u);
  EXPECT_THAT(facts[0].value().text_set().items(), ElementsAre("leads"));
}

// Takes the small ones on, and wants leads from more sites on than kPolicy does.
constexpr char kMilder[] = R"pb(
  name: "acceptancePolicies/p"
  rules {
    key: "saml"
    when {
      compare {
        fact { fact: "account.purchase.options" }
        op: OPERATOR_IN
        values { text: "saml" }
      }
    }
    verdict: INTAKE_VERDICT_WAIT
    reason: "SAML is being built"
    feature: "saml_sign_on"
  }
  rules {
    key: "sites"
    when {
      compare {
        fact { fact: "account.sites" }
        op: OPERATOR_GE
        values { number: 20 }
      }
    }
    verdict: INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS
    reason: "Sites need leads"
    conditions: "A lead per site"
  }
)pb";

class AcceptanceDryRunTest : public IntakeTest {
 protected:
  void SetUp() override {
    IntakeTest::SetUp();
    ActivatePolicy();
    CreateProspect("small", "expected_users: 3 adoption { sites: 1 } purchase { options: 'sso' }");
    CreateProspect("waits",
                   "expected_users: 50 adoption { sites: 1 } purchase { options: 'saml' }");
    CreateProspect("wide", "expected_users: 50 adoption { sites: 12 } purchase { options: 'sso' }");
    CreateProspect("unknown", "adoption { sites: 1 } purchase { options: 'sso' }");
    // Of these nobody asks any more.
    CreateProspect("won", "expected_users: 3 adoption { sites: 1 } purchase { options: 'sso' }");
    BANSO_ASSERT_OK(Do(&DealsApi::WinDeal,
                       "name: 'accounts/won/deals/d1' contract_start { year: 2026 month: 4 day: 1 "
                       "}"));
    CreateProspect("gone", "expected_users: 3 adoption { sites: 1 } purchase { options: 'sso' }");
    BANSO_ASSERT_OK(Do(&AccountsApi::ArchiveAccount, "name: 'accounts/gone'"));
  }

  absl::StatusOr<v1::SimulateAcceptancePolicyResponse> Simulate(const std::string& request) {
    return Ask(&IntakeApi::SimulateAcceptancePolicy, request);
  }
};

TEST_F(AcceptanceDryRunTest, TellsWhichOpenDealsWouldBeAnsweredOtherwiseAndWhy) {
  const int64_t before = database_->position();
  BANSO_ASSERT_OK_AND_ASSIGN(const auto result, Simulate(absl::StrCat("draft {", kMilder, "}")));
  EXPECT_EQ(result.deals(), 4);
  EXPECT_EQ(result.changed(), 3);
  std::vector<std::string> lines;
  for (const v1::VerdictChange& change : result.changes()) {
    std::vector<std::string> rules;
    for (const auto& finding : change.findings_before()) rules.push_back(finding.rule());
    for (const auto& finding : change.findings_after()) rules.push_back(finding.rule());
    lines.push_back(absl::StrCat(change.deal(), " of ", change.account_display_name(), ": ",
                                 v1::IntakeVerdict_Name(change.before()), " -> ",
                                 v1::IntakeVerdict_Name(change.after()), " ",
                                 absl::StrJoin(rules, ",")));
  }
  EXPECT_THAT(
      lines, ElementsAre("accounts/small/deals/d1 of small: INTAKE_VERDICT_DECLINE -> "
                         "INTAKE_VERDICT_ACCEPT too_small",
                         "accounts/unknown/deals/d1 of unknown: INTAKE_VERDICT_UNSPECIFIED -> "
                         "INTAKE_VERDICT_ACCEPT too_small",
                         "accounts/wide/deals/d1 of wide: INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS -> "
                         "INTAKE_VERDICT_ACCEPT sites"));
  lines.clear();
  for (const v1::VerdictTransition& transition : result.transitions()) {
    lines.push_back(absl::StrCat(v1::IntakeVerdict_Name(transition.from()), " ",
                                 v1::IntakeVerdict_Name(transition.to()), " ", transition.deals()));
  }
  EXPECT_THAT(lines, ElementsAre("INTAKE_VERDICT_UNSPECIFIED INTAKE_VERDICT_ACCEPT 1",
                                 "INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS INTAKE_VERDICT_ACCEPT 1",
                                 "INTAKE_VERDICT_DECLINE INTAKE_VERDICT_ACCEPT 1"));
  EXPECT_EQ(database_->position(), before) << "nothing is stored";
}

TEST_F(AcceptanceDryRunTest, TakesAStoredRevisionAndNamesAsManyDealsAsAreWanted) {
  BANSO_ASSERT_OK(Ask(&IntakeApi::SaveAcceptancePolicy,
                      absl::StrCat("acceptance_policy {", kMilder, "} reason: 'milder'")));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto draft,
                             Simulate("name: 'acceptancePolicies/p@2' max_deals: 1"));
  EXPECT_EQ(draft.changed(), 3);
  EXPECT_EQ(draft.changes_size(), 1);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto in_force, Simulate("name: 'acceptancePolicies/p'"));
  EXPECT_EQ(in_force.deals(), 4);
  EXPECT_EQ(in_force.changed(), 0);
  // What it foretold is what is suggested then.
  BANSO_ASSERT_OK(Ask(&IntakeApi::ActivateAcceptancePolicy, "name: 'acceptancePolicies/p@2'"));
  BANSO_ASSERT_OK_AND_ASSIGN(const IntakeReview asked, Question("small"));
  EXPECT_EQ(asked.suggestion(), v1::INTAKE_VERDICT_ACCEPT);
}

TEST_F(AcceptanceDryRunTest, RefusesWhatCouldNotBeSavedAndWhatIsNotOnePolicy) {
  const auto field = [](const absl::Status& status) {
    const auto violations = contract::FieldViolations(status);
    return violations.empty() ? status.ToString() : violations.front().field;
  };
  EXPECT_EQ(field(Simulate("").status()), "draft");
  EXPECT_EQ(
      field(Simulate(absl::StrCat("name: 'acceptancePolicies/p' draft {", kMilder, "}")).status()),
      "draft");
  EXPECT_EQ(field(Simulate("draft { name: 'acceptancePolicies/p' rules { key: 'k' when { compare { "
                           "fact { fact: 'account.no_such' } op: OPERATOR_GE values { number: 1 } "
                           "} } verdict: INTAKE_VERDICT_DECLINE reason: 'r' } }")
                      .status())
                .substr(0, 14),
            "draft.rules[0]");
  EXPECT_THAT(Simulate("name: 'acceptancePolicies/none'"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(IntakeTest, ADealThatFailsThePolicyWaitsForTheFeatureAndIsWokenOnce) {
  Proves("LX-30");
  ActivatePolicy();
  for (const char* id : {"a", "b", "c"}) {
    CreateProspect(id, "expected_users: 50 adoption { sites: 1 } purchase { options: 'saml' }");
    BANSO_ASSERT_OK_AND_ASSIGN(const IntakeReview asked, Question(id));
    EXPECT_EQ(asked.suggestion(), v1::INTAKE_VERDICT_WAIT);
    EXPECT_EQ(Nth(asked.findings(), 0).feature(), "saml_sign_on");
  }
  BANSO_ASSERT_OK(Answer("a", "verdict: INTAKE_VERDICT_WAIT feature: 'saml_sign_on'"));
  BANSO_ASSERT_OK(Answer("b", "verdict: INTAKE_VERDICT_WAIT feature: 'another_thing'"));
  BANSO_ASSERT_OK(Answer("c", "verdict: INTAKE_VERDICT_DECLINE"));
  EXPECT_EQ(Get("a").state(), v1::INTAKE_STATE_WAITING);
  EXPECT_THAT(Answer("a", "verdict: INTAKE_VERDICT_ACCEPT"),
              StatusIs(absl::StatusCode::kFailedPrecondition));

  now_ += absl::Hours(24 * 60);
  const std::string release =
      "feature_release { feature: 'saml_sign_on' date { year: 2026 month: 5 day: 20 } }";
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::FeatureRelease released,
                             Ask(&IntakeApi::RegisterFeatureRelease, release));
  EXPECT_EQ(released.name(), "featureReleases/saml-sign-on");
  EXPECT_EQ(released.woken(), 1);
  const IntakeReview woken = Get("a");
  EXPECT_EQ(woken.state(), v1::INTAKE_STATE_ASKED);
  EXPECT_EQ(woken.woken_by(), "featureReleases/saml-sign-on");
  EXPECT_EQ(woken.verdict(), v1::INTAKE_VERDICT_UNSPECIFIED);
  EXPECT_EQ(woken.answer_by().month(), 5);
  EXPECT_EQ(Get("b").state(), v1::INTAKE_STATE_WAITING);
  EXPECT_EQ(Get("c").state(), v1::INTAKE_STATE_DECIDED);

  EXPECT_THAT(Ask(&IntakeApi::RegisterFeatureRelease, release),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(Get("a").etag(), woken.etag()) << "woken once";
  EXPECT_THAT(Answer("a", "verdict: INTAKE_VERDICT_WAIT feature: 'saml_sign_on'"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  BANSO_ASSERT_OK(Answer("a", "verdict: INTAKE_VERDICT_ACCEPT"));
}

TEST_F(IntakeTest, SuggestsTheStrictestRuleAndNothingWhileAStricterOneIsNotDecided) {
  ActivatePolicy();
  CreateProspect("small", "expected_users: 2 adoption { sites: 12 }");
  BANSO_ASSERT_OK_AND_ASSIGN(const IntakeReview small, Question("small"));
  EXPECT_EQ(small.suggestion(), v1::INTAKE_VERDICT_DECLINE);
  CreateProspect("vague", "adoption { sites: 12 } purchase { options: 'sso' }");
  BANSO_ASSERT_OK_AND_ASSIGN(const IntakeReview vague, Question("vague"));
  EXPECT_EQ(vague.suggestion(), v1::INTAKE_VERDICT_UNSPECIFIED);
  ASSERT_EQ(vague.findings_size(), 2);
  EXPECT_EQ(vague.findings(0).result(), type::v1::TRUTH_UNKNOWN);
  EXPECT_THAT(vague.findings(0).readings(),
              ElementsAre(HasSubstr("account.expected_users is unknown")));
  CreateProspect("plain", "expected_users: 9 adoption { sites: 1 } purchase { options: 'sso' }");
  BANSO_ASSERT_OK_AND_ASSIGN(const IntakeReview plain, Question("plain"));
  EXPECT_EQ(plain.suggestion(), v1::INTAKE_VERDICT_ACCEPT);
  EXPECT_THAT(plain.findings(), IsEmpty());
}

TEST_F(IntakeTest, AsksWithoutAPolicyToo) {
  CreateProspect("acme", "");
  BANSO_ASSERT_OK_AND_ASSIGN(const IntakeReview asked, Question("acme"));
  EXPECT_EQ(asked.policy(), "");
  EXPECT_EQ(asked.suggestion(), v1::INTAKE_VERDICT_UNSPECIFIED);
  EXPECT_EQ(asked.answer_by().day(), 27);
}

TEST_F(IntakeTest, ListsWhatIsOverdueAndTellsALateAnswer) {
  CreateProspect("late", "");
  BANSO_ASSERT_OK(Question("late"));
  const std::string overdue = "parent: 'accounts/-' overdue: true";
  // The last instant of Friday 27 March in Tokyo, and the next one.
  now_ = absl::FromCivil(absl::CivilSecond(2026, 3, 27, 14, 59, 59), absl::UTCTimeZone());
  BANSO_ASSERT_OK_AND_ASSIGN(auto list, Ask(&IntakeApi::ListIntakeReviews, overdue));
  EXPECT_THAT(list.intake_reviews(), IsEmpty());
  now_ += absl::Seconds(1);
  CreateProspect("fresh", "");
  BANSO_ASSERT_OK(Question("fresh"));
  BANSO_ASSERT_OK_AND_ASSIGN(list, Ask(&IntakeApi::ListIntakeReviews, overdue));
  ASSERT_EQ(list.intake_reviews_size(), 1);
  EXPECT_EQ(list.intake_reviews(0).name(), "accounts/late/intakeReviews/r1");
  BANSO_ASSERT_OK_AND_ASSIGN(const IntakeReview decided,
                             Answer("late", "verdict: INTAKE_VERDICT_ACCEPT"));
  EXPECT_FALSE(decided.in_time());
  BANSO_ASSERT_OK_AND_ASSIGN(list, Ask(&IntakeApi::ListIntakeReviews, overdue));
  EXPECT_THAT(list.intake_reviews(), IsEmpty());
}

TEST_F(IntakeTest, AsksOnceAboutAnOpenDealOfTheAccount) {
  CreateProspect("acme", "");
  CreateProspect("other", "");
  BANSO_ASSERT_OK(Question("acme"));
  EXPECT_THAT(Question("acme", "r2"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Ask(&IntakeApi::CreateIntakeReview,
                  "parent: 'accounts/other' intake_review { deal: 'accounts/acme/deals/d1' "
                  "question: 'May we?' }"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  BANSO_ASSERT_OK(Answer("acme", "verdict: INTAKE_VERDICT_DECLINE"));
  BANSO_ASSERT_OK(Question("acme", "r2"));
  BANSO_ASSERT_OK(Do(&DealsApi::LoseDeal, "name: 'accounts/other/deals/d1' reason: 'price'"));
  EXPECT_THAT(Question("other"), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(IntakeTest, RefusesAnAnswerThatDoesNotFitItsVerdict) {
  CreateProspect("acme", "");
  BANSO_ASSERT_OK(Question("acme"));
  struct Case {
    const char* rest;
    const char* field;
  };
  for (const Case& c :
       {Case{"verdict: INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS", "conditions"},
        Case{"verdict: INTAKE_VERDICT_ACCEPT conditions { key: 'a' text: 'b' }", "conditions"},
        Case{"verdict: INTAKE_VERDICT_WAIT", "feature"},
        Case{"verdict: INTAKE_VERDICT_DECLINE feature: 'f'", "feature"},
        Case{"verdict: INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS conditions { key: 'a' text: 'b' } "
             "conditions { key: 'a' text: 'c' }",
             "conditions[1].key"}}) {
    const auto refused = Answer("acme", c.rest);
    const auto violations = contract::FieldViolations(refused.status());
    ASSERT_EQ(violations.size(), 1u) << c.rest;
    EXPECT_EQ(violations[0].field, c.field);
  }
  EXPECT_EQ(Get("acme").state(), v1::INTAKE_STATE_ASKED);
}

TEST_F(IntakeTest, WhoAskedDoesNotAnswer) {
  CreateProspect("acme", "");
  BANSO_ASSERT_OK(Question("acme"));
  const char* answer =
      "name: 'accounts/acme/intakeReviews/r1' reason: 'I say so' verdict: INTAKE_VERDICT_ACCEPT";
  EXPECT_EQ(contract::Reason(Ask(&IntakeApi::DecideIntakeReview, answer).status()),
            kReasonRoleRequired);
  EXPECT_EQ(Get("acme").state(), v1::INTAKE_STATE_ASKED);
  actor_ = "services/operator";
  BANSO_ASSERT_OK(Do(&TeamApi::UpdateMember,
                     "member { name: 'members/sato' roles: MEMBER_ROLE_MANAGER } "
                     "update_mask { paths: 'roles' }"));
  actor_ = "members/sato";
  BANSO_EXPECT_OK(Ask(&IntakeApi::DecideIntakeReview, answer)) << "a manager may";
}

TEST_F(IntakeTest, AnAnswerThatIsMilderThanThePolicyIsMarked) {
  ActivatePolicy();
  const auto against = [&](const std::string& id, const std::string& fields,
                           const std::string& answer) {
    CreateProspect(id, fields);
    BANSO_EXPECT_OK(Question(id));
    const auto decided = Answer(id, answer);
    EXPECT_THAT(decided, banso::testing::IsOk());
    return decided.ok() && decided->against_policy();
  };
  const char* small = "expected_users: 2 adoption { sites: 1 } purchase { options: 'sso' }";
  EXPECT_TRUE(against("a", small, "verdict: INTAKE_VERDICT_ACCEPT"));
  EXPECT_TRUE(against("b", small, "verdict: INTAKE_VERDICT_WAIT feature: 'offline'"));
  EXPECT_FALSE(against("c", small, "verdict: INTAKE_VERDICT_DECLINE"));
  const char* fitting = "expected_users: 9 adoption { sites: 1 } purchase { options: 'sso' }";
  EXPECT_FALSE(against("d", fitting, "verdict: INTAKE_VERDICT_ACCEPT"));
  EXPECT_FALSE(against("e", fitting, "verdict: INTAKE_VERDICT_DECLINE")) << "stricter is no matter";
  // Nothing is suggested, as a stricter rule is not decided; one that is true counts all the same.
  const char* vague = "adoption { sites: 12 } purchase { options: 'sso' }";
  EXPECT_TRUE(against("f", vague, "verdict: INTAKE_VERDICT_ACCEPT"));

  // What it waited for is there.
  const char* saml = "expected_users: 9 adoption { sites: 1 } purchase { options: 'saml' }";
  EXPECT_FALSE(against("g", saml, "verdict: INTAKE_VERDICT_WAIT feature: 'saml_sign_on'"));
  BANSO_ASSERT_OK(Ask(&IntakeApi::RegisterFeatureRelease,
                      "feature_release { feature: 'saml_sign_on' "
                      "date { year: 2026 month: 3 day: 20 } }"));
  BANSO_ASSERT_OK_AND_ASSIGN(const IntakeReview woken,
                             Answer("g", "verdict: INTAKE_VERDICT_ACCEPT"));
  EXPECT_FALSE(woken.against_policy());
}

TEST_F(IntakeTest, ReadsTheDealThatIsAskedAbout) {
  BANSO_ASSERT_OK(Ask(&IntakeApi::SaveAcceptancePolicy, R"pb(
    acceptance_policy {
      name: "acceptancePolicies/p"
      rules {
        key: "cheap"
        when {
          all {
            conditions {
              compare {
                fact { fact: "deal.amount" }
                op: OPERATOR_LT
                values { number: 100000 }
              }
            }
            conditions {
              compare {
                fact { fact: "deal.products" }
                op: OPERATOR_IN
                values { text: "payroll" }
              }
            }
          }
        }
        verdict: INTAKE_VERDICT_DECLINE
        reason: "Payroll costs more than that to set up"
      }
    }
    reason: "agreed"
  )pb"));
  BANSO_ASSERT_OK(Ask(&IntakeApi::ActivateAcceptancePolicy, "name: 'acceptancePolicies/p@1'"));
  const auto suggested = [&](const std::string& id, const std::string& deal) {
    CreateProspect(id, "");
    BANSO_EXPECT_OK(Do(&DealsApi::UpdateDeal,
                       absl::StrCat("deal { name: 'accounts/", id, "/deals/d1' ", deal, " }")));
    const auto review = Question(id);
    EXPECT_THAT(review, banso::testing::IsOk());
    return review.value_or(IntakeReview());
  };
  const IntakeReview cheap =
      suggested("a",
                "amount { minor_units: 50000 currency: 'JPY' } products: 'scout' "
                "lines { product: 'payroll' }");
  EXPECT_EQ(cheap.suggestion(), v1::INTAKE_VERDICT_DECLINE);
  EXPECT_THAT(Nth(cheap.findings(), 0).readings(), Contains(HasSubstr("deal.amount = 50000")));
  EXPECT_EQ(suggested("b", "amount { minor_units: 500000 currency: 'JPY' } products: 'payroll'")
                .suggestion(),
            v1::INTAKE_VERDICT_ACCEPT);
  EXPECT_EQ(suggested("c", "products: 'payroll'").suggestion(), v1::INTAKE_VERDICT_UNSPECIFIED)
      << "nobody has said what it is worth";
}

TEST_F(IntakeTest, RefusesAPolicyThatCannotBeApplied) {
  const auto refused = Ask(&IntakeApi::SaveAcceptancePolicy, R"pb(
    acceptance_policy {
      name: "acceptancePolicies/p"
      agreed_by: "members/nobody"
      rules {
        key: "a"
        when { known { fact: "account.no_such_fact" } }
        verdict: INTAKE_VERDICT_WAIT
        reason: "x"
      }
      rules {
        key: "a"
        when { known { fact: "account.employees" } }
        verdict: INTAKE_VERDICT_ACCEPT
        reason: "x"
      }
    }
    reason: "test"
  )pb");
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(refused.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, Contains("acceptance_policy.agreed_by[0]"));
  EXPECT_THAT(fields, Contains("acceptance_policy.rules[0].feature"));
  EXPECT_THAT(fields, Contains("acceptance_policy.rules[1].key"));
  EXPECT_THAT(fields, Contains("acceptance_policy.rules[1].verdict"));
  EXPECT_THAT(fields, Contains(HasSubstr("acceptance_policy.rules[0].when")));
}

TEST_F(IntakeTest, KeepsRevisionsAndPutsOnePolicyInForce) {
  ActivatePolicy();
  BANSO_ASSERT_OK(Ask(&IntakeApi::SaveAcceptancePolicy,
                      "acceptance_policy { name: 'acceptancePolicies/q' } reason: 'another'"));
  now_ += absl::Seconds(1);
  BANSO_ASSERT_OK(Ask(&IntakeApi::ActivateAcceptancePolicy, "name: 'acceptancePolicies/q@1'"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto old,
                             Ask(&IntakeApi::GetAcceptancePolicy, "name: 'acceptancePolicies/p'"));
  EXPECT_EQ(old.revision().state(), type::v1::REVISION_STATE_SUPERSEDED);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto all, Ask(&IntakeApi::ListAcceptancePolicyRevisions, ""));
  EXPECT_EQ(all.acceptance_policies_size(), 2);
}

TEST_F(IntakeTest, ADealIsNotWonAgainstTheAnswerUnlessSomebodySaysWhy) {
  const auto win = [&](const std::string& id, const std::string& rest = "") {
    return Do(&DealsApi::WinDeal,
              absl::StrCat("name: 'accounts/", id, "/deals/d1' ",
                           "contract_start { year: 2026 month: 4 day: 1 } ", rest));
  };
  CreateProspect("open", "");
  BANSO_ASSERT_OK(Question("open").status());
  EXPECT_EQ(contract::Reason(win("open").status()), kReasonIntakeNotAccepted);
  CreateProspect("waits", "");
  BANSO_ASSERT_OK(Question("waits").status());
  BANSO_ASSERT_OK(Answer("waits", "verdict: INTAKE_VERDICT_WAIT feature: 'offline'").status());
  EXPECT_THAT(std::string(win("waits").status().message()), HasSubstr("offline"));
  CreateProspect("declined", "");
  BANSO_ASSERT_OK(Question("declined").status());
  BANSO_ASSERT_OK(Answer("declined", "verdict: INTAKE_VERDICT_DECLINE").status());
  EXPECT_EQ(contract::Reason(win("declined").status()), kReasonIntakeNotAccepted);
  const char* exception = "intake_exception: 'The board has decided'";
  EXPECT_EQ(contract::Reason(win("declined", exception).status()), kReasonRoleRequired)
      << "who sells does not overrule the answer";
  const std::string seller = std::exchange(actor_, "members/operator");
  BANSO_ASSERT_OK(
      Do(&TeamApi::UpdateMember, "member { name: 'members/sato' roles: MEMBER_ROLE_MANAGER }"));
  actor_ = seller;
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Deal won, win("declined", exception));
  EXPECT_EQ(won.intake_exception(), "The board has decided");
  // Asked again and accepted.
  BANSO_ASSERT_OK(Answer("open", "verdict: INTAKE_VERDICT_ACCEPT").status());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Deal accepted, win("open", "intake_exception: 'no need'"));
  EXPECT_EQ(accepted.intake_exception(), "");
}

TEST_F(IntakeTest, RefusesToSaveAPolicyThatContradictsItself) {
  const std::string when =
      "when { compare { fact { fact: 'deal.amount' } op: OPERATOR_LT values { number: 10000 } } } ";
  const std::string policy = absl::StrCat(
      "acceptance_policy { name: 'acceptancePolicies/p' ", "rules { key: 'small' ", when,
      " verdict: INTAKE_VERDICT_DECLINE reason: 'too small' } ", "rules { key: 'small_too' ", when,
      " verdict: INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS reason: 'small' conditions: 'paid ahead' } ",
      "} reason: 'r' ");
  for (const std::string& request : {policy + "validate_only: true", policy}) {
    const auto refused = Ask(&IntakeApi::SaveAcceptancePolicy, request);
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
    const auto violations = contract::FieldViolations(refused.status());
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].reason, "OUTVOTED");
    EXPECT_EQ(violations[0].field, "acceptance_policy.rules[1]");
    EXPECT_THAT(violations[0].description, HasSubstr("deal.amount = "));
    EXPECT_THAT(violations[0].description, HasSubstr("DECLINE by rules[0]"));
  }
}

}  // namespace
}  // namespace banso::accounts
