#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/nth.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/import_api.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::Nth;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using v1::ImportResourcesRequest;
using v1::ImportResourcesResponse;

class ImportResourcesTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount,
                       "account_id: 'acme' account { display_name: 'Acme' "
                       "external_ids { system: 'crm' id: '001-A' } }"));
  }

  absl::StatusOr<ImportResourcesResponse> ImportRows(const std::vector<std::string>& messages) {
    std::vector<ImportResourcesRequest> stream;
    for (const std::string& text : messages) {
      stream.push_back(ParseProto<ImportResourcesRequest>(text));
    }
    VectorSource<ImportResourcesRequest> source(std::move(stream));
    ImportApi api(*database_, store_, ids_, policy_, calendars_, access_);
    return api.ImportResources(NewCall("ImportResources"), source);
  }
  static std::string Row(const std::string& id, const std::string& resource,
                         const std::string& account = "001-A") {
    return absl::StrCat("resources { ", account.empty() ? "" : "account: '", account,
                        account.empty() ? "" : "' ", "id: '", id, "' ", resource, " } ");
  }
  static std::string Start(int year) {
    return absl::StrCat("start_date { year: ", year, " month: 4 day: 1 } ");
  }
  // One of each kind, each referring to those before it.
  static std::string OneOfEach() {
    return absl::StrCat(
        "external_system: 'crm' ", Row("E-7", "member { display_name: 'Hayashi' }", ""),
        Row("Osaka", "site { display_name: 'Osaka' }"),
        Row("P 1",
            "stakeholder { display_name: 'Nishida' site: 'accounts/-/sites/osaka' roles: "
            "STAKEHOLDER_ROLE_LEAD }"),
        Row("D1", "deal { sales_owner: 'members/e-7' amount { minor_units: 5 currency: 'JPY' } }"),
        Row("K1", "contract { " + Start(2026) + " plan: 'pro' deal: 'accounts/-/deals/d1' }"),
        Row("T1",
            "interaction { channel: INTERACTION_CHANNEL_PHONE start_time { seconds: 1770000000 } "
            "members: 'members/e-7' stakeholders: 'accounts/-/stakeholders/p-1' notes: "
            "'accounts/-/ stays in a text' }"));
  }

  AccessCheck access_ = server::CheckRole;
};

TEST_F(ImportResourcesTest, CreatesThenLeavesAloneThenUpdates) {
  BANSO_ASSERT_OK_AND_ASSIGN(const auto first, ImportRows({OneOfEach()}));
  EXPECT_THAT(first, EqualsProto("received: 6 created: 6"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto contract,
                             Do(&RelationsApi::GetContract, "name: 'accounts/acme/contracts/k1'"));
  EXPECT_EQ(contract.deal(), "accounts/acme/deals/d1");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto interaction, Do(&RelationsApi::GetInteraction,
                                                        "name: 'accounts/acme/interactions/t1'"));
  EXPECT_THAT(interaction.stakeholders(), ElementsAre("accounts/acme/stakeholders/p-1"));
  EXPECT_EQ(interaction.notes(), "accounts/-/ stays in a text");
  // What follows from the rows is there, as by the RPC of one.
  BANSO_ASSERT_OK_AND_ASSIGN(const auto summary,
                             Do(&PeopleApi::GetAccountSummary, "name: 'accounts/acme/summary'"));
  EXPECT_GT(summary.ByteSizeLong(), 0u);

  const int64_t before = database_->position();
  BANSO_ASSERT_OK_AND_ASSIGN(const auto again, ImportRows({OneOfEach()}));
  EXPECT_THAT(again, EqualsProto("received: 6 unchanged: 6"));
  EXPECT_EQ(database_->position(), before) << "an unchanged row is no change";

  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto changed,
      ImportRows({"external_system: 'crm' " + Row("K1", "contract { plan: 'max' }") +
                  Row("Osaka", "site { place: 'Kita' }", "accounts/acme")}));
  EXPECT_THAT(changed, EqualsProto("received: 2 updated: 2"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto site,
                             Do(&RelationsApi::GetSite, "name: 'accounts/acme/sites/osaka'"));
  EXPECT_EQ(site.display_name(), "Osaka");
  EXPECT_EQ(site.place(), "Kita");
}

