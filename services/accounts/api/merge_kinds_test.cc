#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "banso/type/v1/rules.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/storage/resource_fields.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/intake_api.h"
#include "services/accounts/api/voice_api.h"
#include "services/accounts/domain/classification/policy_text.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSummaryKind[] = "banso.accounts.v1.AccountSummary";
constexpr char kEnthusiasm[] = "account.stakeholder.enthusiasm";

// The resources of each kind that belong to an account, with when they were created.
using Belongings = std::map<std::string, std::map<std::string, absl::Time>>;

const google::protobuf::Descriptor& TypeOf(const std::string& kind) {
  return *google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(kind);
}

bool BelongsToAnAccount(const std::string& kind) {
  const auto& resource = TypeOf(kind).options().GetExtension(type::v1::resource);
  return absl::StartsWith(resource.pattern(), "accounts/{account}/");
}

absl::Time CreateTimeOf(const type::v1::Change& change, const std::string& kind) {
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&TypeOf(kind))->New());
  EXPECT_TRUE(change.resource().UnpackTo(message.get()));
  return storage::CreateTimeOf(*message).value_or(absl::InfinitePast());
}

// What becomes, in a merge, of everything that may belong to an account.
class MergeKindsTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    CreateMember("boss", "onboarding");
    const std::string actor = std::exchange(actor_, "members/operator");
    BANSO_ASSERT_OK(Do(&TeamApi::UpdateMember,
                       "member { name: 'members/boss' roles: MEMBER_ROLE_MANAGER } "
                       "update_mask { paths: 'roles' }"));
    actor_ = actor;
    UsePolicy();
    CreateWonAccount("a");
    CreateWonAccount("b");
  }

  // Two classes on two axes each.
  void UsePolicy() {
    const std::string never = Compare("account.employees", "GE", "number: 1000");
    BANSO_ASSERT_OK(Do(&ClassificationApi::SaveClassificationPolicy,
                       absl::StrCat("classification_policy { name: 'classificationPolicies/p' ",
                                    Rule("segments", "big", never), Rule("segments", "small", ""),
                                    Rule("touches", "high", never), Rule("touches", "tech", ""),
                                    "} reason: 'as agreed'")));
    BANSO_ASSERT_OK(
        Do(&ClassificationApi::ActivateClassificationPolicy, "name: 'classificationPolicies/p@1'"));
  }

  template <class Api, class Response, class Request>
  void Give(absl::StatusOr<Response> (Api::*handler)(const Call&, const Request&),
            const std::string& rest) {
    BANSO_ASSERT_OK(Do(handler, absl::StrCat("parent: 'accounts/b' ", rest)));
  }

  absl::StatusOr<v1::IntakeReview> Ask(const std::string& id) {
    IntakeApi intake(*database_, store_, ids_);
    return DoOn(intake, &IntakeApi::CreateIntakeReview,
                absl::StrCat("parent: 'accounts/b' intake_review_id: '", id,
                             "' intake_review { deal: 'accounts/b/deals/open' question: '?' }"));
  }
  void Answer(const std::string& id, const std::string& verdict) {
    IntakeApi intake(*database_, store_, ids_);
    const std::string asking = std::exchange(actor_, "members/aoki");
    BANSO_ASSERT_OK(DoOn(intake, &IntakeApi::DecideIntakeReview,
                         absl::StrCat("name: 'accounts/b/intakeReviews/", id,
                                      "' reason: 'so' verdict: INTAKE_VERDICT_", verdict)));
    actor_ = asking;
  }

  void Override(const std::string& account, const std::string& axis, const std::string& value) {
    BANSO_ASSERT_OK(
        Do(&ClassificationApi::CreateClassificationOverride,
           absl::StrCat("parent: 'accounts/", account, "' classification_override_id: '", axis,
                        "' classification_override { axis: '", axis, "' value: '", value,
                        "' reason: 'special' until { year: 2026 month: 12 day: 31 } }")));
  }

  v1::ClassificationOverride GetOverride(const std::string& name) {
    const auto found =
        Do(&ClassificationApi::GetClassificationOverride, absl::StrCat("name: '", name, "'"));
    EXPECT_THAT(found, IsOk());
    return found.value_or(v1::ClassificationOverride());
  }

  // One resource at least of every kind that there is.
  void GiveOneOfEveryKind() {
    Give(&DealsApi::CreateDeal, "deal_id: 'open' deal { sales_owner: 'members/sato' }");
    Give(&RelationsApi::CreateSite, "site_id: 's' site { display_name: 'S' }");
    for (const char* person : {"suzuki", "tanaka"}) {
      Give(&PeopleApi::CreateStakeholder,
           absl::StrCat("stakeholder_id: '", person, "' stakeholder { display_name: '", person,
                        "' roles: STAKEHOLDER_ROLE_PROJECT_OWNER }"));
    }
    Give(&PeopleApi::ReplaceStakeholder,
         "role: STAKEHOLDER_ROLE_PROJECT_OWNER before: 'accounts/b/stakeholders/suzuki' "
         "after: 'accounts/b/stakeholders/tanaka' reason: 'moved'");
    Give(&RelationsApi::CreateContract,
         "contract_id: 'c' contract { start_date { year: 2026 month: 3 day: 1 } "
         "monthly_amount { minor_units: 300000 currency: 'JPY' } }");
    Give(&RelationsApi::CreateInteraction,
         absl::StrCat("interaction_id: 'i' interaction { channel: INTERACTION_CHANNEL_VIDEO "
                      "members: 'members/aoki' start_time { seconds: ",
                      absl::ToUnixSeconds(now_), " } }"));
    Give(&RelationsApi::CreateUpsellCondition,
         "upsell_condition_id: 'u' upsell_condition { statement: 'Three sites live' }");
    VoiceApi voices(*database_, store_, ids_);
    BANSO_ASSERT_OK(DoOn(voices, &VoiceApi::CreateVoice,
                         "parent: 'accounts/b' voice_id: 'v' voice { kind: VOICE_KIND_PRAISE "
                         "text: 'good' date { year: 2026 month: 3 day: 24 } }"));
    BANSO_ASSERT_OK(Ask("r"));
    Override("b", "segment", "big");
    StartOnboarding("b", "o");
    BANSO_ASSERT_OK(Advance("accounts/b/onboardings/o", "state: ONBOARDING_STATE_CANCELLED"));
  }

  Belongings Of(const std::string& account) {
    Belongings result;
    const std::string prefix = absl::StrCat("accounts/", account, "/");
    const absl::Status status = database_->Read([&](storage::Reader& reader) -> absl::Status {
      for (const storage::SnapshotSource* source : store_.sources()) {
        if (!BelongsToAnAccount(source->kind())) continue;
        auto& of_kind = result[source->kind()];
        BANSO_RETURN_IF_ERROR(source->ReadSnapshot(
            reader, "", 1000,
            [&](absl::string_view key, int64_t /*position*/, const type::v1::Change& change) {
              if (absl::StartsWith(key, prefix)) {
                of_kind.emplace(key, CreateTimeOf(change, source->kind()));
              }
              return absl::OkStatus();
            }));
      }
      return absl::OkStatus();
    });
    EXPECT_THAT(status, IsOk());
    return result;
  }

  v1::MergeAccountsResponse Merge() {
    now_ += absl::Hours(1);
    auto merged = Do(&AccountsApi::MergeAccounts, "name: 'accounts/a' duplicate: 'accounts/b'");
    EXPECT_THAT(merged, IsOk());
    return merged.value_or(v1::MergeAccountsResponse());
  }
};

