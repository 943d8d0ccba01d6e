#ifndef BANSO_SERVICES_GATEWAY_DOMAIN_PORTFOLIO_H_
#define BANSO_SERVICES_GATEWAY_DOMAIN_PORTFOLIO_H_

#include <vector>

#include "absl/time/time.h"
#include "banso/gateway/v1/gateway_service.pb.h"

// What a manager asks of each account, in one row.
namespace banso::gateway {

// What the services say about one account.
struct AccountParts {
  accounts::v1::Account account;
  std::vector<accounts::v1::Onboarding> onboardings;
  std::vector<kickoff::v1::Plan> plans;
  // The most urgent first.
  std::vector<kickoff::v1::NextAction> next_actions;
  // False when kickoff did not tell them: then nothing is said about the next step.
  bool next_actions_known = true;
  std::vector<health::v1::Score> scores;
  std::vector<health::v1::SuccessLabel> success_labels;
};

// What a running onboarding without a next step is told to have.
inline constexpr char kNoNextStep[] = "no next step";

// The row of an account as of `now`. What the parts do not tell stays empty.
v1::PortfolioRow RowOf(const AccountParts& parts, absl::Time now);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_DOMAIN_PORTFOLIO_H_
