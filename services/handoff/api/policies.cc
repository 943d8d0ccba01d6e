#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/handoff/api/handoff_api.h"
#include "services/handoff/domain/policy.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;
using v1::HandoffPolicy;

absl::StatusOr<HandoffPolicy> HandoffApi::SaveHandoffPolicy(
    const Call& call, const v1::SaveHandoffPolicyRequest& request) {
  contract::Violations violations;
  CheckHandoffPolicy(request.handoff_policy(), "handoff_policy", &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  if (request.validate_only()) return request.handoff_policy();
  return storage::Mutate<HandoffPolicy>(database_, call, request, [&](Writer& writer) {
    return store_.policies.Save(writer, request.handoff_policy(), request.reason(),
                                request.handoff_policy().etag());
  });
}

absl::StatusOr<HandoffPolicy> HandoffApi::ActivateHandoffPolicy(
    const Call& call, const v1::ActivateHandoffPolicyRequest& request) {
  return storage::Mutate<HandoffPolicy>(database_, call, request, [&](Writer& writer) {
    return store_.policies.Activate(writer, request.name(), writer.now());
  });
}

absl::StatusOr<HandoffPolicy> HandoffApi::GetHandoffPolicy(
    const Call& call, const v1::GetHandoffPolicyRequest& request) {
  return storage::Fetch<HandoffPolicy>(database_, [&](Reader& reader) {
    return store_.policies.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListHandoffPolicyRevisionsResponse> HandoffApi::ListHandoffPolicyRevisions(
    const Call& call, const v1::ListHandoffPolicyRevisionsRequest& request) {
  return storage::ListRevisionsPage(
      database_, store_.policies, request, call.now,
      &v1::ListHandoffPolicyRevisionsResponse::mutable_handoff_policies);
}

}  // namespace banso::handoff