TEST_F(MergeKindsTest, NothingOfTheDuplicateIsForgottenWhateverItsKind) {
  GiveOneOfEveryKind();
  const Belongings before = Of("b");
  for (const auto& [kind, resources] : before) {
    EXPECT_THAT(resources, Not(IsEmpty()))
        << "give the duplicate a " << kind << ", after thinking of what a merge does to it";
  }
  const v1::MergeAccountsResponse response = Merge();
  const Belongings of_duplicate = Of("b");
  const Belongings of_kept = Of("a");
  std::map<std::string, v1::MovedResource> moved;
  for (const v1::MovedResource& one : response.moved()) moved[one.before()] = one;
  for (const auto& [kind, resources] : before) {
    for (const auto& [name, create_time] : resources) {
      const bool is_left = of_duplicate.at(kind).contains(name);
      const bool is_kept = std::count(response.kept().begin(), response.kept().end(), name) > 0;
      const auto found = moved.find(name);
      if (found == moved.end()) {
        // What follows from the others is made anew.
        EXPECT_TRUE(kind == kSummaryKind ? !is_left : is_kept && is_left) << name;
        continue;
      }
      EXPECT_FALSE(is_kept) << name;
      EXPECT_EQ(is_left, found->second.copied()) << name;
      const auto now = of_kept.at(kind).find(found->second.after());
      ASSERT_NE(now, of_kept.at(kind).end()) << found->second.after();
      EXPECT_EQ(now->second, create_time) << found->second.after();
    }
  }
  EXPECT_EQ(FactNow("accounts/b", "account.contract.monthly_amount"), "");
  EXPECT_EQ(FactNow("accounts/a", "account.contract.monthly_amount"), "300000");
}

