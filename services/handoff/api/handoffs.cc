#include <utility>

#include "common/calendar/business_days.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/handoff/api/etag.h"
#include "services/handoff/api/handoff_api.h"
#include "services/handoff/domain/package.h"
#include "services/handoff/domain/process.h"
#include "services/handoff/domain/transfer.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;
using v1::Handoff;
using v1::HandoffSection;

namespace {

// Sections that the update does not name stay as they were; of those that it adds beside the
// policy's, empty ones are dropped.
void MergeSections(const Handoff& before, const v1::HandoffPolicy& policy, Handoff* handoff) {
  for (const HandoffSection& old : before.sections()) {
    bool named = false;
    for (const HandoffSection& section : handoff->sections()) {
      named = named || section.id() == old.id();
    }
    if (!named) *handoff->add_sections() = old;
  }
  FillSections(policy, nullptr, handoff);
  Handoff kept = *handoff;
  kept.clear_sections();
  for (int i = 0; i < handoff->sections_size(); ++i) {
    const bool of_policy = i < policy.sections_size();
    if (of_policy || !handoff->sections(i).body().empty()) {
      *kept.add_sections() = handoff->sections(i);
    }
  }
  *handoff = std::move(kept);
}

}  // namespace

absl::Status HandoffApi::Complete(Reader& reader, absl::Time now, Handoff* handoff) const {
  BANSO_ASSIGN_OR_RETURN(const absl::CivilDay today, store_.DayFor(reader, handoff->name(), now));
  handoff->set_response_overdue(IsResponseOverdue(*handoff, today));
  return absl::OkStatus();
}

absl::StatusOr<Handoff> HandoffApi::GetHandoff(const Call& call,
                                               const v1::GetHandoffRequest& request) {
  return storage::Fetch<Handoff>(database_, [&](Reader& reader) -> absl::StatusOr<Handoff> {
    BANSO_ASSIGN_OR_RETURN(Handoff handoff, store_.handoffs.Get(reader, request.name()));
    BANSO_RETURN_IF_ERROR(Complete(reader, call.now, &handoff));
    return handoff;
  });
}

absl::StatusOr<v1::ListHandoffsResponse> HandoffApi::ListHandoffs(
    const Call& call, const v1::ListHandoffsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  if (!request.receiver().empty()) {
    query.filters.push_back(storage::Equal("receiver", request.receiver()));
  }
  using Response = v1::ListHandoffsResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(auto page, store_.handoffs.List(reader, query));
    for (Handoff& handoff : page.items) {
      BANSO_RETURN_IF_ERROR(Complete(reader, call.now, &handoff));
    }
    return storage::PageResponse(std::move(page), &Response::mutable_handoffs);
  });
}

absl::StatusOr<Handoff> HandoffApi::UpdateHandoff(const Call& call,
                                                  const v1::UpdateHandoffRequest& request) {
  return storage::Mutate<Handoff>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Handoff> {
        const Handoff& patch = request.handoff();
        BANSO_ASSIGN_OR_RETURN(const Handoff before, store_.handoffs.Get(writer, patch.name()));
        BANSO_RETURN_IF_ERROR(CheckEtag(patch.etag(), before));
        BANSO_RETURN_IF_ERROR(CheckEditable(before));
        BANSO_ASSIGN_OR_RETURN(const v1::HandoffPolicy policy,
                               store_.Policy(writer, before.handoff_policy(), writer.now()));
        Handoff handoff = before;
        BANSO_RETURN_IF_ERROR(
            contract::ApplyMask(request.update_mask(), patch, "handoff", &handoff));
        MergeSections(before, policy, &handoff);
        return store_.Put(writer, handoff);
      });
}

absl::StatusOr<Handoff> HandoffApi::OfferHandoff(const Call& call,
                                                 const v1::OfferHandoffRequest& request) {
  return storage::Mutate<Handoff>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Handoff> {
        BANSO_ASSIGN_OR_RETURN(Handoff handoff, store_.handoffs.Get(writer, request.name()));
        BANSO_RETURN_IF_ERROR(CheckEtag(request.etag(), handoff));
        BANSO_ASSIGN_OR_RETURN(const v1::HandoffPolicy policy,
                               store_.Policy(writer, handoff.handoff_policy(), writer.now()));
        BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, request.name()));
        BANSO_RETURN_IF_ERROR(Offer(policy, calendar::Calendar::Japan(), act, &handoff));
        return store_.Put(writer, handoff);
      });
}

absl::StatusOr<v1::Process> HandoffApi::BeginDecision(Writer& writer, v1::ProcessKind kind,
                                                      const google::protobuf::Message& request,
                                                      const Act& act, Handoff* handoff) {
  const v1::Process process = NewProcess(contract::Join("", "processes", ids_.New()), kind,
                                         handoff->onboarding(), act.actor);
  handoff->set_process(process.name());
  return store_.Begin(writer, process, request, act.today);
}

absl::StatusOr<Handoff> HandoffApi::ReturnHandoff(const Call& call,
                                                  const v1::ReturnHandoffRequest& request) {
  BANSO_ASSIGN_OR_RETURN(
      const Handoff decided,
      storage::Mutate<Handoff>(
          database_, call, request, [&](Writer& writer) -> absl::StatusOr<Handoff> {
            BANSO_ASSIGN_OR_RETURN(Handoff handoff, store_.handoffs.Get(writer, request.name()));
            BANSO_RETURN_IF_ERROR(CheckEtag(request.etag(), handoff));
            BANSO_ASSIGN_OR_RETURN(const v1::HandoffPolicy policy,
                                   store_.Policy(writer, handoff.handoff_policy(), writer.now()));
            BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, request.name()));
            BANSO_RETURN_IF_ERROR(CheckReturn(policy, request, act, handoff));
            if (request.outcome() == v1::RETURN_OUTCOME_CONTINUE_ONBOARDING) {
              BANSO_RETURN_IF_ERROR(BeginDecision(writer, v1::PROCESS_KIND_CONTINUE_ONBOARDING,
                                                  request, act, &handoff)
                                        .status());
            } else {
              Return(request, act, &handoff);
            }
            return store_.Put(writer, handoff);
          }));
  if (decided.process().empty()) return decided;
  BANSO_RETURN_IF_ERROR(engine_.RunAndGet(call, decided.process()).status());
  v1::GetHandoffRequest get;
  get.set_name(request.name());
  return GetHandoff(call, get);
}

absl::StatusOr<Handoff> HandoffApi::AcceptHandoff(const Call& call,
                                                  const v1::AcceptHandoffRequest& request) {
  BANSO_ASSIGN_OR_RETURN(
      const Handoff decided,
      storage::Mutate<Handoff>(
          database_, call, request, [&](Writer& writer) -> absl::StatusOr<Handoff> {
            BANSO_ASSIGN_OR_RETURN(Handoff handoff, store_.handoffs.Get(writer, request.name()));
            BANSO_RETURN_IF_ERROR(CheckEtag(request.etag(), handoff));
            BANSO_RETURN_IF_ERROR(CheckAccept(handoff));
            BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, request.name()));
            BANSO_RETURN_IF_ERROR(
                BeginDecision(writer, v1::PROCESS_KIND_ACCEPT_HANDOFF, request, act, &handoff)
                    .status());
            return store_.Put(writer, handoff);
          }));
  BANSO_RETURN_IF_ERROR(engine_.RunAndGet(call, decided.process()).status());
  v1::GetHandoffRequest get;
  get.set_name(request.name());
  return GetHandoff(call, get);
}

}  // namespace banso::handoff
