#include "services/gateway/api/part_client.h"

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/health/v1/health_service.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/gateway/api/parts.h"

namespace banso::gateway {
namespace {

// The field of a Save request that holds the resource.
const google::protobuf::FieldDescriptor* ResourceField(
    const google::protobuf::Descriptor* request, const google::protobuf::Descriptor* resource) {
  for (int i = 0; i < request->field_count(); ++i) {
    if (request->field(i)->message_type() == resource) return request->field(i);
  }
  return nullptr;
}

// A part with revisions. Every such kind has the same RPCs, Save<Kind> and so on, whose requests
// have the same fields.
template <typename Resource, typename SaveRequest, typename ActivateRequest, typename GetRequest>
class RevisionedPart : public PartClient {
 public:
  RevisionedPart(server::Peer& peer, absl::string_view service, const Part& part)
      : peer_(peer),
        part_(part),
        service_(service),
        kind_(Resource::descriptor()->name()),
        field_(ResourceField(SaveRequest::descriptor(), Resource::descriptor())) {
    BANSO_CHECK(field_ != nullptr);
    resource_.CopyFrom(*part.content);
    ClearComputed(&resource_);
  }

  absl::StatusOr<bool> IsInForce(const Call& call) override {
    GetRequest request;
    request.set_name(part_.name);
    const absl::StatusOr<Resource> present =
        peer_.Call<GetRequest, Resource>(call, Method("Get"), request);
    if (absl::IsNotFound(present.status())) return false;
    if (!present.ok()) return present.status();
    return present->revision().state() == type::v1::REVISION_STATE_ACTIVE &&
           SameContent(*present, resource_);
  }

  absl::Status Check(const Call& call, const SaveOptions& options,
                     contract::Violations* violations) override {
    SaveRequest request = MakeSave(options);
    request.clear_request_id();
    request.set_validate_only(true);
    const absl::Status status =
        peer_.Call<SaveRequest, Resource>(call, Method("Save"), request).status();
    if (!status.ok() && !IsRefusal(status)) return status;
    AddPartViolations(status, field_->name(), part_.path, violations);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Save(const Call& call, const SaveOptions& options) override {
    BANSO_ASSIGN_OR_RETURN(const Resource saved, Told(peer_.Call<SaveRequest, Resource>(
                                                     call, Method("Save"), MakeSave(options))));
    return contract::JoinRevision(part_.name, saved.revision().number());
  }

  absl::Status Activate(const Call& call, const std::string& revision,
                        const std::string& request_id) override {
    ActivateRequest request;
    request.set_name(revision);
    request.set_request_id(request_id);
    return Told(peer_.Call<ActivateRequest, Resource>(call, Method("Activate"), request)).status();
  }

 private:
  std::string Method(absl::string_view verb) const {
    return absl::StrCat(service_, "/", verb, kind_);
  }

  SaveRequest MakeSave(const SaveOptions& options) const {
    SaveRequest request;
    request.GetReflection()->MutableMessage(&request, field_)->CopyFrom(resource_);
    request.set_reason(options.reason);
    request.set_request_id(options.request_id);
    if constexpr (requires { request.mutable_additional_fact_types(); }) {
      request.mutable_additional_fact_types()->Assign(options.fact_types.begin(),
                                                      options.fact_types.end());
    }
    return request;
  }

  // A refusal with paths into the program.
  absl::StatusOr<Resource> Told(absl::StatusOr<Resource> result) const {
    if (result.ok() || !absl::IsInvalidArgument(result.status())) return result;
    contract::Violations violations;
    AddPartViolations(result.status(), field_->name(), part_.path, &violations);
    return violations.ToStatus();
  }

  server::Peer& peer_;
  const Part& part_;
  const std::string service_;
  const std::string kind_;
  const google::protobuf::FieldDescriptor* const field_;
  Resource resource_;
};

using AnyHandoffPolicyPart =
    RevisionedPart<handoff::v1::HandoffPolicy, handoff::v1::SaveHandoffPolicyRequest,
                   handoff::v1::ActivateHandoffPolicyRequest, handoff::v1::GetHandoffPolicyRequest>;

// A handoff policy: several may have an active revision, and the one that was activated last
// counts.
class HandoffPolicyPart : public AnyHandoffPolicyPart {
 public:
  HandoffPolicyPart(server::Peer& peer, const Part& part)
      : AnyHandoffPolicyPart(peer, kHandoffService, part), peer_(peer), name_(part.name) {}

  absl::StatusOr<bool> IsInForce(const Call& call) override {
    BANSO_ASSIGN_OR_RETURN(const bool active, AnyHandoffPolicyPart::IsInForce(call));
    if (!active) return false;
    BANSO_ASSIGN_OR_RETURN(const std::string last, ActivatedLast(call));
    return last == name_;
  }

