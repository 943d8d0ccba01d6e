#include <set>
#include <string>
#include <vector>

#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/handoff/api/criteria_api.h"
#include "services/handoff/domain/criteria.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;
using v1::CriteriaSet;

absl::StatusOr<CriteriaSet> CriteriaApi::SaveCriteriaSet(
    const Call& call, const v1::SaveCriteriaSetRequest& request) {
  CriteriaSet set = request.criteria_set();
  const std::set<std::string> facts = FactsOf(set);
  BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                         inquiry_.Catalog(call, facts, request.additional_fact_types()));
  contract::Violations violations;
  CheckCriteriaSet(set, catalog, "criteria_set", &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  for (const std::string& fact : facts) *set.add_fact_types() = *catalog.Find(fact);
  for (const std::string& warning : WarningsOf(set)) set.add_warnings(warning);
  if (request.validate_only()) return set;
  return storage::Mutate<CriteriaSet>(database_, call, request, [&](Writer& writer) {
    return store_.criteria_sets.Save(writer, set, request.reason(), request.criteria_set().etag());
  });
}

absl::StatusOr<CriteriaSet> CriteriaApi::ActivateCriteriaSet(
    const Call& call, const v1::ActivateCriteriaSetRequest& request) {
  return storage::Mutate<CriteriaSet>(database_, call, request, [&](Writer& writer) {
    return store_.criteria_sets.Activate(writer, request.name(), writer.now());
  });
}

absl::StatusOr<CriteriaSet> CriteriaApi::GetCriteriaSet(const Call& call,
                                                        const v1::GetCriteriaSetRequest& request) {
  return storage::Fetch<CriteriaSet>(database_, [&](Reader& reader) {
    return store_.criteria_sets.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListCriteriaSetRevisionsResponse> CriteriaApi::ListCriteriaSetRevisions(
    const Call& call, const v1::ListCriteriaSetRevisionsRequest& request) {
  return storage::ListRevisionsPage(database_, store_.criteria_sets, request, call.now,
                                    &v1::ListCriteriaSetRevisionsResponse::mutable_criteria_sets);
}

absl::StatusOr<v1::ResolveCriteriaResponse> CriteriaApi::ResolveCriteria(
    const Call& call, const v1::ResolveCriteriaRequest& request) {
  if (!request.onboarding().empty() &&
      contract::Ancestor(request.onboarding(), "accounts") != request.account()) {
    return contract::InvalidField("onboarding", request.onboarding(),
                                  "an onboarding of the account", "OTHER_ACCOUNT");
  }
  BANSO_ASSIGN_OR_RETURN(const std::vector<CriteriaSet> sets,
                         storage::Fetch<std::vector<CriteriaSet>>(database_, [&](Reader& reader) {
                           return store_.criteria_sets.AllActive(reader, call.now);
                         }));
  rule::Moment moment;
  if (!request.onboarding().empty()) {
    BANSO_ASSIGN_OR_RETURN(moment, inquiry_.MomentFor(call, request.onboarding()));
  } else {
    moment.as_of = call.now;
    moment.account = request.account();
  }
  BANSO_ASSIGN_OR_RETURN(const Selection selection, inquiry_.Select(call, sets, moment));
  v1::ResolveCriteriaResponse response;
  if (selection.set != nullptr) response.set_criteria_set(RevisionNameOf(*selection.set));
  response.mutable_trail()->Assign(selection.trail.begin(), selection.trail.end());
  for (const v1::Criterion& criterion : selection.criteria) response.add_criteria(criterion.id());
  return response;
}

}  // namespace banso::handoff
