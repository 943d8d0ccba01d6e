#include "tests/conformance/mutants.h"

#include <algorithm>
#include <string>
#include <vector>

#include "banso/accounts/v1/deals_service.pb.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::conformance {
namespace {

using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

std::vector<std::string> What(const std::vector<Mutant>& mutants) {
  std::vector<std::string> what;
  for (const Mutant& mutant : mutants) what.push_back(mutant.what);
  return what;
}

accounts::v1::CreateDealRequest Deal() {
  accounts::v1::CreateDealRequest request;
  request.set_parent("accounts/acme");
  request.mutable_deal()->set_display_name("Three positions");
  request.mutable_deal()->mutable_amount()->set_currency("JPY");
  return request;
}

TEST(MutantsTest, LeaveOutEachRequiredFieldThatIsThere) {
  EXPECT_THAT(What(WithoutRequired(Deal())),
              IsSupersetOf({"without parent", "without deal", "without deal.amount.currency"}));
}

TEST(MutantsTest, MissWhatMessagesRequireThatAreNotThere) {
  accounts::v1::CreateMemberRequest request;
  EXPECT_THAT(What(WithoutRequired(request)),
              IsSupersetOf({"without member.display_name in an empty message",
                            "without member.leaves[0].start_date in an empty message"}));
}

TEST(MutantsTest, NameWhatIsNotThereInMasksAlsoInsideMessages) {
  accounts::v1::UpdateDealRequest request;
  EXPECT_THAT(What(WithBadMasks(request)),
              IsSupersetOf({"update_mask names no_such_field", "update_mask names create_time",
                            "update_mask names display_name.inside",
                            "update_mask names amount.no_such_field",
                            "update_mask names amount.currency.inside"}));
}

TEST(MutantsTest, RequireOnlyTheNameInAPartialUpdate) {
  accounts::v1::UpdateDealRequest request;
  request.mutable_deal()->set_name("accounts/acme/deals/d1");
  request.mutable_deal()->set_display_name("Three positions");
  EXPECT_THAT(What(WithoutRequired(request)),
              UnorderedElementsAre("without deal", "without deal.name"));
}

TEST(MutantsTest, BreakFieldsThatTheExampleLeavesOut) {
  EXPECT_THAT(What(WithBadValues(Deal())),
              IsSupersetOf({"deal.win_probability = 2", "deal.win_probability = -1",
                            "deal.close_date = 30 February", "deal.close_date.month = 13",
                            "deal.amount.currency = \"yen\"", "parent = \"unknowns/x\""}));
}

TEST(MutantsTest, LeaveTheExampleAsItIs) {
  const accounts::v1::CreateDealRequest deal = Deal();
  WithoutRequired(deal);
  WithBadValues(deal);
  EXPECT_EQ(deal.SerializeAsString(), Deal().SerializeAsString());
}

TEST(MutantsTest, MarkTheValuesOfSensitiveFields) {
  accounts::v1::CreateStakeholderRequest request;
  request.mutable_stakeholder()->set_email("suzuki@acme.example");
  const std::vector<Mutant> mutants = WithBadValues(request);
  const auto mail = std::find_if(mutants.begin(), mutants.end(), [](const Mutant& mutant) {
    return mutant.field == "stakeholder.email";
  });
  ASSERT_NE(mail, mutants.end());
  EXPECT_EQ(mail->shown, "");
  EXPECT_NE(mail->secret, "");
}

}  // namespace
}  // namespace banso::conformance
