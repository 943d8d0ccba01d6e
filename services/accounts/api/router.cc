#include "services/accounts/api/router.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/server/changes_service.h"
#include "common/server/facts_service.h"
#include "common/status_macros.h"
#include "services/accounts/domain/fact_types.h"

namespace banso::accounts {
namespace {

// The fact types of the service with those of the attributes that accounts have, made anew only
// when they have changed.
class FactTypesReader {
 public:
  explicit FactTypesReader(const Store& store) : store_(store) {}

  absl::StatusOr<server::FactTypes> Read(storage::Reader& reader) {
    BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactType> attributes,
                           store_.attributes.Types(reader));
    BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactType> axes,
                           store_.classification.AxisTypes(reader));
    attributes.insert(attributes.end(), axes.begin(), axes.end());
    const std::lock_guard lock(mutex_);
    if (types_ == nullptr || !SameTypes(attributes, attributes_)) {
      auto types = std::make_shared<std::vector<fact::v1::FactType>>(FactTypes());
      for (fact::v1::FactType& type : RelationFactTypes()) types->push_back(std::move(type));
      types->insert(types->end(), attributes.begin(), attributes.end());
      std::sort(types->begin(), types->end(),
                [](const auto& a, const auto& b) { return a.name() < b.name(); });
      types_ = std::move(types);
      attributes_ = std::move(attributes);
    }
    return types_;
  }

 private:
  static bool SameTypes(const std::vector<fact::v1::FactType>& a,
                        const std::vector<fact::v1::FactType>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
      return x.SerializeAsString() == y.SerializeAsString();
    });
  }

  const Store& store_;
  std::mutex mutex_;
  std::vector<fact::v1::FactType> attributes_;  // Guarded by mutex_.
  server::FactTypes types_;                     // Guarded by mutex_.
};

}  // namespace

server::Router AccountsRouter(AccountsApi& api, storage::Database& database, const Store& store) {
  server::Router router("banso.accounts.v1.AccountsService");
  router.Unary("CreateAccount", &AccountsApi::CreateAccount, &api);
  router.Unary("GetAccount", &AccountsApi::GetAccount, &api);
  router.Unary("ListAccounts", &AccountsApi::ListAccounts, &api);
  router.Unary("UpdateAccount", &AccountsApi::UpdateAccount, &api);
  router.Unary("ArchiveAccount", &AccountsApi::ArchiveAccount, &api);
  router.Unary("RestoreAccount", &AccountsApi::RestoreAccount, &api);
  router.Unary("ChurnAccount", &AccountsApi::ChurnAccount, &api);
  router.Unary("ReopenAccount", &AccountsApi::ReopenAccount, &api);
  router.Unary("ListStageHistory", &AccountsApi::ListStageHistory, &api);
  router.Unary("MergeAccounts", &AccountsApi::MergeAccounts, &api);
  router.Unary("ReassignAccounts", &AccountsApi::ReassignAccounts, &api);
  router.ClientStream<v1::ImportAccountsRequest, v1::ImportAccountsResponse>(
      "ImportAccounts",
      [&api](const Call& call, server::Source<v1::ImportAccountsRequest>& source) {
        return api.ImportAccounts(call, source);
      });
  server::AddWatchChanges(router, database, store.sources());
  return router;
}

server::Router DealsRouter(DealsApi& api) {
  server::Router router("banso.accounts.v1.DealsService");
  router.Unary("CreateDeal", &DealsApi::CreateDeal, &api);
  router.Unary("GetDeal", &DealsApi::GetDeal, &api);
  router.Unary("ListDeals", &DealsApi::ListDeals, &api);
  router.Unary("UpdateDeal", &DealsApi::UpdateDeal, &api);
  router.Unary("WinDeal", &DealsApi::WinDeal, &api);
  router.Unary("LoseDeal", &DealsApi::LoseDeal, &api);
  router.Unary("ReopenDeal", &DealsApi::ReopenDeal, &api);
  router.Unary("DeleteDeal", &DealsApi::DeleteDeal, &api);
  return router;
}

