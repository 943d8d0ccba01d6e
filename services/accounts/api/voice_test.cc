#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/storage/history.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/intake_api.h"
#include "services/accounts/api/voice_api.h"

namespace banso::accounts {
namespace {

using ::banso::testing::Nth;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using v1::Voice;

constexpr char kMarch[] = "from { year: 2026 month: 3 } to { year: 2026 month: 3 } ";

class VoiceTest : public ApiTest {
 protected:
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Response> (VoiceApi::*handler)(const Call&,
                                                                             const Request&),
                               const std::string& request) {
    VoiceApi api(*database_, store_, ids_);
    return DoOn(api, handler, request);
  }
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Response> (IntakeApi::*handler)(const Call&,
                                                                              const Request&),
                               const std::string& request) {
    IntakeApi api(*database_, store_, ids_);
    return DoOn(api, handler, request);
  }
  // A customer with a deal `d1`, sold by `seller` for `amount` yen and won today.
  void Sell(const std::string& id, const std::string& seller, int amount,
            const std::string& product, const std::string& notes = "") {
    BANSO_ASSERT_OK(
        Do(&AccountsApi::CreateAccount,
           absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' }")));
    BANSO_ASSERT_OK(Do(
        &DealsApi::CreateDeal,
        absl::StrCat("parent: 'accounts/", id, "' deal_id: 'd1' deal { sales_owner: 'members/",
                     seller, "' amount { minor_units: ", amount, " currency: 'JPY' } products: '",
                     product, "' sales_notes: '", notes, "' }")));
  }
  void Win(const std::string& id) {
    BANSO_ASSERT_OK(
        Do(&DealsApi::WinDeal, absl::StrCat("name: 'accounts/", id, "/deals/d1' ",
                                            "contract_start { year: 2026 month: 4 day: 1 }")));
  }
  void Churn(const std::string& id, const std::string& reason) {
    BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount,
                       absl::StrCat("name: 'accounts/", id, "' reason: CHURN_REASON_", reason,
                                    " comment: 'no use' date { year: 2026 month: 3 day: 24 }")));
  }
  absl::StatusOr<Voice> Say(const std::string& id, const std::string& voice, int day = 24) {
    return Ask(&VoiceApi::CreateVoice,
               absl::StrCat("parent: 'accounts/", id,
                            "' voice { text: 'what was said' date { year: 2026 month: 3 day: ", day,
                            " } ", voice, " }"));
  }
  void AllowByPerson(bool by_person) {
    BANSO_ASSERT_OK_AND_ASSIGN(
        const auto policy,
        Ask(&IntakeApi::SaveAcceptancePolicy,
            absl::StrCat("acceptance_policy { name: 'acceptancePolicies/p' by_person: ",
                         by_person ? "true" : "false", " } reason: 'agreed'")));
    now_ += absl::Seconds(1);
    BANSO_ASSERT_OK(
        Ask(&IntakeApi::ActivateAcceptancePolicy,
            absl::StrCat("name: 'acceptancePolicies/p@", policy.revision().number(), "'")));
  }
};

TEST_F(VoiceTest, IsTiedToTheDealAndToWhatWasAnsweredAboutIt) {
  Sell("acme", "sato", 100, "scout");
  BANSO_ASSERT_OK(Ask(&IntakeApi::CreateIntakeReview,
                      "parent: 'accounts/acme' intake_review_id: 'r1' intake_review { "
                      "deal: 'accounts/acme/deals/d1' question: 'May we?' }"));
  const std::string seller = std::exchange(actor_, "members/aoki");
  BANSO_ASSERT_OK(Ask(&IntakeApi::DecideIntakeReview,
                      "name: 'accounts/acme/intakeReviews/r1' verdict: "
                      "INTAKE_VERDICT_ACCEPT reason: 'fits'"));
  actor_ = seller;
  Win("acme");
  BANSO_ASSERT_OK_AND_ASSIGN(const Voice voice, Say("acme", "kind: VOICE_KIND_COMPLAINT"));
  EXPECT_EQ(voice.deal(), "accounts/acme/deals/d1");
  EXPECT_EQ(voice.intake_review(), "accounts/acme/intakeReviews/r1");
  EXPECT_EQ(voice.recorded_by(), "members/sato");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const Voice changed, Ask(&VoiceApi::UpdateVoice, absl::StrCat("voice { name: '", voice.name(),
                                                                    "' text: 'more exactly' }")));
  EXPECT_EQ(changed.text(), "more exactly");
  EXPECT_EQ(changed.deal(), voice.deal());
}

