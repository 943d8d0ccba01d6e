#include <optional>
#include <utility>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/rule/evaluate.h"
#include "common/status_macros.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/portfolio/active_accounts.h"
#include "services/health/api/portfolio/portfolio.h"
#include "services/health/api/portfolio/portfolio_api.h"
#include "services/health/domain/stages/figures.h"
#include "services/health/store/fact_catalog.h"

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

// What is known of the fact types, and the customers of a time.
struct CoverageQuestion {
  rule::FactCatalog catalog;
  std::vector<NumberedAccount> accounts;
};

absl::StatusOr<CoverageQuestion> LoadCoverage(const Store& store, Reader& reader,
                                              const v1::GetCoverageRequest& request,
                                              const AsOf& as_of, absl::Time now) {
  CoverageQuestion question;
  BANSO_ASSIGN_OR_RETURN(question.catalog, ReadCatalog(store, reader, now));
  BANSO_RETURN_IF_ERROR(CheckCoverage(request, question.catalog));
  BANSO_ASSIGN_OR_RETURN(const std::vector<ActiveAccount> active,
                         ActiveAccounts(store, reader, as_of));
  for (const ActiveAccount& account : active) {
    question.accounts.emplace_back().name = account.name;
  }
  return question;
}

// Adds what these accounts have to say.
absl::Status AddAccounts(const Store& store, Reader& reader, const v1::GetCoverageRequest& request,
                         const rule::FactCatalog& catalog, const AsOf& as_of,
                         absl::Span<const NumberedAccount> accounts,
                         v1::GetCoverageResponse& response) {
  StoreFactReader facts(store, reader, Holding::kPages);
  for (const NumberedAccount& account : accounts) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<AccountEvaluation> evaluation,
                           AccountEvaluation::LoadIfKnown(store, reader, facts, account.name));
    if (!evaluation.has_value()) continue;
    BANSO_ASSIGN_OR_RETURN(const rule::Moment moment, evaluation->LatestMoment(as_of));
    BANSO_RETURN_IF_ERROR(AddAccount(request, catalog, moment, facts, response));
  }
  return absl::OkStatus();
}

void AddPart(const v1::GetCoverageResponse& part, v1::GetCoverageResponse& response) {
  response.set_accounts(response.accounts() + part.accounts());
  response.set_met(response.met() + part.met());
  response.set_not_met(response.not_met() + part.not_met());
  response.set_unknown(response.unknown() + part.unknown());
  if (response.has_people()) response.set_people(response.people() + part.people());
}

}  // namespace

absl::StatusOr<v1::GetCoverageResponse> PortfolioApi::GetCoverage(
    const Call& call, const v1::GetCoverageRequest& request) {
  const AsOf as_of = AsOfRequest(request, call.now);
  BANSO_ASSIGN_OR_RETURN(const CoverageQuestion question,
                         storage::Fetch<CoverageQuestion>(database_, [&](Reader& reader) {
                           return LoadCoverage(store_, reader, request, as_of, call.now);
                         }));
  std::vector<v1::GetCoverageResponse> of_parts(CountParts(question.accounts, kPart));
  BANSO_RETURN_IF_ERROR(ForEachPart(
      database_, call, question.accounts, kPart,
      [&](size_t part, Reader& reader, absl::Span<const NumberedAccount> some) {
        return AddAccounts(store_, reader, request, question.catalog, as_of, some, of_parts[part]);
      }));
  v1::GetCoverageResponse response;
  if (request.has_people()) response.set_people(0);
  for (const v1::GetCoverageResponse& of_part : of_parts) AddPart(of_part, response);
  *response.mutable_share() = ShareFigure({response.met(), response.accounts()}, 1);
  response.set_condition(rule::Print(request.condition()));
  *response.mutable_as_of() = calendar::ToTimestamp(as_of.time);
  return response;
}

}  // namespace banso::health