server::Router OnboardingsRouter(OnboardingsApi& api) {
  server::Router router("banso.accounts.v1.OnboardingsService");
  router.Unary("CreateOnboarding", &OnboardingsApi::CreateOnboarding, &api);
  router.Unary("GetOnboarding", &OnboardingsApi::GetOnboarding, &api);
  router.Unary("ListOnboardings", &OnboardingsApi::ListOnboardings, &api);
  router.Unary("UpdateOnboarding", &OnboardingsApi::UpdateOnboarding, &api);
  router.Unary("RecordClock", &OnboardingsApi::RecordClock, &api);
  router.Unary("PassBall", &OnboardingsApi::PassBall, &api);
  router.Unary("AdvanceOnboarding", &OnboardingsApi::AdvanceOnboarding, &api);
  return router;
}

server::Router ClassificationRouter(ClassificationApi& api) {
  server::Router router("banso.accounts.v1.ClassificationService");
  router.Unary("Reclassify", &ClassificationApi::Reclassify, &api);
  router.Unary("SaveClassificationPolicy", &ClassificationApi::SaveClassificationPolicy, &api);
  router.Unary("ActivateClassificationPolicy", &ClassificationApi::ActivateClassificationPolicy,
               &api);
  router.Unary("GetClassificationPolicy", &ClassificationApi::GetClassificationPolicy, &api);
  router.Unary("ListClassificationPolicyRevisions",
               &ClassificationApi::ListClassificationPolicyRevisions, &api);
  router.Unary("SimulatePolicy", &ClassificationApi::SimulatePolicy, &api);
  router.Unary("ExplainRouting", &ClassificationApi::ExplainRouting, &api);
  router.Unary("ScreenPotential", &ClassificationApi::ScreenPotential, &api);
  router.Unary("AnalyzeAxis", &ClassificationApi::AnalyzeAxis, &api);
  router.Unary("CreateClassificationOverride", &ClassificationApi::CreateClassificationOverride,
               &api);
  router.Unary("GetClassificationOverride", &ClassificationApi::GetClassificationOverride, &api);
  router.Unary("ListClassificationOverrides", &ClassificationApi::ListClassificationOverrides,
               &api);
  router.Unary("EndClassificationOverride", &ClassificationApi::EndClassificationOverride, &api);
  return router;
}

server::Router IntakeRouter(IntakeApi& api) {
  server::Router router("banso.accounts.v1.IntakeService");
  router.Unary("SaveAcceptancePolicy", &IntakeApi::SaveAcceptancePolicy, &api);
  router.Unary("ActivateAcceptancePolicy", &IntakeApi::ActivateAcceptancePolicy, &api);
  router.Unary("GetAcceptancePolicy", &IntakeApi::GetAcceptancePolicy, &api);
  router.Unary("ListAcceptancePolicyRevisions", &IntakeApi::ListAcceptancePolicyRevisions, &api);
  router.Unary("SimulateAcceptancePolicy", &IntakeApi::SimulateAcceptancePolicy, &api);
  router.Unary("CreateIntakeReview", &IntakeApi::CreateIntakeReview, &api);
  router.Unary("GetIntakeReview", &IntakeApi::GetIntakeReview, &api);
  router.Unary("ListIntakeReviews", &IntakeApi::ListIntakeReviews, &api);
  router.Unary("DecideIntakeReview", &IntakeApi::DecideIntakeReview, &api);
  router.Unary("DeleteIntakeReview", &IntakeApi::DeleteIntakeReview, &api);
  router.Unary("RegisterFeatureRelease", &IntakeApi::RegisterFeatureRelease, &api);
  router.Unary("ListFeatureReleases", &IntakeApi::ListFeatureReleases, &api);
  return router;
}