// Also where the voice has been changed or has come with a merged account since.
TEST_F(VoiceTest, WhatAPersonSaidIsErasedWithThePerson) {
  Sell("acme", "sato", 100, "scout");
  Sell("twin", "sato", 100, "scout");
  for (const char* account : {"acme", "twin"}) {
    BANSO_ASSERT_OK(Do(&PeopleApi::CreateStakeholder,
                       absl::StrCat("parent: 'accounts/", account, "' stakeholder_id: 'mori' ",
                                    "stakeholder { display_name: 'Mori' }")));
  }
  const char* by_mori = "kind: VOICE_KIND_COMPLAINT stakeholder: 'accounts/twin/stakeholders/mori'";
  BANSO_ASSERT_OK_AND_ASSIGN(const Voice said, Say("twin", by_mori));
  BANSO_ASSERT_OK(Say("acme", "kind: VOICE_KIND_COMPLAINT"));
  BANSO_ASSERT_OK(
      Do(&AccountsApi::MergeAccounts, "name: 'accounts/acme' duplicate: 'accounts/twin'"));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto erased, Do(&PeopleApi::ErasePerson, "name: 'accounts/acme/stakeholders/mori-2'"));
  EXPECT_EQ(erased.resources(), 4) << "under two names each: the person, and what was said";

  BANSO_ASSERT_OK_AND_ASSIGN(const auto voices,
                             Ask(&VoiceApi::ListVoices, "parent: 'accounts/acme'"));
  std::vector<std::string> texts;
  for (const Voice& voice : voices.voices()) texts.push_back(voice.text());
  EXPECT_THAT(texts, UnorderedElementsAre("-", "what was said")) << "others said something too";
  const absl::Status read = database_->Read([&](storage::Reader& reader) -> absl::Status {
    storage::HistoryQuery query;
    query.name = said.name();
    BANSO_ASSIGN_OR_RETURN(const auto page, storage::ListHistory(reader, query));
    EXPECT_GE(page.items.size(), 2u);
    for (const type::v1::Change& change : page.items) {
      EXPECT_FALSE(absl::StrContains(change.resource().value(), "what was said"));
    }
    return absl::OkStatus();
  });
  EXPECT_THAT(read, banso::testing::IsOk());
}

TEST_F(VoiceTest, RefusesWhatDoesNotFit) {
  Sell("acme", "sato", 100, "scout");
  Sell("other", "sato", 100, "scout");
  struct Case {
    const char* voice;
    const char* field;
    int day = 24;
  };
  for (const Case& c :
       {Case{"kind: VOICE_KIND_CHURN", "voice.reason"},
        Case{"kind: VOICE_KIND_PRAISE reason: CHURN_REASON_PRICE", "voice.reason"},
        Case{"kind: VOICE_KIND_PRAISE", "voice.date", 26},
        Case{"kind: VOICE_KIND_PRAISE deal: 'accounts/other/deals/d1'", "voice.deal"},
        Case{"kind: VOICE_KIND_PRAISE stakeholder: 'accounts/acme/stakeholders/x'",
             "voice.stakeholder"}}) {
    const auto refused = Say("acme", c.voice, c.day);
    const auto violations = contract::FieldViolations(refused.status());
    ASSERT_EQ(violations.size(), 1u) << c.voice;
    EXPECT_EQ(violations[0].field, c.field);
  }
}