TEST_F(ImportResourcesTest, TellsEveryBadRowAndStoresTheOthers) {
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto response,
      ImportRows({"external_system: 'crm' " + Row("K1", "contract { " + Start(2026) + " }") +
                      Row("K2", "contract { plan: 'pro' }") +
                      Row("K3", "contract { " + Start(2026) + " }", "nobody"),
                  Row("K1", "contract { " + Start(2027) + " }") +
                      Row("T1",
                          "interaction { channel: INTERACTION_CHANNEL_PHONE start_time { "
                          "seconds: 1770000000 } members: 'members/none' }") +
                      Row("...", "site { display_name: 'X' }") + "resources { id: 'x' } " +
                      Row("M1", "member { display_name: 'M' }")}));
  EXPECT_EQ(response.received(), 8);
  EXPECT_EQ(response.created(), 1);
  EXPECT_EQ(response.rejected(), 7);
  std::vector<std::string> places;
  for (const auto& error : response.errors()) {
    places.push_back(absl::StrCat(error.index(), " ", error.field(), " ", error.reason()));
  }
  EXPECT_THAT(places, ElementsAre("1 contract.start_date REQUIRED", "2 account NOT_ACCEPTED",
                                  "3 id NOT_ACCEPTED", "4 interaction.members[0] UNKNOWN_MEMBER",
                                  "5 id NOT_ACCEPTED", "6 resource NOT_ACCEPTED",
                                  "7 account NOT_ACCEPTED"));
  EXPECT_THAT(Nth(response.errors(), 1).message(), HasSubstr("nobody"));
  EXPECT_EQ(Nth(response.errors(), 1).external_id(), "K3");
}

TEST_F(ImportResourcesTest, OnlySaysWhatWouldBeWhenAsked) {
  const int64_t before = database_->position();
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response,
                             ImportRows({OneOfEach() + "validate_only: true"}));
  EXPECT_THAT(response, EqualsProto("received: 6 created: 6"));
  EXPECT_EQ(database_->position(), before);
  EXPECT_THAT(Do(&RelationsApi::GetSite, "name: 'accounts/acme/sites/osaka'"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ImportResourcesTest, AClosedDealIsAsItIs) {
  const std::string deal = "external_system: 'crm' " +
                           Row("D1", "deal { display_name: 'D' sales_owner: 'members/sato' }");
  BANSO_ASSERT_OK(ImportRows({deal}));
  BANSO_ASSERT_OK(Do(&DealsApi::LoseDeal, "name: 'accounts/acme/deals/d1' reason: 'price'"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto same, ImportRows({deal}));
  EXPECT_THAT(same, EqualsProto("received: 1 unchanged: 1"));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto other,
      ImportRows({"external_system: 'crm' " + Row("D1", "deal { display_name: 'Other' }")}));
  EXPECT_EQ(other.rejected(), 1);
}

TEST_F(ImportResourcesTest, RolesAreGivenOnlyByWhoMayGiveThem) {
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto response,
      ImportRows({Row("M1", "member { display_name: 'M' roles: MEMBER_ROLE_MANAGER }", "") +
                  Row("M2", "member { display_name: 'N' }", "")}));
  EXPECT_EQ(response.created(), 1);
  ASSERT_THAT(response.errors(), SizeIs(1));
  EXPECT_EQ(response.errors(0).external_id(), "M1");
  EXPECT_EQ(response.errors(0).reason(), "ROLE_REQUIRED");
}

TEST_F(ImportResourcesTest, EveryRowAsksWhatItsCallAsks) {
  std::vector<std::string> asked;
  access_ = [&](const google::protobuf::MethodDescriptor& method, const Call& call,
                const server::RoleSource&) {
    EXPECT_EQ(call.actor, "members/sato");
    asked.push_back(method.full_name());
    return absl::OkStatus();
  };
  const auto calls = [](const std::string& verb) {
    const std::string package = "banso.accounts.v1.";
    return std::vector<std::string>{
        package + "TeamService." + verb + "Member",
        package + "RelationsService." + verb + "Site",
        package + "PeopleService." + verb + "Stakeholder",
        package + "DealsService." + verb + "Deal",
        package + "RelationsService." + verb + "Contract",
        package + "RelationsService." + verb + "Interaction",
    };
  };
  BANSO_ASSERT_OK(ImportRows({OneOfEach()}));
  EXPECT_EQ(asked, calls("Create"));
  asked.clear();
  BANSO_ASSERT_OK_AND_ASSIGN(const auto unchanged, ImportRows({OneOfEach()}));
  EXPECT_EQ(unchanged.unchanged(), 6);
  EXPECT_THAT(asked, ::testing::IsEmpty()) << "nothing is called";
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto changed,
      ImportRows({absl::StrCat(
          "external_system: 'crm' ", Row("E-7", "member { department: 'cs' }", ""),
          Row("Osaka", "site { place: 'Kita' }"), Row("P 1", "stakeholder { title: 'Head' }"),
          Row("D1", "deal { display_name: 'Two forms' }"), Row("K1", "contract { plan: 'max' }"),
          Row("T1", "interaction { notes: 'They called back' }"))}));
  EXPECT_EQ(changed.updated(), 6) << changed.DebugString();
  EXPECT_EQ(asked, calls("Update"));
}

