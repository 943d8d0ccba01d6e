#include "services/handoff/api/neighbours.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"

namespace banso::handoff {
namespace {

constexpr int kFactTypePage = 1000;

class PeerNeighbours : public Neighbours {
 public:
  explicit PeerNeighbours(server::Peers& peers) : peers_(peers) {}

  absl::StatusOr<accounts::v1::Onboarding> CreateOnboarding(
      const Call& call, const accounts::v1::CreateOnboardingRequest& request) override {
    return AskAccounts(call, "CreateOnboarding", request);
  }

  absl::StatusOr<accounts::v1::Onboarding> AdvanceOnboarding(
      const Call& call, const accounts::v1::AdvanceOnboardingRequest& request) override {
    return AskAccounts(call, "AdvanceOnboarding", request);
  }

  absl::StatusOr<accounts::v1::Onboarding> GetOnboarding(
      const Call& call, const accounts::v1::GetOnboardingRequest& request) override {
    return AskAccounts(call, "GetOnboarding", request);
  }

  absl::StatusOr<kickoff::v1::Plan> CreatePlan(
      const Call& call, const kickoff::v1::CreatePlanRequest& request) override {
    return peers_.kickoff().Call<kickoff::v1::CreatePlanRequest, kickoff::v1::Plan>(
        call, "banso.kickoff.v1.KickoffService/CreatePlan", request);
  }

  absl::StatusOr<fact::v1::GetFactsResponse> GetFacts(
      const Call& call, absl::string_view service,
      const fact::v1::GetFactsRequest& request) override {
    BANSO_ASSIGN_OR_RETURN(server::Peer * peer, Find(service));
    return peer->Call<fact::v1::GetFactsRequest, fact::v1::GetFactsResponse>(
        call, "banso.fact.v1.FactsService/GetFacts", request);
  }

  absl::StatusOr<std::vector<fact::v1::FactType>> FactTypes(const Call& call,
                                                            absl::string_view service) override {
    BANSO_ASSIGN_OR_RETURN(server::Peer * peer, Find(service));
    std::vector<fact::v1::FactType> types;
    fact::v1::ListFactTypesRequest request;
    request.set_page_size(kFactTypePage);
    do {
      BANSO_ASSIGN_OR_RETURN(
          fact::v1::ListFactTypesResponse page,
          (peer->Call<fact::v1::ListFactTypesRequest, fact::v1::ListFactTypesResponse>(
              call, "banso.fact.v1.FactsService/ListFactTypes", request)));
      for (fact::v1::FactType& type : *page.mutable_fact_types()) types.push_back(std::move(type));
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return types;
  }

 private:
  template <class Request>
  absl::StatusOr<accounts::v1::Onboarding> AskAccounts(const Call& call, absl::string_view method,
                                                       const Request& request) {
    return peers_.accounts().Call<Request, accounts::v1::Onboarding>(
        call, absl::StrCat("banso.accounts.v1.OnboardingsService/", method), request);
  }

  absl::StatusOr<server::Peer*> Find(absl::string_view service) {
    server::Peer* peer = peers_.Find(service);
    if (peer == nullptr) return contract::Internal(absl::StrCat("no service ", service));
    return peer;
  }

  server::Peers& peers_;
};

}  // namespace

std::unique_ptr<Neighbours> MakeNeighbours(server::Peers& peers) {
  return std::make_unique<PeerNeighbours>(peers);
}

}  // namespace banso::handoff
