#include <string>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/handoff/api/completions_api.h"
#include "services/handoff/api/etag.h"
#include "services/handoff/domain/criteria.h"
#include "services/handoff/domain/evidence.h"
#include "services/handoff/domain/policy.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;
using v1::Exception;

namespace {

// Lets the completion know the types of the facts that a replacement reads.
bool AddFactTypes(const v1::Criterion& criterion, const rule::FactCatalog& catalog,
                  v1::Completion* completion) {
  const rule::FactCatalog known = CatalogOf(*completion);
  bool added = false;
  for (const std::string& fact : FactsOf(criterion)) {
    if (known.Find(fact) != nullptr || catalog.Find(fact) == nullptr) continue;
    *completion->add_fact_types() = *catalog.Find(fact);
    added = true;
  }
  return added;
}

absl::Status CheckWithPolicy(const v1::HandoffPolicy& policy, const rule::FactCatalog& catalog,
                             const Exception& exception) {
  contract::Violations violations;
  CheckReasonCode(policy.exception_reasons(), exception.reason_code(), "exception.reason_code",
                  &violations);
  if (exception.has_replacement()) {
    CheckCriterion(exception.replacement(), catalog, "exception.replacement", &violations);
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<Exception> CompletionsApi::CreateException(
    const Call& call, const v1::CreateExceptionRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                         inquiry_.Catalog(call, FactsOf(request.exception().replacement()),
                                          request.additional_fact_types()));
  return storage::Mutate<Exception>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Exception> {
        BANSO_ASSIGN_OR_RETURN(Case the_case, OpenCase(writer, request.parent(), writer.now()));
        BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, request.parent()));
        Exception exception = request.exception();
        exception.set_name(contract::Join(request.parent(), "exceptions",
                                          contract::IdOrNew(request.exception_id(), ids_)));
        BANSO_RETURN_IF_ERROR(
            PrepareException(the_case.completion, {act.actor, act.today}, &exception));
        BANSO_RETURN_IF_ERROR(CheckWithPolicy(the_case.policy, catalog, exception));
        if (AddFactTypes(exception.replacement(), catalog, &the_case.completion)) {
          BANSO_RETURN_IF_ERROR(store_.Put(writer, the_case.completion).status());
        }
        BANSO_ASSIGN_OR_RETURN(const bool exists,
                               store_.exceptions.Exists(writer, exception.name()));
        if (exists) return contract::AlreadyExists(exception.name());
        return store_.Put(writer, exception);
      });
}

absl::StatusOr<Exception> CompletionsApi::DecideOn(const Call& call,
                                                   const google::protobuf::Message& request,
                                                   const std::string& name, const std::string& etag,
                                                   v1::ExceptionState state,
                                                   const std::string& note) {
  return storage::Mutate<Exception>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Exception> {
        BANSO_ASSIGN_OR_RETURN(Exception exception, store_.exceptions.Get(writer, name));
        BANSO_RETURN_IF_ERROR(CheckEtag(etag, exception));
        BANSO_RETURN_IF_ERROR(OpenCase(writer, contract::Parent(name), writer.now()).status());
        BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, name));
        if (state == v1::EXCEPTION_STATE_APPROVED) {
          BANSO_ASSIGN_OR_RETURN(const auto member, store_.member_copies.Find(writer, act.actor));
          BANSO_RETURN_IF_ERROR(CheckMayApprove(member.has_value() ? &*member : nullptr));
        }
        BANSO_RETURN_IF_ERROR(DecideException(state, note, {act.actor, act.today}, &exception));
        *exception.mutable_decide_time() = calendar::ToTimestamp(act.now);
        return store_.Put(writer, exception);
      });
}

absl::StatusOr<Exception> CompletionsApi::ApproveException(
    const Call& call, const v1::ApproveExceptionRequest& request) {
  return DecideOn(call, request, request.name(), request.etag(), v1::EXCEPTION_STATE_APPROVED,
                  request.note());
}

absl::StatusOr<Exception> CompletionsApi::RejectException(
    const Call& call, const v1::RejectExceptionRequest& request) {
  return DecideOn(call, request, request.name(), request.etag(), v1::EXCEPTION_STATE_REJECTED,
                  request.note());
}

absl::StatusOr<Exception> CompletionsApi::GetException(const Call& /*call*/,
                                                       const v1::GetExceptionRequest& request) {
  return storage::Fetch<Exception>(
      database_, [&](Reader& reader) { return store_.exceptions.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListExceptionsResponse> CompletionsApi::ListExceptions(
    const Call& /*call*/, const v1::ListExceptionsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  return storage::ListPage(database_, store_.exceptions, query,
                           &v1::ListExceptionsResponse::mutable_exceptions);
}

}  // namespace banso::handoff
