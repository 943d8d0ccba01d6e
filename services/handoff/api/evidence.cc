#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/handoff/api/completions_api.h"
#include "services/handoff/domain/evidence.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;
using v1::Evidence;

namespace {

// The criterion as it is judged now; INVALID_ARGUMENT when the case has none of that id.
absl::StatusOr<v1::Criterion> FindEffective(const Case& the_case, absl::CivilDay today,
                                            const std::string& id) {
  for (EffectiveCriterion& effective : EffectiveCriteria(the_case, today)) {
    if (effective.criterion.id() == id) return std::move(effective.criterion);
  }
  return contract::InvalidField("evidence.criterion", id, "the id of a criterion of the completion",
                                "UNKNOWN_CRITERION");
}

}  // namespace

absl::StatusOr<Evidence> CompletionsApi::RecordEvidence(const Call& call,
                                                        const v1::RecordEvidenceRequest& request) {
  return storage::Mutate<Evidence>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Evidence> {
        BANSO_ASSIGN_OR_RETURN(const Case the_case,
                               OpenCase(writer, request.parent(), writer.now()));
        BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, request.parent()));
        Evidence evidence = request.evidence();
        evidence.set_name(contract::Join(request.parent(), "evidence",
                                         contract::IdOrNew(request.evidence_id(), ids_)));
        BANSO_ASSIGN_OR_RETURN(const v1::Criterion criterion,
                               FindEffective(the_case, act.today, evidence.criterion()));
        BANSO_RETURN_IF_ERROR(PrepareEvidence(criterion, the_case.completion.owner(),
                                              {act.actor, act.today}, &evidence));
        return store_.evidence.Create(writer, std::move(evidence));
      });
}

absl::StatusOr<Evidence> CompletionsApi::WithdrawEvidence(
    const Call& call, const v1::WithdrawEvidenceRequest& request) {
  return storage::Mutate<Evidence>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Evidence> {
        const std::string completion =
            absl::StrCat(contract::Ancestor(request.name(), "onboardings"), "/completion");
        BANSO_RETURN_IF_ERROR(OpenCase(writer, completion, writer.now()).status());
        return store_.evidence.Modify(
            writer, request.name(), request.etag(), [&](Evidence& evidence) -> absl::Status {
              if (!evidence.withdrawn_by().empty()) {
                return contract::FailedPrecondition(kReasonWrongState, evidence.name(),
                                                    "it has been withdrawn already",
                                                    "Nothing needs to be done");
              }
              evidence.set_withdrawn_by(call.actor.empty() ? "unknown" : call.actor);
              evidence.set_withdraw_reason(request.reason());
              return absl::OkStatus();
            });
      });
}

absl::StatusOr<Evidence> CompletionsApi::GetEvidence(const Call& /*call*/,
                                                     const v1::GetEvidenceRequest& request) {
  return storage::Fetch<Evidence>(
      database_, [&](Reader& reader) { return store_.evidence.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListEvidenceResponse> CompletionsApi::ListEvidence(
    const Call& /*call*/, const v1::ListEvidenceRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (!request.criterion().empty()) {
    query.filters.push_back(storage::Equal("criterion", request.criterion()));
  }
  if (!request.show_withdrawn()) query.filters.push_back(storage::Equal("withdrawn", false));
  return storage::ListPage(database_, store_.evidence, query,
                           &v1::ListEvidenceResponse::mutable_evidence);
}

}  // namespace banso::handoff