 private:
  absl::StatusOr<std::string> ActivatedLast(const Call& call) {
    handoff::v1::ListHandoffPolicyRevisionsRequest request;
    request.set_page_size(kFullPage);
    std::string last;
    absl::Time last_time = absl::InfinitePast();
    do {
      BANSO_ASSIGN_OR_RETURN(
          const handoff::v1::ListHandoffPolicyRevisionsResponse page,
          (peer_.Call<handoff::v1::ListHandoffPolicyRevisionsRequest,
                      handoff::v1::ListHandoffPolicyRevisionsResponse>(
              call, absl::StrCat(kHandoffService, "/ListHandoffPolicyRevisions"), request)));
      for (const handoff::v1::HandoffPolicy& policy : page.handoff_policies()) {
        if (policy.revision().state() != type::v1::REVISION_STATE_ACTIVE) continue;
        const absl::Time time = calendar::ToTime(policy.revision().active_from());
        if (time <= last_time) continue;
        last_time = time;
        last = policy.name();
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return last;
  }

  server::Peer& peer_;
  const std::string name_;
};

// A metric: it has no revisions, and its kind never changes.
class MetricPart : public PartClient {
 public:
  MetricPart(server::Peer& peer, const Part& part) : peer_(peer), part_(part) {
    metric_.CopyFrom(*part.content);
    ClearComputed(&metric_);
    // Not add_paths("*"): g++ 12 takes that for an overlapping copy (-Wrestrict) when it optimizes.
    mask_.add_paths()->push_back('*');
  }

  absl::StatusOr<bool> IsInForce(const Call& call) override {
    const absl::StatusOr<health::v1::Metric> present = Get(call);
    if (absl::IsNotFound(present.status())) return false;
    if (!present.ok()) return present.status();
    return SameContent(*present, metric_);
  }

  absl::Status Check(const Call& call, const SaveOptions& /*options*/,
                     contract::Violations* violations) override {
    absl::StatusOr<health::v1::Metric> present = Get(call);
    if (absl::IsNotFound(present.status())) return absl::OkStatus();
    if (!present.ok()) return present.status();
    violations->AddAll("", contract::ApplyMask(mask_, metric_, part_.path, &*present));
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Save(const Call& call, const SaveOptions& options) override {
    health::v1::UpdateMetricRequest request;
    *request.mutable_metric() = metric_;
    *request.mutable_update_mask() = mask_;
    request.set_allow_missing(true);
    request.set_request_id(options.request_id);
    BANSO_RETURN_IF_ERROR((peer_
                               .Call<health::v1::UpdateMetricRequest, health::v1::Metric>(
                                   call, absl::StrCat(kHealthService, "/UpdateMetric"), request)
                               .status()));
    return part_.name;
  }

  absl::Status Activate(const Call& /*call*/, const std::string& /*revision*/,
                        const std::string& /*request_id*/) override {
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<health::v1::Metric> Get(const Call& call) {
    health::v1::GetMetricRequest request;
    request.set_name(part_.name);
    return peer_.Call<health::v1::GetMetricRequest, health::v1::Metric>(
        call, absl::StrCat(kHealthService, "/GetMetric"), request);
  }

  server::Peer& peer_;
  const Part& part_;
  health::v1::Metric metric_;
  google::protobuf::FieldMask mask_;
};

}  // namespace

std::unique_ptr<PartClient> MakePartClient(server::Peers& peers, const Part& part) {
  switch (part.kind) {
    case PartKind::kMetric:
      return std::make_unique<MetricPart>(peers.health(), part);
    case PartKind::kRubric:
      return std::make_unique<
          RevisionedPart<health::v1::Rubric, health::v1::SaveRubricRequest,
                         health::v1::ActivateRubricRequest, health::v1::GetRubricRequest>>(
          peers.health(), kHealthService, part);
    case PartKind::kSuccessDefinition:
      return std::make_unique<RevisionedPart<
          health::v1::SuccessDefinition, health::v1::SaveSuccessDefinitionRequest,
          health::v1::ActivateSuccessDefinitionRequest, health::v1::GetSuccessDefinitionRequest>>(
          peers.health(), kHealthService, part);
    case PartKind::kScoreModel:
      return std::make_unique<
          RevisionedPart<health::v1::ScoreModel, health::v1::SaveScoreModelRequest,
                         health::v1::ActivateScoreModelRequest, health::v1::GetScoreModelRequest>>(
          peers.health(), kHealthService, part);
    case PartKind::kClassificationPolicy:
      return std::make_unique<RevisionedPart<accounts::v1::ClassificationPolicy,
                                             accounts::v1::SaveClassificationPolicyRequest,
                                             accounts::v1::ActivateClassificationPolicyRequest,
                                             accounts::v1::GetClassificationPolicyRequest>>(
          peers.accounts(), kAccountsService, part);
    case PartKind::kPlanTemplate:
      return std::make_unique<RevisionedPart<
          kickoff::v1::PlanTemplate, kickoff::v1::SavePlanTemplateRequest,
          kickoff::v1::ActivatePlanTemplateRequest, kickoff::v1::GetPlanTemplateRequest>>(
          peers.kickoff(), kKickoffService, part);
    case PartKind::kCriteriaSet:
      return std::make_unique<RevisionedPart<
          handoff::v1::CriteriaSet, handoff::v1::SaveCriteriaSetRequest,
          handoff::v1::ActivateCriteriaSetRequest, handoff::v1::GetCriteriaSetRequest>>(
          peers.handoff(), kHandoffService, part);
    case PartKind::kHandoffPolicy:
      return std::make_unique<HandoffPolicyPart>(peers.handoff(), part);
    case PartKind::kReclassification:
      break;
  }
  return nullptr;
}

absl::StatusOr<bool> ReclassifyAll(server::Peers& peers, const Call& call,
                                   const std::string& request_id) {
  accounts::v1::ReclassifyRequest request;
  request.set_request_id(request_id);
  BANSO_ASSIGN_OR_RETURN(
      const accounts::v1::ReclassifyResponse response,
      (peers.accounts().Call<accounts::v1::ReclassifyRequest, accounts::v1::ReclassifyResponse>(
          call, absl::StrCat(kAccountsService, "/Reclassify"), request)));
  return response.moved() > 0;
}

}  // namespace banso::gateway
