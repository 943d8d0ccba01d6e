#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/deactivate.h"
#include "services/health/api/lists.h"
#include "services/health/api/portfolio/active_accounts.h"
#include "services/health/api/portfolio/portfolio_api.h"
#include "services/health/api/rule_checks.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/portfolio/tier_matrix.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/fact_table.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::MatrixPolicy;

namespace {

constexpr char kTierFact[] = "account.tier";
constexpr char kRevenueFact[] = "account.recurring_revenue";

std::vector<std::string> WordsOf(const fact::v1::FactType& type) {
  return {type.values().begin(), type.values().end()};
}

absl::Status CheckPolicy(const Store& store, Reader& reader,
                         const v1::SaveMatrixPolicyRequest& request, absl::Time now) {
  const MatrixPolicy& policy = request.matrix_policy();
  BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                         CatalogWith(store, reader, now, request.additional_fact_types()));
  const fact::v1::FactType* band = catalog.Find(ScoreBandFact(policy.score_model()));
  contract::Violations violations;
  CheckMatrixPolicy(policy, band == nullptr ? std::vector<std::string>() : WordsOf(*band),
                    "matrix_policy", &violations);
  const Reference model = {.name = policy.score_model(),
                           .field = "matrix_policy.score_model",
                           .accepted = "a score model that has been saved",
                           .reason = "UNKNOWN_SCORE_MODEL"};
  BANSO_RETURN_IF_ERROR(CheckReference(reader, store.scoring.models, model,
                                       request.additional_resources(), now, &violations));
  return violations.ToStatus();
}

// The customers of a time, each with its class.
absl::StatusOr<Classified> ClassifyAll(const Store& store, Reader& reader,
                                       const std::string& score_model, const AsOf& as_of) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<ActiveAccount> active,
                         ActiveAccounts(store, reader, as_of));
  BANSO_ASSIGN_OR_RETURN(const FactValues tiers,
                         ValuesOfAll(reader, kTierFact, as_of.time, as_of.known_at));
  BANSO_ASSIGN_OR_RETURN(const FactValues bands, ValuesOfAll(reader, ScoreBandFact(score_model),
                                                             as_of.time, as_of.known_at));
  BANSO_ASSIGN_OR_RETURN(const FactValues revenues,
                         ValuesOfAll(reader, kRevenueFact, as_of.time, as_of.known_at));
  Classified classified;
  for (const ActiveAccount& account : active) {
    ClassifiedAccount& entry = classified[account.name];
    entry.tier = GroupOf(tiers, account.name);
    entry.band = GroupOf(bands, account.name);
    entry.currency = account.currency;
    const auto revenue = revenues.find(account.name);
    if (revenue != revenues.end()) entry.revenue = std::llround(revenue->second.number());
  }
  return classified;
}

// By which policy, if any, and by which score model the matrix is made.
struct MatrixRules {
  std::optional<MatrixPolicy> policy;
  v1::ScoreModel model;
};
absl::StatusOr<MatrixRules> LoadMatrixRules(const Store& store, Reader& reader,
                                            const v1::GetTierMatrixRequest& request,
                                            absl::Time now) {
  MatrixRules rules;
  std::string model = request.score_model();
  if (!request.matrix_policy().empty()) {
    const auto split = contract::SplitRevision(request.matrix_policy());
    if (split.has_value() && split->revision.has_value()) {
      BANSO_ASSIGN_OR_RETURN(
          rules.policy, store.stages.matrix_policies.Get(reader, request.matrix_policy(), now));
    } else {
      BANSO_ASSIGN_OR_RETURN(
          rules.policy, store.stages.matrix_policies.Active(reader, request.matrix_policy(), now));
    }
    model = rules.policy->score_model();
  }
  BANSO_ASSIGN_OR_RETURN(rules.model, store.scoring.models.Active(reader, model, now));
  return rules;
}

}  // namespace