TEST_F(MergeKindsTest, AnOverrideGoesOnUnlessTheKeptAccountHasOneOfItsAxis) {
  Override("a", "touch", "tech");
  Override("b", "touch", "high");
  Override("b", "segment", "big");
  const v1::Account account = Merge().account();
  EXPECT_EQ(account.classification().segment(), "big");
  EXPECT_EQ(account.classification().touch(), "tech");
  std::vector<std::string> carried;
  for (const v1::AppliedOverride& applied : account.classification().overrides()) {
    carried.push_back(applied.classification_override());
  }
  EXPECT_THAT(carried, ElementsAre("accounts/a/classificationOverrides/segment",
                                   "accounts/a/classificationOverrides/touch"));
  EXPECT_THAT(GetAccount("b").classification().overrides(), IsEmpty());
  const auto replaced = GetOverride("accounts/a/classificationOverrides/touch-2");
  EXPECT_EQ(replaced.state(), v1::OVERRIDE_STATE_REPLACED);
  EXPECT_EQ(replaced.ended_by(), "members/sato");
  EXPECT_EQ(replaced.end_reason(), "merged into accounts/a");
  // It ends by itself on its day, as it would have.
  now_ = absl::FromCivil(absl::CivilDay(2027, 1, 1), absl::FixedTimeZone(9 * 60 * 60));
  BANSO_ASSERT_OK(Service<ClassificationApi>().ExpireOverrides(NewCall("sweep")));
  EXPECT_EQ(GetOverride("accounts/a/classificationOverrides/segment").state(),
            v1::OVERRIDE_STATE_EXPIRED);
  EXPECT_EQ(GetAccount("a").classification().segment(), "small");
}

TEST_F(MergeKindsTest, WaiversAreTakenOver) {
  const auto waive = [&](const std::string& account, const std::string& member,
                         const std::string& reason) {
    const std::string actor = std::exchange(actor_, "members/boss");
    BANSO_ASSERT_OK(
        Do(&TeamApi::WaiveCertification, absl::StrCat("name: 'accounts/", account, "' member: '",
                                                      member, "' reason: '", reason, "'")));
    actor_ = actor;
  };
  waive("a", "members/aoki", "of a");
  waive("b", "members/aoki", "of b");
  waive("b", "members/ito", "speaks Thai");
  const v1::Account account = Merge().account();
  ASSERT_THAT(account.certification_waivers(), SizeIs(2));
  EXPECT_EQ(account.certification_waivers(0).reason(), "of a");
  EXPECT_EQ(account.certification_waivers(1).member(), "members/ito");
  EXPECT_EQ(account.certification_waivers(1).waived_by(), "members/boss");
}

TEST_F(MergeKindsTest, TheReviewThatWasAskedLastStillDecides) {
  Give(&DealsApi::CreateDeal, "deal_id: 'open' deal { sales_owner: 'members/sato' }");
  // The later one comes first by name.
  BANSO_ASSERT_OK(Ask("zz"));
  Answer("zz", "DECLINE");
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK(Ask("aa"));
  Answer("aa", "ACCEPT");
  Merge();
  BANSO_EXPECT_OK(
      Do(&DealsApi::WinDeal,
         "name: 'accounts/a/deals/open' contract_start { year: 2026 month: 4 day: 1 }"));
}