TEST_F(VoiceTest, SumsUpByMonthAndByFactsOfTheDealWithoutNamingWhoSold) {
  Proves("LX-31");
  AllowByPerson(false);
  Sell("a", "sato", 100, "scout");
  Sell("b", "ito", 250, "scout");
  Sell("c", "sato", 70, "screening");
  for (const char* id : {"a", "b", "c"}) Win(id);
  Churn("a", "BAD_FIT");
  BANSO_ASSERT_OK(Say("a",
                      "kind: VOICE_KIND_CHURN reason: CHURN_REASON_BAD_FIT faults { field: "
                      "'expected_users' handed_over: '50' found: '5' }"));
  BANSO_ASSERT_OK(Say("b", "kind: VOICE_KIND_PRAISE"));
  BANSO_ASSERT_OK(Say("c", "kind: VOICE_KIND_COMPLAINT"));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto by_product,
      Ask(&VoiceApi::SummarizeSales, absl::StrCat(kMarch, "dimension: SALES_DIMENSION_PRODUCT")));
  ASSERT_EQ(by_product.rows_size(), 2);
  const v1::SalesRow& scout = by_product.rows(0);
  EXPECT_EQ(scout.value(), "scout");
  EXPECT_EQ(scout.deals(), 2);
  EXPECT_EQ(Nth(scout.amounts(), 0).minor_units(), 350);
  EXPECT_EQ(scout.lost().n(), 2);
  EXPECT_EQ(scout.lost().count(), 1);
  EXPECT_EQ(Nth(scout.reasons(), 0).reason(), v1::CHURN_REASON_BAD_FIT);
  EXPECT_EQ(scout.praise(), 1);
  EXPECT_EQ(Nth(scout.faults(), 0).field(), "expected_users");
  EXPECT_EQ(by_product.rows(1).complaints(), 1);
  EXPECT_EQ(by_product.total().deals(), 3);
  for (const char* dimension :
       {"MONTH", "PRODUCT", "SEGMENT", "ACQUISITION_PATH", "INTAKE_VERDICT"}) {
    BANSO_ASSERT_OK_AND_ASSIGN(const auto report,
                               Ask(&VoiceApi::SummarizeSales,
                                   absl::StrCat(kMarch, "dimension: SALES_DIMENSION_", dimension)));
    EXPECT_EQ(report.rows_size() > 0, true) << dimension;
    EXPECT_FALSE(absl::StrContains(report.DebugString(), "members/")) << dimension;
  }
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto later, Ask(&VoiceApi::SummarizeSales,
                            "from { year: 2026 month: 4 } to { year: 2026 month: 5 } dimension: "
                            "SALES_DIMENSION_MONTH"));
  EXPECT_EQ(later.total().deals(), 0);

  // By person only where the policy in force says so, and every look is on record.
  const std::string by_person = absl::StrCat(kMarch, "purpose: 'training plan'");
  EXPECT_THAT(Ask(&VoiceApi::SummarizeSalesByPerson, by_person),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  BANSO_ASSERT_OK_AND_ASSIGN(auto accesses, Ask(&VoiceApi::ListSalesSummaryAccesses, ""));
  EXPECT_THAT(accesses.sales_summary_accesses(), IsEmpty());
  AllowByPerson(true);
  actor_ = "members/aoki";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto persons, Ask(&VoiceApi::SummarizeSalesByPerson, by_person));
  ASSERT_EQ(persons.rows_size(), 2);
  EXPECT_EQ(persons.rows(0).value(), "members/ito");
  EXPECT_EQ(persons.rows(1).value(), "members/sato");
  EXPECT_EQ(persons.rows(1).deals(), 2);
  BANSO_ASSERT_OK_AND_ASSIGN(accesses, Ask(&VoiceApi::ListSalesSummaryAccesses, ""));
  ASSERT_EQ(accesses.sales_summary_accesses_size(), 1);
  const v1::SalesSummaryAccess& access = accesses.sales_summary_accesses(0);
  EXPECT_EQ(access.actor(), "members/aoki");
  EXPECT_EQ(access.purpose(), "training plan");
  EXPECT_EQ(access.policy(), "acceptancePolicies/p@2");
  EXPECT_THAT(access.members(), ElementsAre("members/ito", "members/sato"));
}