TEST_F(ImportResourcesTest, ARowThatTheImporterMayNotStoreAloneIsRefusedBesideTheOthers) {
  // As if CreateContract and UpdateSite took the role MANAGER.
  access_ = [](const google::protobuf::MethodDescriptor& method, const Call& call,
               const server::RoleSource& roles) -> absl::Status {
    if (method.name() != "CreateContract" && method.name() != "UpdateSite") {
      return absl::OkStatus();
    }
    BANSO_ASSIGN_OR_RETURN(const auto held, roles(call));
    if (held.has_value() && std::find(held->begin(), held->end(), "MANAGER") != held->end()) {
      return absl::OkStatus();
    }
    return contract::PermissionDenied("ROLE_REQUIRED", method.name() + " takes the role MANAGER");
  };
  const std::string site = Row("Osaka", "site { display_name: 'Osaka' }");
  const std::string rows = "external_system: 'crm' " + site +
                           Row("K1", "contract { " + Start(2026) + " }") +
                           Row("D1", "deal { display_name: 'Two forms' }");
  const int64_t before = database_->position();
  BANSO_ASSERT_OK_AND_ASSIGN(const auto refused, ImportRows({rows}));
  EXPECT_GT(database_->position(), before);
  EXPECT_EQ(refused.created(), 2);
  EXPECT_EQ(refused.rejected(), 1);
  ASSERT_THAT(refused.errors(), SizeIs(1));
  EXPECT_EQ(refused.errors(0).index(), 1);
  EXPECT_EQ(refused.errors(0).external_id(), "K1");
  EXPECT_EQ(refused.errors(0).reason(), "ROLE_REQUIRED");
  EXPECT_THAT(refused.errors(0).message(), HasSubstr("CreateContract takes the role MANAGER"));
  EXPECT_THAT(Do(&RelationsApi::GetContract, "name: 'accounts/acme/contracts/k1'"),
              StatusIs(absl::StatusCode::kNotFound));
  // A row that changes nothing asks for nothing.
  const std::string crm = "external_system: 'crm' ";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto unchanged, ImportRows({crm + site}));
  EXPECT_EQ(unchanged.unchanged(), 1);
  const std::string moved = Row("Osaka", "site { place: 'Kita' }");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto kept, ImportRows({crm + moved}));
  ASSERT_THAT(kept.errors(), SizeIs(1));
  EXPECT_EQ(kept.errors(0).reason(), "ROLE_REQUIRED");

  actor_ = "members/operator";
  BANSO_ASSERT_OK(
      Do(&TeamApi::UpdateMember, "member { name: 'members/sato' roles: MEMBER_ROLE_MANAGER }"));
  actor_ = "members/sato";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto stored, ImportRows({rows}));
  EXPECT_THAT(stored, EqualsProto("received: 3 created: 1 unchanged: 2"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto updated, ImportRows({crm + moved}));
  EXPECT_THAT(updated, EqualsProto("received: 1 updated: 1"));
}

TEST_F(ImportResourcesTest, RefusesAMessageThatIsNotOfTheStream) {
  EXPECT_THAT(ImportRows({"external_system: 'crm'", "external_system: 'erp'"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("crm")));
  EXPECT_THAT(ImportRows({"external_system: 'Not a key'"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  std::string many;
  for (int i = 0; i <= 1000; ++i) {
    many += Row(absl::StrCat("s", i), "site { display_name: 'S' }", "accounts/acme");
  }
  EXPECT_THAT(ImportRows({many}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 1,000 rows")));
}

}  // namespace
}  // namespace banso::accounts