TEST_F(MergeKindsTest, WhatIsKnownOfAPersonIsKnownUnderTheNewName) {
  Give(&PeopleApi::CreateStakeholder,
       "stakeholder_id: 'suzuki' stakeholder { display_name: 'suzuki' }");
  for (const int level : {2, 4}) {
    BANSO_ASSERT_OK(Do(&PeopleApi::RecordEnthusiasm,
                       absl::StrCat("name: 'accounts/b/stakeholders/suzuki' level: ", level)));
    now_ += absl::Hours(24);
  }
  const auto told = FactChangesOf("accounts/b/stakeholders/suzuki", kEnthusiasm);
  ASSERT_THAT(told, SizeIs(2));
  Merge();
  EXPECT_EQ(FactNow("accounts/b/stakeholders/suzuki", kEnthusiasm), "");
  const auto now = FactChangesOf("accounts/a/stakeholders/suzuki", kEnthusiasm);
  ASSERT_THAT(now, SizeIs(2));
  for (size_t i = 0; i < now.size(); ++i) {
    EXPECT_EQ(now[i].value().number(), told[i].value().number());
    EXPECT_EQ(now[i].source(), told[i].source());
    EXPECT_EQ(calendar::ToTime(now[i].occurred_time()), calendar::ToTime(told[i].occurred_time()));
    EXPECT_EQ(calendar::ToTime(now[i].recorded_time()), calendar::ToTime(told[i].recorded_time()));
  }
}

TEST_F(MergeKindsTest, AnImportOfTheDuplicatesIdReachesTheKeptAccountAndOverwritesNothing) {
  const auto import = [&](const std::string& rows) {
    const auto counts = Import({banso::testing::ParseProto<v1::ImportAccountsRequest>(
        absl::StrCat("external_system: 'crm' ", rows))});
    EXPECT_THAT(counts, IsOk());
    return counts.value_or(v1::ImportAccountsResponse());
  };
  const char* own = "accounts { display_name: 'One' external_ids { system: 'crm' id: '1' } } ";
  const char* second = "accounts { display_name: 'Two' external_ids { system: 'crm' id: '2' } } ";
  import(absl::StrCat(own, second));
  BANSO_ASSERT_OK(Do(&AccountsApi::MergeAccounts, "name: 'accounts/1' duplicate: 'accounts/2'"));
  const std::string again = absl::StrCat(
      own, "accounts { display_name: 'Two' industry: 'tax' external_ids { system: 'crm' id: '2' }",
      " external_ids { system: 'tenant' id: 't' } } ");
  EXPECT_EQ(import(again).updated(), 1);
  const v1::Account account = GetAccount("1");
  EXPECT_EQ(account.display_name(), "One");
  EXPECT_EQ(account.industry(), "tax");
  ASSERT_THAT(account.external_ids(), SizeIs(2));
  EXPECT_EQ(account.external_ids(0).id(), "1");
  EXPECT_EQ(account.external_ids(1).id(), "t");
  EXPECT_EQ(import(again).unchanged(), 2);
  // Also after the account that was kept is merged away itself.
  BANSO_ASSERT_OK(Do(&AccountsApi::MergeAccounts, "name: 'accounts/a' duplicate: 'accounts/1'"));
  EXPECT_EQ(import(again).rejected(), 0);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto found, Do(&AccountsApi::ListAccounts, "external_id { system: 'crm' id: '2' }"));
  ASSERT_THAT(found.accounts(), SizeIs(1));
  EXPECT_EQ(found.accounts(0).name(), "accounts/a");
  // The id may take the place of the one that the account has, but belongs to nobody else.
  BANSO_EXPECT_OK(Do(&AccountsApi::UpdateAccount,
                     "account { name: 'accounts/a' external_ids { system: 'crm' id: '2' } "
                     "external_ids { system: 'tenant' id: 't' } }"));
  EXPECT_THAT(Do(&AccountsApi::CreateAccount,
                 "account { display_name: 'x' external_ids { system: 'crm' id: '2' } }"),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace banso::accounts
