#include <string>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/intake_api.h"
#include "services/accounts/domain/attributes.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::AcceptancePolicy;

absl::Status IntakeApi::CheckPolicy(Reader& reader,
                                    const v1::SaveAcceptancePolicyRequest& request) const {
  const AcceptancePolicy& policy = request.acceptance_policy();
  constexpr char kField[] = "acceptance_policy";
  contract::Violations violations;
  if (policy.name().find('@') != std::string::npos) {
    violations.Add(absl::StrCat(kField, ".name"), policy.name(),
                   "a name without a revision: a save makes the next one", "NOT_ACCEPTED");
  }
  for (int i = 0; i < policy.agreed_by_size(); ++i) {
    BANSO_RETURN_IF_ERROR(store_.team.CheckMember(
        reader, policy.agreed_by(i), absl::StrCat(kField, ".agreed_by[", i, "]"), &violations));
  }
  BANSO_ASSIGN_OR_RETURN(auto types, OwnTypes(reader));
  AddAttributeTypes(request.additional_fact_types(), &types);
  CheckAcceptancePolicy(policy, types, kField, &violations);
  if (violations.empty()) FindContradictions(policy, types, kField, &violations);
  return violations.ToStatus();
}

absl::StatusOr<AcceptancePolicy> IntakeApi::SaveAcceptancePolicy(
    const Call& call, const v1::SaveAcceptancePolicyRequest& request) {
  const AcceptancePolicy& policy = request.acceptance_policy();
  // Looking for contradictions takes its time, so it is not done within the write.
  BANSO_RETURN_IF_ERROR(
      database_.Read([&](Reader& reader) { return CheckPolicy(reader, request); }));
  if (request.validate_only()) return policy;
  return storage::Mutate<AcceptancePolicy>(database_, call, request, [&](Writer& writer) {
    return store_.intake.policies.Save(writer, policy, request.reason(), policy.etag());
  });
}

absl::StatusOr<AcceptancePolicy> IntakeApi::ActivateAcceptancePolicy(
    const Call& call, const v1::ActivateAcceptancePolicyRequest& request) {
  return storage::Mutate<AcceptancePolicy>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<AcceptancePolicy> {
        const auto revision = contract::SplitRevision(request.name());
        if (!revision.has_value() || !revision->revision.has_value()) {
          return contract::InvalidField("name", request.name(),
                                        "a revision, such as acceptancePolicies/x@3");
        }
        BANSO_ASSIGN_OR_RETURN(const auto active,
                               store_.intake.policies.AllActive(writer, writer.now()));
        for (const AcceptancePolicy& other : active) {
          if (other.name() == revision->name) continue;
          BANSO_RETURN_IF_ERROR(store_.intake.policies.Deactivate(writer, other.name()));
        }
        return store_.intake.policies.Activate(writer, request.name(), writer.now());
      });
}

absl::StatusOr<AcceptancePolicy> IntakeApi::GetAcceptancePolicy(
    const Call& call, const v1::GetAcceptancePolicyRequest& request) {
  return storage::Fetch<AcceptancePolicy>(database_, [&](Reader& reader) {
    return store_.intake.policies.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListAcceptancePolicyRevisionsResponse> IntakeApi::ListAcceptancePolicyRevisions(
    const Call& call, const v1::ListAcceptancePolicyRevisionsRequest& request) {
  return storage::ListRevisionsPage(
      database_, store_.intake.policies, request, call.now,
      &v1::ListAcceptancePolicyRevisionsResponse::mutable_acceptance_policies);
}

}  // namespace banso::accounts
