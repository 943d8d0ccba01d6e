#ifndef BANSO_SERVICES_HEALTH_DOMAIN_PORTFOLIO_TIER_MATRIX_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_PORTFOLIO_TIER_MATRIX_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/tier_matrix.pb.h"
#include "common/contract/errors.h"

namespace banso::health {

// Checks what the field rules cannot: tiers that appear twice, actions for a tier or band that
// there is not. `bands` are the keys that the score model has; empty when it is not known here yet.
// Adds to `violations`, with paths below `field_path`.
void CheckMatrixPolicy(const v1::MatrixPolicy& policy, const std::vector<std::string>& bands,
                       absl::string_view field_path, contract::Violations* violations);

// What the policy says about a class: the action that names its tier and band, else the one that
// names its tier, else its band, else neither; of several the first. Empty when it says nothing.
std::string ActionFor(const v1::MatrixPolicy& policy, absl::string_view tier,
                      absl::string_view band);

// The class of an active account.
struct ClassifiedAccount {
  // Empty: none.
  std::string tier;
  // Empty: no score.
  std::string band;
  // In minor units; absent when there is none on record.
  std::optional<int64_t> revenue;
  std::string currency;
};
// The active accounts, by name.
using Classified = std::map<std::string, ClassifiedAccount>;

// Rows, columns, cells and active accounts of PortfolioService.GetTierMatrix. Without a policy,
// rows are the tiers that occur, among `accounts` or `before`: those of the time that the matrix is
// compared to, if it is. A tier that the policy does not name is put into the row without tier, a
// band that the model does not have into the column without score.
v1::GetTierMatrixResponse MakeMatrix(const std::optional<v1::MatrixPolicy>& policy,
                                     const v1::ScoreModel& model, Classified accounts,
                                     const Classified& before = {});

// Adds who moved from one class to another. Rows and columns are those of the matrix, which was
// made with `before`.
void AddMoves(const Classified& before, const Classified& after, v1::GetTierMatrixResponse& matrix);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_PORTFOLIO_TIER_MATRIX_H_
