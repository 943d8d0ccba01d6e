#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/intake_api.h"
#include "services/accounts/domain/acceptance_simulation.h"
#include "services/accounts/domain/attributes.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::AcceptancePolicy;

namespace {

// How many deals a dry run names.
constexpr int kDefaultDeals = 100;
constexpr int kMostDeals = 1000;

}  // namespace

absl::Status IntakeApi::CheckPolicy(Reader& reader, const AcceptancePolicy& policy,
                                    const std::vector<fact::v1::FactType>& types,
                                    absl::string_view field) const {
  contract::Violations violations;
  if (policy.name().find('@') != std::string::npos) {
    violations.Add(absl::StrCat(field, ".name"), policy.name(),
                   "a name without a revision: a save makes the next one", "NOT_ACCEPTED");
  }
  for (int i = 0; i < policy.agreed_by_size(); ++i) {
    BANSO_RETURN_IF_ERROR(store_.team.CheckMember(
        reader, policy.agreed_by(i), absl::StrCat(field, ".agreed_by[", i, "]"), &violations));
  }
  CheckAcceptancePolicy(policy, types, field, &violations);
  if (violations.empty()) FindContradictions(policy, types, field, &violations);
  return violations.ToStatus();
}

absl::StatusOr<AcceptancePolicy> IntakeApi::SaveAcceptancePolicy(
    const Call& call, const v1::SaveAcceptancePolicyRequest& request) {
  const AcceptancePolicy& policy = request.acceptance_policy();
  // Looking for contradictions takes its time, so it is not done within the write.
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(auto types, OwnTypes(reader));
    AddAttributeTypes(request.additional_fact_types(), &types);
    return CheckPolicy(reader, policy, types, "acceptance_policy");
  }));
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

absl::StatusOr<AcceptancePolicy> IntakeApi::PolicyToSimulate(
    Reader& reader, const v1::SimulateAcceptancePolicyRequest& request,
    const std::vector<fact::v1::FactType>& types, absl::Time now) const {
  if (request.has_draft() != request.name().empty()) {
    return contract::InvalidField(
        "draft", "",
        request.has_draft() ? "nothing, as `name` says which is meant" : "a policy, or a `name`",
        request.has_draft() ? "NOT_ACCEPTED" : "REQUIRED");
  }
  if (!request.has_draft()) return store_.intake.policies.Get(reader, request.name(), now);
  BANSO_RETURN_IF_ERROR(CheckPolicy(reader, request.draft(), types, "draft"));
  return request.draft();
}

absl::StatusOr<v1::SimulateAcceptancePolicyResponse> IntakeApi::SimulateAcceptancePolicy(
    const Call& call, const v1::SimulateAcceptancePolicyRequest& request) {
  using Response = v1::SimulateAcceptancePolicyResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactType> types, OwnTypes(reader));
    BANSO_ASSIGN_OR_RETURN(const AcceptancePolicy other,
                           PolicyToSimulate(reader, request, types, call.now));
    BANSO_ASSIGN_OR_RETURN(const auto present, store_.intake.ActivePolicy(reader, call.now));
    AcceptanceSimulation simulation(
        present.has_value() ? &*present : nullptr, other, types,
        request.max_deals() == 0 ? kDefaultDeals : std::min(request.max_deals(), kMostDeals));
    BANSO_RETURN_IF_ERROR(store_.deals.ForEach(
        reader, "", {storage::Equal("stage", v1::DEAL_STAGE_OPEN)},
        [&](const v1::Deal& deal) -> absl::Status {
          BANSO_ASSIGN_OR_RETURN(
              const v1::Account account,
              store_.accounts.Get(reader, contract::Ancestor(deal.name(), "accounts")));
          if (!account.has_archive_time()) simulation.Add(account, deal, call.now);
          return absl::OkStatus();
        }));
    return std::move(simulation).Result();
  });
}

}  // namespace banso::accounts