TEST_F(VoiceTest, GoesWithItsDealWhenAccountsAreMerged) {
  for (const char* id : {"kept", "again"}) {
    Sell(id, "sato", 100, "scout");
    Win(id);
  }
  BANSO_ASSERT_OK(Say("again", "kind: VOICE_KIND_COMPLAINT"));
  BANSO_ASSERT_OK(
      Do(&AccountsApi::MergeAccounts, "name: 'accounts/kept' duplicate: 'accounts/again'"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto voices,
                             Ask(&VoiceApi::ListVoices, "parent: 'accounts/kept'"));
  ASSERT_EQ(voices.voices_size(), 1);
  EXPECT_EQ(voices.voices(0).deal(), "accounts/kept/deals/d1-2");
}

TEST_F(VoiceTest, RefusesMonthsTheWrongWayRound) {
  EXPECT_THAT(Ask(&VoiceApi::SummarizeSales,
                  "from { year: 2026 month: 3 } to { year: 2026 month: 2 } dimension: "
                  "SALES_DIMENSION_MONTH"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Ask(&VoiceApi::SummarizeSales,
                  "from { year: 2016 month: 3 } to { year: 2026 month: 3 } dimension: "
                  "SALES_DIMENSION_MONTH"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(VoiceTest, TracesEachLostCustomerOfTheMonthToWhatWasHandedOverAndWhatOfItWasWrong) {
  Proves("LX-28");
  Sell("gone", "sato", 100, "scout", "Fifty users from the first day");
  Sell("stays", "sato", 100, "scout");
  Sell("earlier", "sato", 100, "scout");
  for (const char* id : {"gone", "stays", "earlier"}) Win(id);
  Churn("gone", "LOW_USE");
  BANSO_ASSERT_OK(
      Do(&AccountsApi::ChurnAccount,
         "name: 'accounts/earlier' reason: CHURN_REASON_PRICE date { year: 2026 month: 2 day: 28 "
         "}"));
  BANSO_ASSERT_OK(
      Say("gone",
          "kind: VOICE_KIND_CHURN reason: CHURN_REASON_LOW_USE faults { field: 'expected_users' "
          "handed_over: 'fifty from the first day' found: 'five' } faults { field: "
          "'desired_outcome' found: 'nobody at the customer knew it' }"));
  BANSO_ASSERT_OK(Say("stays", "kind: VOICE_KIND_COMPLAINT"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SalesReview review,
                             Ask(&VoiceApi::GetSalesReview, "month { year: 2026 month: 3 }"));
  ASSERT_EQ(review.lost_size(), 1);
  const v1::LostCustomer& lost = review.lost(0);
  EXPECT_EQ(lost.account(), "accounts/gone");
  EXPECT_EQ(lost.churn().reason(), v1::CHURN_REASON_LOW_USE);
  EXPECT_EQ(lost.deal().sales_notes(), "Fifty users from the first day");
  EXPECT_EQ(lost.deal().sales_owner(), "");
  ASSERT_EQ(lost.faults_size(), 2);
  EXPECT_EQ(lost.faults(0).field(), "expected_users");
  EXPECT_EQ(lost.faults(0).handed_over(), "fifty from the first day");
  EXPECT_EQ(lost.faults(0).found(), "five");
  EXPECT_EQ(lost.faults(1).handed_over(), "");
  EXPECT_THAT(lost.words(), ElementsAre("what was said"));
  EXPECT_EQ(review.complaints_size(), 1);
  EXPECT_EQ(review.praise_size(), 0);
}

}  // namespace
}  // namespace banso::accounts