server::Router VoiceRouter(VoiceApi& api) {
  server::Router router("banso.accounts.v1.VoiceService");
  router.Unary("CreateVoice", &VoiceApi::CreateVoice, &api);
  router.Unary("GetVoice", &VoiceApi::GetVoice, &api);
  router.Unary("ListVoices", &VoiceApi::ListVoices, &api);
  router.Unary("UpdateVoice", &VoiceApi::UpdateVoice, &api);
  router.Unary("DeleteVoice", &VoiceApi::DeleteVoice, &api);
  router.Unary("SummarizeSales", &VoiceApi::SummarizeSales, &api);
  router.Unary("SummarizeSalesByPerson", &VoiceApi::SummarizeSalesByPerson, &api);
  router.Unary("ListSalesSummaryAccesses", &VoiceApi::ListSalesSummaryAccesses, &api);
  router.Unary("GetSalesReview", &VoiceApi::GetSalesReview, &api);
  return router;
}

server::Router RelationsRouter(RelationsApi& api) {
  server::Router router("banso.accounts.v1.RelationsService");
  router.Unary("CreateContract", &RelationsApi::CreateContract, &api);
  router.Unary("GetContract", &RelationsApi::GetContract, &api);
  router.Unary("ListContracts", &RelationsApi::ListContracts, &api);
  router.Unary("UpdateContract", &RelationsApi::UpdateContract, &api);
  router.Unary("DeleteContract", &RelationsApi::DeleteContract, &api);
  router.Unary("RenewContract", &RelationsApi::RenewContract, &api);
  router.Unary("CreateSite", &RelationsApi::CreateSite, &api);
  router.Unary("GetSite", &RelationsApi::GetSite, &api);
  router.Unary("ListSites", &RelationsApi::ListSites, &api);
  router.Unary("UpdateSite", &RelationsApi::UpdateSite, &api);
  router.Unary("DeleteSite", &RelationsApi::DeleteSite, &api);
  router.Unary("CreateInteraction", &RelationsApi::CreateInteraction, &api);
  router.Unary("GetInteraction", &RelationsApi::GetInteraction, &api);
  router.Unary("ListInteractions", &RelationsApi::ListInteractions, &api);
  router.Unary("UpdateInteraction", &RelationsApi::UpdateInteraction, &api);
  router.Unary("DeleteInteraction", &RelationsApi::DeleteInteraction, &api);
  router.Unary("CreateUpsellCondition", &RelationsApi::CreateUpsellCondition, &api);
  router.Unary("GetUpsellCondition", &RelationsApi::GetUpsellCondition, &api);
  router.Unary("ListUpsellConditions", &RelationsApi::ListUpsellConditions, &api);
  router.Unary("UpdateUpsellCondition", &RelationsApi::UpdateUpsellCondition, &api);
  router.Unary("DeleteUpsellCondition", &RelationsApi::DeleteUpsellCondition, &api);
  return router;
}

server::Router PeopleRouter(PeopleApi& api) {
  server::Router router("banso.accounts.v1.PeopleService");
  router.Unary("CreateStakeholder", &PeopleApi::CreateStakeholder, &api);
  router.Unary("GetStakeholder", &PeopleApi::GetStakeholder, &api);
  router.Unary("ListStakeholders", &PeopleApi::ListStakeholders, &api);
  router.Unary("UpdateStakeholder", &PeopleApi::UpdateStakeholder, &api);
  router.Unary("DeleteStakeholder", &PeopleApi::DeleteStakeholder, &api);
  router.Unary("ReplaceStakeholder", &PeopleApi::ReplaceStakeholder, &api);
  router.Unary("ListStakeholderChanges", &PeopleApi::ListStakeholderChanges, &api);
  router.Unary("RecordEnthusiasm", &PeopleApi::RecordEnthusiasm, &api);
  router.Unary("GetAccountSummary", &PeopleApi::GetAccountSummary, &api);
  router.Unary("ListAccountSummaries", &PeopleApi::ListAccountSummaries, &api);
  router.Unary("ErasePerson", &PeopleApi::ErasePerson, &api);
  return router;
}