absl::StatusOr<MatrixPolicy> PortfolioApi::SaveMatrixPolicy(
    const Call& call, const v1::SaveMatrixPolicyRequest& request) {
  const MatrixPolicy& policy = request.matrix_policy();
  const auto check = [&](Reader& reader) { return CheckPolicy(store_, reader, request, call.now); };
  if (request.validate_only()) {
    BANSO_RETURN_IF_ERROR(database_.Read(check));
    return policy;
  }
  return storage::Mutate<MatrixPolicy>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<MatrixPolicy> {
        BANSO_RETURN_IF_ERROR(check(writer));
        return store_.stages.matrix_policies.Save(writer, policy, request.reason());
      });
}

absl::StatusOr<MatrixPolicy> PortfolioApi::ActivateMatrixPolicy(
    const Call& call, const v1::ActivateMatrixPolicyRequest& request) {
  return storage::Mutate<MatrixPolicy>(database_, call, request, [&](Writer& writer) {
    return store_.stages.matrix_policies.Activate(writer, request.name(), writer.now());
  });
}

absl::StatusOr<v1::MatrixPolicy> PortfolioApi::DeactivateMatrixPolicy(
    const Call& call, const v1::DeactivateMatrixPolicyRequest& request) {
  return Deactivate(database_, store_.stages.matrix_policies, call, request, Judged::kNothing);
}

absl::StatusOr<MatrixPolicy> PortfolioApi::GetMatrixPolicy(
    const Call& call, const v1::GetMatrixPolicyRequest& request) {
  return storage::Fetch<MatrixPolicy>(database_, [&](Reader& reader) {
    return store_.stages.matrix_policies.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListMatrixPolicyRevisionsResponse> PortfolioApi::ListMatrixPolicyRevisions(
    const Call& call, const v1::ListMatrixPolicyRevisionsRequest& request) {
  return ListRevisionsOf<v1::ListMatrixPolicyRevisionsResponse>(
      database_, store_.stages.matrix_policies, request, call.now,
      &v1::ListMatrixPolicyRevisionsResponse::mutable_matrix_policies);
}

absl::StatusOr<v1::GetTierMatrixResponse> PortfolioApi::GetTierMatrix(
    const Call& call, const v1::GetTierMatrixRequest& request) {
  if (request.matrix_policy().empty() == request.score_model().empty()) {
    return contract::InvalidField("score_model", request.score_model(),
                                  "either a matrix_policy or a score_model", "REQUIRED");
  }
  const AsOf as_of = AsOfRequest(request, call.now);
  return storage::Fetch<v1::GetTierMatrixResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::GetTierMatrixResponse> {
        BANSO_ASSIGN_OR_RETURN(const MatrixRules rules,
                               LoadMatrixRules(store_, reader, request, call.now));
        BANSO_ASSIGN_OR_RETURN(const Classified accounts,
                               ClassifyAll(store_, reader, rules.model.name(), as_of));
        Classified before;
        if (request.has_compare_to()) {
          BANSO_ASSIGN_OR_RETURN(before,
                                 ClassifyAll(store_, reader, rules.model.name(),
                                             {.time = calendar::ToTime(request.compare_to()),
                                              .known_at = as_of.known_at}));
        }
        v1::GetTierMatrixResponse matrix = MakeMatrix(rules.policy, rules.model, accounts, before);
        if (request.has_compare_to()) AddMoves(before, accounts, matrix);
        if (rules.policy.has_value()) {
          matrix.set_matrix_policy(
              contract::JoinRevision(rules.policy->name(), rules.policy->revision().number()));
        }
        matrix.set_score_model(rules.model.name());
        *matrix.mutable_as_of() = calendar::ToTimestamp(as_of.time);
        BANSO_ASSIGN_OR_RETURN(const int64_t due, CountDue(reader, call.now));
        matrix.set_due_accounts(due);
        return matrix;
      });
}

}  // namespace banso::health
