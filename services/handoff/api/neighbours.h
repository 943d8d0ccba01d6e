#ifndef BANSO_SERVICES_HANDOFF_API_NEIGHBOURS_H_
#define BANSO_SERVICES_HANDOFF_API_NEIGHBOURS_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "common/contract/call.h"
#include "common/server/client.h"

namespace banso::handoff {

// What handoff asks of the other services. Errors are theirs; UNAVAILABLE when one is away.
class Neighbours {
 public:
  virtual ~Neighbours() = default;

  virtual absl::StatusOr<accounts::v1::Onboarding> CreateOnboarding(
      const Call& call, const accounts::v1::CreateOnboardingRequest& request) = 0;
  virtual absl::StatusOr<accounts::v1::Onboarding> AdvanceOnboarding(
      const Call& call, const accounts::v1::AdvanceOnboardingRequest& request) = 0;
  virtual absl::StatusOr<accounts::v1::Onboarding> GetOnboarding(
      const Call& call, const accounts::v1::GetOnboardingRequest& request) = 0;
  virtual absl::StatusOr<kickoff::v1::Plan> CreatePlan(
      const Call& call, const kickoff::v1::CreatePlanRequest& request) = 0;
  // Asks `service` (`accounts`, `health` or `kickoff`) for facts that it owns.
  virtual absl::StatusOr<fact::v1::GetFactsResponse> GetFacts(
      const Call& call, absl::string_view service, const fact::v1::GetFactsRequest& request) = 0;
  // The types of all facts that `service` owns.
  virtual absl::StatusOr<std::vector<fact::v1::FactType>> FactTypes(const Call& call,
                                                                    absl::string_view service) = 0;
};

// The other services as `peers`, which must outlive the result, reaches them.
std::unique_ptr<Neighbours> MakeNeighbours(server::Peers& peers);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_NEIGHBOURS_H_