server::Router TeamRouter(TeamApi& api) {
  server::Router router("banso.accounts.v1.TeamService");
  router.Unary("CreateMember", &TeamApi::CreateMember, &api);
  router.Unary("GetMember", &TeamApi::GetMember, &api);
  router.Unary("ListMembers", &TeamApi::ListMembers, &api);
  router.Unary("UpdateMember", &TeamApi::UpdateMember, &api);
  router.Unary("MoveMember", &TeamApi::MoveMember, &api);
  router.Unary("EndEmployment", &TeamApi::EndEmployment, &api);
  router.Unary("ResumeEmployment", &TeamApi::ResumeEmployment, &api);
  router.Unary("CreateRolePlay", &TeamApi::CreateRolePlay, &api);
  router.Unary("GetRolePlay", &TeamApi::GetRolePlay, &api);
  router.Unary("ListRolePlays", &TeamApi::ListRolePlays, &api);
  router.Unary("RateRolePlay", &TeamApi::RateRolePlay, &api);
  router.Unary("DeleteRolePlay", &TeamApi::DeleteRolePlay, &api);
  router.Unary("WaiveCertification", &TeamApi::WaiveCertification, &api);
  return router;
}

server::Router RubricsRouter(RubricsApi& api) {
  server::Router router("banso.accounts.v1.RolePlayRubricsService");
  router.Unary("SaveRolePlayRubric", &RubricsApi::SaveRolePlayRubric, &api);
  router.Unary("ActivateRolePlayRubric", &RubricsApi::ActivateRolePlayRubric, &api);
  router.Unary("GetRolePlayRubric", &RubricsApi::GetRolePlayRubric, &api);
  router.Unary("ListRolePlayRubricRevisions", &RubricsApi::ListRolePlayRubricRevisions, &api);
  router.Unary("CompareRaters", &RubricsApi::CompareRaters, &api);
  return router;
}

server::Router ReportsRouter(ReportsApi& api) {
  server::Router router("banso.accounts.v1.ReportsService");
  router.Unary("CreateOperatingChange", &ReportsApi::CreateOperatingChange, &api);
  router.Unary("GetOperatingChange", &ReportsApi::GetOperatingChange, &api);
  router.Unary("ListOperatingChanges", &ReportsApi::ListOperatingChanges, &api);
  router.Unary("DeleteOperatingChange", &ReportsApi::DeleteOperatingChange, &api);
  router.Unary("SummarizeTimes", &ReportsApi::SummarizeTimes, &api);
  router.Unary("SummarizeRevenue", &ReportsApi::SummarizeRevenue, &api);
  return router;
}

server::Router AttributesRouter(AttributesApi& api) {
  server::Router router("banso.accounts.v1.AttributesService");
  router.Unary("CreateAttributeDefinition", &AttributesApi::CreateAttributeDefinition, &api);
  router.Unary("GetAttributeDefinition", &AttributesApi::GetAttributeDefinition, &api);
  router.Unary("ListAttributeDefinitions", &AttributesApi::ListAttributeDefinitions, &api);
  router.Unary("UpdateAttributeDefinition", &AttributesApi::UpdateAttributeDefinition, &api);
  router.Unary("DeleteAttributeDefinition", &AttributesApi::DeleteAttributeDefinition, &api);
  return router;
}

server::Router ImportRouter(ImportApi& api) {
  server::Router router("banso.accounts.v1.ImportService");
  router.ClientStream<v1::ImportResourcesRequest, v1::ImportResourcesResponse>(
      "ImportResources",
      [&api](const Call& call, server::Source<v1::ImportResourcesRequest>& source) {
        return api.ImportResources(call, source);
      });
  return router;
}

server::Router FactsRouter(storage::Database& database, const Store& store) {
  server::FactsServiceOptions options;
  options.database = &database;
  options.log = &store.facts;
  options.types = [types = std::make_shared<FactTypesReader>(store)](storage::Reader& reader) {
    return types->Read(reader);
  };
  // Rules of others may read an attribute that no account has yet, or an axis of a policy to come.
  options.undeclared = [](absl::string_view fact) {
    return IsAttributeFact(fact) || IsAxisFact(fact) ? fact::v1::SUBJECT_KIND_ACCOUNT
                                                     : fact::v1::SUBJECT_KIND_UNSPECIFIED;
  };
  return server::FactsRouter(std::move(options));
}

}  // namespace banso::accounts
