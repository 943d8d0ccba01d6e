#include <optional>
#include <utility>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/rule/evaluate.h"
#include "common/status_macros.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/stages/active_accounts.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/domain/stages/figures.h"

namespace banso::health {

using storage::Reader;

namespace {

absl::Status CheckCoverage(const v1::GetCoverageRequest& request,
                           const rule::FactCatalog& catalog) {
  contract::Violations violations;
  rule::CheckCondition(request.condition(), catalog, "condition", &violations);
  if (request.has_applies_if()) {
    rule::CheckCondition(request.applies_if(), catalog, "applies_if", &violations);
  }
  if (!request.has_people()) return violations.ToStatus();
  rule::CheckFactRef(request.people(), catalog, "people", &violations);
  const fact::v1::FactType* type = catalog.Find(request.people().fact());
  if (type != nullptr && rule::ResultType(request.people(), *type) != type::v1::VALUE_TYPE_NUMBER) {
    violations.Add("people", request.people().fact(), "a reading that gives a number",
                   "NOT_ACCEPTED");
  }
  return violations.ToStatus();
}

// Adds what one account has to say.
absl::Status AddAccount(const v1::GetCoverageRequest& request, const rule::FactCatalog& catalog,
                        const rule::Moment& moment, rule::FactReader& facts,
                        v1::GetCoverageResponse& response) {
  if (request.has_applies_if()) {
    BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation applies,
                           rule::Evaluate(request.applies_if(), moment, catalog, facts));
    if (applies.result() != type::v1::TRUTH_TRUE) return absl::OkStatus();
  }
  BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation meets,
                         rule::Evaluate(request.condition(), moment, catalog, facts));
  response.set_accounts(response.accounts() + 1);
  if (meets.result() == type::v1::TRUTH_TRUE) {
    response.set_met(response.met() + 1);
  } else if (meets.result() == type::v1::TRUTH_FALSE) {
    response.set_not_met(response.not_met() + 1);
  } else {
    response.set_unknown(response.unknown() + 1);
  }
  if (!request.has_people()) return absl::OkStatus();
  const std::vector<rule::FactRead> reads = rule::Reads(request.people(), moment, catalog);
  BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactReading> answers, facts.Read(reads, moment));
  for (const fact::v1::FactReading& answer : answers) {
    response.set_people(response.people() + answer.value().number());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::GetCoverageResponse> StagesApi::GetCoverage(
    const Call& call, const v1::GetCoverageRequest& request) {
  const absl::Time as_of = request.has_as_of() ? calendar::ToTime(request.as_of()) : call.now;
  return storage::Fetch<v1::GetCoverageResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::GetCoverageResponse> {
        BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, store_.Catalog(reader, call.now));
        BANSO_RETURN_IF_ERROR(CheckCoverage(request, catalog));
        BANSO_ASSIGN_OR_RETURN(const std::vector<ActiveAccount> active,
                               ActiveAccounts(store_, reader, as_of));
        v1::GetCoverageResponse response;
        if (request.has_people()) response.set_people(0);
        StoreFactReader facts(store_, reader);
        for (const ActiveAccount& account : active) {
          BANSO_ASSIGN_OR_RETURN(const AccountEvaluation evaluation,
                                 AccountEvaluation::Load(store_, reader, facts, account.name));
          BANSO_RETURN_IF_ERROR(AddAccount(
              request, catalog, evaluation.LatestMoment({.time = as_of}), facts, response));
        }
        *response.mutable_share() = ShareFigure({response.met(), response.accounts()}, 1);
        response.set_condition(rule::Print(request.condition()));
        *response.mutable_as_of() = calendar::ToTimestamp(as_of);
        return response;
      });
}

}  // namespace banso::health
